/* Minimum and maximum and their places, against plain comparisons. */
#include "tests/support.h"

#include <math.h>
#include <string.h>

#include "tests/reductions.h"

enum { LARGEST = 12000 };

static bool is_float(pel_dtype dtype)
{
    return dtype == PEL_F32 || dtype == PEL_F64;
}

static uint64_t get_bits(pel_dtype dtype, const void *x, size_t i)
{
    uint32_t narrow;
    uint64_t wide;
    memcpy(&narrow, (const char *)x + i * sizeof narrow, sizeof narrow);
    if (pel_dtype_size(dtype) == sizeof narrow)
        return narrow;
    memcpy(&wide, (const char *)x + i * sizeof wide, sizeof wide);
    return wide;
}

static double as_double(pel_dtype dtype, uint64_t bits)
{
    uint32_t low = (uint32_t)bits;
    float f32;
    double f64;
    memcpy(&f32, &low, sizeof f32);
    memcpy(&f64, &bits, sizeof f64);
    return dtype == PEL_F32 ? (double)f32 : f64;
}

/* Whether a comes before b. */
static bool less(pel_dtype dtype, uint64_t a, uint64_t b)
{
    double x = as_double(dtype, a), y = as_double(dtype, b);
    switch (dtype) {
    case PEL_F32:
    case PEL_F64:
        return x < y || (x == y && signbit(x) && !signbit(y));
    case PEL_I32:
        return (int32_t)(uint32_t)a < (int32_t)(uint32_t)b;
    case PEL_I64:
        return (int64_t)a < (int64_t)b;
    default:
        return a < b;
    }
}

static uint64_t oracle(enum pel_op op, pel_dtype dtype, const void *x, size_t n, bool skip_nan)
{
    bool least = op == PEL_OP_MIN || op == PEL_OP_ARGMIN, place = op == PEL_OP_ARGMIN || op == PEL_OP_ARGMAX;
    size_t best = n, nan = n;
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = get_bits(dtype, x, i);
        if (is_float(dtype) && isnan(as_double(dtype, bits)))
            nan = nan < n ? nan : i;
        else if (best == n ||
                 (least ? less(dtype, bits, get_bits(dtype, x, best)) : less(dtype, get_bits(dtype, x, best), bits)))
            best = i;
    }
    if (nan < n && !skip_nan)
        best = n;
    if (best < n)
        return place ? best : get_bits(dtype, x, best);
    if (place)
        return skip_nan ? 0 : nan;
    return dtype == PEL_F32 ? UINT64_C(0x7fc00000) : UINT64_C(0x7ff8) << 48;
}

typedef pel_status range_function(const void *x, size_t n, void *result, const pel_opts *opts);
typedef pel_status test_function(const void *x, size_t n, int *result, const pel_opts *opts);
typedef pel_status count_function(const void *x, size_t n, size_t *result, const pel_opts *opts);

/* Functions of one dtype that reduce_expect does not know: two results, and counts. */
#define FUNCTIONS(T, suffix)                                                                                           \
    static pel_status minmax_##suffix(const void *x, size_t n, void *result, const pel_opts *opts)                     \
    {                                                                                                                  \
        return pel_minmax_##suffix((const T *)x, n, (T *)result, opts);                                                \
    }                                                                                                                  \
    static pel_status count_##suffix(const void *x, size_t n, size_t *result, const pel_opts *opts)                    \
    {                                                                                                                  \
        return pel_count_##suffix((const T *)x, n, result, opts);                                                      \
    }                                                                                                                  \
    static pel_status any_##suffix(const void *x, size_t n, int *result, const pel_opts *opts)                         \
    {                                                                                                                  \
        return pel_any_##suffix((const T *)x, n, result, opts);                                                        \
    }                                                                                                                  \
    static pel_status all_##suffix(const void *x, size_t n, int *result, const pel_opts *opts)                         \
    {                                                                                                                  \
        return pel_all_##suffix((const T *)x, n, result, opts);                                                        \
    }
FUNCTIONS(float, f32)
FUNCTIONS(double, f64)
FUNCTIONS(int32_t, i32)
FUNCTIONS(int64_t, i64)
FUNCTIONS(uint32_t, u32)
FUNCTIONS(uint64_t, u64)

#define ROW(suffix)                                                                                                    \
    {                                                                                                                  \
        minmax_##suffix, count_##suffix, any_##suffix, all_##suffix                                                    \
    }
