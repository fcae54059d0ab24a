/* Statistics and sums of complex numbers: exact, rounded once, against MPFR and values worked out by hand. */
#include "tests/support.h"

#include <math.h>
#include <string.h>

#include "tests/float_data.h"
#include "tests/float_oracle.h"
#include "tests/reductions.h"

typedef pel_status function(const void *x, const void *y, size_t n, size_t ddof, void *result, const pel_opts *opts);

#define OF_ONE(name, suffix, T)                                                                                        \
    static pel_status name##_##suffix(const void *x, const void *y, size_t n, size_t ddof, void *result,               \
                                      const pel_opts *opts)                                                            \
    {                                                                                                                  \
        (void)y;                                                                                                       \
        return pel_##name##_##suffix((const T *)x, n, ddof, (double *)result, opts);                                   \
    }
#define OF_TWO(name, suffix, T, R, ...)                                                                                \
    static pel_status name##_##suffix(const void *x, const void *y, size_t n, size_t ddof, void *result,               \
                                      const pel_opts *opts)                                                            \
    {                                                                                                                  \
        (void)ddof;                                                                                                    \
        return pel_##name##_##suffix((const T *)x, (const T *)y, __VA_ARGS__, (R *)result, opts);                      \
    }
#define SUM(suffix, T)                                                                                                 \
    static pel_status sum_##suffix(const void *x, const void *y, size_t n, size_t ddof, void *result,                  \
                                   const pel_opts *opts)                                                               \
    {                                                                                                                  \
        (void)y, (void)ddof;                                                                                           \
        return pel_sum_##suffix((const T *)x, n, (T *)result, opts);                                                   \
    }
OF_ONE(var, f32, float)
OF_ONE(var, f64, double)
OF_ONE(std, f32, float)
OF_ONE(std, f64, double)
OF_TWO(cov, f32, float, double, n, ddof)
OF_TWO(cov, f64, double, double, n, ddof)
OF_TWO(corr, f32, float, double, n)
OF_TWO(corr, f64, double, double, n)
OF_TWO(wmean, f32, float, double, n)
OF_TWO(wmean, f64, double, double, n)
SUM(c64, float)
SUM(c128, double)
OF_TWO(dotu, c64, float, float, n)
OF_TWO(dotu, c128, double, double, n)
OF_TWO(dotc, c64, float, float, n)
OF_TWO(dotc, c128, double, double, n)

/* What each operation is called for f32 and f64, and the largest ddof to try. */
static const struct row {
    enum pel_op op;
    function *run[2];
    size_t ddof;
    bool complex, two;
} rows[] = {
    {PEL_OP_VAR, {var_f32, var_f64}, 2, false, false},      {PEL_OP_STD, {std_f32, std_f64}, 2, false, false},
    {PEL_OP_COV, {cov_f32, cov_f64}, 2, false, true},       {PEL_OP_CORR, {corr_f32, corr_f64}, 0, false, true},
    {PEL_OP_WMEAN, {wmean_f32, wmean_f64}, 0, false, true}, {PEL_OP_CSUM, {sum_c64, sum_c128}, 0, true, false},
    {PEL_OP_CDOTU, {dotu_c64, dotu_c128}, 0, true, true},   {PEL_OP_CDOTC, {dotc_c64, dotc_c128}, 0, true, true},
};
enum { NROWS = sizeof rows / sizeof rows[0], LARGEST = 9000 };

static bool all_finite(pel_dtype dtype, const void *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(float_data_get(dtype, x, i)))
            return false;
    }
    return true;
}

static const uint64_t canonical = UINT64_C(0x7ff8) << 48;

/* What a row should give, as bits of doubles, or of the dtype for complex numbers. */
static void expected(const struct row *row, pel_dtype dtype, const void *x, const void *y, size_t n, size_t ddof,
                     uint64_t bits[2])
{
    if (row->complex) {
        oracle_complex(row->op, dtype, x, y, n, bits);
        return;
    }
    bool finite = all_finite(dtype, x, n) && (!row->two || all_finite(dtype, y, n));
    bits[0] = finite ? oracle_statistic(row->op, dtype, x, row->two ? y : NULL, n, ddof) : canonical;
}

