/* The caller's floating-point environment: no operation's result depends on it, and none leaves a trace in it, be it a
 * flag. Of ordinary numbers, and of floats that are all subnormal. */
#include <stdlib.h>
#include <string.h>

#include "tests/environments.h"
#include "tests/operations.h"
#include "tests/support.h"

enum { SMALL = 300, LARGE = (1 << 17) + 77 };

/* A run of an operation: its input and what it leaves. */
struct run {
    const struct operation *op;
    size_t n, bytes;
    char *x, *y, *result;
};

static void fill(const struct run *run, bool subnormal, char *x, uint64_t stream)
{
    const uint64_t fraction = (UINT64_C(1) << 52) - 1, sign = UINT64_C(1) << 63;
    operations_fill(run->op->dtype, x, run->n, stream);
    for (size_t i = 0; i < run->n && subnormal; i++) {
        if (run->op->dtype == PEL_F64)
            ((uint64_t *)(void *)x)[i] &= fraction | sign;
        else
            ((uint32_t *)(void *)x)[i] &= (uint32_t)(fraction >> 29) | (uint32_t)(sign >> 32);
    }
}

static pel_status call(const struct run *run, const pel_opts *opts, pel_fpenv env)
{
    memset(run->result, 0, run->bytes);
    if (run->op->in_place)
        memcpy(run->result, run->x, run->bytes);
    pel_fpenv before = pel_fpenv_read();
    pel_fpenv_write(env);
    pel_status status = run->op->run(run->x, run->y, run->n, run->result, opts);
    pel_fpenv after = pel_fpenv_read();
    pel_fpenv_write(before);
    if (after != env)
        fail_msg("%s of n = %zu: the environment changes from %#llx to %#llx", run->op->name, run->n,
                 (unsigned long long)env, (unsigned long long)after);
    return status;
}

static void check(const struct run *run)
{
    pel_fpenv env[MOST_ENVIRONMENTS];
    size_t count = test_environments(env);
    char *expected = malloc(run->bytes);
    assert_non_null(expected);
    for (int threads = 1; threads <= 2; threads++) {
        pel_opts opts = PEL_OPTS_INIT;
        opts.threads = threads;
        pel_status status = call(run, &opts, pel_fpenv_read());
        memcpy(expected, run->result, run->bytes);
        for (size_t i = 0; i < count; i++) {
            pel_status other = call(run, &opts, env[i]);
            if (other != status || memcmp(run->result, expected, run->bytes) != 0)
                fail_msg("%s of n = %zu: another result with the environment %#llx", run->op->name, run->n,
                         (unsigned long long)env[i]);
        }
    }
    free(expected);
}

static void check_all(size_t n, bool subnormal)
{
    char *x = malloc(8 * n), *y = malloc(8 * n), *result = malloc(8 * n);
    assert_true(x && y && result);
    for (const struct operation *op = operations; op->name; op++) {
        size_t bytes = op->in_place ? n * pel_dtype_size(op->dtype) : 8;
        struct run run = {op, n, bytes, x, y, result};
        if (subnormal && op->dtype != PEL_F32 && op->dtype != PEL_F64)
            continue;
        fill(&run, subnormal, x, 1);
        fill(&run, subnormal, y, 2);
        check(&run);
    }
    free(x);
    free(y);
    free(result);
}

static void of_few(void **state)
{
    (void)state;
    check_all(SMALL, false);
    check_all(SMALL, true);
}

static void of_many(void **state)
{
    (void)state;
    check_all(LARGE, false);
    check_all(LARGE, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_few),
        cmocka_unit_test(of_many),
    };
    test_set_processors(4);
    test_seed();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
