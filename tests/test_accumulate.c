/* Accumulators: any split, order and merge gives the same bits; what is stored is read back, and nothing else. */
#include "tests/support.h"

#include <math.h>
#include <string.h>

#include <pel/pel.h>

#include "tests/float_data.h"
#include "tests/float_oracle.h"
#include "tests/reductions.h"

enum { MOST_PARTS = 6, MOST_THREADS = 4 };

static pel_status add(pel_acc *acc, enum pel_op op, pel_dtype dtype, const void *x, const void *y, size_t n,
                      const pel_opts *opts)
{
    if (op == PEL_OP_SUM)
        return dtype == PEL_F32 ? pel_acc_add_f32(acc, x, n, opts) : pel_acc_add_f64(acc, x, n, opts);
    return dtype == PEL_F32 ? pel_acc_add_dot_f32(acc, x, y, n, opts) : pel_acc_add_dot_f64(acc, x, y, n, opts);
}

static uint64_t rounded(const pel_acc *acc, pel_dtype dtype)
{
    uint64_t bits = 0;
    float f32;
    double f64;
    assert_int_equal(pel_acc_round_f32(acc, &f32), PEL_OK);
    assert_int_equal(pel_acc_round_f64(acc, &f64), PEL_OK);
    memcpy(&bits, dtype == PEL_F32 ? (void *)&f32 : (void *)&f64, pel_dtype_size(dtype));
    return bits;
}

static const void *at(pel_dtype dtype, const void *x, size_t i)
{
    return (const char *)x + i * pel_dtype_size(dtype);
}

/* Any number of threads, and any kernel that runs here. */
static pel_opts any_way(enum pel_op op, pel_dtype dtype, struct test_random *random)
{
    pel_opts opts = PEL_OPTS_INIT;
    size_t index = test_random_below(random, 8);
    opts.threads = 1 + (int)test_random_below(random, MOST_THREADS);
    opts.variant = reduce_next_variant(op, dtype, 0, &index);
    return opts;
}

/* Deals an array in pieces of random length to some accumulators, in random order and each in a way of its own, merges
 * those in random order, and sends some of them through their stored form on the way. */
static void sum_of_pieces(pel_acc *sum, enum pel_op op, pel_dtype dtype, const void *x, const void *y, size_t n,
                          struct test_random *random)
{
    pel_acc part[MOST_PARTS];
    unsigned char bytes[PEL_ACC_BYTES];
    size_t parts = 1 + test_random_below(random, MOST_PARTS), start = test_random_below(random, n + 1);
    for (size_t i = 0; i < parts; i++)
        assert_int_equal(pel_acc_reset(&part[i]), PEL_OK);
    for (size_t done = 0; done < n;) {
        size_t from = (start + done) % n, length = 1 + test_random_below(random, n - done);
        length = length < n - from ? length : n - from;
        pel_opts opts = any_way(op, dtype, random);
        assert_int_equal(add(&part[test_random_below(random, parts)], op, dtype, at(dtype, x, from), at(dtype, y, from),
                             length, &opts),
                         PEL_OK);
        done += length;
    }
    for (; parts > 1; parts--) {
        size_t into = test_random_below(random, parts - 1);
        if (test_random_bits(random) & 1) {
            assert_int_equal(pel_acc_store(&part[parts - 1], bytes), PEL_OK);
            memset(&part[parts - 1], 0x5a, sizeof part[0]);
            assert_int_equal(pel_acc_load(&part[parts - 1], bytes), PEL_OK);
        }
        assert_int_equal(pel_acc_merge(&part[into], &part[parts - 1]), PEL_OK);
    }
    *sum = part[0];
}

static void check_splits(enum pel_op op, pel_dtype dtype, enum float_data kind, size_t n, int splits,
                         struct test_random *random)
{
    size_t size = pel_dtype_size(dtype);
    void *x = guard_alloc(n * size, 0, true), *y = guard_alloc(n * size, size, false);
    unsigned char wanted[PEL_ACC_BYTES], bytes[PEL_ACC_BYTES];
    pel_acc whole = {0}, sum;
    float_data_fill(kind, dtype, x, n, random);
    float_data_fill((enum float_data)test_random_below(random, DATA_KINDS), dtype, y, n, random);
    assert_int_equal(add(&whole, op, dtype, x, y, n, NULL), PEL_OK);
    assert_int_equal(pel_acc_store(&whole, wanted), PEL_OK);
    assert_int_equal(rounded(&whole, dtype), oracle_reduction(op, dtype, x, y, n));
    for (int i = 0; i < splits; i++) {
        sum_of_pieces(&sum, op, dtype, x, y, n, random);
        assert_int_equal(pel_acc_store(&sum, bytes), PEL_OK);
        assert_memory_equal(bytes, wanted, sizeof bytes);
        assert_int_equal(rounded(&sum, dtype), rounded(&whole, dtype));
    }
    guard_free(x);
    guard_free(y);
}

