/* What reductions refuse, and that they leave the result alone then. */
#include "tests/support.h"

#include <string.h>

#include "tests/reductions.h"

static double data[8];

static void expect(pel_status status, enum pel_op op, pel_dtype dtype, const void *x, const void *y, size_t n,
                   const pel_opts *opts)
{
    uint64_t bits = UINT64_C(0x1234567890abcdef);
    assert_int_equal(reduce_call(op, dtype, x, y, n, &bits, opts), status);
    assert_int_equal(bits, UINT64_C(0x1234567890abcdef));
}

/* Calls check for every operation and dtype. */
static void for_each(void (*check)(enum pel_op op, pel_dtype dtype))
{
    for (enum pel_op op = PEL_OP_SUM; op <= PEL_OP_ARGMAX; op++) {
        for (int dtype = 0; dtype < PEL_NDTYPES; dtype++) {
            if (reduce_exists(op, (pel_dtype)dtype))
                check(op, (pel_dtype)dtype);
        }
    }
}

static void check_arrays(enum pel_op op, pel_dtype dtype)
{
    const char *shifted = (const char *)data + pel_dtype_size(dtype) / 2;
    expect(PEL_EINVAL, op, dtype, NULL, data, 1, NULL);
    expect(PEL_EINVAL, op, dtype, shifted, data, 1, NULL);
    expect(PEL_ERANGE, op, dtype, data, data, SIZE_MAX, NULL);
    expect(PEL_ERANGE, op, dtype, data, data, PTRDIFF_MAX / pel_dtype_size(dtype) + 1, NULL);
    if (op == PEL_OP_DOT) {
        expect(PEL_EINVAL, op, dtype, data, NULL, 1, NULL);
        expect(PEL_EINVAL, op, dtype, data, shifted, 1, NULL);
    }
}

static void test_arrays(void **unused)
{
    (void)unused;
    for_each(check_arrays);
}

static void check_nothing(enum pel_op op, pel_dtype dtype)
{
    uint64_t bits = 0;
    if (op >= PEL_OP_MEAN) {
        expect(PEL_EINVAL, op, dtype, data, data, 0, NULL);
        expect(PEL_EINVAL, op, dtype, NULL, NULL, 0, NULL);
        return;
    }
    assert_int_equal(reduce_call(op, dtype, NULL, NULL, 0, &bits, NULL), PEL_OK);
    assert_int_equal(bits, 0);
}

static void test_nothing(void **unused)
{
    (void)unused;
    for_each(check_nothing);
}

static void check_options(enum pel_op op, pel_dtype dtype)
{
    pel_opts size = PEL_OPTS_INIT, flags = PEL_OPTS_INIT, threads = PEL_OPTS_INIT, variant = PEL_OPTS_INIT;
    size.size = 4;
    flags.flags = 1u << 30;
    threads.threads = -1;
    variant.variant = "scalar/none";
    expect(PEL_EINVAL, op, dtype, data, data, 1, &size);
    expect(PEL_EINVAL, op, dtype, data, data, 1, &flags);
    expect(PEL_EINVAL, op, dtype, data, data, 1, &threads);
    expect(PEL_ENOTSUP, op, dtype, data, data, 1, &variant);
}

static void test_options(void **unused)
{
    (void)unused;
    for_each(check_options);
}

static void check_flags(enum pel_op op, pel_dtype dtype)
{
    pel_opts opts = PEL_OPTS_INIT;
    uint64_t bits = 0;
    opts.flags = PEL_NAN_SKIP;
    if ((op < PEL_OP_MIN || op == PEL_OP_COUNT) && (dtype == PEL_F32 || dtype == PEL_F64))
        expect(PEL_ENOTSUP, op, dtype, data, data, 1, &opts);
    else
        assert_int_equal(reduce_call(op, dtype, data, data, 1, &bits, &opts), PEL_OK);
    opts.flags = PEL_STABLE | PEL_DESCENDING | PEL_EXCLUSIVE;
    assert_int_equal(reduce_call(op, dtype, data, data, 1, &bits, &opts), PEL_OK);
}

static void test_flags(void **unused)
{
    (void)unused;
    for_each(check_flags);
}

/* The fast kernels only serve who asked for them. */
static void test_fast_variants(void **unused)
{
    pel_opts opts = PEL_OPTS_INIT;
    (void)unused;
    opts.variant = "scalar/plain";
    expect(PEL_ENOTSUP, PEL_OP_SUM, PEL_F64, data, NULL, 1, &opts);
    opts.flags = PEL_FAST;
    uint64_t bits = 0;
    assert_int_equal(reduce_call(PEL_OP_SUM, PEL_F64, data, NULL, 1, &bits, &opts), PEL_OK);
}

static void test_result(void **unused)
{
    _Alignas(8) unsigned char room[16];
    double *shifted;
    void *address = room + 4;
    memcpy(&shifted, &address, sizeof shifted);
    (void)unused;
    memset(room, 7, sizeof room);
    assert_int_equal(pel_sum_f64(data, 1, NULL, NULL), PEL_EINVAL);
    assert_int_equal(pel_sum_f64(data, 1, shifted, NULL), PEL_EINVAL);
    assert_int_equal(pel_min_f64(data, 1, shifted, NULL), PEL_EINVAL);
    assert_int_equal(room[4], 7);
}

/* A team's states go into the caller's memory if it is large enough; too little of it is no error. */
static void test_work(void **unused)
{
    enum { N = 1 << 19, BYTES = 1 << 17 };
    int32_t *x = (int32_t *)(void *)guard_alloc(N * sizeof *x, 0, true);
    unsigned char *work = guard_alloc(BYTES, 1, true);
    pel_opts opts = PEL_OPTS_INIT;
    uint64_t sum = 0, again = 0;
    (void)unused;
    for (int i = 0; i < N; i++)
        x[i] = i;
    assert_int_equal(reduce_call(PEL_OP_SUM, PEL_I32, x, NULL, N, &sum, NULL), PEL_OK);
    assert_int_equal(sum, (uint64_t)N * (N - 1) / 2);
    opts.work = work;
    for (opts.work_bytes = 0; opts.work_bytes <= BYTES; opts.work_bytes += BYTES / 2) {
        assert_int_equal(reduce_call(PEL_OP_SUM, PEL_I32, x, NULL, N, &again, &opts), PEL_OK);
        assert_int_equal(again, sum);
    }
    guard_free(work);
    guard_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arrays),        cmocka_unit_test(test_nothing), cmocka_unit_test(test_options),
        cmocka_unit_test(test_flags),         cmocka_unit_test(test_result),  cmocka_unit_test(test_work),
        cmocka_unit_test(test_fast_variants),
    };
    test_set_processors(8);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
