/* Selection: every variant of every dtype against the definition in pel/sort.h, done step by step. */
#include <stdlib.h>
#include <string.h>

#include "lib/dispatch.h"
#include "lib/memory.h"
#include "lib/registry.h"
#include "tests/scarcity.h"
#include "tests/sort_data.h"
#include "tests/sort_oracle.h"
#include "tests/support.h"

/* Keys, and the same in order. */
struct select_case {
    const struct sort_type *type;
    const char *data;
    size_t n, bytes;
    bool descending;
    unsigned char *input, *sorted, *expected;
};

static struct select_case make_case(const struct sort_type *type, const struct sort_data *data, size_t n,
                                    bool descending)
{
    size_t bytes = n * type->size;
    struct select_case made = {type, data->name, n, bytes, descending, malloc(bytes), malloc(bytes), malloc(bytes)};
    assert_true(made.input && made.sorted && made.expected);
    sort_data_make(data, type->dtype, made.input, n, n * 2 + descending);
    memcpy(made.sorted, made.input, bytes);
    sort_expected(type, made.sorted, n, descending);
    return made;
}

static void free_case(struct select_case *used)
{
    free(used->input);
    free(used->sorted);
    free(used->expected);
}

static void swap(unsigned char *a, unsigned char *b, size_t size)
{
    unsigned char c[8];
    memcpy(c, a, size);
    memcpy(a, b, size);
    memcpy(b, c, size);
}

/* Whether each key belongs in front of place k: those that come before the one there, and the first of those that equal
 * it, to fill the front. */
static bool *find_front(const struct select_case *given, const unsigned char *keys, size_t k)
{
    size_t size = given->type->size, ties = k;
    bool *front = calloc(given->n, sizeof *front);
    assert_non_null(front);
    for (size_t i = 0; i < given->n; i++) {
        front[i] = given->type->compare(keys + i * size, keys + k * size, given->descending) < 0;
        ties -= front[i];
    }
    for (size_t i = 0; i < given->n && ties > 0; i++) {
        if (i != k && memcmp(keys + i * size, keys + k * size, size) == 0) {
            front[i] = true;
            ties--;
        }
    }
    return front;
}

/* Works the definition out. */
static void expect_at(struct select_case *given, size_t k)
{
    size_t size = given->type->size, i = 0;
    unsigned char *keys = memcpy(given->expected, given->input, given->bytes), *v = given->sorted + k * size;
    if (memcmp(keys + k * size, v, size) != 0) {
        while (memcmp(keys + i * size, v, size) != 0)
            i++;
        swap(keys + i * size, keys + k * size, size);
    }
    bool *front = find_front(given, keys, k);
    size_t a = 0, b = k + 1;
    for (;;) {
        while (a < k && front[a])
            a++;
        while (b < given->n && !front[b])
            b++;
        if (a == k)
            break;
        swap(keys + a++ * size, keys + b++ * size, size);
    }
    free(front);
}

static pel_status call(const struct sort_type *type, void *keys, size_t n, size_t k, const pel_opts *opts)
{
    switch (type->dtype) {
    case PEL_F32:
        return pel_select_f32(keys, n, k, opts);
    case PEL_F64:
        return pel_select_f64(keys, n, k, opts);
    case PEL_I32:
        return pel_select_i32(keys, n, k, opts);
    case PEL_I64:
        return pel_select_i64(keys, n, k, opts);
    case PEL_U32:
        return pel_select_u32(keys, n, k, opts);
    case PEL_U64:
        return pel_select_u64(keys, n, k, opts);
    }
    return PEL_EINTERNAL;
}

static void expect_selected(const struct select_case *given, size_t k, unsigned char *keys, const pel_opts *opts)
{
    memcpy(keys, given->input, given->bytes);
    pel_status status = call(given->type, keys, given->n, k, opts);
    if (status == PEL_OK && memcmp(keys, given->expected, given->bytes) == 0)
        return;
    fail_msg("%s: the %zu-th of %zu %s, %s, %s, %d threads: %s", opts->variant ? opts->variant : "default", k, given->n,
             given->type->name, given->data, given->descending ? "descending" : "ascending", opts->threads,
             status == PEL_OK ? "wrong" : pel_strerror(status));
}