static void test_splits(void **unused)
{
    (void)unused;
    if (!oracle_exists())
        skip();
    struct test_random random = test_random_start(test_seed(), 1);
    int rounds = test_long() ? 90 : 10, splits = test_slowed() ? 20 : 180; /* natively 10^5 and more */
    for (int round = 0; round < rounds * DATA_KINDS * 4; round++) {
        enum pel_op op = round % 2 ? PEL_OP_DOT : PEL_OP_SUM;
        pel_dtype dtype = round / 2 % 2 ? PEL_F32 : PEL_F64;
        size_t n = 1 + test_random_below(&random, round % 5 == 0 ? 5000 : 300);
        check_splits(op, dtype, (enum float_data)(round / 4 % DATA_KINDS), n, splits, &random);
    }
}

/* Means, norms, variances and covariances of data that lie in two places are those of the whole. */
static void test_statistics(void **unused)
{
    enum { N = 200 };
    double x[N], y[N], of_acc, of_array;
    (void)unused;
    struct test_random random = test_random_start(test_seed(), 4);
    for (int round = 0; round < 60 * DATA_KINDS; round++) {
        size_t n = 1 + test_random_below(&random, N), first = test_random_below(&random, n + 1);
        size_t ddof = test_random_below(&random, n), from[3] = {0, first, n};
        pel_acc sum_x = {0}, sum_y = {0}, squares = {0}, products = {0};
        float_data_fill((enum float_data)(round % DATA_KINDS), PEL_F64, x, n, &random);
        float_data_fill((enum float_data)test_random_below(&random, DATA_KINDS), PEL_F64, y, n, &random);
        for (int place = 0; place < 2; place++) {
            pel_acc part[4] = {{0}, {0}, {0}, {0}}, *whole[4] = {&sum_x, &sum_y, &squares, &products};
            size_t i = from[place], count = from[place + 1] - i;
            assert_int_equal(pel_acc_add_f64(&part[0], x + i, count, NULL), PEL_OK);
            assert_int_equal(pel_acc_add_f64(&part[1], y + i, count, NULL), PEL_OK);
            assert_int_equal(pel_acc_add_dot_f64(&part[2], x + i, x + i, count, NULL), PEL_OK);
            assert_int_equal(pel_acc_add_dot_f64(&part[3], x + i, y + i, count, NULL), PEL_OK);
            for (int k = 0; k < 4; k++)
                assert_int_equal(pel_acc_merge(whole[k], &part[k]), PEL_OK);
        }
#define SAME(round, reduce)                                                                                            \
    assert_int_equal(round, PEL_OK);                                                                                   \
    assert_int_equal(reduce, PEL_OK);                                                                                  \
    assert_memory_equal(&of_acc, &of_array, sizeof of_acc)
        SAME(pel_acc_round_mean_f64(&sum_x, n, &of_acc), pel_mean_f64(x, n, &of_array, NULL));
        SAME(pel_acc_round_root_f64(&squares, &of_acc), pel_nrm2_f64(x, n, &of_array, NULL));
        SAME(pel_acc_round_var_f64(&sum_x, &squares, n, ddof, &of_acc), pel_var_f64(x, n, ddof, &of_array, NULL));
        SAME(pel_acc_round_std_f64(&sum_x, &squares, n, ddof, &of_acc), pel_std_f64(x, n, ddof, &of_array, NULL));
        SAME(pel_acc_round_cov_f64(&sum_x, &sum_y, &products, n, ddof, &of_acc),
             pel_cov_f64(x, y, n, ddof, &of_array, NULL));
#undef SAME
        assert_int_equal(pel_acc_round_var_f64(&sum_x, &squares, n, n, &of_acc), PEL_EINVAL);
    }
    pel_acc third = {0};
    float mean, root;
    assert_int_equal(pel_acc_add_f64(&third, (const double[]){1, 0}, 2, NULL), PEL_OK);
    assert_int_equal(pel_acc_round_mean_f32(&third, 3, &mean), PEL_OK);
    assert_true(mean == 1 / 3.0F);
    assert_int_equal(pel_acc_merge(&third, &third), PEL_OK);
    assert_int_equal(pel_acc_round_root_f32(&third, &root), PEL_OK);
    assert_true(root == sqrtf(2));
    assert_int_equal(pel_acc_round_mean_f32(&third, 0, &mean), PEL_EINVAL);
    assert_int_equal(pel_acc_round_root_f64(NULL, &of_acc), PEL_EINVAL);
}

