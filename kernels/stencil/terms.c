/* Taps with an array of coefficients each, and what may follow them: a factor, a source, the values now and one step
 * before, a mask. Row by row, in blocks of several vectors. */
#ifndef T

#include "kernels/kernel.h"
#include "kernels/simd/simd.h"
#include "kernels/stencil/bands.h"
#include "kernels/stencil/expand.h"
#include "kernels/stencil/sweep.h"

enum { MOST_UNROLLED = 27 /* taps */, BLOCK = 4 /* vectors */ };

#define PEL_SELF "kernels/stencil/terms.c"
#include "kernels/foreach_float.h"

static const char *why_not(const struct pel_request *request)
{
    return request->stencil && request->stencil->terms ? NULL : "only for more than taps of constant coefficients";
}

#define ROW(suffix)                                                                                                    \
    PEL_ROW(STENCIL, suffix, "terms", .run.sweep = terms_##suffix, .why_not = why_not,                                 \
            .params = {{"kib", 1024, 1, 16384, 12}, {"height", 1024, 1, 1024, 0}})

const struct pel_kernel PEL_TABLE(stencil_terms)[] = {
    ROW(f32),
    ROW(f64),
    PEL_END_OF_TABLE,
};

#else

#include "kernels/stencil/bands.h"

typedef signed char NAME(mask) __attribute__((vector_size(PEL_VBYTES / sizeof(T))));

/* `count` cells of a row; all pointers are to what belongs to the first. */
struct NAME(line) {
    T *to;
    const T *now; /* the cells themselves */
    const T *const *tap;
    const T *const *coef; /* of each tap: as many as cells if `variable`, else one */
    const T *scale, *source;
    const unsigned char *mask;
    size_t ntaps, count;
    T now_factor, before_factor;
    bool with_now, two_levels, last;
};

static inline VS NAME(read_mask)(const unsigned char *mask, size_t count)
{
    NAME(mask) bytes = {0};
    memcpy(&bytes, mask, count);
    return __builtin_convertvector(bytes != 0, VS);
}

/* What follows the taps, for the first `count` lanes of the vector at x; whole vectors if `whole`. */
static ALWAYS_INLINE VT NAME(finish)(const struct NAME(line) * line, size_t x, VT acc, size_t count, bool whole)
{
    const VT zero = {0};
#define READ(p) (whole ? V(load)((p) + x) : V(load_part)((p) + x, count, zero))
    if (line->scale)
        acc = READ(line->scale) * acc;
    if (line->source)
        acc = acc + READ(line->source);
    if (line->with_now)
        acc = V(fma)(V(set1)(line->now_factor), READ(line->now), acc);
    if (line->two_levels)
        acc = V(fma)(V(set1)(line->before_factor), READ(line->to), acc);
    if (line->last)
        acc = V(select)(V(is_nan)(acc), V(set1)((T)__builtin_nan("")), acc);
    if (line->mask)
        acc = V(select)(NAME(read_mask)(line->mask + x, whole ? LANES : count), acc, READ(line->now));
#undef READ
    return acc;
}

/* Tap k of a vector: its coefficients, and what it reads. */
#define COEF(k, x)  (variable ? V(load)(line->coef[k] + (x)) : V(set1)(line->coef[k][0]))
#define VALUE(k, x) V(load)(line->tap[k] + (x))

/* `vectors` vectors from cell x on. */
static ALWAYS_INLINE void NAME(block)(const struct NAME(line) * line, size_t x, const size_t vectors,
                                      const size_t ntaps, const bool variable)
{
    VT acc[BLOCK];
    UNROLL for (size_t v = 0; v < vectors; v++) acc[v] = COEF(0, x + v * LANES) * VALUE(0, x + v * LANES);
    for (size_t k = 1; k < ntaps; k++) {
        UNROLL for (size_t v = 0; v < vectors; v++) acc[v] =
            V(fma)(COEF(k, x + v * LANES), VALUE(k, x + v * LANES), acc[v]);
    }
    UNROLL for (size_t v = 0; v < vectors; v++)
        V(store)(line->to + x + v * LANES, NAME(finish)(line, x + v * LANES, acc[v], LANES, true));
}

#undef VALUE
#undef COEF

/* Fewer cells than a vector has lanes. */
static void NAME(part)(const struct NAME(line) * line, size_t x, size_t count, bool variable)
{
    const VT zero = {0};
    VT acc = zero;
    for (size_t k = 0; k < line->ntaps; k++) {
        VT coef = variable ? V(load_part)(line->coef[k] + x, count, zero) : V(set1)(line->coef[k][0]);
        VT value = V(load_part)(line->tap[k] + x, count, zero);
        acc = k ? V(fma)(coef, value, acc) : coef * value;
    }
    V(store_part)(line->to + x, count, NAME(finish)(line, x, acc, count, false));
}

