/* Floating-point scans, a few rows of the definition at a time: trees of sums in registers, then two carries on top. */
#ifndef T

#include "kernels/kernel.h"
#include "kernels/scan/leaf.h"
#include "kernels/simd/simd.h"

enum {
    LINE = 64,   /* bytes of a cache line */
    PIECE = 512, /* elements whose sums are on their way together */
};

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

/* Rows lie side by side in the blocks of vectors: as many as a vector has blocks go together. */
enum {
    NAME(VECTORS) = PEL_SCAN_ROW / V_BLOCK_LANES,
    NAME(TOGETHER) = PEL_SCAN_ROW * V_BLOCKS, /* elements */
};

/* Where a tile stands: the sums before it, and before the row in it, in all lanes; the last vector of results, of which
 * an exclusive scan takes the last lane. And a tile behind, what is left to look at, with its sum so far. */
struct NAME(place) {
    VT carry, local, before;
    const T *behind;
    VT total;
};

/* The sums of a piece within its rows, and those of the rows. */
struct NAME(rows) {
    _Alignas(PEL_VBYTES) T sum[PIECE];
    T total[PIECE / PEL_SCAN_ROW];
};

/* Asks for what comes some rows later, where they are read for the first time. */
static inline void NAME(ask_for)(const T *in)
{
    for (size_t line = 0; line < sizeof(T) * NAME(TOGETHER); line += LINE)
        __builtin_prefetch((const char *)in + line + PEL_SCAN_AHEAD);
}

/* Reads rows, and sums each within its blocks. */
static inline __attribute__((always_inline)) void NAME(load_rows)(const T *in, VT s[NAME(VECTORS)])
{
#pragma GCC unroll 8
    for (size_t v = 0; v < NAME(VECTORS); v++)
        s[v] = V(prefix)(V(load_blocks)(in + v * V_BLOCK_LANES, PEL_SCAN_ROW));
}

/* Sums within rows: from those within each block, by halves. */
static inline __attribute__((always_inline)) void NAME(sum_rows)(const T *in, T *sum, T *total)
{
    VT s[NAME(VECTORS)];
    NAME(load_rows)(in, s);
#pragma GCC unroll 8
    for (size_t d = 1; d < NAME(VECTORS); d *= 2) {
#pragma GCC unroll 8
        for (size_t v = 0; v < NAME(VECTORS); v++) {
            if (v & d)
                s[v] += V(top)(s[v / d * d - 1]);
        }
    }
#pragma GCC unroll 8
    for (size_t v = 0; v < NAME(VECTORS); v++)
        V(store)(sum + v * LANES, s[v]);
#pragma GCC unroll 4
    for (size_t b = 0; b < V_BLOCKS; b++)
        total[b] = s[NAME(VECTORS) - 1][(b + 1) * V_BLOCK_LANES - 1];
}

/* Adds the totals of rows that nothing else is wanted of; only the tops of the blocks count. */
static inline __attribute__((always_inline)) void NAME(look_at_rows)(VT *sum, const T *in)
{
    VT s[NAME(VECTORS)];
    NAME(load_rows)(in, s);
#pragma GCC unroll 8
    for (size_t d = 1; d < NAME(VECTORS); d *= 2) {
#pragma GCC unroll 8
        for (size_t v = 0; v < NAME(VECTORS); v += 2 * d)
            s[v] += s[v + d];
    }
    s[0] = V(top)(s[0]);
#pragma GCC unroll 4
    for (size_t b = 0; b < V_BLOCKS; b++)
        *sum += V(block)(s[0], b);
}

/* Rows that are fewer, or end early, are filled up with what changes no sum. */
static inline void NAME(fill_up)(const T *in, size_t n, T full[NAME(TOGETHER)])
{
    for (size_t i = 0; i < NAME(TOGETHER); i += LANES)
        V(store)(full + i, V(set1)((T)-0.0));
    memcpy(full, in, n * sizeof *in);
}

static inline void NAME(sum_piece)(const T *in, size_t n, bool first_time, struct NAME(rows) * rows)
{
    size_t i = 0;
    for (; i + NAME(TOGETHER) <= n; i += NAME(TOGETHER)) {
        if (first_time)
            NAME(ask_for)(in + i);
        NAME(sum_rows)(in + i, rows->sum + i, rows->total + i / PEL_SCAN_ROW);
    }
    if (i < n) {
        T rest[NAME(TOGETHER)];
        NAME(fill_up)(in + i, n - i, rest);
        NAME(sum_rows)(rest, rows->sum + i, rows->total + i / PEL_SCAN_ROW);
    }
}

