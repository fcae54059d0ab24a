/* Sorts: every variant of every dtype against a sort by comparison, bit for bit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dispatch.h"
#include "lib/memory.h"
#include "lib/registry.h"
#include "tests/scarcity.h"
#include "tests/sort_data.h"
#include "tests/sort_oracle.h"
#include "tests/support.h"

/* An input, and what must come out. */
struct sort_case {
    const struct sort_type *type;
    const char *data;
    size_t n, bytes;
    bool descending;
    unsigned char *input, *expected;
};

static struct sort_case make_case(const struct sort_type *type, const struct sort_data *data, size_t n, bool descending)
{
    struct sort_case made = {
        type, data->name, n, n * type->size, descending, malloc(n * type->size + 1), malloc(n * type->size + 1)};
    assert_non_null(made.input);
    assert_non_null(made.expected);
    sort_data_make(data, type->dtype, made.input, n, n * 2 + descending);
    memcpy(made.expected, made.input, made.bytes);
    sort_expected(type, made.expected, n, descending);
    return made;
}

static void free_case(struct sort_case *used)
{
    free(used->input);
    free(used->expected);
}

static pel_opts options(const struct sort_case *given, const char *variant, int threads)
{
    pel_opts opts = PEL_OPTS_INIT;
    opts.flags = given->descending ? PEL_DESCENDING : 0;
    opts.threads = threads;
    opts.variant = variant;
    return opts;
}

static void expect_sorted(const struct sort_case *given, void *keys, const pel_opts *opts)
{
    memcpy(keys, given->input, given->bytes);
    pel_status status = given->type->sort(keys, given->n, opts);
    if (status == PEL_OK && memcmp(keys, given->expected, given->bytes) == 0)
        return;
    fail_msg("%s of %zu %s, %s, %s, %d threads: %s", opts && opts->variant ? opts->variant : "default", given->n,
             given->type->name, given->data, given->descending ? "descending" : "ascending", opts ? opts->threads : 0,
             status == PEL_OK ? "wrong order" : pel_strerror(status));
}

/* The next variant that can run on this input here, or NULL. */
static const char *next_variant(struct pel_registry_walk *walk, const struct sort_case *given, int threads)
{
    const struct pel_request request = {
        .op = PEL_OP_SORT, .dtype = given->type->dtype, .threads = threads, .n = given->n};
    const struct pel_kernel *kernel;
    do {
        kernel = pel_registry_next(walk, PEL_OP_SORT, (int)request.dtype);
    } while (kernel && pel_kernel_barred(kernel, &request));
    return kernel ? kernel->name : NULL;
}

/* Every variant on this input, in a buffer that a forbidden page follows, or precedes. */
static void expect_of_every_variant(const struct sort_case *given, int threads, size_t offset, bool at_end)
{
    struct pel_registry_walk walk = {0};
    unsigned char *keys = guard_alloc(given->bytes, offset * given->type->size, at_end);
    for (const char *variant; (variant = next_variant(&walk, given, threads));) {
        pel_opts opts = options(given, variant, threads);
        expect_sorted(given, keys, &opts);
    }
    guard_free(keys);
}

static void every_case(const struct sort_data *data, size_t n, int threads, size_t offset, bool at_end)
{
    for (int t = 0; t < SORT_TYPES; t++) {
        for (int descending = 0; descending < 2; descending++) {
            struct sort_case made = make_case(&sort_types[t], data, n, descending);
            expect_of_every_variant(&made, threads, offset, at_end);
            free_case(&made);
        }
    }
}

/* Base cases take up to 256 keys. */
static void every_small_size(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 530; n++) {
        every_case(sort_data_named(n % 2 ? "uniform" : "special values"), n, 1, 0, true);
        every_case(sort_data_named(n % 2 ? "two values" : "uniform"), n, 1, n % 17, false);
    }
}

/* Where kernels turn to another algorithm: a few rows of L lanes for networks and samples, the least and the most for
 * bins (kernels/sort/quick.c, kernels/sort/bins.h). */
static void every_threshold(void **state)
{
    static const char *const names[] = {"uniform", "sorted", "bit-exponential"};
    int round = 0;
    (void)state;
    for (size_t lanes = 1; lanes <= 16; lanes *= 2) {
        size_t load = 32 * lanes / (lanes == 1 ? 8 : 5);
        const size_t base[] = {64 * lanes, lanes * lanes * lanes, 384 * load};
        for (size_t i = 0; i < sizeof base / sizeof base[0]; i++) {
            for (size_t n = base[i] - 1; n <= base[i] + 1; n++, round++)
                every_case(sort_data_named(names[round % 3]), n, 1, (size_t)round % 9, round % 2);
        }
    }
}

static void every_distribution(void **state)
{
    static const size_t sizes[] = {700, 1025, 4095, 10000};
    (void)state;
    for (const struct sort_data *data = sort_data; data->name; data++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
            every_case(data, sizes[i], 1, i, i % 2);
    }
}

