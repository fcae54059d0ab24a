/* Reductions: sum, dot product, product, sum of magnitudes, Euclidean norm, mean, minimum, maximum, the places of
 * those, and counts of what is not zero.
 *
 * Common to all: x (and y) hold n elements, aligned to their own type and not written; they may be NULL when
 * n is 0, and may be the same array. *result may lie within them; it is written last, and only on PEL_OK. Errors:
 * PEL_EINVAL (null or misaligned pointer, unknown flag), PEL_ERANGE (n elements exceed the address space), PEL_ENOMEM,
 * PEL_ENOTSUP (a variant that cannot run). Thread-safe. Scratch: none on one thread, at most 48 KiB for each of a team,
 * allocated unless the options bring it. */
#ifndef PEL_REDUCE_H
#define PEL_REDUCE_H

#include <stddef.h>
#include <stdint.h>

#include <pel/export.h>
#include <pel/status.h>
#include <pel/types.h>

PEL_BEGIN_DECLS

/* Sum of x[0] ... x[n-1].
 *
 * Floating point: the exact sum, rounded once to nearest, ties to even; it depends on nothing but the multiset
 * of the elements. No intermediate overflow: a result is infinite only if the exact sum rounds to infinity or
 * an element is infinite. Any NaN, or +Inf with -Inf, gives the canonical quiet NaN (positive, payload 0). The
 * empty sum is +0; a sum of nothing but -0 is -0.
 * With PEL_FAST: rounded at every step, in an unspecified order.
 * Integers: exact; PEL_ERANGE when the sum does not fit the result.
 * PEL_NAN_SKIP is not provided (PEL_ENOTSUP).
 *
 * Method: block-wise error-free extraction into a superaccumulator. T. Ogita, S. M. Rump, S. Oishi, "Accurate
 * sum and dot product", SIAM J. Sci. Comput. 26 (2005); J. Demmel, H. D. Nguyen, "Fast reproducible
 * floating-point summation", ARITH 21 (2013); U. Kulisch, "Computer Arithmetic and Validity" (2008). */
PEL_API pel_status pel_sum_f32(const float *x, size_t n, float *result, const pel_opts *opts);
PEL_API pel_status pel_sum_f64(const double *x, size_t n, double *result, const pel_opts *opts);
PEL_API pel_status pel_sum_i32(const int32_t *x, size_t n, int64_t *result, const pel_opts *opts);
PEL_API pel_status pel_sum_i64(const int64_t *x, size_t n, int64_t *result, const pel_opts *opts);
PEL_API pel_status pel_sum_u32(const uint32_t *x, size_t n, uint64_t *result, const pel_opts *opts);
PEL_API pel_status pel_sum_u64(const uint64_t *x, size_t n, uint64_t *result, const pel_opts *opts);

/* Dot product: the sum of x[i] * y[i], with the promises of the sum: exact products, exactly accumulated,
 * rounded once. A product 0 * Inf is a NaN. With PEL_FAST: BLAS where pel was built with one, else a plain loop;
 * rounded at every step. Integers: exact; PEL_ERANGE when the sum does not fit. */
PEL_API pel_status pel_dot_f32(const float *x, const float *y, size_t n, float *result, const pel_opts *opts);
PEL_API pel_status pel_dot_f64(const double *x, const double *y, size_t n, double *result, const pel_opts *opts);
PEL_API pel_status pel_dot_i32(const int32_t *x, const int32_t *y, size_t n, int64_t *result, const pel_opts *opts);
PEL_API pel_status pel_dot_i64(const int64_t *x, const int64_t *y, size_t n, int64_t *result, const pel_opts *opts);
PEL_API pel_status pel_dot_u32(const uint32_t *x, const uint32_t *y, size_t n, uint64_t *result, const pel_opts *opts);
PEL_API pel_status pel_dot_u64(const uint64_t *x, const uint64_t *y, size_t n, uint64_t *result, const pel_opts *opts);

