#include "tests/operations.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support.h"

#define REDUCTION(op, T, R, suffix)                                                                                    \
    static pel_status op##_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)        \
    {                                                                                                                  \
        (void)y;                                                                                                       \
        return pel_##op##_##suffix(x, n, (R *)result, opts);                                                           \
    }
#define DOT(T, R, suffix)                                                                                              \
    static pel_status dot_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)         \
    {                                                                                                                  \
        return pel_dot_##suffix(x, y, n, (R *)result, opts);                                                           \
    }
/* Bits that stand for two numbers. */
static void put_both(const void *both, size_t size, void *result)
{
    uint64_t a = 0, b = 0, mixed;
    memcpy(&a, both, size);
    memcpy(&b, (const char *)both + size, size);
    mixed = a * 3 ^ b;
    memcpy(result, &mixed, sizeof mixed);
}

#define MINMAX(T, suffix)                                                                                              \
    static pel_status minmax_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)      \
    {                                                                                                                  \
        T both[2] = {0, 0};                                                                                            \
        (void)y;                                                                                                       \
        pel_status status = pel_minmax_##suffix((const T *)x, n, both, opts);                                          \
        if (status == PEL_OK)                                                                                          \
            put_both(both, sizeof(T), result);                                                                         \
        return status;                                                                                                 \
    }
#define SCAN(op, T, suffix)                                                                                            \
    static pel_status op##_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)        \
    {                                                                                                                  \
        (void)x;                                                                                                       \
        (void)y;                                                                                                       \
        return pel_##op##_##suffix((const T *)result, (T *)result, n, opts);                                           \
    }
#define SORT(T, suffix)                                                                                                \
    static pel_status sort_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)        \
    {                                                                                                                  \
        (void)x;                                                                                                       \
        (void)y;                                                                                                       \
        return pel_sort_##suffix((T *)result, n, opts);                                                                \
    }
/* All bytes of the result, as keys of one byte or two. */
#define SORT_NARROW(T, suffix)                                                                                         \
    static pel_status sort_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)        \
    {                                                                                                                  \
        (void)x;                                                                                                       \
        (void)y;                                                                                                       \
        return pel_sort_##suffix((T *)result, n * sizeof(uint32_t) / sizeof(T), opts);                                 \
    }
#define SELECT(T, suffix)                                                                                              \
    static pel_status select_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)      \
    {                                                                                                                  \
        (void)x;                                                                                                       \
        (void)y;                                                                                                       \
        return pel_select_##suffix((T *)result, n, n / 3, opts);                                                       \
    }
/* Segments of unequal length, one of them empty; columns of an array of three axes. */
#define SERIES(T, suffix)                                                                                              \
    static pel_status segments_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)    \
    {                                                                                                                  \
        const size_t offsets[] = {1, n / 64, n / 64, n / 16, n - n / 3, n};                                            \
        (void)x;                                                                                                       \
        (void)y;                                                                                                       \
        return pel_sort_segments_##suffix((T *)result, offsets, 5, opts);                                              \
    }                                                                                                                  \
    static pel_status axis_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)        \
    {                                                                                                                  \
        const size_t shape[] = {2, n / 38, 19};                                                                        \
        (void)x;                                                                                                       \
        (void)y;                                                                                                       \
        return pel_sort_axis_##suffix((T *)result, 3, shape, 1, opts);                                                 \
    }
/* From the first half, which is kept, to the second. */
#define COMPACT(T, suffix)                                                                                             \
    static pel_status compact_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)     \
    {                                                                                                                  \
        const T *from = result;                                                                                        \
        size_t half = n / 2, count;                                                                                    \
        (void)x;                                                                                                       \
        (void)y;                                                                                                       \
        return pel_compact_if_##suffix(from, half, PEL_GREATER, from[0], (T *)result + half, &count, opts);            \
    }
/* Of the first half; the sums of segments that get longer stand in the second. */
#define SEGMENT_SUMS(T, R, suffix)                                                                                     \
    static pel_status segment_sums_##suffix(const void *x, const void *y, size_t n, void *result,                      \
                                            const pel_opts *opts)                                                      \
    {                                                                                                                  \
        enum { SEGMENTS = 60 };                                                                                        \
        size_t half = n / 4 * 2, offsets[SEGMENTS + 1];                                                                \
        (void)x;                                                                                                       \
        (void)y;                                                                                                       \
        for (size_t s = 0; s <= SEGMENTS; s++)                                                                         \
            offsets[s] = half * s * s / (SEGMENTS * SEGMENTS);                                                         \
        return pel_segment_sum_##suffix((const T *)result, offsets, SEGMENTS, (R *)(void *)((T *)result + half),       \
                                        opts);                                                                         \
    }