/* Pieces that are worth a team, too. */
static void test_large_splits(void **unused)
{
    (void)unused;
    if (!oracle_exists())
        skip();
    struct test_random random = test_random_start(test_seed(), 3);
    for (int i = 0; i < 4; i++) {
        size_t n = (1 << 18) + test_random_below(&random, 1 << 19);
        enum float_data kind = i < 2 ? DATA_ILL : (enum float_data)test_random_below(&random, DATA_KINDS);
        check_splits(i % 2 ? PEL_OP_DOT : PEL_OP_SUM, i / 2 ? PEL_F32 : PEL_F64, kind, n, 10, &random);
    }
}

/* Sums and products, floats and doubles in one; a large sum on many threads. */
static void test_mixed(void **unused)
{
    enum { N = 300000 };
    static const float f[] = {1, 0x1p-149F};
    static const double d[] = {0x1p-1074, -1};
    static double x[N];
    double result;
    pel_acc acc = {0}, again = {0};
    pel_opts opts = PEL_OPTS_INIT;
    (void)unused;
    assert_int_equal(pel_acc_add_f32(&acc, f, 2, NULL), PEL_OK);
    assert_int_equal(pel_acc_add_f64(&acc, d, 2, NULL), PEL_OK);
    assert_int_equal(pel_acc_add_dot_f32(&acc, f, f, 1, NULL), PEL_OK);
    assert_int_equal(pel_acc_add_dot_f64(&acc, d + 1, d + 1, 1, NULL), PEL_OK);
    assert_int_equal(pel_acc_round_f64(&acc, &result), PEL_OK);
    assert_true(result == 2);
    assert_int_equal(pel_acc_add_f64(&acc, (const double[]){-2}, 1, NULL), PEL_OK);
    assert_int_equal(pel_acc_round_f64(&acc, &result), PEL_OK);
    assert_true(result == 0x1p-149);
    struct test_random random = test_random_start(test_seed(), 2);
    for (size_t i = 0; i < N; i++)
        x[i] = test_random_unit(&random);
    for (opts.threads = 1; opts.threads <= 8; opts.threads++) {
        double sum;
        opts.flags = opts.threads % 2 ? 0 : PEL_FAST;
        assert_int_equal(pel_sum_f64(x, N, &sum, NULL), PEL_OK);
        assert_int_equal(pel_acc_reset(&again), PEL_OK);
        assert_int_equal(pel_acc_add_f64(&again, x, N, &opts), PEL_OK);
        assert_int_equal(pel_acc_round_f64(&again, &result), PEL_OK);
        assert_true(result == sum);
    }
}

/* The check of the stored form: IEEE 802.3's, bit by bit from the highest of reflected bytes. */
static void seal(unsigned char *bytes)
{
    uint32_t rest = UINT32_MAX;
    for (int i = 0; i < PEL_ACC_BYTES; i++) {
        for (int bit = 0; bit < 8 && (i < 8 || i >= 16); bit++) {
            uint32_t next = bytes[i] >> bit & 1, low = (rest ^ next) & 1;
            rest = rest >> 1 ^ low * UINT32_C(0xedb88320);
        }
    }
    for (int i = 0; i < 4; i++)
        bytes[8 + i] = (unsigned char)(~rest >> 8 * i);
}

/* Byte by byte, what 1.5 is. */
static void test_layout(void **unused)
{
    unsigned char wanted[PEL_ACC_BYTES] = {'P', 'E', 'L', 'A', 1, 16, 1, 0}, bytes[PEL_ACC_BYTES];
    pel_acc acc = {0};
    const double x[] = {-1, -0.5};
    (void)unused;
    wanted[16 + 2147 / 8] |= 1 << 2147 % 8;
    wanted[16 + 2148 / 8] |= 1 << 2148 % 8;
    seal(wanted);
    assert_int_equal(pel_acc_add_f64(&acc, x, 2, NULL), PEL_OK);
    assert_int_equal(pel_acc_store(&acc, bytes), PEL_OK);
    assert_memory_equal(bytes, wanted, sizeof bytes);
}

static void refuse(const unsigned char *bytes)
{
    pel_acc acc = {0}, before = acc;
    assert_int_equal(pel_acc_load(&acc, bytes), PEL_ECORRUPT);
    assert_memory_equal(&acc, &before, sizeof acc);
}

static void refuse_sealed(const unsigned char *bytes, int place, unsigned char value)
{
    unsigned char changed[PEL_ACC_BYTES];
    memcpy(changed, bytes, sizeof changed);
    changed[place] = value;
    seal(changed);
    refuse(changed);
}

