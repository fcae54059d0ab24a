/* Sorts of records by a comparison, values that follow keys, and permutations. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "tests/scarcity.h"
#include "tests/sort_data.h"
#include "tests/sort_oracle.h"
#include "tests/support.h"

/* A record is a key of 4 bytes, its place, and as many bytes as are left, all made of its place. */
enum { LEAST = 8 };

static void make_records(unsigned char *records, size_t n, size_t size, uint32_t distinct, uint64_t stream)
{
    struct test_random random = test_random_start(test_seed(), stream);
    for (size_t i = 0; i < n; i++) {
        uint32_t head[2] = {(uint32_t)test_random_below(&random, distinct), (uint32_t)i};
        memset(records + i * size, (int)(i % 251), size);
        memcpy(records + i * size, head, LEAST);
    }
}

static uint32_t key_of(const void *record)
{
    uint32_t key;
    memcpy(&key, record, sizeof key);
    return key;
}

static int compare_keys(const void *a, const void *b, void *context)
{
    atomic_size_t *calls = context;
    atomic_fetch_add_explicit(calls, 1, memory_order_relaxed);
    return key_of(a) < key_of(b) ? -1 : key_of(a) > key_of(b);
}

/* In order, equal keys by their places, and every record whole and there once. */
static void expect_stable(const unsigned char *records, size_t n, size_t size)
{
    unsigned char *seen = calloc(n + 1, 1);
    assert_non_null(seen);
    for (size_t i = 0; i < n; i++) {
        uint32_t head[2], next[2];
        memcpy(head, records + i * size, LEAST);
        assert_true(head[1] < n && !seen[head[1]]++);
        for (size_t k = LEAST; k < size; k++)
            assert_int_equal(records[i * size + k], head[1] % 251);
        if (i + 1 == n)
            break;
        memcpy(next, records + (i + 1) * size, LEAST);
        assert_true(head[0] < next[0] || (head[0] == next[0] && head[1] < next[1]));
    }
    free(seen);
}

static void check_records(size_t n, size_t size, uint32_t distinct, int threads, uint64_t stream)
{
    unsigned char *records = guard_alloc(n * size, stream % 16, stream % 2);
    pel_opts opts = PEL_OPTS_INIT;
    atomic_size_t calls = 0;
    size_t levels = 1;
    opts.threads = threads;
    opts.flags = stream % 3 ? PEL_STABLE : 0;
    make_records(records, n, size, distinct, stream);
    assert_int_equal(pel_sort_records(records, n, size, compare_keys, &calls, &opts), PEL_OK);
    expect_stable(records, n, size);
    while ((size_t)1 << levels < n)
        levels++;
    assert_true(calls <= n * (levels + 3) + 20000);
    calls = 0;
    assert_int_equal(pel_sort_records(records, n, size, compare_keys, &calls, &opts), PEL_OK);
    expect_stable(records, n, size);
    guard_free(records);
}

static void every_size_of_records(void **state)
{
    static const size_t sizes[] = {8, 9, 16, 24, 100};
    uint64_t stream = 1;
    (void)state;
    for (size_t n = 0; n < 700; n += n < 70 ? 1 : 61) {
        for (size_t i = 0; i < 5; i++, stream++)
            check_records(n, sizes[i], stream % 2 ? 1000000 : 5, 1, stream);
    }
    for (int threads = 1; threads <= 8; threads++) {
        for (size_t i = 0; i < 5; i++, stream++)
            check_records(16384 + 3001 * (size_t)threads, sizes[i], i % 2 ? 9 : UINT32_MAX, threads, stream);
    }
}

/* Comparisons that contradict themselves. */
static int compare_by_chance(const void *a, const void *b, void *context)
{
    atomic_size_t *state = context;
    size_t x = atomic_fetch_add_explicit(state, 0x9e3779b97f4a7c15u, memory_order_relaxed);
    (void)a;
    (void)b;
    x ^= x >> 31;
    x *= 0xbf58476d1ce4e5b9u;
    return (int)(x >> 62) - 1;
}

static int always_before(const void *a, const void *b, void *context)
{
    (void)a;
    (void)b;
    (void)context;
    return -1;
}

static int always_behind(const void *a, const void *b, void *context)
{
    (void)a;
    (void)b;
    (void)context;
    return 1;
}

static void contradictions_are_harmless(void **state)
{
    static int (*const compare[])(const void *, const void *, void *) = {compare_by_chance, always_before,
                                                                         always_behind};
    (void)state;
    for (int i = 0; i < 3; i++) {
        for (int threads = 1; threads <= 8; threads += i == 0 ? 1 : 3) {
            size_t n = 20011 + 4000 * (size_t)threads, size = 12;
            unsigned char *records = guard_alloc(n * size, 0, true);
            atomic_size_t context = test_seed(), calls = 0;
            pel_opts opts = PEL_OPTS_INIT;
            opts.threads = threads;
            make_records(records, n, size, UINT32_MAX, (uint64_t)threads);
            assert_int_equal(pel_sort_records(records, n, size, compare[i], &context, &opts), PEL_OK);
            assert_int_equal(pel_sort_records(records, n, size, compare_keys, &calls, &opts), PEL_OK);
            unsigned char *seen = calloc(n, 1);
            assert_non_null(seen);
            for (size_t k = 0; k < n; k++) {
                uint32_t head[2];
                memcpy(head, records + k * size, LEAST);
                assert_true(head[1] < n && !seen[head[1]]++);
            }
            free(seen);
            guard_free(records);
        }
    }
}

