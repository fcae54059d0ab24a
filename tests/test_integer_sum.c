/* Sums, dot products and means of integers, against plain loops in 128 bits, MPFR and known values. */
#include "tests/support.h"

#include <string.h>

#include "kernels/reduce/state.h"
#include "tests/float_oracle.h"
#include "tests/reductions.h"

enum { LARGEST = 5000 };

static const pel_dtype dtypes[] = {PEL_I32, PEL_I64, PEL_U32, PEL_U64};
enum { NDTYPES = sizeof dtypes / sizeof dtypes[0] };

static bool is_signed(pel_dtype dtype)
{
    return dtype == PEL_I32 || dtype == PEL_I64;
}

static pel_i128 get(pel_dtype dtype, const void *x, size_t i)
{
    switch (dtype) {
    case PEL_I32:
        return ((const int32_t *)x)[i];
    case PEL_I64:
        return ((const int64_t *)x)[i];
    case PEL_U32:
        return ((const uint32_t *)x)[i];
    default:
        return ((const uint64_t *)x)[i];
    }
}

static void put(pel_dtype dtype, void *x, size_t i, uint64_t value)
{
    uint32_t low = (uint32_t)value;
    if (pel_dtype_size(dtype) == 4)
        memcpy((char *)x + 4 * i, &low, sizeof low);
    else
        memcpy((char *)x + 8 * i, &value, sizeof value);
}

/* Random bits of a random number of digits, of either sign; or all of them the extremes of the type. */
static void fill(pel_dtype dtype, void *x, size_t n, bool extremes, struct test_random *random)
{
    unsigned bits = (unsigned)(8 * pel_dtype_size(dtype));
    unsigned shift = (unsigned)test_random_below(random, bits);
    for (size_t i = 0; i < n; i++) {
        uint64_t value = test_random_bits(random) >> (64 - bits) >> shift;
        if (extremes)
            value = is_signed(dtype) ? (UINT64_C(1) << (bits - 1)) - test_random_below(random, 2) : UINT64_MAX;
        else if (is_signed(dtype) && (test_random_bits(random) & 1))
            value = -value;
        put(dtype, x, i, value);
    }
}

/* A sum of 128-bit terms, high and low halves apart. */
struct total {
    pel_i128 high, low;
};

static struct total total_of(pel_dtype dtype, const void *x, const void *y, size_t n)
{
    struct total total = {0, 0};
    for (size_t i = 0; i < n; i++) {
        pel_i128 a = get(dtype, x, i), b = y ? get(dtype, y, i) : 1;
        pel_u128 product = (pel_u128)a * (pel_u128)b;
        total.low += (uint64_t)product;
        total.high += is_signed(dtype) ? (pel_i128)(int64_t)(product >> 64) : (pel_i128)(uint64_t)(product >> 64);
    }
    total.high += total.low >> 64;
    total.low &= UINT64_MAX;
    return total;
}

static void check(enum pel_op op, pel_dtype dtype, const void *x, const void *y, size_t n)
{
    struct total total = total_of(dtype, x, y, n);
    uint64_t bits = (uint64_t)total.low;
    bool fits = total.high == (is_signed(dtype) && bits >> 63 ? -1 : 0);
    reduce_expect(op, dtype, x, y, n, 0, fits ? PEL_OK : PEL_ERANGE, bits, "integers");
    reduce_expect(op, dtype, x, y, n, PEL_FAST, fits ? PEL_OK : PEL_ERANGE, bits, "integers");
}

static void check_mean(pel_dtype dtype, const void *x, size_t n)
{
    if (n == 0 || !oracle_exists())
        return;
    uint64_t wanted = oracle_reduction(PEL_OP_MEAN, dtype, x, NULL, n);
    reduce_expect(PEL_OP_MEAN, dtype, x, NULL, n, 0, PEL_OK, wanted, "mean");
    reduce_expect(PEL_OP_MEAN, dtype, x, NULL, n, PEL_FAST, PEL_OK, wanted, "mean");
}

static void check_size(pel_dtype dtype, size_t n, bool extremes, struct test_random *random)
{
    size_t size = pel_dtype_size(dtype), most = 128 / size;
    void *x = guard_alloc(n * size, size * test_random_below(random, most), test_random_below(random, 2));
    void *y = guard_alloc(n * size, size * test_random_below(random, most), test_random_below(random, 2));
    fill(dtype, x, n, extremes, random);
    fill(dtype, y, n, extremes, random);
    check(PEL_OP_SUM, dtype, x, NULL, n);
    check_mean(dtype, x, n);
    check(PEL_OP_DOT, dtype, x, y, n);
    guard_free(x);
    guard_free(y);
}

static void test_oracle(void **unused)
{
    static const size_t sizes[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1000};
    (void)unused;
    struct test_random random = test_random_start(test_seed(), 1);
    for (int round = 0; round < (test_long() ? 500 : 10); round++) {
        for (size_t d = 0; d < NDTYPES; d++) {
            for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
                check_size(dtypes[d], sizes[i], round % 4 == 3, &random);
            check_size(dtypes[d], test_random_below(&random, LARGEST), false, &random);
        }
    }
}

