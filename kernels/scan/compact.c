/* Compactions, a vector at a time: the lanes to keep move to the front, and the whole vector is stored where there is
 * room for it. */
#ifndef T

#include "kernels/kernel.h"
#include "kernels/scan/compact_leaf.h"
#include "kernels/simd/simd.h"

typedef uint8_t v_flags __attribute__((vector_size(PEL_VBYTES)));

/* A lane can count up to 255. */
static size_t count_some(const uint8_t *flags, size_t vectors)
{
    v_flags sums = {0}, v;
    size_t set = 0;
    for (size_t i = 0; i < vectors; i++) {
        memcpy(&v, flags + i * sizeof v, sizeof v);
        sums -= (v_flags)(v != 0);
    }
    for (size_t i = 0; i < sizeof sums; i++)
        set += sums[i];
    return set;
}

static size_t count(const uint8_t *flags, size_t n)
{
    enum { MOST = 255 };
    size_t set = 0, vectors;
    for (; (vectors = n / sizeof(v_flags)) > 0; n -= vectors * sizeof(v_flags), flags += vectors * sizeof(v_flags)) {
        vectors = vectors < MOST ? vectors : MOST;
        set += count_some(flags, vectors);
    }
    for (size_t i = 0; i < n; i++)
        set += flags[i] != 0;
    return set;
}

#define PEL_SELF "kernels/scan/relation.h"
#include "kernels/foreach_dtype.h"
#undef PEL_SELF
#define PEL_SELF "kernels/scan/compact.c"
#include "kernels/foreach_signed.h"
#undef PEL_SELF

/* Flags are of no type; indices are always of 64 bits. */
static size_t number(size_t first, const uint8_t *flags, size_t n, uint64_t *index, size_t room)
{
    enum { LANES_64 = PEL_VBYTES / 8 };
    v_i64 at, step = (v_i64){0} + LANES_64;
    size_t kept = 0, i = 0;
    for (int lane = 0; lane < LANES_64; lane++)
        at[lane] = (int64_t)first + lane;
    for (; i + LANES_64 <= n; i += LANES_64, at += step)
        kept += v_keep_i64((int64_t *)index + kept, at, flags + i, room - kept);
    for (; i < n; i++) {
        if (flags[i])
            index[kept++] = first + i;
    }
    return kept;
}

#define LEAF(suffix, bits)                                                                                             \
    static const struct pel_compact_leaf leaf_##suffix = {flag_##suffix, change_##suffix, count, pack_i##bits, number};
LEAF(f32, 32)
LEAF(f64, 64)
LEAF(i32, 32)
LEAF(i64, 64)
LEAF(u32, 32)
LEAF(u64, 64)
#undef LEAF

#define ROW(suffix) PEL_ROW(COMPACT, suffix, "keep", .run.compact = &leaf_##suffix)
const struct pel_kernel PEL_TABLE(scan_compact)[] = {ROW(f32), ROW(f64), ROW(i32),        ROW(i64),
                                                     ROW(u32), ROW(u64), PEL_END_OF_TABLE};
#undef ROW

#else /* for the signed integers, whose bits stand for all types of their width */

typedef T __attribute__((may_alias)) NAME(bits);

static size_t NAME(pack)(const void *x_, const uint8_t *flags, size_t n, void *out_, size_t room)
{
    const NAME(bits) *x = x_;
    NAME(bits) *out = out_;
    size_t kept = 0, i = 0;
    for (; i + LANES <= n; i += LANES)
        kept += V(keep)(out + kept, V(load)(x + i), flags + i, room - kept);
    for (; i < n; i++) {
        if (flags[i])
            out[kept++] = x[i];
    }
    return kept;
}

#endif
