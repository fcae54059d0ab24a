/* What kernels on arrays that are in order take: searchsorted and merge; and unique, which leaves one. Where arrays are
 * not in order after all, results have no meaning, but nothing outside of the arrays is touched. */
#ifndef PEL_KERNELS_SORT_SORTED_H
#define PEL_KERNELS_SORT_SORTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keys in order, and on which side of those equal to a needle its place is. */
struct pel_search {
    const void *keys;
    size_t n;
    bool right, descending;
};

/* Two runs in order. */
struct pel_merge {
    const void *a, *b;
    size_t na, nb;
    bool descending;
};

struct pel_merge_leaf {
    /* How many of the first `count` keys of the merged run are of a, from `least` to `most`: those that are equal come
     * from a first. */
    size_t (*split)(const struct pel_merge *runs, size_t count, size_t least, size_t most);

    void (*merge)(const struct pel_merge *runs, void *out);
};

#endif
