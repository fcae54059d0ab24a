/* The reference of compactions: one element after the other. */
#ifndef T

#include "kernels/kernel.h"
#include "kernels/scan/compact_leaf.h"

#if PEL_ISA_IS(scalar)

static size_t count(const uint8_t *flags, size_t n)
{
    size_t set = 0;
    for (size_t i = 0; i < n; i++)
        set += flags[i] != 0;
    return set;
}

static size_t number(size_t first, const uint8_t *flags, size_t n, uint64_t *index, size_t room)
{
    size_t kept = 0;
    (void)room;
    for (size_t i = 0; i < n; i++) {
        if (flags[i])
            index[kept++] = first + i;
    }
    return kept;
}

#define PEL_SELF "kernels/scan/relation.h"
#include "kernels/foreach_dtype.h"
#undef PEL_SELF
#define PEL_SELF "kernels/scan/compact_loop.c"
#include "kernels/foreach_dtype.h"

#endif

#define ROW(suffix) PEL_ROW(COMPACT, suffix, "loop", .traits = PEL_TRAIT_REFERENCE, .run.compact = &leaf_##suffix)

const struct pel_kernel PEL_TABLE(scan_compact_loop)[] = {
#if PEL_ISA_IS(scalar)
    ROW(f32),         ROW(f64), ROW(i32), ROW(i64), ROW(u32), ROW(u64),
#endif
    PEL_END_OF_TABLE,
};

#undef ROW

#else

static size_t NAME(pack)(const void *x_, const uint8_t *flags, size_t n, void *out_, size_t room)
{
    const U *x = x_;
    U *out = out_;
    size_t kept = 0;
    (void)room;
    for (size_t i = 0; i < n; i++) {
        if (flags[i])
            out[kept++] = x[i];
    }
    return kept;
}

static const struct pel_compact_leaf NAME(leaf) = {NAME(flag), NAME(change), count, NAME(pack), number};

#endif
