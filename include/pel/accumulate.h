/* Accumulators: exact sums and dot products that are filled piece by piece, merged, stored and rounded.
 *
 * An accumulator holds a number exactly: any sum of floats, doubles, and products of two of them. So the pieces, their
 * order, how they are spread over accumulators and in which order those are merged leave no trace: the same terms
 * give the same bits, in memory of other machines too. What pel_sum and pel_dot promise of rounding, NaN, infinities
 * and zeros holds for the terms of all pieces together.
 *
 * An object of zeros, pel_acc acc = {0}, is an accumulator of nothing; it owns no memory, and may be copied by
 * assignment. Errors common to all: PEL_EINVAL (null pointer, or an object that is no accumulator). An error leaves the
 * accumulator as it was. Thread-safe for different accumulators, and for readers of one.
 *
 * Method: a fixed-point number of 4320 bits (U. Kulisch, "Computer Arithmetic and Validity", 2008). */
#ifndef PEL_ACCUMULATE_H
#define PEL_ACCUMULATE_H

#include <stddef.h>
#include <stdint.h>

#include <pel/export.h>
#include <pel/status.h>
#include <pel/types.h>

PEL_BEGIN_DECLS

enum { PEL_ACC_LIMBS = 135, PEL_ACC_BYTES = 560 };

/* The members are pel's own: what they hold for one number depends on its history. Compare and exchange accumulators as
 * they are stored. */
typedef struct pel_acc {
    int low, high;     /* limbs in use; the others have no value */
    uint32_t deposits; /* since carries were last moved: each limb is below 2^32 (deposits + 1) */
    unsigned flags;
    int64_t limb[PEL_ACC_LIMBS];
} pel_acc;

/* Back to the sum of nothing. */
PEL_API pel_status pel_acc_reset(pel_acc *acc);

/* Adds x[0] ... x[n-1], or the products x[i] * y[i], each of n elements aligned to their type, not written; they may be
 * NULL when n is 0. On as many threads as a sum of n elements takes. PEL_FAST is accepted and changes nothing;
 * PEL_NAN_SKIP is not provided (PEL_ENOTSUP); opts->variant names a kernel of sum or dot. Further errors: PEL_EINVAL
 * (null or misaligned array, unknown flag), PEL_ERANGE (n elements exceed the address space), PEL_ENOMEM. */
PEL_API pel_status pel_acc_add_f32(pel_acc *acc, const float *x, size_t n, const pel_opts *opts);
PEL_API pel_status pel_acc_add_f64(pel_acc *acc, const double *x, size_t n, const pel_opts *opts);
PEL_API pel_status pel_acc_add_dot_f32(pel_acc *acc, const float *x, const float *y, size_t n, const pel_opts *opts);
PEL_API pel_status pel_acc_add_dot_f64(pel_acc *acc, const double *x, const double *y, size_t n, const pel_opts *opts);

/* Adds what another one holds; it may be the same, which doubles it. PEL_ERANGE when the sum is beyond what 2^64 terms
 * can make. */
PEL_API pel_status pel_acc_merge(pel_acc *acc, const pel_acc *other);

/* The number, rounded once to nearest, ties to even. */
PEL_API pel_status pel_acc_round_f32(const pel_acc *acc, float *result);
PEL_API pel_status pel_acc_round_f64(const pel_acc *acc, double *result);

/* What is made of sums, rounded once, as the functions of an array round it: the number over n, a mean (pel_mean); the
 * root of its magnitude, of a sum of squares a Euclidean norm (pel_nrm2). PEL_EINVAL if n is 0. */
PEL_API pel_status pel_acc_round_mean_f32(const pel_acc *acc, uint64_t n, float *result);
PEL_API pel_status pel_acc_round_mean_f64(const pel_acc *acc, uint64_t n, double *result);
PEL_API pel_status pel_acc_round_root_f32(const pel_acc *acc, float *result);
PEL_API pel_status pel_acc_round_root_f64(const pel_acc *acc, double *result);

/* The variance and standard deviation of n numbers from their sum and the sum of their squares, and the covariance of n
 * pairs from the sums of both and of their products (pel_var, pel_std, pel_cov in pel/statistics.h). PEL_EINVAL unless
 * n > ddof. */
PEL_API pel_status pel_acc_round_var_f64(const pel_acc *x, const pel_acc *squares, uint64_t n, uint64_t ddof,
                                         double *result);
PEL_API pel_status pel_acc_round_std_f64(const pel_acc *x, const pel_acc *squares, uint64_t n, uint64_t ddof,
                                         double *result);
PEL_API pel_status pel_acc_round_cov_f64(const pel_acc *x, const pel_acc *y, const pel_acc *xy, uint64_t n,
                                         uint64_t ddof, double *result);

/* Writes an accumulator as PEL_ACC_BYTES bytes that any machine and later version reads; equal sums are equal bytes.
 * Layout, numbers with the lowest byte first: 0 "PELA"; 4 the version, 1; 5 marks: 1 NaN, 2 +infinity, 4 -infinity, 8 a
 * sum of nothing but -0, 16 a finite sum of anything else; 6 the sign, 1 of a negative number; 7 zero; 8 the CRC-32
 * (IEEE 802.3) of bytes 0 to 7 and 16 to 559; 12 zeros; 16 digits of 32 bits of the magnitude, the first one in units
 * of 2^-2148. */
PEL_API pel_status pel_acc_store(const pel_acc *acc, unsigned char bytes[PEL_ACC_BYTES]);

/* Reads it back. PEL_ECORRUPT when the bytes are not what pel_acc_store writes. */
PEL_API pel_status pel_acc_load(pel_acc *acc, const unsigned char bytes[PEL_ACC_BYTES]);

PEL_END_DECLS

#endif
