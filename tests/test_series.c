/* Sorts of segments and along an axis: every variant of every dtype against sorts by comparison of one after the other.
 */
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

#define SORTS(suffix)                                                                                                  \
    static pel_status segments_##suffix(void *keys, const size_t *offsets, size_t nsegments, const pel_opts *opts)     \
    {                                                                                                                  \
        return pel_sort_segments_##suffix(keys, offsets, nsegments, opts);                                             \
    }                                                                                                                  \
    static pel_status axis_##suffix(void *data, int ndim, const size_t *shape, int axis, const pel_opts *opts)         \
    {                                                                                                                  \
        return pel_sort_axis_##suffix(data, ndim, shape, axis, opts);                                                  \
    }

SORTS(f32)
SORTS(f64)
SORTS(i32)
SORTS(i64)
SORTS(u32)
SORTS(u64)

/* In the order of sort_types. */
static const struct {
    pel_status (*segments)(void *keys, const size_t *offsets, size_t nsegments, const pel_opts *opts);
    pel_status (*axis)(void *data, int ndim, const size_t *shape, int axis, const pel_opts *opts);
} calls[SORT_TYPES] = {{segments_f32, axis_f32}, {segments_f64, axis_f64}, {segments_i32, axis_i32},
                       {segments_i64, axis_i64}, {segments_u32, axis_u32}, {segments_u64, axis_u64}};

/* The variants of an operation that can run here, one after the other; the first is pel's own choice. */
static bool next_variant(struct pel_registry_walk *walk, enum pel_op op, pel_dtype dtype, bool *started,
                         const char **variant)
{
    const struct pel_request request = {.op = op, .dtype = dtype, .threads = 1, .n = 1000};
    const struct pel_kernel *kernel;
    *variant = NULL;
    if (!*started)
        return *started = true;
    do
        kernel = pel_registry_next(walk, op, (int)dtype);
    while (kernel && pel_kernel_barred(kernel, &request));
    *variant = kernel ? kernel->name : NULL;
    return kernel;
}

static pel_opts options(bool descending, int threads, const char *variant)
{
    pel_opts opts = PEL_OPTS_INIT;
    opts.flags = descending ? PEL_DESCENDING : 0;
    opts.threads = threads;
    opts.variant = variant;
    return opts;
}

/* Segments of up to `longest` keys, many of them empty or short; the first starts at 3, and 5 keys are left over. */
static size_t *make_offsets(struct test_random *random, size_t nsegments, size_t longest, size_t *n)
{
    size_t *offsets = malloc((nsegments + 1) * sizeof *offsets);
    assert_non_null(offsets);
    offsets[0] = 3;
    for (size_t s = 0; s < nsegments; s++) {
        size_t most = test_random_below(random, 8) == 0 ? longest : longest / 30 + 2;
        offsets[s + 1] = offsets[s] + (test_random_below(random, 4) ? test_random_below(random, most + 1) : 0);
    }
    *n = offsets[nsegments] + 5;
    return offsets;
}

static void check_segments(int type_index, const struct sort_data *data, size_t nsegments, size_t longest, int threads,
                           uint64_t stream)
{
    const struct sort_type *type = &sort_types[type_index];
    struct test_random random = test_random_start(test_seed(), stream);
    bool descending = stream % 2, started = false;
    size_t n, *offsets = make_offsets(&random, nsegments, longest, &n);
    char *input = malloc(n * type->size), *expected = malloc(n * type->size);
    assert_true(input && expected);
    sort_data_make(data, type->dtype, input, n, stream);
    memcpy(expected, input, n * type->size);
    for (size_t s = 0; s < nsegments; s++)
        sort_expected(type, expected + offsets[s] * type->size, offsets[s + 1] - offsets[s], descending);
    void *keys = guard_alloc(n * type->size, stream % 8 * type->size, stream % 3 == 0);
    struct pel_registry_walk walk = {0};
    for (const char *variant; next_variant(&walk, PEL_OP_SORT_SEGMENTS, type->dtype, &started, &variant);) {
        pel_opts opts = options(descending, threads, variant);
        memcpy(keys, input, n * type->size);
        assert_int_equal(calls[type_index].segments(keys, offsets, nsegments, &opts), PEL_OK);
        if (memcmp(keys, expected, n * type->size) != 0)
            fail_msg("%s: %zu segments of up to %zu %s, %s, %d threads", variant ? variant : "default", nsegments,
                     longest, type->name, data->name, threads);
    }
    guard_free(keys);
    free(input);
    free(expected);
    free(offsets);
}

