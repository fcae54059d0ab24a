/* Reductions as plain OpenMP loops, the way a careful programmer writes them first. Compiled once per instruction set;
 * the compiler may fuse multiplications with additions. */
#ifndef T

#include "kernels/kernel.h"
#include "perf/peers.h"

/* Below this many elements a parallel region costs more than it brings. */
enum { SERIAL_BELOW = 1 << 15 };

#define PEL_SELF "perf/peers_loops.c"
#include "kernels/foreach_dtype.h"

#define ROW(op_, suffix)                                                                                               \
    {                                                                                                                  \
        .name = "omp simd", .origin = "plain loop", .op = #op_, .dtypes = 1u << PEL_DTYPE_##suffix, .parallel = true,  \
        .run = op_##_##suffix                                                                                          \
    }
#define ROWS(op) ROW(op, f32), ROW(op, f64), ROW(op, i32), ROW(op, i64), ROW(op, u32), ROW(op, u64)

const struct peer PEER_TABLE(loops, PEL_ISA)[] = {ROWS(sum), ROWS(dot), ROWS(min), ROWS(max), {.name = NULL}};

#else

/* What a sum is returned in. */
#if T_SIGNIFICAND
#define W T
#elif T_SIGNED
#define W int64_t
#else
#define W uint64_t
#endif

static void NAME(sum)(const struct peer_job *job)
{
    const T *x = job->x;
    size_t n = job->n;
    W sum = 0;
#pragma omp parallel for simd num_threads(job->threads) if (parallel : n >= SERIAL_BELOW) reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    *(W *)job->result = sum;
}

static void NAME(dot)(const struct peer_job *job)
{
    const T *x = job->x, *y = job->y;
    size_t n = job->n;
    W sum = 0;
#pragma omp parallel for simd num_threads(job->threads) if (parallel : n >= SERIAL_BELOW) reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += (W)x[i] * (W)y[i];
    *(W *)job->result = sum;
}

static void NAME(min)(const struct peer_job *job)
{
    const T *x = job->x;
    size_t n = job->n;
    T best = x[0];
#pragma omp parallel for simd num_threads(job->threads) if (parallel : n >= SERIAL_BELOW) reduction(min : best)
    for (size_t i = 0; i < n; i++)
        best = x[i] < best ? x[i] : best;
    *(T *)job->result = best;
}

static void NAME(max)(const struct peer_job *job)
{
    const T *x = job->x;
    size_t n = job->n;
    T best = x[0];
#pragma omp parallel for simd num_threads(job->threads) if (parallel : n >= SERIAL_BELOW) reduction(max : best)
    for (size_t i = 0; i < n; i++)
        best = x[i] > best ? x[i] : best;
    *(T *)job->result = best;
}

#undef W

#endif
