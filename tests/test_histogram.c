/* Histograms: every variant of every dtype against edges in extended precision and a bisection of its own. */
#include "tests/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pel/pel.h>

#include "lib/registry.h"
#include "tests/histogram_calls.h"

enum { MOST = 70000, MOST_BINS = 5000, OUTSIDE = 3 };

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
    const struct histogram_calls *type = &histogram_calls[dtype];
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
        if (histogram_calls[dtype].uniform(NULL, 0, 0, 1, 1, &count, NULL, opts) != PEL_ENOTSUP)
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
        expected[bin_of(histogram_calls[dtype].value(x, i), edges, bins)]++;
}

/* Whether the type has a value from low up and one up to high. */
static bool meets(pel_dtype dtype, const struct range *range)
{
    const struct histogram_calls *type = &histogram_calls[dtype];
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
        pel_status status =
            histogram_calls[dtype].uniform(x, n, range->low, range->high, range->bins, counts, &outside, &opts);
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
    const struct histogram_calls *type = &histogram_calls[dtype];
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
        exact[i] = histogram_calls[dtype].value(edges, i);
    for (size_t i = 0; i < n && i < bins; i++)
        memcpy((char *)x + i * size, (char *)edges + i * size, size);
    expect_counts(dtype, x, n, exact, bins);
    while (next_variant(&variants, dtype, threads, &opts)) {
        pel_outside outside;
        pel_status status = histogram_calls[dtype].given(x, n, edges, bins, counts, &outside, &opts);
        compare("given", dtype, &as_given, n, &opts, status, &outside);
        assert_int_equal(histogram_calls[dtype].digitize(x, n, edges, bins + 1, index, &opts), PEL_OK);
        for (size_t i = 0; i < n; i++) {
            int k = edges_up_to(histogram_calls[dtype].value(x, i), exact, (int)bins + 1);
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
        const struct histogram_calls *type = &histogram_calls[dtype];
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
                long double value = histogram_calls[dtype].value(x, i);
                expected[value < 0 ? bins[b] : value >= (long double)bins[b] ? bins[b] + 1 : (size_t)value]++;
            }
            while (next_variant(&variants, (pel_dtype)dtype, b % 2 ? 4 : 1, &opts)) {
                pel_outside outside;
                pel_status status = histogram_calls[dtype].bincount(x, n, bins[b], counts, &outside, &opts);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uniform),           cmocka_unit_test(given),     cmocka_unit_test(given_evenly),
        cmocka_unit_test(in_two_dimensions), cmocka_unit_test(bincounts), cmocka_unit_test(many_bins_and_few),
    };
    test_set_processors(8);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
