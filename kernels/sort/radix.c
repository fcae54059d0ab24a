/* Least-significant-digit radix sort: one counting pass for all digits, then a stable scatter per digit, from codes to
 * scratch and back. It compares nothing and takes the same time for every order of the same keys. D. Knuth, "The Art
 * of Computer Programming", volume 3, 5.2.5. */
#ifndef T

#include <string.h>

#include "kernels/kernel.h"
#include "kernels/sort/leaf.h"

#define PEL_SELF "kernels/sort/radix.c"
#include "kernels/foreach_signed.h"
#undef PEL_SELF
#define PEL_SELF "kernels/sort/leaves.h"
#include "kernels/foreach_dtype.h"

#if PEL_ISA_IS(scalar)
#define TRAITS PEL_TRAIT_REFERENCE
#else
#define TRAITS 0
#endif

const struct pel_kernel PEL_TABLE(sort_radix)[] = {
    PEL_ROW(SORT, f32, "radix", .run.sort = &leaf_f32, .traits = TRAITS),
    PEL_ROW(SORT, f64, "radix", .run.sort = &leaf_f64, .traits = TRAITS),
    PEL_ROW(SORT, i32, "radix", .run.sort = &leaf_i32, .traits = TRAITS),
    PEL_ROW(SORT, i64, "radix", .run.sort = &leaf_i64, .traits = TRAITS),
    PEL_ROW(SORT, u32, "radix", .run.sort = &leaf_u32, .traits = TRAITS),
    PEL_ROW(SORT, u64, "radix", .run.sort = &leaf_u64, .traits = TRAITS),
    PEL_END_OF_TABLE,
};

#else

typedef T __attribute__((may_alias)) NAME(code);

#include "kernels/sort/heap.h"

enum { NAME(digits) = T_BITS / 8, NAME(few) = 256 };

static inline size_t NAME(digit)(T code, int d)
{
    U unsigned_order = (U)code ^ ((U)1 << (T_BITS - 1));
    return (size_t)(unsigned_order >> (8 * d)) & 255;
}

static void NAME(count)(const NAME(code) * codes, size_t n, size_t count[NAME(digits)][256])
{
    memset(count, 0, NAME(digits) * sizeof count[0]);
    for (size_t i = 0; i < n; i++) {
        for (int d = 0; d < NAME(digits); d++)
            count[d][NAME(digit)(codes[i], d)]++;
    }
}

/* Moves codes into the order of digit d; count is turned into the place where the next code of each value goes. */
static void NAME(scatter)(const NAME(code) * from, NAME(code) * to, size_t n, int d, size_t *count)
{
    size_t place = 0;
    for (size_t value = 0; value < 256; value++) {
        size_t here = count[value];
        count[value] = place;
        place += here;
    }
    for (size_t i = 0; i < n; i++)
        to[count[NAME(digit)(from[i], d)]++] = from[i];
}

static size_t NAME(scratch_bytes)(size_t n)
{
    return n * sizeof(T);
}

static void NAME(sort_codes)(void *codes, void *scratch, size_t n, bool floats)
{
    NAME(code) *from = codes, *to = scratch;
    size_t count[NAME(digits)][256];
    (void)floats;
    if (n < NAME(few) || !scratch) {
        NAME(heapsort)(codes, n);
        return;
    }
    NAME(count)(codes, n, count);
    for (int d = 0; d < NAME(digits); d++) {
        if (count[d][NAME(digit)(from[0], d)] == n)
            continue; /* all codes agree in this digit */
        NAME(scatter)(from, to, n, d, count[d]);
        NAME(code) *swap = from;
        from = to;
        to = swap;
    }
    if (from != codes)
        memcpy(codes, from, n * sizeof *from);
}

#endif
