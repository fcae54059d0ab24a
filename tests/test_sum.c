/* Sums of floats, and what is made of sums: exact, rounded once, the same bits whoever adds and in whatever order. */
#include "tests/support.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "kernels/reduce/state.h"
#include "lib/accumulator.h"
#include "lib/dispatch.h"
#include "lib/registry.h"
#include "tests/environments.h"
#include "tests/float_data.h"
#include "tests/float_oracle.h"
#include "tests/reductions.h"

enum { LARGEST = 1 << 13 };

static const pel_dtype dtypes[] = {PEL_F32, PEL_F64};
static const enum pel_op ops[] = {PEL_OP_SUM, PEL_OP_DOT, PEL_OP_ASUM, PEL_OP_NRM2, PEL_OP_MEAN};
enum { NOPS = sizeof ops / sizeof ops[0] };

/* Two arrays between forbidden pages, at random alignments. */
struct pair {
    void *x, *y;
};

static struct pair pair_alloc(pel_dtype dtype, size_t n, struct test_random *random)
{
    size_t size = pel_dtype_size(dtype), most = 128 / size;
    void *x = guard_alloc(n * size, size * test_random_below(random, most), test_random_below(random, 2));
    void *y = guard_alloc(n * size, size * test_random_below(random, most), test_random_below(random, 2));
    return (struct pair){x, y};
}

static void pair_free(struct pair *pair)
{
    guard_free(pair->x);
    guard_free(pair->y);
}

/* The second factors: any kind, or of magnitude one so that cancellation and ties live on, or the first ones again. */
static void fill_factors(enum float_data kind, pel_dtype dtype, struct pair *pair, size_t n, struct test_random *random)
{
    size_t choice = test_random_below(random, 4);
    float_data_fill(kind, dtype, pair->x, n, random);
    enum float_data other = (enum float_data)test_random_below(random, DATA_KINDS);
    float_data_fill(choice == 0 ? kind : other, dtype, pair->y, n, random);
    double unit = test_random_below(random, 2) ? 1 : -1;
    for (size_t i = 0; i < n && choice == 1; i++)
        float_data_put(dtype, pair->y, i, unit);
    if (choice == 2)
        memcpy(pair->y, pair->x, n * pel_dtype_size(dtype));
}

static void check_size(enum float_data kind, pel_dtype dtype, size_t n, struct test_random *random)
{
    struct pair pair = pair_alloc(dtype, n, random);
    fill_factors(kind, dtype, &pair, n, random);
    for (size_t i = 0; i < NOPS; i++) {
        if (n == 0 && ops[i] == PEL_OP_MEAN)
            continue;
        uint64_t wanted = oracle_reduction(ops[i], dtype, pair.x, pair.y, n);
        reduce_expect(ops[i], dtype, pair.x, pair.y, n, 0, PEL_OK, wanted, float_data_name(kind));
    }
    pair_free(&pair);
}

static void test_oracle(void **unused)
{
    static const size_t sizes[] = {0,   1,   2,   3,   4,    5,    7,    8,    9,    15,   16,   17,   23,
                                   24,  25,  31,  32,  33,   63,   64,   65,   127,  128,  129,  255,  256,
                                   257, 511, 512, 513, 1023, 1024, 1025, 2047, 2048, 2049, 4095, 4096, 4097};
    (void)unused;
    if (!oracle_exists())
        skip();
    struct test_random random = test_random_start(test_seed(), 1);
    for (int round = 0; round < (test_long() ? 50 : 1); round++) {
        for (int kind = 0; kind < DATA_KINDS; kind++) {
            for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
                check_size((enum float_data)kind, PEL_F32, sizes[i], &random);
                check_size((enum float_data)kind, PEL_F64, sizes[i], &random);
            }
            check_size((enum float_data)kind, dtypes[round % 2], test_random_below(&random, LARGEST), &random);
        }
    }
}

/* That what is meant to be ill-conditioned is: sums of doubles beyond 10^300, of floats as far as their range allows.
 */