static void every_kind_of_segments(void **state)
{
    static const size_t longest[] = {1, 3, 17, 70, 300, 3000};
    uint64_t stream = 1;
    (void)state;
    for (const struct sort_data *data = sort_data; data->name; data++) {
        for (size_t i = 0; i < sizeof longest / sizeof longest[0]; i++) {
            for (int t = 0; t < SORT_TYPES; t++, stream++)
                check_segments(t, data, stream % 70 * (i < 3 ? 10 : 1), longest[i], 1, stream);
        }
    }
}

/* Enough of them for two to eight threads; then one that the whole team sorts among many short ones. */
static void segments_on_a_team(void **state)
{
    (void)state;
    for (int t = 0; t < SORT_TYPES; t++) {
        check_segments(t, &sort_data[t], 20000, 60, 2 + t, 1000 + (uint64_t)t);
        check_segments(t, &sort_data[0], 3, 600000, 2 + t, 2000 + (uint64_t)t);
    }
}

/* Sorts each series by comparison. */
static void expect_axis(const struct sort_type *type, char *data, size_t outer, size_t length, size_t inner,
                        bool descending)
{
    size_t size = type->size;
    char *series = malloc(length * size);
    assert_non_null(series);
    for (size_t s = 0; s < outer * inner; s++) {
        char *first = data + (s / inner * length * inner + s % inner) * size;
        for (size_t i = 0; i < length; i++)
            memcpy(series + i * size, first + i * inner * size, size);
        sort_expected(type, series, length, descending);
        for (size_t i = 0; i < length; i++)
            memcpy(first + i * inner * size, series + i * size, size);
    }
    free(series);
}

struct shape {
    int ndim, axis;
    size_t shape[4];
};

static size_t product(const struct shape *shape, int from, int to)
{
    size_t n = 1;
    for (int i = from; i < to; i++)
        n *= shape->shape[i];
    return n;
}

static void check_axis(int type_index, const struct sort_data *data, const struct shape *shape, int threads,
                       const char *parameters, uint64_t stream)
{
    const struct sort_type *type = &sort_types[type_index];
    bool descending = stream % 2, started = false;
    size_t n = product(shape, 0, shape->ndim), bytes = n * type->size;
    char *input = malloc(bytes + 1), *expected = malloc(bytes + 1);
    assert_true(input && expected);
    sort_data_make(data, type->dtype, input, n, stream);
    memcpy(expected, input, bytes);
    expect_axis(type, expected, product(shape, 0, shape->axis), shape->shape[shape->axis],
                product(shape, shape->axis + 1, shape->ndim), descending);
    void *keys = guard_alloc(bytes, stream % 8 * type->size, stream % 3 == 0);
    struct pel_registry_walk walk = {0};
    for (const char *variant; next_variant(&walk, PEL_OP_SORT_AXIS, type->dtype, &started, &variant);) {
        char name[160];
        snprintf(name, sizeof name, "%s%s", variant ? variant : "", parameters);
        pel_opts opts = options(descending, threads, variant ? name : NULL);
        memcpy(keys, input, bytes);
        assert_int_equal(calls[type_index].axis(keys, shape->ndim, shape->shape, shape->axis, &opts), PEL_OK);
        if (memcmp(keys, expected, bytes) != 0)
            fail_msg("%s: axis %d of %zu x %zu x %zu %s, %s, %d threads", variant ? name : "default", shape->axis,
                     shape->shape[0], shape->shape[1], shape->shape[2], type->name, data->name, threads);
    }
    guard_free(keys);
    free(input);
    free(expected);
}

/* In lanes, and as rows. */
static const char *const methods[] = {"", ":network_upto=1", ":network_upto=1048576", ":tile_kib=16"};

