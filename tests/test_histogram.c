/* Histograms: every variant of every dtype against edges in extended precision and a bisection of its own. */
#include "tests/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pel/pel.h>

#include "lib/registry.h"

enum { MOST = 70000, MOST_BINS = 5000, OUTSIDE = 3 };

#define CALLS(T, suffix)                                                                                               \
    static pel_status uniform_##suffix(const void *x, size_t n, double low, double high, size_t bins,                  \
                                       uint64_t *counts, pel_outside *outside, const pel_opts *opts)                   \
    {                                                                                                                  \
        return pel_histogram_##suffix((const T *)x, n, low, high, bins, counts, outside, opts);                        \
    }                                                                                                                  \
    static pel_status given_##suffix(const void *x, size_t n, const void *edges, size_t bins, uint64_t *counts,        \
                                     pel_outside *outside, const pel_opts *opts)                                       \
    {                                                                                                                  \
        return pel_histogram_edges_##suffix((const T *)x, n, (const T *)edges, bins, counts, outside, opts);           \
    }                                                                                                                  \
    static pel_status plane_##suffix(const void *x, const void *y, size_t n, const double *low, const double *high,    \
                                     const size_t *bins, uint64_t *counts, uint64_t *left, const pel_opts *opts)       \
    {                                                                                                                  \
        return pel_histogram_2d_##suffix((const T *)x, (const T *)y, n, low, high, bins, counts, left, opts);          \
    }                                                                                                                  \
    static pel_status digitize_##suffix(const void *x, size_t n, const void *edges, size_t count, uint64_t *index,     \
                                        const pel_opts *opts)                                                          \
    {                                                                                                                  \
        return pel_digitize_##suffix((const T *)x, n, (const T *)edges, count, index, opts);                           \
    }                                                                                                                  \
    static long double value_##suffix(const void *x, size_t i)                                                         \
    {                                                                                                                  \
        return (long double)((const T *)x)[i];                                                                         \
    }                                                                                                                  \
    static void set_##suffix(void *x, size_t i, double value)                                                          \
    {                                                                                                                  \
        ((T *)x)[i] = (T)value;                                                                                        \
    }
#define BINCOUNT(T, suffix)                                                                                            \
    static pel_status bincount_##suffix(const void *x, size_t n, size_t bins, uint64_t *counts, pel_outside *outside,  \
                                        const pel_opts *opts)                                                          \
    {                                                                                                                  \
        return pel_bincount_##suffix((const T *)x, n, bins, counts, outside, opts);                                    \
    }
CALLS(float, f32)
CALLS(double, f64)
CALLS(int32_t, i32)
CALLS(int64_t, i64)
CALLS(uint32_t, u32)
CALLS(uint64_t, u64)
BINCOUNT(int32_t, i32)
BINCOUNT(int64_t, i64)
BINCOUNT(uint32_t, u32)
BINCOUNT(uint64_t, u64)

static const struct type {
    pel_status (*uniform)(const void *, size_t, double, double, size_t, uint64_t *, pel_outside *, const pel_opts *);
    pel_status (*given)(const void *, size_t, const void *, size_t, uint64_t *, pel_outside *, const pel_opts *);
    pel_status (*plane)(const void *, const void *, size_t, const double *, const double *, const size_t *, uint64_t *,
                        uint64_t *, const pel_opts *);
    pel_status (*digitize)(const void *, size_t, const void *, size_t, uint64_t *, const pel_opts *);
    pel_status (*bincount)(const void *, size_t, size_t, uint64_t *, pel_outside *, const pel_opts *);
    long double (*value)(const void *x, size_t i);
    void (*set)(void *x, size_t i, double value);
    double least, most; /* values that may be converted to it */
} types[PEL_NDTYPES] = {
#define TYPE(suffix, bincount, least, most)                                                                            \
    {                                                                                                                  \
        uniform_##suffix, given_##suffix, plane_##suffix, digitize_##suffix, bincount, value_##suffix, set_##suffix,   \
            least, most                                                                                                \
    }
    [PEL_F32] = TYPE(f32, NULL, -3e38, 3e38),
    [PEL_F64] = TYPE(f64, NULL, -1e308, 1e308),
    [PEL_I32] = TYPE(i32, bincount_i32, -2147483648.0, 2147483647.0),
    [PEL_I64] = TYPE(i64, bincount_i64, -0x1p63, 0x1.fffffffffffffp62),
    [PEL_U32] = TYPE(u32, bincount_u32, 0, 4294967295.0),
    [PEL_U64] = TYPE(u64, bincount_u64, 0, 0x1.fffffffffffffp63),
};

