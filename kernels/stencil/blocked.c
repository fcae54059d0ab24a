/* Rows in blocks of several vectors, so that the chains of multiply-adds overlap, and a few rows at a time through all
 * planes of the box, so that rows are still in the cache when the next plane reads them. */
#ifndef T

#include "kernels/kernel.h"
#include "kernels/simd/simd.h"
#include "kernels/stencil/sweep.h"

enum { BLOCK = 8 }; /* vectors: covers the latency of two multiply-add units, and leaves registers for coefficients */

#define UNROLL _Pragma("GCC unroll 8")

static inline size_t clamp(size_t i, size_t low, size_t high)
{
    return i < low ? low : i > high ? high : i;
}

#define PEL_SELF "kernels/stencil/blocked.c"
#include "kernels/foreach_float.h"

#define PARAMS                                                                                                         \
    {                                                                                                                  \
        {                                                                                                              \
            "rows", 16, 1, 256                                                                                         \
        }                                                                                                              \
    }

const struct pel_kernel PEL_TABLE(stencil_blocked)[] = {
    PEL_ROW(STENCIL, f32, "blocked", .run.sweep = blocked_f32, .params = PARAMS),
    PEL_ROW(STENCIL, f64, "blocked", .run.sweep = blocked_f64, .params = PARAMS),
    PEL_END_OF_TABLE,
};

#else

/* A stretch of a row: tap k of cell x reads tap[k][x]. */
struct NAME(span) {
    T *restrict to;
    const T *const *restrict tap;
    const T *restrict coef;
    size_t ntaps;
    bool last;
};

/* Where a leaf stands: its box, and for each tap the row that it reads (NULL: outside) and the stretch at hand. */
struct NAME(place) {
    const struct pel_sweep *sweep;
    const T *row[PEL_STENCIL_MAX_TAPS];
    const T *tap[PEL_STENCIL_MAX_TAPS];
};

static inline VT NAME(settle)(VT value, bool last)
{
    return last ? V(select)((VS)(value != value), V(set1)((T)__builtin_nan("")), value) : value;
}

/* Computes `vectors` vectors from cell x on. */
static inline __attribute__((always_inline)) void NAME(block)(struct NAME(span) span, size_t x, size_t vectors)
{
    VT acc[BLOCK];
    VT coef = V(set1)(span.coef[0]);
    UNROLL for (size_t v = 0; v < vectors; v++) acc[v] = coef * V(load)(span.tap[0] + x + v * LANES);
    for (size_t k = 1; k < span.ntaps; k++) {
        coef = V(set1)(span.coef[k]);
        UNROLL for (size_t v = 0; v < vectors; v++) acc[v] = V(fma)(coef, V(load)(span.tap[k] + x + v * LANES), acc[v]);
    }
    UNROLL for (size_t v = 0; v < vectors; v++) V(store)(span.to + x + v * LANES, NAME(settle)(acc[v], span.last));
}

static inline void NAME(cell)(struct NAME(span) span, size_t x)
{
    T acc = span.coef[0] * span.tap[0][x];
    for (size_t k = 1; k < span.ntaps; k++)
        acc = NAME(pel_stencil_fma)(span.coef[k], span.tap[k][x], acc);
    span.to[x] = span.last && acc != acc ? (T)__builtin_nan("") : acc;
}

/* The last vector overlaps the one before: it computes the same once more. */
static inline __attribute__((always_inline)) void NAME(vectors)(struct NAME(span) span, size_t count)
{
    size_t x = 0;
    for (; x + BLOCK * LANES <= count; x += BLOCK * LANES)
        NAME(block)(span, x, BLOCK);
    for (; x + LANES <= count; x += LANES)
        NAME(block)(span, x, 1);
    if (x < count)
        NAME(block)(span, count - LANES, 1);
}