/* Adds what stands before a row, of which up to `count` elements are written, and notes NaN. A block of the row follows
 * after as many blocks as a vector has. */
static inline __attribute__((always_inline)) void NAME(write_row)(const T *row, VT carry, VT local, VT *before, VS *nan,
                                                                  T *out, size_t count, bool excludes)
{
    VT sum[PEL_SCAN_ROW / LANES];
#pragma GCC unroll 8
    for (size_t v = 0; v < PEL_SCAN_ROW / LANES; v++) {
        size_t first = v * LANES;
        sum[v] = carry + (local + V(load_blocks)(row + first * V_BLOCKS, LANES));
        VT result = excludes ? V(slide)(*before, sum[v], 1) : sum[v];
        *before = sum[v];
        if (first + LANES <= count)
            V(store)(out + first, result);
        else if (first < count)
            V(store_part)(out + first, count - first, result);
    }
#pragma GCC unroll 8
    for (size_t v = 0; v < PEL_SCAN_ROW / LANES; v += 2)
        *nan |= V(either_nan)(sum[v], sum[(v + 1) % (PEL_SCAN_ROW / LANES)]);
}

/* Makes each NaN the canonical one. */
static void NAME(mend)(T *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = out[i] == out[i] ? out[i] : (T)__builtin_nan("");
}

static inline __attribute__((always_inline)) void NAME(write_piece)(const struct NAME(rows) * rows, T *out, size_t n,
                                                                    struct NAME(place) * place, bool excludes)
{
    VT carry = place->carry, local = place->local, before = place->before;
    VS nan = {0};
    size_t i = 0;
    for (; i + NAME(TOGETHER) <= n; i += NAME(TOGETHER)) {
#pragma GCC unroll 4
        for (size_t b = 0; b < V_BLOCKS; b++) {
            NAME(write_row)
            (rows->sum + i + b * V_BLOCK_LANES, carry, local, &before, &nan, out + i + b * PEL_SCAN_ROW, PEL_SCAN_ROW,
             excludes);
            local += V(set1)(rows->total[i / PEL_SCAN_ROW + b]);
        }
    }
    for (size_t b = 0; i < n; b++, i += PEL_SCAN_ROW) {
        NAME(write_row)
        (rows->sum + i - b * PEL_SCAN_ROW + b * V_BLOCK_LANES, carry, local, &before, &nan, out + i, n - i, excludes);
        local += V(set1)(rows->total[i / PEL_SCAN_ROW]);
    }
    place->local = local;
    place->before = V(canonical)(before);
    if (V(any)((VT)nan))
        NAME(mend)(out, n);
}

static void NAME(look_at_piece)(const T *in, size_t n, VT *total)
{
    VT sum = *total;
    size_t i = 0;
    for (; i + NAME(TOGETHER) <= n; i += NAME(TOGETHER)) {
        NAME(ask_for)(in + i);
        NAME(look_at_rows)(&sum, in + i);
    }
    if (i < n) {
        T rest[NAME(TOGETHER)];
        NAME(fill_up)(in + i, n - i, rest);
        NAME(look_at_rows)(&sum, rest);
    }
    *total = sum;
}

/* In two loops, some rows at a time: in one the long way from an element to its result would fill the processor with
 * additions that wait for each other. */
static void NAME(scan_piece)(const T *in, T *out, size_t n, struct NAME(place) * place, unsigned how)
{
    struct NAME(rows) rows;
    for (size_t i = 0, here; i < n; i += here) {
        here = n - i < PIECE ? n - i : PIECE;
        NAME(sum_piece)(in + i, here, !(how & PEL_SCAN_LOOKS), &rows);
        if (how & PEL_SCAN_EXCLUDES)
            NAME(write_piece)(&rows, out + i, here, place, true);
        else
            NAME(write_piece)(&rows, out + i, here, place, false);
        if (how & PEL_SCAN_LOOKS) {
            NAME(look_at_piece)(place->behind, here, &place->total);
            place->behind += here;
        }
    }
}

static void NAME(scan)(const void *in_, void *out_, size_t n, union pel_scan_carry *carry, unsigned how,
                       const struct pel_scan_behind *behind)
{
    const T *in = in_;
    T *out = out_;
    struct NAME(place) place;
    place.carry = V(set1)(carry->T_SUFFIX);
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
        VT total = V(set1)((T)-0.0);
        NAME(look_at_piece)(in + tile, n - tile < PEL_SCAN_TILE ? n - tile : PEL_SCAN_TILE, &total);
        totals[tile / PEL_SCAN_TILE] = total[0];
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

#endif
