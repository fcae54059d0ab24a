/* What a leaf of compactions takes and returns. Flags are bytes, one for each element; those that are not 0 stand for
 * elements to keep. */
#ifndef PEL_KERNELS_SCAN_COMPACT_LEAF_H
#define PEL_KERNELS_SCAN_COMPACT_LEAF_H

#include <stddef.h>
#include <stdint.h>

#include <pel/compact.h>

struct pel_compact_leaf {
    /* Writes whether each of n elements stands in the relation to the value. */
    void (*flag)(const void *x, size_t n, pel_relation relation, const void *value, uint8_t *flags);
    /* Writes whether each of n elements is unlike the one behind it, which is there for the last one, too. */
    void (*change)(const void *x, size_t n, uint8_t *flags);
    /* How many of n flags are set. */
    size_t (*count)(const uint8_t *flags, size_t n);
    /* Writes the elements whose flags are set to out, which has room for them and perhaps more, and may be x or lie
     * before it; how many they are. */
    size_t (*pack)(const void *x, const uint8_t *flags, size_t n, void *out, size_t room);
    /* Writes the indices of the flags that are set, likewise; the first flag has index `first`. */
    size_t (*number)(size_t first, const uint8_t *flags, size_t n, uint64_t *index, size_t room);
};

#endif
