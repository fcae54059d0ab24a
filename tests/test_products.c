/* Products, logarithms of sums of exponentials, skewness and kurtosis: within the bounds that their headers state, by
 * MPFR, and the same bits from every variant and team. */
#include "tests/support.h"

#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "tests/float_data.h"
#include "tests/reductions.h"

#ifdef PEL_HAVE_MPFR
#include <mpfr.h>
#endif

typedef pel_status function(const void *x, size_t n, double *result, const pel_opts *opts);

#define FUNCTION(name, suffix, T, R)                                                                                   \
    static pel_status name##_##suffix(const void *x, size_t n, double *result, const pel_opts *opts)                   \
    {                                                                                                                  \
        R value = 42;                                                                                                  \
        pel_status status = pel_##name##_##suffix((const T *)x, n, &value, opts);                                      \
        *result = (double)value;                                                                                       \
        return status;                                                                                                 \
    }
FUNCTION(prod, f32, float, float)
FUNCTION(prod, f64, double, double)
FUNCTION(logsumexp, f32, float, float)
FUNCTION(logsumexp, f64, double, double)
FUNCTION(skewness, f32, float, double)
FUNCTION(skewness, f64, double, double)
FUNCTION(kurtosis, f32, float, double)
FUNCTION(kurtosis, f64, double, double)

static const struct row {
    const char *name;
    enum pel_op op;
    function *run[2]; /* f32, f64 */
} rows[] = {
    {"prod", PEL_OP_PROD, {prod_f32, prod_f64}},
    {"logsumexp", PEL_OP_LOGSUMEXP, {logsumexp_f32, logsumexp_f64}},
    {"skewness", PEL_OP_SKEWNESS, {skewness_f32, skewness_f64}},
    {"kurtosis", PEL_OP_KURTOSIS, {kurtosis_f32, kurtosis_f64}},
};
enum { PROD, LOGSUMEXP, SKEWNESS, KURTOSIS, NROWS, LARGEST = 40000 };

static const size_t sizes[] = {1, 2, 3, 7, 15, 16, 17, 100, 511, 513, 2047, 2048, 2049, 4097, 9000, LARGEST};
enum { NSIZES = sizeof sizes / sizeof sizes[0] };

static bool same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

/* Random elements of such a spread of exponents, around 1; the same in pairs of one and its inverse, roughly, so that
 * a product goes far out and comes back. */
static void fill(pel_dtype dtype, void *x, size_t n, int spread, bool back, struct test_random *random)
{
    for (size_t i = 0; i < n; i++) {
        int exponent = (int)test_random_below(random, (size_t)(2 * spread + 1)) - spread;
        double sign = test_random_below(random, 2) ? -1 : 1;
        if (back)
            exponent = i < n / 2 ? spread : -spread;
        float_data_put(dtype, x, i, sign * ldexp(1 + test_random_unit(random), exponent));
    }
}

#ifdef PEL_HAVE_MPFR

enum { BITS = 2000 };

/* The product, rounded once to the dtype. */
static double exact_product(pel_dtype dtype, const void *x, size_t n)
{
    mpfr_t product;
    mpfr_init2(product, BITS);
    mpfr_set_d(product, 1, MPFR_RNDN);
    for (size_t i = 0; i < n; i++)
        mpfr_mul_d(product, product, float_data_get(dtype, x, i), MPFR_RNDN);
    double rounded = dtype == PEL_F32 ? (double)mpfr_get_flt(product, MPFR_RNDN) : mpfr_get_d(product, MPFR_RNDN);
    mpfr_clear(product);
    return rounded;
}

static void products_are_the_nearest(void **state)
{
    (void)state;
    static const int spreads[] = {0, 1, 30, 100};
    struct test_random random = test_random_start(test_seed(), 1);
    double *x = malloc(LARGEST * sizeof *x), got;
    for (size_t i = 0; i < NSIZES * 16; i++) {
        size_t n = sizes[i % NSIZES];
        pel_dtype dtype = i / NSIZES % 2 ? PEL_F64 : PEL_F32;
        fill(dtype, x, n, spreads[i / NSIZES / 2 % 4], i / NSIZES >= 8, &random);
        assert_int_equal(rows[PROD].run[dtype](x, n, &got, NULL), PEL_OK);
        double wanted = exact_product(dtype, x, n);
        if (!same(got, wanted))
            fail_msg("prod dtype %d n=%zu: %a, expected %a", (int)dtype, n, got, wanted);
    }
    free(x);
}

