/* Sides of a grid, and the value beyond them, as drivers of stencils check and store them. */
#ifndef PEL_LIB_STENCIL_SIDES_H
#define PEL_LIB_STENCIL_SIDES_H

#include "kernels/stencil/sweep.h"

/* Whether both sides of an axis are known, and fit each other. */
bool pel_stencil_good_sides(const pel_boundary side[2]);

/* Sets where the indices beyond the sides of an axis of n cells read, and what else follows from the sides. */
void pel_stencil_set_sides(struct pel_stencil_axis *axis, const pel_boundary side[2], size_t n);

/* Whether an element of the dtype, which must be one, can hold x, rounded if it is a floating-point type. */
bool pel_stencil_can_hold(pel_dtype dtype, double x);

/* Stores such an x as element i. */
void pel_stencil_store(void *array, pel_dtype dtype, size_t i, double x);

#endif