static void test_conditions(void **unused)
{
    static const size_t sizes[] = {100, 1000, 4096};
    (void)unused;
    if (!oracle_exists())
        skip();
    struct test_random random = test_random_start(test_seed(), 7);
    for (size_t i = 0; i < 2 * sizeof sizes / sizeof sizes[0]; i++) {
        pel_dtype dtype = dtypes[i % 2];
        size_t n = sizes[i / 2];
        struct pair pair = pair_alloc(dtype, n, &random);
        float_data_fill(DATA_ILL, dtype, pair.x, n, &random);
        uint64_t sum = oracle_reduction(PEL_OP_SUM, dtype, pair.x, NULL, n);
        uint64_t magnitudes = oracle_reduction(PEL_OP_ASUM, dtype, pair.x, NULL, n);
        double rest = fabs(float_data_get(dtype, &sum, 0));
        assert_true(rest > 0);
        assert_true(float_data_get(dtype, &magnitudes, 0) / rest > (dtype == PEL_F64 ? 1e300 : 1e36));
        pair_free(&pair);
    }
}

/* Sums of three that were worked out by hand. */
static void test_known(void **unused)
{
    static const struct {
        double x[3], sum;
    } cases[] = {
        {{1, 0x1p-53, 0x1p-1074}, 1 + 0x1p-52},              /* just above a tie */
        {{1, 0x1p-53, -0x1p-1074}, 1},                       /* just below */
        {{1, 0x1p-53, 0}, 1},                                /* a tie, to even */
        {{1 + 0x1p-52, 0x1p-53, 0}, 1 + 0x1p-51},            /* a tie, to even, upwards */
        {{DBL_MAX, DBL_MAX, -DBL_MAX}, DBL_MAX},             /* overflow that comes back */
        {{DBL_MAX, 0x1p970, 0}, INFINITY},                   /* half a unit above the largest number */
        {{DBL_MAX, 0x1p970, -0x1p-1074}, DBL_MAX},           /* a bit less */
        {{-DBL_MAX, -0x1p970, 0x1p-1074}, -DBL_MAX},         /* and on the other side */
        {{0x1p-1022, -0x1p-1074, 0}, 0x1p-1022 - 0x1p-1074}, /* becomes subnormal */
        {{0.1, 0.2, -0.3}, 0x1p-55},                         /* the exact rest of three decimals */
        {{1, -1, -0.0}, 0},                                  /* exactly 0 is +0 */
        {{-0.0, -0.0, -0.0}, -0.0},
        {{INFINITY, -DBL_MAX, -DBL_MAX}, INFINITY},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double ones[] = {1, 1, 1};
        uint64_t bits;
        memcpy(&bits, &cases[i].sum, sizeof bits);
        reduce_expect(PEL_OP_SUM, PEL_F64, cases[i].x, NULL, 3, 0, PEL_OK, bits, "known");
        reduce_expect(PEL_OP_DOT, PEL_F64, cases[i].x, ones, 3, 0, PEL_OK, bits, "known");
    }
}

/* Means of three, likewise. */
static void test_known_means(void **unused)
{
    static const struct {
        double x[3], mean;
    } cases[] = {
        {{1, 1, 1}, 1},
        {{1, 0, 0}, 1.0 / 3},                           /* no tie */
        {{3, 0x3p-53, 0}, 1},                           /* 1 + 2^-53, a tie, to even */
        {{3, 0x3p-53, 0x1p-1074}, 1 + 0x1p-52},         /* just above it: a third of the smallest number */
        {{3, 0x3p-53, -0x1p-1074}, 1},                  /* just below */
        {{DBL_MAX, DBL_MAX, DBL_MAX}, DBL_MAX},         /* its sum is no double */
        {{0x1p-1074, 0, 0}, 0},                         /* a third of the smallest number */
        {{-0x1p-1074, 0, 0}, -0.0},                     /* keeps its sign */
        {{0x1p-1074, 0x1p-1074, 0}, 0x1p-1074},         /* two thirds */
        {{0x1p-1073, 0x1p-1073, 0x1p-1074}, 0x1p-1073}, /* five thirds */
        {{1, -1, 0}, 0},
        {{-0.0, -0.0, -0.0}, -0.0},
        {{INFINITY, -DBL_MAX, 1}, INFINITY},
        {{-INFINITY, DBL_MAX, 1}, -INFINITY},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t bits;
        memcpy(&bits, &cases[i].mean, sizeof bits);
        reduce_expect(PEL_OP_MEAN, PEL_F64, cases[i].x, NULL, 3, 0, PEL_OK, bits, "known");
    }
}

