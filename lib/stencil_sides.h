/* Sides of a grid, as drivers of stencils check and store them. */
#ifndef PEL_LIB_STENCIL_SIDES_H
#define PEL_LIB_STENCIL_SIDES_H

#include "kernels/stencil/sweep.h"

/* Whether both sides of an axis are known, and fit each other. */
bool pel_stencil_good_sides(const pel_boundary side[2]);

/* Sets where the indices beyond the sides of an axis of n cells read, and what else follows from the sides. */
void pel_stencil_set_sides(struct pel_stencil_axis *axis, const pel_boundary side[2], size_t n);

#endif
