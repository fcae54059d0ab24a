#include "tests/stencil_oracle.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t oracle_cells(const pel_stencil_desc *desc)
{
    size_t cells = 1;
    for (int a = 0; a < desc->ndim; a++)
        cells *= desc->shape[a];
    return cells;
}

size_t oracle_bytes(const pel_stencil_desc *desc)
{
    return oracle_cells(desc) * (desc->dtype == PEL_F32 ? sizeof(float) : sizeof(double));
}

bool oracle_keeps(const pel_stencil_desc *desc, const size_t *at)
{
    for (size_t k = 0; k < desc->ntaps; k++) {
        for (int a = 0; a < desc->ndim; a++) {
            int64_t i = (int64_t)at[a] + desc->taps[k].offset[a];
            if (i < 0 && desc->boundary[a][0] == PEL_BOUNDARY_FIXED)
                return true;
            if (i >= (int64_t)desc->shape[a] && desc->boundary[a][1] == PEL_BOUNDARY_FIXED)
                return true;
        }
    }
    return false;
}

/* Where index i of an axis is found; -1: nowhere, it reads the boundary value. */
static int64_t find(const pel_stencil_desc *desc, int a, int64_t i)
{
    int64_t n = (int64_t)desc->shape[a];
    if (i >= 0 && i < n)
        return i;
    switch (desc->boundary[a][i >= n]) {
    case PEL_BOUNDARY_CONSTANT:
        return -1;
    case PEL_BOUNDARY_PERIODIC:
        return i < 0 ? find(desc, a, i + n) : find(desc, a, i - n);
    default:
        while (i < 0 || i >= n)
            i = i < 0 ? -1 - i : 2 * n - 1 - i;
        return i;
    }
}

/* What tap k of the cell reads, as a double: exact for both dtypes. */
static double read_tap(const pel_stencil_desc *desc, const void *u, const size_t *at, const pel_tap *tap)
{
    size_t index = 0;
    bool outside = false;
    for (int a = 0; a < desc->ndim; a++) {
        int64_t i = find(desc, a, (int64_t)at[a] + tap->offset[a]);
        outside = outside || i < 0;
        index = index * desc->shape[a] + (size_t)i;
    }
    if (desc->dtype == PEL_F32)
        return outside ? (float)desc->boundary_value : ((const float *)u)[index];
    return outside ? desc->boundary_value : ((const double *)u)[index];
}

static double chain(const pel_stencil_desc *desc, const void *u, const size_t *at)
{
    double acc = 0;
    for (size_t k = 0; k < desc->ntaps; k++) {
        double coef = desc->taps[k].coef, value = read_tap(desc, u, at, &desc->taps[k]);
        if (desc->dtype == PEL_F32)
            acc = k ? fmaf((float)coef, (float)value, (float)acc) : (float)coef * (float)value;
        else
            acc = k ? fma(coef, value, acc) : coef * value;
    }
    return acc;
}

static void put(const pel_stencil_desc *desc, void *u, size_t index, double value)
{
    if (isnan(value))
        value = NAN;
    if (desc->dtype == PEL_F32)
        ((float *)u)[index] = (float)value;
    else
        ((double *)u)[index] = value;
}

void oracle_run(const pel_stencil_desc *desc, void *u, size_t steps)
{
    size_t cells = oracle_cells(desc), bytes = oracle_bytes(desc);
    void *next = malloc(bytes);
    if (!next)
        abort();
    for (size_t step = 0; step < steps; step++) {
        memcpy(next, u, bytes);
        for (size_t index = 0; index < cells; index++) {
            size_t at[3], rest = index;
            for (int a = desc->ndim - 1; a >= 0; a--) {
                at[a] = rest % desc->shape[a];
                rest /= desc->shape[a];
            }
            if (!oracle_keeps(desc, at))
                put(desc, next, index, chain(desc, u, at));
        }
        memcpy(u, next, bytes);
    }
    free(next);
}
