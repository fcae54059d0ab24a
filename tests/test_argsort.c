/* Argsort and sorts of pairs: every variant of every dtype against a stable sort by comparison. */
#include <stdlib.h>
#include <string.h>

#include "lib/dispatch.h"
#include "lib/memory.h"
#include "lib/registry.h"
#include "tests/scarcity.h"
#include "tests/sort_data.h"
#include "tests/sort_oracle.h"
#include "tests/support.h"

/* An input, and the order that must come out. */
struct order_case {
    const struct sort_type *type;
    const char *data;
    size_t n, bytes;
    bool descending;
    unsigned char *keys, *sorted;
    uint64_t *index;
};

static struct order_case make_case(const struct sort_type *type, const struct sort_data *data, size_t n,
                                   bool descending)
{
    size_t bytes = n * type->size;
    struct order_case made = {type,
                              data->name,
                              n,
                              bytes,
                              descending,
                              malloc(bytes + 1),
                              malloc(bytes + 1),
                              malloc((n + 1) * sizeof *made.index)};
    assert_true(made.keys && made.sorted && made.index);
    sort_data_make(data, type->dtype, made.keys, n, n * 2 + descending);
    order_expected(type, made.keys, n, descending, made.index);
    for (size_t i = 0; i < n; i++)
        memcpy(made.sorted + i * type->size, made.keys + made.index[i] * type->size, type->size);
    return made;
}

static void free_case(struct order_case *used)
{
    free(used->keys);
    free(used->sorted);
    free(used->index);
}

/* A form of a call: what it works on are keys, and words that become indices or are values. */
struct form {
    const char *name;
    enum pel_op op;
    size_t word;
};

static const struct form forms[] = {
    {"argsort", PEL_OP_ARGSORT, 8},
    {"argsort_u32", PEL_OP_ARGSORT, 4},
    {"sort_pairs_u64", PEL_OP_SORT_PAIRS, 8},
    {"sort_pairs_u32", PEL_OP_SORT_PAIRS, 4},
};
enum { NFORMS = sizeof forms / sizeof forms[0] };

static pel_status call(const struct form *form, const struct sort_type *type, void *keys, size_t n, void *words,
                       const pel_opts *opts)
{
    if (form->op == PEL_OP_ARGSORT)
        return form->word == 8 ? type->argsort(keys, n, words, opts) : type->argsort_u32(keys, n, words, opts);
    return form->word == 8 ? type->pairs(keys, words, n, opts) : type->pairs_u32(keys, words, n, opts);
}

static size_t work_bytes(const struct form *form, const struct sort_type *type, size_t n)
{
    return form->op == PEL_OP_ARGSORT ? pel_argsort_work_bytes(type->dtype, n)
                                      : pel_sort_pairs_work_bytes(type->dtype, form->word, n);
}

/* The value that goes with key i; its index, where that is what comes out. */
static uint64_t value_of(const struct form *form, uint64_t i)
{
    return form->op == PEL_OP_ARGSORT ? i : (i + 1) * 0x9e3779b97f4a7c15u;
}

static void put_word(const struct form *form, unsigned char *words, size_t i, uint64_t value)
{
    uint32_t low = (uint32_t)value;
    memcpy(words + i * form->word, form->word == 8 ? (const void *)&value : &low, form->word);
}

static bool words_are_right(const struct form *form, const struct order_case *given, const unsigned char *words)
{
    unsigned char word[8];
    for (size_t i = 0; i < given->n; i++) {
        put_word(form, word, 0, value_of(form, given->index[i]));
        if (memcmp(words + i * form->word, word, form->word) != 0)
            return false;
    }
    return true;
}

static void expect_order(const struct form *form, const struct order_case *given, unsigned char *keys,
                         unsigned char *words, const pel_opts *opts)
{
    memcpy(keys, given->keys, given->bytes);
    for (size_t i = 0; i < given->n; i++)
        put_word(form, words, i, form->op == PEL_OP_ARGSORT ? 99 : value_of(form, i));
    pel_status status = call(form, given->type, keys, given->n, words, opts);
    bool argsort = form->op == PEL_OP_ARGSORT;
    if (status == PEL_OK && memcmp(keys, argsort ? given->keys : given->sorted, given->bytes) == 0 &&
        words_are_right(form, given, words))
        return;
    fail_msg("%s, %s of %zu %s, %s, %s, %d threads: %s", form->name, opts->variant ? opts->variant : "default",
             given->n, given->type->name, given->data, given->descending ? "descending" : "ascending", opts->threads,
             status == PEL_OK ? "wrong order" : pel_strerror(status));
}

