/* Segmented reductions and scans, runs and heads, against plain loops. Elements are small integers, in floating point
 * too: so every sum is exact in any order, and a mean is one division. */
#include "tests/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pel/pel.h>

#include "kernels/kernel.h"
#include "tests/scarcity.h"

enum { MOST = 400000, MOST_SEGMENTS = 60000 };

static size_t offsets[MOST_SEGMENTS + 1], found[MOST + 1];
static double room[MOST], out[MOST], results[MOST_SEGMENTS];
static uint8_t heads[MOST];

/* What a segment comes to. */
struct truth {
    double sum, mean, least, greatest;
    bool empty;
};

#define TYPE(T, R, suffix, most, least_value, name)                                                                    \
    static void fill_##suffix(size_t n, struct test_random *random)                                                    \
    {                                                                                                                  \
        T *x = (T *)room;                                                                                              \
        for (size_t i = 0; i < n; i++)                                                                                 \
            x[i] = (T)((int)test_random_below(random, 100) - (least_value == 0 ? 0 : 40));                             \
    }                                                                                                                  \
    static struct truth truth_##suffix(size_t s)                                                                       \
    {                                                                                                                  \
        const T *x = (T *)room;                                                                                        \
        struct truth truth = {0, 0, INFINITY, -INFINITY, offsets[s] == offsets[s + 1]};                                \
        for (size_t i = offsets[s]; i < offsets[s + 1]; i++) {                                                         \
            truth.sum += (double)x[i];                                                                                 \
            truth.least = fmin(truth.least, (double)x[i]);                                                             \
            truth.greatest = fmax(truth.greatest, (double)x[i]);                                                       \
        }                                                                                                              \
        truth.mean = truth.sum / (double)(offsets[s + 1] - offsets[s]);                                                \
        return truth;                                                                                                  \
    }                                                                                                                  \
    static void check_reductions_##suffix(size_t segments, const pel_opts *opts)                                       \
    {                                                                                                                  \
        const T *x = (T *)room;                                                                                        \
        R *sums = (R *)results;                                                                                        \
        assert_int_equal(pel_segment_sum_##suffix(x, offsets, segments, sums, opts), PEL_OK);                          \
        for (size_t s = 0; s < segments; s++)                                                                          \
            assert_true((double)sums[s] == truth_##suffix(s).sum);                                                     \
        assert_int_equal(pel_segment_mean_##suffix(x, offsets, segments, results, opts), PEL_OK);                      \
        for (size_t s = 0; s < segments; s++) {                                                                        \
            struct truth truth = truth_##suffix(s);                                                                    \
            assert_true(truth.empty ? isnan(results[s]) : results[s] == truth.mean);                                   \
        }                                                                                                              \
        for (int largest = 0; largest < 2; largest++) {                                                                \
            T *extremes = (T *)results;                                                                                \
            pel_status status =                                                                                        \
                (largest ? pel_segment_max_##suffix : pel_segment_min_##suffix)(x, offsets, segments, extremes, opts); \
            assert_int_equal(status, PEL_OK);                                                                          \
            for (size_t s = 0; s < segments; s++) {                                                                    \
                struct truth truth = truth_##suffix(s);                                                                \
                if (truth.empty && #name[0] == 'f')                                                                    \
                    assert_true(extremes[s] != extremes[s]);                                                           \
                else if (truth.empty)                                                                                  \
                    assert_true(extremes[s] == (largest ? (T)(least_value) : (T)(most)));                              \
                else                                                                                                   \
                    assert_true((double)extremes[s] == (largest ? truth.greatest : truth.least));                      \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
    static void check_scans_##suffix(size_t segments, const pel_opts *opts)                                            \
    {                                                                                                                  \
        const T *x = (T *)room;                                                                                        \
        T *sums = (T *)out;                                                                                            \
        sums[0] = 77;                                                                                                  \
        assert_int_equal(pel_scan_segments_##suffix(x, offsets, segments, sums, opts), PEL_OK);                        \
        assert_true(offsets[0] == 0 || sums[0] == 77);                                                                 \
        for (size_t s = 0; s < segments; s++) {                                                                        \
            T sum = 0;                                                                                                 \
            for (size_t i = offsets[s]; i < offsets[s + 1]; i++) {                                                     \
                T before = sum;                                                                                        \
                sum = (T)(sum + x[i]);                                                                                 \
                assert_true(sums[i] == (opts->flags & PEL_EXCLUSIVE ? before : sum));                                  \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
    static void check_runs_##suffix(size_t n, const pel_opts *opts)                                                    \
    {                                                                                                                  \
        T *x = (T *)room;                                                                                              \
        size_t runs = SIZE_MAX, expected = 0;                                                                          \
        for (size_t i = 0; i < n; i++)                                                                                 \
            x[i] = (T)(x[i] > (T)50);                                                                                  \
        assert_int_equal(pel_runs_##suffix(x, n, found, &runs, opts), PEL_OK);                                         \
        for (size_t i = 0; i < n; i++) {                                                                               \
            if (i == 0 || x[i] != x[i - 1])                                                                            \
                assert_true(found[expected++] == i);                                                                   \
        }                                                                                                              \
        assert_true(runs == expected && found[runs] == n);                                                             \
    }
TYPE(float, float, f32, 0, -1, f32)
TYPE(double, double, f64, 0, -1, f64)
TYPE(int32_t, int64_t, i32, INT32_MAX, INT32_MIN, i32)
TYPE(int64_t, int64_t, i64, INT64_MAX, INT64_MIN, i64)
TYPE(uint32_t, uint64_t, u32, UINT32_MAX, 0, u32)
TYPE(uint64_t, uint64_t, u64, UINT64_MAX, 0, u64)

static const struct type {
    void (*fill)(size_t n, struct test_random *random);
    void (*check_reductions)(size_t segments, const pel_opts *opts);
    void (*check_scans)(size_t segments, const pel_opts *opts);
    void (*check_runs)(size_t n, const pel_opts *opts);
} types[PEL_NDTYPES] = {
#define ROW(suffix)                                                                                                    \
    {                                                                                                                  \
        fill_##suffix, check_reductions_##suffix, check_scans_##suffix, check_runs_##suffix                            \
    }
    [PEL_F32] = ROW(f32), [PEL_F64] = ROW(f64), [PEL_I32] = ROW(i32),
    [PEL_I64] = ROW(i64), [PEL_U32] = ROW(u32), [PEL_U64] = ROW(u64),
};

/* How segments are made: short ones with empty ones among them; of any length; one that outweighs all others. */
enum shape { SHORT, MIXED, ONE, SHAPES };

/* Returns how many; offsets end at or before n. */
static size_t make_segments(enum shape shape, size_t n, struct test_random *random)
{
    size_t count = 0, at = test_random_below(random, 3);
    while (count < MOST_SEGMENTS) {
        size_t most = shape == SHORT ? 12 : shape == MIXED ? 20000 : count == 5 ? 2 * n : 40;
        size_t length = test_random_below(random, 4) == 0 ? 0 : test_random_below(random, most);
        if (shape == ONE && count == 5)
            length = n - n / 8;
        if (at + length > n)
            break;
        offsets[count++] = at;
        at += length;
    }
    offsets[count] = at;
    return count;
}

static void reductions_and_scans(void **state)
{
    (void)state;
    struct test_random random = test_random_start(test_seed(), 1);
    for (int dtype = 0; dtype < PEL_NDTYPES; dtype++) {
        for (int threads = 1; threads <= 4; threads += 3) {
            for (enum shape shape = SHORT; shape < SHAPES; shape++) {
                size_t n = threads == 1 ? 5000 : MOST;
                size_t segments = make_segments(shape, n, &random);
                pel_opts opts = PEL_OPTS_INIT;
                opts.threads = threads;
                types[dtype].fill(n, &random);
                types[dtype].check_reductions(segments, &opts);
                types[dtype].check_scans(segments, &opts);
                opts.flags = PEL_EXCLUSIVE;
                types[dtype].check_scans(segments, &opts);
            }
        }
    }
}

static void runs_and_heads(void **state)
{
    static const size_t sizes[] = {0, 1, 2, 4095, 4096, 4097, 9000, MOST};
    (void)state;
    struct test_random random = test_random_start(test_seed(), 2);
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        size_t n = sizes[k], count = SIZE_MAX, expected = 0;
        pel_opts opts = PEL_OPTS_INIT;
        opts.threads = n == MOST ? 4 : 1;
        for (int dtype = 0; dtype < PEL_NDTYPES; dtype++) {
            types[dtype].fill(n, &random);
            types[dtype].check_runs(n, &opts);
        }
        for (size_t i = 0; i < n; i++)
            heads[i] = test_random_below(&random, 20) == 0 ? 9 : 0;
        assert_int_equal(pel_heads(heads, n, found, &count, &opts), PEL_OK);
        for (size_t i = 0; i < n; i++) {
            if (i == 0 || heads[i])
                assert_true(found[expected++] == i);
        }
        assert_true(count == expected && found[count] == n);
    }
}

/* A segment is scanned in the order of the definition, as if it stood alone. */
static void bits_of_scans(void **state)
{
    enum { N = 50000 };
    static float x[N], segmented[N], alone[N];
    (void)state;
    struct test_random random = test_random_start(test_seed(), 3);
    for (size_t i = 0; i < N; i++)
        x[i] = (float)(2 * test_random_unit(&random) - 1);
    size_t segments = make_segments(MIXED, N, &random);
    assert_int_equal(pel_scan_segments_f32(x, offsets, segments, segmented, NULL), PEL_OK);
    for (size_t s = 0; s < segments; s++) {
        size_t from = offsets[s], n = offsets[s + 1] - from;
        assert_int_equal(pel_scan_f32(x + from, alone + from, n, NULL), PEL_OK);
        assert_memory_equal(segmented + from, alone + from, n * sizeof x[0]);
    }
}

static void refused(void **state)
{
    int64_t x[6] = {INT64_MAX, 1, 5, -2, 0, 0}, sums[3] = {7, 7, 7}, scans[6] = {7, 7, 7, 7, 7, 7};
    const size_t good[4] = {0, 2, 4, 6}, descending[4] = {0, 3, 2, 6}, far[4] = {0, 2, 4, SIZE_MAX};
    pel_opts bad = PEL_OPTS_INIT, skip = PEL_OPTS_INIT, exclusive = PEL_OPTS_INIT;
    double mean;
    const double reals[4] = {1, 2, 3, 4};
    (void)state;
    bad.flags = 1u << 30;
    skip.flags = PEL_NAN_SKIP;
    exclusive.flags = PEL_EXCLUSIVE;
    assert_int_equal(pel_segment_sum_i64(x, good, 3, sums, NULL), PEL_ERANGE);
    assert_int_equal(pel_segment_sum_i64(x, descending, 3, sums, NULL), PEL_EINVAL);
    assert_int_equal(pel_segment_sum_i64(x, far, 3, sums, NULL), PEL_ERANGE);
    assert_int_equal(pel_segment_sum_i64(x, NULL, 3, sums, NULL), PEL_EINVAL);
    assert_int_equal(pel_segment_sum_i64(NULL, good, 3, sums, NULL), PEL_EINVAL);
    assert_int_equal(pel_segment_sum_i64(x, good, 3, NULL, NULL), PEL_EINVAL);
    assert_int_equal(pel_segment_sum_i64(x, good, 3, sums, &bad), PEL_EINVAL);
    assert_int_equal(pel_segment_sum_i64(x, good, 3, sums, &skip), PEL_ERANGE); /* the flag means nothing here */
    assert_int_equal(pel_segment_mean_f64(reals, good, 2, &mean, &skip), PEL_ENOTSUP);
    starved = true;
    assert_int_equal(pel_segment_min_i64(x, good, 3, sums, NULL), PEL_ENOMEM);
    starved = false;
    assert_int_equal(pel_scan_segments_i64(x, good, 3, scans, NULL), PEL_ERANGE);
    assert_int_equal(pel_scan_segments_i64(x, descending, 3, scans, NULL), PEL_EINVAL);
    assert_int_equal(pel_scan_segments_i64(x, good, 3, x + 1, NULL), PEL_EINVAL);
    assert_int_equal(pel_scan_segments_i64(x, good, 3, NULL, NULL), PEL_EINVAL);
    assert_true(sums[0] == 7 && sums[2] == 7 && scans[0] == 7 && scans[5] == 7);
    assert_int_equal(pel_segment_sum_i64(NULL, NULL, 0, NULL, NULL), PEL_OK);
    assert_int_equal(pel_scan_segments_i64(NULL, NULL, 0, NULL, NULL), PEL_OK);
    assert_int_equal(pel_segment_mean_i64(x, good, 1, &mean, NULL), PEL_OK);
    assert_true(mean == 0x1p62);
    assert_int_equal(pel_scan_segments_i64(x, good, 3, scans, &exclusive), PEL_OK);
    assert_true(scans[0] == 0 && scans[1] == INT64_MAX && scans[3] == 5 && scans[5] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reductions_and_scans),
        cmocka_unit_test(runs_and_heads),
        cmocka_unit_test(bits_of_scans),
        cmocka_unit_test(refused),
    };
    test_set_processors(8);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
