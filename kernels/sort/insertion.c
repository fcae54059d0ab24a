/* Insertion sort: little beats it on a handful of keys, where a vector kernel's set-up is the cost. */
#ifndef T

#include "kernels/kernel.h"
#include "kernels/sort/leaf.h"

#define PEL_SELF "kernels/sort/insertion.c"
#include "kernels/foreach_signed.h"
#undef PEL_SELF
#define PEL_SELF "kernels/sort/leaves.h"
#include "kernels/foreach_dtype.h"

enum { LONGEST = 32 };

static const char *why_not(const struct pel_request *request)
{
    return request->n > LONGEST ? "for at most 32 keys" : NULL;
}

const struct pel_kernel PEL_TABLE(sort_insertion)[] = {
    PEL_ROW(SORT, f32, "insertion", .run.sort = &leaf_f32, .why_not = why_not),
    PEL_ROW(SORT, f64, "insertion", .run.sort = &leaf_f64, .why_not = why_not),
    PEL_ROW(SORT, i32, "insertion", .run.sort = &leaf_i32, .why_not = why_not),
    PEL_ROW(SORT, i64, "insertion", .run.sort = &leaf_i64, .why_not = why_not),
    PEL_ROW(SORT, u32, "insertion", .run.sort = &leaf_u32, .why_not = why_not),
    PEL_ROW(SORT, u64, "insertion", .run.sort = &leaf_u64, .why_not = why_not),
    PEL_END_OF_TABLE,
};

#else

typedef T __attribute__((may_alias)) NAME(code);

static size_t NAME(scratch_bytes)(size_t n)
{
    (void)n;
    return 0;
}

static void NAME(sort_codes)(void *memory, void *scratch, size_t n, bool floats)
{
    NAME(code) *codes = memory;
    (void)scratch;
    (void)floats;
    for (size_t i = 1; i < n; i++) {
        T code = codes[i];
        size_t hole = i;
        for (; hole > 0 && code < codes[hole - 1]; hole--)
            codes[hole] = codes[hole - 1];
        codes[hole] = code;
    }
}

#endif
