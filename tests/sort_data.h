/* Inputs for sorts: the distributions that sorting libraries are known to be fast, slow or wrong on. */
#ifndef PEL_TESTS_SORT_DATA_H
#define PEL_TESTS_SORT_DATA_H

#include <stddef.h>

#include <pel/types.h>

#include "tests/support.h"

/* What becomes of the values that a distribution makes. */
enum sort_meaning {
    SORT_NUMBERS, /* numbers, moved so that half of them are negative where that is possible */
    SORT_BITS,    /* bits of the key */
    SORT_SPECIAL, /* indices into a table: zeros, infinities, NaNs, extremes */
};

struct sort_data {
    const char *name;
    enum sort_meaning meaning;
    void (*fill)(struct test_random *random, uint64_t *value, size_t n);
};

/* Ends with a NULL name. */
extern const struct sort_data sort_data[];

const struct sort_data *sort_data_named(const char *name);

/* Makes n keys of the given type. */
void sort_data_make(const struct sort_data *data, pel_dtype dtype, void *keys, size_t n, uint64_t stream);

#endif
