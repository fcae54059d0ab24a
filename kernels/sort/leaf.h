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
    PEL_SORT_RANGES = 512,                  /* that a distribution may aim at */
    PEL_SORT_BUCKETS = 2 * PEL_SORT_RANGES, /* that it may end with */
    PEL_SORT_SAMPLES = 16,                  /* for each range */
    PEL_SORT_LEVELS = 8,                    /* of the tree of splitters, at most */
    PEL_SORT_STRETCHES = 2048,              /* of the map */
};

/* The span of the codes cut into even stretches, of which each is a part of a bucket, or cut evenly into buckets. A
 * code's distance from the lowest one says by its upper bits which stretch it is in, and by the bits below which of the
 * buckets from the stretch's first one on. What is beyond the ends of the span counts as an end. */
struct pel_sort_map {
    union {
        int32_t i32;
        int64_t i64;
    } low, high;
    int shift; /* bits of a distance within a stretch */
    struct {
        uint16_t bucket; /* the stretch's first */
        uint16_t shift;  /* bits of a distance within a bucket */
    } stretch[PEL_SORT_STRETCHES];
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

/* How codes find their buckets: by the map where there are to be more than a tree has, and it makes them of about the
 * same size; else by the tree. */
struct pel_sort_ranges {
    size_t nbuckets;
    bool by_map;
    union {
        struct pel_sort_map map;
        struct pel_sort_tree tree;
    } how;
};

/* Whether what is in a bucket equals its upper bound. */
static inline bool pel_sort_all_equal(const struct pel_sort_ranges *ranges, size_t bucket)
{
    return !ranges->by_map && ranges->how.tree.repeats && bucket % 2 == 1;
}

/* A part of the keys, as codes distributed to buckets. A bucket collects codes in a buffer; when that is full it goes
 * to the end of the bucket's chain of blocks. */
struct pel_sort_stripe {
    char *buffers;  /* one for each bucket, aligned to its size */
    size_t buffer;  /* bytes of one: a power of two, at least two cache lines */
    char **next;    /* where the next code of each bucket goes, in its buffer */
    char *blocks;   /* aligned to a cache line; as many as the stripe's codes fill, and one more for each bucket */
    size_t block;   /* bytes of one: a power of two, at least `buffer` */
    size_t used;    /* blocks */
    char **end;     /* of each bucket's chain: where the next buffer goes, in its last block */
    size_t *before; /* the block before each in its chain */
    size_t *last;   /* of each bucket's chain */
    size_t *full;   /* blocks of each bucket's chain before the last */
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
     * Finds about `wanted` ranges, 4 ... PEL_SORT_RANGES, a power of two, from samples of n keys, at least as many as
     * there are samples; there are at most twice as many buckets. sample: room for PEL_SORT_SAMPLES * wanted keys. */
    void (*find_ranges)(const void *keys, size_t n, bool descending, size_t wanted, void *sample,
                        struct pel_sort_ranges *ranges);

    /* Distributes n keys over the blocks of a stripe. */
    void (*distribute)(const void *keys, size_t n, bool descending, const struct pel_sort_ranges *ranges,
                       struct pel_sort_stripe *stripe);

    /* Sorts all of one bucket into keys; n: how many there are in all stripes. */
    void (*collect)(const struct pel_sort_stripe *stripes, size_t nstripes, const struct pel_sort_ranges *ranges,
                    size_t bucket, void *keys, size_t n, bool descending);
};

#endif