/* Product of x[0] ... x[n-1]; 1 of none.
 *
 * Floating point: multiplied in twice the precision over a fixed tree, and rounded once to nearest, ties to even. So it
 * depends on the elements and their order alone, and is the float, or double, nearest to the exact product unless that
 * is within n 2^-45 units in the last place of the middle between two; where the exact product has at most 100 bits it
 * is the nearest always. There is neither overflow nor underflow on the way: a result is infinite or zero only if the
 * product rounds to that, or an element is. Any NaN, or a zero with an infinity, gives the canonical quiet NaN
 * (positive, payload 0). PEL_FAST is accepted and changes nothing: this is the only method. Integers: exact; PEL_ERANGE
 * when the product does not fit the result. PEL_NAN_SKIP is not provided (PEL_ENOTSUP).
 *
 * Method: significands in pairs of doubles, signs and exponents apart; T. Ogita, S. M. Rump, S. Oishi (above);
 * S. Graillat, "Accurate floating-point product and exponentiation", IEEE Trans. Comput. 58 (2009). */
PEL_API pel_status pel_prod_f32(const float *x, size_t n, float *result, const pel_opts *opts);
PEL_API pel_status pel_prod_f64(const double *x, size_t n, double *result, const pel_opts *opts);
PEL_API pel_status pel_prod_i32(const int32_t *x, size_t n, int64_t *result, const pel_opts *opts);
PEL_API pel_status pel_prod_i64(const int64_t *x, size_t n, int64_t *result, const pel_opts *opts);
PEL_API pel_status pel_prod_u32(const uint32_t *x, size_t n, uint64_t *result, const pel_opts *opts);
PEL_API pel_status pel_prod_u64(const uint64_t *x, size_t n, uint64_t *result, const pel_opts *opts);

/* Sum of magnitudes, |x[0]| + ... + |x[n-1]|, with the promises of the sum: exact, rounded once. Infinite if an element
 * is infinite and none NaN; any NaN gives the canonical quiet NaN; the empty sum, and one of zeros of either sign, is
 * +0. PEL_FAST is accepted and changes nothing: this is the only method. PEL_NAN_SKIP is not provided (PEL_ENOTSUP).
 *
 * Method: the sum's, with the signs cleared. */
PEL_API pel_status pel_asum_f32(const float *x, size_t n, float *result, const pel_opts *opts);
PEL_API pel_status pel_asum_f64(const double *x, size_t n, double *result, const pel_opts *opts);

/* Euclidean norm: the square root of the exact sum of squares, rounded once to nearest, ties to even. Nothing is
 * scaled, and nothing overflows or underflows on the way: a result is infinite only if the exact norm rounds to
 * infinity, or an element is infinite and none NaN. Any NaN gives the canonical quiet NaN; the norm of nothing is +0.
 * PEL_FAST is accepted and changes nothing: this is the only method. PEL_NAN_SKIP is not provided (PEL_ENOTSUP).
 *
 * Method: the exact dot product of x with itself, then an integer square root of its leading bits with a sticky
 * remainder (Newton's method; R. P. Brent, P. Zimmermann, "Modern Computer Arithmetic", 2010, section 1.5). */
PEL_API pel_status pel_nrm2_f32(const float *x, size_t n, float *result, const pel_opts *opts);
PEL_API pel_status pel_nrm2_f64(const double *x, size_t n, double *result, const pel_opts *opts);

/* Arithmetic mean: the exact sum divided by n, rounded once to the nearest double, ties to even, for every type of
 * elements; so it exists where the sum does not fit its type. NaN, infinities, the sign of a zero and PEL_FAST are as
 * for the sum. PEL_EINVAL when n is 0: the mean of nothing does not exist. PEL_NAN_SKIP is not provided (PEL_ENOTSUP).
 *
 * Method: the sum's, then long division of the superaccumulator with a sticky remainder. */
PEL_API pel_status pel_mean_f32(const float *x, size_t n, double *result, const pel_opts *opts);
PEL_API pel_status pel_mean_f64(const double *x, size_t n, double *result, const pel_opts *opts);
PEL_API pel_status pel_mean_i32(const int32_t *x, size_t n, double *result, const pel_opts *opts);
PEL_API pel_status pel_mean_i64(const int64_t *x, size_t n, double *result, const pel_opts *opts);
PEL_API pel_status pel_mean_u32(const uint32_t *x, size_t n, double *result, const pel_opts *opts);
PEL_API pel_status pel_mean_u64(const uint64_t *x, size_t n, double *result, const pel_opts *opts);