/* Sizes for which two to eight threads are worth it. */
static void every_distribution_on_a_team(void **state)
{
    (void)state;
    int threads = 2;
    for (const struct sort_data *data = sort_data; data->name; data++) {
        for (int t = 0; t < SORT_TYPES; t++) {
            size_t n = (size_t)threads * 16384 + (size_t)threads * 1111;
            struct sort_case made = make_case(&sort_types[t], data, n, threads % 2);
            expect_of_every_variant(&made, threads, (size_t)threads, t % 2);
            free_case(&made);
            threads = threads == 8 ? 2 : threads + 1;
        }
    }
}

/* Where no variant is named runs are merged: on any team, without memory, with the caller's. */
static void runs_are_merged(void **state)
{
    static const char *const names[] = {"runs to merge", "organ pipe", "sorted", "almost sorted", "special values"};
    enum { NAMES = sizeof names / sizeof names[0] };
    (void)state;
    for (int i = 0; i < NAMES * SORT_TYPES * (test_slowed() ? 2 : 12); i++) {
        const struct sort_type *type = &sort_types[i / NAMES % SORT_TYPES];
        size_t n = i % 4 ? 4090 + (size_t)i : 100000 + (size_t)i;
        struct sort_case made = make_case(type, sort_data_named(names[i % NAMES]), n, i / 7 % 2);
        size_t half = n / 2, bytes = pel_sort_work_bytes(type->dtype, n);
        unsigned char *work = guard_alloc(bytes, (size_t)i % 64, i % 2);
        unsigned char *keys = guard_alloc(made.bytes, (size_t)i % 8 * type->size, i % 3);
        pel_opts opts = options(&made, NULL, 1 + i % 3);
        if (strcmp(made.data, "special values") == 0) { /* two runs of them, NaN in both */
            sort_expected(type, made.input, half, made.descending);
            sort_expected(type, made.input + half * type->size, n - half, made.descending);
        }
        expect_sorted(&made, keys, &opts);
        starved = true;
        expect_sorted(&made, keys, &opts);
        starved = false;
        opts.work = work;
        opts.work_bytes = bytes;
        expect_sorted(&made, keys, &opts);
        guard_free(keys);
        guard_free(work);
        free_case(&made);
    }
}

/* The quicksort of the widest instruction set. */
static const char *widest_quick(const struct sort_case *given)
{
    struct pel_registry_walk walk = {0};
    const char *widest = NULL;
    for (const char *variant; (variant = next_variant(&walk, given, 1));)
        widest = strstr(variant, "/quick") ? variant : widest;
    assert_non_null(widest);
    return widest;
}

static void a_million_keys_on_any_team(void **state)
{
    static const char *const names[] = {"uniform", "mostly one value", "special values", "root duplicates"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct sort_type *type = &sort_types[(i + test_seed()) % SORT_TYPES];
        struct sort_case made = make_case(type, sort_data_named(names[i]), 1000003 + i, i % 2);
        unsigned char *keys = guard_alloc(made.bytes, 0, true);
        for (int run = 0; run <= 9; run++) {
            char variant[64];
            bool in_place = run == 9;
            snprintf(variant, sizeof variant, "%s:alone_kib=%d", widest_quick(&made), in_place ? 1 << 20 : 64);
            pel_opts opts = options(&made, variant, in_place ? 1 : run);
            most_scratch = 0;
            expect_sorted(&made, keys, &opts);
            assert_in_range(most_scratch, 1, in_place ? 513 << 10 : made.bytes / 4 * 3 + 2 * PEL_CACHE_LINE);
        }
        guard_free(keys);
        free_case(&made);
    }
}

/* As many as are distributed by a map, also by one thread; then too many keys for that are alike. */
static void millions_of_keys(void **state)
{
    static const char *const names[] = {"uniform", "special values"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct sort_type *type = &sort_types[(i + test_seed()) % SORT_TYPES];
        size_t n = (20 << 20) / type->size + i;
        struct sort_case made = make_case(type, sort_data_named(names[i]), n, i % 2);
        unsigned char *keys = guard_alloc(made.bytes, i * type->size, true);
        for (int threads = 1; threads <= 2; threads++) {
            char variant[64];
            snprintf(variant, sizeof variant, "%s:alone_kib=64", widest_quick(&made));
            pel_opts opts = options(&made, variant, threads);
            most_scratch = 0;
            expect_sorted(&made, keys, &opts);
            assert_in_range(most_scratch, 1, made.bytes / 4 + 2 * PEL_CACHE_LINE);
        }
        guard_free(keys);
        free_case(&made);
    }
}

