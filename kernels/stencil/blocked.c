/* Rows in blocks of several vectors, so that the chains of multiply-adds overlap. For taps of constant coefficients
 * that are all there is to a step. */
#ifndef T

#include "kernels/kernel.h"
#include "kernels/simd/simd.h"
#include "kernels/stencil/bands.h"
#include "kernels/stencil/expand.h"
#include "kernels/stencil/sweep.h"

enum {
    MOST_UNROLLED = 27, /* taps */
    EDGE_ROWS = 4,      /* whose cells near an end are computed at once */
    BLOCK = 8,          /* vectors at most in a block: it leaves registers for coefficients */
};

/* Hides where a value comes from, so that the compiler neither loads it again instead of keeping it, nor keeps what had
 * better be loaded again. Vectors only stay in registers where there are 32 of them. */
#define HIDE(value) __asm__("" : "+r"(value))
#if PEL_ISA_IS(avx512)
#define HIDE_VECTOR(value) __asm__("" : V_IN_REGISTER(value))
#else
#define HIDE_VECTOR(value) (void)0
#endif

#include "kernels/stencil/line.h"
#include "kernels/stencil/near.h"

#define PEL_SELF "kernels/stencil/blocked.c"
#include "kernels/foreach_float.h"

static const char *why_not(const struct pel_request *request)
{
    return request->stencil && request->stencil->terms ? "for taps of constant coefficients alone" : NULL;
}

/* kib: cache for a band. block: vectors. */
#define ROW(suffix)                                                                                                    \
    PEL_ROW(STENCIL, suffix, "blocked", .run.sweep = blocked_##suffix, .line = line_##suffix, .why_not = why_not,      \
            .params = {{"kib", 1024, 1, 16384, 8}, {"block", 4, 4, BLOCK, 0}, {"height", 1024, 1, 1024, 0}})

const struct pel_kernel PEL_TABLE(stencil_blocked)[] = {
    ROW(f32),
    ROW(f64),
    PEL_END_OF_TABLE,
};

#else

#include "kernels/stencil/bands.h"

/* Stretches of `count` cells on each row of a band: tap k of to[x] reads tap[k][x], and rows are `stride` apart. */
struct NAME(span) {
    T *to;
    const T *carry; /* to there; see pel_sweep */
    T *there;
    const T *const *tap;
    const T *coef;
    size_t ntaps, count, stride;
    size_t rows, height;        /* how many there are, and how many are computed at once */
    size_t longest;             /* vectors of a block at most */
    enum pel_stencil_near near; /* PEL_STENCIL_FAR where not all taps are inside */
    bool last;
};

static inline VT NAME(settle)(VT value, bool last)
{
    return last ? V(select)(V(is_nan)(value), V(set1)((T)__builtin_nan("")), value) : value;
}

/* Stores vector x of the row, which has been computed. */
static ALWAYS_INLINE void NAME(put)(const struct NAME(span) * span, size_t x, VT value)
{
    V(store)(span->to + x, NAME(settle)(value, span->last));
    if (span->carry)
        V(store)(span->there + x, V(load)(span->carry + x));
}

/* The same for the first lanes, as many as cells of a row that is shorter than a vector. */
static ALWAYS_INLINE void NAME(put_part)(const struct NAME(span) * span, size_t x, VT value)
{
    const VT zero = {0};
    V(store_part)(span->to + x, span->count, NAME(settle)(value, span->last));
    if (span->carry)
        V(store_part)(span->there + x, span->count, V(load_part)(span->carry + x, span->count, zero));
}

/* Computes `vectors` vectors from cell x on. */
typedef void NAME(block_body)(struct NAME(span) span, size_t x, size_t vectors);

static ALWAYS_INLINE void NAME(block)(struct NAME(span) span, size_t x, size_t vectors)
{
    VT acc[BLOCK];
    VT coef = V(set1)(span.coef[0]);
    UNROLL for (size_t v = 0; v < vectors; v++) acc[v] = coef * V(load)(span.tap[0] + x + v * LANES);
    for (size_t k = 1; k < span.ntaps; k++) {
        coef = V(set1)(span.coef[k]);
        UNROLL for (size_t v = 0; v < vectors; v++) acc[v] = V(fma)(coef, V(load)(span.tap[k] + x + v * LANES), acc[v]);
    }
    UNROLL for (size_t v = 0; v < vectors; v++) NAME(put)(&span, x + v * LANES, acc[v]);
}

/* The row, or rows, from cell x on: where stores are aligned in blocks, and then vector by vector what blocks leave,
 * and what lies before and behind, where cells that two vectors share are computed twice. The bodies are long: each is
 * expanded once. */
static ALWAYS_INLINE void NAME(walk)(struct NAME(span) span, size_t x, NAME(block_body) * block, const size_t most)
{
    size_t begin = x, end = x + span.count;
    x += LANES - (span.count > 2 * LANES ? (uintptr_t)(span.to + x) / sizeof(T) % LANES : 0);
#define PIECES(n)                                                                                                      \
    for (; (n) <= most && (n) <= span.longest && x + (n)*LANES <= end; x += (n)*LANES)                                 \
        block(span, x, n);
    PIECES(8)
    PIECES(4)
    PIECES(2)
#undef PIECES
    for (size_t left = x; begin < end; begin = left, left += LANES)
        block(span, begin + LANES <= end ? begin : end - LANES, 1);
}