/* Of the first half, counted in the second. */
#define HISTOGRAM(T, suffix)                                                                                           \
    static pel_status histogram_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)   \
    {                                                                                                                  \
        size_t half = n / 4 * 2, bins = half * sizeof(T) / sizeof(uint64_t);                                           \
        uint64_t *counts = (uint64_t *)(void *)((T *)result + half);                                                   \
        (void)x;                                                                                                       \
        (void)y;                                                                                                       \
        return pel_histogram_##suffix((const T *)result, half, -100, 5000, bins, counts, NULL, opts);                  \
    }
/* Words in the second half of n elements of this size. */
static uint64_t *words_in(void *elements, size_t n, size_t size)
{
    return (uint64_t *)elements + (n * size / 2 + 7) / 8;
}

/* Quarters are put in order where that is asked for; needles and what is counted are an eighth. */
#define SORTED(T, suffix)                                                                                              \
    static pel_status search_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)      \
    {                                                                                                                  \
        T *keys = result;                                                                                              \
        (void)x;                                                                                                       \
        (void)y;                                                                                                       \
        pel_status status = pel_sort_##suffix(keys, n / 4, opts);                                                      \
        return status == PEL_OK ? pel_searchsorted_##suffix(keys, n / 4, keys + n / 4, n / 8 - 1,                      \
                                                            words_in(keys, n, sizeof(T)), opts)                        \
                                : status;                                                                              \
    }                                                                                                                  \
    static pel_status merge_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)       \
    {                                                                                                                  \
        T *a = result, *b = a + n / 4;                                                                                 \
        (void)x;                                                                                                       \
        (void)y;                                                                                                       \
        pel_status status = pel_sort_##suffix(a, n / 4, opts);                                                         \
        if (status == PEL_OK)                                                                                          \
            status = pel_sort_##suffix(b, n / 4, opts);                                                                \
        return status == PEL_OK ? pel_merge_##suffix(a, n / 4, b, n / 4, b + n / 4, opts) : status;                    \
    }                                                                                                                  \
    static pel_status unique_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)      \
    {                                                                                                                  \
        size_t some = n / 8 - 1, found = some;                                                                         \
        uint64_t *counts = words_in(result, n, sizeof(T));                                                             \
        (void)x;                                                                                                       \
        (void)y;                                                                                                       \
        pel_status status = pel_unique_##suffix((T *)result, some, counts, &found, opts);                              \
        memset((T *)result + found, 0, (some - found) * sizeof(T));                                                    \
        memset(counts + found, 0, (some - found) * sizeof *counts);                                                    \
        return status;                                                                                                 \
    }                                                                                                                  \
    static pel_status quantiles_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)   \
    {                                                                                                                  \
        static const double q[4] = {0.9, 0.5, 0.01, 0.333};                                                            \
        double found[4];                                                                                               \
        (void)x;                                                                                                       \
        (void)y;                                                                                                       \
        pel_status status = pel_quantiles_##suffix((T *)result, n, q, 4, PEL_QUANTILE_LINEAR, found, opts);            \
        memcpy(result, found, sizeof found);                                                                           \
        return status;                                                                                                 \
    }
/* Keys are the first half, indices or values of W, as wide as T, the second. */
#define ORDER(T, W, suffix, index, value)                                                                              \
    static pel_status argsort_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)     \
    {                                                                                                                  \
        (void)x;                                                                                                       \
        (void)y;                                                                                                       \
        return pel_argsort_##suffix##index((const T *)result, n / 2, (W *)result + n / 2, opts);                       \
    }                                                                                                                  \
    static pel_status sort_pairs_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)  \
    {                                                                                                                  \
        (void)x;                                                                                                       \
        (void)y;                                                                                                       \
        return pel_sort_pairs_##suffix##value((T *)result, (W *)result + n / 2, n / 2, opts);                          \
    }