static pel_opts options(const struct order_case *given, const char *variant, int threads)
{
    pel_opts opts = PEL_OPTS_INIT;
    opts.flags = (given->descending ? PEL_DESCENDING : 0) | (given->n % 2 ? PEL_STABLE : 0);
    opts.threads = threads;
    opts.variant = variant;
    return opts;
}

/* The next variant that can run on this input here, or NULL. */
static const char *next_variant(struct pel_registry_walk *walk, const struct form *form, const struct order_case *given,
                                int threads)
{
    const struct pel_request request = {.op = form->op, .dtype = given->type->dtype, .threads = threads, .n = given->n};
    const struct pel_kernel *kernel;
    do {
        kernel = pel_registry_next(walk, form->op, (int)request.dtype);
    } while (kernel && pel_kernel_barred(kernel, &request));
    return kernel ? kernel->name : NULL;
}

/* Every variant of every form on this input, in buffers that a forbidden page follows, or precedes. */
static void expect_of_every_variant(const struct order_case *given, int threads, size_t offset, bool at_end)
{
    for (const struct form *form = forms; form < forms + NFORMS; form++) {
        struct pel_registry_walk walk = {0};
        unsigned char *keys = guard_alloc(given->bytes, offset * given->type->size, at_end);
        unsigned char *words = guard_alloc(given->n * form->word, offset / 2 * form->word, at_end);
        for (const char *variant; (variant = next_variant(&walk, form, given, threads));) {
            pel_opts opts = options(given, variant, threads);
            expect_order(form, given, keys, words, &opts);
        }
        guard_free(keys);
        guard_free(words);
    }
}

static void every_case(const struct sort_data *data, size_t n, size_t offset, bool at_end)
{
    for (int t = 0; t < SORT_TYPES; t++) {
        for (int descending = 0; descending < 2; descending++) {
            struct order_case made = make_case(&sort_types[t], data, n, descending);
            expect_of_every_variant(&made, 1, offset, at_end);
            free_case(&made);
        }
    }
}

static void every_small_size(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 300; n += n < 70 ? 1 : 7) {
        every_case(sort_data_named(n % 2 ? "uniform" : "special values"), n, 0, true);
        every_case(sort_data_named(n % 2 ? "two values" : "short saw"), n, n % 17, false);
    }
}

static void every_distribution(void **state)
{
    static const size_t sizes[] = {1025, 4099};
    (void)state;
    for (const struct sort_data *data = sort_data; data->name; data++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
            every_case(data, sizes[i], i, i % 2);
    }
}

/* Buckets as small as they may be, so that there are many, on one thread to eight. */
static void every_distribution_in_buckets(void **state)
{
    (void)state;
    int threads = 1;
    for (const struct sort_data *data = sort_data; data->name; data++) {
        for (int t = 0; t < SORT_TYPES; t++) {
            struct order_case made = make_case(&sort_types[t], data, 70001 + (size_t)t, threads % 2);
            const struct form *form = &forms[(size_t)(t + threads) % NFORMS];
            unsigned char *keys = guard_alloc(made.bytes, 0, true);
            unsigned char *words = guard_alloc(made.n * form->word, form->word, false);
            static const char *const variants[] = {"scalar/pack:bucket_kib=64", "avx2/pack:bucket_kib=64",
                                                   "avx512/pack:bucket_kib=64", "neon/pack:bucket_kib=64"};
            for (size_t v = 0; v < 4; v++) {
                pel_opts opts = options(&made, variants[v], threads);
                if (call(form, made.type, NULL, 0, NULL, &opts) == PEL_OK)
                    expect_order(form, &made, keys, words, &opts);
            }
            guard_free(keys);
            guard_free(words);
            free_case(&made);
            threads = threads == 8 ? 1 : threads + 1;
        }
    }
}

/* Keys that agree in so many leading bits of their difference that words cannot tell them apart: all but the last bits
 * come from a few values far apart. */