static void every_length_of_series(void **state)
{
    uint64_t stream = 1;
    (void)state;
    for (size_t length = 1; length < 1200; length += length < 140 ? 1 : 97) {
        const struct shape shape = {2, 0, {length, 1 + length % 37}};
        for (int m = 0; m < 4; m++, stream++)
            check_axis((int)(stream % SORT_TYPES), &sort_data[stream % 2 ? 0 : stream % 10], &shape, 1, methods[m],
                       stream);
    }
}

static void every_axis(void **state)
{
    static const struct shape shapes[] = {
        {1, 0, {700}},      {2, 1, {30, 50}},       {3, 0, {40, 7, 3}},     {3, 1, {5, 60, 35}},
        {3, 2, {3, 4, 50}}, {4, 2, {2, 3, 33, 20}}, {4, 1, {3, 300, 1, 1}}, {2, 0, {3000, 1}},
        {2, 0, {1, 3000}},  {2, 0, {4500, 18}},     {3, 1, {4, 0, 5}},      {2, 0, {257, 260 * 3 + 1}},
    };
    uint64_t stream = 5000;
    (void)state;
    for (const struct sort_data *data = sort_data; data->name; data++) {
        if ((data - sort_data) % 3 != 0)
            continue;
        for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++, stream++)
            check_axis((int)(stream % SORT_TYPES), data, &shapes[i], 1 + (int)(stream % 3), methods[stream % 4],
                       stream);
    }
}

static void series_on_a_team(void **state)
{
    static const struct shape shapes[] = {{2, 0, {900, 500}}, {3, 1, {3, 300, 300}}, {2, 0, {200000, 2}}};
    (void)state;
    for (int t = 0; t < SORT_TYPES; t++) {
        for (size_t i = 0; i < 3; i++)
            check_axis(t, &sort_data[t], &shapes[i], 2 + t, methods[i], 7000 + (uint64_t)t);
    }
}

/* Segments do without memory, series say that there is none, and leave all as it was. */
static void without_memory(void **state)
{
    const struct shape shape = {2, 0, {100, 20}};
    (void)state;
    starved = true;
    check_segments(0, &sort_data[0], 10, 3000, 1, 1);
    for (int t = 0; t < SORT_TYPES; t++) {
        uint64_t keys[2000], before[2000];
        sort_data_make(&sort_data[0], PEL_U64, keys, 2000, 3);
        memcpy(before, keys, sizeof keys);
        assert_int_equal(calls[t].axis(keys, 2, shape.shape, 0, NULL), PEL_ENOMEM);
        assert_memory_equal(keys, before, sizeof keys);
        pel_opts opts = PEL_OPTS_INIT;
        assert_true(pel_sort_axis_work_bytes(sort_types[t].dtype, 2, shape.shape, 0, &opts) > 0);
    }
    starved = false;
}

/* The scratch that is promised is enough, at any address. */
static void the_callers_work_is_enough(void **state)
{
    static const struct shape shapes[] = {{2, 0, {900, 300}}, {3, 1, {2, 50, 3}}, {2, 1, {5, 30000}}};
    (void)state;
    for (int i = 0; i < 3 * SORT_TYPES; i++) {
        const struct shape *shape = &shapes[i % 3];
        const struct sort_type *type = &sort_types[i / 3];
        size_t n = product(shape, 0, shape->ndim);
        char *keys = malloc(n * type->size), *expected = malloc(n * type->size);
        assert_true(keys && expected);
        pel_opts opts = options(false, 1 + i % 4, NULL);
        opts.work_bytes = pel_sort_axis_work_bytes(type->dtype, shape->ndim, shape->shape, shape->axis, &opts);
        opts.work = guard_alloc(opts.work_bytes, (size_t)i, i % 2);
        sort_data_make(&sort_data[0], type->dtype, keys, n, (uint64_t)i);
        memcpy(expected, keys, n * type->size);
        expect_axis(type, expected, product(shape, 0, shape->axis), shape->shape[shape->axis],
                    product(shape, shape->axis + 1, shape->ndim), false);
        most_scratch = 0;
        assert_int_equal(calls[i / 3].axis(keys, shape->ndim, shape->shape, shape->axis, &opts), PEL_OK);
        assert_true(most_scratch + PEL_CACHE_LINE - 1 <= opts.work_bytes || most_scratch == 0);
        assert_memory_equal(keys, expected, n * type->size);
        guard_free(opts.work);
        free(keys);
        free(expected);
    }
}