/* Odd factors, spread over lanes or in one, whose product has 100 bits and lies next to the middle of two doubles: one
 * times a number of 47 bits, mostly of small factors, is the middle and one more or less in its lowest 47 bits. */
static void short_products_are_the_nearest_always(void **state)
{
    (void)state;
    enum { LANES = 16, FACTORS = 8, LOW = 47 };
    const uint64_t mask = (UINT64_C(1) << LOW) - 1, middle = UINT64_C(1) << (LOW - 1);
    struct test_random random = test_random_start(test_seed(), 5);
    for (int i = 0; i < 20000; i++) {
        double x[LANES * (FACTORS + 2)], got;
        size_t stride = i % 2 ? LANES : 1, n = 0, count = 1 + test_random_below(&random, FACTORS);
        uint64_t small = 1, inverse, other;
        for (size_t k = 0; k < LANES * (FACTORS + 2); k++)
            x[k] = 1;
        for (; n < count; n++) {
            uint64_t factor = 3 + 2 * test_random_below(&random, 7);
            small *= factor;
            x[n * stride] = (double)factor;
        }
        other = (mask / small - test_random_below(&random, mask / small / 2)) | 1;
        if (other > mask / small)
            other -= 2;
        x[n++ * stride] = (double)other;
        inverse = small *= other;
        for (int k = 0; k < 6; k++)
            inverse *= 2 - small * inverse;
        uint64_t upper = UINT64_C(1) << 52 | test_random_below(&random, 32) << LOW;
        x[n++ * stride] = (double)(upper | ((middle + (i & 2 ? 1 : -UINT64_C(1))) * inverse & mask));
        assert_int_equal(pel_prod_f64(x, LANES * (FACTORS + 2), &got, NULL), PEL_OK);
        double wanted = exact_product(PEL_F64, x, LANES * (FACTORS + 2));
        if (!same(got, wanted))
            fail_msg("%zu factors, every %zu: %a, expected %a", n, stride, got, wanted);
    }
}

/* |got - exact| in units of `unit`. */
static double distance(double got, mpfr_t exact, double unit)
{
    mpfr_t difference;
    mpfr_init2(difference, BITS);
    mpfr_sub_d(difference, exact, got, MPFR_RNDN);
    mpfr_div_d(difference, difference, unit, MPFR_RNDN);
    double d = fabs(mpfr_get_d(difference, MPFR_RNDN));
    mpfr_clear(difference);
    return d;
}

static void logarithms_keep_their_bound(void **state)
{
    (void)state;
    static const double scales[] = {1e-3, 1, 30, 600, 1e5};
    struct test_random random = test_random_start(test_seed(), 2);
    double *x = malloc(LARGEST * sizeof *x), got;
    mpfr_t sum, term;
    mpfr_inits2(200, sum, term, (mpfr_ptr)0);
    for (size_t i = 0; i < 10 * NSIZES - 10; i++) {
        size_t n = sizes[i % (NSIZES - 1)];
        pel_dtype dtype = i / (NSIZES - 1) % 2 ? PEL_F64 : PEL_F32;
        double scale = scales[i % 5], shift = i % 3 ? 0 : scale * 7;
        mpfr_set_d(sum, 0, MPFR_RNDN);
        for (size_t k = 0; k < n; k++) {
            float_data_put(dtype, x, k, scale * (2 * test_random_unit(&random) - 1) - shift);
            mpfr_set_d(term, float_data_get(dtype, x, k), MPFR_RNDN);
            mpfr_exp(term, term, MPFR_RNDN);
            mpfr_add(sum, sum, term, MPFR_RNDN);
        }
        mpfr_log(sum, sum, MPFR_RNDN);
        assert_int_equal(rows[LOGSUMEXP].run[dtype](x, n, &got, NULL), PEL_OK);
        double magnitude = fabs(got), ulp = nextafter(magnitude, INFINITY) - magnitude, bound = 0x1p-52 + ulp / 2;
        if (dtype == PEL_F32)
            bound += ((double)nextafterf((float)magnitude, INFINITY) - magnitude) / 2;
        if (!(distance(got, sum, bound) <= 1))
            fail_msg("logsumexp dtype %d n=%zu scale %g: %a is %g bounds away", (int)dtype, n, scale, got,
                     distance(got, sum, bound));
    }
    mpfr_clears(sum, term, (mpfr_ptr)0);
    free(x);
}

