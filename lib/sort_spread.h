/* Sorts of many keys: a team, or one thread, distributes them over buckets in place, and sorts those. */
#ifndef PEL_LIB_SORT_SPREAD_H
#define PEL_LIB_SORT_SPREAD_H

#include <stdbool.h>
#include <stddef.h>

#include <pel/status.h>
#include <pel/types.h>

#include "kernels/sort/leaf.h"

/* Is shown the keys of each bucket, n of them from `from` on, when they are sorted and still in a cache. Equal keys are
 * in one bucket, and a bucket may be empty. It may change the keys. */
struct pel_sort_guest {
    void (*visit)(void *context, size_t bucket, size_t from, size_t n);
    void *context;
};

struct pel_sort_job {
    const struct pel_sort_leaf *leaf;
    size_t alone; /* bytes; more are distributed by one thread, too, and to more buckets */
    char *keys;
    size_t n, size; /* keys, and bytes of one */
    bool descending;
    int team;
    const struct pel_sort_guest *guest; /* NULL: there is none */
};

/* pel_sort of a dtype. The guest, which may be NULL, has been shown *nbuckets buckets, or none where it is 0. */
pel_status pel_sort_visited(pel_dtype dtype, void *keys, size_t n, const struct pel_sort_guest *guest, size_t *nbuckets,
                            const pel_opts *opts);

/* Takes scratch of a quarter of the keys' bytes at most, an eighth where keys are many. *nbuckets: what the guest has
 * been shown; none of keys that were in order. False, with the keys as they were, when it is not worth it or there is
 * no memory. */
bool pel_sort_spread(const struct pel_sort_job *job, size_t *nbuckets, const pel_opts *opts);

#endif
