/* Exact sums, also of magnitudes, and dot products by folds: what most calls run. */
#ifndef T

#include "kernels/reduce/fold.h"

#define PEL_SELF "kernels/reduce/fold.c"
#include "kernels/foreach_float.h"

/* Where fma is a call of libm, the limbs of the reference are as fast as exact products of doubles. */
const struct pel_kernel PEL_TABLE(reduce_fold)[] = {
    FOLD_ROWS(SUM, sum),     FOLD_ROWS(ASUM, asum),    FOLD_ROWS(MEAN, sum),
    FOLD_ROW(DOT, f32, dot), FOLD_ROW(NRM2, f32, dot),
#if !PEL_ISA_IS(scalar)
    FOLD_ROW(DOT, f64, dot), FOLD_ROW(NRM2, f64, dot),
#endif
    PEL_END_OF_TABLE,
};

#else

/* levels: what most blocks take. */
INLINE void NAME(add)(struct NAME(terms) terms, size_t n, int levels, struct pel_acc *acc)
{
    struct window window = {.exponent = TOP + 1, .more = 0};
    if (n < SHORT) {
        if (terms.y || !NAME(add_few)(terms, n, acc))
            NAME(add_each)(terms, n, acc);
        return;
    }
    for (size_t done = 0; done < n && !(acc->flags & PEL_ACC_NAN); done += BLOCK) {
        if (done % (BLOCK * FORGET) == 0)
            window.more = 0;
        NAME(add_block)(NAME(from)(terms, done), n - done < BLOCK ? n - done : BLOCK, &window, levels, acc);
    }
}

static void NAME(sum)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    (void)y;
    NAME(add)((struct NAME(terms)){x, NULL, false, (uintptr_t)params[0]}, n, NAME(SUM_LEVELS), &state->acc);
}

static void NAME(asum)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    (void)y;
    NAME(add)((struct NAME(terms)){x, NULL, true, (uintptr_t)params[0]}, n, NAME(SUM_LEVELS), &state->acc);
}

#if T_BITS == 32 || !PEL_ISA_IS(scalar)
static void NAME(dot)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    NAME(add)((struct NAME(terms)){x, y, false, (uintptr_t)params[0]}, n, NAME(DOT_LEVELS), &state->acc);
}

#endif

#endif
