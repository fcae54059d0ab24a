/* What a sort kernel is made of; kernels.run.sort points to one of these.
 *
 * A key is a number of the caller's. Its code is a signed integer of the same width that stands for it in every
 * comparison: code(a) < code(b) exactly if a goes before b (order.h). Codes take the place of keys in memory. */
#ifndef PEL_KERNELS_SORT_LEAF_H
#define PEL_KERNELS_SORT_LEAF_H

#include <stdbool.h>
#include <stddef.h>

struct pel_sort_leaf {
    bool wants_scratch; /* sort is faster with scratch, for n keys */
    /* Sorts keys in place. scratch: as many bytes as the keys, or NULL. */
    void (*sort)(void *keys, size_t n, void *scratch, bool descending);
};

#endif
