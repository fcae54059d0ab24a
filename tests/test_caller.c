/* What callers bring along: PEL_FAST where it changes nothing, a floating-point environment of their own, scratch that
 * one step after the other would like to have, values that no result can hold. */
#include "tests/support.h"

#include <fenv.h>
#include <math.h>
#include <string.h>

#include <pel/pel.h>

enum { MANY = 1 << 17 };

static const pel_opts fast = {.size = sizeof(pel_opts), .flags = PEL_FAST};

/* Sums that only an exact method finds. */
static void fast_changes_nothing_where_it_says_so(void **state)
{
    static double x[4 * MANY], sums[4];
    float large[2] = {3e38f, 3e38f}, weights[2] = {10, 10};
    double sum;
    (void)state;
    assert_int_equal(pel_wsum_f32(large, weights, 2, &sum, &fast), PEL_OK);
    assert_true(sum == 2 * (double)large[0] * 10);
    for (size_t i = 0; i < 4 * MANY; i++)
        x[i] = i % 2 ? -1e16 : 1e16;
    for (size_t row = 0; row < 4; row++)
        x[row * MANY] += 2 + (double)row * 2;
    pel_array in = PEL_ARRAY_INIT, out = PEL_ARRAY_INIT;
    in.data = x;
    out.data = sums;
    in.dtype = out.dtype = PEL_F64;
    in.ndim = 2;
    in.shape[0] = out.shape[0] = 4;
    in.shape[1] = MANY;
    out.ndim = 1;
    assert_int_equal(pel_array_pack(&in), PEL_OK);
    assert_int_equal(pel_array_pack(&out), PEL_OK);
    assert_int_equal(pel_reduce_axes(PEL_REDUCE_SUM, &in, 2, 0, &out, &fast), PEL_OK);
    for (size_t row = 0; row < 4; row++)
        assert_true(sums[row] == 2 + (double)row * 2);
}

/* An array of one axis. */
static pel_array vector(pel_dtype dtype, void *data, size_t n)
{
    pel_array array = PEL_ARRAY_INIT;
    array.data = data;
    array.dtype = dtype;
    array.ndim = 1;
    array.shape[0] = n;
    assert_int_equal(pel_array_pack(&array), PEL_OK);
    return array;
}

static void missing_values_have_the_elements_type(void **state)
{
    int64_t x[3] = {INT64_MIN + 1, INT64_C(9007199254740993), 5}, least;
    uint64_t count;
    (void)state;
    pel_array in = vector(PEL_I64, x, 3), counts = vector(PEL_U64, &count, 1), leasts = vector(PEL_I64, &least, 1);
    in.has_missing = true;
    static const double none[] = {-0x1p63, 9007199254740992.0, 0x1p64, 0.5, (double)NAN};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        in.missing = none[i];
        assert_int_equal(pel_reduce_axes(PEL_REDUCE_COUNT, &in, 1, 0, &counts, NULL), PEL_OK);
        assert_int_equal(count, 3);
    }
    in.missing = 5;
    assert_int_equal(pel_reduce_axes(PEL_REDUCE_COUNT, &in, 1, 0, &counts, NULL), PEL_OK);
    assert_int_equal(count, 2);
    leasts.has_missing = true;
    leasts.missing = (double)NAN;
    assert_int_equal(pel_reduce_axes(PEL_REDUCE_MIN, &in, 1, 0, &leasts, NULL), PEL_EINVAL);
    leasts.missing = -7;
    assert_int_equal(pel_reduce_axes(PEL_REDUCE_MIN, &in, 1, 0, &leasts, NULL), PEL_OK);
    assert_int_equal(least, INT64_MIN + 1);
}

static void too_few_elements_are_no_error(void **state)
{
    static float x[MANY];
    double variance = 0;
    (void)state;
    pel_array in = vector(PEL_F32, x, MANY), out = vector(PEL_F64, &variance, 1);
    static const size_t ddofs[] = {MANY, MANY + 1, SIZE_MAX};
    for (size_t i = 0; i < sizeof ddofs / sizeof ddofs[0]; i++) {
        variance = 0;
        assert_int_equal(pel_reduce_axes(PEL_REDUCE_VAR, &in, 1, ddofs[i], &out, NULL), PEL_OK);
        assert_true(isnan(variance));
    }
}

static void results_may_not_share_a_place(void **state)
{
    double x[6] = {1, 2, 3, 4, 5, 6}, sums[6] = {0};
    (void)state;
    pel_array in = vector(PEL_F64, x, 6), out = vector(PEL_F64, sums, 3);
    in.ndim = 2;
    in.shape[0] = 3;
    in.shape[1] = 2;
    assert_int_equal(pel_array_pack(&in), PEL_OK);
    out.stride[0] = 0;
    assert_int_equal(pel_reduce_axes(PEL_REDUCE_SUM, &in, 2, 0, &out, NULL), PEL_EINVAL);
    assert_true(sums[0] == 0);
    out.stride[0] = -(ptrdiff_t)sizeof(double);
    out.data = sums + 2;
    assert_int_equal(pel_reduce_axes(PEL_REDUCE_SUM, &in, 2, 0, &out, NULL), PEL_OK);
    assert_true(sums[2] == 3 && sums[1] == 7 && sums[0] == 11);
}

