/* Searches, merges, distinct keys and quantiles against plain comparisons, for every variant and dtype. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dispatch.h"
#include "lib/registry.h"
#include "tests/sort_data.h"
#include "tests/sort_oracle.h"
#include "tests/support.h"

#define CALLS(suffix)                                                                                                  \
    static pel_status search_##suffix(const void *keys, size_t n, const void *needles, size_t count, uint64_t *places, \
                                      const pel_opts *opts)                                                            \
    {                                                                                                                  \
        return pel_searchsorted_##suffix(keys, n, needles, count, places, opts);                                       \
    }                                                                                                                  \
    static pel_status merge_##suffix(const void *a, size_t na, const void *b, size_t nb, void *out,                    \
                                     const pel_opts *opts)                                                             \
    {                                                                                                                  \
        return pel_merge_##suffix(a, na, b, nb, out, opts);                                                            \
    }                                                                                                                  \
    static pel_status unique_##suffix(void *keys, size_t n, uint64_t *counts, size_t *nunique, const pel_opts *opts)   \
    {                                                                                                                  \
        return pel_unique_##suffix(keys, n, counts, nunique, opts);                                                    \
    }                                                                                                                  \
    static pel_status is_sorted_##suffix(const void *keys, size_t n, int *sorted, const pel_opts *opts)                \
    {                                                                                                                  \
        return pel_is_sorted_##suffix(keys, n, sorted, opts);                                                          \
    }                                                                                                                  \
    static pel_status quantiles_##suffix(void *keys, size_t n, const double *q, size_t nq, pel_quantile_method method, \
                                         double *result, const pel_opts *opts)                                         \
    {                                                                                                                  \
        return pel_quantiles_##suffix(keys, n, q, nq, method, result, opts);                                           \
    }

CALLS(f32)
CALLS(f64)
CALLS(i32)
CALLS(i64)
CALLS(u32)
CALLS(u64)

/* In the order of sort_types. */
static const struct {
    pel_status (*search)(const void *, size_t, const void *, size_t, uint64_t *, const pel_opts *);
    pel_status (*merge)(const void *, size_t, const void *, size_t, void *, const pel_opts *);
    pel_status (*unique)(void *, size_t, uint64_t *, size_t *, const pel_opts *);
    pel_status (*is_sorted)(const void *, size_t, int *, const pel_opts *);
    pel_status (*quantiles)(void *, size_t, const double *, size_t, pel_quantile_method, double *, const pel_opts *);
} calls[SORT_TYPES] = {
#define ROW(suffix)                                                                                                    \
    {                                                                                                                  \
        search_##suffix, merge_##suffix, unique_##suffix, is_sorted_##suffix, quantiles_##suffix                       \
    }
    ROW(f32), ROW(f64), ROW(i32), ROW(i64), ROW(u32), ROW(u64)};

/* The variants of an operation that can run here; the first is pel's own choice. */
struct variants {
    struct pel_registry_walk walk;
    bool started;
    const char *name;
};

static bool next_variant(struct variants *variants, enum pel_op op, pel_dtype dtype)
{
    const struct pel_request request = {.op = op, .dtype = dtype, .threads = 1, .n = 1000};
    const struct pel_kernel *kernel;
    variants->name = NULL;
    if (!variants->started)
        return variants->started = true;
    do
        kernel = pel_registry_next(&variants->walk, op, (int)dtype);
    while (kernel && pel_kernel_barred(kernel, &request));
    variants->name = kernel ? kernel->name : NULL;
    return kernel;
}

static pel_opts options(unsigned flags, int threads, const char *variant)
{
    pel_opts opts = PEL_OPTS_INIT;
    opts.flags = flags;
    opts.threads = threads;
    opts.variant = variant;
    return opts;
}

/* A keys array between guards, sorted if wanted. */
static char *make_keys(const struct sort_type *type, const struct sort_data *data, size_t n, bool sorted,
                       bool descending, uint64_t stream)
{
    char *keys = (char *)guard_alloc(n * type->size, stream % 8 * type->size, stream % 2);
    sort_data_make(data, type->dtype, keys, n, stream);
    if (sorted)
        sort_expected(type, keys, n, descending);
    return keys;
}