static void scratch_for_records(void **state)
{
    size_t n = 30000, size = 20, bytes = pel_sort_records_work_bytes(n, size);
    unsigned char *records = guard_alloc(n * size, 0, true), *work = guard_alloc(bytes, 3, true);
    unsigned char *before = malloc(n * size);
    atomic_size_t calls = 0;
    pel_opts opts = PEL_OPTS_INIT;
    (void)state;
    assert_non_null(before);
    make_records(records, n, size, 1000, 1);
    memcpy(before, records, n * size);
    starved = true;
    assert_int_equal(pel_sort_records(records, n, size, compare_keys, &calls, NULL), PEL_ENOMEM);
    starved = false;
    assert_memory_equal(records, before, n * size);
    opts.work = work;
    opts.work_bytes = bytes;
    assert_int_equal(pel_sort_records(records, n, size, compare_keys, &calls, &opts), PEL_OK);
    expect_stable(records, n, size);
    assert_int_equal(pel_sort_records_work_bytes(SIZE_MAX / 2, 3), 0);
    assert_int_equal(pel_sort_records_work_bytes(PTRDIFF_MAX, 2), 0);
    free(before);
    guard_free(work);
    guard_free(records);
}

/* A shuffled list of 0 ... n - 1. */
static uint64_t *make_permutation(size_t n, uint64_t stream)
{
    struct test_random random = test_random_start(test_seed(), stream);
    uint64_t *index = (uint64_t *)(void *)guard_alloc(n * 8, 0, true);
    for (size_t i = 0; i < n; i++) {
        size_t k = test_random_below(&random, i + 1);
        index[i] = index[k];
        index[k] = i;
    }
    return index;
}

static void every_permutation(void **state)
{
    static const size_t sizes[] = {1, 2, 3, 4, 7, 8, 12, 16, 33}, counts[] = {0, 1, 31, 33, 1000, 90001};
    (void)state;
    for (size_t c = 0; c < 6; c++) {
        size_t n = counts[c];
        uint64_t *index = make_permutation(n, n), *inverse = (uint64_t *)(void *)guard_alloc(n * 8, 0, true);
        pel_opts opts = PEL_OPTS_INIT;
        opts.threads = 1 + (int)c;
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            size_t size = sizes[i];
            unsigned char *base = guard_alloc(n * size, i, true), *out = guard_alloc(n * size, i, i % 2);
            struct test_random random = test_random_start(test_seed(), i);
            test_random_fill(&random, base, n * size);
            assert_int_equal(pel_permute(base, size, n, index, out, &opts), PEL_OK);
            for (size_t k = 0; k < n; k++)
                assert_true(memcmp(out + k * size, base + index[k] * size, size) == 0);
            guard_free(base);
            guard_free(out);
        }
        assert_int_equal(pel_inverse_permutation(index, n, inverse, &opts), PEL_OK);
        for (size_t k = 0; k < n; k++)
            assert_true(inverse[index[k]] == k);
        guard_free(index);
        guard_free(inverse);
    }
}

#define VALUES(suffix)                                                                                                 \
    static pel_status values_##suffix(void *keys, void *values, size_t size, size_t n, const pel_opts *opts)           \
    {                                                                                                                  \
        return pel_sort_values_##suffix(keys, values, size, n, opts);                                                  \
    }
VALUES(f32)
VALUES(f64)
VALUES(i32)
VALUES(i64)
VALUES(u32)
VALUES(u64)
static pel_status (*const sort_values[SORT_TYPES])(void *, void *, size_t, size_t, const pel_opts *) = {
    values_f32, values_f64, values_i32, values_i64, values_u32, values_u64};

static void check_values(int t, const struct sort_data *data, size_t n, size_t value_size, bool descending, int threads)
{
    const struct sort_type *type = &sort_types[t];
    size_t size = type->size;
    char *keys = (char *)guard_alloc(n * size, 0, true), *input = malloc(n * size + 1);
    unsigned char *values = guard_alloc(n * value_size, 0, true), *before = malloc(n * value_size + 1);
    uint64_t *order = malloc((n + 1) * sizeof *order);
    struct test_random random = test_random_start(test_seed(), n);
    pel_opts opts = PEL_OPTS_INIT;
    assert_true(input && before && order);
    opts.threads = threads;
    opts.flags = descending ? PEL_DESCENDING : 0;
    sort_data_make(data, type->dtype, keys, n, n);
    memcpy(input, keys, n * size);
    test_random_fill(&random, values, n * value_size);
    memcpy(before, values, n * value_size);
    order_expected(type, keys, n, descending, order);
    assert_int_equal(sort_values[t](keys, values, value_size, n, &opts), PEL_OK);
    for (size_t i = 0; i < n; i++) {
        assert_true(memcmp(keys + i * size, input + order[i] * size, size) == 0);
        assert_true(memcmp(values + i * value_size, before + order[i] * value_size, value_size) == 0);
    }
    guard_free(keys);
    guard_free(values);
    free(input);
    free(before);
    free(order);
}