static const struct {
    range_function *minmax;
    count_function *count;
    test_function *any, *all;
} functions[PEL_NDTYPES] = {[PEL_F32] = ROW(f32), [PEL_F64] = ROW(f64), [PEL_I32] = ROW(i32),
                            [PEL_I64] = ROW(i64), [PEL_U32] = ROW(u32), [PEL_U64] = ROW(u64)};

static bool is_zero(pel_dtype dtype, uint64_t bits)
{
    return is_float(dtype) ? as_double(dtype, bits) == 0 : bits == 0;
}

static void check_counts(pel_dtype dtype, const void *x, size_t n, const pel_opts *opts)
{
    size_t wanted = 0, count = n + 1;
    int any = -1, all = -1;
    for (size_t i = 0; i < n; i++)
        wanted += !is_zero(dtype, get_bits(dtype, x, i));
    assert_int_equal(functions[dtype].count(x, n, &count, opts), PEL_OK);
    assert_int_equal(functions[dtype].any(x, n, &any, opts), PEL_OK);
    assert_int_equal(functions[dtype].all(x, n, &all, opts), PEL_OK);
    assert_int_equal(count, wanted);
    assert_int_equal(any, wanted > 0);
    assert_int_equal(all, wanted == n);
}

static void check_range(pel_dtype dtype, const void *x, size_t n, const pel_opts *opts)
{
    bool skip = opts->flags & PEL_NAN_SKIP;
    uint64_t result[2] = {0};
    assert_int_equal(functions[dtype].minmax(x, n, result, opts), PEL_OK);
    assert_int_equal(get_bits(dtype, result, 0), oracle(PEL_OP_MIN, dtype, x, n, skip));
    assert_int_equal(get_bits(dtype, result, 1), oracle(PEL_OP_MAX, dtype, x, n, skip));
}

/* With every variant. */
static void check_range_and_counts(pel_dtype dtype, const void *x, size_t n)
{
    pel_opts opts = PEL_OPTS_INIT;
    size_t of_range = 0, of_count = 0;
    do {
        for (opts.flags = 0; opts.flags <= PEL_NAN_SKIP; opts.flags += PEL_NAN_SKIP)
            check_range(dtype, x, n, &opts);
        opts.flags = 0;
        opts.variant = reduce_next_variant(PEL_OP_MINMAX, dtype, 0, &of_range);
    } while (opts.variant);
    do {
        check_counts(dtype, x, n, &opts);
        opts.variant = reduce_next_variant(PEL_OP_COUNT, dtype, 0, &of_count);
    } while (opts.variant);
    assert_true(of_range >= 2 && of_count >= 2);
}

static void check(pel_dtype dtype, const void *x, size_t n, const char *what)
{
    if (n % 3 == 0 || n < 100)
        check_range_and_counts(dtype, x, n);
    for (enum pel_op op = PEL_OP_MIN; op <= PEL_OP_ARGMAX; op++) {
        reduce_expect(op, dtype, x, NULL, n, 0, PEL_OK, oracle(op, dtype, x, n, false), what);
        reduce_expect(op, dtype, x, NULL, n, PEL_NAN_SKIP | PEL_FAST, PEL_OK, oracle(op, dtype, x, n, true), what);
    }
}

/* Elements that a float kernel might confuse, and the sets they come from. */
static const double special[] = {0.0, -0.0, NAN, INFINITY, -INFINITY, 1, -1, 0x1p-149, -0x1p-149};
static const struct {
    const char *name;
    size_t count;
    int member[5];
} sets[] = {
    {"zeros", 2, {0, 1}},
    {"plus zeros", 1, {0}},
    {"minus zeros", 1, {1}},
    {"NaN", 1, {2}},
    {"zeros and NaN", 3, {0, 1, 2}},
    {"NaN and +Inf", 2, {2, 3}},
    {"NaN and -Inf", 2, {2, 4}},
    {"not negative", 3, {0, 5, 3}},
    {"not negative but for -0", 3, {0, 1, 5}},
    {"not positive but for +0", 4, {0, 1, 6, 8}},
    {"all", 5, {0, 1, 2, 3, 4}},
};

static void put(pel_dtype dtype, void *x, size_t i, double value, struct test_random *random)
{
    bool negate = isnan(value) && (test_random_bits(random) & 1);
    if (dtype == PEL_F32)
        ((float *)x)[i] = negate ? -(float)value : (float)value;
    else
        ((double *)x)[i] = negate ? -value : value;
}