/* Norms and sums of magnitudes of three. */
static void test_known_magnitudes(void **unused)
{
    static const struct {
        double x[3], norm, asum;
    } cases[] = {
        {{3, -4, 0}, 5, 7},
        {{0x3p-1074, 0x4p-1074, 0}, 0x5p-1074, 0x7p-1074},
        {{0x3p1000, 0x4p1000, -0.0}, 0x5p1000, 0x7p1000},
        {{0x1p-1074, 0x1p-1074, 0}, 0x1p-1074, 0x2p-1074},         /* 1.4 units */
        {{0x1p-1074, 0x1p-1074, 0x1p-1074}, 0x2p-1074, 0x3p-1074}, /* 1.7 units */
        {{-DBL_MAX, 0, 0}, DBL_MAX, DBL_MAX},
        {{DBL_MAX, 0x1p997, 0}, DBL_MAX, INFINITY},  /* a quarter of a unit more */
        {{DBL_MAX, 0x1p998, 0}, INFINITY, INFINITY}, /* a unit more */
        {{DBL_MAX, -DBL_MAX, 0}, INFINITY, INFINITY},
        {{0x1p1023, 0x1p1023, 0x1p1023}, 0x1.bb67ae8584caap1023, INFINITY},
        {{-0.0, -0.0, -0.0}, 0, 0},
        {{-INFINITY, 1, INFINITY}, INFINITY, INFINITY},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t norm, asum;
        memcpy(&norm, &cases[i].norm, sizeof norm);
        memcpy(&asum, &cases[i].asum, sizeof asum);
        reduce_expect(PEL_OP_NRM2, PEL_F64, cases[i].x, NULL, 3, 0, PEL_OK, norm, "known");
        reduce_expect(PEL_OP_NRM2, PEL_F64, cases[i].x, NULL, 3, PEL_FAST, PEL_OK, norm, "known");
        reduce_expect(PEL_OP_ASUM, PEL_F64, cases[i].x, NULL, 3, 0, PEL_OK, asum, "known");
        reduce_expect(PEL_OP_ASUM, PEL_F64, cases[i].x, NULL, 3, PEL_FAST, PEL_OK, asum, "known");
    }
}

static void test_not_a_number(void **unused)
{
    static const double cases[][3] = {{INFINITY, 1, -INFINITY}, {1, -NAN, 2}, {NAN, INFINITY, 1}};
    double zeros[] = {0, 0, 0}, ones[] = {1, 1, 1};
    const uint64_t canonical = UINT64_C(0x7ff8) << 48;
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        reduce_expect(PEL_OP_SUM, PEL_F64, cases[i], NULL, 3, 0, PEL_OK, canonical, "not a number");
        reduce_expect(PEL_OP_MEAN, PEL_F64, cases[i], NULL, 3, 0, PEL_OK, canonical, "not a number");
        if (i == 0)
            continue; /* infinities of either sign are of one magnitude */
        reduce_expect(PEL_OP_ASUM, PEL_F64, cases[i], NULL, 3, 0, PEL_OK, canonical, "not a number");
        reduce_expect(PEL_OP_NRM2, PEL_F64, cases[i], NULL, 3, 0, PEL_OK, canonical, "not a number");
        reduce_expect(PEL_OP_DOT, PEL_F64, cases[i], zeros, 3, 0, PEL_OK, canonical, "not a number");
        reduce_expect(PEL_OP_DOT, PEL_F64, ones, cases[i], 3, 0, PEL_OK, canonical, "not a number");
    }
}