#define EACH(T, R, suffix)                                                                                             \
    REDUCTION(sum, T, R, suffix)                                                                                       \
    REDUCTION(mean, T, double, suffix)                                                                                 \
    REDUCTION(min, T, T, suffix)                                                                                       \
    REDUCTION(max, T, T, suffix)                                                                                       \
    REDUCTION(count, T, size_t, suffix)                                                                                \
    REDUCTION(argmin, T, size_t, suffix)                                                                               \
    REDUCTION(argmax, T, size_t, suffix)                                                                               \
    MINMAX(T, suffix)                                                                                                  \
    DOT(T, R, suffix)                                                                                                  \
    SCAN(scan, T, suffix)                                                                                              \
    SCAN(scan_min, T, suffix)                                                                                          \
    SCAN(scan_max, T, suffix)                                                                                          \
    COMPACT(T, suffix)                                                                                                 \
    SEGMENT_SUMS(T, R, suffix)                                                                                         \
    HISTOGRAM(T, suffix)                                                                                               \
    SORT(T, suffix)                                                                                                    \
    SELECT(T, suffix)                                                                                                  \
    SERIES(T, suffix)                                                                                                  \
    SORTED(T, suffix)

EACH(float, float, f32)
EACH(double, double, f64)
EACH(int32_t, int64_t, i32)
EACH(int64_t, int64_t, i64)
EACH(uint32_t, uint64_t, u32)
EACH(uint64_t, uint64_t, u64)

SORT_NARROW(int8_t, i8)
SORT_NARROW(uint8_t, u8)
SORT_NARROW(int16_t, i16)
SORT_NARROW(uint16_t, u16)

ORDER(float, uint32_t, f32, _u32, _u32)
ORDER(double, uint64_t, f64, , _u64)
ORDER(int32_t, uint32_t, i32, _u32, _u32)
ORDER(int64_t, uint64_t, i64, , _u64)
ORDER(uint32_t, uint32_t, u32, _u32, _u32)
ORDER(uint64_t, uint64_t, u64, , _u64)

/* Results of two parts of at most 8 bytes in all, and those with one more argument. */
#define STATISTICS(T, suffix, complex)                                                                                 \
    static pel_status var_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)         \
    {                                                                                                                  \
        (void)y;                                                                                                       \
        return pel_var_##suffix((const T *)x, n, 1, (double *)result, opts);                                           \
    }                                                                                                                  \
    static pel_status std_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)         \
    {                                                                                                                  \
        (void)y;                                                                                                       \
        return pel_std_##suffix((const T *)x, n, 0, (double *)result, opts);                                           \
    }                                                                                                                  \
    static pel_status cov_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)         \
    {                                                                                                                  \
        return pel_cov_##suffix((const T *)x, (const T *)y, n, 1, (double *)result, opts);                             \
    }                                                                                                                  \
    static pel_status corr_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)        \
    {                                                                                                                  \
        return pel_corr_##suffix((const T *)x, (const T *)y, n, (double *)result, opts);                               \
    }                                                                                                                  \
    static pel_status wmean_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)       \
    {                                                                                                                  \
        return pel_wmean_##suffix((const T *)x, (const T *)y, n, (double *)result, opts);                              \
    }                                                                                                                  \
    static pel_status csum_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)        \
    {                                                                                                                  \
        T sum[2] = {0, 0};                                                                                             \
        (void)y;                                                                                                       \
        pel_status status = pel_sum_##complex((const T *)x, n / 2, sum, opts);                                         \
        if (status == PEL_OK)                                                                                          \
            put_both(sum, sizeof(T), result);                                                                          \
        return status;                                                                                                 \
    }                                                                                                                  \
    static pel_status cdotu_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)       \
    {                                                                                                                  \
        T sum[2] = {0, 0};                                                                                             \
        pel_status status = pel_dotu_##complex((const T *)x, (const T *)y, n / 2, sum, opts);                          \
        if (status == PEL_OK)                                                                                          \
            put_both(sum, sizeof(T), result);                                                                          \
        return status;                                                                                                 \
    }                                                                                                                  \
    static pel_status cdotc_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)       \
    {                                                                                                                  \
        T sum[2] = {0, 0};                                                                                             \
        pel_status status = pel_dotc_##complex((const T *)x, (const T *)y, n / 2, sum, opts);                          \
        if (status == PEL_OK)                                                                                          \
            put_both(sum, sizeof(T), result);                                                                          \
        return status;                                                                                                 \
    }
