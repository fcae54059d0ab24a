/* Statistics, which are quotients of exact sums and rounded once; and sums of complex numbers. */
#include <pel/statistics.h>

#include "lib/accumulator.h"
#include "lib/big.h"
#include "lib/reduce.h"

enum { NOT_FINITE = PEL_ACC_NAN | PEL_ACC_PLUS_INFINITY | PEL_ACC_MINUS_INFINITY };

static void clear_sums(union pel_reduce_state *state, size_t start)
{
    (void)start;
    for (int i = 0; i < PEL_MOST_SUMS; i++)
        pel_acc_clear(&pel_sums_of(state)->of[i]);
}

static void merge_sums(union pel_reduce_state *into, const union pel_reduce_state *from)
{
    for (int i = 0; i < PEL_MOST_SUMS; i++)
        pel_acc_join(&pel_sums_of(into)->of[i], &((const union pel_large_state *)(const void *)from)->sums.of[i]);
}

static bool all_finite(const struct pel_sums *sums)
{
    unsigned flags = 0;
    for (int i = 0; i < PEL_MOST_SUMS; i++)
        flags |= sums->of[i].flags;
    return !(flags & NOT_FINITE);
}

/* n times the sum of products of what differs from the means: n sum(x y) - sum(x) sum(y). */
static void spread(struct pel_big *spread, const struct pel_acc *xy, const struct pel_acc *x, const struct pel_acc *y,
                   size_t n)
{
    struct pel_big whole, of_x, of_y, product;
    pel_big_of_acc(&whole, xy);
    pel_big_times(&whole, n);
    pel_big_of_acc(&of_x, x);
    pel_big_of_acc(&of_y, y);
    pel_big_product(&product, &of_x, &of_y);
    pel_big_minus(spread, &whole, &product);
}

typedef void division(struct pel_acc *acc, const struct pel_big *a, const struct pel_big *b);

/* Of the sums of x, y and their products. */
static pel_status finish_spread(const struct pel_call *call, struct pel_sums *sums, const struct pel_acc *x,
                                const struct pel_acc *y, const struct pel_acc *xy, division *divide)
{
    struct pel_big dividend, divisor;
    struct pel_acc result;
    if (!all_finite(sums)) {
        pel_write_nan(call, 0);
        return PEL_OK;
    }
    spread(&dividend, xy, x, y, call->n);
    pel_big_of(&divisor, call->n);
    pel_big_times(&divisor, call->n - call->ddof);
    divide(&result, &dividend, &divisor);
    pel_write_rounded(call, 0, &result);
    return PEL_OK;
}

static pel_status finish_var(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    struct pel_acc *of = pel_sums_of(state)->of;
    (void)flags;
    return finish_spread(call, pel_sums_of(state), &of[0], &of[0], &of[1], pel_big_quotient);
}

static pel_status finish_std(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    struct pel_acc *of = pel_sums_of(state)->of;
    (void)flags;
    return finish_spread(call, pel_sums_of(state), &of[0], &of[0], &of[1], pel_big_root_of_quotient);
}

static pel_status finish_cov(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    struct pel_acc *of = pel_sums_of(state)->of;
    (void)flags;
    return finish_spread(call, pel_sums_of(state), &of[0], &of[1], &of[2], pel_big_quotient);
}

/* The root of c^2 / (a b), with the sign of c. */
static pel_status finish_corr(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    struct pel_acc *of = pel_sums_of(state)->of, result;
    struct pel_big a, b, c, square, product;
    (void)flags;
    if (all_finite(pel_sums_of(state))) {
        spread(&a, &of[3], &of[0], &of[0], call->n);
        spread(&b, &of[4], &of[1], &of[1], call->n);
        spread(&c, &of[2], &of[0], &of[1], call->n);
        pel_big_product(&product, &a, &b);
        if (product.digits > 0) {
            pel_big_product(&square, &c, &c);
            square.negative = c.negative;
            pel_big_root_of_quotient(&result, &square, &product);
            pel_write_rounded(call, 0, &result);
            return PEL_OK;
        }
    }
    pel_write_nan(call, 0);
    return PEL_OK;
}

