/* What a sort kernel is made of; kernels.run.sort points to a struct pel_sort_leaf.
 *
 * A key is a number of the caller's. Its code is a signed integer of the same width that stands for it in every
 * comparison: code(a) < code(b) exactly if a goes before b (order.h). Codes take the place of keys in memory. */
#ifndef PEL_KERNELS_SORT_LEAF_H
#define PEL_KERNELS_SORT_LEAF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PEL_SORT_LEVELS = 8,                     /* of the tree of splitters, at most */
    PEL_SORT_BUCKETS = 2 << PEL_SORT_LEVELS, /* at most */
    PEL_SORT_SAMPLES = 16,                   /* per leaf of the tree */
    PEL_SORT_BLOCK = 1024,                   /* bytes */
};

/* A search tree over 2^levels - 1 splitters: the children of node i are 2 i and 2 i + 1, and leaf b is at 2^levels + b.
 * Bucket b has the codes that end at leaf b, which repeats the splitter that is the bucket's upper bound. When the
 * splitters repeat a code, that code is frequent: then bucket 2 b + 1 has what equals the bound, and 2 b the rest. */
struct pel_sort_tree {
    int levels;
    bool repeats;
    union {
        int32_t i32[2 << PEL_SORT_LEVELS];
        int64_t i64[2 << PEL_SORT_LEVELS];
    } node;
};

/* A stretch of the keys, as codes distributed to buckets. Bucket b collects codes in block b; when that is full it
 * moves to the end of the blocks, where it is one of a chain. */
struct pel_sort_stripe {
    char *blocks;   /* aligned to PEL_SORT_BLOCK; as many as the stripe's codes fill, and one more for each bucket */
    size_t used;    /* blocks */
    size_t *before; /* the block before each in its chain */
    size_t *last;   /* of each bucket's chain */
    size_t *full;   /* length of each bucket's chain */
    char **next;    /* where the next code of each bucket goes, in its block */
};

struct pel_sort_leaf {
    bool wants_scratch; /* sort is faster with scratch */

    /* Sorts n keys in place. scratch: room for n more keys, or NULL. */
    void (*sort)(void *keys, size_t n, void *scratch, bool descending);

    /* Clears *sorted or *reversed if two neighbours among the n keys say otherwise. */
    void (*scan)(const void *keys, size_t n, bool descending, bool *sorted, bool *reversed);

    /* Swaps each of the keys from ... to-1 with its mirror image among all n. */
    void (*reverse)(void *keys, size_t n, size_t from, size_t to);

    /* The following three make a sort of many keys; NULL where a kernel has only the sort of few.
     *
     * Chooses splitters for 2^levels ranges. sample: room for PEL_SORT_SAMPLES << levels keys. */
    void (*plant)(const void *keys, size_t n, bool descending, int levels, void *sample, struct pel_sort_tree *tree);

    /* Distributes n keys over the blocks of a stripe. */
    void (*distribute)(const void *keys, size_t n, bool descending, const struct pel_sort_tree *tree,
                       struct pel_sort_stripe *stripe);

    /* Sorts all of one bucket into keys; n: how many there are in all stripes. */
    void (*collect)(const struct pel_sort_stripe *stripes, size_t nstripes, const struct pel_sort_tree *tree,
                    size_t bucket, void *keys, size_t n, bool descending);
};

#endif