/* Keys before the needle, or before it and equal to it, one by one. */
static size_t count_before(const struct sort_type *type, const char *keys, size_t n, const char *needle, bool right,
                           bool descending)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = type->compare(keys + middle * type->size, needle, descending);
        if (order < 0 || (right && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Needles of other data, and some of the keys themselves; in order or not. */
static char *make_needles(const struct sort_type *type, const struct sort_data *data, const char *keys, size_t n,
                          size_t count, bool descending, uint64_t stream)
{
    struct test_random random = test_random_start(test_seed(), stream);
    char *needles = make_keys(type, data, count, false, false, stream + 1);
    for (size_t i = 0; n > 0 && i < count; i += 1 + test_random_below(&random, 3))
        memcpy(needles + i * type->size, keys + test_random_below(&random, n) * type->size, type->size);
    if (stream % 3)
        sort_expected(type, needles, stream % 3 == 1 ? count : count / 2, descending);
    return needles;
}

static void check_search(int t, const struct sort_data *data, size_t n, size_t count, int threads, uint64_t stream)
{
    const struct sort_type *type = &sort_types[t];
    bool right = stream / 2 % 2, descending = stream / 4 % 2;
    char *keys = make_keys(type, data, n, true, descending, stream);
    char *needles = make_needles(type, data, keys, n, count, descending, stream);
    uint64_t *places = (uint64_t *)(void *)guard_alloc(count * 8, stream % 8 * 8, stream % 2);
    struct variants variants = {.started = false};
    while (next_variant(&variants, PEL_OP_SEARCHSORTED, type->dtype)) {
        pel_opts opts = options((right ? PEL_RIGHT : 0) | (descending ? PEL_DESCENDING : 0), threads, variants.name);
        memset(places, 0xff, count * 8);
        assert_int_equal(calls[t].search(keys, n, needles, count, places, &opts), PEL_OK);
        for (size_t i = 0; i < count; i++) {
            if (places[i] != count_before(type, keys, n, needles + i * type->size, right, descending))
                fail_msg("%s: needle %zu of %zu among %zu %s, %s", variants.name ? variants.name : "default", i, count,
                         n, type->name, data->name);
        }
    }
    guard_free(keys);
    guard_free(needles);
    guard_free(places);
}

static void every_search(void **state)
{
    uint64_t stream = 1;
    (void)state;
    for (const struct sort_data *data = sort_data; data->name; data++) {
        for (size_t n = 0; n < 6000; n = n < 40 ? n + 1 : 3 * n + 1, stream++)
            check_search((int)(stream % SORT_TYPES), data, n, stream * 7 % 100, 1, stream);
    }
    for (int t = 0; t < SORT_TYPES; t++, stream++)
        check_search(t, &sort_data[t], 30001, 70003, 2 + t, stream);
}

static void check_merge(int t, const struct sort_data *data, size_t na, size_t nb, int threads, uint64_t stream)
{
    const struct sort_type *type = &sort_types[t];
    bool descending = stream % 2;
    size_t n = na + nb, bytes = n * type->size;
    char *a = make_keys(type, data, na, true, descending, stream);
    char *b = make_keys(type, data, nb, true, descending, stream + 1);
    char *out = (char *)guard_alloc(bytes, stream % 8 * type->size, stream % 2), *expected = malloc(bytes + 1);
    assert_non_null(expected);
    memcpy(expected, a, na * type->size);
    memcpy(expected + na * type->size, b, nb * type->size);
    sort_expected(type, expected, n, descending);
    struct variants variants = {.started = false};
    while (next_variant(&variants, PEL_OP_MERGE, type->dtype)) {
        pel_opts opts = options(descending ? PEL_DESCENDING : 0, threads, variants.name);
        memset(out, 0, bytes);
        assert_int_equal(calls[t].merge(a, na, b, nb, out, &opts), PEL_OK);
        if (memcmp(out, expected, bytes) != 0)
            fail_msg("%s: %zu and %zu %s, %s, %d threads", variants.name ? variants.name : "default", na, nb,
                     type->name, data->name, threads);
    }
    guard_free(a);
    guard_free(b);
    guard_free(out);
    free(expected);
}

static void every_merge(void **state)
{
    static const size_t sizes[] = {0, 1, 2, 15, 64, 333, 2000};
    uint64_t stream = 1;
    (void)state;
    for (const struct sort_data *data = sort_data; data->name; data++) {
        for (size_t i = 0; i < 49; i++, stream++)
            check_merge((int)(stream % SORT_TYPES), data, sizes[i / 7], sizes[i % 7], 1 + (int)(stream % 3), stream);
    }
    for (int t = 0; t < SORT_TYPES; t++, stream++) {
        check_merge(t, &sort_data[t], 150000, 90001, 2 + t, stream);
        check_merge(t, &sort_data[t + 6], 17, 250000, 2 + t, stream);
    }
}

/* Arrays that are in no order make a permutation, and nothing is touched beside them. */
static void merges_of_anything_are_harmless(void **state)
{
    (void)state;
    for (int t = 0; t < SORT_TYPES; t++) {
        const struct sort_type *type = &sort_types[t];
        size_t na = 70000, nb = 50000, bytes = (na + nb) * type->size;
        char *a = make_keys(type, &sort_data[0], na, false, false, 1), *both = malloc(bytes);
        char *b = make_keys(type, &sort_data[0], nb, false, false, 2), *out = (char *)guard_alloc(bytes, 0, true);
        assert_non_null(both);
        memcpy(both, a, na * type->size);
        memcpy(both + na * type->size, b, nb * type->size);
        pel_opts opts = options(0, 1 + t, NULL);
        assert_int_equal(calls[t].merge(a, na, b, nb, out, &opts), PEL_OK);
        sort_expected(type, both, na + nb, false);
        sort_expected(type, out, na + nb, false);
        assert_memory_equal(out, both, bytes);
        uint64_t *places = (uint64_t *)(void *)guard_alloc(nb * 8, 0, true);
        assert_int_equal(calls[t].search(a, na, b, nb, places, &opts), PEL_OK);
        for (size_t i = 0; i < nb; i++)
            assert_true(places[i] <= na);
        guard_free(places);
        guard_free(a);
        guard_free(b);
        guard_free(out);
        free(both);
    }
}

static void check_unique(int t, const struct sort_data *data, size_t n, int threads, bool counted, uint64_t stream)
{
    const struct sort_type *type = &sort_types[t];
    bool descending = stream % 2;
    size_t size = type->size, kept = 0, found;
    char *input = malloc(n * size + 1), *expected = malloc(n * size + 1);
    uint64_t *counts = (uint64_t *)(void *)guard_alloc(n * 8, 0, true), *expected_counts = calloc(n + 1, 8);
    assert_true(input && expected && expected_counts);
    sort_data_make(data, type->dtype, input, n, stream);
    memcpy(expected, input, n * size);
    sort_expected(type, expected, n, descending);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && memcmp(expected + (kept - 1) * size, expected + i * size, size) == 0) {
            expected_counts[kept - 1]++;
            continue;
        }
        memmove(expected + kept * size, expected + i * size, size);
        expected_counts[kept++] = 1;
    }
    char *keys = (char *)guard_alloc(n * size, stream % 8 * size, stream % 3 == 0);
    struct variants variants = {.started = false};
    while (next_variant(&variants, PEL_OP_UNIQUE, type->dtype)) {
        pel_opts opts = options(descending ? PEL_DESCENDING : 0, threads, variants.name);
        memcpy(keys, input, n * size);
        found = n + 1;
        assert_int_equal(calls[t].unique(keys, n, counted ? counts : NULL, &found, &opts), PEL_OK);
        if (found != kept || memcmp(keys, expected, kept * size) != 0 ||
            (counted && memcmp(counts, expected_counts, kept * 8) != 0))
            fail_msg("%s: %zu distinct of %zu %s, %s, %d threads", variants.name ? variants.name : "default", kept, n,
                     type->name, data->name, threads);
    }
    guard_free(keys);
    guard_free(counts);
    free(input);
    free(expected);
    free(expected_counts);
}

