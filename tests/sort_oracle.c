#include "tests/sort_oracle.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support.h"

/* In words: numbers in order, or in reverse, with -0 before +0; then NaNs, ascending by their bits. */
#define COMPARE_FLOATS(T, U, suffix)                                                                                   \
    static int compare_##suffix(const void *a, const void *b, bool descending)                                         \
    {                                                                                                                  \
        T x, y;                                                                                                        \
        U x_bits, y_bits;                                                                                              \
        memcpy(&x, a, sizeof x);                                                                                       \
        memcpy(&y, b, sizeof y);                                                                                       \
        memcpy(&x_bits, a, sizeof x);                                                                                  \
        memcpy(&y_bits, b, sizeof y);                                                                                  \
        if (isnan(x) && isnan(y))                                                                                      \
            return (x_bits > y_bits) - (x_bits < y_bits);                                                              \
        if (isnan(x) || isnan(y))                                                                                      \
            return isnan(x) ? 1 : -1;                                                                                  \
        int order = (x > y) - (x < y);                                                                                 \
        if (order == 0)                                                                                                \
            order = (signbit(y) != 0) - (signbit(x) != 0);                                                             \
        return descending ? -order : order;                                                                            \
    }

#define PUBLIC_SORT(suffix)                                                                                            \
    static pel_status sort_##suffix(void *keys, size_t n, const pel_opts *opts)                                        \
    {                                                                                                                  \
        return pel_sort_##suffix(keys, n, opts);                                                                       \
    }                                                                                                                  \
    static pel_status argsort_##suffix(const void *keys, size_t n, uint64_t *index, const pel_opts *opts)              \
    {                                                                                                                  \
        return pel_argsort_##suffix(keys, n, index, opts);                                                             \
    }                                                                                                                  \
    static pel_status argsort_##suffix##_u32(const void *keys, size_t n, uint32_t *index, const pel_opts *opts)        \
    {                                                                                                                  \
        return pel_argsort_##suffix##_u32(keys, n, index, opts);                                                       \
    }                                                                                                                  \
    static pel_status pairs_##suffix(void *keys, uint64_t *values, size_t n, const pel_opts *opts)                     \
    {                                                                                                                  \
        return pel_sort_pairs_##suffix##_u64(keys, values, n, opts);                                                   \
    }                                                                                                                  \
    static pel_status pairs_##suffix##_u32(void *keys, uint32_t *values, size_t n, const pel_opts *opts)               \
    {                                                                                                                  \
        return pel_sort_pairs_##suffix##_u32(keys, values, n, opts);                                                   \
    }

COMPARE_FLOATS(float, uint32_t, f32)
COMPARE_FLOATS(double, uint64_t, f64)
SORT_COMPARE_INTEGERS(int32_t, i32)
SORT_COMPARE_INTEGERS(int64_t, i64)
SORT_COMPARE_INTEGERS(uint32_t, u32)
SORT_COMPARE_INTEGERS(uint64_t, u64)

PUBLIC_SORT(f32)
PUBLIC_SORT(f64)
PUBLIC_SORT(i32)
PUBLIC_SORT(i64)
PUBLIC_SORT(u32)
PUBLIC_SORT(u64)

#define ROW(dtype, size, suffix)                                                                                       \
    {                                                                                                                  \
        dtype, #suffix, size, compare_##suffix, sort_##suffix, argsort_##suffix, argsort_##suffix##_u32,               \
            pairs_##suffix, pairs_##suffix##_u32                                                                       \
    }

const struct sort_type sort_types[SORT_TYPES] = {
    ROW(PEL_F32, 4, f32), ROW(PEL_F64, 8, f64), ROW(PEL_I32, 4, i32),
    ROW(PEL_I64, 8, i64), ROW(PEL_U32, 4, u32), ROW(PEL_U64, 8, u64),
};

/* Merges the sorted runs from[0 ... left) and from[left ... n). */
static void merge(const struct sort_type *type, const char *from, size_t left, size_t n, char *to, bool descending)
{
    const char *a = from, *a_end = from + left * type->size, *b = a_end, *b_end = from + n * type->size;
    while (a < a_end || b < b_end) {
        bool take_a = b == b_end || (a < a_end && type->compare(a, b, descending) <= 0);
        const char **next = take_a ? &a : &b;
        memcpy(to, *next, type->size);
        *next += type->size;
        to += type->size;
    }
}

void sort_expected(const struct sort_type *type, void *keys, size_t n, bool descending)
{
    char *from = keys, *work = malloc(n * type->size + 1), *to = work;
    assert_non_null(work);
    for (size_t run = 1; run < n; run *= 2) {
        for (size_t i = 0; i < n; i += 2 * run) {
            size_t left = n - i < run ? n - i : run, both = n - i < 2 * run ? n - i : 2 * run;
            merge(type, from + i * type->size, left, both, to + i * type->size, descending);
        }
        char *swap = from;
        from = to;
        to = swap;
    }
    if (from != keys)
        memcpy(keys, from, n * type->size);
    free(work);
}

void order_expected(const struct sort_type *type, const void *keys, size_t n, bool descending, uint64_t *index)
{
    const char *key = keys;
    uint64_t *from = index, *work = malloc((n + 1) * sizeof *work), *to = work;
    assert_non_null(work);
    for (size_t i = 0; i < n; i++)
        index[i] = i;
    for (size_t run = 1; run < n; run *= 2) {
        for (size_t i = 0; i < n; i += 2 * run) {
            size_t a = i, middle = n - i < run ? n : i + run, b = middle, end = n - middle < run ? n : middle + run;
            for (size_t out = i; out < end; out++) {
                bool take_a = b == end || (a < middle && type->compare(key + from[a] * type->size,
                                                                       key + from[b] * type->size, descending) <= 0);
                to[out] = from[take_a ? a++ : b++];
            }
        }
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != index)
        memcpy(index, from, n * sizeof *index);
    free(work);
}
