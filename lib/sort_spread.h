/* Sorts of many keys: a team, or one thread, distributes them over buckets in place, and sorts those. */
#ifndef PEL_LIB_SORT_SPREAD_H
#define PEL_LIB_SORT_SPREAD_H

#include <stdbool.h>
#include <stddef.h>

#include <pel/types.h>

#include "kernels/sort/leaf.h"

struct pel_sort_job {
    const struct pel_sort_leaf *leaf;
    size_t alone; /* bytes; more are distributed by one thread, too, and to more buckets */
    char *keys;
    size_t n, size; /* keys, and bytes of one */
    bool descending;
    int team;
};

/* Takes scratch of a quarter of the keys' bytes at most, an eighth where keys are many. False, with the keys as they
 * were, when it is not worth it or there is no memory. */
bool pel_sort_spread(const struct pel_sort_job *job, const pel_opts *opts);

#endif
