/* What a kernel of many sums at once takes and returns. */
#ifndef PEL_KERNELS_REDUCE_COLUMNS_H
#define PEL_KERNELS_REDUCE_COLUMNS_H

#include <stddef.h>

/* A piece of a matrix of which each column is summed. The elements of a row, or else those of a column, are neighbours.
 * At least one row, at most PEL_MOST_ROWS. */
struct pel_columns {
    const void *x;
    size_t rows, columns;
    ptrdiff_t row_stride, column_stride; /* bytes; one of them is the size of an element */
    /* For each column: the exact sum is sum[i] + rest[i], where sum[i] is the double nearest to it. Both are NaN where
     * the kernel cannot tell. */
    double *sum, *rest;
    /* What the last piece taught of the next, to start with {PEL_UNKNOWN_EXPONENT, 0}: the exponent of the first
     * anchor, and levels beyond the usual. */
    int exponent, more;
};

enum { PEL_UNKNOWN_EXPONENT = 1 << 12, PEL_MOST_ROWS = 1 << 20 };

#endif