static void every_unique(void **state)
{
    static const size_t sizes[] = {0, 1, 2, 17, 300, 5000};
    uint64_t stream = 1;
    (void)state;
    for (const struct sort_data *data = sort_data; data->name; data++) {
        for (size_t i = 0; i < 6; i++, stream++)
            check_unique((int)(stream % SORT_TYPES), data, sizes[i], 1 + (int)(stream % 4), stream % 5, stream);
    }
    for (int t = 0; t < SORT_TYPES; t++)
        check_unique(t, &sort_data[3 * t], 200003, 2 + t, true, 900 + (uint64_t)t);
}

static void order_is_noticed(void **state)
{
    (void)state;
    for (int t = 0; t < SORT_TYPES; t++) {
        for (size_t n = 0; n < 300000; n = 5 * n + 1) {
            const struct sort_type *type = &sort_types[t];
            bool descending = n % 2;
            char *keys = make_keys(type, &sort_data[t], n, true, descending, n);
            pel_opts opts = options(descending ? PEL_DESCENDING : 0, 1 + t, NULL);
            int sorted = -1;
            assert_int_equal(calls[t].is_sorted(keys, n, &sorted, &opts), PEL_OK);
            assert_int_equal(sorted, 1);
            for (size_t i = n / 3; i + 1 < n; i += n / 3 + 1) {
                if (type->compare(keys + i * type->size, keys + (i + 1) * type->size, descending) == 0)
                    continue;
                char *pair = keys + i * type->size, swap[16];
                memcpy(swap, pair, type->size);
                memmove(pair, pair + type->size, type->size);
                memcpy(pair + type->size, swap, type->size);
                assert_int_equal(calls[t].is_sorted(keys, n, &sorted, &opts), PEL_OK);
                assert_int_equal(sorted, 0);
                break;
            }
            guard_free(keys);
        }
    }
}

