#include "lib/stencil_sides.h"

bool pel_stencil_good_sides(const pel_boundary side[2])
{
    return (unsigned)side[0] <= PEL_BOUNDARY_REFLECT && (unsigned)side[1] <= PEL_BOUNDARY_REFLECT &&
           (side[0] == PEL_BOUNDARY_PERIODIC) == (side[1] == PEL_BOUNDARY_PERIODIC);
}

/* Where an index beyond a side of the axis reads. */
static ptrdiff_t beyond(pel_boundary boundary, ptrdiff_t i, size_t n)
{
    if (boundary != PEL_BOUNDARY_PERIODIC && boundary != PEL_BOUNDARY_REFLECT)
        return PEL_STENCIL_OUTSIDE;
    ptrdiff_t cells = (ptrdiff_t)n;
    ptrdiff_t period = boundary == PEL_BOUNDARY_REFLECT ? 2 * cells : cells;
    ptrdiff_t wrapped = (i % period + period) % period;
    return wrapped < cells ? wrapped : period - 1 - wrapped;
}

void pel_stencil_set_sides(struct pel_stencil_axis *axis, const pel_boundary side[2], size_t n)
{
    axis->n = n;
    axis->periodic = side[0] == PEL_BOUNDARY_PERIODIC;
    for (ptrdiff_t i = 0; i < PEL_STENCIL_MAX_RADIUS; i++) {
        axis->low[i] = beyond(side[0], -1 - i, n);
        axis->high[i] = beyond(side[1], (ptrdiff_t)n + i, n);
    }
}
