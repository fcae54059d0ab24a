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

/* Powers of two bound what an integer type can hold; whole numbers between them are exact. */
bool pel_stencil_can_hold(pel_dtype dtype, double x)
{
    double low = dtype == PEL_I32 ? -0x1p31 : dtype == PEL_I64 ? -0x1p63 : 0;
    double end = dtype == PEL_I32 ? 0x1p31 : dtype == PEL_U32 ? 0x1p32 : dtype == PEL_I64 ? 0x1p63 : 0x1p64;
    if (dtype == PEL_F32 || dtype == PEL_F64)
        return true;
    if (!(x >= low && x < end))
        return false;
    return x < 0 ? x == (double)(int64_t)x : x == (double)(uint64_t)x;
}

void pel_stencil_store(void *array, pel_dtype dtype, size_t i, double x)
{
    switch (dtype) {
    case PEL_F32:
        ((float *)array)[i] = (float)x;
        break;
    case PEL_F64:
        ((double *)array)[i] = x;
        break;
    case PEL_I32:
        ((int32_t *)array)[i] = (int32_t)x;
        break;
    case PEL_I64:
        ((int64_t *)array)[i] = (int64_t)x;
        break;
    case PEL_U32:
        ((uint32_t *)array)[i] = (uint32_t)x;
        break;
    case PEL_U64:
        ((uint64_t *)array)[i] = (uint64_t)x;
        break;
    }
}