/* A float sum must not be rounded to double on its way: here that would turn "above a tie" into the tie itself. */
static void test_float_rounds_once(void **unused)
{
    static const float x[] = {1, 0x1p-24F, 0x1p-100F};
    static const float ones[] = {1, 1, 1};
    static const float legs[] = {1, 0x1p-12F, 0x1p-12F, 0x1p-24F, 0x1p-100F}; /* a bit above (1 + 2^-24)^2 */
    float sum = 1 + 0x1p-23F;
    uint32_t bits;
    (void)unused;
    memcpy(&bits, &sum, sizeof bits);
    reduce_expect(PEL_OP_SUM, PEL_F32, x, NULL, 3, 0, PEL_OK, bits, "rounds once");
    reduce_expect(PEL_OP_DOT, PEL_F32, x, ones, 3, 0, PEL_OK, bits, "rounds once");
    reduce_expect(PEL_OP_ASUM, PEL_F32, x, NULL, 3, 0, PEL_OK, bits, "rounds once");
    reduce_expect(PEL_OP_NRM2, PEL_F32, legs, NULL, 5, 0, PEL_OK, bits, "rounds once");
}

/* Runs a kernel on pieces of random length, each with a state of its own, and merges the states in random order. */
static uint64_t sum_of_pieces(const struct pel_kernel *kernel, const char *x, const char *y, size_t n,
                              struct test_random *random)
{
    enum { PIECES = 12 };
    struct pel_acc states[PIECES];
    size_t size = pel_dtype_size(kernel->dtype), done = 0, left = PIECES;
    int32_t params[PEL_MAX_PARAMS];
    for (size_t i = 0; i < PEL_MAX_PARAMS; i++)
        params[i] = kernel->params[i].initial;
    for (size_t i = 0; i < PIECES; i++) {
        size_t count = i == PIECES - 1 ? n - done : test_random_below(random, n - done + 1);
        union pel_reduce_state state;
        pel_acc_clear(&state.acc);
        kernel->run.reduce(x + done * size, y + done * size, count, &state, params);
        states[i] = state.acc;
        done += count;
    }
    for (; left > 1; left--) {
        size_t i = test_random_below(random, left - 1);
        pel_acc_join(&states[i], &states[left - 1]);
    }
    return kernel->dtype == PEL_F32 ? pel_acc_bits_f32(states) : pel_acc_bits_f64(states);
}

static void check_pieces(enum float_data kind, enum pel_op op, pel_dtype dtype, struct test_random *random)
{
    size_t n = test_random_below(random, LARGEST);
    struct pair pair = pair_alloc(dtype, n, random);
    fill_factors(kind, dtype, &pair, n, random);
    uint64_t whole = 0;
    assert_int_equal(reduce_call(op, dtype, pair.x, pair.y, n, &whole, NULL), PEL_OK);
    struct pel_request request = {.op = op, .dtype = dtype, .threads = 1, .n = n};
    struct pel_registry_walk walk = {0};
    for (const struct pel_kernel *kernel; (kernel = pel_registry_next(&walk, op, (int)dtype));) {
        if (pel_kernel_barred(kernel, &request))
            continue;
        uint64_t bits = sum_of_pieces(kernel, pair.x, pair.y, n, random);
        if (bits != whole)
            fail_msg("%s in pieces, %s, n=%zu: %llx, not %llx", kernel->name, float_data_name(kind), n,
                     (unsigned long long)bits, (unsigned long long)whole);
    }
    pair_free(&pair);
}

static void test_pieces(void **unused)
{
    (void)unused;
    struct test_random random = test_random_start(test_seed(), 2);
    for (int kind = 0; kind < DATA_KINDS * (test_long() ? 20 : 2); kind++) {
        for (size_t i = 0; i < 2; i++) {
            check_pieces((enum float_data)(kind % DATA_KINDS), PEL_OP_SUM, dtypes[i], &random);
            check_pieces((enum float_data)(kind % DATA_KINDS), PEL_OP_DOT, dtypes[i], &random);
            check_pieces((enum float_data)(kind % DATA_KINDS), PEL_OP_ASUM, dtypes[i], &random);
        }
    }
}

