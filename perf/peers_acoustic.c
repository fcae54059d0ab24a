/* Acoustic waves in two dimensions: the row functions of pel's system, and the same formulas in plain OpenMP loops,
 * stage after stage. Compiled once per instruction set; the compiler may fuse multiplications with additions. */
#ifndef T

#include "kernels/kernel.h"
#include "perf/peers.h"

enum { TAPS = 5 };

#define PEL_SELF "perf/peers_acoustic.c"
#include "kernels/foreach_float.h"

#define ROW(suffix)                                                                                                    \
    {                                                                                                                  \
        .name = "omp sweeps", .origin = "plain loop", .op = "stencil", .shape = "star2d1r-acoustic",                   \
        .dtypes = 1u << PEL_DTYPE_##suffix, .parallel = true, .run = acoustic_##suffix                                 \
    }

const struct peer PEER_TABLE(acoustic, PEL_ISA)[] = {ROW(f32), ROW(f64), {.name = NULL}};
const struct acoustic_rows PEER_TABLE(acoustic_rows, PEL_ISA)[2] = {{rate_row_f32, pressure_row_f32},
                                                                    {rate_row_f64, pressure_row_f64}};

#else

/* The taps in the order of their offsets: the row below, the row itself, the row above. */
static inline __attribute__((always_inline)) void NAME(rate)(const T coef[TAPS], const T *restrict below,
                                                             const T *restrict p, const T *restrict above,
                                                             const T *restrict c, T *restrict w, ptrdiff_t count)
{
#pragma omp simd
    for (ptrdiff_t x = 0; x < count; x++)
        w[x] +=
            c[x] * (coef[0] * below[x] + coef[1] * p[x - 1] + coef[2] * p[x] + coef[3] * p[x + 1] + coef[4] * above[x]);
}

static inline __attribute__((always_inline)) void NAME(pressure)(T *restrict p, const T *restrict w, ptrdiff_t count)
{
#pragma omp simd
    for (ptrdiff_t x = 0; x < count; x++)
        p[x] += (T)0.5 * w[x];
}

static void NAME(rate_row)(const pel_row *row, void *context)
{
    const pel_tap *tap = context;
    T coef[TAPS];
    for (int k = 0; k < TAPS; k++)
        coef[k] = (T)tap[k].coef;
    NAME(rate)
    (coef, pel_row_read(row, 0, 0, -1), pel_row_read(row, 0, 0, 0), pel_row_read(row, 0, 0, 1),
     pel_row_read(row, 2, 0, 0), row->write[0], (ptrdiff_t)row->count);
}

static void NAME(pressure_row)(const pel_row *row, void *context)
{
    (void)context;
    NAME(pressure)(row->write[0], pel_row_read(row, 1, 0, 0), (ptrdiff_t)row->count);
}

static void NAME(acoustic)(const struct peer_job *job)
{
    ptrdiff_t rows = (ptrdiff_t)job->grid[1], cells = (ptrdiff_t)job->grid[2];
    T *p = job->data, *w = p + job->n, coef[TAPS];
    const T *c = job->arrays[0];
    for (int k = 0; k < TAPS; k++)
        coef[k] = (T)job->coef[k];
    for (size_t step = 0; step < job->steps; step++) {
#pragma omp parallel for num_threads(job->threads)
        for (ptrdiff_t y = 1; y < rows - 1; y++) {
            ptrdiff_t row = y * cells + 1;
            NAME(rate)(coef, p + row - cells, p + row, p + row + cells, c + row, w + row, cells - 2);
        }
#pragma omp parallel for num_threads(job->threads)
        for (ptrdiff_t y = 0; y < rows; y++)
            NAME(pressure)(p + y * cells, w + y * cells, cells);
    }
}

#endif