/* Mean powers of deviations: sums[k] of magnitudes for k = 0, of (x - mean)^k for 2 to 4. */
static void take_moments(pel_dtype dtype, const void *x, size_t n, mpfr_t *sums)
{
    mpfr_t mean, d, power;
    mpfr_inits2(BITS, mean, d, power, (mpfr_ptr)0);
    mpfr_set_d(mean, 0, MPFR_RNDN);
    for (int k = 0; k <= 4; k++)
        mpfr_set_d(sums[k], 0, MPFR_RNDN);
    for (size_t i = 0; i < n; i++)
        mpfr_add_d(mean, mean, float_data_get(dtype, x, i), MPFR_RNDN);
    mpfr_div_ui(mean, mean, n, MPFR_RNDN);
    for (size_t i = 0; i < n; i++) {
        mpfr_d_sub(d, float_data_get(dtype, x, i), mean, MPFR_RNDN);
        for (unsigned k = 2; k <= 4; k++) {
            mpfr_pow_ui(power, d, k, MPFR_RNDN);
            mpfr_add(sums[k], sums[k], power, MPFR_RNDN);
            if (k == 3)
                mpfr_abs(power, power, MPFR_RNDN), mpfr_add(sums[0], sums[0], power, MPFR_RNDN);
        }
    }
    for (int k = 0; k <= 4; k++)
        mpfr_div_ui(sums[k], sums[k], n, MPFR_RNDN);
    mpfr_clears(mean, d, power, (mpfr_ptr)0);
}

/* Of `which` row, from the moments; and what the bound is relative to. */
static void take_ratio(int which, mpfr_t *sums, mpfr_t exact, double *magnitude)
{
    mpfr_t scale;
    mpfr_init2(scale, BITS);
    if (which == SKEWNESS) {
        mpfr_sqrt(scale, sums[2], MPFR_RNDN);
        mpfr_mul(scale, scale, sums[2], MPFR_RNDN);
        mpfr_div(exact, sums[0], scale, MPFR_RNDN);
        *magnitude = mpfr_get_d(exact, MPFR_RNDN);
        mpfr_div(exact, sums[3], scale, MPFR_RNDN);
    } else {
        mpfr_sqr(scale, sums[2], MPFR_RNDN);
        mpfr_div(exact, sums[4], scale, MPFR_RNDN);
        *magnitude = mpfr_get_d(exact, MPFR_RNDN);
        mpfr_sub_ui(exact, exact, 3, MPFR_RNDN);
    }
    mpfr_clear(scale);
}

static void moments_keep_their_bound(void **state)
{
    (void)state;
    static const enum float_data kinds[] = {DATA_UNIT,  DATA_INTEGERS, DATA_WIDE, DATA_OUTLIER,
                                            DATA_LARGE, DATA_TINY,     DATA_STEPS};
    struct test_random random = test_random_start(test_seed(), 3);
    double x[4097], got, magnitude;
    mpfr_t sums[5], exact;
    mpfr_init2(exact, BITS);
    for (int k = 0; k < 5; k++)
        mpfr_init2(sums[k], BITS);
    for (size_t i = 0; i < 7 * 14 * 2; i++) {
        size_t n = sizes[i % 14];
        pel_dtype dtype = i / 14 % 2 ? PEL_F64 : PEL_F32;
        float_data_fill(kinds[i / 28], dtype, x, n, &random);
        take_moments(dtype, x, n, sums);
        for (int which = SKEWNESS; which <= KURTOSIS; which++) {
            assert_int_equal(rows[which].run[dtype](x, n, &got, NULL), PEL_OK);
            if (mpfr_zero_p(sums[2])) {
                assert_true(isnan(got));
                continue;
            }
            take_ratio(which, sums, exact, &magnitude);
            if (!(distance(got, exact, magnitude * 0x1p-48) <= 1))
                fail_msg("%s of %s, dtype %d n=%zu: %a is %g bounds away", rows[which].name,
                         float_data_name(kinds[i / 28]), (int)dtype, n, got, distance(got, exact, magnitude * 0x1p-48));
        }
    }
    for (int k = 0; k < 5; k++)
        mpfr_clear(sums[k]);
    mpfr_clear(exact);
}

#else

