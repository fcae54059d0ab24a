/* Sorts by comparison, in the order that pel/sort.h defines, and the public sorts in one table. */
#ifndef PEL_TESTS_SORT_ORACLE_H
#define PEL_TESTS_SORT_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <pel/pel.h>

/* Whether a goes before b, neither, or after it: negative, zero, positive. */
typedef int sort_compare(const void *a, const void *b, bool descending);

/* Defines compare_SUFFIX, of integers. */
#define SORT_COMPARE_INTEGERS(T, suffix)                                                                               \
    static int compare_##suffix(const void *a, const void *b, bool descending)                                         \
    {                                                                                                                  \
        T x, y;                                                                                                        \
        memcpy(&x, a, sizeof x);                                                                                       \
        memcpy(&y, b, sizeof y);                                                                                       \
        int order = (x > y) - (x < y);                                                                                 \
        return descending ? -order : order;                                                                            \
    }

struct sort_type {
    pel_dtype dtype;
    const char *name;
    size_t size;
    sort_compare *compare;
    pel_status (*sort)(void *keys, size_t n, const pel_opts *opts);
    pel_status (*argsort)(const void *keys, size_t n, uint64_t *index, const pel_opts *opts);
    pel_status (*argsort_u32)(const void *keys, size_t n, uint32_t *index, const pel_opts *opts);
    pel_status (*pairs)(void *keys, uint64_t *values, size_t n, const pel_opts *opts);
    pel_status (*pairs_u32)(void *keys, uint32_t *values, size_t n, const pel_opts *opts);
};

enum { SORT_TYPES = 6 };
extern const struct sort_type sort_types[SORT_TYPES];

/* A stable merge sort. */
void sort_expected(const struct sort_type *type, void *keys, size_t n, bool descending);

/* The indices in the order of their keys, by a stable merge sort. */
void order_expected(const struct sort_type *type, const void *keys, size_t n, bool descending, uint64_t *index);

#endif
