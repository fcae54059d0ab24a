/* Where distributed codes go: blocks in the slots that the keys themselves leave as they are read. M. Axtmann, S. Witt,
 * D. Ferizovic, P. Sanders, "In-place parallel super scalar samplesort" (2017).
 *
 * The array of keys is cut into slots of one block each; some spare slots are elsewhere. A slot is free when its keys
 * have been read. The array is also cut into even regions of neighbouring slots, and read a slot from each region in
 * turn: thus at any time there are free slots near the place where a bucket will be in the end, and most blocks are
 * written where they may stay. */
#ifndef PEL_KERNELS_SORT_SLOTS_H
#define PEL_KERNELS_SORT_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PEL_SORT_REGIONS = 256 }; /* at most */

#define PEL_SORT_NO_SLOT UINT32_MAX /* also the owner of a free one */

struct pel_sort_slots {
    char *base, *spare;  /* aligned to a cache line */
    size_t block;        /* bytes: a power of two, at least a buffer of a stripe */
    uint32_t count, all; /* slots in the array; with spare ones, which are numbered behind those */
    uint32_t *owner;     /* of each slot: the bucket of its block */
};

/* What a stripe has of a region. */
struct pel_sort_region {
    uint32_t first, count; /* slots */
    uint32_t turn;         /* the first one that is read; after the last one comes the first */
};

/* What a stripe has of a bucket. */
struct pel_sort_chain {
    size_t moved;              /* bytes that went from the buffer to blocks */
    uint32_t slot;             /* of the last block, which is full if `moved` is a multiple of blocks */
    uint32_t first, end, next; /* slots where the bucket will be; the first to look at for its next block */
};

/* A part of the keys, as codes distributed to buckets. A bucket collects codes in a buffer; when that is full it goes
 * to the last block of the bucket's chain. */
struct pel_sort_stripe {
    const struct pel_sort_slots *slots;
    size_t nregions;
    struct pel_sort_region region[PEL_SORT_REGIONS];
    uint64_t *free, *some; /* a bit for each free slot; a bit for each word of those that is not 0 */
    struct {
        const char *keys;
        size_t n;
    } loose[2];    /* keys that are in no slot, before and behind those */
    char *buffers; /* one for each bucket, aligned to its size */
    size_t buffer; /* bytes of one: a power of two, at least two cache lines */
    size_t nbuckets;
    char **next; /* where the next code of each bucket goes, in its buffer */
    struct pel_sort_chain *chain;
};

static inline char *pel_sort_slot(const struct pel_sort_slots *slots, uint32_t slot)
{
    return slot < slots->count ? slots->base + slot * slots->block
                               : slots->spare + (slot - slots->count) * slots->block;
}

static inline void pel_sort_release(struct pel_sort_stripe *stripe, uint32_t slot)
{
    uint32_t word = slot / 64;
    stripe->slots->owner[slot] = PEL_SORT_NO_SLOT;
    stripe->free[word] |= (uint64_t)1 << slot % 64;
    stripe->some[word / 64] |= (uint64_t)1 << word % 64;
}

/* The first free slot of from ... to-1, or PEL_SORT_NO_SLOT. */
static inline uint32_t pel_sort_find_free(const struct pel_sort_stripe *stripe, uint32_t from, uint32_t to)
{
    if (from >= to)
        return PEL_SORT_NO_SLOT;
    uint32_t word = from / 64, last = (to - 1) / 64;
    uint64_t bits = stripe->free[word] & (UINT64_MAX << from % 64);
    if (!bits) {
        uint32_t group = ++word / 64;
        uint64_t some = word <= last ? stripe->some[group] & (UINT64_MAX << word % 64) : 0;
        while (!some && group < last / 64)
            some = stripe->some[++group];
        if (!some)
            return PEL_SORT_NO_SLOT;
        word = group * 64 + (uint32_t)__builtin_ctzll(some);
        bits = stripe->free[word];
    }
    uint32_t slot = word * 64 + (uint32_t)__builtin_ctzll(bits);
    return slot < to ? slot : PEL_SORT_NO_SLOT;
}

