/* How a step in place cuts the grid: into boxes, and those into slices. */
#ifndef PEL_LIB_STENCIL_SLICES_H
#define PEL_LIB_STENCIL_SLICES_H

#include "lib/stencil_space.h"

struct pel_stencil_slices {
    int order[3];    /* axes: slices follow each other along the last of them first */
    size_t cells[3]; /* that a box has at most along each axis */
    size_t thick[3]; /* cells of a slice along each */
    size_t slots;    /* of the ring: slices that are under way */
    size_t room;     /* cells of a slot */
};

/* Chooses the cut for a space of a known cache, whose cells have so many bytes and lie `stride` apart. */
struct pel_stencil_slices pel_stencil_cut_slices(const struct pel_stencil_space *space, const size_t stride[2],
                                                 size_t size);

/* Slices that are computed before the first of them goes home, where a box has `count` along each axis; those that come
 * round to the start of an axis, `wraps`, read its first slices last. */
size_t pel_stencil_slices_lag(const struct pel_stencil_slices *slices, const struct pel_stencil_axis *axis,
                              const size_t count[3], const bool wraps[3]);

static inline size_t pel_stencil_divide_up(size_t cells, size_t part)
{
    return cells / part + (cells % part != 0);
}

#endif