static double value_of(const struct sort_type *type, const char *sorted, size_t i)
{
    const char *key = sorted + i * type->size;
    switch (type->dtype) {
    case PEL_F32:
        return (double)*(const float *)(const void *)key;
    case PEL_F64:
        return *(const double *)(const void *)key;
    case PEL_I32:
        return (double)*(const int32_t *)(const void *)key;
    case PEL_I64:
        return (double)*(const int64_t *)(const void *)key;
    case PEL_U32:
        return (double)*(const uint32_t *)(const void *)key;
    default:
        return (double)*(const uint64_t *)(const void *)key;
    }
}

/* By the definitions: the key or keys at place j = floor(n q + m), counted from 1, with g what is left (Hyndman and
 * Fan, 1996), or around the place (n - 1) q. Where two keys are interpolated the answer may differ by rounding. */
static double quantile_of(const struct sort_type *type, const char *sorted, size_t n, double q, int method)
{
    static const double shift[] = {1, 0, 0, -0.5, 0, 0.5, 0, 1.0 / 3, 0.375, 1, 1, 1, 1};
    double m = shift[method];
    if (method == PEL_QUANTILE_LINEAR || method >= PEL_QUANTILE_LOWER)
        m = 1 - q;
    else if (method == PEL_QUANTILE_WEIBULL)
        m = q;
    else if (method == PEL_QUANTILE_MEDIAN_UNBIASED)
        m = (q + 1) / 3;
    else if (method == PEL_QUANTILE_NORMAL_UNBIASED)
        m = q / 4 + 0.375;
    double at =
        method == PEL_QUANTILE_LINEAR || method >= PEL_QUANTILE_LOWER ? (double)(n - 1) * q + 1 : (double)n * q + m;
    double j = floor(at), g = at - j, weight = g;
    if (method == PEL_QUANTILE_INVERTED_CDF || method == PEL_QUANTILE_HIGHER)
        weight = g > 0;
    if (method == PEL_QUANTILE_AVERAGED_INVERTED_CDF)
        weight = g > 0 ? 1 : 0.5;
    if (method == PEL_QUANTILE_CLOSEST_OBSERVATION)
        weight = !(g == 0 && fmod(j, 2) == 0);
    if (method == PEL_QUANTILE_LOWER)
        weight = 0;
    if (method == PEL_QUANTILE_NEAREST)
        weight = g == 0.5 ? fmod(j, 2) == 0 : g > 0.5;
    if (method == PEL_QUANTILE_MIDPOINT)
        weight = g > 0 ? 0.5 : 0;
    double low = j < 1           ? 1
                 : j > (double)n ? (double)n
                                 : j,
           high = j + 1 < 1           ? 1
                  : j + 1 > (double)n ? (double)n
                                      : j + 1;
    double a = value_of(type, sorted, (size_t)low - 1), b = value_of(type, sorted, (size_t)high - 1);
    return weight == 0 || a == b ? a : weight == 1 ? b : a * (1 - weight) + b * weight;
}