/* A flipped bit is seen by the check; what is checked but makes no sense by its meaning. */
static void test_hostile(void **unused)
{
    unsigned char bytes[PEL_ACC_BYTES], zero[PEL_ACC_BYTES], random_bytes[PEL_ACC_BYTES];
    pel_acc acc = {0};
    struct test_random random = test_random_start(test_seed(), 3);
    (void)unused;
    assert_int_equal(pel_acc_store(&acc, zero), PEL_OK);
    assert_int_equal(pel_acc_add_f64(&acc, (const double[]){-3}, 1, NULL), PEL_OK);
    assert_int_equal(pel_acc_store(&acc, bytes), PEL_OK);
    for (int bit = 0; bit < 8 * PEL_ACC_BYTES; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        refuse(bytes);
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    refuse_sealed(bytes, 0, 'Q');
    refuse_sealed(bytes, 4, 2);
    refuse_sealed(bytes, 6, 2);
    refuse_sealed(bytes, 7, 1);
    refuse_sealed(bytes, PEL_ACC_BYTES - 1, 1);
    refuse_sealed(bytes, PEL_ACC_BYTES - 5, 1);
    refuse_sealed(zero, 6, 1);  /* minus zero is no number */
    refuse_sealed(zero, 20, 1); /* digits without a mark */
    for (int flags = 0; flags < 256; flags++) {
        if (flags != 16)
            refuse_sealed(bytes, 5, (unsigned char)flags);
    }
    for (int i = 0; i < 2000; i++) {
        test_random_fill(&random, random_bytes, sizeof random_bytes);
        memcpy(random_bytes, bytes, 8);
        seal(random_bytes);
        refuse(random_bytes);
    }
}

/* Doubled again and again, a number leaves the range, and is kept. */
static void test_range(void **unused)
{
    pel_acc acc = {0};
    double result;
    pel_status status = PEL_OK;
    int doublings = 0;
    (void)unused;
    assert_int_equal(pel_acc_add_f64(&acc, (const double[]){-0x1p1023}, 1, NULL), PEL_OK);
    for (; (status = pel_acc_merge(&acc, &acc)) == PEL_OK; doublings++)
        assert_true(doublings < 2000);
    assert_int_equal(status, PEL_ERANGE);
    assert_true(doublings > 1000);
    assert_int_equal(pel_acc_round_f64(&acc, &result), PEL_OK);
    assert_true(result == -INFINITY);
}

static void test_arguments(void **unused)
{
    pel_acc acc = {0}, broken;
    float f32;
    double f64, x[] = {1};
    unsigned char bytes[PEL_ACC_BYTES];
    pel_opts opts = PEL_OPTS_INIT;
    (void)unused;
    memset(&broken, 0xff, sizeof broken);
    assert_int_equal(pel_acc_reset(NULL), PEL_EINVAL);
    assert_int_equal(pel_acc_add_f64(NULL, x, 1, NULL), PEL_EINVAL);
    assert_int_equal(pel_acc_add_f64(&broken, x, 1, NULL), PEL_EINVAL);
    assert_int_equal(pel_acc_add_f64(&acc, NULL, 1, NULL), PEL_EINVAL);
    assert_int_equal(pel_acc_add_dot_f64(&acc, x, NULL, 1, NULL), PEL_EINVAL);
    assert_int_equal(pel_acc_add_f64(&acc, x, SIZE_MAX, NULL), PEL_ERANGE);
    opts.flags = PEL_NAN_SKIP;
    assert_int_equal(pel_acc_add_f64(&acc, x, 1, &opts), PEL_ENOTSUP);
    opts.flags = PEL_FAST;
    opts.variant = "scalar/plain";
    assert_int_equal(pel_acc_add_f64(&acc, x, 1, &opts), PEL_ENOTSUP);
    assert_int_equal(pel_acc_merge(&acc, NULL), PEL_EINVAL);
    assert_int_equal(pel_acc_merge(&acc, &broken), PEL_EINVAL);
    assert_int_equal(pel_acc_merge(NULL, &acc), PEL_EINVAL);
    assert_int_equal(pel_acc_round_f32(NULL, &f32), PEL_EINVAL);
    assert_int_equal(pel_acc_round_f32(&acc, NULL), PEL_EINVAL);
    assert_int_equal(pel_acc_round_f64(&broken, &f64), PEL_EINVAL);
    assert_int_equal(pel_acc_round_f64(&acc, NULL), PEL_EINVAL);
    assert_int_equal(pel_acc_store(&broken, bytes), PEL_EINVAL);
    assert_int_equal(pel_acc_store(&acc, NULL), PEL_EINVAL);
    assert_int_equal(pel_acc_load(NULL, bytes), PEL_EINVAL);
    assert_int_equal(pel_acc_load(&acc, NULL), PEL_EINVAL);
    assert_int_equal(pel_acc_round_f64(&acc, &f64), PEL_OK);
    assert_true(f64 == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_splits), cmocka_unit_test(test_large_splits), cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_mixed),  cmocka_unit_test(test_layout),       cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_range),  cmocka_unit_test(test_arguments),
    };
    test_set_processors(8);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
