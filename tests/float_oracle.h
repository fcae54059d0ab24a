/* The oracle of float sums and dot products: MPFR with enough bits for the exact value. */
#ifndef PEL_TESTS_FLOAT_ORACLE_H
#define PEL_TESTS_FLOAT_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pel/types.h>

#include "kernels/reduce/acc.h"

/* Whether there is MPFR; without it the others fail. */
bool oracle_exists(void);

/* The bits of the sum of x[i], times y[i] unless y is NULL, rounded once to the dtype, PEL_F32 or PEL_F64. */
uint64_t oracle_sum(pel_dtype dtype, const void *x, const void *y, size_t n);

/* The bits of a superaccumulator's number, rounded once. */
uint64_t oracle_acc(pel_dtype dtype, const struct pel_acc *acc);

/* Whether a number is exactly the sum of two others. */
bool oracle_acc_is_sum(const struct pel_acc *sum, const struct pel_acc *a, const struct pel_acc *b);

#endif