/* Every variant on this input, in a buffer that a forbidden page follows, or precedes. */
static void expect_of_every_variant(struct select_case *given, size_t k, int threads, bool at_end)
{
    const struct pel_request request = {
        .op = PEL_OP_SELECT, .dtype = given->type->dtype, .threads = threads, .n = given->n};
    struct pel_registry_walk walk = {0};
    unsigned char *keys = guard_alloc(given->bytes, k % 3 * given->type->size, at_end);
    expect_at(given, k);
    for (const struct pel_kernel *kernel; (kernel = pel_registry_next(&walk, PEL_OP_SELECT, (int)request.dtype));) {
        pel_opts opts = PEL_OPTS_INIT;
        opts.flags = given->descending ? PEL_DESCENDING : 0;
        opts.threads = threads;
        opts.variant = kernel->name;
        if (!pel_kernel_barred(kernel, &request))
            expect_selected(given, k, keys, &opts);
    }
    guard_free(keys);
}

/* First, last, some place within. */
static size_t place(struct test_random *random, size_t n, size_t which)
{
    return which == 0 ? 0 : which == 1 ? n - 1 : which == 2 ? n / 2 : test_random_below(random, n);
}

static void try_places(const struct sort_data *data, size_t n, int threads, struct test_random *random)
{
    for (int t = 0; t < SORT_TYPES; t++) {
        bool descending = test_random_below(random, 2);
        struct select_case made = make_case(&sort_types[t], data, n, descending);
        for (size_t which = test_random_below(random, 2); which < 4; which += 2)
            expect_of_every_variant(&made, place(random, n, which), threads, which % 2);
        free_case(&made);
    }
}

static void every_small_size(void **state)
{
    struct test_random random = test_random_start(test_seed(), 1);
    (void)state;
    for (size_t n = 1; n <= 600; n += n < 70 ? 1 : 13) {
        try_places(sort_data_named("uniform"), n, 1, &random);
        try_places(sort_data_named(n % 2 ? "special values" : "short saw"), n, 1, &random);
    }
}

static void every_distribution(void **state)
{
    static const size_t sizes[] = {1100, 5003, 40009};
    struct test_random random = test_random_start(test_seed(), 2);
    (void)state;
    for (const struct sort_data *data = sort_data; data->name; data++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
            try_places(data, sizes[i], 1, &random);
    }
}

/* Enough for two to eight threads. */
static void every_distribution_on_a_team(void **state)
{
    struct test_random random = test_random_start(test_seed(), 3);
    int threads = 2;
    (void)state;
    for (const struct sort_data *data = sort_data; data->name; data++) {
        const struct sort_type *type = &sort_types[test_random_below(&random, SORT_TYPES)];
        struct select_case made = make_case(type, data, (size_t)threads * 66001, threads % 2);
        expect_of_every_variant(&made, place(&random, made.n, (size_t)threads % 4), threads, threads % 2);
        free_case(&made);
        threads = threads == 8 ? 2 : threads + 1;
    }
}

/* Without scratch more rounds are needed, and the range of codes may have to be halved. */
static void no_memory_is_no_error(void **state)
{
    struct test_random random = test_random_start(test_seed(), 4);
    (void)state;
    starved = true;
    for (const struct sort_data *data = sort_data; data->name; data++)
        try_places(data, 30011, 1, &random);
    struct select_case made = make_case(&sort_types[1], sort_data_named("uniform"), 300007, true);
    expect_of_every_variant(&made, 777, 8, true);
    starved = false;
    free_case(&made);
}

static void the_callers_work_is_enough(void **state)
{
    (void)state;
    for (size_t i = 0; i < SORT_TYPES; i++) {
        const struct sort_type *type = &sort_types[i];
        struct select_case made = make_case(type, sort_data_named("root duplicates"), 140000 + i, i % 2);
        size_t bytes = pel_select_work_bytes(type->dtype, made.n), k = made.n / 3;
        unsigned char *work = guard_alloc(bytes, i, i % 2), *keys = malloc(made.bytes);
        assert_non_null(keys);
        pel_opts opts = PEL_OPTS_INIT;
        opts.flags = made.descending ? PEL_DESCENDING : 0;
        opts.threads = (int)i + 1;
        opts.work = work;
        opts.work_bytes = bytes;
        most_scratch = 0;
        expect_at(&made, k);
        expect_selected(&made, k, keys, &opts);
        assert_in_range(most_scratch, 1, bytes - PEL_CACHE_LINE + 1);
        opts.work_bytes = 100; /* too little: pel helps itself */
        expect_selected(&made, k, keys, &opts);
        free(keys);
        guard_free(work);
        free_case(&made);
    }
}

