/* What a kernel of many sums at once takes and returns. */
#ifndef PEL_KERNELS_REDUCE_COLUMNS_H
#define PEL_KERNELS_REDUCE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

/* A piece of a matrix of which each column is summed. The elements of a row, or else those of a column, are neighbours.
 * At least one row, at most PEL_MOST_ROWS. */
struct pel_columns {
    const void *x;
    size_t rows, columns;
    ptrdiff_t row_stride, column_stride; /* bytes; one of them is the size of an element */
    size_t terms;                        /* of which means are wanted; 0: sums */
    bool narrow;                         /* they are to be rounded once more, to float */
    /* For each column: the double nearest to its sum or mean; if narrow then such that the float nearest to it is the
     * one nearest to the sum or mean itself. NaN where the kernel cannot tell. rest: room for as many doubles. */
    double *value, *rest;
    /* What the last piece taught of the next, to start with {PEL_UNKNOWN_EXPONENT, 0}: the exponent of the first
     * anchor, and levels beyond the usual. */
    int exponent, more;
};

enum { PEL_UNKNOWN_EXPONENT = 1 << 12, PEL_MOST_ROWS = 1 << 20 };

#endif