static void check_row(const struct row *row, pel_dtype dtype, const void *x, const void *y, size_t n, size_t ddof,
                      const pel_opts *given, const char *what)
{
    uint64_t wanted[2] = {0}, got[2];
    pel_opts opts = *given;
    size_t index = 0;
    expected(row, dtype, x, y, n, ddof, wanted);
    do {
        memset(got, 0, sizeof got);
        assert_int_equal(row->run[dtype](x, y, n, ddof, got, &opts), PEL_OK);
        if (row->complex && dtype == PEL_F32)
            got[1] = got[0] >> 32, got[0] &= UINT32_MAX;
        if (memcmp(got, wanted, sizeof got) != 0)
            fail_msg("%s op %d dtype %d n=%zu ddof=%zu %s: %016llx %016llx, expected %016llx %016llx", what,
                     (int)row->op, (int)dtype, n, ddof, opts.variant ? opts.variant : "dispatched",
                     (unsigned long long)got[0], (unsigned long long)got[1], (unsigned long long)wanted[0],
                     (unsigned long long)wanted[1]);
        opts.variant = reduce_next_variant(row->op, dtype, opts.flags, &index);
    } while (opts.variant);
    assert_true(index >= 2);
}

/* Both arrays, between forbidden pages; the second of any kind, or close to the first. */
static void check_size(enum float_data kind, pel_dtype dtype, size_t n, struct test_random *random)
{
    size_t size = pel_dtype_size(dtype), count = 2 * n;
    void *x = guard_alloc(count * size, size * test_random_below(random, 16), test_random_below(random, 2));
    void *y = guard_alloc(count * size, size * test_random_below(random, 16), test_random_below(random, 2));
    pel_opts opts = PEL_OPTS_INIT;
    float_data_fill(kind, dtype, x, count, random);
    float_data_fill((enum float_data)test_random_below(random, DATA_KINDS), dtype, y, count, random);
    if (test_random_below(random, 3) == 0)
        memcpy(y, x, count * size / 2);
    for (size_t i = 0; i < NROWS; i++) {
        size_t ddof = test_random_below(random, rows[i].ddof + 1);
        if (n > ddof)
            check_row(&rows[i], dtype, x, y, n, ddof, &opts, float_data_name(kind));
    }
    guard_free(x);
    guard_free(y);
}

static void test_oracle(void **unused)
{
    static const size_t sizes[] = {1, 2, 3, 17, 23, 24, 65, 513, 2047, 2049};
    (void)unused;
    if (!oracle_exists())
        skip();
    struct test_random random = test_random_start(test_seed(), 1);
    for (int round = 0; round < (test_long() ? 20 : 1); round++) {
        for (int kind = 0; kind < DATA_KINDS; kind++) {
            for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
                check_size((enum float_data)kind, (pel_dtype)(i % 2 ? PEL_F32 : PEL_F64), sizes[i], &random);
            check_size((enum float_data)kind, PEL_F32, 1 + test_random_below(&random, 40), &random);
            check_size((enum float_data)kind, PEL_F64, 1 + test_random_below(&random, 40), &random);
        }
        check_size(DATA_WIDE, PEL_F64, 1 + test_random_below(&random, LARGEST), &random);
    }
}

static void expect(pel_status (*run)(const double *, size_t, size_t, double *, const pel_opts *), const double *x,
                   size_t n, size_t ddof, double wanted)
{
    double result = -1;
    assert_int_equal(run(x, n, ddof, &result, NULL), PEL_OK);
    assert_memory_equal(&result, &wanted, sizeof result);
}

