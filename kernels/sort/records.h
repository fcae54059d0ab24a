/* What a kernel of argsort and sort_pairs is made of; kernels.run.records points to a struct pel_records_leaf.
 *
 * A record is a key and what travels with it, its load: the caller's value, or the index of the key. Keys and loads are
 * in arrays of their own; codes stand for keys in every comparison (order.h). */
#ifndef PEL_KERNELS_SORT_RECORDS_H
#define PEL_KERNELS_SORT_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pel/types.h>

#include "kernels/sort/leaf.h"

enum {
    PEL_RECORDS_BUCKETS = 2 << PEL_SORT_LEVELS, /* at most */
    PEL_RECORDS_SAMPLES = 16,                   /* for each range */
    PEL_RECORDS_GROUP = 16,                     /* records of a bucket that are collected before they are stored */
};

/* A stretch of the records on its way to the buckets. */
struct pel_records_stripe {
    const void *keys;
    const void *loads; /* NULL: the load of record i is first + i */
    uint64_t first;
    size_t n, load_size; /* 4 or 8 bytes a load */
    bool descending;
    uint16_t *bucket;         /* of each record */
    size_t *start, *next;     /* of each bucket: where this stripe's records start, and where the next goes */
    char *group;              /* room for PEL_RECORDS_GROUP records of each bucket */
    char *keys_to, *loads_to; /* all records, in the order of buckets; aligned to a cache line */
};

/* What there is to know of 128-bit keys before they are made into records of 64 bits: the bits in which any of them
 * differs from the first, and whether they are in order. */
struct pel_wide_range {
    pel_u128 differ;
    bool in_order;
};

/* Records of one bucket, and the keys that they become. A word is the 64 bits from bit `shift` on. */
struct pel_wide_records {
    void *words, *loads;
    size_t n;
    void *keys;
    int shift;
    pel_u128 prefix; /* any key: what is in front of the word */
    bool descending;
};

/* Sorts of 128-bit keys. */
struct pel_wide_leaf {
    /* The only one that every kernel has; slow. */
    void (*sort_in_place)(void *keys, size_t n, bool descending);

    /* Adds to the range, which starts as no bits, in order. The first key is compared as all others are. */
    void (*scan)(const void *keys, size_t n, bool descending, struct pel_wide_range *range);

    void (*split)(const void *keys, size_t n, int shift, void *words, void *loads);

    /* Writes keys in this order of their words, and those with equal words in order; uses up the words. `order` may be
     * in the second half of the keys. */
    void (*join)(struct pel_wide_records *records, const uint64_t *order);

    /* As below. */
    void (*find_ranges)(const void *keys, size_t n, bool descending, int shift, int levels, void *sample,
                        struct pel_sort_ranges *ranges);
    void (*classify)(const struct pel_sort_ranges *ranges, struct pel_records_stripe *stripe, int shift);
    void (*scatter)(struct pel_records_stripe *stripe, size_t nbuckets, int shift);
};

struct pel_records_leaf {
    /* order[i] becomes the place among the keys of the one that comes i-th; equal keys in the order of their places. */
    void (*order)(const void *keys, size_t n, bool descending, uint64_t *order);

    /* Whether the keys are in order as they are. */
    bool (*in_order)(const void *keys, size_t n, bool descending);

    /* to[i] = from[order[i]]: elements of from_size bytes, 4 or 8, become ones of to_size, not less. `to` may be
     * `order` itself. from NULL: to[i] = order[i], in 4 bytes. */
    void (*collect)(const void *from, size_t from_size, const uint64_t *order, size_t n, void *to, size_t to_size);

    /* to[i] = first + i. */
    void (*number)(uint64_t first, size_t n, void *to, size_t to_size);

    /* The following three distribute many records; NULL where a kernel has no more than order.
     *
     * Finds about 2^levels ranges, and up to twice as many. sample: room for PEL_RECORDS_SAMPLES << levels keys. */
    void (*find_ranges)(const void *keys, size_t n, bool descending, int levels, void *sample,
                        struct pel_sort_ranges *ranges);

    /* Finds the bucket of each record of a stripe, and how many there are in each: in next. */
    void (*classify)(const struct pel_sort_ranges *ranges, struct pel_records_stripe *stripe);

    /* Moves the records of a stripe to their buckets; those of a bucket keep their order. */
    void (*scatter)(struct pel_records_stripe *stripe, size_t nbuckets);

    const struct pel_wide_leaf *wide; /* of 64-bit unsigned integers; else NULL */
};

#endif
