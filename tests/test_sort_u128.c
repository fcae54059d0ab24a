/* Sorts of 128-bit keys, against a sort by comparison. */
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "tests/scarcity.h"
#include "tests/sort_data.h"
#include "tests/sort_oracle.h"
#include "tests/support.h"

static int compare(const void *a, const void *b, bool descending)
{
    pel_u128 x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    int order = (x > y) - (x < y);
    return descending ? -order : order;
}

static const struct sort_type wide = {.name = "u128", .size = sizeof(pel_u128), .compare = compare};

/* How two 64-bit numbers make a key: with a prefix, the first of them from bit `first` on, and the second in `last`
 * bits at the end. */
struct shape {
    int first, last;
    bool prefix;
};

static const struct shape shapes[] = {
    {0, 0, false}, {64, 0, false}, {64, 64, false}, {0, 0, true}, {36, 30, false}, {20, 7, true}, {60, 60, true},
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

static void make_keys(const struct shape *shape, const struct sort_data *data, pel_u128 *keys, size_t n)
{
    struct test_random random = test_random_start(test_seed(), n);
    uint64_t *number = malloc((n + 1) * sizeof *number);
    assert_non_null(number);
    sort_data_make(data, PEL_U64, number, n, n + (uint64_t)shape->first);
    for (size_t i = 0; i < n; i++) {
        uint64_t last = shape->last ? test_random_bits(&random) >> (64 - shape->last) : 0;
        keys[i] = ((pel_u128)number[i] << shape->first) ^ last;
        if (shape->prefix)
            keys[i] |= (pel_u128)0xabc << 116;
    }
    free(number);
}

static const char *const variants[] = {NULL,
                                       "scalar/places",
                                       "scalar/pack",
                                       "scalar/pack:bucket_kib=64",
                                       "avx2/pack:bucket_kib=64",
                                       "avx512/pack",
                                       "neon/pack",
                                       "avx512/pack:bucket_kib=64"};
enum { VARIANTS = sizeof variants / sizeof variants[0] };

static void expect_sorted(const pel_u128 *input, const pel_u128 *expected, pel_u128 *keys, size_t n,
                          const pel_opts *opts)
{
    memcpy(keys, input, n * sizeof *keys);
    pel_status status = pel_sort_u128(keys, n, opts);
    if (status == PEL_ENOTSUP && opts->variant)
        return; /* an instruction set that is not here */
    if (status != PEL_OK || memcmp(keys, expected, n * sizeof *keys) != 0)
        fail_msg("%s of %zu, flags %u, %d threads: %s", opts->variant ? opts->variant : "default", n, opts->flags,
                 opts->threads, status == PEL_OK ? "wrong order" : pel_strerror(status));
}

/* Every variant, on a number of threads that changes from call to call. */
static void try_shape(const struct shape *shape, const struct sort_data *data, size_t n, bool descending)
{
    static int threads;
    size_t bytes = n * sizeof(pel_u128);
    pel_u128 *input = malloc(bytes + 1), *expected = malloc(bytes + 1);
    pel_u128 *keys = (pel_u128 *)(void *)guard_alloc(bytes, 0, n % 2);
    assert_true(input && expected);
    make_keys(shape, data, input, n);
    memcpy(expected, input, bytes);
    sort_expected(&wide, expected, n, descending);
    for (int v = 0; v < VARIANTS; v++) {
        pel_opts opts = PEL_OPTS_INIT;
        opts.flags = descending ? PEL_DESCENDING : 0;
        opts.threads = 1 + threads++ % 8;
        opts.variant = variants[v];
        expect_sorted(input, expected, keys, n, &opts);
    }
    guard_free(keys);
    free(input);
    free(expected);
}

static void small_sizes(void **state)
{
    (void)state;
    for (size_t n = 0; n < 200; n += n < 40 ? 1 : 11) {
        for (size_t s = 0; s < SHAPES; s++)
            try_shape(&shapes[s], &sort_data[n % 3 ? 0 : 6], n, (n + s) % 2);
    }
}

static void every_distribution(void **state)
{
    size_t turn = 0;
    (void)state;
    for (const struct sort_data *data = sort_data; data->name; data++, turn++) {
        for (size_t s = 0; s < SHAPES; s++)
            try_shape(&shapes[s], data, (turn + s) % 3 ? 3001 : 50021, (turn + s) % 2);
    }
}

static void no_memory_is_no_error(void **state)
{
    (void)state;
    starved = true;
    try_shape(&shapes[4], &sort_data[0], 20000, false);
    try_shape(&shapes[4], &sort_data[3], 20000, true);
    try_shape(&shapes[2], &sort_data[6], 20000, true);
    starved = false;
}

static void the_callers_work_is_enough(void **state)
{
    enum { N = 60000 };
    static pel_u128 input[N], expected[N], keys[N];
    size_t bytes = pel_sort_u128_work_bytes(N);
    unsigned char *work = guard_alloc(bytes, 5, true);
    (void)state;
    make_keys(&shapes[2], &sort_data[0], input, N);
    memcpy(expected, input, sizeof input);
    sort_expected(&wide, expected, N, false);
    for (int threads = 1; threads <= 8; threads++) {
        pel_opts opts = PEL_OPTS_INIT;
        opts.threads = threads;
        opts.work = work;
        opts.work_bytes = bytes;
        most_scratch = 0;
        expect_sorted(input, expected, keys, N, &opts);
        assert_in_range(most_scratch, 1, bytes - PEL_CACHE_LINE + 1);
    }
    guard_free(work);
}

static void bad_arguments_touch_nothing(void **state)
{
    pel_u128 keys[3] = {3, 2, 1};
    pel_opts flag = PEL_OPTS_INIT, variant = PEL_OPTS_INIT;
    (void)state;
    flag.flags = 1u << 31;
    variant.variant = "scalar/bubble";
    assert_int_equal(pel_sort_u128(NULL, 1, NULL), PEL_EINVAL);
    assert_int_equal(pel_sort_u128((pel_u128 *)(void *)((char *)keys + 8), 1, NULL), PEL_EINVAL);
    assert_int_equal(pel_sort_u128(keys, SIZE_MAX / 16, NULL), PEL_ERANGE);
    assert_int_equal(pel_sort_u128(keys, 3, &flag), PEL_EINVAL);
    assert_int_equal(pel_sort_u128(keys, 3, &variant), PEL_ENOTSUP);
    assert_true(keys[0] == 3 && keys[1] == 2 && keys[2] == 1);
    assert_int_equal(pel_sort_u128(NULL, 0, NULL), PEL_OK);
    assert_int_equal(pel_sort_u128_work_bytes(SIZE_MAX), 0);
    assert_int_equal(pel_sort_u128(keys, 3, NULL), PEL_OK);
    assert_true(keys[0] == 1 && keys[1] == 2 && keys[2] == 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_sizes),
        cmocka_unit_test(every_distribution),
        cmocka_unit_test(no_memory_is_no_error),
        cmocka_unit_test(the_callers_work_is_enough),
        cmocka_unit_test(bad_arguments_touch_nothing),
    };
    return cmocka_run_group_tests(tests, test_start_with_many_processors, NULL);
}
