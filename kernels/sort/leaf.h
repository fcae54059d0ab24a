/* What a sort kernel is made of; kernels.run.sort points to a struct pel_sort_leaf.
 *
 * A key is a number of the caller's. Its code is a signed integer of the same width that stands for it in every
 * comparison: code(a) < code(b) exactly if a goes before b (order.h). Codes take the place of keys in memory. */
#ifndef PEL_KERNELS_SORT_LEAF_H
#define PEL_KERNELS_SORT_LEAF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/sort/ruler.h"
#include "kernels/sort/slots.h"
#include "kernels/sort/tree.h"

enum {
    PEL_SORT_RANGES = 1024,                 /* that a distribution may aim at */
    PEL_SORT_BUCKETS = 2 * PEL_SORT_RANGES, /* that it may end with */
    PEL_SORT_STRETCHES = 4096,              /* of the map */
    PEL_SORT_LITTLE_SCRATCH = 5,            /* times the keys */
    PEL_SORT_SCRATCH = 512 << 10,           /* bytes */
};

/* The span of the codes cut into even stretches, of which each is a part of a bucket, or cut evenly into buckets. A
 * code's distance from the lowest one says by its upper bits which stretch it is in, and by the bits below which of the
 * buckets from the stretch's first one on. What is beyond the ends of the span counts as an end. */
struct pel_sort_map {
    union {
        int32_t i32;
        int64_t i64;
    } low, high;
    int shift;                            /* bits of a distance within a stretch */
    uint32_t stretch[PEL_SORT_STRETCHES]; /* its first bucket << 8 | bits of a distance within a bucket */
};

/* How codes find their buckets, the fastest way first: by a ruler where even parts of the span have about as many codes
 * each, by the map where that makes buckets of about the same size, else by the tree. */
enum pel_sort_way { PEL_SORT_BY_RULER, PEL_SORT_BY_MAP, PEL_SORT_BY_TREE };

struct pel_sort_ranges {
    size_t nbuckets;
    enum pel_sort_way way;
    uint32_t sampled[PEL_SORT_BUCKETS + 1]; /* samples before each bucket, and in the end all */
    union {
        struct pel_sort_ruler ruler;
        struct pel_sort_map map;
        struct pel_sort_tree tree;
    } how;
};

/* Whether what is in a bucket equals its upper bound. */
static inline bool pel_sort_all_equal(const struct pel_sort_ranges *ranges, size_t bucket)
{
    return ranges->way == PEL_SORT_BY_TREE && ranges->how.tree.repeats && bucket % 2 == 1;
}

struct pel_sort_leaf {
    /* What the sort of n keys is faster with, in bytes; no more for fewer keys. At most as much as the keys take, or
     * PEL_SORT_LITTLE_SCRATCH times that and a cache line, up to PEL_SORT_SCRATCH. */
    size_t (*scratch_bytes)(size_t n);

    /* Sorts n keys in place. scratch: of that size and aligned to a cache line, or NULL. */
    void (*sort)(void *keys, size_t n, void *scratch, bool descending);

    /* Clears *sorted or *reversed if two neighbours among the n keys say otherwise. */
    void (*scan)(const void *keys, size_t n, bool descending, bool *sorted, bool *reversed);

    /* Swaps each of the keys from ... to-1 with its mirror image among all n. */
    void (*reverse)(void *keys, size_t n, size_t from, size_t to);

    /* The following three make a sort of many keys; NULL where a kernel has only the sort of few.
     *
     * Finds about `wanted` ranges, 4 ... PEL_SORT_RANGES, a power of two, from samples of n keys; there are at most
     * twice as many buckets. sample: room for that many keys, a multiple of `wanted` and at most n. */
    void (*find_ranges)(const void *keys, size_t n, bool descending, size_t wanted, void *sample, size_t count,
                        struct pel_sort_ranges *ranges);

    /* Distributes the keys of a stripe over its blocks. All of its chains are empty, and its regions have a free slot
     * for each bucket. */
    void (*distribute)(const struct pel_sort_ranges *ranges, struct pel_sort_stripe *stripe, bool descending);

    /* Makes the codes of one bucket, n in all, keys in order. Where all are equal, there need be no codes. scratch: as
     * for `sort`. */
    void (*finish)(const struct pel_sort_ranges *ranges, size_t bucket, void *codes, size_t n, void *scratch,
                   bool descending);
};

#endif
