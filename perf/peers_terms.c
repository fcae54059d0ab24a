/* Stencils of three dimensions with variable coefficients, and wave equations, as plain OpenMP sweeps. Compiled once
 * per instruction set; the compiler may fuse multiplications with additions. */
#ifndef T

#include <stdlib.h>
#include <string.h>

#include "kernels/kernel.h"
#include "perf/peers.h"

enum { TAPS7 = 7, TAPS25 = 25 };

/* From a cell to what the taps of a star read, in the order of their offsets. */
static void list_shifts(ptrdiff_t *shift, const size_t grid[3], ptrdiff_t radius)
{
    const ptrdiff_t step[3] = {(ptrdiff_t)(grid[1] * grid[2]), (ptrdiff_t)grid[2], 1};
    ptrdiff_t taps = 0;
    for (int a = 0; a < 3; a++) {
        for (ptrdiff_t i = -radius; i < 0; i++)
            shift[taps++] = i * step[a];
    }
    for (int a = 2; a >= 0; a--) {
        for (ptrdiff_t i = a == 2 ? 0 : 1; i <= radius; i++)
            shift[taps++] = i * step[a];
    }
}

#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 25")
#endif

#define PEL_SELF "perf/peers_terms.c"
#include "kernels/foreach_float.h"

#define ROW(shape_, function, suffix)                                                                                  \
    {                                                                                                                  \
        .name = "omp sweep", .origin = "plain loop", .op = "stencil", .shape = shape_,                                 \
        .dtypes = 1u << PEL_DTYPE_##suffix, .parallel = true, .run = function##_##suffix                               \
    }

const struct peer PEER_TABLE(terms, PEL_ISA)[] = {ROW("star3d1r-variable", variable, f32),
                                                  ROW("star3d1r-variable", variable, f64),
                                                  ROW("star3d4r-wave", wave, f32),
                                                  ROW("star3d4r-wave", wave, f64),
                                                  {.name = NULL}};

#else

static inline __attribute__((always_inline)) void NAME(variable_row)(const T *const coef[TAPS7],
                                                                     const ptrdiff_t shift[TAPS7],
                                                                     const T *restrict from, T *restrict to,
                                                                     ptrdiff_t count)
{
#pragma omp simd
    for (ptrdiff_t i = 0; i < count; i++) {
        T sum = 0;
        UNROLL
        for (int k = 0; k < TAPS7; k++)
            sum += coef[k][i] * from[i + shift[k]];
        to[i] = sum;
    }
}

static void NAME(variable)(const struct peer_job *job)
{
    ptrdiff_t shift[TAPS7], planes = (ptrdiff_t)job->grid[0], rows = (ptrdiff_t)job->grid[1],
                            cells = (ptrdiff_t)job->grid[2];
    T *from = job->data, *to = job->scratch;
    list_shifts(shift, job->grid, 1);
    for (size_t step = 0; step < job->steps; step++) {
#pragma omp parallel for collapse(2) num_threads(job->threads)
        for (ptrdiff_t z = 1; z < planes - 1; z++)
            for (ptrdiff_t y = 1; y < rows - 1; y++) {
                ptrdiff_t row = (z * rows + y) * cells + 1;
                const T *coef[TAPS7];
                for (int k = 0; k < TAPS7; k++)
                    coef[k] = (const T *)job->arrays[k] + row;
                NAME(variable_row)(coef, shift, from + row, to + row, cells - 2);
            }
        T *swap = from;
        from = to;
        to = swap;
    }
    if (from != job->data)
        memcpy(to, from, job->n * sizeof *to);
}

static inline __attribute__((always_inline)) void NAME(wave_row)(const T coef[TAPS25], const ptrdiff_t shift[TAPS25],
                                                                 const T *restrict speed, const T *restrict now,
                                                                 T *restrict next, ptrdiff_t count)
{
#pragma omp simd
    for (ptrdiff_t i = 0; i < count; i++) {
        T sum = 0;
        UNROLL
        for (int k = 0; k < TAPS25; k++)
            sum += coef[k] * now[i + shift[k]];
        next[i] = 2 * now[i] - next[i] + speed[i] * sum;
    }
}

/* The grid of the step before becomes the next; cells near the sides take the values of now. */
static void NAME(wave)(const struct peer_job *job)
{
    enum { RADIUS = 4 };
    ptrdiff_t shift[TAPS25], planes = (ptrdiff_t)job->grid[0], rows = (ptrdiff_t)job->grid[1],
                             cells = (ptrdiff_t)job->grid[2];
    T *now = job->data, *next = now + job->n, coef[TAPS25];
    list_shifts(shift, job->grid, RADIUS);
    for (int k = 0; k < TAPS25; k++)
        coef[k] = (T)job->coef[k];
    for (size_t step = 0; step < job->steps; step++) {
#pragma omp parallel for collapse(2) num_threads(job->threads)
        for (ptrdiff_t z = 0; z < planes; z++)
            for (ptrdiff_t y = 0; y < rows; y++) {
                ptrdiff_t row = (z * rows + y) * cells;
                bool inner =
                    z >= RADIUS && z < planes - RADIUS && y >= RADIUS && y < rows - RADIUS && cells >= 2 * RADIUS;
                ptrdiff_t low = inner ? RADIUS : cells, high = inner ? cells - RADIUS : cells;
                memcpy(next + row, now + row, (size_t)low * sizeof *next);
                NAME(wave_row)
                (coef, shift, (const T *)job->arrays[0] + row + low, now + row + low, next + row + low, high - low);
                memcpy(next + row + high, now + row + high, (size_t)(cells - high) * sizeof *next);
            }
        T *swap = now;
        now = next;
        next = swap;
    }
    if (now != job->data) {
        T *copy = memcpy(job->scratch, next, job->n * sizeof *next);
        memcpy(next, now, job->n * sizeof *next);
        memcpy(now, copy, job->n * sizeof *next);
    }
}

#endif