static void bad_arguments_touch_nothing(void **state)
{
    (void)state;
    for (int t = 0; t < SORT_TYPES; t++) {
        const struct sort_type *type = &sort_types[t];
        uint64_t keys[4] = {4, 3, 2, 1}, before[4] = {4, 3, 2, 1};
        pel_opts good = PEL_OPTS_INIT, flag = good, size = good, threads = good, variant = good;
        flag.flags = 1u << 31;
        size.size = sizeof size - 1;
        threads.threads = -1;
        variant.variant = "scalar/bubble";
        assert_int_equal(call(type, NULL, 1, 0, NULL), PEL_EINVAL);
        assert_int_equal(call(type, NULL, 0, 0, NULL), PEL_EINVAL);
        assert_int_equal(call(type, keys, 2, 2, NULL), PEL_EINVAL);
        assert_int_equal(call(type, keys, 2, SIZE_MAX, NULL), PEL_EINVAL);
        assert_int_equal(call(type, (char *)keys + 1, 2, 0, &good), PEL_EINVAL);
        assert_int_equal(call(type, keys, SIZE_MAX / type->size, 1, NULL), PEL_ERANGE);
        assert_int_equal(call(type, keys, 2, 0, &flag), PEL_EINVAL);
        assert_int_equal(call(type, keys, 2, 0, &size), PEL_EINVAL);
        assert_int_equal(call(type, keys, 2, 0, &threads), PEL_EINVAL);
        assert_int_equal(call(type, keys, 2, 0, &variant), PEL_ENOTSUP);
        assert_memory_equal(keys, before, sizeof keys);
        assert_true(pel_select_work_bytes(type->dtype, 1000) > 0);
        assert_int_equal(pel_select_work_bytes(type->dtype, SIZE_MAX), 0);
    }
    assert_int_equal(pel_select_work_bytes((pel_dtype)99, 1), 0);
}

#define FRONT_CALLS(T, suffix)                                                                                         \
    static pel_status partial_sort_##suffix(void *keys, size_t n, size_t k, const pel_opts *opts)                      \
    {                                                                                                                  \
        return pel_partial_sort_##suffix(keys, n, k, opts);                                                            \
    }                                                                                                                  \
    static pel_status top_k_##suffix(const void *keys, size_t n, size_t k, void *values, uint64_t *index,              \
                                     const pel_opts *opts)                                                             \
    {                                                                                                                  \
        return pel_top_k_##suffix(keys, n, k, values, index, opts);                                                    \
    }
FRONT_CALLS(float, f32)
FRONT_CALLS(double, f64)
FRONT_CALLS(int32_t, i32)
FRONT_CALLS(int64_t, i64)
FRONT_CALLS(uint32_t, u32)
FRONT_CALLS(uint64_t, u64)

/* In the order of sort_types. */
static const struct {
    pel_status (*partial_sort)(void *keys, size_t n, size_t k, const pel_opts *opts);
    pel_status (*top_k)(const void *keys, size_t n, size_t k, void *values, uint64_t *index, const pel_opts *opts);
} front[SORT_TYPES] = {{partial_sort_f32, top_k_f32}, {partial_sort_f64, top_k_f64}, {partial_sort_i32, top_k_i32},
                       {partial_sort_i64, top_k_i64}, {partial_sort_u32, top_k_u32}, {partial_sort_u64, top_k_u64}};

/* The front is sorted, and the rest is what a selection leaves there. */
static void expect_partly_sorted(const struct select_case *given, int t, size_t k, const pel_opts *opts)
{
    size_t bytes = k * given->type->size;
    unsigned char *keys = guard_alloc(given->bytes, 0, true), *selected = malloc(given->bytes);
    assert_non_null(selected);
    memcpy(keys, given->input, given->bytes);
    memcpy(selected, given->input, given->bytes);
    assert_int_equal(front[t].partial_sort(keys, given->n, k, opts), PEL_OK);
    if (k > 0 && k < given->n)
        assert_int_equal(call(given->type, selected, given->n, k, opts), PEL_OK);
    assert_memory_equal(keys, given->sorted, bytes);
    if (k < given->n)
        assert_memory_equal(keys + bytes, selected + bytes, given->bytes - bytes);
    guard_free(keys);
    free(selected);
}