/* Rows shorter than a vector. */
static void NAME(parts)(struct NAME(span) span)
{
    const VT zero = {0};
    for (size_t x = 0, row = 0; row < span.rows; row++, x += span.stride) {
        VT acc = V(set1)(span.coef[0]) * V(load_part)(span.tap[0] + x, span.count, zero);
        for (size_t k = 1; k < span.ntaps; k++)
            acc = V(fma)(V(set1)(span.coef[k]), V(load_part)(span.tap[k] + x, span.count, zero), acc);
        NAME(put_part)(&span, x, acc);
    }
}

static ALWAYS_INLINE void NAME(rows)(struct NAME(span) span)
{
    for (size_t row = 0; row < span.rows; row++)
        NAME(walk)(span, row * span.stride, NAME(block), BLOCK);
}

#include "kernels/stencil/line.h"
#include "kernels/stencil/near.h"

/* A known number of taps lets the compiler unroll; pointers and coefficients of our own, which no store can reach, let
 * it keep them in registers. near: which they are known to be. */
static ALWAYS_INLINE void NAME(few)(struct NAME(span) span, const size_t ntaps, const enum pel_stencil_near near)
{
    const T *tap[MOST_UNROLLED];
    T coef[MOST_UNROLLED];
    for (size_t k = 0; k < ntaps; k++) {
        tap[k] = span.tap[k];
        coef[k] = span.coef[k];
    }
    span.tap = tap;
    span.coef = coef;
    span.ntaps = ntaps;
    span.near = near;
    if (near)
        NAME(near)(span);
    else
        NAME(rows)(span);
}

/* Rows of at least a vector, under taps of any kind. */
static void NAME(any)(struct NAME(span) span)
{
    switch (span.ntaps) {
#define TAPS(n)                                                                                                        \
    case n:                                                                                                            \
        NAME(few)(span, n, PEL_STENCIL_FAR);                                                                           \
        break;
        TAPS(3)
        TAPS(5)
        TAPS(7)
        TAPS(9)
        TAPS(13)
        TAPS(25)
        TAPS(MOST_UNROLLED)
#undef TAPS
    default:
        NAME(rows)(span);
    }
}

static void NAME(compute)(const struct NAME(span) * span)
{
    if (span->count < LANES && !NAME(has_strips)(span)) {
        NAME(parts)(*span);
        return;
    }
    switch (span->near) {
#define NEAR(which, n)                                                                                                 \
    case which:                                                                                                        \
        NAME(few)(*span, n, which);                                                                                    \
        break;
        NEAR(PEL_STENCIL_STAR1, 3)
        NEAR(PEL_STENCIL_STAR2, 5)
        NEAR(PEL_STENCIL_STAR3, 7)
        NEAR(PEL_STENCIL_BOX2, 9)
        NEAR(PEL_STENCIL_BOX3, 27)
#undef NEAR
    default:
        NAME(any)(*span);
    }
}

static struct NAME(span)
    NAME(span_of)(const struct pel_sweep *sweep, const int32_t *params, const struct NAME(cells) * cells)
{
    const struct pel_stencil_form *form = sweep->form;
    return (struct NAME(span)){.to = (T *)sweep->to + cells->place,
                               .carry = sweep->carry ? (const T *)sweep->carry + cells->place : NULL,
                               .there = sweep->carry ? (T *)sweep->there + cells->place : NULL,
                               .tap = cells->tap,
                               .coef = form->coef,
                               .ntaps = form->ntaps,
                               .count = cells->count,
                               .rows = cells->rows,
                               .stride = form->stride[1],
                               .longest = params[1] == BLOCK ? BLOCK : BLOCK / 2,
                               .near = cells->inner ? form->near : PEL_STENCIL_FAR,
                               .last = sweep->last};
}

/* A cell of each of `rows` rows from `first` on, whose taps read where they will. */
static ALWAYS_INLINE void NAME(edge_rows)(const struct pel_sweep *sweep, const struct NAME(cells) * cells, size_t first,
                                          const size_t rows)
{
    const struct pel_stencil_form *form = sweep->form;
    T acc[EDGE_ROWS] = {0};
    for (size_t k = 0; k < form->ntaps; k++) {
        const T coef = ((const T *)form->coef)[k], *from = cells->tap[k] + first * cells->shift[k];
        UNROLL for (size_t row = 0; row < rows; row++, from += cells->shift[k]) acc[row] =
            k ? NAME(pel_stencil_fma)(coef, *from, acc[row]) : coef * *from;
    }
    UNROLL for (size_t row = 0; row < rows; row++)
    {
        size_t place = cells->place + (first + row) * form->stride[1];
        ((T *)sweep->to)[place] = sweep->last && acc[row] != acc[row] ? (T)__builtin_nan("") : acc[row];
        pel_stencil_carry(sweep, place, 1, sizeof(T));
    }
}

static void NAME(compute_edge)(const struct pel_sweep *sweep, const struct NAME(cells) * cells)
{
    size_t row = 0;
    for (; row + EDGE_ROWS <= cells->rows; row += EDGE_ROWS)
        NAME(edge_rows)(sweep, cells, row, EDGE_ROWS);
    for (; row < cells->rows; row++)
        NAME(edge_rows)(sweep, cells, row, 1);
}

static void NAME(compute_cells)(const struct pel_sweep *sweep, const int32_t *params, const struct NAME(cells) * cells)
{
    if (cells->at_edge) {
        NAME(compute_edge)(sweep, cells);
        return;
    }
    const struct NAME(span) span = NAME(span_of)(sweep, params, cells);
    NAME(compute)(&span);
}

static void NAME(blocked)(const struct pel_sweep *sweep, const int32_t *params)
{
    NAME(sweep_bands)(sweep, params);
}

#endif
