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

/* Cells between neighbours along an axis. */
static size_t stride(const pel_stencil_desc *desc, int a)
{
    if (desc->stride[a])
        return desc->stride[a];
    return a == desc->ndim - 1 ? 1 : desc->shape[a + 1] * stride(desc, a + 1);
}

size_t oracle_extent(const pel_stencil_desc *desc)
{
    size_t cells = 1;
    for (int a = 0; a < desc->ndim; a++)
        cells += (desc->shape[a] - 1) * stride(desc, a);
    return cells;
}

size_t oracle_bytes(const pel_stencil_desc *desc)
{
    return oracle_extent(desc) * (desc->dtype == PEL_F32 ? sizeof(float) : sizeof(double));
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

static double element(const pel_stencil_desc *desc, const void *array, size_t index)
{
    return desc->dtype == PEL_F32 ? ((const float *)array)[index] : ((const double *)array)[index];
}

/* What tap k of the cell reads, as a double: exact for both dtypes. */
static double read_tap(const pel_stencil_desc *desc, const void *u, const size_t *at, const pel_tap *tap)
{
    size_t index = 0;
    bool outside = false;
    for (int a = 0; a < desc->ndim; a++) {
        int64_t i = find(desc, a, (int64_t)at[a] + tap->offset[a]);
        outside = outside || i < 0;
        index += (size_t)i * stride(desc, a);
    }
    if (outside)
        return desc->dtype == PEL_F32 ? (float)desc->boundary_value : desc->boundary_value;
    return element(desc, u, index);
}

/* a * b + c and the like in the dtype of the grid, rounded once. */
static double multiply_add(const pel_stencil_desc *desc, double a, double b, double c)
{
    return desc->dtype == PEL_F32 ? fmaf((float)a, (float)b, (float)c) : fma(a, b, c);
}

static double multiply(const pel_stencil_desc *desc, double a, double b)
{
    return desc->dtype == PEL_F32 ? (float)a * (float)b : a * b;
}

static double add(const pel_stencil_desc *desc, double a, double b)
{
    return desc->dtype == PEL_F32 ? (float)a + (float)b : a + b;
}

static double chain(const pel_stencil_desc *desc, const void *u, const void *before, const size_t *at, size_t index)
{
    double acc = 0;
    for (size_t k = 0; k < desc->ntaps; k++) {
        double coef = desc->taps[k].coef, value = read_tap(desc, u, at, &desc->taps[k]);
        if (desc->coefs && desc->coefs[k])
            coef = element(desc, desc->coefs[k], index);
        acc = k ? multiply_add(desc, coef, value, acc) : multiply(desc, coef, value);
    }
    if (desc->scale)
        acc = multiply(desc, element(desc, desc->scale, index), acc);
    if (desc->source)
        acc = add(desc, acc, element(desc, desc->source, index));
    if (desc->now != 0)
        acc = multiply_add(desc, desc->now, element(desc, u, index), acc);
    if (desc->levels == 2)
        acc = multiply_add(desc, desc->before, element(desc, before, index), acc);
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

/* Computes the cells of one step from `u`, and from what `next` holds. */
static void advance(const pel_stencil_desc *desc, const void *u, void *next)
{
    size_t cells = oracle_cells(desc);
    for (size_t cell = 0; cell < cells; cell++) {
        size_t at[3], rest = cell, index = 0;
        for (int a = desc->ndim - 1; a >= 0; a--) {
            at[a] = rest % desc->shape[a];
            rest /= desc->shape[a];
            index += at[a] * stride(desc, a);
        }
        if (oracle_keeps(desc, at) || (desc->mask && !desc->mask[index])) {
            size_t size = desc->dtype == PEL_F32 ? sizeof(float) : sizeof(double);
            memcpy((char *)next + index * size, (const char *)u + index * size, size);
        } else {
            put(desc, next, index, chain(desc, u, next, at, index));
        }
    }
}

void oracle_run(const pel_stencil_desc *desc, void *u, size_t steps)
{
    size_t bytes = oracle_bytes(desc);
    void *next = malloc(bytes);
    if (!next)
        abort();
    for (size_t step = 0; step < steps; step++) {
        memcpy(next, u, bytes);
        advance(desc, u, next);
        memcpy(u, next, bytes);
    }
    free(next);
}

void oracle_run_levels(const pel_stencil_desc *desc, void *levels[2], size_t steps)
{
    for (size_t step = 0; step < steps; step++) {
        void *now = levels[0];
        advance(desc, now, levels[1]);
        levels[0] = levels[1];
        levels[1] = now;
    }
}
