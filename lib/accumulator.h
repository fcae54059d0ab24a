/* What happens to superaccumulators after the kernels: they are merged, and rounded once. */
#ifndef PEL_LIB_ACCUMULATOR_H
#define PEL_LIB_ACCUMULATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/reduce/acc.h"

/* Adds `from` to `into`; the same number comes out in any order and grouping. */
void pel_acc_join(struct pel_acc *into, const struct pel_acc *from);

/* Makes the number canonical: digits in [0, 2^32) of its magnitude in all limbs in use. Returns whether it is negative.
 */
bool pel_acc_settle(struct pel_acc *acc);

/* Whether the magnitude of a number so settled is below 2^PEL_ACC_BOUND: any sum of terms that a machine can add is,
 * and leaves a limb for the sign, and room for as many more. */
enum { PEL_ACC_BOUND = 2136 };
bool pel_acc_is_bounded(const struct pel_acc *acc);

/* The whole part of the square root of n, which has 123 or 124 bits. */
uint64_t pel_root(pel_u128 n);

/* Divides by a number that is not 0. What the quotient has beyond its leading digits is kept as one bit: enough to
 * round the exact quotient below, not to add to it. */
void pel_acc_divide(struct pel_acc *acc, uint64_t divisor);

/* The square root of the number's magnitude, to be rounded like a quotient. */
void pel_acc_root(struct pel_acc *acc);

/* The bits of the double, or float, nearest to the exact sum, ties to even; moves carries. NaN is canonical: positive,
 * quiet, payload 0. */
uint64_t pel_acc_bits_f64(struct pel_acc *acc);
uint32_t pel_acc_bits_f32(struct pel_acc *acc);

#endif