/* Smallest and largest element. -0 is smaller than +0. Any NaN makes the result the canonical quiet NaN, as in
 * IEEE 754-2019 minimum and maximum; with PEL_NAN_SKIP NaN is left out, and the result is the canonical NaN only
 * if nothing else is there. n = 0 is PEL_EINVAL: the minimum of nothing does not exist. */
PEL_API pel_status pel_min_f32(const float *x, size_t n, float *result, const pel_opts *opts);
PEL_API pel_status pel_min_f64(const double *x, size_t n, double *result, const pel_opts *opts);
PEL_API pel_status pel_min_i32(const int32_t *x, size_t n, int32_t *result, const pel_opts *opts);
PEL_API pel_status pel_min_i64(const int64_t *x, size_t n, int64_t *result, const pel_opts *opts);
PEL_API pel_status pel_min_u32(const uint32_t *x, size_t n, uint32_t *result, const pel_opts *opts);
PEL_API pel_status pel_min_u64(const uint64_t *x, size_t n, uint64_t *result, const pel_opts *opts);
PEL_API pel_status pel_max_f32(const float *x, size_t n, float *result, const pel_opts *opts);
PEL_API pel_status pel_max_f64(const double *x, size_t n, double *result, const pel_opts *opts);
PEL_API pel_status pel_max_i32(const int32_t *x, size_t n, int32_t *result, const pel_opts *opts);
PEL_API pel_status pel_max_i64(const int64_t *x, size_t n, int64_t *result, const pel_opts *opts);
PEL_API pel_status pel_max_u32(const uint32_t *x, size_t n, uint32_t *result, const pel_opts *opts);
PEL_API pel_status pel_max_u64(const uint64_t *x, size_t n, uint64_t *result, const pel_opts *opts);

/* Both at once, in one pass: result[0] is the smallest element, result[1] the largest, each as above. */
PEL_API pel_status pel_minmax_f32(const float *x, size_t n, float result[2], const pel_opts *opts);
PEL_API pel_status pel_minmax_f64(const double *x, size_t n, double result[2], const pel_opts *opts);
PEL_API pel_status pel_minmax_i32(const int32_t *x, size_t n, int32_t result[2], const pel_opts *opts);
PEL_API pel_status pel_minmax_i64(const int64_t *x, size_t n, int64_t result[2], const pel_opts *opts);
PEL_API pel_status pel_minmax_u32(const uint32_t *x, size_t n, uint32_t result[2], const pel_opts *opts);
PEL_API pel_status pel_minmax_u64(const uint64_t *x, size_t n, uint64_t result[2], const pel_opts *opts);

/* How many elements are not zero, whether any is (1 or 0), whether all are (of no elements all are). NaN is not zero,
 * -0 is. PEL_NAN_SKIP is not provided for floating point (PEL_ENOTSUP). */
PEL_API pel_status pel_count_f32(const float *x, size_t n, size_t *result, const pel_opts *opts);
PEL_API pel_status pel_count_f64(const double *x, size_t n, size_t *result, const pel_opts *opts);
PEL_API pel_status pel_count_i32(const int32_t *x, size_t n, size_t *result, const pel_opts *opts);
PEL_API pel_status pel_count_i64(const int64_t *x, size_t n, size_t *result, const pel_opts *opts);
PEL_API pel_status pel_count_u32(const uint32_t *x, size_t n, size_t *result, const pel_opts *opts);
PEL_API pel_status pel_count_u64(const uint64_t *x, size_t n, size_t *result, const pel_opts *opts);
PEL_API pel_status pel_any_f32(const float *x, size_t n, int *result, const pel_opts *opts);
PEL_API pel_status pel_any_f64(const double *x, size_t n, int *result, const pel_opts *opts);
PEL_API pel_status pel_any_i32(const int32_t *x, size_t n, int *result, const pel_opts *opts);
PEL_API pel_status pel_any_i64(const int64_t *x, size_t n, int *result, const pel_opts *opts);
PEL_API pel_status pel_any_u32(const uint32_t *x, size_t n, int *result, const pel_opts *opts);
PEL_API pel_status pel_any_u64(const uint64_t *x, size_t n, int *result, const pel_opts *opts);
PEL_API pel_status pel_all_f32(const float *x, size_t n, int *result, const pel_opts *opts);
PEL_API pel_status pel_all_f64(const double *x, size_t n, int *result, const pel_opts *opts);
PEL_API pel_status pel_all_i32(const int32_t *x, size_t n, int *result, const pel_opts *opts);
PEL_API pel_status pel_all_i64(const int64_t *x, size_t n, int *result, const pel_opts *opts);
PEL_API pel_status pel_all_u32(const uint32_t *x, size_t n, int *result, const pel_opts *opts);
PEL_API pel_status pel_all_u64(const uint64_t *x, size_t n, int *result, const pel_opts *opts);