static void bad_segments_touch_nothing(void **state)
{
    (void)state;
    for (int t = 0; t < SORT_TYPES; t++) {
        uint64_t keys[4] = {4, 3, 2, 1}, before[4] = {4, 3, 2, 1};
        const size_t good[] = {0, 2, 4}, falling[] = {0, 3, 2}, huge[] = {0, SIZE_MAX / 2};
        pel_opts flag = PEL_OPTS_INIT, variant = PEL_OPTS_INIT;
        flag.flags = 1u << 31;
        variant.variant = "scalar/quick";
        assert_int_equal(calls[t].segments(NULL, good, 2, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].segments((char *)keys + 1, good, 2, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].segments(keys, NULL, 2, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].segments(keys, falling, 2, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].segments(keys, huge, 1, NULL), PEL_ERANGE);
        assert_int_equal(calls[t].segments(keys, good, SIZE_MAX, NULL), PEL_ERANGE);
        assert_int_equal(calls[t].segments(keys, good, 2, &flag), PEL_EINVAL);
        assert_int_equal(calls[t].segments(keys, good, 2, &variant), PEL_ENOTSUP);
        size_t shared[] = {0, 2, 4};
        assert_int_equal(calls[t].segments(shared, shared, 2, NULL), PEL_EINVAL);
        assert_memory_equal(keys, before, sizeof keys);
        assert_int_equal(calls[t].segments(NULL, NULL, 0, NULL), PEL_OK);
        assert_int_equal(calls[t].segments(keys, good, 0, NULL), PEL_OK);
        assert_memory_equal(keys, before, sizeof keys);
    }
}

static void bad_axes_touch_nothing(void **state)
{
    (void)state;
    for (int t = 0; t < SORT_TYPES; t++) {
        uint64_t keys[4] = {4, 3, 2, 1}, before[4] = {4, 3, 2, 1};
        const size_t good[] = {2, 2}, huge[] = {SIZE_MAX / 2, 3}, large[] = {PTRDIFF_MAX / 4, 2},
                     none[] = {0, SIZE_MAX};
        pel_opts flag = PEL_OPTS_INIT, variant = PEL_OPTS_INIT;
        flag.flags = 1u << 31;
        variant.variant = "scalar/quick";
        assert_int_equal(calls[t].axis(NULL, 2, good, 0, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].axis((char *)keys + 1, 2, good, 0, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].axis(keys, 2, NULL, 0, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].axis(keys, 0, good, 0, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].axis(keys, 2, good, 2, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].axis(keys, 2, good, -1, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].axis(keys, 2, huge, 0, NULL), PEL_ERANGE);
        const size_t long_series[] = {PTRDIFF_MAX / sort_types[t].size / 2, 2};
        assert_int_equal(calls[t].axis(keys, 2, long_series, 0, NULL), PEL_ENOMEM);
        assert_int_equal(calls[t].axis(keys, 2, large, 0, NULL), PEL_ERANGE);
        assert_int_equal(calls[t].axis(keys, 2, good, 0, &flag), PEL_EINVAL);
        assert_int_equal(calls[t].axis(keys, 2, good, 0, &variant), PEL_ENOTSUP);
        assert_memory_equal(keys, before, sizeof keys);
        assert_int_equal(calls[t].axis(NULL, 2, none, 1, NULL), PEL_OK);
        assert_int_equal(pel_sort_axis_work_bytes(sort_types[t].dtype, 2, huge, 0, NULL), 0);
        assert_int_equal(pel_sort_axis_work_bytes((pel_dtype)99, 2, good, 0, NULL), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_segments),     cmocka_unit_test(segments_on_a_team),
        cmocka_unit_test(every_length_of_series),     cmocka_unit_test(every_axis),
        cmocka_unit_test(series_on_a_team),           cmocka_unit_test(without_memory),
        cmocka_unit_test(the_callers_work_is_enough), cmocka_unit_test(bad_segments_touch_nothing),
        cmocka_unit_test(bad_axes_touch_nothing),
    };
    return cmocka_run_group_tests(tests, test_start_with_many_processors, NULL);
}