/* Long enough for eight threads. */
static void check_threads(enum pel_op op, pel_dtype dtype, enum float_data kind, struct test_random *random)
{
    size_t n = (8 << 17) + test_random_below(random, 1 << 17);
    struct pair pair = pair_alloc(dtype, n, random);
    float_data_fill(kind, dtype, pair.x, n, random);
    float_data_fill(DATA_UNIT, dtype, pair.y, n, random);
    uint64_t wanted = oracle_reduction(op, dtype, pair.x, pair.y, n);
    pel_opts opts = PEL_OPTS_INIT;
    for (opts.threads = 1; opts.threads <= 8; opts.threads++) {
        uint64_t bits = 0;
        size_t index = 0;
        for (opts.variant = NULL;;) {
            assert_int_equal(reduce_call(op, dtype, pair.x, pair.y, n, &bits, &opts), PEL_OK);
            assert_int_equal(bits, wanted);
            opts.variant = reduce_next_variant(op, dtype, 0, &index);
            if (!opts.variant)
                break;
        }
    }
    pair_free(&pair);
}

static void test_threads(void **unused)
{
    (void)unused;
    if (!oracle_exists())
        skip();
    struct test_random random = test_random_start(test_seed(), 3);
    check_threads(PEL_OP_SUM, PEL_F64, DATA_STEPS, &random);
    check_threads(PEL_OP_SUM, PEL_F32, DATA_UNIT, &random);
    check_threads(PEL_OP_MEAN, PEL_F32, DATA_UNIT, &random);
    check_threads(PEL_OP_ASUM, PEL_F64, DATA_WIDE, &random);
    check_threads(PEL_OP_NRM2, PEL_F32, DATA_STEPS, &random);
    check_threads(PEL_OP_NRM2, PEL_F64, DATA_UNIT, &random);
    check_threads(PEL_OP_DOT, PEL_F64, DATA_UNIT, &random);
    check_threads(PEL_OP_DOT, PEL_F32, DATA_FINITE, &random);
}

/* Rounding modes, flushing to zero and exception flags are the caller's: they neither reach the kernels nor are lost.
 */
static void check_environment_of(size_t n, pel_fpenv env, struct test_random *random)
{
    pel_fpenv before = pel_fpenv_read();
    for (size_t i = 0; i < 2; i++) {
        struct pair pair = pair_alloc(dtypes[i], n, random);
        float_data_fill(i ? DATA_TINY : DATA_UNIT, dtypes[i], pair.x, n, random);
        float_data_fill(DATA_WIDE, dtypes[i], pair.y, n, random);
        uint64_t wanted[NOPS] = {0};
        for (size_t k = 0; k < NOPS; k++)
            assert_int_equal(reduce_call(ops[k], dtypes[i], pair.x, pair.y, n, &wanted[k], NULL), PEL_OK);
        pel_fpenv_write(env);
        for (size_t k = 0; k < NOPS; k++)
            reduce_expect(ops[k], dtypes[i], pair.x, pair.y, n, 0, PEL_OK, wanted[k], "environment");
        pel_fpenv after = pel_fpenv_read();
        pel_fpenv_write(before);
        assert_int_equal(after, env);
        pair_free(&pair);
    }
}

