/* Rows in blocks of several vectors, so that the chains of multiply-adds overlap; and the box in bands of rows that go
 * through all planes, so that what a plane reads is in the cache when the next one reads it again. */
#ifndef T

#include "kernels/kernel.h"
#include "kernels/simd/simd.h"
#include "kernels/stencil/sweep.h"

enum {
    MOST_UNROLLED = 27, /* taps */
    BLOCK = 8,          /* vectors at most in a block: it leaves registers for coefficients */
    BOX_ROWS = 4,
    LEAST_ROWS = 4, /* of a band: fewer would read most rows twice */
};

#define UNROLL        _Pragma("GCC unroll 8")
#define UNROLL9       _Pragma("GCC unroll 9")
#define ALWAYS_INLINE inline __attribute__((always_inline))

static inline size_t clamp(size_t i, size_t low, size_t high)
{
    return i < low ? low : i > high ? high : i;
}

/* Rows of a band: those of which all planes at hand fit the given cache. Without planes to go through, every row. */
static size_t rows_of_band(const struct pel_sweep *sweep, size_t cache, size_t size)
{
    size_t row = clamp(sweep->end[2] - sweep->begin[2], 1, PEL_STENCIL_OUTSIDE_ROW) * size;
    if (sweep->end[0] - sweep->begin[0] == 1)
        return sweep->end[1] - sweep->begin[1];
    return clamp(cache / row / sweep->form->planes, LEAST_ROWS, SIZE_MAX);
}

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

/* kib: cache for a band. block: vectors. */
#define ROW(suffix)                                                                                                    \
    PEL_ROW(STENCIL, suffix, "blocked", .run.sweep = blocked_##suffix,                                                 \
            .params = {{"kib", 1024, 1, 16384, 8}, {"block", 4, 4, BLOCK, 0}, {"height", 1024, 1, 1024, 0}})

const struct pel_kernel PEL_TABLE(stencil_blocked)[] = {
    ROW(f32),
    ROW(f64),
    PEL_END_OF_TABLE,
};

#else

/* Consecutive rows of a plane whose taps read rows at the same distance. Cell x of row 0 is written to to[place + x],
 * and tap k of it reads the row row[k] (NULL: outside). */
struct NAME(band) {
    const struct pel_sweep *sweep;
    bool wide;  /* see span */
    bool inner; /* every tap reads a row of the grid */
    size_t rows, place;
    const T **row;
    const T **tap; /* what the first cell at hand reads */
};

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

static struct NAME(span) NAME(span_of)(const struct NAME(band) * band, size_t x, size_t count)
{
    const struct pel_stencil_form *form = band->sweep->form;
    return (struct NAME(span)){.to = (T *)band->sweep->to + (band->place + x),
                               .tap = band->tap,
                               .coef = form->coef,
                               .ntaps = form->ntaps,
                               .count = count,
                               .rows = band->rows,
                               .stride = form->axis[2].n,
                               .box = band->inner ? form->box : 0,
                               .last = band->sweep->last,
                               .wide = band->wide};
}

/* Cells [begin, end) of each row, where every tap stays on the row. */
static void NAME(inner)(struct NAME(band) * band, size_t begin, size_t end)
{
    const struct pel_stencil_form *form = band->sweep->form;
    if (begin == end)
        return;
    for (size_t k = 0; k < form->ntaps; k++)
        band->tap[k] = band->row[k] ? band->row[k] + (ptrdiff_t)begin + form->offset[k][2] : form->outside;
    NAME(compute)(NAME(span_of)(band, begin, end - begin));
}

/* Cells [begin, end) of each row, near one end of it. */
static void NAME(edge)(struct NAME(band) * band, size_t begin, size_t end)
{
    const struct pel_stencil_form *form = band->sweep->form;
    for (size_t x = begin; x < end; x++) {
        const ptrdiff_t *at = form->edge + pel_stencil_edge(&form->axis[2], x) * form->ntaps;
        for (size_t row = 0, shift = 0; row < band->rows; row++, shift += form->axis[2].n) {
            for (size_t k = 0; k < form->ntaps; k++)
                band->tap[k] = band->row[k] && at[k] >= 0 ? band->row[k] + shift + at[k] : form->outside;
            ((T *)band->sweep->to)[band->place + shift + x] = NAME(cell)(NAME(span_of)(band, x, 1), 0);
        }
    }
}

/* Finds the rows that the taps of row (z, y) read, and how many rows up to y_end make one band with it. */
static void NAME(find_rows)(struct NAME(band) * band, size_t z, size_t y, size_t y_end)
{
    const struct pel_stencil_form *form = band->sweep->form;
    const struct pel_stencil_axis *axis = form->axis;
    const T *from = band->sweep->from;
    bool inner = z >= axis[0].inner && z < axis[0].inner_last && y >= axis[1].inner && y < axis[1].inner_last;
    band->inner = inner;
    band->rows = inner ? clamp(axis[1].inner_last, y, y_end) - y : 1;
    size_t first = (z * axis[1].n + y) * axis[2].n;
    band->place = first - band->sweep->origin;
    for (size_t k = 0; k < form->ntaps; k++) {
        ptrdiff_t row = inner ? (ptrdiff_t)first + form->shift[k] : pel_stencil_row(form, z, y, k);
        band->row[k] = row < 0 ? NULL : from + row;
    }
}

/* The cells [begin, end) of the rows [y, y_end) of a plane. */
static void NAME(tile)(struct NAME(band) * band, size_t z, size_t y, size_t y_end, size_t begin, size_t end)
{
    const struct pel_stencil_form *form = band->sweep->form;
    const struct pel_stencil_axis *axis = &form->axis[2];
    size_t low = clamp(axis->inner, begin, end), high = clamp(axis->inner_last, begin, end);
    for (; y < y_end; y += band->rows) {
        NAME(find_rows)(band, z, y, y_end);
        NAME(edge)(band, begin, low);
        NAME(inner)(band, low, high);
        NAME(edge)(band, high, end);
        for (size_t row = 0; band->sweep->first && row < band->rows; row++)
            pel_stencil_keep(band->sweep, (z * form->axis[1].n + y + row) * axis->n, sizeof(T));
    }
}

static void NAME(blocked)(const struct pel_sweep *sweep, const int32_t *params)
{
    const size_t *begin = sweep->begin, *end = sweep->end;
    size_t rows = rows_of_band(sweep, (size_t)params[0] << 10, sizeof(T)), cells = PEL_STENCIL_OUTSIDE_ROW;
    struct NAME(band) band = {.sweep = sweep, .wide = params[1] == BLOCK};
    band.row = (const T **)sweep->pointers;
    band.tap = band.row + sweep->form->ntaps;
    for (size_t y = begin[1]; y < end[1]; y += rows)
        for (size_t x = begin[2]; x < end[2]; x += cells)
            for (size_t z = begin[0]; z < end[0]; z++)
                NAME(tile)(&band, z, y, clamp(y + rows, y, end[1]), x, clamp(x + cells, x, end[2]));
}

#endif