static void runs_that_words_cannot_tell_apart(void **state)
{
    enum { N = 20000 };
    struct test_random random = test_random_start(test_seed(), 7);
    const struct sort_type *type = &sort_types[5];
    static uint64_t keys[N], copy[N], words[N], index[N];
    (void)state;
    for (int last_bits = 1; last_bits < 40; last_bits += 3) {
        for (size_t i = 0; i < N; i++)
            keys[i] = (uint64_t)test_random_below(&random, 5) << 62 | (test_random_bits(&random) >> (64 - last_bits));
        struct order_case made = {
            type, "clusters", N, sizeof keys, last_bits % 2, (unsigned char *)keys, (unsigned char *)copy, index};
        order_expected(type, keys, N, made.descending, index);
        for (size_t i = 0; i < N; i++)
            copy[i] = keys[index[i]];
        static uint64_t work[N];
        struct pel_registry_walk walk = {0};
        for (const char *variant; (variant = next_variant(&walk, &forms[0], &made, 1));) {
            pel_opts opts = options(&made, variant, 1);
            expect_order(&forms[0], &made, (unsigned char *)work, (unsigned char *)words, &opts);
        }
    }
}

static void half_a_million_on_any_team(void **state)
{
    static const char *const names[] = {"uniform", "mostly one value", "special values", "root duplicates", "sorted"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct sort_type *type = &sort_types[(i + test_seed()) % SORT_TYPES];
        struct order_case made = make_case(type, sort_data_named(names[i]), 500009 + i, i % 2);
        const struct form *form = &forms[(i + test_seed() / SORT_TYPES) % NFORMS];
        unsigned char *keys = guard_alloc(made.bytes, 0, true), *words = guard_alloc(made.n * form->word, 0, true);
        for (int threads = 0; threads <= 8; threads++) {
            pel_opts opts = options(&made, NULL, threads);
            expect_order(form, &made, keys, words, &opts);
        }
        guard_free(keys);
        guard_free(words);
        free_case(&made);
    }
}

/* Without memory 64-bit indices come all the same; for the rest there is an error, and nothing lost. */
static void no_memory_loses_nothing(void **state)
{
    (void)state;
    for (int t = 0; t < SORT_TYPES; t++) {
        struct order_case made = make_case(&sort_types[t], sort_data_named("special values"), 50001, t % 2);
        pel_opts opts = options(&made, NULL, 3);
        for (const struct form *form = forms; form < forms + NFORMS; form++) {
            unsigned char *keys = malloc(made.bytes), *words = malloc(made.n * 8), *before = malloc(made.n * 8);
            assert_true(keys && words && before);
            starved = true;
            if (form == forms) {
                expect_order(form, &made, keys, words, &opts);
            } else {
                memcpy(keys, made.keys, made.bytes);
                for (size_t i = 0; i < made.n; i++)
                    put_word(form, words, i, value_of(form, i));
                memcpy(before, words, made.n * form->word);
                assert_int_equal(call(form, made.type, keys, made.n, words, &opts), PEL_ENOMEM);
                assert_memory_equal(keys, made.keys, made.bytes);
                assert_memory_equal(words, before, made.n * form->word);
            }
            starved = false;
            free(keys);
            free(words);
            free(before);
        }
        free_case(&made);
    }
}

/* Work of exactly the size promised, at any address, is enough: nothing is allocated, and nothing around it written. */
static void the_callers_work_is_enough(void **state)
{
    static const size_t sizes[] = {1, 100, 5000, 33000, 140000};
    (void)state;
    for (size_t i = 0; i < 5 * SORT_TYPES; i++) {
        const struct sort_type *type = &sort_types[i % SORT_TYPES];
        const char *name = i % 2 ? "uniform" : "root duplicates";
        struct order_case made = make_case(type, sort_data_named(name), sizes[i / SORT_TYPES], i % 2);
        for (const struct form *form = forms; form < forms + NFORMS; form++) {
            size_t bytes = work_bytes(form, type, made.n);
            unsigned char *work = guard_alloc(bytes, i, i % 2);
            unsigned char *keys = malloc(made.bytes), *words = malloc(made.n * form->word);
            assert_true(keys && words);
            pel_opts opts = options(&made, NULL, (int)(1 + i % 8));
            opts.work = work;
            opts.work_bytes = bytes;
            most_scratch = 0;
            expect_order(form, &made, keys, words, &opts);
            assert_true(most_scratch + PEL_CACHE_LINE - 1 <= bytes);
            opts.work_bytes = made.n / 2; /* too little: pel helps itself */
            expect_order(form, &made, keys, words, &opts);
            free(keys);
            free(words);
            guard_free(work);
        }
        free_case(&made);
    }
}

