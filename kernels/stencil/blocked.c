/* Rows in blocks of several vectors, so that the chains of multiply-adds overlap. For taps of constant coefficients
 * that are all there is to a step. */
#ifndef T

#include "kernels/kernel.h"
#include "kernels/simd/simd.h"
#include "kernels/stencil/bands.h"
#include "kernels/stencil/sweep.h"

enum {
    MOST_UNROLLED = 27, /* taps */
    BLOCK = 8,          /* vectors at most in a block: it leaves registers for coefficients */
    BOX_ROWS = 4,
};

#define UNROLL        _Pragma("GCC unroll 8")
#define UNROLL9       _Pragma("GCC unroll 9")
#define ALWAYS_INLINE inline __attribute__((always_inline))

/* Hides where a value comes from, so that the compiler neither loads it again instead of keeping it, nor keeps what had
 * better be loaded again. Vectors only stay in registers where there are 32 of them. */
#define HIDE(value) __asm__("" : "+r"(value))
#if PEL_ISA_IS(avx512)
#define HIDE_VECTOR(value) __asm__("" : "+v"(value))
#else
#define HIDE_VECTOR(value) (void)0
#endif

#define PEL_SELF "kernels/stencil/blocked.c"
#include "kernels/foreach_float.h"

static const char *why_not(const struct pel_request *request)
{
    return request->stencil && request->stencil->terms ? "for taps of constant coefficients alone" : NULL;
}

/* kib: cache for a band. block: vectors. */
#define ROW(suffix)                                                                                                    \
    PEL_ROW(STENCIL, suffix, "blocked", .run.sweep = blocked_##suffix, .why_not = why_not,                             \
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
    const T *const *tap;
    const T *coef;
    size_t ntaps, count, stride;
    size_t rows, done; /* how many there are, and how many of them are computed */
    int box;           /* see pel_stencil_form; 0 where not all taps are inside */
    bool last, wide;   /* wide: in blocks of BLOCK vectors */
};

static inline VT NAME(settle)(VT value, bool last)
{
    return last ? V(select)(V(is_nan)(value), V(set1)((T)__builtin_nan("")), value) : value;
}

/* Computes `vectors` vectors, the first from cell x on and `step` cells from one to the next. */
static ALWAYS_INLINE void NAME(block)(struct NAME(span) span, size_t x, size_t vectors, size_t step)
{
    VT acc[BLOCK];
    VT coef = V(set1)(span.coef[0]);
    UNROLL for (size_t v = 0; v < vectors; v++) acc[v] = coef * V(load)(span.tap[0] + x + v * step);
    for (size_t k = 1; k < span.ntaps; k++) {
        coef = V(set1)(span.coef[k]);
        UNROLL for (size_t v = 0; v < vectors; v++) acc[v] = V(fma)(coef, V(load)(span.tap[k] + x + v * step), acc[v]);
    }
    UNROLL for (size_t v = 0; v < vectors; v++) V(store)(span.to + x + v * step, NAME(settle)(acc[v], span.last));
}

/* One row. The first and the last vector are where the row begins and ends, those between them where stores are
 * aligned: cells that two of them share are computed twice. */
static ALWAYS_INLINE void NAME(vectors)(struct NAME(span) span, size_t x)
{
    size_t end = x + span.count;
    NAME(block)(span, x, 1, LANES);
    x += LANES - (uintptr_t)(span.to + x) / sizeof(T) % LANES;
    for (; span.wide && x + BLOCK * LANES <= end; x += BLOCK * LANES)
        NAME(block)(span, x, BLOCK, LANES);
    for (; x + 4 * LANES <= end; x += 4 * LANES)
        NAME(block)(span, x, 4, LANES);
    for (; x + LANES < end; x += LANES)
        NAME(block)(span, x, 1, LANES);
    if (x < end)
        NAME(block)(span, end - LANES, 1, LANES);
}

static inline T NAME(cell)(struct NAME(span) span, size_t x)
{
    T acc = span.coef[0] * span.tap[0][x];
    for (size_t k = 1; k < span.ntaps; k++)
        acc = NAME(pel_stencil_fma)(span.coef[k], span.tap[k][x], acc);
    return span.last && acc != acc ? (T)__builtin_nan("") : acc;
}

/* Rows shorter than a vector. */
static void NAME(parts)(struct NAME(span) span)
{
    const VT zero = {0};
    for (size_t x = 0, row = 0; row < span.rows; row++, x += span.stride) {
        VT acc = V(set1)(span.coef[0]) * V(load_part)(span.tap[0] + x, span.count, zero);
        for (size_t k = 1; k < span.ntaps; k++)
            acc = V(fma)(V(set1)(span.coef[k]), V(load_part)(span.tap[k] + x, span.count, zero), acc);
        V(store_part)(span.to + x, span.count, NAME(settle)(acc, span.last));
    }
}

