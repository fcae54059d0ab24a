/* Several exact sums in one pass, block by block, while the block is in the first cache: what variances, covariances,
 * weighted means, and sums and dot products of complex numbers are made of. */
#ifndef T

#include "kernels/reduce/fold.h"

/* Complex numbers of a block: their parts, apart, take little of a stack. */
enum { PAIRS = 512 };

#define PEL_SELF "kernels/reduce/sums.c"
#include "kernels/foreach_float.h"

const struct pel_kernel PEL_TABLE(reduce_sums)[] = {
    FOLD_ROWS(VAR, var),     FOLD_ROWS(STD, var),     FOLD_ROWS(COV, cov),
    FOLD_ROWS(CORR, corr),   FOLD_ROWS(WMEAN, wmean), FOLD_ROWS(CSUM, csum),
    FOLD_ROWS(CDOTU, cdotu), FOLD_ROWS(CDOTC, cdotc), PEL_END_OF_TABLE,
};

#else

/* One sum: where it goes, and what to expect of its next block. */
struct NAME(sum) {
    struct pel_acc *acc;
    struct window window;
};

static struct NAME(sum) NAME(start)(struct pel_acc *acc)
{
    return (struct NAME(sum)){acc, {.exponent = TOP + 1, .more = 0}};
}

/* Adds a block of x, or of its products with y unless that is NULL. */
static void NAME(sum_block)(struct NAME(sum) * sum, const T *x, size_t n, uintptr_t ahead)
{
    struct NAME(terms) terms = {x, NULL, false, ahead};
    if (n < SHORT)
        NAME(add_each)(terms, n, sum->acc);
    else
        NAME(add_block)(terms, n, &sum->window, NAME(SUM_LEVELS), sum->acc);
}

static void NAME(dot_block)(struct NAME(sum) * sum, const T *x, const T *y, size_t n)
{
    struct NAME(terms) terms = {x, y, false, 0};
#if T_BITS == 32 || !PEL_ISA_IS(scalar)
    if (n >= SHORT) {
        NAME(add_block)(terms, n, &sum->window, NAME(DOT_LEVELS), sum->acc);
        return;
    }
#endif
    NAME(add_each)(terms, n, sum->acc);
}

static void NAME(add_term)(struct NAME(sum) * sum, enum pel_term term, const T *x, const T *y, size_t n,
                           uintptr_t ahead)
{
    switch (term) {
    case PEL_X:
        NAME(sum_block)(sum, x, n, ahead);
        break;
    case PEL_Y:
        NAME(sum_block)(sum, y, n, ahead);
        break;
    case PEL_XX:
        NAME(dot_block)(sum, x, x, n);
        break;
    case PEL_YY:
        NAME(dot_block)(sum, y, y, n);
        break;
    default:
        NAME(dot_block)(sum, x, y, n);
    }
}

static void NAME(sums)(enum pel_op op, const T *x, const T *y, size_t n, struct pel_sums *state, uintptr_t ahead)
{
    struct NAME(sum) sum[PEL_MOST_SUMS];
    const enum pel_term *terms = pel_terms_of(op);
    for (int k = 0; terms[k]; k++)
        sum[k] = NAME(start)(&state->of[k]);
    for (size_t done = 0; done < n; done += BLOCK) {
        size_t length = n - done < BLOCK ? n - done : BLOCK;
        for (int k = 0; terms[k]; k++)
            NAME(add_term)(&sum[k], terms[k], x + done, y ? y + done : NULL, length, ahead);
    }
}

#define SUMS(name, op)                                                                                                 \
    static void NAME(name)(const void *x, const void *y, size_t n, union pel_reduce_state *state,                      \
                           const int32_t *params)                                                                      \
    {                                                                                                                  \
        NAME(sums)(op, x, y, n, pel_sums_of(state), (uintptr_t)params[0]);                                             \
    }
SUMS(var, PEL_OP_VAR)
SUMS(cov, PEL_OP_COV)
SUMS(corr, PEL_OP_CORR)
SUMS(wmean, PEL_OP_WMEAN)
#undef SUMS

/* A block of complex numbers: real and imaginary parts apart. */
struct NAME(parts) {
    T re[PAIRS], im[PAIRS];
};

static void NAME(part)(struct NAME(parts) * parts, const T *z, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        parts->re[i] = z[2 * i];
        parts->im[i] = z[2 * i + 1];
    }
}

static void NAME(negate)(T *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = -x[i];
}

static void NAME(csum)(const void *x_, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    const T *x = x_;
    struct NAME(parts) a;
    struct NAME(sum) re = NAME(start)(&pel_sums_of(state)->of[0]), im = NAME(start)(&pel_sums_of(state)->of[1]);
    (void)y;
    (void)params;
    for (size_t done = 0; done < n; done += PAIRS) {
        size_t length = n - done < PAIRS ? n - done : PAIRS;
        NAME(part)(&a, x + 2 * done, length);
        NAME(sum_block)(&re, a.re, length, 0);
        NAME(sum_block)(&im, a.im, length, 0);
    }
}

/* The sums of a b, or with `conjugate` of conj(a) b: the negative products are those of a negated part. */
static void NAME(cdot)(const T *x, const T *y, size_t n, bool conjugate, struct pel_sums *sums)
{
    struct NAME(parts) a, b;
    struct NAME(sum) re[] = {NAME(start)(&sums->of[0]), NAME(start)(&sums->of[0])};
    struct NAME(sum) im[] = {NAME(start)(&sums->of[1]), NAME(start)(&sums->of[1])};
    for (size_t done = 0; done < n; done += PAIRS) {
        size_t length = n - done < PAIRS ? n - done : PAIRS;
        NAME(part)(&a, x + 2 * done, length);
        NAME(part)(&b, y + 2 * done, length);
        if (conjugate)
            NAME(negate)(a.im, length);
        NAME(dot_block)(&re[0], a.re, b.re, length);
        NAME(dot_block)(&im[0], a.re, b.im, length);
        NAME(dot_block)(&im[1], a.im, b.re, length);
        NAME(negate)(a.im, length);
        NAME(dot_block)(&re[1], a.im, b.im, length);
    }
}

static void NAME(cdotu)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    (void)params;
    NAME(cdot)(x, y, n, false, pel_sums_of(state));
}

static void NAME(cdotc)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    (void)params;
    NAME(cdot)(x, y, n, true, pel_sums_of(state));
}

#endif