static void bad_arguments_touch_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < SORT_TYPES * NFORMS; i++) {
        const struct sort_type *type = &sort_types[i % SORT_TYPES];
        const struct form *form = &forms[i / SORT_TYPES];
        uint64_t keys[4] = {4, 3, 2, 1}, words[4] = {9, 8, 7, 6}, k[4] = {4, 3, 2, 1}, w[4] = {9, 8, 7, 6};
        pel_opts good = PEL_OPTS_INIT, flag = good, size = good, threads = good, variant = good;
        flag.flags = 1u << 31;
        size.size = sizeof size - 1;
        threads.threads = -1;
        variant.variant = "scalar/bubble";
        assert_int_equal(call(form, type, NULL, 1, words, NULL), PEL_EINVAL);
        assert_int_equal(call(form, type, keys, 1, NULL, NULL), PEL_EINVAL);
        assert_int_equal(call(form, type, (char *)keys + type->size / 2, 2, words, &good), PEL_EINVAL);
        assert_int_equal(call(form, type, keys, 2, (char *)words + form->word / 2, &good), PEL_EINVAL);
        assert_int_equal(call(form, type, keys, 2, keys, &good), PEL_EINVAL);
        assert_int_equal(call(form, type, keys, 3, keys + 1, &good), PEL_EINVAL);
        assert_int_equal(call(form, type, keys, SIZE_MAX / 4, words, NULL), PEL_ERANGE);
        assert_int_equal(call(form, type, keys, SIZE_MAX, words, NULL), PEL_ERANGE);
        assert_int_equal(call(form, type, keys, 2, words, &flag), PEL_EINVAL);
        assert_int_equal(call(form, type, keys, 2, words, &size), PEL_EINVAL);
        assert_int_equal(call(form, type, keys, 2, words, &threads), PEL_EINVAL);
        assert_int_equal(call(form, type, keys, 2, words, &variant), PEL_ENOTSUP);
        assert_int_equal(call(form, type, NULL, 0, NULL, NULL), PEL_OK);
        assert_memory_equal(keys, k, sizeof keys);
        assert_memory_equal(words, w, sizeof words);
    }
}

static void short_indices_are_for_short_arrays(void **state)
{
    uint32_t index[1] = {7};
    (void)state;
    if (sizeof(size_t) > 4)
        assert_int_equal(pel_argsort_f32_u32(NULL, ((size_t)1 << 16 << 16) + 1, index, NULL), PEL_ERANGE);
    assert_int_equal(index[0], 7);
}

static void work_bytes_know_their_limits(void **state)
{
    (void)state;
    for (int t = 0; t < SORT_TYPES; t++) {
        pel_dtype dtype = sort_types[t].dtype;
        assert_true(pel_argsort_work_bytes(dtype, 1000) >= 1000 * (sort_types[t].size + 4));
        assert_int_equal(pel_argsort_work_bytes(dtype, SIZE_MAX / 4), 0);
        assert_true(pel_sort_pairs_work_bytes(dtype, 8, 1000) >= 1000 * (sort_types[t].size + 8));
        assert_int_equal(pel_sort_pairs_work_bytes(dtype, 8, SIZE_MAX), 0);
        assert_int_equal(pel_sort_pairs_work_bytes(dtype, 5, 10), 0);
    }
    assert_int_equal(pel_argsort_work_bytes((pel_dtype)99, 1), 0);
    assert_int_equal(pel_sort_pairs_work_bytes((pel_dtype)99, 4, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_small_size),
        cmocka_unit_test(every_distribution),
        cmocka_unit_test(every_distribution_in_buckets),
        cmocka_unit_test(runs_that_words_cannot_tell_apart),
        cmocka_unit_test(half_a_million_on_any_team),
        cmocka_unit_test(no_memory_loses_nothing),
        cmocka_unit_test(the_callers_work_is_enough),
        cmocka_unit_test(bad_arguments_touch_nothing),
        cmocka_unit_test(short_indices_are_for_short_arrays),
        cmocka_unit_test(work_bytes_know_their_limits),
    };
    return cmocka_run_group_tests(tests, test_start_with_many_processors, NULL);
}
