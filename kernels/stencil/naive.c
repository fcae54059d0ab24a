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

static T NAME(cell)(const struct pel_sweep *sweep, size_t z, size_t y, size_t x)
{
    const T *coef = sweep->form->coef;
    T acc = coef[0] * NAME(value)(sweep, z, y, x, 0);
    for (size_t k = 1; k < sweep->form->ntaps; k++)
        acc = NAME(pel_stencil_fma)(coef[k], NAME(value)(sweep, z, y, x, k), acc);
    return sweep->last && acc != acc ? (T)__builtin_nan("") : acc;
}

static void NAME(naive)(const struct pel_sweep *sweep, const int32_t *params)
{
    const struct pel_stencil_axis *axis = sweep->form->axis;
    T *to = sweep->to;
    (void)params;
    for (size_t z = sweep->begin[0]; z < sweep->end[0]; z++) {
        for (size_t y = sweep->begin[1]; y < sweep->end[1]; y++) {
            size_t row = (z * axis[1].n + y) * axis[2].n;
            for (size_t x = sweep->begin[2]; x < sweep->end[2]; x++)
                to[row - sweep->origin + x] = NAME(cell)(sweep, z, y, x);
            if (sweep->first)
                pel_stencil_keep(sweep, row, sizeof(T));
        }
    }
}

#endif