STATISTICS(float, f32, c64)
STATISTICS(double, f64, c128)

REDUCTION(asum, float, float, f32)
REDUCTION(asum, double, double, f64)
REDUCTION(nrm2, float, float, f32)
REDUCTION(nrm2, double, double, f64)
REDUCTION(prod, float, float, f32)
REDUCTION(prod, double, double, f64)
REDUCTION(logsumexp, float, float, f32)
REDUCTION(logsumexp, double, double, f64)
REDUCTION(skewness, float, double, f32)
REDUCTION(skewness, double, double, f64)
REDUCTION(kurtosis, float, double, f32)
REDUCTION(kurtosis, double, double, f64)

/* The order of a third of the words, which goes to the second third, and the words in that order, which go to the last.
 */
static pel_status permute(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)
{
    uint64_t *keys = result, *index = keys + n / 3;
    (void)x;
    (void)y;
    pel_status status = pel_argsort_u64(keys, n / 3, index, opts);
    if (status == PEL_OK)
        status = pel_permute(keys, sizeof *keys, n / 3, index, index + n / 3, opts);
    return status == PEL_OK ? pel_inverse_permutation(index, n / 3, keys, opts) : status;
}

static int compare_words(const void *a, const void *b, void *context)
{
    uint64_t x, y;
    (void)context;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x & 0xffff) < (y & 0xffff) ? -1 : (x & 0xffff) > (y & 0xffff);
}

static pel_status sort_records(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)
{
    (void)x;
    (void)y;
    return pel_sort_records(result, n, sizeof(uint64_t), compare_words, NULL, opts);
}

/* Values of 24 bytes. */
static pel_status sort_values(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)
{
    uint64_t *keys = result;
    (void)x;
    (void)y;
    return pel_sort_values_u64(keys, keys + n / 4, 24, n / 4, opts);
}

/* What follows works on words, or doubles; results stand in the second half of the array, or a later part. */
static pel_status partial_sort(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)
{
    (void)x;
    (void)y;
    return pel_partial_sort_f64((double *)result, n, n / 3, opts);
}

static pel_status top_k(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)
{
    uint64_t *keys = result;
    (void)x;
    (void)y;
    return pel_top_k_u64(keys, n / 2, n / 8, keys + n / 2, keys + n / 2 + n / 8, opts);
}

static pel_status sort_u128(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)
{
    (void)x;
    (void)y;
    return pel_sort_u128((pel_u128 *)result, n / 2, opts);
}

static pel_status scan_segments(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)
{
    const size_t offsets[] = {0, n / 64, n / 64, n / 16, n - n / 3, n};
    (void)x;
    (void)y;
    return pel_scan_segments_f64((const double *)result, offsets, 5, (double *)result, opts);
}

static pel_status means_of_segments(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)
{
    const size_t offsets[] = {0, n / 64, n / 64, n / 16, n / 2};
    (void)x;
    (void)y;
    return pel_segment_mean_f64((const double *)result, offsets, 4, (double *)result + n / 2, opts);
}

/* Both share the drivers of means over the last and over the first axis. */
static pel_status reduce_axes(size_t n, void *result, unsigned axes, const pel_opts *opts)
{
    enum { COLUMNS = 32 };
    pel_array in = PEL_ARRAY_INIT, out = PEL_ARRAY_INIT;
    in.data = result;
    in.ndim = 2;
    in.shape[0] = n / 2 / COLUMNS;
    in.shape[1] = COLUMNS;
    out.data = (double *)result + n / 2;
    out.ndim = 1;
    out.shape[0] = axes == 1 ? COLUMNS : in.shape[0];
    pel_status status = pel_array_pack(&in);
    if (status == PEL_OK)
        status = pel_array_pack(&out);
    return status == PEL_OK ? pel_reduce_axes(PEL_REDUCE_STD, &in, axes, 1, &out, opts) : status;
}

static pel_status std_of_columns(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)
{
    (void)x;
    (void)y;
    return reduce_axes(n, result, 1, opts);
}

static pel_status std_of_rows(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)
{
    (void)x;
    (void)y;
    return reduce_axes(n, result, 2, opts);
}

static pel_status weighted_histogram(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)
{
    double *values = result;
    (void)x;
    (void)y;
    return pel_histogram_weighted_f64(values, values + n / 4, n / 4, -100, 5000, n / 4, values + n / 2, opts);
}