static pel_status finish_wmean(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    struct pel_acc *of = pel_sums_of(state)->of, result;
    struct pel_big dividend, divisor;
    (void)flags;
    pel_big_of_acc(&divisor, &of[1]);
    if (!all_finite(pel_sums_of(state)) || divisor.digits == 0) {
        pel_write_nan(call, 0);
        return PEL_OK;
    }
    pel_big_of_acc(&dividend, &of[0]);
    pel_big_quotient(&result, &dividend, &divisor);
    pel_write_rounded(call, 0, &result);
    return PEL_OK;
}

static pel_status finish_complex(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    (void)flags;
    pel_write_rounded(call, 0, &pel_sums_of(state)->of[0]);
    pel_write_rounded(call, 1, &pel_sums_of(state)->of[1]);
    return PEL_OK;
}

#define KIND(name, finish)                                                                                             \
    const struct pel_kind pel_kind_##name = {sizeof(struct pel_sums), clear_sums, merge_sums, finish}
KIND(var, finish_var);
KIND(std, finish_std);
KIND(cov, finish_cov);
KIND(corr, finish_corr);
KIND(wmean, finish_wmean);
KIND(complex, finish_complex);

/* The public functions. */
#define OF_ONE(op, name, T, suffix, dtype)                                                                             \
    pel_status pel_##name##_##suffix(const T *x, size_t n, size_t ddof, double *result, const pel_opts *opts)          \
    {                                                                                                                  \
        return pel_reduce(&(struct pel_call){PEL_OP_##op, dtype, x, NULL, n, result, sizeof *result, ddof}, NULL,      \
                          opts);                                                                                       \
    }
#define OF_TWO(T, suffix, dtype)                                                                                       \
    pel_status pel_cov_##suffix(const T *x, const T *y, size_t n, size_t ddof, double *result, const pel_opts *opts)   \
    {                                                                                                                  \
        return pel_reduce(&(struct pel_call){PEL_OP_COV, dtype, x, y, n, result, sizeof *result, ddof}, NULL, opts);   \
    }                                                                                                                  \
    pel_status pel_corr_##suffix(const T *x, const T *y, size_t n, double *result, const pel_opts *opts)               \
    {                                                                                                                  \
        return pel_reduce(&(struct pel_call){PEL_OP_CORR, dtype, x, y, n, result, sizeof *result, 0}, NULL, opts);     \
    }                                                                                                                  \
    pel_status pel_wsum_##suffix(const T *x, const T *w, size_t n, double *result, const pel_opts *opts)               \
    {                                                                                                                  \
        return pel_reduce(&(struct pel_call){PEL_OP_DOT, dtype, x, w, n, result, sizeof *result, 0}, &pel_kind_sum,    \
                          opts);                                                                                       \
    }                                                                                                                  \
    pel_status pel_wmean_##suffix(const T *x, const T *w, size_t n, double *result, const pel_opts *opts)              \
    {                                                                                                                  \
        return pel_reduce(&(struct pel_call){PEL_OP_WMEAN, dtype, x, w, n, result, sizeof *result, 0}, NULL, opts);    \
    }
#define OF_COMPLEX(T, suffix, dtype)                                                                                   \
    pel_status pel_sum_##suffix(const T *x, size_t n, T result[2], const pel_opts *opts)                               \
    {                                                                                                                  \
        return pel_reduce(&(struct pel_call){PEL_OP_CSUM, dtype, x, NULL, n, result, sizeof *result, 0}, NULL, opts);  \
    }                                                                                                                  \
    pel_status pel_dotu_##suffix(const T *x, const T *y, size_t n, T result[2], const pel_opts *opts)                  \
    {                                                                                                                  \
        return pel_reduce(&(struct pel_call){PEL_OP_CDOTU, dtype, x, y, n, result, sizeof *result, 0}, NULL, opts);    \
    }                                                                                                                  \
    pel_status pel_dotc_##suffix(const T *x, const T *y, size_t n, T result[2], const pel_opts *opts)                  \
    {                                                                                                                  \
        return pel_reduce(&(struct pel_call){PEL_OP_CDOTC, dtype, x, y, n, result, sizeof *result, 0}, NULL, opts);    \
    }

OF_ONE(VAR, var, float, f32, PEL_F32)
OF_ONE(VAR, var, double, f64, PEL_F64)
OF_ONE(STD, std, float, f32, PEL_F32)
OF_ONE(STD, std, double, f64, PEL_F64)
OF_TWO(float, f32, PEL_F32)
OF_TWO(double, f64, PEL_F64)
OF_COMPLEX(float, c64, PEL_F32)
OF_COMPLEX(double, c128, PEL_F64)
