/* The reference of floating-point sums and what is made of them: every element, magnitude, exact product or mapped term
 * goes straight into the superaccumulator. */
#ifndef T

#include <math.h>

#include "kernels/kernel.h"
#include "kernels/reduce/map.h"
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
    ROWS(SUM, sum),         ROWS(DOT, dot),
    ROWS(ASUM, asum),       ROWS(NRM2, dot),
    ROWS(MEAN, sum),        ROWS(VAR, var),
    ROWS(STD, var),         ROWS(COV, cov),
    ROWS(CORR, corr),       ROWS(WMEAN, wmean),
    ROWS(CSUM, csum),       ROWS(CDOTU, cdotu),
    ROWS(CDOTC, cdotc),     ROWS(LOGSUMEXP, exponentials),
    ROWS(SKEWNESS, powers), ROWS(KURTOSIS, powers),
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

/* Adds one term, which is a product unless b is NULL. */
static void NAME(add)(struct pel_acc *acc, const T *a, const T *b)
{
    pel_acc_reserve(acc, 2);
    if (b)
        pel_acc_add_product(acc, (double)*a, (double)*b);
    else
        pel_acc_add(acc, (double)*a);
}

static void NAME(sums)(enum pel_op op, const T *x, const T *y, size_t n, struct pel_sums *sums)
{
    const enum pel_term *terms = pel_terms_of(op);
    for (size_t i = 0; i < n; i++) {
        for (int k = 0; terms[k]; k++) {
            bool of_y = terms[k] == PEL_Y || terms[k] == PEL_YY, square = terms[k] == PEL_XX || terms[k] == PEL_YY;
            const T *a = of_y ? y + i : x + i;
            NAME(add)(&sums->of[k], a, square ? a : terms[k] == PEL_XY ? y + i : NULL);
        }
    }
}

#define SUMS(name, op)                                                                                                 \
    static void NAME(name)(const void *x, const void *y, size_t n, union pel_reduce_state *state,                      \
                           const int32_t *params)                                                                      \
    {                                                                                                                  \
        (void)params;                                                                                                  \
        NAME(sums)(op, x, y, n, pel_sums_of(state));                                                                   \
    }
SUMS(var, PEL_OP_VAR)
SUMS(cov, PEL_OP_COV)
SUMS(corr, PEL_OP_CORR)
SUMS(wmean, PEL_OP_WMEAN)
#undef SUMS

static void NAME(csum)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    const T *z = x;
    (void)y;
    (void)params;
    for (size_t i = 0; i < 2 * n; i++)
        NAME(add)(&pel_sums_of(state)->of[i % 2], z + i, NULL);
}

/* a: as it is, or its conjugate. */
static void NAME(cdot)(const T *a, const T *b, size_t n, T sign, struct pel_sums *sums)
{
    for (size_t i = 0; i < 2 * n; i += 2) {
        T im = sign * a[i + 1], minus = -im;
        NAME(add)(&sums->of[0], &a[i], &b[i]);
        NAME(add)(&sums->of[0], &minus, &b[i + 1]);
        NAME(add)(&sums->of[1], &a[i], &b[i + 1]);
        NAME(add)(&sums->of[1], &im, &b[i]);
    }
}

static void NAME(cdotu)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    (void)params;
    NAME(cdot)(x, y, n, 1, pel_sums_of(state));
}

static void NAME(cdotc)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    (void)params;
    NAME(cdot)(x, y, n, -1, pel_sums_of(state));
}

static void NAME(exponentials)(const void *x_, const void *y, size_t n, union pel_reduce_state *state,
                               const int32_t *params)
{
    const T *x = x_;
    (void)params;
    for (size_t i = 0; i < n; i++) {
        pel_acc_reserve(&pel_sums_of(state)->of[0], 1);
        pel_acc_add(&pel_sums_of(state)->of[0], map_exponential(v_set1_f64((double)x[i]), y)[0]);
    }
}

static void NAME(powers)(const void *x_, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    const T *x = x_;
    (void)params;
    for (size_t i = 0; i < n; i++) {
        double d = map_deviation(v_set1_f64((double)x[i]), y)[0];
        const double power[] = {d * d, d * d * d, (d * d) * (d * d)};
        for (int k = 0; k < 3; k++) {
            pel_acc_reserve(&pel_sums_of(state)->of[k], 1);
            pel_acc_add(&pel_sums_of(state)->of[k], power[k]);
        }
    }
}

#endif
