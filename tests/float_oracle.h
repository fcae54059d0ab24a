/* The oracle of sums and what is made of them: MPFR with enough bits for the exact value. */
#ifndef PEL_TESTS_FLOAT_ORACLE_H
#define PEL_TESTS_FLOAT_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pel/types.h>

#include "kernels/kernel.h"
#include "kernels/reduce/acc.h"

/* Whether there is MPFR; without it the others fail. */
bool oracle_exists(void);

/* The bits of an operation's result, rounded once; y: of dot products. Integers have an oracle for the mean only. */
uint64_t oracle_reduction(enum pel_op op, pel_dtype dtype, const void *x, const void *y, size_t n);

/* The bits of a variance, standard deviation, covariance, correlation or weighted mean, rounded once to double. */
uint64_t oracle_statistic(enum pel_op op, pel_dtype dtype, const void *x, const void *y, size_t n, size_t ddof);

/* The bits of both parts of a sum or dot product of n complex numbers, each rounded once to the dtype. */
void oracle_complex(enum pel_op op, pel_dtype dtype, const void *x, const void *y, size_t n, uint64_t bits[2]);

/* The bits of a superaccumulator's number, divided by another, rounded once to PEL_F32 or PEL_F64. */
uint64_t oracle_acc(pel_dtype dtype, const struct pel_acc *acc, uint64_t divisor);

/* The bits of the root of its magnitude, likewise. */
uint64_t oracle_acc_root(pel_dtype dtype, const struct pel_acc *acc);

/* Whether a number is exactly the sum of two others. */
bool oracle_acc_is_sum(const struct pel_acc *sum, const struct pel_acc *a, const struct pel_acc *b);

#endif
