/* Sorts of keys of 8 and 16 bits: every variant against a sort by comparison. */
#include <stdlib.h>
#include <string.h>

#include "lib/dispatch.h"
#include "lib/memory.h"
#include "lib/registry.h"
#include "tests/scarcity.h"
#include "tests/sort_data.h"
#include "tests/sort_oracle.h"
#include "tests/support.h"

#define NARROW(T, suffix)                                                                                              \
    SORT_COMPARE_INTEGERS(T, suffix)                                                                                   \
    static pel_status sort_##suffix(void *keys, size_t n, const pel_opts *opts)                                        \
    {                                                                                                                  \
        return pel_sort_##suffix((T *)keys, n, opts);                                                                  \
    }

NARROW(int8_t, i8)
NARROW(uint8_t, u8)
NARROW(int16_t, i16)
NARROW(uint16_t, u16)

static const struct narrow {
    struct sort_type type;
    enum pel_op op;
} narrow[] = {
    {{PEL_I32, .name = "i8", .size = 1, .compare = compare_i8, .sort = sort_i8}, PEL_OP_SORT_I8},
    {{PEL_U32, .name = "u8", .size = 1, .compare = compare_u8, .sort = sort_u8}, PEL_OP_SORT_U8},
    {{PEL_I32, .name = "i16", .size = 2, .compare = compare_i16, .sort = sort_i16}, PEL_OP_SORT_I16},
    {{PEL_U32, .name = "u16", .size = 2, .compare = compare_u16, .sort = sort_u16}, PEL_OP_SORT_U16},
};
enum { TYPES = sizeof narrow / sizeof narrow[0] };

/* The low bits of wider keys, or of others the high ones, which keep their order. */
static void make_keys(const struct narrow *of, const struct sort_data *data, unsigned char *keys, size_t n, bool high)
{
    uint32_t *wide = malloc((n + 1) * sizeof *wide);
    assert_non_null(wide);
    sort_data_make(data, PEL_U32, wide, n, n + high);
    for (size_t i = 0; i < n; i++) {
        uint32_t key = high ? wide[i] >> (32 - 8 * of->type.size) : wide[i];
        uint8_t key8 = (uint8_t)key;
        uint16_t key16 = (uint16_t)key;
        memcpy(keys + i * of->type.size, of->type.size == 1 ? (void *)&key8 : (void *)&key16, of->type.size);
    }
    free(wide);
}

static void expect_sorted(const struct narrow *of, const void *input, const void *expected, void *keys, size_t n,
                          const pel_opts *opts)
{
    size_t bytes = n * of->type.size;
    memcpy(keys, input, bytes);
    pel_status status = of->type.sort(keys, n, opts);
    if (status != PEL_OK || memcmp(keys, expected, bytes) != 0)
        fail_msg("%s of %zu %s, flags %u, %d threads: %s", opts->variant ? opts->variant : "default", n, of->type.name,
                 opts->flags, opts->threads, status == PEL_OK ? "wrong order" : pel_strerror(status));
}

/* As dispatched and every variant, on a number of threads that changes from call to call. */
static void try_keys(const struct narrow *of, const struct sort_data *data, size_t n, bool descending)
{
    static int threads;
    size_t bytes = n * of->type.size;
    unsigned char *input = malloc(bytes + 1), *expected = malloc(bytes + 1);
    unsigned char *keys = guard_alloc(bytes, n % 3 * of->type.size, n % 2);
    const struct pel_request request = {.op = of->op, .dtype = of->type.dtype, .threads = 8, .n = n};
    struct pel_registry_walk walk = {0};
    pel_opts opts = PEL_OPTS_INIT;
    assert_true(input && expected);
    make_keys(of, data, input, n, threads % 3 == 0);
    memcpy(expected, input, bytes);
    sort_expected(&of->type, expected, n, descending);
    opts.flags = (descending ? PEL_DESCENDING : 0) | (n % 5 ? 0 : PEL_STABLE);
    opts.threads = 1 + threads++ % 8;
    expect_sorted(of, input, expected, keys, n, &opts);
    for (const struct pel_kernel *kernel; (kernel = pel_registry_next(&walk, of->op, (int)of->type.dtype));) {
        opts.threads = 1 + threads++ % 8;
        opts.variant = kernel->name;
        if (!pel_kernel_barred(kernel, &request))
            expect_sorted(of, input, expected, keys, n, &opts);
    }
    guard_free(keys);
    free(input);
    free(expected);
}

static void small_sizes(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 600; n += n < 300 ? 1 : 7) {
        for (size_t t = 0; t < TYPES; t++)
            try_keys(&narrow[t], &sort_data[n % 3 ? 0 : 6], n, (n + t) % 2);
    }
}

/* On either side of where counting begins; enough for all threads. */
static void every_distribution(void **state)
{
    static const size_t sizes[] = {500, 1000, 65536, 262145, 1100000};
    size_t turn = 0;
    (void)state;
    for (const struct sort_data *data = sort_data; data->name; data++) {
        for (size_t t = 0; t < TYPES; t++, turn++)
            try_keys(&narrow[t], data, sizes[turn % 5], turn % 2);
    }
}