/* Between edges that get wider. */
enum { EDGES = 40 };

static void make_edges(double edges[EDGES])
{
    for (int i = 0; i < EDGES; i++)
        edges[i] = -100 + i * i * 3.5;
}

static pel_status histogram_edges(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)
{
    double edges[EDGES];
    (void)x;
    (void)y;
    make_edges(edges);
    return pel_histogram_edges_f64((const double *)result, n / 2, edges, EDGES - 1, (uint64_t *)result + n / 2, NULL,
                                   opts);
}

static pel_status digitize(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)
{
    double edges[EDGES];
    (void)x;
    (void)y;
    make_edges(edges);
    return pel_digitize_f64((const double *)result, n / 2, edges, EDGES, (uint64_t *)result + n / 2, opts);
}

/* A star of radius 1 with unequal arms, five steps; each axis has other boundaries. */
static pel_status run_stencil(pel_dtype dtype, int ndim, size_t n, void *grid, const pel_opts *opts)
{
    static const pel_tap star[7] = {{{0, 0, 0}, 0.5},   {{-1, 0, 0}, 0.125}, {{1, 0, 0}, 0.0625}, {{0, -1, 0}, 0.1},
                                    {{0, 1, 0}, 0.075}, {{0, 0, -1}, 0.05},  {{0, 0, 1}, 0.025}};
    pel_stencil_desc desc = PEL_STENCIL_DESC_INIT;
    desc.dtype = dtype;
    desc.ndim = ndim;
    desc.ntaps = 1 + 2 * (size_t)ndim;
    desc.taps = star;
    for (int axis = 0; axis < 3; axis++)
        desc.shape[axis] = axis < ndim ? 16 : 0;
    desc.shape[0] = n >> (4 * (ndim - 1));
    desc.boundary[0][0] = desc.boundary[0][1] = PEL_BOUNDARY_PERIODIC;
    desc.boundary[1][0] = desc.boundary[2][1] = PEL_BOUNDARY_REFLECT;
    desc.boundary[1][1] = PEL_BOUNDARY_CONSTANT;
    pel_plan *plan;
    pel_status status = pel_stencil_plan(&plan, &desc, opts);
    if (status != PEL_OK)
        return status;
    status = pel_stencil_run(plan, grid, NULL, 5);
    pel_plan_free(plan);
    return status;
}

#define STENCIL(dtype, suffix, dimensions)                                                                             \
    static pel_status stencil##dimensions##_##suffix(const void *x, const void *y, size_t n, void *result,             \
                                                     const pel_opts *opts)                                             \
    {                                                                                                                  \
        (void)x;                                                                                                       \
        (void)y;                                                                                                       \
        return run_stencil(dtype, dimensions, n, result, opts);                                                        \
    }

STENCIL(PEL_F32, f32, 1)
STENCIL(PEL_F32, f32, 2)
STENCIL(PEL_F32, f32, 3)
STENCIL(PEL_F64, f64, 1)
STENCIL(PEL_F64, f64, 2)
STENCIL(PEL_F64, f64, 3)