/* A sort without memory is slower, but a sort. */
static void no_memory_is_no_error(void **state)
{
    (void)state;
    starved = true;
    every_case(sort_data_named("uniform"), 5000, 1, 0, true);
    for (int t = 0; t < SORT_TYPES; t++) {
        struct sort_case made = make_case(&sort_types[t], sort_data_named("special values"), 50001, t % 2);
        expect_of_every_variant(&made, 3, 0, true);
        free_case(&made);
    }
    starved = false;
}

/* Work of exactly the size promised, at any address, is enough: nothing is allocated, and nothing around it written. */
static void the_callers_work_is_enough(void **state)
{
    static const size_t sizes[] = {1, 65, 100, 300, 5000, 33000, 50000, 140000};
    (void)state;
    for (size_t i = 0; i < 8 * SORT_TYPES; i++) {
        const struct sort_type *type = &sort_types[i % SORT_TYPES];
        struct sort_case made =
            make_case(type, sort_data_named(i % 2 ? "uniform" : "root duplicates"), sizes[i / SORT_TYPES], i % 2);
        size_t bytes = pel_sort_work_bytes(type->dtype, made.n);
        unsigned char *work = guard_alloc(bytes, i, i % 2), *keys = malloc(made.bytes);
        assert_non_null(keys);
        struct pel_registry_walk walk = {0};
        for (const char *variant; (variant = next_variant(&walk, &made, 1));) {
            pel_opts opts = options(&made, variant, (int)(1 + i % 8));
            opts.work = work;
            opts.work_bytes = bytes;
            most_scratch = 0;
            expect_sorted(&made, keys, &opts);
            assert_true(most_scratch + PEL_CACHE_LINE - 1 <= bytes || most_scratch == 0);
            opts.work_bytes = made.n / 2; /* too little: pel helps itself */
            expect_sorted(&made, keys, &opts);
        }
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
        pel_opts good = PEL_OPTS_INIT, flag = good, size = good, threads = good, variant = good, stable = good;
        flag.flags = 1u << 31;
        size.size = sizeof size - 1;
        threads.threads = -1;
        variant.variant = "scalar/bubble";
        stable.flags = PEL_STABLE | PEL_FAST;
        assert_int_equal(type->sort(NULL, 1, NULL), PEL_EINVAL);
        assert_int_equal(type->sort((char *)keys + 1, 2, NULL), PEL_EINVAL);
        assert_int_equal(type->sort((char *)keys + type->size / 2, 2, &good), PEL_EINVAL);
        assert_int_equal(type->sort(keys, SIZE_MAX / type->size, NULL), PEL_ERANGE);
        assert_int_equal(type->sort(keys, SIZE_MAX, NULL), PEL_ERANGE);
        assert_int_equal(type->sort(keys, 2, &flag), PEL_EINVAL);
        assert_int_equal(type->sort(keys, 2, &size), PEL_EINVAL);
        assert_int_equal(type->sort(keys, 2, &threads), PEL_EINVAL);
        assert_int_equal(type->sort(keys, 2, &variant), PEL_ENOTSUP);
        assert_memory_equal(keys, before, sizeof keys);
        assert_int_equal(type->sort(NULL, 0, NULL), PEL_OK);
        assert_int_equal(type->sort(keys, 0, &good), PEL_OK);
        assert_memory_equal(keys, before, sizeof keys);
        assert_int_equal(type->sort(keys, 3, &stable), PEL_OK);
        assert_memory_not_equal(keys, before, sizeof keys);
    }
}

static void work_bytes_cover_the_keys(void **state)
{
    (void)state;
    for (int t = 0; t < SORT_TYPES; t++) {
        pel_dtype dtype = sort_types[t].dtype;
        size_t size = sort_types[t].size;
        for (size_t n = 0; n < 100000; n = 2 * n + 1)
            assert_in_range(pel_sort_work_bytes(dtype, n), n * size, 5 * n * size + 4096);
        assert_true(pel_sort_work_bytes(dtype, PTRDIFF_MAX / size) > PTRDIFF_MAX);
        assert_int_equal(pel_sort_work_bytes(dtype, PTRDIFF_MAX / size + 1), 0);
        assert_int_equal(pel_sort_work_bytes(dtype, SIZE_MAX), 0);
    }
    assert_int_equal(pel_sort_work_bytes((pel_dtype)99, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_small_size),
        cmocka_unit_test(every_threshold),
        cmocka_unit_test(every_distribution),
        cmocka_unit_test(every_distribution_on_a_team),
        cmocka_unit_test(runs_are_merged),
        cmocka_unit_test(a_million_keys_on_any_team),
        cmocka_unit_test(millions_of_keys),
        cmocka_unit_test(no_memory_is_no_error),
        cmocka_unit_test(the_callers_work_is_enough),
        cmocka_unit_test(bad_arguments_touch_nothing),
        cmocka_unit_test(work_bytes_cover_the_keys),
    };
    return cmocka_run_group_tests(tests, test_start_with_many_processors, NULL);
}