static void check_quantiles(int t, size_t n, size_t nq, int threads, uint64_t stream)
{
    const struct sort_type *type = &sort_types[t];
    struct test_random random = test_random_start(test_seed(), stream);
    char *keys = make_keys(type, &sort_data[0], n, false, false, stream), *sorted = malloc(n * type->size);
    char *input = malloc(n * type->size);
    double *q = malloc(nq * sizeof *q), *result = malloc(nq * sizeof *result);
    assert_true(sorted && input && q && result);
    if (type->dtype == PEL_F32 || type->dtype == PEL_F64) { /* what can be added */
        for (size_t i = 0; i < n; i++) {
            double x = ldexp((double)(test_random_bits(&random) >> 44) - 0x1p19, -10);
            if (type->dtype == PEL_F32)
                ((float *)(void *)keys)[i] = (float)x;
            else
                ((double *)(void *)keys)[i] = x;
        }
    }
    memcpy(input, keys, n * type->size);
    memcpy(sorted, keys, n * type->size);
    sort_expected(type, sorted, n, false);
    for (size_t i = 0; i < nq; i++) /* many of them fall on keys, and half way between */
        q[i] = i % 2 ? test_random_unit(&random) : (double)test_random_below(&random, 2 * n + 1) / (2 * (double)n);
    q[nq / 2] = 1;
    q[nq / 3] = 0;
    for (int method = 0; method <= PEL_QUANTILE_MIDPOINT; method++) {
        pel_opts opts = options(0, threads, NULL);
        memcpy(keys, input, n * type->size);
        assert_int_equal(calls[t].quantiles(keys, n, q, nq, (pel_quantile_method)method, result, &opts), PEL_OK);
        double span = fabs(value_of(type, sorted, 0)) + fabs(value_of(type, sorted, n - 1));
        for (size_t i = 0; i < nq; i++) {
            double expected = quantile_of(type, sorted, n, q[i], method);
            if (!(fabs(result[i] - expected) <= 1e-9 * span))
                fail_msg("quantile %a of %zu %s by method %d: %a, not %a", q[i], n, type->name, method, result[i],
                         expected);
        }
        sort_expected(type, keys, n, false);
        assert_memory_equal(keys, sorted, n * type->size);
    }
    guard_free(keys);
    free(sorted);
    free(input);
    free(q);
    free(result);
}

static void every_quantile(void **state)
{
    uint64_t stream = 1;
    (void)state;
    for (size_t n = 1; n < 60; n++, stream++)
        check_quantiles((int)(n % SORT_TYPES), n, 1 + n % 40, 1, stream);
    for (int t = 0; t < SORT_TYPES; t++, stream++) {
        check_quantiles(t, 20001, 5, 1 + t, stream);
        check_quantiles(t, 3000, 200, 1 + t, stream);
    }
}

/* Infinities and NaNs are keys as others. */
static void quantiles_of_special_values(void **state)
{
    double keys[] = {NAN, -INFINITY, 1, INFINITY, -1}, q[] = {0, 0.25, 0.5, 0.75, 1, 0.875}, result[6];
    (void)state;
    assert_int_equal(pel_quantiles_f64(keys, 5, q, 6, PEL_QUANTILE_LINEAR, result, NULL), PEL_OK);
    assert_true(result[0] == -INFINITY && result[1] == -1 && result[2] == 1 && result[3] == INFINITY);
    assert_true(isnan(result[4]) && isnan(result[5]));
}

