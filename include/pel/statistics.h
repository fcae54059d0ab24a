/* Statistics: variance, standard deviation, covariance, correlation, weighted sum and mean, skewness, kurtosis; the
 * logarithm of a sum of exponentials; sums and dot products of complex numbers.
 *
 * All but skewness, kurtosis and pel_logsumexp, whose bounds of error stand with them, are exact and rounded once, to
 * nearest, ties to even. A result depends on nothing but its elements, not on their order; there is neither
 * cancellation nor overflow on the way; what is exactly 0 is +0. Statistics of real numbers are doubles, whatever the
 * elements are.
 *
 * Common to all: arrays hold n elements, aligned to their type and not written; they may be NULL when n is 0, and may
 * be the same. *result may lie within them; it is written last, and only on PEL_OK. One pass over the arrays if nothing
 * else is said, O(n). Any NaN gives the canonical quiet NaN (positive, payload 0), and so does an infinity except in
 * weighted sums, pel_logsumexp, and sums of complex numbers. PEL_FAST is accepted and changes nothing; PEL_NAN_SKIP is
 * not provided (PEL_ENOTSUP). Errors: PEL_EINVAL (null or misaligned pointer, unknown flag, too few elements),
 * PEL_ERANGE (n elements exceed the address space), PEL_ENOMEM. Thread-safe. Scratch as in pel/reduce.h.
 *
 * Method: exact sums of elements and products (see pel_sum and pel_dot), put together as whole numbers; one long
 * division, if asked for a root of its leading bits, with a sticky remainder (D. E. Knuth, "The Art of Computer
 * Programming" 2, section 4.3.1). */
#ifndef PEL_STATISTICS_H
#define PEL_STATISTICS_H

#include <stddef.h>

#include <pel/export.h>
#include <pel/status.h>
#include <pel/types.h>

PEL_BEGIN_DECLS

/* Variance: the sum of (x[i] - mean)^2, with the exact mean, over n - ddof; and its root, the standard deviation. ddof
 * 0 is the variance of a population, 1 the unbiased estimate from a sample. PEL_EINVAL unless n > ddof. */
PEL_API pel_status pel_var_f32(const float *x, size_t n, size_t ddof, double *result, const pel_opts *opts);
PEL_API pel_status pel_var_f64(const double *x, size_t n, size_t ddof, double *result, const pel_opts *opts);
PEL_API pel_status pel_std_f32(const float *x, size_t n, size_t ddof, double *result, const pel_opts *opts);
PEL_API pel_status pel_std_f64(const double *x, size_t n, size_t ddof, double *result, const pel_opts *opts);

/* Covariance: the sum of (x[i] - mean of x) (y[i] - mean of y) over n - ddof. PEL_EINVAL unless n > ddof. */
PEL_API pel_status pel_cov_f32(const float *x, const float *y, size_t n, size_t ddof, double *result,
                               const pel_opts *opts);
PEL_API pel_status pel_cov_f64(const double *x, const double *y, size_t n, size_t ddof, double *result,
                               const pel_opts *opts);

/* Correlation after Pearson: the covariance over the root of the product of both variances; between -1 and 1. NaN when
 * all elements of x or all of y are equal. PEL_EINVAL when n is 0. */
PEL_API pel_status pel_corr_f32(const float *x, const float *y, size_t n, double *result, const pel_opts *opts);
PEL_API pel_status pel_corr_f64(const double *x, const double *y, size_t n, double *result, const pel_opts *opts);

/* Weighted sum: of w[i] * x[i]; the dot product, as a double. Weighted mean: that over the sum of the weights, which
 * may be negative; NaN when they sum to 0. PEL_EINVAL for the mean when n is 0. */
PEL_API pel_status pel_wsum_f32(const float *x, const float *w, size_t n, double *result, const pel_opts *opts);
PEL_API pel_status pel_wsum_f64(const double *x, const double *w, size_t n, double *result, const pel_opts *opts);
PEL_API pel_status pel_wmean_f32(const float *x, const float *w, size_t n, double *result, const pel_opts *opts);
PEL_API pel_status pel_wmean_f64(const double *x, const double *w, size_t n, double *result, const pel_opts *opts);

/* Skewness, m3 / m2^(3/2), and excess kurtosis, m4 / m2^2 - 3, where mk is the mean of (x[i] - mean)^k: of a
 * population, not corrected for bias. NaN when all elements are equal. Within 2^-48 of the exact value, relative to
 * that of magnitudes: to the mean of |x[i] - mean|^3 over m2^(3/2), and to m4 / m2^2. PEL_EINVAL when n is 0. Three
 * passes.
 *
 * Method: deviations from the exact mean in twice the precision, scaled by a power of two and rounded; their powers,
 * rounded, are summed exactly. */
PEL_API pel_status pel_skewness_f32(const float *x, size_t n, double *result, const pel_opts *opts);
PEL_API pel_status pel_skewness_f64(const double *x, size_t n, double *result, const pel_opts *opts);
PEL_API pel_status pel_kurtosis_f32(const float *x, size_t n, double *result, const pel_opts *opts);
PEL_API pel_status pel_kurtosis_f64(const double *x, size_t n, double *result, const pel_opts *opts);

/* ln(exp(x[0]) + ... + exp(x[n-1])). -Inf of no elements or where all are -Inf; Inf if one is Inf and none NaN. No
 * exponential overflows. Within 2^-52 and half a unit in the last place of the exact value, in double; of floats that
 * is rounded once more. Two passes.
 *
 * Method: exp(x[i] - largest), each to 2^-52, summed exactly; the logarithm in twice the precision. P. Blanchard,
 * D. J. Higham, N. J. Higham, "Accurately computing the log-sum-exp and softmax functions", IMA J. Numer. Anal. 41
 * (2021). */
PEL_API pel_status pel_logsumexp_f32(const float *x, size_t n, float *result, const pel_opts *opts);
PEL_API pel_status pel_logsumexp_f64(const double *x, size_t n, double *result, const pel_opts *opts);

/* Complex numbers are pairs, real part first, as C's float _Complex (c64) and double _Complex (c128) and C++'s
 * std::complex: x holds 2 n numbers, aligned to one of them. Sum; dot product, and dot product with the conjugates of
 * x. Each part of the result is a sum of real numbers, products of parts among them, with the promises of pel_sum and
 * pel_dot. */
PEL_API pel_status pel_sum_c64(const float *x, size_t n, float result[2], const pel_opts *opts);
PEL_API pel_status pel_sum_c128(const double *x, size_t n, double result[2], const pel_opts *opts);
PEL_API pel_status pel_dotu_c64(const float *x, const float *y, size_t n, float result[2], const pel_opts *opts);
PEL_API pel_status pel_dotu_c128(const double *x, const double *y, size_t n, double result[2], const pel_opts *opts);
PEL_API pel_status pel_dotc_c64(const float *x, const float *y, size_t n, float result[2], const pel_opts *opts);
PEL_API pel_status pel_dotc_c128(const double *x, const double *y, size_t n, double result[2], const pel_opts *opts);

PEL_END_DECLS

#endif
