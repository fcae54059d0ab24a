/* Statistics, which are quotients of exact sums and rounded once; sums of complex numbers; and what is made of exact
 * sums of mapped elements. */
#include <pel/statistics.h>

#include <limits.h>
#include <math.h>
#include <string.h>

#include <pel/reduce.h>

#include "lib/accumulator.h"
#include "lib/big.h"
#include "lib/check.h"
#include "lib/fpenv.h"
#include "lib/reduce.h"
#include "lib/spread.h"

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
    return !(flags & PEL_ACC_NOT_FINITE);
}

/* Of the sums of x, y and their products. */
static pel_status finish_spread(const struct pel_call *call, const struct pel_acc *x, const struct pel_acc *y,
                                const struct pel_acc *xy, bool root)
{
    struct pel_acc result;
    pel_spread_over(&result, xy, x, y, call->n, call->ddof, root);
    pel_write_rounded(call, 0, &result);
    return PEL_OK;
}

static pel_status finish_var(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    struct pel_acc *of = pel_sums_of(state)->of;
    (void)flags;
    return finish_spread(call, &of[0], &of[0], &of[1], false);
}

static pel_status finish_std(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    struct pel_acc *of = pel_sums_of(state)->of;
    (void)flags;
    return finish_spread(call, &of[0], &of[0], &of[1], true);
}

static pel_status finish_cov(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    struct pel_acc *of = pel_sums_of(state)->of;
    (void)flags;
    return finish_spread(call, &of[0], &of[1], &of[2], false);
}