/* One member of a set is rare, so that it sits alone in some lane of some block. */
static void fill_from_set(pel_dtype dtype, void *x, size_t n, size_t set, struct test_random *random)
{
    size_t count = sets[set].count, rare = test_random_below(random, count);
    for (size_t i = 0; i < n; i++) {
        size_t member = test_random_below(random, count);
        if (member == rare && test_random_below(random, n) != 0)
            member = (rare + 1) % count;
        put(dtype, x, i, special[sets[set].member[member]], random);
    }
}

static void check_size(pel_dtype dtype, size_t n, struct test_random *random)
{
    size_t size = pel_dtype_size(dtype);
    void *x = guard_alloc(n * size, size * test_random_below(random, 128 / size), test_random_below(random, 2));
    test_random_fill(random, x, n * size);
    check(dtype, x, n, "random bits");
    for (size_t i = 0; i < n && is_float(dtype); i++)
        put(dtype, x, i, test_random_unit(random) - 0.5, random);
    check(dtype, x, n, "random numbers");
    for (size_t set = 0; set < sizeof sets / sizeof sets[0] && is_float(dtype); set++) {
        fill_from_set(dtype, x, n, set, random);
        check(dtype, x, n, sets[set].name);
    }
    guard_free(x);
}

static void test_oracle(void **unused)
{
    static const size_t sizes[] = {1,  2,  3,  4,  5,  7,   8,   9,   15,  16,   17,   31,   32,  33,
                                   63, 64, 65, 66, 95, 127, 128, 129, 255, 2048, 2049, 4096, 4097};
    (void)unused;
    struct test_random random = test_random_start(test_seed(), 1);
    for (int round = 0; round < (test_long() ? 100 : test_slowed() ? 1 : 2); round++) {
        for (int dtype = 0; dtype < PEL_NDTYPES; dtype++) {
            for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
                check_size((pel_dtype)dtype, sizes[i], &random);
            check_size((pel_dtype)dtype, 1 + test_random_below(&random, LARGEST), &random);
        }
    }
}

/* On one to eight threads. */
static void check_threads(pel_dtype dtype, const void *x, size_t n)
{
    for (enum pel_op op = PEL_OP_MIN; op <= PEL_OP_ARGMAX; op++) {
        uint64_t skipping = oracle(op, dtype, x, n, true), strict = oracle(op, dtype, x, n, false), bits = 0;
        pel_opts opts = PEL_OPTS_INIT;
        for (opts.threads = 1; opts.threads <= 8; opts.threads++) {
            opts.flags = PEL_NAN_SKIP;
            assert_int_equal(reduce_call(op, dtype, x, NULL, n, &bits, &opts), PEL_OK);
            assert_int_equal(bits, skipping);
            opts.flags = 0;
            assert_int_equal(reduce_call(op, dtype, x, NULL, n, &bits, &opts), PEL_OK);
            assert_int_equal(bits, strict);
        }
    }
}

/* Bytes that are all alike make elements that are: the first of them is meant, and where all bits are set they are the
 * largest, or nothing but NaN. Then one that is alone, and its like behind it. */
static void check_ties(pel_dtype dtype, unsigned char *x, size_t n, struct test_random *random)
{
    static const int alike[] = {0, 0xff, 0x80, 0x7f};
    size_t size = pel_dtype_size(dtype), first = test_random_below(random, n), second = test_random_below(random, n);
    for (size_t i = 0; i < sizeof alike / sizeof alike[0]; i++) {
        memset(x, alike[i], n * size);
        check_threads(dtype, x, n);
        memset(x + first * size, 0x3f, size);
        memset(x + second * size, 0x3f, size);
        check_threads(dtype, x, n);
    }
}

static void test_threads(void **unused)
{
    (void)unused;
    struct test_random random = test_random_start(test_seed(), 2);
    for (int dtype = 0; dtype < PEL_NDTYPES; dtype++) {
        size_t n = (8 << 17) + test_random_below(&random, 1 << 17), size = pel_dtype_size((pel_dtype)dtype);
        void *x = guard_alloc(n * size, 0, true);
        test_random_fill(&random, x, n * size);
        check_threads((pel_dtype)dtype, x, n);
        check_ties((pel_dtype)dtype, x, n, &random);
        guard_free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_oracle),
        cmocka_unit_test(test_threads),
    };
    test_set_processors(8);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