static void bad_arguments_touch_nothing(void **state)
{
    (void)state;
    for (int t = 0; t < SORT_TYPES; t++) {
        uint64_t a[4] = {1, 2, 3, 4}, b[4] = {1, 2, 3, 4}, out[8] = {9, 9, 9, 9, 9, 9, 9, 9}, before[8];
        double q[2] = {0.5, 0.5}, bad_q[2] = {0.5, 1.5}, nan_q[1] = {NAN}, result[2] = {7, 7};
        size_t found = 7, huge = PTRDIFF_MAX / sort_types[t].size;
        int sorted = 7;
        pel_opts flag = options(1u << 31, 0, NULL), variant = options(0, 0, "scalar/none"),
                 skip = options(PEL_NAN_SKIP, 0, NULL);
        memcpy(before, out, sizeof out);
        assert_int_equal(calls[t].search(NULL, 1, b, 1, out, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].search(a, 2, (char *)b + 1, 1, out, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].search(a, 2, b, 2, b, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].search(a, 2, b, 2, a, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].search(a, SIZE_MAX, b, 1, out, NULL), PEL_ERANGE);
        assert_int_equal(calls[t].search(a, 2, b, 2, out, &flag), PEL_EINVAL);
        assert_int_equal(calls[t].search(a, 2, b, 2, out, &variant), PEL_ENOTSUP);
        assert_int_equal(calls[t].merge(a, 2, NULL, 1, out, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].merge(a, 2, b, 2, a, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].merge(a, 2, b, 2, (char *)out + 1, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].merge(a, huge, b, huge, out, NULL), PEL_ERANGE);
        assert_int_equal(calls[t].merge(a, 2, b, 2, out, &flag), PEL_EINVAL);
        assert_int_equal(calls[t].merge(a, 2, b, 2, out, &variant), PEL_ENOTSUP);
        assert_int_equal(calls[t].unique(a, 2, NULL, NULL, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].unique(a, 2, a, &found, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].unique(NULL, 2, NULL, &found, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].unique(a, 2, NULL, &found, &variant), PEL_ENOTSUP);
        assert_int_equal(calls[t].is_sorted(a, 2, NULL, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].is_sorted(NULL, 2, &sorted, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].is_sorted(a, 2, &sorted, &flag), PEL_EINVAL);
        assert_int_equal(calls[t].quantiles(a, 0, q, 1, PEL_QUANTILE_LINEAR, result, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].quantiles(a, 2, bad_q, 2, PEL_QUANTILE_LINEAR, result, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].quantiles(a, 2, nan_q, 1, PEL_QUANTILE_LINEAR, result, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].quantiles(a, 2, q, 2, (pel_quantile_method)99, result, NULL), PEL_EINVAL);
        assert_int_equal(calls[t].quantiles(a, 2, NULL, 2, PEL_QUANTILE_LINEAR, result, NULL), PEL_EINVAL);
        if (sort_types[t].dtype == PEL_F32 || sort_types[t].dtype == PEL_F64)
            assert_int_equal(calls[t].quantiles(a, 2, q, 2, PEL_QUANTILE_LINEAR, result, &skip), PEL_ENOTSUP);
        assert_memory_equal(a, b, sizeof a);
        assert_memory_equal(out, before, sizeof out);
        assert_true(found == 7 && sorted == 7 && result[0] == 7);
        assert_int_equal(calls[t].quantiles(NULL, 0, NULL, 0, PEL_QUANTILE_LINEAR, NULL, NULL), PEL_OK);
        assert_int_equal(calls[t].merge(NULL, 0, NULL, 0, NULL, NULL), PEL_OK);
        assert_int_equal(calls[t].search(NULL, 0, b, 2, out, NULL), PEL_OK);
        assert_true(out[0] == 0 && out[1] == 0 && out[2] == 9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_search),
        cmocka_unit_test(every_merge),
        cmocka_unit_test(every_unique),
        cmocka_unit_test(merges_of_anything_are_harmless),
        cmocka_unit_test(order_is_noticed),
        cmocka_unit_test(every_quantile),
        cmocka_unit_test(quantiles_of_special_values),
        cmocka_unit_test(bad_arguments_touch_nothing),
    };
    return cmocka_run_group_tests(tests, test_start_with_many_processors, NULL);
}
