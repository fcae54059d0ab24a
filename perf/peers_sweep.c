/* Stencils of radius 1 as plain OpenMP sweeps from one grid to another and back. Compiled once per instruction set; the
 * compiler may fuse multiplications with additions. */
#ifndef T

#include <string.h>

#include "kernels/kernel.h"
#include "perf/peers.h"

/* Rows are shared out in chunks, so that the one row of a line can be too. */
enum { MAX_TAPS = 27, CHUNK = 1 << 16, SERIAL_BELOW = 1 << 15 };

/* What all cells share. The number of taps is known where a sweep is expanded. */
struct grid {
    int ndim, ntaps;
    ptrdiff_t shift[MAX_TAPS]; /* from a cell to what its taps read */
};

static struct grid grid_of(const struct peer_job *job, int ndim, bool box)
{
    struct grid grid = {.ndim = ndim, .ntaps = 0};
    ptrdiff_t edge = (ptrdiff_t)job->edge;
    for (int z = ndim > 2 ? -1 : 0; z <= (ndim > 2); z++) {
        for (int y = ndim > 1 ? -1 : 0; y <= (ndim > 1); y++) {
            for (int x = -1; x <= 1; x++) {
                if (box || (z != 0) + (y != 0) + (x != 0) <= 1)
                    grid.shift[grid.ntaps++] = (z * edge + y) * edge + x;
            }
        }
    }
    return grid;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 27")
#endif

#define PEL_SELF "perf/peers_sweep.c"
#include "kernels/foreach_float.h"

#define ROW(shape_, suffix)                                                                                            \
    {                                                                                                                  \
        .name = "omp sweep", .origin = "plain loop", .op = "stencil", .shape = #shape_,                                \
        .dtypes = 1u << PEL_DTYPE_##suffix, .parallel = true, .run = shape_##_##suffix                                 \
    }
#define ROWS(shape) ROW(shape, f32), ROW(shape, f64)

const struct peer PEER_TABLE(sweep, PEL_ISA)[] = {ROWS(star1d1r), ROWS(star2d1r), ROWS(star3d1r),
                                                  ROWS(box2d1r),  ROWS(box3d1r),  {.name = NULL}};

#else

/* Cells [x, stop) of a row; with a constant number of taps their loop unrolls, and that over cells vectorises. */
static inline __attribute__((always_inline)) void NAME(row)(const struct grid *grid, const T *restrict coef,
                                                            const T *restrict from, T *restrict to, size_t x,
                                                            size_t stop, int ntaps)
{
#pragma omp simd
    for (size_t i = x; i < stop; i++) {
        T sum = 0;
        UNROLL
        for (int k = 0; k < ntaps; k++)
            sum += coef[k] * from[(ptrdiff_t)i + grid->shift[k]];
        to[i] = sum;
    }
}

static void NAME(chunk)(const struct grid *grid, const T *coef, const T *from, T *to, size_t x, size_t stop)
{
    switch (grid->ntaps) {
    case 3:
        NAME(row)(grid, coef, from, to, x, stop, 3);
        break;
    case 5:
        NAME(row)(grid, coef, from, to, x, stop, 5);
        break;
    case 7:
        NAME(row)(grid, coef, from, to, x, stop, 7);
        break;
    case 9:
        NAME(row)(grid, coef, from, to, x, stop, 9);
        break;
    case 27:
        NAME(row)(grid, coef, from, to, x, stop, 27);
        break;
    }
}

static void NAME(sweep)(const struct peer_job *job, int ndim, bool box)
{
    struct grid grid = grid_of(job, ndim, box);
    T *from = job->data, *to = job->scratch, coef[MAX_TAPS];
    size_t edge = job->edge, last = edge - 1, chunks = (edge + CHUNK - 1) / CHUNK;
    size_t z0 = ndim > 2, z1 = ndim > 2 ? last : 1, y0 = ndim > 1, y1 = ndim > 1 ? last : 1;
    for (int k = 0; k < grid.ntaps; k++)
        coef[k] = (T)job->coef[k];
    for (size_t step = 0; step < job->steps; step++) {
#pragma omp parallel for collapse(3) num_threads(job->threads) if (job->n >= SERIAL_BELOW)
        for (size_t z = z0; z < z1; z++)
            for (size_t y = y0; y < y1; y++)
                for (size_t chunk = 0; chunk < chunks; chunk++) {
                    size_t row = (z * edge + y) * edge, x = chunk * CHUNK;
                    NAME(chunk)(&grid, coef, from + row, to + row, x ? x : 1, smaller(x + CHUNK, last));
                }
        T *swap = from;
        from = to;
        to = swap;
    }
    if (from != job->data)
        memcpy(to, from, job->n * sizeof *to);
}

static void NAME(star1d1r)(const struct peer_job *job)
{
    NAME(sweep)(job, 1, false);
}

static void NAME(star2d1r)(const struct peer_job *job)
{
    NAME(sweep)(job, 2, false);
}

static void NAME(star3d1r)(const struct peer_job *job)
{
    NAME(sweep)(job, 3, false);
}

static void NAME(box2d1r)(const struct peer_job *job)
{
    NAME(sweep)(job, 2, true);
}

static void NAME(box3d1r)(const struct peer_job *job)
{
    NAME(sweep)(job, 3, true);
}

#endif
