/* Distributed keys on their way home: blocks that are not where their bucket will be change places with others, then
 * each bucket is sorted where it is. */
#ifndef PEL_LIB_SORT_HOME_H
#define PEL_LIB_SORT_HOME_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/sort_spread.h"

enum { PEL_SORT_ZONES = 256 }; /* at most */

/* Neighbouring buckets, which one thread brings home: the slots that lie within them, and some spare ones. */
struct pel_sort_zone {
    size_t first, end;         /* buckets */
    uint32_t slot, slots_end;  /* in the array */
    uint32_t spare, spare_end; /* behind that */
    uint32_t bottom, top;      /* of its stack of free slots */
    uint32_t stray;            /* the next slot to look at for blocks of other zones */
    char *rest;                /* room for what fills no block */
};

/* What a leaf may use while it sorts a bucket. */
struct pel_sort_bench {
    char *scratch;
    atomic_flag taken;
};

struct pel_sort_home {
    const struct pel_sort_job *job;
    const struct pel_sort_ranges *ranges;
    const struct pel_sort_slots *slots;
    const struct pel_sort_stripe *stripes;
    size_t nstripes, nzones, nbenches;
    size_t bench; /* bytes of one */
    struct pel_sort_bench *benches;
    struct pel_sort_zone *zones;
    size_t *offset;  /* of each bucket, in bytes, and of the end */
    uint32_t *first; /* of each bucket, among the blocks in the order of buckets, and the end */
    uint32_t *order; /* the slots of those blocks: first the last ones of stripes that are not full */
    uint32_t *place; /* of each slot's block among them */
    uint32_t *stack; /* of free slots; each zone has as many as it may need */
};

enum { PEL_SORT_ZONE_SPARE = 2 }; /* slots that a zone needs beyond one for each stripe and bucket */

/* What a zone needs for `rest`. */
size_t pel_sort_rest_bytes(size_t nstripes, size_t block, size_t buffer);

/* Sorts what stripes have distributed. */
void pel_sort_bring_home(struct pel_sort_home *home);

#endif
