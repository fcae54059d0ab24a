/* The reference of floating-point sums and what is made of them: every element, magnitude, or exact product goes
 * straight into the superaccumulator. */
#ifndef T

#include <math.h>

#include "kernels/kernel.h"
#include "kernels/reduce/state.h"

#if PEL_ISA_IS(scalar)
#define PEL_SELF "kernels/reduce/limbs.c"
#include "kernels/foreach_float.h"
#endif

#define ROWS(op, function)                                                                                             \
    PEL_ROW(op, f32, "limbs", .traits = PEL_TRAIT_REFERENCE, .run.reduce = function##_f32),                            \
        PEL_ROW(op, f64, "limbs", .traits = PEL_TRAIT_REFERENCE, .run.reduce = function##_f64)

const struct pel_kernel PEL_TABLE(reduce_limbs)[] = {
#if PEL_ISA_IS(scalar)
    ROWS(SUM, sum),   ROWS(DOT, dot), ROWS(ASUM, asum), ROWS(NRM2, dot), ROWS(MEAN, sum),
#endif
    PEL_END_OF_TABLE,
};

#undef ROWS

#else

static void NAME(sum)(const void *x_, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    const T *x = x_;
    (void)y;
    (void)params;
    for (size_t i = 0; i < n; i++) {
        pel_acc_reserve(&state->acc, 1);
        pel_acc_add(&state->acc, (double)x[i]);
    }
}

static void NAME(asum)(const void *x_, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    const T *x = x_;
    (void)y;
    (void)params;
    for (size_t i = 0; i < n; i++) {
        pel_acc_reserve(&state->acc, 1);
        pel_acc_add(&state->acc, fabs((double)x[i]));
    }
}

static void NAME(dot)(const void *x_, const void *y_, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    const T *x = x_, *y = y_;
    (void)params;
    for (size_t i = 0; i < n; i++) {
        pel_acc_reserve(&state->acc, 2);
        pel_acc_add_product(&state->acc, (double)x[i], (double)y[i]);
    }
}

#endif
