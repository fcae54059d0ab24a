/* Variances and covariances from exact sums. */
#ifndef PEL_LIB_SPREAD_H
#define PEL_LIB_SPREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/big.h"

/* n times the sum of products of what differs from the means: n sum(x y) - sum(x) sum(y). All sums are finite. */
void pel_spread(struct pel_big *spread, const struct pel_acc *xy, const struct pel_acc *x, const struct pel_acc *y,
                uint64_t n);

/* That sum over n - ddof, or the root of it: a number that rounds as the exact value does; NaN where a sum is not
 * finite. */
void pel_spread_over(struct pel_acc *result, const struct pel_acc *xy, const struct pel_acc *x, const struct pel_acc *y,
                     uint64_t n, uint64_t ddof, bool root);

#endif