static void products_are_the_nearest(void **state)
{
    (void)state;
    skip();
}
#define short_products_are_the_nearest_always products_are_the_nearest
#define logarithms_keep_their_bound           products_are_the_nearest
#define moments_keep_their_bound              products_are_the_nearest

#endif

/* Every variant, on teams of one to eight, rounding upward or not: the same bits, and the mode is as it was. */
static void variants_and_teams_agree(void **state)
{
    (void)state;
    struct test_random random = test_random_start(test_seed(), 4);
    double *x = malloc(LARGEST * sizeof *x), first, got;
    for (size_t i = 0; i < NROWS * 2 * 3; i++) {
        const struct row *row = &rows[i % NROWS];
        pel_dtype dtype = i / NROWS % 2 ? PEL_F64 : PEL_F32;
        size_t n = LARGEST - test_random_below(&random, 3000), index = 0;
        pel_opts opts = PEL_OPTS_INIT;
        fill(dtype, x, n, i / NROWS / 2 == 1 ? 100 : 2, i / NROWS / 2 == 2, &random);
        if (i / NROWS / 2 == 2)
            float_data_put(dtype, x, n / 3, 0x1p-130), float_data_put(dtype, x, n / 2, 0);
        assert_int_equal(row->run[dtype](x, n, &first, NULL), PEL_OK);
        do {
            for (opts.threads = 1; opts.threads <= 8; opts.threads++) {
                fesetround(opts.threads % 2 ? FE_TONEAREST : FE_UPWARD);
                pel_status status = row->run[dtype](x, n, &got, &opts);
                bool kept = fegetround() == (opts.threads % 2 ? FE_TONEAREST : FE_UPWARD);
                fesetround(FE_TONEAREST);
                assert_int_equal(status, PEL_OK);
                assert_true(kept);
                if (!same(got, first))
                    fail_msg("%s dtype %d n=%zu %s on %d: %a, not %a", row->name, (int)dtype, n,
                             opts.variant ? opts.variant : "dispatched", opts.threads, got, first);
            }
            opts.variant = reduce_next_variant(row->op, dtype, 0, &index);
        } while (opts.variant);
        assert_true(index >= 2);
    }
    free(x);
}

/* What is not finite, empty, or all the same. NaN is the canonical one: positive, payload 0. */
static void special_values(void **state)
{
    (void)state;
    const double inf = INFINITY, nan = NAN;
    const struct {
        int row;
        size_t n;
        double x[5], wanted;
    } cases[] = {
        {PROD, 0, {0}, 1},
        {PROD, 2, {-0.0, 3}, -0.0},
        {PROD, 2, {-0.0, -3}, 0},
        {PROD, 2, {inf, -2}, -inf},
        {PROD, 2, {inf, 0}, nan},
        {PROD, 2, {-nan, 0}, nan},
        {PROD, 3, {FLT_MAX, 0x1p100, 0x1p-100}, FLT_MAX},
        {PROD, 3, {FLT_MIN, 0x1p-20, 0x1p20}, FLT_MIN},
        {LOGSUMEXP, 0, {0}, -inf},
        {LOGSUMEXP, 2, {-inf, -inf}, -inf},
        {LOGSUMEXP, 2, {-inf, 2}, 2},
        {LOGSUMEXP, 2, {inf, -inf}, inf},
        {LOGSUMEXP, 2, {inf, -nan}, nan},
        {LOGSUMEXP, 1, {-7.5}, -7.5},
        {SKEWNESS, 3, {5, 5, 5}, nan},
        {SKEWNESS, 3, {1, 2, 3}, 0},
        {SKEWNESS, 2, {inf, 1}, nan},
        {KURTOSIS, 1, {3}, nan},
        {KURTOSIS, 4, {1, -1, 1, -1}, -2},
        {KURTOSIS, 3, {1, -nan, 1}, nan},
    };
    for (size_t i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        pel_dtype dtype = i % 2 ? PEL_F64 : PEL_F32;
        double x[5], got;
        uint64_t bits;
        for (size_t k = 0; k < cases[i / 2].n; k++)
            float_data_put(dtype, x, k, cases[i / 2].x[k]);
        assert_int_equal(rows[cases[i / 2].row].run[dtype](x, cases[i / 2].n, &got, NULL), PEL_OK);
        memcpy(&bits, &got, sizeof bits);
        bool right = isnan(cases[i / 2].wanted) ? bits == UINT64_C(0x7ff8) << 48 : same(got, cases[i / 2].wanted);
        if (!right)
            fail_msg("%s, case %zu: %a, expected %a", rows[cases[i / 2].row].name, i / 2, got, cases[i / 2].wanted);
    }
    const double tiny[] = {0x1p-600, -0x1p-600}, subnormal[] = {0x1p-540, 0x1p-530};
    double x[] = {1, 2, 3, 4, 10}, got;
    assert_int_equal(pel_prod_f64(tiny, 2, &got, NULL), PEL_OK);
    assert_true(same(got, -0.0));
    assert_int_equal(pel_prod_f64(subnormal, 2, &got, NULL), PEL_OK);
    assert_true(same(got, 0x1p-1070));
    assert_int_equal(pel_skewness_f64(x, 5, &got, NULL), PEL_OK);
    assert_true(fabs(got - 36 / pow(10, 1.5)) < 1e-14);
}

