/* Weighted histograms: sums of fixed-point numbers in 128 bits, rounded once by the compiler's conversion. */
#include "tests/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pel/pel.h>

#include "kernels/reduce/acc.h"
#include "lib/registry.h"
#include "tests/scarcity.h"

enum { MOST = 60000, MOST_BINS = 70000 };

static float x[MOST], halves[MOST], edges[MOST_BINS + 1];
static uint32_t keys[MOST];
static double weights[MOST], sums[MOST_BINS], expected[MOST_BINS];
static pel_i128 exact[MOST_BINS];

/* Weights are multiples of 2^-60 with at most 100 bits before that, and cancel well. Values are exact in floats, and so
 * are the edges, so the bin of one needs no care. */
static void make_case(size_t n, size_t bins, struct test_random *random)
{
    memset(exact, 0, sizeof exact);
    for (size_t i = 0; i < n; i++) {
        size_t bin = test_random_below(random, bins + bins / 4 + 1);
        pel_i128 weight =
            (pel_i128)((int64_t)test_random_bits(random) >> 11) * ((pel_i128)1 << test_random_below(random, 50));
        keys[i] = (uint32_t)bin;
        x[i] = (float)bin + 0.5f;
        weights[i] = (double)weight * 0x1p-60;
        if (bin < bins)
            exact[bin] += weight;
    }
    for (size_t i = 0; i < n; i++)
        halves[i] = 0.5f;
    for (size_t b = 0; b <= bins; b++)
        edges[b] = (float)b;
    for (size_t b = 0; b < bins; b++)
        expected[b] = (double)exact[b] * 0x1p-60;
}

static void check_sums(const char *what, pel_status status, size_t n, size_t bins, const pel_opts *opts)
{
    if (status != PEL_OK || memcmp(sums, expected, bins * sizeof sums[0]) != 0)
        fail_msg("%s n=%zu bins=%zu %s threads=%d: status %d", what, n, bins, opts->variant, opts->threads, status);
}

/* The bins along one axis or the other; all points are in the one bin of the other axis. */
static void check_planes(size_t n, size_t bins, const pel_opts *opts)
{
    static const double low[2] = {0, 0};
    for (int axis = 0; axis < 2; axis++) {
        const double high[2] = {axis ? 1 : (double)bins, axis ? (double)bins : 1};
        const size_t counts[2] = {axis ? 1 : bins, axis ? bins : 1};
        pel_status status = pel_histogram_2d_weighted_f32(axis ? halves : x, axis ? x : halves, weights, n, low, high,
                                                          counts, sums, opts);
        check_sums("histogram of points", status, n, bins, opts);
    }
}

static void check_case(size_t n, size_t bins, struct test_random *random)
{
    struct pel_registry_walk walk = {0};
    const struct pel_kernel *kernel;
    make_case(n, bins, random);
    while ((kernel = pel_registry_next(&walk, PEL_OP_HISTOGRAM, PEL_F32))) {
        pel_opts opts = PEL_OPTS_INIT;
        opts.variant = kernel->name;
        for (opts.threads = 1; opts.threads <= 8; opts.threads += 3) {
            pel_status status = pel_histogram_weighted_f32(x, weights, n, 0, (double)bins, bins, sums, &opts);
            if (status == PEL_ENOTSUP)
                break;
            check_sums("histogram", status, n, bins, &opts);
            status = pel_histogram_edges_weighted_f32(x, weights, n, edges, bins, sums, &opts);
            check_sums("histogram between edges", status, n, bins, &opts);
            check_planes(n, bins, &opts);
            status = pel_bincount_weighted_u32(keys, weights, n, bins, sums, &opts);
            check_sums("bincount", status, n, bins, &opts);
        }
    }
}

static void exact_sums(void **state)
{
    (void)state;
    struct test_random random = test_random_start(test_seed(), 1);
    static const size_t bins[] = {1, 2, 100, 3000}, sizes[] = {0, 1, 255, 256, 257, 1025, MOST};
    for (size_t b = 0; b < 4; b++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
            check_case(sizes[i], bins[b], &random);
    }
    check_case(3000, MOST_BINS, &random); /* in several ranges */
}

