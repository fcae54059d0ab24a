/* Reductions by the caller's functions: the tree is the one that is documented, for any number of threads. */
#include "tests/support.h"

#include <string.h>

#include <pel/pel.h>

#include "tests/scarcity.h"

enum { LEAVES = 1024, MOST = 300000 };

/* What a fold and a merge are told apart by: a sum that rounds, and a number that any change of order changes. */
struct state {
    double sum;
    uint64_t order, count;
};

static double x[MOST];

static void identity(void *context, void *state)
{
    (void)context;
    *(struct state *)state = (struct state){0, 1, 0};
}

static void fold(void *context, void *state_, size_t first, size_t count)
{
    struct state *state = state_;
    const double *from = context;
    assert_true(count > 0);
    for (size_t i = first; i < first + count; i++)
        state->sum += from[i];
    state->order = state->order * 0x9e3779b97f4a7c15u + first * 31 + count;
    state->count += count;
}

static void merge(void *context, void *into_, const void *later_)
{
    struct state *into = into_;
    const struct state *later = later_;
    (void)context;
    into->sum += later->sum;
    into->order = (into->order ^ into->order >> 31) * 0xbf58476d1ce4e5b9u + later->order;
    into->count += later->count;
}

/* The tree, node by node: leaves [from, to), where the left half is the largest power of two below their number. */
static struct state expected(size_t n, size_t block, size_t leaf, size_t from, size_t to)
{
    struct state state, right;
    identity(NULL, &state);
    if (to - from == 1) {
        size_t stop = (from + 1) * leaf < n ? (from + 1) * leaf : n;
        for (size_t i = from * leaf; i < stop; i += block)
            fold(x, &state, i, stop - i < block ? stop - i : block);
        return state;
    }
    size_t half = 1;
    while (2 * half < to - from)
        half *= 2;
    state = expected(n, block, leaf, from, from + half);
    right = expected(n, block, leaf, from + half, to);
    merge(NULL, &state, &right);
    return state;
}

static void check(size_t n, size_t block)
{
    size_t real = block ? block : 4096, leaf = real;
    while (leaf * LEAVES < n)
        leaf += real;
    size_t leaves = (n + leaf - 1) / leaf;
    struct state wanted = expected(n, real, leaf, 0, leaves ? leaves : 1), got;
    pel_user_reduction user = PEL_USER_REDUCTION_INIT;
    pel_opts opts = PEL_OPTS_INIT;
    user.state_bytes = sizeof got;
    user.block = block;
    user.context = x;
    user.identity = identity;
    user.fold = fold;
    user.merge = merge;
    for (opts.threads = 1; opts.threads <= 8; opts.threads += opts.threads == 1 ? 1 : 3) {
        memset(&got, 0x5a, sizeof got);
        assert_int_equal(pel_reduce_user(&user, n, &got, &opts), PEL_OK);
        assert_int_equal(got.count, n);
        assert_int_equal(got.order, wanted.order);
        assert_true(got.sum == wanted.sum);
    }
}

static void test_tree(void **unused)
{
    static const size_t blocks[] = {0, 1, 3, 100, 4096}, sizes[] = {0, 1, 2, 3, 5, 99, 1023, 1024, 1025, 4097, 20000};
    struct test_random random = test_random_start(test_seed(), 1);
    (void)unused;
    for (size_t i = 0; i < MOST; i++)
        x[i] = test_random_unit(&random) - 0.3;
    for (size_t b = 0; b < sizeof blocks / sizeof blocks[0]; b++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
            check(sizes[i], blocks[b]);
        check(test_random_below(&random, MOST), blocks[b]);
    }
}

static void test_arguments(void **unused)
{
    struct state got = {7, 7, 7};
    pel_user_reduction user = PEL_USER_REDUCTION_INIT, bad;
    pel_opts opts = PEL_OPTS_INIT;
    (void)unused;
    user.state_bytes = sizeof got;
    user.context = x;
    user.identity = identity;
    user.fold = fold;
    user.merge = merge;
    assert_int_equal(pel_reduce_user(NULL, 1, &got, NULL), PEL_EINVAL);
    assert_int_equal(pel_reduce_user(&user, 1, NULL, NULL), PEL_EINVAL);
    bad = user, bad.identity = NULL;
    assert_int_equal(pel_reduce_user(&bad, 1, &got, NULL), PEL_EINVAL);
    bad = user, bad.fold = NULL;
    assert_int_equal(pel_reduce_user(&bad, 1, &got, NULL), PEL_EINVAL);
    bad = user, bad.merge = NULL;
    assert_int_equal(pel_reduce_user(&bad, 1, &got, NULL), PEL_EINVAL);
    bad = user, bad.state_bytes = 0;
    assert_int_equal(pel_reduce_user(&bad, 1, &got, NULL), PEL_EINVAL);
    bad = user, bad.size = 8;
    assert_int_equal(pel_reduce_user(&bad, 1, &got, NULL), PEL_EINVAL);
    bad = user, bad.state_bytes = SIZE_MAX;
    assert_int_equal(pel_reduce_user(&bad, 1, &got, NULL), PEL_ERANGE);
    starved = true;
    assert_int_equal(pel_reduce_user(&user, 1, &got, NULL), PEL_ENOMEM);
    starved = false;
    opts.flags = 1u << 31;
    assert_int_equal(pel_reduce_user(&user, 1, &got, &opts), PEL_EINVAL);
    assert_true(got.sum == 7 && got.order == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree),
        cmocka_unit_test(test_arguments),
    };
    test_set_processors(8);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