/* Index of the smallest and of the largest element; among equal ones, of the first. -0 is smaller than +0, as above.
 * The first NaN wins over everything; with PEL_NAN_SKIP NaN is left out, and where nothing else is there the index is
 * 0. n = 0 is PEL_EINVAL. *index stands for *result.
 *
 * Method: the extreme of each block in vector lanes, then a search of the first block that holds it. */
PEL_API pel_status pel_argmin_f32(const float *x, size_t n, size_t *index, const pel_opts *opts);
PEL_API pel_status pel_argmin_f64(const double *x, size_t n, size_t *index, const pel_opts *opts);
PEL_API pel_status pel_argmin_i32(const int32_t *x, size_t n, size_t *index, const pel_opts *opts);
PEL_API pel_status pel_argmin_i64(const int64_t *x, size_t n, size_t *index, const pel_opts *opts);
PEL_API pel_status pel_argmin_u32(const uint32_t *x, size_t n, size_t *index, const pel_opts *opts);
PEL_API pel_status pel_argmin_u64(const uint64_t *x, size_t n, size_t *index, const pel_opts *opts);
PEL_API pel_status pel_argmax_f32(const float *x, size_t n, size_t *index, const pel_opts *opts);
PEL_API pel_status pel_argmax_f64(const double *x, size_t n, size_t *index, const pel_opts *opts);
PEL_API pel_status pel_argmax_i32(const int32_t *x, size_t n, size_t *index, const pel_opts *opts);
PEL_API pel_status pel_argmax_i64(const int64_t *x, size_t n, size_t *index, const pel_opts *opts);
PEL_API pel_status pel_argmax_u32(const uint32_t *x, size_t n, size_t *index, const pel_opts *opts);
PEL_API pel_status pel_argmax_u64(const uint64_t *x, size_t n, size_t *index, const pel_opts *opts);

/* A reduction of the caller's own: of n elements that pel does not look at, by three functions.
 *
 * A state is state_bytes bytes, aligned to 64, that may be copied as they are. identity() starts one; fold() adds
 * elements first ... first + count - 1; merge() adds what another one holds of later elements. The elements are cut
 * into blocks of `block` (the last may be shorter; 0 stands for 4096), blocks into leaves: neighbouring blocks, as few
 * as make at most 1024 leaves. Each leaf has a state, to which its blocks are added in their order; leaves are merged
 * in pairs at distance 1, 2, 4, ... So the order of all steps depends on n and block alone: the same bits for any
 * number of threads, if the functions give the same bits for the same arguments, though addition may round.
 *
 * The functions run on several threads at once, on different states, in rounding to nearest; they must not call pel,
 * nor leave by longjmp or exceptions. */
typedef struct pel_user_reduction {
    size_t size; /* sizeof(pel_user_reduction), set by PEL_USER_REDUCTION_INIT */
    size_t state_bytes;
    size_t block;
    void *context; /* handed to the functions */
    void (*identity)(void *context, void *state);
    void (*fold)(void *context, void *state, size_t first, size_t count);
    void (*merge)(void *context, void *into, const void *later);
} pel_user_reduction;

#define PEL_USER_REDUCTION_INIT                                                                                        \
    {                                                                                                                  \
        sizeof(pel_user_reduction), 0, 0, NULL, NULL, NULL, NULL                                                       \
    }

/* Copies the last state to *result, of any alignment; of no elements it is the identity. Flags mean nothing here;
 * scratch is at most 1024 states, each rounded up to 64 bytes. PEL_EINVAL (a null pointer, state_bytes 0, unknown
 * flag), PEL_ERANGE, PEL_ENOMEM. Thread-safe as far as the functions are. */
PEL_API pel_status pel_reduce_user(const pel_user_reduction *user, size_t n, void *result, const pel_opts *opts);

PEL_END_DECLS

#endif