static void special_weights(void **state)
{
    static const double infinity = INFINITY;
    const int32_t places[] = {0, 0, 1, 1, 2, 3, 3, 4, 5, -1};
    const double values[] = {infinity, 1, infinity, -infinity, -0.0, NAN, 2, 1e308, 5e-324, NAN};
    double out[7];
    (void)state;
    assert_int_equal(pel_bincount_weighted_i32(places, values, 10, 7, out, NULL), PEL_OK);
    assert_true(out[0] == infinity && isnan(out[1]) && out[2] == 0 && signbit(out[2]) && isnan(out[3]));
    assert_true(out[4] == 1e308 && out[5] == 5e-324 && out[6] == 0 && !signbit(out[6]));
}

/* The order of elements leaves no trace. */
static void any_order(void **state)
{
    enum { N = 20000, BINS = 50 };
    static double first[BINS], second[BINS];
    (void)state;
    struct test_random random = test_random_start(test_seed(), 2);
    for (int i = 0; i < N; i++) {
        keys[i] = (uint32_t)test_random_below(&random, BINS);
        weights[i] = ldexp(2 * test_random_unit(&random) - 1, (int)test_random_below(&random, 600) - 300);
    }
    assert_int_equal(pel_bincount_weighted_u32(keys, weights, N, BINS, first, NULL), PEL_OK);
    for (size_t i = N - 1; i > 0; i--) {
        size_t j = test_random_below(&random, i + 1);
        uint32_t key = keys[i];
        double weight = weights[i];
        keys[i] = keys[j];
        weights[i] = weights[j];
        keys[j] = key;
        weights[j] = weight;
    }
    assert_int_equal(pel_bincount_weighted_u32(keys, weights, N, BINS, second, NULL), PEL_OK);
    assert_memory_equal(first, second, sizeof first);
}

static void refused(void **state)
{
    const float values[4] = {0, 1, 2, 3};
    double out[4] = {5, 5, 5, 5};
    uint64_t counts[4] = {5, 5, 5, 5};
    const double w[4] = {1, 1, 1, 1};
    (void)state;
    assert_int_equal(pel_histogram_weighted_f32(values, NULL, 4, 0, 1, 4, out, NULL), PEL_EINVAL);
    assert_int_equal(pel_histogram_weighted_f32(NULL, w, 4, 0, 1, 4, out, NULL), PEL_EINVAL);
    assert_int_equal(pel_histogram_weighted_f32(values, w, 4, 0, 1, 4, NULL, NULL), PEL_EINVAL);
    assert_int_equal(pel_histogram_weighted_f32(values, w, 4, 1, 1, 4, out, NULL), PEL_EINVAL);
    assert_int_equal(pel_histogram_weighted_f32(values, w, 4, 0, 1, 0, out, NULL), PEL_EINVAL);
    assert_int_equal(pel_histogram_weighted_f32(values, out, 4, 0, 1, 4, out, NULL), PEL_EINVAL);
    assert_int_equal(pel_histogram_edges_weighted_f32(values, w, 4, NULL, 4, out, NULL), PEL_EINVAL);
    assert_int_equal(pel_histogram_2d_weighted_f32(values, values, w, 4, NULL, NULL, NULL, out, NULL), PEL_EINVAL);
    starved = true;
    assert_int_equal(pel_histogram_weighted_f32(values, w, 4, 0, 1, 4, out, NULL), PEL_ENOMEM);
    assert_int_equal(pel_histogram_f32(values, 4, 0, 1, 4, counts, NULL, NULL), PEL_ENOMEM);
    starved = false;
    assert_true(out[0] == 5 && out[3] == 5 && counts[0] == 5 && counts[3] == 5);
    assert_int_equal(pel_histogram_weighted_f32(NULL, NULL, 0, 0, 1, 4, out, NULL), PEL_OK);
    assert_true(out[0] == 0 && out[3] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_sums),
        cmocka_unit_test(special_weights),
        cmocka_unit_test(any_order),
        cmocka_unit_test(refused),
    };
    test_set_processors(8);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