static void values_follow_their_keys(void **state)
{
    static const size_t widths[] = {1, 3, 8, 16, 40};
    (void)state;
    for (int t = 0; t < SORT_TYPES; t++) {
        for (size_t i = 0; i < 5; i++) {
            check_values(t, &sort_data[(size_t)t + i], 3000 + 7 * i, widths[i], i % 2, 1);
            check_values(t, &sort_data[i], i, widths[i], i % 2, 1);
        }
        check_values(t, &sort_data[t], 60000, 24, t % 2, 2 + t);
    }
}

static void bad_arguments_touch_nothing(void **state)
{
    uint64_t a[4] = {3, 2, 1, 0}, before[4] = {3, 2, 1, 0}, stray[4] = {0, 1, 2, 4}, out[4] = {9, 9, 9, 9};
    uint64_t kept[4] = {9, 9, 9, 9};
    atomic_size_t calls = 0;
    pel_opts flag = PEL_OPTS_INIT, variant = PEL_OPTS_INIT;
    (void)state;
    flag.flags = 1u << 31;
    variant.variant = "scalar/none";
    assert_int_equal(pel_sort_records(NULL, 2, 8, compare_keys, &calls, NULL), PEL_EINVAL);
    assert_int_equal(pel_sort_records(a, 2, 0, compare_keys, &calls, NULL), PEL_EINVAL);
    assert_int_equal(pel_sort_records(a, 2, 8, NULL, &calls, NULL), PEL_EINVAL);
    assert_int_equal(pel_sort_records(a, SIZE_MAX / 4, 8, compare_keys, &calls, NULL), PEL_ERANGE);
    assert_int_equal(pel_sort_records(a, 2, 8, compare_keys, &calls, &flag), PEL_EINVAL);
    assert_int_equal(pel_sort_records(a, 2, 8, compare_keys, &calls, &variant), PEL_ENOTSUP);
    assert_int_equal(pel_sort_records(NULL, 0, 8, compare_keys, &calls, NULL), PEL_OK);
    assert_int_equal(pel_permute(before, 8, 4, stray, out, NULL), PEL_EINVAL);
    assert_int_equal(pel_permute(before, 0, 4, a, out, NULL), PEL_EINVAL);
    assert_int_equal(pel_permute(NULL, 8, 4, a, out, NULL), PEL_EINVAL);
    assert_int_equal(pel_permute(out, 8, 4, a, out, NULL), PEL_EINVAL);
    assert_int_equal(pel_permute(before, 8, 4, a, a, NULL), PEL_EINVAL);
    assert_int_equal(pel_permute(before, SIZE_MAX / 2, 4, a, out, NULL), PEL_ERANGE);
    assert_int_equal(pel_permute(before, 8, 4, a, out, &flag), PEL_EINVAL);
    assert_int_equal(pel_permute(before, 8, 4, a, out, &variant), PEL_ENOTSUP);
    assert_int_equal(pel_inverse_permutation(stray, 4, out, NULL), PEL_EINVAL);
    assert_int_equal(pel_inverse_permutation(a, 4, a, NULL), PEL_EINVAL);
    assert_int_equal(pel_inverse_permutation(NULL, 4, out, NULL), PEL_EINVAL);
    assert_int_equal(pel_sort_values_u64(a, out, 0, 4, NULL), PEL_EINVAL);
    assert_int_equal(pel_sort_values_u64(a, a, 8, 4, NULL), PEL_EINVAL);
    assert_int_equal(pel_sort_values_u64(a, out, SIZE_MAX / 2, 4, NULL), PEL_ERANGE);
    starved = true;
    assert_int_equal(pel_sort_values_u64(a, out, 8, 4, NULL), PEL_ENOMEM);
    starved = false;
    assert_memory_equal(a, before, sizeof a);
    assert_memory_equal(out, kept, sizeof out);
    assert_int_equal(calls, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_of_records),    cmocka_unit_test(contradictions_are_harmless),
        cmocka_unit_test(scratch_for_records),      cmocka_unit_test(every_permutation),
        cmocka_unit_test(values_follow_their_keys), cmocka_unit_test(bad_arguments_touch_nothing),
    };
    return cmocka_run_group_tests(tests, test_start_with_many_processors, NULL);
}
