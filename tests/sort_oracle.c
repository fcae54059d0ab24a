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

#define COMPARE_INTEGERS(T, suffix)                                                                                    \
    static int compare_##suffix(const void *a, const void *b, bool descending)                                         \
    {                                                                                                                  \
        T x, y;                                                                                                        \
        memcpy(&x, a, sizeof x);                                                                                       \
        memcpy(&y, b, sizeof y);                                                                                       \
        int order = (x > y) - (x < y);                                                                                 \
        return descending ? -order : order;                                                                            \
    }

#define PUBLIC_SORT(suffix)                                                                                            \
    static pel_status sort_##suffix(void *keys, size_t n, const pel_opts *opts)                                        \
    {                                                                                                                  \
        return pel_sort_##suffix(keys, n, opts);                                                                       \
    }

COMPARE_FLOATS(float, uint32_t, f32)
COMPARE_FLOATS(double, uint64_t, f64)
COMPARE_INTEGERS(int32_t, i32)
COMPARE_INTEGERS(int64_t, i64)
COMPARE_INTEGERS(uint32_t, u32)
COMPARE_INTEGERS(uint64_t, u64)

PUBLIC_SORT(f32)
PUBLIC_SORT(f64)
PUBLIC_SORT(i32)
PUBLIC_SORT(i64)
PUBLIC_SORT(u32)
PUBLIC_SORT(u64)

const struct sort_type sort_types[SORT_TYPES] = {
    {PEL_F32, "f32", 4, compare_f32, sort_f32}, {PEL_F64, "f64", 8, compare_f64, sort_f64},
    {PEL_I32, "i32", 4, compare_i32, sort_i32}, {PEL_I64, "i64", 8, compare_i64, sort_i64},
    {PEL_U32, "u32", 4, compare_u32, sort_u32}, {PEL_U64, "u64", 8, compare_u64, sort_u64},
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
