/* Stencils of constant coefficients and radius 1 as plain OpenMP sweeps from one grid to another and back, with
 * ordinary stores and with such that pass the caches by. Compiled once per instruction set; the compiler may fuse
 * multiplications with additions. */
#ifndef T

#include <string.h>

#include "kernels/kernel.h"
#include "kernels/simd/simd.h"
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
    ptrdiff_t rows = (ptrdiff_t)job->grid[1], cells = (ptrdiff_t)job->grid[2];
    for (int z = ndim > 2 ? -1 : 0; z <= (ndim > 2); z++) {
        for (int y = ndim > 1 ? -1 : 0; y <= (ndim > 1); y++) {
            for (int x = -1; x <= 1; x++) {
                if (box || (z != 0) + (y != 0) + (x != 0) <= 1)
                    grid.shift[grid.ntaps++] = (z * rows + y) * cells + x;
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

#define ROW(name_, function, shape_, suffix)                                                                           \
    {                                                                                                                  \
        .name = name_, .origin = "plain loop", .op = "stencil", .shape = #shape_, .dtypes = 1u << PEL_DTYPE_##suffix,  \
        .parallel = true, .run = function##_##suffix                                                                   \
    }
#define ROWS(shape)                                                                                                    \
    ROW("omp sweep", shape, shape, f32), ROW("omp sweep", shape, shape, f64),                                          \
        ROW("streaming sweep", stream_##shape, shape, f32), ROW("streaming sweep", stream_##shape, shape, f64)

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

#define V_STREAM__(bits) v_stream_i##bits
#define V_STREAM_(bits)  V_STREAM__(bits)
#define V_STREAM(p, v)   V_STREAM_(T_BITS)((S *)(p), (VS)(v))

/* The same with stores that pass the caches by, where whole vectors have an aligned place. */
static inline __attribute__((always_inline)) void NAME(stream_row)(const struct grid *grid, const T *restrict coef,
                                                                   const T *restrict from, T *restrict to, size_t x,
                                                                   size_t stop, int ntaps)
{
    size_t aligned = smaller(stop, x + (size_t)(-(uintptr_t)(to + x) % PEL_VBYTES / sizeof(T)));
    NAME(row)(grid, coef, from, to, x, aligned, ntaps);
    for (x = aligned; x + LANES <= stop; x += LANES) {
        VT sum = {0};
        UNROLL
        for (int k = 0; k < ntaps; k++)
            sum += coef[k] * V(load)(from + (ptrdiff_t)x + grid->shift[k]);
        V_STREAM(to + x, sum);
    }
    NAME(row)(grid, coef, from, to, x, stop, ntaps);
    v_stream_end();
}

#undef V_STREAM
#undef V_STREAM_
#undef V_STREAM__

static void NAME(chunk)(const struct grid *grid, const T *coef, const T *from, T *to, size_t x, size_t stop,
                        bool stream)
{
    switch (grid->ntaps) {
#define TAPS(n)                                                                                                        \
    case n:                                                                                                            \
        if (stream)                                                                                                    \
            NAME(stream_row)(grid, coef, from, to, x, stop, n);                                                        \
        else                                                                                                           \
            NAME(row)(grid, coef, from, to, x, stop, n);                                                               \
        break;
        TAPS(3)
        TAPS(5)
        TAPS(7)
        TAPS(9)
        TAPS(27)
#undef TAPS
    }
}

/* A step of all cells that have neighbours, from one grid to another. */
struct NAME(step) {
    const struct grid *grid;
    const T *coef, *from;
    T *to;
    size_t rows, cells;
    bool stream;
};

static inline void NAME(chunk_of_row)(const struct NAME(step) * step, size_t z, size_t y, size_t chunk)
{
    size_t row = (z * step->rows + y) * step->cells, x = chunk * CHUNK;
    NAME(chunk)
    (step->grid, step->coef, step->from + row, step->to + row, x ? x : 1, smaller(x + CHUNK, step->cells - 1),
     step->stream);
}

static void NAME(sweep)(const struct peer_job *job, int ndim, bool box, bool stream)
{
    struct grid grid = grid_of(job, ndim, box);
    T coef[MAX_TAPS];
    struct NAME(step) step = {&grid, coef, job->data, job->scratch, job->grid[1], job->grid[2], stream};
    size_t chunks = (step.cells + CHUNK - 1) / CHUNK, z0 = ndim > 2, z1 = job->grid[0] - z0, y0 = ndim > 1;
    size_t y1 = step.rows - y0;
    for (int k = 0; k < grid.ntaps; k++)
        coef[k] = (T)job->coef[k];
    for (size_t done = 0; done < job->steps; done++) {
        if (job->n < SERIAL_BELOW) { /* without so much as the cost of a region of one thread */
            for (size_t z = z0; z < z1; z++)
                for (size_t y = y0; y < y1; y++)
                    NAME(chunk_of_row)(&step, z, y, 0);
        } else {
#pragma omp parallel for collapse(3) num_threads(job->threads)
            for (size_t z = z0; z < z1; z++)
                for (size_t y = y0; y < y1; y++)
                    for (size_t chunk = 0; chunk < chunks; chunk++)
                        NAME(chunk_of_row)(&step, z, y, chunk);
        }
        T *swap = (T *)step.from;
        step.from = step.to;
        step.to = swap;
    }
    if (step.from != job->data)
        memcpy(step.to, step.from, job->n * sizeof *step.to);
}

#define SHAPE(shape, ndim, box)                                                                                        \
    static void NAME(shape)(const struct peer_job *job)                                                                \
    {                                                                                                                  \
        NAME(sweep)(job, ndim, box, false);                                                                            \
    }                                                                                                                  \
    static void NAME(stream_##shape)(const struct peer_job *job)                                                       \
    {                                                                                                                  \
        NAME(sweep)(job, ndim, box, true);                                                                             \
    }
SHAPE(star1d1r, 1, false)
SHAPE(star2d1r, 2, false)
SHAPE(star3d1r, 3, false)
SHAPE(box2d1r, 2, true)
SHAPE(box3d1r, 3, true)
#undef SHAPE

#endif