/* No cell is computed twice, since what it held is one of the terms. */
static ALWAYS_INLINE void NAME(compute_line)(const struct NAME(line) * line, const size_t ntaps, const bool variable)
{
    size_t end = line->count, x = (LANES - (uintptr_t)line->to / sizeof(T) % LANES) % LANES;
    x = clamp(x, 0, end);
    if (x > 0)
        NAME(part)(line, 0, x, variable);
    for (; x + BLOCK * LANES <= end; x += BLOCK * LANES)
        NAME(block)(line, x, BLOCK, ntaps, variable);
    for (; x + LANES <= end; x += LANES)
        NAME(block)(line, x, 1, ntaps, variable);
    if (x < end)
        NAME(part)(line, x, end - x, variable);
}

/* A known number of taps lets the compiler unroll, and pointers that no store can reach stay in registers. */
static ALWAYS_INLINE void NAME(few)(const struct NAME(line) * line, const size_t ntaps, const bool variable)
{
    const T *tap[MOST_UNROLLED], *coef[MOST_UNROLLED];
    T constant[MOST_UNROLLED];
    struct NAME(line) copy = *line;
    for (size_t k = 0; k < ntaps; k++) {
        tap[k] = line->tap[k];
        constant[k] = line->coef[k][0];
        coef[k] = variable ? line->coef[k] : &constant[k];
    }
    copy.tap = tap;
    copy.coef = coef;
    NAME(compute_line)(&copy, ntaps, variable);
}

static ALWAYS_INLINE void NAME(compute)(const struct NAME(line) * line, const bool variable)
{
    switch (line->ntaps) {
#define TAPS(n)                                                                                                        \
    case n:                                                                                                            \
        NAME(few)(line, n, variable);                                                                                  \
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
        NAME(compute_line)(line, line->ntaps, variable);
    }
}

/* Finds what the taps of such a row read, and their coefficients. */
static void NAME(find_row)(const struct pel_sweep *sweep, const struct NAME(cells) * cells, size_t row, const T **tap,
                           const T **coef)
{
    const struct pel_stencil_form *form = sweep->form;
    const struct pel_stencil_terms *terms = form->terms;
    size_t cell = sweep->origin + cells->place + row * form->stride[1];
    for (size_t k = 0; k < form->ntaps; k++) {
        tap[k] = cells->tap[k] + row * cells->shift[k];
        coef[k] = (const T *)form->coef + k;
        if (terms->coef)
            coef[k] = terms->coef[k] ? (const T *)terms->coef[k] + cell : terms->constant[k];
    }
}

static void NAME(compute_row)(const struct pel_sweep *sweep, size_t place, size_t count, const T **tap, const T **coef)
{
    const struct pel_stencil_form *form = sweep->form;
    const struct pel_stencil_terms *terms = form->terms;
    size_t cell = sweep->origin + place;
    struct NAME(line) line = {.to = (T *)sweep->to + place,
                              .now = (const T *)sweep->from + cell,
                              .tap = tap,
                              .coef = coef,
                              .scale = terms->scale ? (const T *)terms->scale + cell : NULL,
                              .source = terms->source ? (const T *)terms->source + cell : NULL,
                              .mask = terms->mask ? terms->mask + cell : NULL,
                              .ntaps = form->ntaps,
                              .count = count,
                              .now_factor = (T)terms->now,
                              .before_factor = (T)terms->before,
                              .with_now = terms->now != 0,
                              .two_levels = terms->two_levels,
                              .last = sweep->last};
    if (terms->coef)
        NAME(compute)(&line, true);
    else
        NAME(compute)(&line, false);
    pel_stencil_carry(sweep, place, count, sizeof(T));
}

static void NAME(compute_cells)(const struct pel_sweep *sweep, const int32_t *params, const struct NAME(cells) * cells)
{
    size_t ntaps = sweep->form->ntaps;
    const T **tap = (const T **)sweep->pointers + PEL_BANDS_POINTERS * ntaps, **coef = tap + ntaps;
    (void)params;
    for (size_t row = 0; row < cells->rows; row++) {
        NAME(find_row)(sweep, cells, row, tap, coef);
        NAME(compute_row)(sweep, cells->place + row * sweep->form->stride[1], cells->count, tap, coef);
    }
}

static void NAME(terms)(const struct pel_sweep *sweep, const int32_t *params)
{
    NAME(sweep_bands)(sweep, params);
}

#endif