static void integers_are_exact(void **state)
{
    (void)state;
    const int64_t least[] = {INT64_MIN / 4, 2, 2}, over[] = {INT64_MIN / 4, -2, 2},
                  zero[] = {INT64_MAX, 9, 0, INT64_MAX};
    const uint64_t most[] = {UINT64_C(4294967297), 4294967295u}, above[] = {UINT64_C(1) << 40, 1 << 24};
    const int32_t small[] = {-3, 5, -7, 11, -13};
    const uint32_t ones[] = {1, 1, 77};
    int64_t i = 42;
    uint64_t u = 42;
    assert_int_equal(pel_prod_i64(least, 3, &i, NULL), PEL_OK);
    assert_true(i == INT64_MIN);
    assert_int_equal(pel_prod_i64(over, 3, &i, NULL), PEL_ERANGE);
    assert_true(i == INT64_MIN);
    assert_int_equal(pel_prod_i64(zero, 4, &i, NULL), PEL_OK);
    assert_true(i == 0);
    assert_int_equal(pel_prod_u64(most, 2, &u, NULL), PEL_OK);
    assert_true(u == UINT64_MAX);
    assert_int_equal(pel_prod_u64(above, 2, &u, NULL), PEL_ERANGE);
    assert_int_equal(pel_prod_i32(small, 5, &i, NULL), PEL_OK);
    assert_true(i == -15015);
    assert_int_equal(pel_prod_u32(ones, 3, &u, NULL), PEL_OK);
    assert_true(u == 77);
    assert_int_equal(pel_prod_i32(NULL, 0, &i, NULL), PEL_OK);
    assert_true(i == 1);
}

static void bad_arguments(void **state)
{
    (void)state;
    double x[2] = {1, 2}, got;
    for (int r = 0; r < NROWS; r++) {
        for (pel_dtype dtype = PEL_F32; dtype <= PEL_F64; dtype++) {
            pel_opts opts = PEL_OPTS_INIT;
            assert_int_equal(rows[r].run[dtype](NULL, 1, &got, NULL), PEL_EINVAL);
            assert_int_equal(rows[r].run[dtype]((char *)x + 1, 1, &got, NULL), PEL_EINVAL);
            assert_int_equal(rows[r].run[dtype](x, SIZE_MAX / 2, &got, NULL), PEL_ERANGE);
            opts.flags = PEL_NAN_SKIP;
            assert_int_equal(rows[r].run[dtype](x, 2, &got, &opts), PEL_ENOTSUP);
            if (r >= SKEWNESS)
                assert_int_equal(rows[r].run[dtype](x, 0, &got, NULL), PEL_EINVAL);
        }
    }
    assert_int_equal(pel_prod_f64(x, 2, NULL, NULL), PEL_EINVAL);
    assert_int_equal(pel_logsumexp_f64(x, 2, NULL, NULL), PEL_EINVAL);
    assert_int_equal(pel_skewness_f64(x, 2, NULL, NULL), PEL_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_the_nearest),    cmocka_unit_test(short_products_are_the_nearest_always),
        cmocka_unit_test(logarithms_keep_their_bound), cmocka_unit_test(moments_keep_their_bound),
        cmocka_unit_test(variants_and_teams_agree),    cmocka_unit_test(special_values),
        cmocka_unit_test(integers_are_exact),          cmocka_unit_test(bad_arguments),
    };
    return cmocka_run_group_tests(tests, test_start_with_many_processors, NULL);
}
