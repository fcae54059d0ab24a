/* Vectors that are hard to sum. */
#ifndef PEL_TESTS_FLOAT_DATA_H
#define PEL_TESTS_FLOAT_DATA_H

#include <stddef.h>

#include <pel/types.h>

#include "tests/support.h"

enum float_data {
    DATA_UNIT,        /* between -1 and 1 */
    DATA_INTEGERS,    /* small whole numbers */
    DATA_WIDE,        /* some 120 binades */
    DATA_FINITE,      /* any finite bits */
    DATA_SPECIAL,     /* any bits, with few infinities and NaNs */
    DATA_STEPS,       /* the scale changes every few hundred elements */
    DATA_OUTLIER,     /* one element far above the others, one far below */
    DATA_LARGE,       /* close to the largest finite numbers: sums overflow and come back */
    DATA_TINY,        /* subnormal, and not far above */
    DATA_ILL,         /* after Ogita, Rump and Oishi: the sum is far smaller than the terms */
    DATA_CANCEL,      /* every element with its opposite: the sum is exactly 0 */
    DATA_TIES,        /* a tie of rounding that the smallest subnormal decides, or does not */
    DATA_ZEROS,       /* of either sign */
    DATA_MINUS_ZEROS, /* nothing but -0 */
    DATA_KINDS
};

const char *float_data_name(enum float_data kind);

/* Fills x[0 ... n) of PEL_F32 or PEL_F64, in random order. */
void float_data_fill(enum float_data kind, pel_dtype dtype, void *x, size_t n, struct test_random *random);

double float_data_get(pel_dtype dtype, const void *x, size_t i);
void float_data_put(pel_dtype dtype, void *x, size_t i, double value);

#endif