static void check_environment(pel_fpenv env, struct test_random *random)
{
    static const size_t sizes[] = {5, 60, 3000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        check_environment_of(sizes[i], env, random);
}

static void test_environment(void **unused)
{
    pel_fpenv env[MOST_ENVIRONMENTS];
    (void)unused;
    struct test_random random = test_random_start(test_seed(), 4);
    for (size_t i = 0, count = test_environments(env); i < count; i++)
        check_environment(env[i], &random);
}

/* A number in random limbs, as large as this many deposits may have made them. */
static void random_acc(struct pel_acc *acc, struct test_random *random)
{
    pel_acc_clear(acc);
    bool full = test_random_below(random, 2);
    acc->deposits = full ? PEL_ACC_MOST_DEPOSITS : (uint32_t)test_random_below(random, PEL_ACC_MOST_DEPOSITS);
    int low = (int)test_random_below(random, PEL_ACC_LIMBS - 3);
    int high = low + 1 + (int)test_random_below(random, (size_t)(PEL_ACC_LIMBS - 3 - low));
    pel_acc_reach(acc, low, high);
    int64_t bound = ((int64_t)acc->deposits + 1) << 32;
    for (int i = low; i < high; i++) {
        int64_t limb = (int64_t)(test_random_bits(random) >> 1) % bound;
        acc->limb[i] = test_random_below(random, 8) == 0 ? bound - 1 : limb;
        if (test_random_bits(random) & 1)
            acc->limb[i] = -acc->limb[i];
    }
    acc->flags = PEL_ACC_OTHER;
}

static void test_accumulator(void **unused)
{
    (void)unused;
    if (!oracle_exists())
        skip();
    struct test_random random = test_random_start(test_seed(), 5);
    for (int round = 0; round < (test_long() ? 100000 : 2000); round++) {
        struct pel_acc a, b;
        random_acc(&a, &random);
        random_acc(&b, &random);
        struct pel_acc sum = a;
        pel_acc_join(&sum, &b);
        assert_true(oracle_acc_is_sum(&sum, &a, &b));
        uint64_t divisor = 1 + (test_random_bits(&random) >> 1 >> test_random_below(&random, 63));
        uint64_t f32 = oracle_acc(PEL_F32, &a, 1), f64 = oracle_acc(PEL_F64, &b, 1);
        uint64_t quotient = oracle_acc(PEL_F64, &sum, divisor);
        uint64_t root32 = oracle_acc_root(PEL_F32, &a), root64 = oracle_acc_root(PEL_F64, &b);
        assert_int_equal(pel_acc_bits_f32(&a), f32);
        assert_int_equal(pel_acc_bits_f64(&b), f64);
        pel_acc_divide(&sum, divisor);
        assert_int_equal(pel_acc_bits_f64(&sum), quotient);
        pel_acc_root(&a);
        pel_acc_root(&b);
        assert_int_equal(pel_acc_bits_f32(&a), root32);
        assert_int_equal(pel_acc_bits_f64(&b), root64);
    }
}

/* PEL_FAST promises no bits; this is what any order of rounded additions keeps to. */
static void check_fast(enum pel_op op, pel_dtype dtype, size_t n, struct test_random *random)
{
    struct pair pair = pair_alloc(dtype, n, random);
    float_data_fill(DATA_UNIT, dtype, pair.x, n, random);
    float_data_fill(DATA_UNIT, dtype, pair.y, n, random);
    pel_opts opts = PEL_OPTS_INIT;
    opts.flags = PEL_FAST;
    bool mean = op == PEL_OP_MEAN;
    double bound = (double)n * (mean ? 1 : (double)n) * (dtype == PEL_F32 ? (double)FLT_EPSILON : DBL_EPSILON);
    pel_dtype result = mean ? PEL_F64 : dtype;
    size_t index = 0;
    uint64_t exact_bits = 0;
    assert_int_equal(reduce_call(op, dtype, pair.x, pair.y, n, &exact_bits, NULL), PEL_OK);
    double exact = float_data_get(result, &exact_bits, 0);
    do {
        uint64_t bits = 0;
        assert_int_equal(reduce_call(op, dtype, pair.x, pair.y, n, &bits, &opts), PEL_OK);
        assert_true(fabs(float_data_get(result, &bits, 0) - exact) <= bound);
        opts.variant = reduce_next_variant(op, dtype, PEL_FAST, &index);
    } while (opts.variant);
    pair_free(&pair);
}

static void test_fast(void **unused)
{
    static const size_t sizes[] = {0, 1, 2, 17, 100, 1000, 8191, 8193, 70000};
    (void)unused;
    struct test_random random = test_random_start(test_seed(), 6);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t k = 0; k < 2; k++) {
            for (size_t j = 0; j < NOPS; j++) {
                if (sizes[i] > 0 || ops[j] != PEL_OP_MEAN)
                    check_fast(ops[j], dtypes[k], sizes[i], &random);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_known_means),
        cmocka_unit_test(test_known_magnitudes),
        cmocka_unit_test(test_not_a_number),
        cmocka_unit_test(test_float_rounds_once),
        cmocka_unit_test(test_accumulator),
        cmocka_unit_test(test_oracle),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_environment),
        cmocka_unit_test(test_fast),
    };
    test_set_processors(8);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
