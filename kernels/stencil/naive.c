/* The definition of a stencil step, one cell after another: the reference that every other kernel equals. */
#ifndef T

#include "kernels/kernel.h"
#include "kernels/stencil/sweep.h"

#if PEL_ISA_IS(scalar)
#define PEL_SELF "kernels/stencil/naive.c"
#include "kernels/foreach_float.h"
#endif

const struct pel_kernel PEL_TABLE(stencil_naive)[] = {
#if PEL_ISA_IS(scalar)
    PEL_ROW(STENCIL, f32, "naive", .run.sweep = naive_f32, .traits = PEL_TRAIT_REFERENCE),
    PEL_ROW(STENCIL, f64, "naive", .run.sweep = naive_f64, .traits = PEL_TRAIT_REFERENCE),
#endif
    PEL_END_OF_TABLE,
};

#else

/* What tap k reads from cell (z, y, x). */
static T NAME(value)(const struct pel_sweep *sweep, size_t z, size_t y, size_t x, size_t k)
{
    const struct pel_stencil_form *form = sweep->form;
    ptrdiff_t row = pel_stencil_row(form, z, y, k);
    ptrdiff_t at_x = pel_stencil_index(&form->axis[2], (ptrdiff_t)x + form->offset[k][2]);
    return row < 0 || at_x < 0 ? *(const T *)form->outside : ((const T *)sweep->from)[row + at_x];
}

static T NAME(coefficient)(const struct pel_sweep *sweep, size_t index, size_t k)
{
    const struct pel_stencil_terms *terms = sweep->form->terms;
    const T *array = terms && terms->coef ? terms->coef[k] : NULL;
    return array ? array[index] : ((const T *)sweep->form->coef)[k];
}

/* What follows the taps, at a cell of the grid that holds `now`, and held *before. */
static T NAME(finish)(const struct pel_stencil_terms *terms, size_t index, T acc, T now, const T *before)
{
    if (terms->scale)
        acc *= ((const T *)terms->scale)[index];
    if (terms->source)
        acc += ((const T *)terms->source)[index];
    if (terms->now != 0)
        acc = NAME(pel_stencil_fma)((T)terms->now, now, acc);
    if (terms->two_levels)
        acc = NAME(pel_stencil_fma)((T)terms->before, *before, acc);
    return acc;
}

static T NAME(cell)(const struct pel_sweep *sweep, size_t z, size_t y, size_t x)
{
    const struct pel_stencil_terms *terms = sweep->form->terms;
    size_t index = pel_stencil_row_start(sweep->form, z, y) + x;
    T now = ((const T *)sweep->from)[index], acc = NAME(coefficient)(sweep, index, 0) * NAME(value)(sweep, z, y, x, 0);
    for (size_t k = 1; k < sweep->form->ntaps; k++)
        acc = NAME(pel_stencil_fma)(NAME(coefficient)(sweep, index, k), NAME(value)(sweep, z, y, x, k), acc);
    if (terms && terms->mask && !terms->mask[index])
        return now;
    if (terms)
        acc = NAME(finish)(terms, index, acc, now, (const T *)sweep->to + (index - sweep->origin));
    return sweep->last && acc != acc ? (T)__builtin_nan("") : acc;
}

static void NAME(naive)(const struct pel_sweep *sweep, const int32_t *params)
{
    T *to = sweep->to;
    (void)params;
    for (size_t z = sweep->begin[0]; z < sweep->end[0]; z++) {
        for (size_t y = sweep->begin[1]; y < sweep->end[1]; y++) {
            size_t row = pel_stencil_row_start(sweep->form, z, y);
            for (size_t x = sweep->begin[2]; x < sweep->end[2]; x++)
                to[row - sweep->origin + x] = NAME(cell)(sweep, z, y, x);
            pel_stencil_carry(sweep, row - sweep->origin + sweep->begin[2], sweep->end[2] - sweep->begin[2], sizeof(T));
            if (sweep->first)
                NAME(pel_stencil_keep)(sweep, row);
        }
    }
}

#endif