/* A free slot for the next block of a bucket: where the bucket will be, else a spare one, else where another bucket
 * will be. */
static inline uint32_t pel_sort_choose_free(const struct pel_sort_stripe *stripe, const struct pel_sort_chain *chain)
{
    uint32_t slot = pel_sort_find_free(stripe, chain->next, chain->end);
    if (slot == PEL_SORT_NO_SLOT)
        slot = pel_sort_find_free(stripe, chain->first, chain->next);
    if (slot == PEL_SORT_NO_SLOT)
        slot = pel_sort_find_free(stripe, stripe->slots->count, stripe->slots->all);
    if (slot == PEL_SORT_NO_SLOT)
        slot = pel_sort_find_free(stripe, chain->end, stripe->slots->count);
    return slot == PEL_SORT_NO_SLOT ? pel_sort_find_free(stripe, 0, chain->first) : slot;
}

/* Gives a bucket a free slot for its next block. */
static inline void pel_sort_claim(struct pel_sort_stripe *stripe, uint32_t bucket)
{
    struct pel_sort_chain *chain = &stripe->chain[bucket];
    uint32_t slot = pel_sort_choose_free(stripe, chain), word = slot / 64;
    stripe->free[word] &= ~((uint64_t)1 << slot % 64);
    if (!stripe->free[word])
        stripe->some[word / 64] &= ~((uint64_t)1 << word % 64);
    stripe->slots->owner[slot] = bucket;
    chain->slot = slot;
    chain->next = slot >= chain->first && slot < chain->end ? slot + 1 : chain->next;
}

/* Says where a bucket will be: between these parts of a whole. */
static inline void pel_sort_aim(struct pel_sort_stripe *stripe, size_t bucket, double from, double to)
{
    struct pel_sort_chain *chain = &stripe->chain[bucket];
    double slots = stripe->slots->count;
    chain->first = chain->next = (uint32_t)(from * slots);
    chain->end = (uint32_t)(to * slots);
}

/* The same, for all buckets, by what has been distributed so far. */
static inline void pel_sort_aim_again(struct pel_sort_stripe *stripe)
{
    size_t all = 0, before = 0;
    for (size_t b = 0; b < stripe->nbuckets; b++)
        all += stripe->chain[b].moved;
    for (size_t b = 0; b < stripe->nbuckets && all > 0; b++) {
        size_t end = before + stripe->chain[b].moved;
        pel_sort_aim(stripe, b, (double)before / (double)all, (double)end / (double)all);
        before = end;
    }
}

/* A slot to be read: that of a region in a round. */
struct pel_sort_turn {
    uint32_t round, slot;
    size_t region;
};

/* The first turn from this one on that has a slot; none, if the rest of this round and the next are empty. */
static inline struct pel_sort_turn pel_sort_find_turn(const struct pel_sort_stripe *stripe, struct pel_sort_turn turn)
{
    turn.slot = PEL_SORT_NO_SLOT;
    for (size_t left = 2 * stripe->nregions; left > 0; left--, turn.region++) {
        if (turn.region >= stripe->nregions) {
            turn.region = 0;
            turn.round++;
        }
        const struct pel_sort_region *region = &stripe->region[turn.region];
        if (turn.round < region->count) {
            uint32_t at = region->turn + turn.round;
            turn.slot = region->first + (at < region->count ? at : at - region->count);
            return turn;
        }
    }
    return turn;
}

static inline struct pel_sort_turn pel_sort_first_turn(const struct pel_sort_stripe *stripe)
{
    return pel_sort_find_turn(stripe, (struct pel_sort_turn){0, PEL_SORT_NO_SLOT, 0});
}

static inline struct pel_sort_turn pel_sort_next_turn(const struct pel_sort_stripe *stripe, struct pel_sort_turn turn)
{
    turn.region++;
    return pel_sort_find_turn(stripe, turn);
}

#endif