/* The exact sum decides: what overflows on the way and comes back is a result, one too many is none. */
static void test_edges_of_the_range(void **unused)
{
    const int64_t back[] = {INT64_MAX, INT64_MAX, INT64_MIN, INT64_MIN, 2}, low[] = {INT64_MIN, -1};
    const int64_t exactly[] = {INT64_MAX - 5, 5}, ones[] = {1, 1, 1, 1, 1}, two[] = {2, 2};
    const uint64_t most[] = {UINT64_MAX - 1, 1, 1};
    (void)unused;
    reduce_expect(PEL_OP_SUM, PEL_I64, back, NULL, 5, 0, PEL_OK, 0, "back");
    reduce_expect(PEL_OP_DOT, PEL_I64, back, ones, 5, 0, PEL_OK, 0, "back");
    reduce_expect(PEL_OP_SUM, PEL_I64, back, NULL, 2, 0, PEL_ERANGE, 0, "above");
    reduce_expect(PEL_OP_SUM, PEL_I64, low, NULL, 1, 0, PEL_OK, (uint64_t)INT64_MIN, "lowest");
    reduce_expect(PEL_OP_SUM, PEL_I64, low, NULL, 2, 0, PEL_ERANGE, 0, "below");
    reduce_expect(PEL_OP_SUM, PEL_I64, exactly, NULL, 2, 0, PEL_OK, INT64_MAX, "highest");
    reduce_expect(PEL_OP_DOT, PEL_I64, low, two, 2, 0, PEL_ERANGE, 0, "below");
    reduce_expect(PEL_OP_SUM, PEL_U64, most, NULL, 2, 0, PEL_OK, UINT64_MAX, "highest");
    reduce_expect(PEL_OP_SUM, PEL_U64, most, NULL, 3, 0, PEL_ERANGE, 0, "above");
}

/* A mean is there although the sum is not, and it rounds once. */
static void test_known_means(void **unused)
{
    static const struct {
        int64_t x[2];
        double mean;
    } cases[] = {
        {{INT64_MAX, INT64_MAX}, 0x1p63},
        {{INT64_MIN, INT64_MIN}, -0x1p63},
        {{INT64_MIN, INT64_MAX}, -0.5},
        {{5, -5}, 0},
        {{(INT64_C(1) << 53) + 1, (INT64_C(1) << 53) + 1}, 0x1p53},     /* a tie, to even */
        {{(INT64_C(1) << 53) + 1, (INT64_C(1) << 53) + 2}, 0x1p53 + 2}, /* above it */
        {{-(INT64_C(1) << 53) - 1, -(INT64_C(1) << 53)}, -0x1p53},      /* below */
        {{(INT64_C(1) << 62) + (1 << 9), (INT64_C(1) << 62) + (1 << 9) + 1},
         0x1p62 + 1024}, /* by half a unit of ours */
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t bits;
        memcpy(&bits, &cases[i].mean, sizeof bits);
        reduce_expect(PEL_OP_MEAN, PEL_I64, cases[i].x, NULL, 2, 0, PEL_OK, bits, "known");
    }
}

/* Long enough for eight threads. */
static void test_threads(void **unused)
{
    (void)unused;
    struct test_random random = test_random_start(test_seed(), 2);
    for (size_t d = 0; d < NDTYPES; d++) {
        size_t n = (8 << 17) + test_random_below(&random, 1 << 17), size = pel_dtype_size(dtypes[d]);
        void *x = guard_alloc(n * size, 0, true);
        for (size_t i = 0; i < n; i++)
            put(dtypes[d], x, i, (test_random_bits(&random) >> 44) - (is_signed(dtypes[d]) ? 1 << 19 : 0));
        struct total sum = total_of(dtypes[d], x, NULL, n), dot = total_of(dtypes[d], x, x, n);
        double mean = (double)(int64_t)sum.low / (double)n; /* both are exact */
        pel_opts opts = PEL_OPTS_INIT;
        for (opts.threads = 1; opts.threads <= 8; opts.threads++) {
            uint64_t bits = 0;
            assert_int_equal(reduce_call(PEL_OP_SUM, dtypes[d], x, NULL, n, &bits, &opts), PEL_OK);
            assert_int_equal(bits, (uint64_t)sum.low);
            assert_int_equal(reduce_call(PEL_OP_DOT, dtypes[d], x, x, n, &bits, &opts), PEL_OK);
            assert_int_equal(bits, (uint64_t)dot.low);
            assert_int_equal(reduce_call(PEL_OP_MEAN, dtypes[d], x, NULL, n, &bits, &opts), PEL_OK);
            assert_memory_equal(&bits, &mean, sizeof bits);
        }
        guard_free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_oracle),
        cmocka_unit_test(test_edges_of_the_range),
        cmocka_unit_test(test_known_means),
        cmocka_unit_test(test_threads),
    };
    test_set_processors(8);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
