/* The statistics behind accepted rows: intervals cover what they should, and stay put under disturbance. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "perf/stats.h"
#include "tests/support.h"

enum { TRIALS = 2000 };

/* A normal number, by the central limit theorem. */
static double normal(struct test_random *random)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += test_random_unit(random);
    return sum;
}

static void averages_are_right(void **state)
{
    (void)state;
    double odd[] = {5, 1, 3}, even[] = {4, 1, 3, 2}, one[] = {7};
    assert_true(stats_median(odd, 3) == 3);
    assert_true(stats_median(even, 4) == 2.5);
    assert_true(stats_median(one, 1) == 7);
    assert_true(stats_mean(even, 4) == 2.5);
    assert_true(stats_stddev(one, 1) == 0);
    assert_true(fabs(stats_stddev(odd, 3) - 2) < 1e-12);
}

static void equal_samples_leave_no_doubt(void **state)
{
    (void)state;
    double samples[27];
    for (int i = 0; i < 27; i++)
        samples[i] = 0.25;
    struct stats_interval interval = stats_typical(samples, 27);
    assert_true(interval.low == 0.25 && interval.mid == 0.25 && interval.high == 0.25);
}

static void intervals_are_repeatable(void **state)
{
    (void)state;
    struct test_random random = test_random_start(test_seed(), 1);
    double samples[27];
    for (int i = 0; i < 27; i++)
        samples[i] = normal(&random);
    struct stats_interval a = stats_typical(samples, 27), b = stats_typical(samples, 27);
    assert_memory_equal(&a, &b, sizeof a);
    assert_true(a.low < a.mid && a.mid < a.high);
}

/* How often the interval holds the truth, out of TRIALS; `disturbed` samples of each set come out far too large. */
static int count_covered(struct test_random *random, size_t n, size_t disturbed)
{
    int covered = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
        double samples[64];
        for (size_t i = 0; i < n; i++)
            samples[i] = 3 + normal(random) + (i < disturbed ? 50 : 0);
        struct stats_interval interval = stats_typical(samples, n);
        covered += interval.low <= 3 && 3 <= interval.high;
    }
    return covered;
}

/* Rates take thousands of trials, and a sanitizer, which looks at memory, learns nothing from them. */
static void skip_if_sanitized(void)
{
#ifdef PEL_SANITIZED
    skip();
#endif
}

/* 95 % are promised. Of 2000 trials 1900 then cover on the average, and fewer than 1850 once in 10^6 runs. */
static void intervals_cover(void **state)
{
    (void)state;
    skip_if_sanitized();
    struct test_random random = test_random_start(test_seed(), 2);
    static const size_t sizes[] = {9, 27, 54};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int covered = count_covered(&random, sizes[i], 0);
        printf("%zu samples: %.1f %% covered\n", sizes[i], 100.0 * covered / TRIALS);
        assert_true(covered > TRIALS * 925 / 1000);
    }
    assert_true(count_covered(&random, 27, 2) > TRIALS * 85 / 100);
}

/* The rule of acceptance asks for a lower end above 2 %: noise alone rarely gets there, a clear gain does. */
static void noise_is_not_accepted(void **state)
{
    (void)state;
    skip_if_sanitized();
    struct test_random random = test_random_start(test_seed(), 3);
    int noise = 0, gain = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
        double same[27], better[27];
        for (int i = 0; i < 27; i++) {
            same[i] = 0.03 * normal(&random);
            better[i] = 0.10 + 0.03 * normal(&random);
        }
        noise += stats_typical(same, 27).low > log(1.02);
        gain += stats_typical(better, 27).low > log(1.02);
    }
    assert_true(noise <= 2);
    assert_true(gain > TRIALS * 99 / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(averages_are_right),       cmocka_unit_test(equal_samples_leave_no_doubt),
        cmocka_unit_test(intervals_are_repeatable), cmocka_unit_test(intervals_cover),
        cmocka_unit_test(noise_is_not_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
