/* Reductions and scans as plain OpenMP loops, the way a careful programmer writes them first. Compiled once per
 * instruction set; the compiler may fuse multiplications with additions. */
#ifndef T

#include <math.h>
#include <string.h>

#include "kernels/kernel.h"
#include "perf/peers.h"

/* Elements that a thread takes at once; no more than these are left to a loop without a region, which would cost more
 * than it brings. */
enum { BLOCK = 1 << 15 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* clang leaves extremes of floats, which may be NaN, scalar, and warns of it. */
#ifdef __clang__
#pragma clang diagnostic ignored "-Wpass-failed"
#endif

#define PEL_SELF "perf/peers_loops.c"
#include "kernels/foreach_dtype.h"

#define ROW(op_, suffix)                                                                                               \
    {                                                                                                                  \
        .name = "omp simd", .origin = "plain loop", .op = #op_, .dtypes = 1u << PEL_DTYPE_##suffix, .parallel = true,  \
        .run = op_##_##suffix                                                                                          \
    }
/* In order, on one thread. */
#define SERIAL(op_, suffix)                                                                                            \
    {                                                                                                                  \
        .name = "loop", .origin = "plain loop", .op = #op_, .dtypes = 1u << PEL_DTYPE_##suffix, .run = op_##_##suffix  \
    }
#define ROWS(op)           ROW(op, f32), ROW(op, f64), ROW(op, i32), ROW(op, i64), ROW(op, u32), ROW(op, u64)
#define SERIALS(op)        SERIAL(op, f32), SERIAL(op, f64), SERIAL(op, i32), SERIAL(op, i64), SERIAL(op, u32), SERIAL(op, u64)
#define ROWS_OF_FLOATS(op) ROW(op, f32), ROW(op, f64)

#define YARDSTICK(name_, op_, suffix)                                                                                  \
    {                                                                                                                  \
        .name = name_, .origin = "plain loop", .op = #op_, .dtypes = 1u << PEL_DTYPE_##suffix, .parallel = true,       \
        .run = op_##_of_data_##suffix, .yardstick = true                                                               \
    }

/* clang-format off */
const struct peer PEER_TABLE(loops, PEL_ISA)[] = {
    ROWS(sum), ROWS(dot), ROWS(mean), ROWS_OF_FLOATS(asum), ROWS_OF_FLOATS(nrm2),
    ROWS(min), ROWS(max), ROWS(argmin), ROWS(argmax),
    SERIALS(scan), SERIALS(scan_min), SERIALS(scan_max), SERIALS(compact), SERIALS(histogram),
    YARDSTICK("sum of all", columns, f32), YARDSTICK("sum of all", columns, f64),
    YARDSTICK("copy", scan, f32), YARDSTICK("copy", scan, f64), YARDSTICK("copy", scan, i32),
    YARDSTICK("copy", scan, i64), YARDSTICK("copy", scan, u32), YARDSTICK("copy", scan, u64),
    {.name = NULL}};
/* clang-format on */

#else

/* What a sum is returned in. */
#if T_SIGNIFICAND
#define W T
#elif T_SIGNED
#define W int64_t
#else
#define W uint64_t
#endif

static W NAME(sum_block)(const T *x, const T *y, size_t n)
{
    W sum = 0;
    (void)y;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum;
}

static W NAME(dot_block)(const T *x, const T *y, size_t n)
{
    W sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += (W)x[i] * (W)y[i];
    return sum;
}

#if T_SIGNIFICAND
static T NAME(asum_block)(const T *x, const T *y, size_t n)
{
    T sum = 0;
    (void)y;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += (T)fabs((double)x[i]);
    return sum;
}

/* What scales nothing, and so may overflow or underflow. */
static T NAME(square_block)(const T *x, const T *y, size_t n)
{
    (void)y;
    return NAME(dot_block)(x, x, n);
}
#endif

static T NAME(min_block)(const T *x, size_t n)
{
    T best = x[0];
#pragma omp simd reduction(min : best)
    for (size_t i = 0; i < n; i++)
        best = x[i] < best ? x[i] : best;
    return best;
}

static T NAME(max_block)(const T *x, size_t n)
{
    T best = x[0];
#pragma omp simd reduction(max : best)
    for (size_t i = 0; i < n; i++)
        best = x[i] > best ? x[i] : best;
    return best;
}

static W NAME(add_blocks)(const struct peer_job *job, W (*block)(const T *x, const T *y, size_t n))
{
    const T *x = job->x, *y = job->y;
    W sum = 0;
    if (job->n <= BLOCK)
        return block(x, y, job->n);
#pragma omp parallel for num_threads(job->threads) reduction(+ : sum)
    for (size_t i = 0; i < job->n; i += BLOCK)
        sum += block(x + i, y ? y + i : NULL, smaller(job->n - i, BLOCK));
    return sum;
}

static void NAME(sum)(const struct peer_job *job)
{
    *(W *)job->result = NAME(add_blocks)(job, NAME(sum_block));
}

static void NAME(dot)(const struct peer_job *job)
{
    *(W *)job->result = NAME(add_blocks)(job, NAME(dot_block));
}

static void NAME(mean)(const struct peer_job *job)
{
    *(double *)job->result = (double)NAME(add_blocks)(job, NAME(sum_block)) / (double)job->n;
}

#if T_SIGNIFICAND
static void NAME(columns_of_data)(const struct peer_job *job)
{
    NAME(sum)(job);
}

static void NAME(asum)(const struct peer_job *job)
{
    *(T *)job->result = NAME(add_blocks)(job, NAME(asum_block));
}

static void NAME(nrm2)(const struct peer_job *job)
{
    *(T *)job->result = (T)sqrt((double)NAME(add_blocks)(job, NAME(square_block)));
}
#endif

static T NAME(min_of_all)(const struct peer_job *job)
{
    const T *x = job->x;
    T best = x[0];
    if (job->n <= BLOCK)
        return NAME(min_block)(x, job->n);
#pragma omp parallel for num_threads(job->threads) reduction(min : best)
    for (size_t i = 0; i < job->n; i += BLOCK) {
        T least = NAME(min_block)(x + i, smaller(job->n - i, BLOCK));
        best = least < best ? least : best;
    }
    return best;
}

static void NAME(min)(const struct peer_job *job)
{
    *(T *)job->result = NAME(min_of_all)(job);
}

static T NAME(max_of_all)(const struct peer_job *job)
{
    const T *x = job->x;
    T best = x[0];
    if (job->n <= BLOCK)
        return NAME(max_block)(x, job->n);
#pragma omp parallel for num_threads(job->threads) reduction(max : best)
    for (size_t i = 0; i < job->n; i += BLOCK) {
        T most = NAME(max_block)(x + i, smaller(job->n - i, BLOCK));
        best = most > best ? most : best;
    }
    return best;
}

static void NAME(max)(const struct peer_job *job)
{
    *(T *)job->result = NAME(max_of_all)(job);
}

/* Looks for an element better than the best so far. */
static inline void NAME(arg_block)(const T *x, size_t start, size_t stop, bool largest, T *best, size_t *place)
{
    for (size_t i = start; i < stop; i++) {
        if (largest ? x[i] > *best : x[i] < *best) {
            *best = x[i];
            *place = i;
        }
    }
}

static inline void NAME(arg)(const struct peer_job *job, bool largest)
{
    const T *x = job->x;
    size_t first = 0;
#pragma omp parallel num_threads(job->threads) if (job->n > BLOCK)
    {
        T best = x[0];
        size_t place = 0;
#pragma omp for schedule(static) nowait
        for (size_t i = 0; i < job->n; i += BLOCK)
            NAME(arg_block)(x, i, i + smaller(job->n - i, BLOCK), largest, &best, &place);
#pragma omp critical
        if ((largest ? best > x[first] : best < x[first]) || (best == x[first] && place < first))
            first = place;
    }
    *(size_t *)job->result = first;
}

static void NAME(argmin)(const struct peer_job *job)
{
    NAME(arg)(job, false);
}

static void NAME(argmax)(const struct peer_job *job)
{
    NAME(arg)(job, true);
}

/* In order, one after the other: the sum is in nobody's way to be vectorised but its own. */
static void NAME(scan)(const struct peer_job *job)
{
    const T *x = job->x;
    T *out = job->data, sum = 0;
    for (size_t i = 0; i < job->n; i++)
        out[i] = sum += x[i];
}

static void NAME(scan_of_data)(const struct peer_job *job)
{
    const T *x = job->x;
    T *out = job->data;
#pragma omp parallel for num_threads(job->threads) schedule(static) if (job->n > BLOCK)
    for (size_t i = 0; i < job->n; i += BLOCK)
        memcpy(out + i, x + i, smaller(job->n - i, BLOCK) * sizeof *x);
}

static void NAME(scan_min)(const struct peer_job *job)
{
    const T *x = job->x;
    T *out = job->data, best = job->n > 0 ? x[0] : 0;
    for (size_t i = 0; i < job->n; i++)
        out[i] = best = x[i] < best ? x[i] : best;
}

static void NAME(scan_max)(const struct peer_job *job)
{
    const T *x = job->x;
    T *out = job->data, best = job->n > 0 ? x[0] : 0;
    for (size_t i = 0; i < job->n; i++)
        out[i] = best = x[i] > best ? x[i] : best;
}

/* Without a branch, which would be mispredicted every other time. */
static void NAME(compact)(const struct peer_job *job)
{
    const T *x = job->x;
    const unsigned char *mask = job->y;
    T *out = job->data;
    size_t kept = 0;
    for (size_t i = 0; i < job->n; i++) {
        out[kept] = x[i];
        kept += mask[i] != 0;
    }
}

/* An element guesses its bin, and looks at the two edges of it: the way of NumPy. */
static void NAME(histogram)(const struct peer_job *job)
{
    const T *x = job->x;
    const double width = (job->high - job->low) / (double)job->bins, scale = 1 / width;
    uint64_t *counts = job->result;
    memset(counts, 0, (job->bins + 3) * sizeof *counts);
    for (size_t i = 0; i < job->n; i++) {
        double value = (double)x[i];
        size_t bin;
        if (value >= job->low && value <= job->high) {
            bin = (size_t)((value - job->low) * scale);
            bin = bin < job->bins ? bin : job->bins - 1;
            bin -= value < (double)bin * width + job->low;
            bin += bin + 1 < job->bins && value >= (double)(bin + 1) * width + job->low;
        } else
            bin = job->bins + (value < job->low ? 0 : value > job->high ? 1 : 2);
        counts[bin]++;
    }
}

#undef W

#endif