static void expect_top(const struct select_case *given, int t, size_t k, const uint64_t *order, const pel_opts *opts)
{
    size_t bytes = k * given->type->size;
    unsigned char *keys = guard_alloc(given->bytes, 0, false), *values = guard_alloc(bytes, 0, true);
    uint64_t *index = (uint64_t *)(void *)guard_alloc(k * sizeof *index, 0, true);
    memcpy(keys, given->input, given->bytes);
    assert_int_equal(front[t].top_k(keys, given->n, k, values, index, opts), PEL_OK);
    assert_memory_equal(keys, given->input, given->bytes);
    assert_memory_equal(values, given->sorted, bytes);
    assert_memory_equal(index, order, k * sizeof *index);
    guard_free(keys);
    guard_free(values);
    guard_free(index);
}

static void fronts_of_every_distribution(void **state)
{
    struct test_random random = test_random_start(test_seed(), 5);
    int threads = 1;
    (void)state;
    for (const struct sort_data *data = sort_data; data->name; data++) {
        for (int t = 0; t < SORT_TYPES; t++) {
            size_t n = 1 + test_random_below(&random, t % 2 ? 3000 : 140000);
            struct select_case made = make_case(&sort_types[t], data, n, test_random_below(&random, 2));
            uint64_t *order = malloc(n * sizeof *order);
            assert_non_null(order);
            order_expected(made.type, made.input, n, made.descending, order);
            const size_t ks[] = {0, 1, n, test_random_below(&random, n), test_random_below(&random, n / 50 + 1)};
            for (size_t i = 0; i < sizeof ks / sizeof ks[0]; i++) {
                pel_opts opts = PEL_OPTS_INIT;
                opts.flags = made.descending ? PEL_DESCENDING : 0;
                opts.threads = threads;
                threads = threads % 8 + 1;
                expect_partly_sorted(&made, t, ks[i], &opts);
                expect_top(&made, t, ks[i], order, &opts);
            }
            free(order);
            free_case(&made);
        }
    }
}

static void bad_fronts_touch_nothing(void **state)
{
    (void)state;
    for (int t = 0; t < SORT_TYPES; t++) {
        uint64_t keys[4] = {4, 3, 2, 1}, before[4] = {4, 3, 2, 1}, values[4] = {9}, index[4] = {7};
        pel_opts flag = PEL_OPTS_INIT, variant = PEL_OPTS_INIT;
        flag.flags = 1u << 31;
        variant.variant = "scalar/bubble";
        assert_int_equal(front[t].partial_sort(keys, 2, 3, NULL), PEL_EINVAL);
        assert_int_equal(front[t].partial_sort(NULL, 2, 1, NULL), PEL_EINVAL);
        assert_int_equal(front[t].partial_sort(keys, 2, 2, &flag), PEL_EINVAL);
        assert_int_equal(front[t].partial_sort(keys, 2, 1, &variant), PEL_ENOTSUP);
        assert_int_equal(front[t].top_k(keys, 2, 3, values, index, NULL), PEL_EINVAL);
        assert_int_equal(front[t].top_k(NULL, 2, 1, values, index, NULL), PEL_EINVAL);
        assert_int_equal(front[t].top_k(keys, 2, 1, NULL, index, NULL), PEL_EINVAL);
        assert_int_equal(front[t].top_k(keys, 2, 1, values, NULL, NULL), PEL_EINVAL);
        assert_int_equal(front[t].top_k(keys, 2, 1, keys, index, NULL), PEL_EINVAL);
        assert_int_equal(front[t].top_k(keys, 2, 1, values, keys, NULL), PEL_EINVAL);
        assert_int_equal(front[t].top_k(keys, 2, 1, values, values, NULL), PEL_EINVAL);
        assert_int_equal(front[t].top_k(keys, 2, 1, values, index, &flag), PEL_EINVAL);
        assert_int_equal(front[t].top_k(keys, 2, 1, values, index, &variant), PEL_ENOTSUP);
        assert_memory_equal(keys, before, sizeof keys);
        assert_true(values[0] == 9 && index[0] == 7);
        assert_int_equal(front[t].partial_sort(NULL, 0, 0, NULL), PEL_OK);
        assert_int_equal(front[t].top_k(NULL, 0, 0, NULL, NULL, NULL), PEL_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_small_size),
        cmocka_unit_test(every_distribution),
        cmocka_unit_test(every_distribution_on_a_team),
        cmocka_unit_test(no_memory_is_no_error),
        cmocka_unit_test(the_callers_work_is_enough),
        cmocka_unit_test(bad_arguments_touch_nothing),
        cmocka_unit_test(fronts_of_every_distribution),
        cmocka_unit_test(bad_fronts_touch_nothing),
    };
    return cmocka_run_group_tests(tests, test_start_with_many_processors, NULL);
}