/* The root of c^2 / (a b), with the sign of c. */
static pel_status finish_corr(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    struct pel_acc *of = pel_sums_of(state)->of, result;
    struct pel_big a, b, c, square, product;
    (void)flags;
    if (all_finite(pel_sums_of(state))) {
        pel_spread(&a, &of[3], &of[0], &of[0], call->n);
        pel_spread(&b, &of[4], &of[1], &of[1], call->n);
        pel_spread(&c, &of[2], &of[0], &of[1], call->n);
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

/* The double nearest to the number, and what that leaves, likewise. */
struct pair {
    double high, low;
};

static double as_double(struct pel_acc *acc)
{
    uint64_t bits = pel_acc_bits_f64(acc);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static struct pair as_pair(struct pel_acc *acc)
{
    struct pel_acc rest = *acc; /* reading a sum leaves its magnitude */
    struct pair pair = {as_double(acc), 0};
    if (isfinite(pair.high)) {
        pel_acc_reserve(&rest, 1);
        pel_acc_add(&rest, -pair.high);
        pair.low = as_double(&rest);
    }
    return pair;
}

/* The exact sum of two doubles (D. E. Knuth). */
static struct pair sum_of(double a, double b)
{
    double sum = a + b, part = sum - a;
    return (struct pair){sum, (a - (sum - part)) + (b - part)};
}

/* ln s to 2^-58 where s >= 1: k ln 2 + ln m, with m in [0.7, 1.42], and ln m = 2 artanh(t), t = (m - 1) / (m + 1), by
 * its series. t and the sum of the first terms keep what their rounding left. */
static struct pair logarithm(struct pair s)
{
    enum { TERMS = 11 };
    const double ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
    int k = ilogb(s.high);
    k += ldexp(s.high, -k) > 0x1.6a09e667f3bcdp0;
    struct pair f = sum_of(ldexp(s.high, -k) - 1, ldexp(s.low, -k)), divisor = sum_of(2, f.high);
    double t = f.high / divisor.high, rest = fma(-t, divisor.high, f.high);
    double t_low = (rest + f.low - t * (divisor.low + f.low)) / divisor.high, square = t * t, series = 0;
    for (int i = TERMS; i > 0; i--)
        series = (series + 1.0 / (2 * i + 1)) * square;
    struct pair leading = sum_of(k * ln2_high, 2 * t);
    return (struct pair){leading.high, leading.low + (k * ln2_low + 2 * (t_low + t * series))};
}

static void write_double(const struct pel_call *call, double x)
{
    struct pel_acc acc;
    pel_acc_clear(&acc);
    pel_acc_reserve(&acc, 1);
    pel_acc_add(&acc, x);
    pel_write_rounded(call, 0, &acc);
}

/* Where the largest element is no number, or infinite, so is the result. */
static pel_status finish_logsumexp(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    pel_fpenv env = pel_fpenv_enter();
    double result = ((const struct pel_map *)call->y)->high;
    (void)flags;
    if (isfinite(result)) {
        struct pair log = logarithm(as_pair(&pel_sums_of(state)->of[0])), sum = sum_of(result, log.high);
        result = sum.high + (sum.low + log.low);
    }
    write_double(call, result);
    pel_fpenv_leave(env);
    return PEL_OK;
}

/* Of the sums of squares, cubes and fourth powers of scaled deviations; NaN where those are all 0, or not finite. */
static pel_status finish_moment(const struct pel_call *call, struct pel_sums *sums, bool fourth)
{
    double n = (double)call->n, result = (double)NAN;
    pel_fpenv env = pel_fpenv_enter();
    if (((const struct pel_map *)call->y)->scale > 0) {
        double square = as_double(&sums->of[0]);
        result = fourth ? n * as_double(&sums->of[2]) / (square * square) - 3
                        : sqrt(n) * as_double(&sums->of[1]) / (square * sqrt(square));
    }
    write_double(call, result + 0.0); /* not -0 */
    pel_fpenv_leave(env);
    return PEL_OK;
}

static pel_status finish_skewness(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    (void)flags;
    return finish_moment(call, pel_sums_of(state), false);
}

static pel_status finish_kurtosis(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    (void)flags;
    return finish_moment(call, pel_sums_of(state), true);
}

#define KIND(name, finish)                                                                                             \
    const struct pel_kind pel_kind_##name = {sizeof(struct pel_sums), clear_sums, merge_sums, finish}
KIND(var, finish_var);
KIND(std, finish_std);
KIND(cov, finish_cov);
KIND(corr, finish_corr);
KIND(wmean, finish_wmean);
KIND(complex, finish_complex);
KIND(logsumexp, finish_logsumexp);
KIND(skewness, finish_skewness);
KIND(kurtosis, finish_kurtosis);

/* The exponent of the power of two that brings deviations of elements in this range below 8, and the largest to 1/4 at
 * the least unless all are subnormal; NO_SCALE where there are none. */
enum { NO_SCALE = INT_MIN };

static int scale_of(double least, double greatest)
{
    enum { LOWEST = -1074, MOST = 1000, LEAST = -1022 };
    double half = greatest / 2 - least / 2;
    if (!isfinite(half) || least == greatest)
        return NO_SCALE;
    int exponent = -2 - (half == 0 ? LOWEST : ilogb(half));
    return exponent > MOST ? MOST : exponent < LEAST ? LEAST : exponent;
}

/* The sum times 2^exponent, over n. It is scaled first: a mean of subnormal numbers has digits below those of doubles.
 */
static struct pair scaled_mean(struct pel_acc *sum, int exponent, size_t n)
{
    struct pel_acc scaled;
    pel_acc_clear(&scaled);
    pel_acc_carry(sum);
    for (int i = sum->low; i < sum->high; i++) {
        pel_acc_reserve(&scaled, 1);
        pel_acc_deposit(&scaled, sum->limb[i], PEL_ACC_LOWEST + 32 * i + exponent);
    }
    pel_acc_divide(&scaled, n);
    return as_pair(&scaled);
}

/* Exponentials count from the largest element; deviations from the exact mean, rounded to twice the precision of a
 * double. */
struct pel_map pel_map_of(enum pel_op op, const double range[2], struct pel_acc *sum, size_t n)
{
    struct pel_map map = {.high = n > 0 ? range[1] : -(double)INFINITY};
    if (op == PEL_OP_LOGSUMEXP)
        return map;
    pel_fpenv env = pel_fpenv_enter();
    int exponent = scale_of(range[0], range[1]);
    map = (struct pel_map){0, 0, 0};
    if (exponent != NO_SCALE) {
        struct pair mean = scaled_mean(sum, exponent, n);
        map = (struct pel_map){mean.high, mean.low, ldexp(1, exponent)};
    }
    pel_fpenv_leave(env);
    return map;
}

static pel_status range_of(const struct pel_call *call, double range[2], const pel_opts *opts)
{
    float narrow[2] = {0, 0};
    if (call->dtype == PEL_F64)
        return pel_minmax_f64(call->x, call->n, range, opts);
    pel_status status = pel_minmax_f32(call->x, call->n, narrow, opts);
    range[0] = (double)narrow[0];
    range[1] = (double)narrow[1];
    return status;
}

static pel_status reduce_mapped(const struct pel_call *call, const pel_opts *opts)
{
    pel_opts rest = pel_opts_without_variant(opts);
    pel_status status = PEL_OK;
    struct pel_acc sum;
    double range[2] = {0, 0};
    pel_acc_clear(&sum);
    if (call->n > 0 || call->op != PEL_OP_LOGSUMEXP)
        status = range_of(call, range, &rest);
    if (status == PEL_OK && call->op != PEL_OP_LOGSUMEXP)
        status =
            pel_reduce(&(struct pel_call){PEL_OP_SUM, call->dtype, call->x, NULL, call->n, &sum, sizeof(uint64_t), 0},
                       &pel_kind_into, &rest);
    if (status != PEL_OK)
        return status;
    struct pel_map map = pel_map_of(call->op, range, &sum, call->n);
    struct pel_call mapped = *call;
    mapped.y = &map;
    return pel_reduce(&mapped, NULL, opts);
}

/* Between the passes elements are converted, too: subnormal ones would be 0 in the environment of some callers. */
pel_status pel_reduce_mapped(const struct pel_call *call, const pel_opts *opts)
{
    pel_fpenv caller = pel_fpenv_enter();
    pel_status status = reduce_mapped(call, opts);
    pel_fpenv_leave(caller);
    return status;
}

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

#define OF_MAPPED(T, suffix, dtype)                                                                                    \
    pel_status pel_logsumexp_##suffix(const T *x, size_t n, T *result, const pel_opts *opts)                           \
    {                                                                                                                  \
        return pel_reduce_mapped(&(struct pel_call){PEL_OP_LOGSUMEXP, dtype, x, NULL, n, result, sizeof *result, 0},   \
                                 opts);                                                                                \
    }                                                                                                                  \
    pel_status pel_skewness_##suffix(const T *x, size_t n, double *result, const pel_opts *opts)                       \
    {                                                                                                                  \
        return pel_reduce_mapped(&(struct pel_call){PEL_OP_SKEWNESS, dtype, x, NULL, n, result, sizeof *result, 0},    \
                                 opts);                                                                                \
    }                                                                                                                  \
    pel_status pel_kurtosis_##suffix(const T *x, size_t n, double *result, const pel_opts *opts)                       \
    {                                                                                                                  \
        return pel_reduce_mapped(&(struct pel_call){PEL_OP_KURTOSIS, dtype, x, NULL, n, result, sizeof *result, 0},    \
                                 opts);                                                                                \
    }

OF_ONE(VAR, var, float, f32, PEL_F32)
OF_ONE(VAR, var, double, f64, PEL_F64)
OF_ONE(STD, std, float, f32, PEL_F32)
OF_ONE(STD, std, double, f64, PEL_F64)
OF_TWO(float, f32, PEL_F32)
OF_TWO(double, f64, PEL_F64)
OF_COMPLEX(float, c64, PEL_F32)
OF_COMPLEX(double, c128, PEL_F64)
OF_MAPPED(float, f32, PEL_F32)
OF_MAPPED(double, f64, PEL_F64)
