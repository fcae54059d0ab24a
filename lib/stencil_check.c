/* What a description of a stencil problem must be. */
#include <math.h>

#include "lib/memory.h"
#include "lib/stencil_plan.h"
#include "lib/stencil_sides.h"

static bool finite_in(pel_dtype dtype, double x)
{
    return dtype == PEL_F32 ? isfinite((float)x) : isfinite(x);
}

static bool good_tap(const pel_stencil_desc *desc, const pel_tap *tap)
{
    for (int a = 0; a < 3; a++) {
        int32_t radius = a < desc->ndim ? PEL_STENCIL_MAX_RADIUS : 0;
        if (tap->offset[a] < -radius || tap->offset[a] > radius)
            return false;
    }
    return finite_in(desc->dtype, tap->coef);
}

static bool aligned(const void *array, size_t size)
{
    return (uintptr_t)array % size == 0;
}

static bool good_terms(const pel_stencil_desc *desc)
{
    size_t size = pel_dtype_size(desc->dtype);
    for (size_t k = 0; desc->coefs && k < desc->ntaps; k++) {
        if (!aligned(desc->coefs[k], size))
            return false;
    }
    return (desc->levels == 2 || (desc->levels == 1 && desc->before == 0)) && finite_in(desc->dtype, desc->now) &&
           finite_in(desc->dtype, desc->before) && aligned(desc->scale, size) && aligned(desc->source, size);
}

pel_status pel_stencil_lay_out(const pel_stencil_desc *desc, size_t stride[3], size_t *extent)
{
    size_t cells = 1, least = 1, end;
    for (int a = desc->ndim - 1; a >= 0; a--) {
        stride[a] = desc->stride[a] ? desc->stride[a] : least;
        if (stride[a] < least || (a == desc->ndim - 1 && stride[a] != 1))
            return PEL_EINVAL;
        if (__builtin_mul_overflow(desc->shape[a] - 1, stride[a], &end) || __builtin_add_overflow(cells, end, &cells) ||
            __builtin_mul_overflow(desc->shape[a], stride[a], &least))
            return PEL_ERANGE;
    }
    *extent = cells;
    size_t most = (PTRDIFF_MAX - PEL_CACHE_LINE) / pel_dtype_size(desc->dtype);
    return cells <= most ? PEL_OK : PEL_ERANGE;
}

pel_status pel_stencil_check(const pel_stencil_desc *desc)
{
    if (!desc || desc->size < sizeof *desc || !desc->taps || desc->ntaps < 1 || desc->ntaps > PEL_STENCIL_MAX_TAPS)
        return PEL_EINVAL;
    if ((desc->dtype != PEL_F32 && desc->dtype != PEL_F64) || desc->ndim < 1 || desc->ndim > 3)
        return PEL_EINVAL;
    for (int a = 0; a < desc->ndim; a++) {
        if (desc->shape[a] < 1 || !pel_stencil_good_sides(desc->boundary[a]))
            return PEL_EINVAL;
    }
    for (size_t k = 0; k < desc->ntaps; k++) {
        if (!good_tap(desc, &desc->taps[k]))
            return PEL_EINVAL;
    }
    size_t stride[3], extent;
    return good_terms(desc) ? pel_stencil_lay_out(desc, stride, &extent) : PEL_EINVAL;
}
