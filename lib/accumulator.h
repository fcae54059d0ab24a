/* What happens to superaccumulators after the kernels: they are merged, and rounded once. */
#ifndef PEL_LIB_ACCUMULATOR_H
#define PEL_LIB_ACCUMULATOR_H

#include <stdint.h>

#include "kernels/reduce/acc.h"

/* Adds `from` to `into`; the same number comes out in any order and grouping. */
void pel_acc_merge(struct pel_acc *into, const struct pel_acc *from);

/* Divides by a number that is not 0. What the quotient has beyond its leading digits is kept as one bit: enough to
 * round the exact quotient below, not to add to it. */
void pel_acc_divide(struct pel_acc *acc, uint64_t divisor);

/* The square root of the number's magnitude, to be rounded like a quotient. */
void pel_acc_root(struct pel_acc *acc);

/* The bits of the double, or float, nearest to the exact sum, ties to even; moves carries. NaN is canonical: positive,
 * quiet, payload 0. */
uint64_t pel_acc_round_f64(struct pel_acc *acc);
uint32_t pel_acc_round_f32(struct pel_acc *acc);

#endif
