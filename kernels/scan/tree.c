/* Floating-point scans, a row of the definition at a time: a tree of sums in registers, then two carries on top. */
#ifndef T

#include "kernels/kernel.h"
#include "kernels/scan/leaf.h"
#include "kernels/simd/simd.h"

#define PEL_SELF "kernels/scan/stream.h"
#include "kernels/foreach_float.h"
#undef PEL_SELF
#define PEL_SELF "kernels/scan/tree.c"
#include "kernels/foreach_float.h"

#define ROW(suffix)                                                                                                    \
    PEL_ROW(SCAN, suffix, "tree", .run.scan = &leaf_##suffix, .params = {{"tile_kib", 256, 64, 4096, 3}})
const struct pel_kernel PEL_TABLE(scan_tree)[] = {ROW(f32), ROW(f64), PEL_END_OF_TABLE};
#undef ROW

#else

#define VECTORS (PEL_SCAN_ROW / LANES)

/* Where a tile stands: the sums before it, and before the row in it, in all lanes; the last vector of results, of which
 * an exclusive scan takes the last lane. And a tile behind, what is left to look at, with its sum so far. */
struct NAME(place) {
    VT carry, local, before;
    const T *behind;
    VT total;
};

/* From sums within each vector to those within the row. */
static inline __attribute__((always_inline)) void NAME(sum_row)(VT s[VECTORS])
{
#pragma GCC unroll 8
    for (size_t d = 1; d < VECTORS; d *= 2) {
#pragma GCC unroll 8
        for (size_t v = 0; v < VECTORS; v++) {
            if (v & d)
                s[v] += V(last)(s[v / d * d - 1]);
        }
    }
}

/* Reads a row, of which `count` elements are there, or all if that is constant, and sums it within each vector;
 * `first_time` from memory. */
static inline __attribute__((always_inline)) void NAME(load_row)(const T *in, size_t count, bool first_time,
                                                                 VT s[VECTORS])
{
#pragma GCC unroll 8
    for (size_t v = 0; v < VECTORS; v++) {
        size_t first = v * LANES, here = count > first ? count - first : 0;
        if (first_time)
            __builtin_prefetch((const char *)(in + first) + PEL_SCAN_AHEAD);
        if (here >= LANES)
            s[v] = V(load_prefix)(in + first);
        else if (here > 0)
            s[v] = V(prefix)(V(load_part)(in + first, here, V(set1)((T)-0.0)));
        else
            s[v] = V(set1)((T)-0.0);
    }
}

/* The sum of a row, in all lanes. */
static inline __attribute__((always_inline)) VT NAME(total_row)(const T *in, size_t count)
{
    VT s[VECTORS];
    NAME(load_row)(in, count, true, s);
    NAME(sum_row)(s);
    return V(last)(s[VECTORS - 1]);
}

static inline __attribute__((always_inline)) void NAME(scan_row)(const T *in, T *out, size_t count,
                                                                 struct NAME(place) * place, bool excludes, bool looks)
{
    VT s[VECTORS];
    NAME(load_row)(in, count, !looks, s);
    NAME(sum_row)(s);
#pragma GCC unroll 8
    for (size_t v = 0; v < VECTORS; v++) {
        size_t first = v * LANES, here = count > first ? count - first : 0;
        VT sum = V(canonical)(place->carry + (place->local + s[v]));
        VT result = excludes ? V(slide)(place->before, sum, 1) : sum;
        place->before = sum;
        if (here >= LANES)
            V(store)(out + first, result);
        else if (here > 0)
            V(store_part)(out + first, here, result);
    }
    place->local += V(last)(s[VECTORS - 1]);
    if (looks) {
        place->total += NAME(total_row)(place->behind, PEL_SCAN_ROW);
        place->behind += PEL_SCAN_ROW;
    }
}

/* The place is kept in registers: the compiler must think that it could lie in the output. */
static inline __attribute__((always_inline)) void NAME(scan_rows)(const T *in, T *out, size_t n,
                                                                  struct NAME(place) * at, bool excludes, bool looks)
{
    struct NAME(place) place = *at;
    size_t i = 0;
    for (; i + PEL_SCAN_ROW <= n; i += PEL_SCAN_ROW)
        NAME(scan_row)(in + i, out + i, PEL_SCAN_ROW, &place, excludes, looks);
    if (i < n)
        NAME(scan_row)(in + i, out + i, n - i, &place, excludes, false);
    *at = place;
}

/* The loops that flags stand for. */
static void NAME(scan_piece)(const T *in, T *out, size_t n, struct NAME(place) * place, unsigned how)
{
    switch (how & (PEL_SCAN_EXCLUDES | PEL_SCAN_LOOKS)) {
    case 0:
        NAME(scan_rows)(in, out, n, place, false, false);
        break;
    case PEL_SCAN_EXCLUDES:
        NAME(scan_rows)(in, out, n, place, true, false);
        break;
    case PEL_SCAN_LOOKS:
        NAME(scan_rows)(in, out, n, place, false, true);
        break;
    default:
        NAME(scan_rows)(in, out, n, place, true, true);
    }
}

static void NAME(scan)(const void *in_, void *out_, size_t n, union pel_scan_carry *carry, unsigned how,
                       const struct pel_scan_behind *behind)
{
    const T *in = in_;
    T *out = out_;
    struct NAME(place) place = {.carry = V(set1)(carry->T_SUFFIX)};
    place.before = V(canonical)(place.carry);
    for (size_t tile = 0; tile * PEL_SCAN_TILE < n; tile++) {
        size_t at = tile * PEL_SCAN_TILE, here = n - at < PEL_SCAN_TILE ? n - at : PEL_SCAN_TILE;
        bool looks = behind && tile < behind->tiles;
        place.local = place.total = V(set1)((T)-0.0);
        place.behind = looks ? (const T *)behind->in + at : NULL;
        NAME(scan_pieces)(in + at, out + at, here, &place, looks ? how | PEL_SCAN_LOOKS : how);
        if (looks)
            ((T *)behind->totals)[tile] = place.total[0];
        place.carry += place.local;
    }
    carry->T_SUFFIX = place.carry[0];
}

static void NAME(total)(const void *in_, size_t n, void *totals_, unsigned how)
{
    const T *in = in_;
    T *totals = totals_;
    (void)how;
    for (size_t tile = 0; tile < n; tile += PEL_SCAN_TILE) {
        VT local = V(set1)((T)-0.0);
        size_t end = n - tile < PEL_SCAN_TILE ? n : tile + PEL_SCAN_TILE, i = tile;
        for (; i + PEL_SCAN_ROW <= end; i += PEL_SCAN_ROW)
            local += NAME(total_row)(in + i, PEL_SCAN_ROW);
        if (i < end)
            local += NAME(total_row)(in + i, end - i);
        totals[tile / PEL_SCAN_TILE] = local[0];
    }
}

static void NAME(carry_on)(union pel_scan_carry *carry, const void *totals_, size_t tiles)
{
    const T *totals = totals_;
    for (size_t i = 0; i < tiles; i++)
        carry->T_SUFFIX += totals[i];
}

static const struct pel_scan_leaf NAME(leaf) = {
    .total = NAME(total), .scan = NAME(scan), .carry_on = NAME(carry_on), .start = {.T_SUFFIX = (T)-0.0}};

#undef VECTORS

#endif
