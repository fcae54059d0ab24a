/* What the tests of reductions share: a call by operation and dtype, and a walk over the variants. */
#ifndef PEL_TESTS_REDUCTIONS_H
#define PEL_TESTS_REDUCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pel/pel.h>

#include "kernels/kernel.h"

/* Whether there is such a function. */
bool reduce_exists(enum pel_op op, pel_dtype dtype);

/* Calls pel_OP_DTYPE; y is for dot products. The result is returned as bits in *bits, which an error leaves alone. */
pel_status reduce_call(enum pel_op op, pel_dtype dtype, const void *x, const void *y, size_t n, uint64_t *bits,
                       const pel_opts *opts);

/* Bytes of the result. */
size_t reduce_result_size(enum pel_op op, pel_dtype dtype);

/* The variants that can run here under these flags, one after the other; start with *index 0; NULL at the end. */
const char *reduce_next_variant(enum pel_op op, pel_dtype dtype, unsigned flags, size_t *index);

/* Calls with every variant that these flags allow, and fails the test unless each gives these bits and status. `what`
 * says what is tested. */
void reduce_expect(enum pel_op op, pel_dtype dtype, const void *x, const void *y, size_t n, unsigned flags,
                   pel_status status, uint64_t bits, const char *what);

#endif