/* What spreads along a row and down a column, in two stages. */
#define SYSTEM(dtype, T, suffix)                                                                                       \
    static void along_##suffix(const pel_row *row, void *context)                                                      \
    {                                                                                                                  \
        const T *from = (const T *)pel_row_read(row, 0, 0, 0);                                                         \
        T *to = (T *)row->write[0];                                                                                    \
        (void)context;                                                                                                 \
        for (ptrdiff_t x = 0; x < (ptrdiff_t)row->count; x++)                                                          \
            to[x] = (from[x - 1] + from[x + 1]) / 3;                                                                   \
    }                                                                                                                  \
    static void down_##suffix(const pel_row *row, void *context)                                                       \
    {                                                                                                                  \
        const T *from = (const T *)pel_row_read(row, 0, 0, -1);                                                        \
        T *to = (T *)row->write[0];                                                                                    \
        (void)context;                                                                                                 \
        for (size_t x = 0; x < row->count; x++)                                                                        \
            to[x] = from[x] / 3;                                                                                       \
    }                                                                                                                  \
    static pel_status system_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)      \
    {                                                                                                                  \
        (void)x;                                                                                                       \
        (void)y;                                                                                                       \
        return run_system(along_##suffix, down_##suffix, dtype, n, result, opts);                                      \
    }

static pel_status run_system(pel_row_function *along, pel_row_function *down, pel_dtype dtype, size_t n, void *grid,
                             const pel_opts *opts)
{
    static const pel_access reads[2] = {{0, {{0, 0}, {1, 1}}}, {0, {{1, 0}, {0, 0}}}};
    static const size_t written = 0;
    const pel_stage stages[2] = {{along, NULL, 1, 1, &reads[0], &written}, {down, NULL, 1, 1, &reads[1], &written}};
    pel_field field = PEL_FIELD_INIT;
    pel_system_desc desc = PEL_SYSTEM_DESC_INIT;
    field.dtype = dtype;
    field.boundary[0][0] = field.boundary[0][1] = PEL_BOUNDARY_PERIODIC;
    field.boundary[1][0] = PEL_BOUNDARY_REFLECT;
    desc.ndim = 2;
    desc.shape[0] = n >> 4;
    desc.shape[1] = 16;
    desc.nfields = 1;
    desc.nstages = 2;
    desc.fields = &field;
    desc.stages = stages;
    pel_system *system;
    pel_status status = pel_system_plan(&system, &desc, opts);
    if (status != PEL_OK)
        return status;
    status = pel_system_run(system, &grid, NULL, 3);
    pel_system_free(system);
    return status;
}

SYSTEM(PEL_F32, float, f32)
SYSTEM(PEL_F64, double, f64)

#define ROWS(dtype, suffix)                                                                                            \
    {"sum", dtype, false, sum_##suffix}, {"dot", dtype, false, dot_##suffix}, {"mean", dtype, false, mean_##suffix},   \
        {"min", dtype, false, min_##suffix}, {"max", dtype, false, max_##suffix},                                      \
        {"minmax", dtype, false, minmax_##suffix}, {"count", dtype, false, count_##suffix},                            \
        {"argmin", dtype, false, argmin_##suffix}, {"argmax", dtype, false, argmax_##suffix},                          \
        {"scan", dtype, true, scan_##suffix}, {"scan_min", dtype, true, scan_min_##suffix},                            \
        {"scan_max", dtype, true, scan_max_##suffix}, {"compact", dtype, true, compact_##suffix},                      \
        {"sum of segments", dtype, true, segment_sums_##suffix}, {"histogram", dtype, true, histogram_##suffix},       \
        {"argsort", dtype, true, argsort_##suffix}, {"sort_pairs", dtype, true, sort_pairs_##suffix},                  \
        {"select", dtype, true, select_##suffix}, {"sort_segments", dtype, true, segments_##suffix},                   \
        {"sort_axis", dtype, true, axis_##suffix}, {"searchsorted", dtype, true, search_##suffix},                     \
        {"merge", dtype, true, merge_##suffix}, {"unique", dtype, true, unique_##suffix},                              \
        {"select for quantiles", dtype, true, quantiles_##suffix},                                                     \
    {                                                                                                                  \
        "sort", dtype, true, sort_##suffix                                                                             \
    }
#define ROWS_OF_FLOATS(dtype, suffix)                                                                                  \
    {"var", dtype, false, var_##suffix}, {"std", dtype, false, std_##suffix}, {"cov", dtype, false, cov_##suffix},     \
        {"corr", dtype, false, corr_##suffix}, {"wmean", dtype, false, wmean_##suffix},                                \
        {"csum", dtype, false, csum_##suffix}, {"cdotu", dtype, false, cdotu_##suffix},                                \
        {"cdotc", dtype, false, cdotc_##suffix}, {"asum", dtype, false, asum_##suffix},                                \
        {"prod", dtype, false, prod_##suffix}, {"logsumexp", dtype, false, logsumexp_##suffix},                        \
        {"skewness", dtype, false, skewness_##suffix}, {"kurtosis", dtype, false, kurtosis_##suffix},                  \
    {                                                                                                                  \
        "nrm2", dtype, false, nrm2_##suffix                                                                            \
    }
#define STENCIL_ROWS(dtype, suffix)                                                                                    \
    {"stencil 1", dtype, true, stencil1_##suffix}, {"stencil 2", dtype, true, stencil2_##suffix},                      \
        {"system", dtype, true, system_##suffix},                                                                      \
    {                                                                                                                  \
        "stencil 3", dtype, true, stencil3_##suffix                                                                    \
    }

const struct operation operations[] = {
    ROWS(PEL_F32, f32),
    ROWS(PEL_F64, f64),
    ROWS(PEL_I32, i32),
    ROWS(PEL_I64, i64),
    ROWS(PEL_U32, u32),
    ROWS(PEL_U64, u64),
    ROWS_OF_FLOATS(PEL_F32, f32),
    ROWS_OF_FLOATS(PEL_F64, f64),
    STENCIL_ROWS(PEL_F32, f32),
    STENCIL_ROWS(PEL_F64, f64),
    {"sort_i8", PEL_I32, true, sort_i8},
    {"sort_u8", PEL_U32, true, sort_u8},
    {"sort_i16", PEL_I32, true, sort_i16},
    {"sort_u16", PEL_U32, true, sort_u16},
    {"permute", PEL_U64, true, permute},
    {"sort_records", PEL_U64, true, sort_records},
    {"argsort and values", PEL_U64, true, sort_values},
    {"partial_sort", PEL_F64, true, partial_sort},
    {"top_k", PEL_U64, true, top_k},
    {"sort_u128", PEL_U64, true, sort_u128},
    {"scan of segments", PEL_F64, true, scan_segments},
    {"mean of segments", PEL_F64, true, means_of_segments},
    {"std of columns", PEL_F64, true, std_of_columns},
    {"std of rows", PEL_F64, true, std_of_rows},
    {"histogram of weights", PEL_F64, true, weighted_histogram},
    {"histogram between edges", PEL_F64, true, histogram_edges},
    {"histogram of places", PEL_F64, true, digitize},
    {NULL, PEL_F32, false, NULL},
};

/* Sign and 26 bits of fraction, times a power of two from 2^-16 to 2^15. */
static double random_float(struct test_random *random)
{
    uint64_t bits = test_random_bits(random);
    double scale = (double)(1ull << (bits & 31)) * 0x1p-16;
    return (double)((int64_t)(bits >> 37) - (1 << 26)) * 0x1p-26 * scale;
}

void operations_fill(pel_dtype dtype, void *data, size_t n, uint64_t stream)
{
    struct test_random random = test_random_start(test_seed(), stream);
    for (size_t i = 0; i < n; i++) {
        uint64_t small = test_random_bits(&random) >> 45;
        switch (dtype) {
        case PEL_F32:
            ((float *)data)[i] = (float)random_float(&random);
            break;
        case PEL_F64:
            ((double *)data)[i] = random_float(&random);
            break;
        case PEL_I32:
            ((int32_t *)data)[i] = (int32_t)small - (1 << 18);
            break;
        case PEL_I64:
            ((int64_t *)data)[i] = (int64_t)small - (1 << 18);
            break;
        case PEL_U32:
            ((uint32_t *)data)[i] = (uint32_t)(small >> 6);
            break;
        case PEL_U64:
            ((uint64_t *)data)[i] = small;
            break;
        }
    }
}

/* FNV-1a, on eight bytes at a time where it can. */
static uint64_t digest_bytes(uint64_t digest, const void *data, size_t bytes)
{
    const unsigned char *from = data;
    for (; bytes >= 8; bytes -= 8, from += 8) {
        uint64_t word;
        memcpy(&word, from, 8);
        digest = (digest ^ word) * 0x100000001b3u;
        digest ^= digest >> 29;
    }
    for (; bytes > 0; bytes--)
        digest = (digest ^ *from++) * 0x100000001b3u;
    return digest;
}

uint64_t operations_digest(size_t n, const pel_opts *opts)
{
    uint64_t digest = 0xcbf29ce484222325u;
    char *x = calloc(n, 8), *y = calloc(n, 8);
    for (const struct operation *op = operations; x && y && op->name; op++) {
        uint64_t result = 0;
        operations_fill(op->dtype, x, n, 1);
        operations_fill(op->dtype, y, n, 2);
        pel_status status = op->run(x, y, n, op->in_place ? (void *)x : &result, opts);
        digest = digest_bytes(digest, &status, sizeof status);
        digest = digest_bytes(digest, &result, sizeof result);
        digest = digest_bytes(digest, x, n * pel_dtype_size(op->dtype));
    }
    bool done = x && y;
    free(x);
    free(y);
    return done ? digest : 0;
}
