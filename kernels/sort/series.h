/* What kernels of sort_segments and sort_axis take: many sorts at once. Scratch starts on a cache line. */
#ifndef PEL_KERNELS_SORT_SERIES_H
#define PEL_KERNELS_SORT_SERIES_H

#include <stdbool.h>
#include <stddef.h>

enum {
    PEL_SERIES_LINE = 64,  /* bytes of neighbouring series that are read together, at the least */
    PEL_SERIES_ROWS = 16,  /* the scratch holds a multiple of so many keys of a series */
    PEL_SERIES_SPARE = 16, /* and for each so many more */
};

/* Segments i, i + 1, ... of an array: offsets[i] ... offsets[i + 1] - 1, or where offsets is NULL `length` keys each.
 */
struct pel_segments {
    const size_t *offsets;
    size_t length;
};

static inline size_t pel_segment_start(const struct pel_segments *segments, size_t i)
{
    return segments->offsets ? segments->offsets[i] : i * segments->length;
}

/* Neighbouring series along a slow axis: key i of series k is data[i * stride + k]. */
struct pel_series {
    void *data;
    size_t length, stride, count;
    bool descending;
};

/* Keys of scratch for `count` series. */
static inline size_t pel_series_scratch(size_t length, size_t count, size_t size)
{
    size_t line = PEL_SERIES_LINE / size;
    return ((length + PEL_SERIES_ROWS - 1) / PEL_SERIES_ROWS * PEL_SERIES_ROWS + PEL_SERIES_SPARE) *
           ((count + line - 1) / line * line);
}

#endif