static void test_known(void **unused)
{
    static const double far[] = {1e15, 1e15 + 1, 1e15 + 2}; /* squares leave no room for the differences */
    static const double equal[] = {0.1, 0.1, 0.1}, huge[] = {0x1p1000, -0x1p1000};
    static const double tiny[] = {0x1p-1074, 0x3p-1074}, line[] = {3, 5, 7}, back[] = {7, 5, 3}, none[] = {0, 0, 0};
    double result = -1, w[] = {1, 2, 1};
    (void)unused;
    expect(pel_var_f64, far, 3, 1, 1);
    expect(pel_var_f64, far, 3, 0, 2.0 / 3);
    expect(pel_var_f64, equal, 3, 1, 0);
    expect(pel_var_f64, huge, 2, 0, INFINITY);
    expect(pel_std_f64, huge, 2, 0, 0x1p1000);
    expect(pel_std_f64, tiny, 2, 0, 0x1p-1074);
    expect(pel_var_f64, tiny, 2, 0, 0);
    assert_int_equal(pel_corr_f64(line, far, 3, &result, NULL), PEL_OK);
    assert_true(result == 1);
    assert_int_equal(pel_corr_f64(back, far, 3, &result, NULL), PEL_OK);
    assert_true(result == -1);
    assert_int_equal(pel_corr_f64(equal, far, 3, &result, NULL), PEL_OK);
    assert_memory_equal(&result, &canonical, sizeof result);
    assert_int_equal(pel_wmean_f64(line, w, 3, &result, NULL), PEL_OK);
    assert_true(result == 5);
    assert_int_equal(pel_wmean_f64(line, none, 3, &result, NULL), PEL_OK);
    assert_memory_equal(&result, &canonical, sizeof result);
    assert_int_equal(pel_wsum_f64(line, w, 3, &result, NULL), PEL_OK);
    assert_true(result == 20);
}

/* Long enough for teams. */
static void test_threads(void **unused)
{
    enum { N = 9 << 14 };
    (void)unused;
    if (!oracle_exists())
        skip();
    struct test_random random = test_random_start(test_seed(), 2);
    double *x = (double *)(void *)guard_alloc(2 * N * sizeof *x, 0, false);
    double *y = (double *)(void *)guard_alloc(2 * N * sizeof *y, 8, false);
    float_data_fill(DATA_STEPS, PEL_F64, x, 2 * N, &random);
    float_data_fill(DATA_UNIT, PEL_F64, y, 2 * N, &random);
    for (size_t i = 0; i < NROWS; i++) {
        uint64_t wanted[2] = {0}, got[2] = {0};
        pel_opts opts = PEL_OPTS_INIT;
        expected(&rows[i], PEL_F64, x, y, N, 0, wanted);
        for (opts.threads = 1; opts.threads <= 8; opts.threads++) {
            assert_int_equal(rows[i].run[PEL_F64](x, y, N, 0, got, &opts), PEL_OK);
            assert_memory_equal(got, wanted, sizeof got);
        }
    }
    guard_free(x);
    guard_free(y);
}

static void test_arguments(void **unused)
{
    double x[4] = {1, 2, 3, 4}, result[2] = {7, 7};
    pel_opts opts = PEL_OPTS_INIT;
    (void)unused;
    for (size_t i = 0; i < NROWS; i++) {
        function *run = rows[i].run[PEL_F64];
        const char *shifted = (const char *)x + 4;
        assert_int_equal(run(NULL, x, 2, 0, result, NULL), PEL_EINVAL);
        assert_int_equal(run(shifted, x, 2, 0, result, NULL), PEL_EINVAL);
        assert_int_equal(run(x, x, 2, 0, NULL, NULL), PEL_EINVAL);
        assert_int_equal(run(x, x, SIZE_MAX / 8, 0, result, NULL), PEL_ERANGE);
        if (rows[i].two)
            assert_int_equal(run(x, NULL, 2, 0, result, NULL), PEL_EINVAL);
        if (rows[i].ddof > 0) {
            assert_int_equal(run(x, x, 2, 2, result, NULL), PEL_EINVAL);
            assert_int_equal(run(x, x, 2, SIZE_MAX, result, NULL), PEL_EINVAL);
        }
        assert_int_equal(run(NULL, NULL, 0, 0, result, NULL), rows[i].complex ? PEL_OK : PEL_EINVAL);
        opts.flags = PEL_NAN_SKIP;
        assert_int_equal(run(x, x, 2, 0, result, &opts), PEL_ENOTSUP);
        opts.flags = 1u << 31;
        assert_int_equal(run(x, x, 2, 0, result, &opts), PEL_EINVAL);
        assert_true(result[0] == (rows[i].complex ? 0 : 7));
        result[0] = result[1] = 7;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_oracle),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_arguments),
    };
    test_set_processors(8);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