/* Edges, places and interpolations, rounded as the caller rounds and as pel does. */
static void rounding_of_the_caller_does_not_matter(void **state)
{
    static const int modes[] = {FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO};
    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        double x = 0.3, keys[7] = {0.1, 0.7, 0.2, 0.3, 1e-300, 5, 3.3}, q[3] = {0.1, 0.35, 0.9}, found[3];
        uint64_t counts[10];
        fesetround(modes[i]);
        pel_status first = pel_histogram_f64(&x, 1, 0, 1, 10, counts, NULL, NULL);
        pel_status second = pel_quantiles_f64(keys, 7, q, 3, PEL_QUANTILE_LINEAR, found, NULL);
        int after = fegetround();
        fesetround(FE_TONEAREST);
        assert_int_equal(after, modes[i]);
        assert_int_equal(first, PEL_OK);
        assert_int_equal(second, PEL_OK);
        assert_int_equal(counts[2], 1);
        static double usual[3];
        if (i == 0)
            memcpy(usual, found, sizeof found);
        assert_memory_equal(found, usual, sizeof found);
    }
}

static void quantiles_do_not_read_what_they_wrote(void **state)
{
    double keys[3] = {5, 6, 7}, q[3] = {0, 0.5, 1};
    (void)state;
    assert_int_equal(pel_quantiles_f64(keys, 3, q, 2, PEL_QUANTILE_LINEAR, q + 1, NULL), PEL_EINVAL);
    assert_true(q[1] == 0.5);
    assert_int_equal(pel_quantiles_f64(keys, 3, q, 3, PEL_QUANTILE_LINEAR, q, NULL), PEL_OK);
    assert_true(q[0] == 5 && q[1] == 6 && q[2] == 7);
    double ends[2] = {-INFINITY, 1}, quarter = 0.25;
    uint64_t bits;
    assert_int_equal(pel_quantiles_f64(ends, 2, &quarter, 1, PEL_QUANTILE_LINEAR, &quarter, NULL), PEL_OK);
    memcpy(&bits, &quarter, sizeof bits);
    assert_int_equal(bits, UINT64_C(0x7ff8) << 48);
}

/* Short segments and one that takes a team, whose own reduction wants scratch, too. */
static void scratch_serves_one_step_at_a_time(void **state)
{
    enum { SHORT = 10000, LONG = 1 << 20 };
    static float x[SHORT + LONG], sums[SHORT + 1];
    static size_t offsets[SHORT + 2];
    static char work[1 << 20];
    (void)state;
    for (size_t i = 0; i <= SHORT; i++)
        offsets[i] = i;
    offsets[SHORT + 1] = SHORT + LONG;
    for (size_t i = 0; i < SHORT + LONG; i++)
        x[i] = (float)(i % 1000);
    pel_opts opts = PEL_OPTS_INIT;
    opts.work = work;
    opts.work_bytes = sizeof work;
    assert_int_equal(pel_segment_sum_f32(x, offsets, SHORT + 1, sums, &opts), PEL_OK);
    for (size_t i = 0; i < SHORT; i++)
        assert_true(sums[i] == x[i]);
}

static void merges_take_a_null_for_nothing(void **state)
{
    uint64_t keys[2] = {3, 4}, out[2] = {0, 0};
    (void)state;
    assert_int_equal(pel_merge_u64(NULL, 0, keys, 2, out, NULL), PEL_OK);
    assert_memory_equal(out, keys, sizeof keys);
    memset(out, 0, sizeof out);
    assert_int_equal(pel_merge_u64(keys, 2, NULL, 0, out, NULL), PEL_OK);
    assert_memory_equal(out, keys, sizeof keys);
}

static void scans_of_floats_do_not_skip(void **state)
{
    const pel_opts skip = {.size = sizeof(pel_opts), .flags = PEL_NAN_SKIP};
    float x[2] = {1, 2}, out[2] = {0, 0};
    int32_t i[2] = {1, 2}, sums[2];
    (void)state;
    assert_int_equal(pel_scan_f32(x, out, 2, &skip), PEL_ENOTSUP);
    assert_true(out[0] == 0);
    assert_int_equal(pel_scan_i32(i, sums, 2, &skip), PEL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fast_changes_nothing_where_it_says_so),
        cmocka_unit_test(missing_values_have_the_elements_type),
        cmocka_unit_test(too_few_elements_are_no_error),
        cmocka_unit_test(results_may_not_share_a_place),
        cmocka_unit_test(rounding_of_the_caller_does_not_matter),
        cmocka_unit_test(quantiles_do_not_read_what_they_wrote),
        cmocka_unit_test(scratch_serves_one_step_at_a_time),
        cmocka_unit_test(merges_take_a_null_for_nothing),
        cmocka_unit_test(scans_of_floats_do_not_skip),
    };
    test_set_processors(8);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