/* A constant number of taps lets the compiler unroll, and keep pointers and coefficients in registers. */
static void NAME(stretch)(struct NAME(span) span, size_t count)
{
    if (count < LANES) {
        for (size_t x = 0; x < count; x++)
            NAME(cell)(span, x);
        return;
    }
    switch (span.ntaps) {
#define TAPS(n)                                                                                                        \
    case n:                                                                                                            \
        span.ntaps = n;                                                                                                \
        NAME(vectors)(span, count);                                                                                    \
        return;
        TAPS(3)
        TAPS(5)
        TAPS(7)
        TAPS(9)
        TAPS(13)
        TAPS(25)
        TAPS(27)
#undef TAPS
    default:
        NAME(vectors)(span, count);
    }
}

/* Finds the rows that the taps of row (z, y) read. */
static void NAME(find_rows)(struct NAME(place) * place, size_t z, size_t y)
{
    const struct pel_stencil_form *form = place->sweep->form;
    const struct pel_stencil_axis *axis = form->axis;
    const T *from = place->sweep->from;
    if (z >= axis[0].inner && z < axis[0].inner_last && y >= axis[1].inner && y < axis[1].inner_last) {
        const T *row = from + (z * axis[1].n + y) * axis[2].n;
        for (size_t k = 0; k < form->ntaps; k++)
            place->row[k] = row + form->shift[k];
        return;
    }
    for (size_t k = 0; k < form->ntaps; k++) {
        ptrdiff_t row = pel_stencil_row(form, z, y, k);
        place->row[k] = row < 0 ? NULL : from + row;
    }
}

/* Cells [begin, end) of a row, of which each tap is inside along the row. */
static void NAME(inner)(struct NAME(place) * place, T *to, size_t begin, size_t end)
{
    const struct pel_stencil_form *form = place->sweep->form;
    for (size_t x = begin, count; x < end; x += count) {
        count = end - x < PEL_STENCIL_OUTSIDE_ROW ? end - x : PEL_STENCIL_OUTSIDE_ROW;
        for (size_t k = 0; k < form->ntaps; k++)
            place->tap[k] = place->row[k] ? place->row[k] + (ptrdiff_t)x + form->offset[k][2] : form->outside;
        NAME(stretch)((struct NAME(span)){to + x, place->tap, form->coef, form->ntaps, place->sweep->last}, count);
    }
}

/* Cells [begin, end) near an end of a row. */
static void NAME(edge)(struct NAME(place) * place, T *to, size_t begin, size_t end)
{
    const struct pel_stencil_form *form = place->sweep->form;
    for (size_t x = begin; x < end; x++) {
        const ptrdiff_t *at = form->edge + pel_stencil_edge(&form->axis[2], x) * form->ntaps;
        for (size_t k = 0; k < form->ntaps; k++)
            place->tap[k] = place->row[k] && at[k] >= 0 ? place->row[k] + at[k] : form->outside;
        NAME(cell)((struct NAME(span)){to + x, place->tap, form->coef, form->ntaps, place->sweep->last}, 0);
    }
}

static void NAME(row)(struct NAME(place) * place, size_t z, size_t y)
{
    const struct pel_sweep *sweep = place->sweep;
    const struct pel_stencil_form *form = sweep->form;
    const struct pel_stencil_axis *axis = &form->axis[2];
    T *to = (T *)sweep->to + (z * form->axis[1].n + y) * axis->n;
    size_t begin = sweep->begin[2], end = sweep->end[2];
    size_t low = clamp(axis->inner, begin, end), high = clamp(axis->inner_last, begin, end);
    NAME(find_rows)(place, z, y);
    NAME(edge)(place, to, begin, low);
    NAME(inner)(place, to, low, high);
    NAME(edge)(place, to, high, end);
}

static void NAME(blocked)(const struct pel_sweep *sweep, const int32_t *params)
{
    struct NAME(place) place;
    size_t rows = (size_t)params[0];
    place.sweep = sweep;
    for (size_t first = sweep->begin[1], last; first < sweep->end[1]; first = last) {
        last = clamp(first + rows, first, sweep->end[1]);
        for (size_t z = sweep->begin[0]; z < sweep->end[0]; z++)
            for (size_t y = first; y < last; y++)
                NAME(row)(&place, z, y);
    }
}

#endif