static ALWAYS_INLINE void NAME(rows)(struct NAME(span) span)
{
    for (size_t row = span.done; span.count <= 2 * LANES && row < span.rows; row++)
        NAME(block)(span, row * span.stride, 2, span.count - LANES);
    for (size_t row = span.done; span.count > 2 * LANES && row < span.rows; row++)
        NAME(vectors)(span, row * span.stride);
}

/* A known number of taps lets the compiler unroll; pointers and coefficients of our own, which no store can reach, let
 * it keep them in registers. */
static ALWAYS_INLINE void NAME(few)(struct NAME(span) span, const size_t ntaps)
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
    NAME(rows)(span);
}

/* Vector x of `rows` rows under the taps of a box, plane by plane. What several rows read is loaded once. 27
 * coefficients would fill the registers: they are loaded again for each vector. */
static ALWAYS_INLINE void NAME(box_block)(struct NAME(span) span, size_t x, const size_t rows, const size_t planes)
{
    VT acc[BOX_ROWS];
    const T *coef = span.coef;
    HIDE(coef);
    UNROLL for (size_t plane = 0; plane < planes; plane++, coef += 9)
    {
        VT value[BOX_ROWS + 2][3];
        const T *from = span.tap[9 * plane] + x;
        UNROLL for (size_t row = 0; row < rows + 2; row++)
        {
            UNROLL for (size_t dx = 0; dx < 3; dx++)
            {
                value[row][dx] = V(load)(from + row * span.stride + dx);
                HIDE_VECTOR(value[row][dx]);
            }
        }
        UNROLL9 for (size_t k = 0; k < 9; k++)
        {
            VT c = V(set1)(coef[k]);
            UNROLL for (size_t row = 0; row < rows; row++) acc[row] =
                plane + k ? V(fma)(c, value[row + k / 3][k % 3], acc[row]) : c * value[row][0];
        }
    }
    UNROLL for (size_t row = 0; row < rows; row++)
        V(store)(span.to + x + row * span.stride, NAME(settle)(acc[row], span.last));
}

/* The next `rows` rows of a span, as NAME(vectors) does one. */
static ALWAYS_INLINE void NAME(box_rows)(struct NAME(span) * span, const size_t rows, const size_t planes)
{
    size_t first = span->done * span->stride, end = first + span->count;
    for (size_t x = first;;) {
        NAME(box_block)(*span, x, rows, planes);
        if (x + LANES >= end)
            break;
        x = clamp(x + LANES - (uintptr_t)(span->to + x) / sizeof(T) % LANES, first, end - LANES);
    }
    span->done += rows;
}

static ALWAYS_INLINE void NAME(box)(struct NAME(span) * span, const size_t planes)
{
    while (span->done + BOX_ROWS <= span->rows)
        NAME(box_rows)(span, BOX_ROWS, planes);
    while (span->done + BOX_ROWS / 2 <= span->rows)
        NAME(box_rows)(span, BOX_ROWS / 2, planes);
}

static void NAME(compute)(struct NAME(span) span)
{
    if (span.count >= LANES && span.box == 2)
        NAME(box)(&span, 1);
    if (span.count >= LANES && span.box == 3)
        NAME(box)(&span, 3);
    switch (span.count < LANES ? 0 : span.ntaps) {
    case 0:
        NAME(parts)(span);
        break;
#define TAPS(n)                                                                                                        \
    case n:                                                                                                            \
        NAME(few)(span, n);                                                                                            \
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

static struct NAME(span) NAME(span_of)(const struct NAME(band) * band, size_t place, size_t count)
{
    const struct pel_stencil_form *form = band->sweep->form;
    return (struct NAME(span)){.to = (T *)band->sweep->to + place,
                               .tap = band->tap,
                               .coef = form->coef,
                               .ntaps = form->ntaps,
                               .count = count,
                               .rows = band->rows,
                               .stride = form->stride[1],
                               .box = band->inner ? form->box : 0,
                               .last = band->sweep->last,
                               .wide = band->params[1] == BLOCK};
}

static void NAME(inner_cells)(const struct NAME(band) * band, size_t x, size_t count)
{
    NAME(compute)(NAME(span_of)(band, band->place + x, count));
}

static void NAME(edge_cell)(const struct NAME(band) * band, size_t place, size_t x)
{
    struct NAME(span) span = NAME(span_of)(band, place + x, 1);
    span.to[0] = NAME(cell)(span, 0);
}

static void NAME(blocked)(const struct pel_sweep *sweep, const int32_t *params)
{
    NAME(sweep_bands)(sweep, params, SIZE_MAX);
}

#endif