static bool is_float(pel_dtype dtype)
{
    return dtype == PEL_F32 || dtype == PEL_F64;
}

/* The place of a value among `count` edges: how many are not above it; -1 for NaN. */
static int edges_up_to(long double value, const long double *edges, int count)
{
    int from = 0, to = count;
    if (isnan(value))
        return -1;
    while (from < to) {
        int middle = (from + to) / 2;
        if (edges[middle] <= value)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* The bin of a value, or bins + 0, 1, 2 for one below, above, or NaN. */
static size_t bin_of(long double value, const long double *edges, size_t bins)
{
    int k = edges_up_to(value, edges, (int)bins);
    if (k < 0)
        return bins + 2;
    if (k == 0)
        return bins;
    return value <= edges[bins] ? (size_t)k - 1 : bins + 1;
}

/* What linspace makes of the range. */
static void space_edges(pel_dtype dtype, double low, double high, size_t bins, long double *edges)
{
    volatile double span = high - low, step = span / (double)bins;
    for (size_t i = 0; i <= bins; i++) {
        volatile double product = step == 0 ? (double)i / (double)bins * span : (double)i * step;
        volatile double edge = i == bins ? high : product + low;
        edges[i] = dtype == PEL_F32 ? (long double)(float)edge : (long double)edge;
    }
}

struct range {
    double low, high;
    size_t bins;
};
static const struct range ranges[] = {
    {0, 1, 10},           {-1, 1, 256},          {0, 256, 256},
    {-0.5, 255.5, 256},   {0.1, 0.7, 7},         {1e6, 1e6 + 1, 256},
    {-3, 4, 1},           {0, 1000, 4999},       {-1e9, 3e9, 100},
    {0x1p52, 0x1p53, 33}, {0, 0x1p-1070, 50},    {-0x1p-140, 0x1p-140, 64},
    {-1e38, 2e38, 100},   {-1e18, 1.8e19, 1000}, {9007199254740992.0, 9007199254741100.0, 37}};

/* Values of the range, at edges and just beside them, outside, and what bits there are. */
static void fill(void *x, pel_dtype dtype, size_t n, const struct range *range, struct test_random *random)
{
    const struct type *type = &types[dtype];
    size_t size = pel_dtype_size(dtype);
    double width = range->high - range->low;
    for (size_t i = 0; i < n; i++) {
        double value = range->low + width * (1.1 * test_random_unit(random) - 0.05);
        size_t kind = test_random_below(random, 8);
        if (kind < 3) {
            size_t edge = test_random_below(random, range->bins + 1);
            value = edge == range->bins ? range->high : (double)edge * (width / (double)range->bins) + range->low;
            if (dtype == PEL_F32)
                value = (double)nextafterf((float)value, kind == 1 ? -INFINITY : kind == 2 ? INFINITY : (float)value);
            else
                value = nextafter(value, kind == 1 ? -INFINITY : kind == 2 ? INFINITY : value);
        }
        if (value >= type->least && value <= type->most)
            type->set(x, i, value);
        else
            kind = 7;
        if (kind == 7)
            test_random_fill(random, (char *)x + i * size, size);
    }
}

/* Every variant of the dtype in turn, then NULL; false at the end. */
struct variants {
    struct pel_registry_walk walk;
    bool done;
    char name[64];
};

static bool next_variant(struct variants *v, pel_dtype dtype, int threads, pel_opts *opts)
{
    uint64_t count;
    *opts = (pel_opts)PEL_OPTS_INIT;
    opts->threads = threads;
    while (!v->done) {
        const struct pel_kernel *kernel = pel_registry_next(&v->walk, PEL_OP_HISTOGRAM, (int)dtype);
        v->done = !kernel;
        if (kernel)
            snprintf(v->name, sizeof v->name, "%s", kernel->name);
        opts->variant = kernel ? v->name : NULL;
        if (types[dtype].uniform(NULL, 0, 0, 1, 1, &count, NULL, opts) != PEL_ENOTSUP)
            return true;
    }
    return false;
}

static uint64_t counts[MOST_BINS + OUTSIDE], expected[MOST_BINS + OUTSIDE];

static void compare(const char *what, pel_dtype dtype, const struct range *range, size_t n, const pel_opts *opts,
                    pel_status status, const pel_outside *outside)
{
    memcpy(counts + range->bins, outside, sizeof *outside);
    for (size_t i = 0; i < range->bins + OUTSIDE; i++) {
        if (status != PEL_OK || counts[i] != expected[i])
            fail_msg("%s %s n=%zu (%g, %g, %zu) %s threads=%d: status %d, bin %zu: %llu, not %llu", what,
                     pel_dtype_name(dtype), n, range->low, range->high, range->bins,
                     opts->variant ? opts->variant : "dispatched", opts->threads, status, i,
                     (unsigned long long)counts[i], (unsigned long long)expected[i]);
    }
}

static void expect_counts(pel_dtype dtype, const void *x, size_t n, const long double *edges, size_t bins)
{
    memset(expected, 0, sizeof expected);
    for (size_t i = 0; i < n; i++)
        expected[bin_of(types[dtype].value(x, i), edges, bins)]++;
}

/* Whether the type has a value from low up and one up to high. */
static bool meets(pel_dtype dtype, const struct range *range)
{
    const struct type *type = &types[dtype];
    return range->low <= type->most && range->high >= type->least && (dtype != PEL_F32 || range->high < 3.4e38);
}

static void check_uniform(pel_dtype dtype, const struct range *range, size_t n, int threads, struct test_random *random)
{
    static long double edges[MOST_BINS + 1];
    size_t size = pel_dtype_size(dtype);
    void *x = guard_alloc(n * size, size * test_random_below(random, 9), test_random_below(random, 2));
    struct variants variants = {.done = false};
    pel_opts opts;
    fill(x, dtype, n, range, random);
    space_edges(dtype, range->low, range->high, range->bins, edges);
    expect_counts(dtype, x, n, edges, range->bins);
    while (next_variant(&variants, dtype, threads, &opts)) {
        pel_outside outside;
        memset(counts, 0x55, sizeof counts);
        pel_status status = types[dtype].uniform(x, n, range->low, range->high, range->bins, counts, &outside, &opts);
        if (!meets(dtype, range)) {
            assert_int_equal(status, PEL_EINVAL);
            assert_true(counts[0] == UINT64_C(0x5555555555555555));
            continue;
        }
        compare("uniform", dtype, range, n, &opts, status, &outside);
    }
    guard_free(x);
}

static void uniform(void **state)
{
    static const size_t sizes[] = {0, 1, 2, 15, 16, 17, 127, 128, 129, 1023, 1024, 1025, 3000, 20001};
    (void)state;
    struct test_random random = test_random_start(test_seed(), 1);
    for (int dtype = 0; dtype < PEL_NDTYPES; dtype++) {
        for (size_t r = 0; r < sizeof ranges / sizeof ranges[0]; r++) {
            for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
                check_uniform((pel_dtype)dtype, &ranges[r], sizes[i], 1, &random);
            for (int threads = 2; threads <= 8; threads += 3)
                check_uniform((pel_dtype)dtype, &ranges[r], MOST - test_random_below(&random, 500), threads, &random);
        }
    }
}

static int by_value_f64(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Ascending edges of no regular width, some of them twice. */
static void make_edges(pel_dtype dtype, void *edges, size_t count, const struct range *range,
                       struct test_random *random)
{
    double values[300];
    const struct type *type = &types[dtype];
    for (size_t i = 0; i < count; i++) {
        double value = range->low + (range->high - range->low) * test_random_unit(random) * test_random_unit(random);
        values[i] = fmin(fmax(value, type->least), type->most);
        if (i > 0 && test_random_below(random, 8) == 0)
            values[i] = values[i - 1];
    }
    qsort(values, count, sizeof values[0], by_value_f64);
    for (size_t i = 0; i < count; i++)
        type->set(edges, i, values[i]);
}

static void check_given(pel_dtype dtype, const struct range *range, size_t bins, int threads,
                        struct test_random *random)
{
    static const size_t sizes[] = {1, 100, 5000, MOST};
    static long double exact[301];
    static uint64_t index[MOST];
    size_t size = pel_dtype_size(dtype), n = threads > 1 ? MOST : sizes[test_random_below(random, 3)];
    void *x = guard_alloc(n * size, 0, true), *edges = guard_alloc((bins + 1) * size, 0, true);
    struct range as_given = {range->low, range->high, bins};
    struct variants variants = {.done = false};
    pel_opts opts;
    fill(x, dtype, n, range, random);
    make_edges(dtype, edges, bins + 1, range, random);
    for (size_t i = 0; i <= bins; i++)
        exact[i] = types[dtype].value(edges, i);
    for (size_t i = 0; i < n && i < bins; i++)
        memcpy((char *)x + i * size, (char *)edges + i * size, size);
    expect_counts(dtype, x, n, exact, bins);
    while (next_variant(&variants, dtype, threads, &opts)) {
        pel_outside outside;
        pel_status status = types[dtype].given(x, n, edges, bins, counts, &outside, &opts);
        compare("given", dtype, &as_given, n, &opts, status, &outside);
        assert_int_equal(types[dtype].digitize(x, n, edges, bins + 1, index, &opts), PEL_OK);
        for (size_t i = 0; i < n; i++) {
            int k = edges_up_to(types[dtype].value(x, i), exact, (int)bins + 1);
            assert_true(index[i] == (k < 0 ? bins + 1 : (size_t)k));
        }
    }
    guard_free(x);
    guard_free(edges);
}

static void given(void **state)
{
    static const size_t bins[] = {1, 2, 3, 8, 31, 64, 255};
    (void)state;
    struct test_random random = test_random_start(test_seed(), 2);
    for (int dtype = 0; dtype < PEL_NDTYPES; dtype++) {
        for (size_t r = 0; r < sizeof ranges / sizeof ranges[0]; r++)
            check_given((pel_dtype)dtype, &ranges[r], bins[(r + (size_t)dtype) % 7], r % 5 ? 1 : 3, &random);
    }
}

/* Edges of equal width that are given count as those that are not. */
static void given_evenly(void **state)
{
    enum { N = 20000, BINS = 1000 };
    static float x[N], edges[BINS + 1];
    static uint64_t even[BINS];
    (void)state;
    struct test_random random = test_random_start(test_seed(), 3);
    const struct range range = {-7, 13, BINS};
    fill(x, PEL_F32, N, &range, &random);
    for (int i = 0; i <= BINS; i++)
        edges[i] = i == BINS ? 13 : (float)(i * (20.0 / BINS) - 7);
    assert_int_equal(pel_histogram_f32(x, N, -7, 13, BINS, even, NULL, NULL), PEL_OK);
    assert_int_equal(pel_histogram_edges_f32(x, N, edges, BINS, counts, NULL, NULL), PEL_OK);
    assert_memory_equal(counts, even, sizeof even);
}

static void in_two_dimensions(void **state)
{
    enum { N = 40000 };
    static long double rows[MOST_BINS + 1], columns[MOST_BINS + 1];
    static double x[N], y[N];
    (void)state;
    struct test_random random = test_random_start(test_seed(), 4);
    const size_t bins[2] = {13, 300};
    const double low[2] = {-1, 0}, high[2] = {2, 1000};
    for (int dtype = 0; dtype < PEL_NDTYPES; dtype++) {
        const struct type *type = &types[dtype];
        struct variants variants = {.done = false};
        pel_opts opts;
        fill(x, (pel_dtype)dtype, N, &(struct range){low[0], high[0], bins[0]}, &random);
        fill(y, (pel_dtype)dtype, N, &(struct range){low[1], high[1], bins[1]}, &random);
        space_edges((pel_dtype)dtype, low[0], high[0], bins[0], rows);
        space_edges((pel_dtype)dtype, low[1], high[1], bins[1], columns);
        memset(expected, 0, sizeof expected);
        for (size_t i = 0; i < N; i++) {
            size_t row = bin_of(type->value(x, i), rows, bins[0]), column = bin_of(type->value(y, i), columns, bins[1]);
            bool inside = row < bins[0] && column < bins[1];
            expected[inside ? row * bins[1] + column : bins[0] * bins[1]]++;
        }
        for (int threads = 1; threads < 4; threads += 2) {
            variants = (struct variants){.done = false};
            while (next_variant(&variants, (pel_dtype)dtype, threads, &opts)) {
                pel_status status = type->plane(x, y, N, low, high, bins, counts, counts + bins[0] * bins[1], &opts);
                assert_int_equal(status, PEL_OK);
                assert_memory_equal(counts, expected, (bins[0] * bins[1] + 1) * sizeof counts[0]);
            }
        }
    }
}

static void bincounts(void **state)
{
    static const size_t bins[] = {1, 2, 1000, MOST_BINS};
    static uint64_t x[MOST];
    (void)state;
    struct test_random random = test_random_start(test_seed(), 5);
    for (int dtype = PEL_I32; dtype < PEL_NDTYPES; dtype++) {
        for (size_t b = 0; b < 4; b++) {
            struct range range = {0, (double)bins[b], bins[b]};
            struct variants variants = {.done = false};
            size_t n = b % 2 ? MOST : 1 + test_random_below(&random, 3000);
            pel_opts opts;
            fill(x, (pel_dtype)dtype, n, &range, &random);
            memset(expected, 0, sizeof expected);
            for (size_t i = 0; i < n; i++) {
                long double value = types[dtype].value(x, i);
                expected[value < 0 ? bins[b] : value >= (long double)bins[b] ? bins[b] + 1 : (size_t)value]++;
            }
            while (next_variant(&variants, (pel_dtype)dtype, b % 2 ? 4 : 1, &opts)) {
                pel_outside outside;
                pel_status status = types[dtype].bincount(x, n, bins[b], counts, &outside, &opts);
                compare("bincount", (pel_dtype)dtype, &range, n, &opts, status, &outside);
            }
        }
    }
}

/* More bins than elements, and than a cache holds; all elements in one bin. */
static void many_bins_and_few(void **state)
{
    enum { N = 300000, BINS = 1 << 21 };
    uint64_t *many = malloc(BINS * sizeof *many), total = 0;
    uint32_t *x = malloc(N * sizeof *x);
    pel_opts opts = PEL_OPTS_INIT;
    pel_outside outside;
    (void)state;
    assert_true(many && x);
    for (uint32_t i = 0; i < N; i++)
        x[i] = i * 7u;
    for (opts.threads = 1; opts.threads < 9; opts.threads += 7) {
        assert_int_equal(pel_histogram_u32(x, N, 0, BINS, BINS, many, &outside, &opts), PEL_OK);
        total = 0;
        for (uint32_t i = 0; i < BINS; i++) {
            assert_true(many[i] == (i % 7 == 0 && i / 7 < N) || (i == BINS - 1 && many[i] <= 1));
            total += many[i];
        }
        assert_true(total + outside.above == N && outside.below == 0);
        assert_int_equal(pel_histogram_u32(x, N, 0, 1e9, 1, many, &outside, &opts), PEL_OK);
        assert_true(many[0] == N && outside.above == 0);
    }
    free(many);
    free(x);
}

static void refused(void **state)
{
    _Alignas(16) static unsigned char room[512], before[512];
    pel_opts bad = PEL_OPTS_INIT, unknown = PEL_OPTS_INIT;
    uint64_t *out = (uint64_t *)(void *)(room + 256);
    pel_outside *misplaced = (pel_outside *)(void *)(room + 260);
    const double nan = NAN, inf = INFINITY, low[2] = {0, 0}, high[2] = {1, 1};
    const size_t too_many[2] = {1 << 15, (1 << 15) + 1}, none[2] = {3, 0};
    (void)state;
    bad.flags = 1u << 30;
    unknown.variant = "scalar/none";
    for (int dtype = 0; dtype < PEL_NDTYPES; dtype++) {
        const struct type *type = &types[dtype];
        size_t size = pel_dtype_size((pel_dtype)dtype);
        const struct {
            pel_status expected;
            const void *x;
            size_t n;
            double low, high;
            size_t bins;
            uint64_t *counts;
            const pel_opts *opts;
        } cases[] = {
            {PEL_EINVAL, room, 4, 0, 1, 4, out, &bad},
            {PEL_ENOTSUP, room, 4, 0, 1, 4, out, &unknown},
            {PEL_EINVAL, NULL, 4, 0, 1, 4, out, NULL},
            {PEL_EINVAL, room + size / 2, 4, 0, 1, 4, out, NULL},
            {PEL_EINVAL, room, 4, 0, 1, 4, NULL, NULL},
            {PEL_EINVAL, room, 4, 0, 1, 4, (uint64_t *)(void *)(room + 257), NULL},
            {PEL_EINVAL, room, 64, 0, 1, 4, (uint64_t *)(void *)(room + 64 * size - 8), NULL},
            {PEL_EINVAL, room, 4, 0, 1, 0, out, NULL},
            {PEL_EINVAL, room, 4, 1, 1, 4, out, NULL},
            {PEL_EINVAL, room, 4, 1, 0, 4, out, NULL},
            {PEL_EINVAL, room, 4, nan, 1, 4, out, NULL},
            {PEL_EINVAL, room, 4, 0, nan, 4, out, NULL},
            {PEL_EINVAL, room, 4, 0, inf, 4, out, NULL},
            {PEL_EINVAL, room, 4, -1e308, 1e308, 4, out, NULL},
            {PEL_ERANGE, room, SIZE_MAX / 4, 0, 1, 4, out, NULL},
            {PEL_ERANGE, room, 4, 0, 1, PEL_HISTOGRAM_MOST_BINS + (size_t)1, out, NULL},
        };
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
            assert_int_equal(type->uniform(cases[i].x, cases[i].n, cases[i].low, cases[i].high, cases[i].bins,
                                           cases[i].counts, NULL, cases[i].opts),
                             cases[i].expected);
        assert_int_equal(type->uniform(room, 4, 0, 1, 4, out + 8, misplaced, NULL), PEL_EINVAL);
        assert_int_equal(type->uniform(room, 4, 0, 1, 4, out, (pel_outside *)(void *)(out + 3), NULL), PEL_EINVAL);
        assert_int_equal(type->given(room, 4, NULL, 2, out, NULL, NULL), PEL_EINVAL);
        assert_int_equal(type->given(room, 4, out, 2, out, NULL, NULL), PEL_EINVAL);
        assert_int_equal(type->digitize(room, 4, room, 2, (uint64_t *)(void *)room, NULL), PEL_EINVAL);
        assert_int_equal(type->digitize(room, 4, NULL, 2, out, NULL), PEL_EINVAL);
        assert_int_equal(type->plane(room, NULL, 4, low, high, too_many + 1, out, NULL, NULL), PEL_EINVAL);
        assert_int_equal(type->plane(room, room, 4, low, high, none, out, NULL, NULL), PEL_EINVAL);
        assert_int_equal(type->plane(room, room, 4, low, high, too_many, out, NULL, NULL), PEL_ERANGE);
        assert_int_equal(type->plane(room, room, 4, low, high, NULL, out, NULL, NULL), PEL_EINVAL);
        type->set(room, 0, 2);
        type->set(room, 1, 1);
        assert_int_equal(type->given(room + 64, 4, room, 1, out, NULL, NULL), PEL_EINVAL);
        assert_int_equal(type->digitize(room + 64, 4, room, 2, out, NULL), PEL_EINVAL);
        if (is_float((pel_dtype)dtype)) {
            type->set(room, 1, nan);
            assert_int_equal(type->digitize(room + 64, 4, room, 2, out, NULL), PEL_EINVAL);
            assert_int_equal(type->digitize(room + 64, 4, (char *)room + size, 1, out, NULL), PEL_EINVAL);
        }
        memset(room, 0, 16);
        assert_memory_equal(room, before, sizeof room);
        assert_int_equal(type->digitize(room, 4, NULL, 0, out, NULL), PEL_OK);
        assert_int_equal(type->uniform(NULL, 0, 0, 1, 4, out, NULL, NULL), PEL_OK);
        assert_memory_equal(room, before, sizeof room);
    }
}

/* What a caller's scratch is for. */
static void in_given_scratch(void **state)
{
    enum { N = 100000 };
    static float x[N];
    static unsigned char work[1 << 20];
    static uint64_t first[256], second[256];
    pel_opts opts = PEL_OPTS_INIT;
    (void)state;
    for (int i = 0; i < N; i++)
        x[i] = (float)(i % 1009) / 1009;
    assert_int_equal(pel_histogram_f32(x, N, 0, 1, 256, first, NULL, NULL), PEL_OK);
    opts.work = work + 1;
    opts.work_bytes = sizeof work - 1;
    assert_int_equal(pel_histogram_f32(x, N, 0, 1, 256, second, NULL, &opts), PEL_OK);
    assert_memory_equal(first, second, sizeof first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uniform),      cmocka_unit_test(given),
        cmocka_unit_test(given_evenly), cmocka_unit_test(in_two_dimensions),
        cmocka_unit_test(bincounts),    cmocka_unit_test(many_bins_and_few),
        cmocka_unit_test(refused),      cmocka_unit_test(in_given_scratch),
    };
    test_set_processors(8);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