/* All keys there are, and one of each pair of neighbours more often. */
static void every_key(void **state)
{
    (void)state;
    for (size_t t = 0; t < TYPES; t++) {
        const struct narrow *of = &narrow[t];
        size_t values = (size_t)1 << (8 * of->type.size), n = 2 * values, bytes = n * of->type.size;
        unsigned char *input = malloc(bytes), *expected = malloc(bytes), *keys = malloc(bytes);
        assert_true(input && expected && keys);
        for (size_t i = 0; i < n; i++) {
            size_t key = i < values ? i : i / 2 * 2;
            input[i * of->type.size] = (unsigned char)key;
            input[(i + 1) * of->type.size - 1] = (unsigned char)(of->type.size == 1 ? key : key >> 8);
        }
        memcpy(expected, input, bytes);
        sort_expected(&of->type, expected, n, false);
        for (int threads = 1; threads <= 8; threads++) {
            pel_opts opts = PEL_OPTS_INIT;
            opts.threads = threads;
            expect_sorted(of, input, expected, keys, n, &opts);
        }
        free(input);
        free(expected);
        free(keys);
    }
}

static void no_memory_is_no_error(void **state)
{
    (void)state;
    starved = true;
    for (size_t t = 0; t < TYPES; t++) {
        try_keys(&narrow[t], &sort_data[0], 500, false);
        try_keys(&narrow[t], &sort_data[t], 300000, true);
    }
    starved = false;
}

static void the_callers_work_is_enough(void **state)
{
    static const size_t sizes[] = {100, 129, 5000, 65536, 262145, 600000};
    (void)state;
    for (size_t i = 0; i < TYPES * sizeof sizes / sizeof sizes[0]; i++) {
        const struct narrow *of = &narrow[i % TYPES];
        size_t n = sizes[i / TYPES], bytes = n * of->type.size, work_bytes;
        unsigned char *input = malloc(bytes), *expected = malloc(bytes), *keys = malloc(bytes);
        assert_true(input && expected && keys);
        make_keys(of, &sort_data[0], input, n, true);
        memcpy(expected, input, bytes);
        sort_expected(&of->type, expected, n, false);
        work_bytes = pel_sort_narrow_work_bytes(of->type.size, n);
        unsigned char *work = guard_alloc(work_bytes, i, i % 2);
        for (int threads = 1; threads <= 8; threads++) {
            pel_opts opts = PEL_OPTS_INIT;
            opts.threads = threads;
            opts.work = work;
            opts.work_bytes = work_bytes;
            most_scratch = 0;
            expect_sorted(of, input, expected, keys, n, &opts);
            assert_true(most_scratch + PEL_CACHE_LINE - 1 <= work_bytes || most_scratch == 0);
        }
        guard_free(work);
        free(input);
        free(expected);
        free(keys);
    }
}

static void bad_arguments_touch_nothing(void **state)
{
    (void)state;
    for (size_t t = 0; t < TYPES; t++) {
        const struct narrow *of = &narrow[t];
        uint16_t keys[2] = {0x0304, 0x0102}, before[2] = {0x0304, 0x0102};
        pel_opts flag = PEL_OPTS_INIT, variant = flag, size = flag;
        flag.flags = 1u << 31;
        variant.variant = "scalar/bubble";
        size.size = sizeof size - 1;
        assert_int_equal(of->type.sort(NULL, 1, NULL), PEL_EINVAL);
        assert_int_equal(of->type.sort(keys, SIZE_MAX / 2 + 2, NULL), PEL_ERANGE);
        assert_int_equal(of->type.sort(keys, 2, &flag), PEL_EINVAL);
        assert_int_equal(of->type.sort(keys, 2, &size), PEL_EINVAL);
        assert_int_equal(of->type.sort(keys, 2, &variant), PEL_ENOTSUP);
        if (of->type.size > 1)
            assert_int_equal(of->type.sort((char *)keys + 1, 1, NULL), PEL_EINVAL);
        assert_memory_equal(keys, before, sizeof keys);
        assert_int_equal(of->type.sort(NULL, 0, NULL), PEL_OK);
        assert_int_equal(of->type.sort(keys, 2, NULL), PEL_OK);
        assert_memory_not_equal(keys, before, sizeof keys);
    }
    assert_int_equal(pel_sort_narrow_work_bytes(0, 1), 0);
    assert_int_equal(pel_sort_narrow_work_bytes(4, 1), 0);
    assert_int_equal(pel_sort_narrow_work_bytes(1, SIZE_MAX), 0);
    assert_int_equal(pel_sort_narrow_work_bytes(2, SIZE_MAX / 2), 0);
}

static int start_with_many_processors(void **state)
{
    (void)state;
    test_set_processors(8);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_sizes),
        cmocka_unit_test(every_distribution),
        cmocka_unit_test(every_key),
        cmocka_unit_test(no_memory_is_no_error),
        cmocka_unit_test(the_callers_work_is_enough),
        cmocka_unit_test(bad_arguments_touch_nothing),
    };
    return cmocka_run_group_tests(tests, start_with_many_processors, NULL);
}
