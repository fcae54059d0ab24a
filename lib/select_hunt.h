/* A selection under way: the hunt for the key that belongs at a place, and what is done when it is found. */
#ifndef PEL_LIB_SELECT_HUNT_H
#define PEL_LIB_SELECT_HUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pel/types.h>

#include "kernels/sort/select.h"

enum {
    PEL_SELECT_BLOCKS = 64, /* on either side, at most: they are on the stack */
    PEL_SELECT_TEAM = 64,   /* threads that are of use */
};

/* A stretch of keys. First what a filter finds there, then how the keys compare to the one selected. */
struct pel_select_block {
    size_t start, n;
    size_t less, equal;
    size_t stored, nstored; /* among those of its stripe */
};

/* A stripe is what one thread filters: some blocks, and its part of the room for what is stored. */
struct pel_select_stripe {
    size_t first, end; /* blocks */
    struct pel_select_filter filter;
};

/* The keys before place k, the one there, and those behind it, in blocks; what is known of the key that belongs there.
 */
struct pel_select_hunt {
    const struct pel_select_leaf *leaf;
    char *keys;
    size_t n, k, size;
    bool descending;
    int team;
    size_t nblocks, middle; /* the block that is place k alone */
    struct pel_select_block block[2 * PEL_SELECT_BLOCKS + 1];
    struct pel_select_stripe stripe[PEL_SELECT_TEAM];
    char *room, *sorted; /* for codes */
    size_t room_bytes;   /* of each of these two */
    int64_t low, high;   /* it lies between these codes */
    size_t below, count; /* keys less than low, and from low to high */
    int64_t pivot;       /* its code */
    char *taken;         /* where keys are copied to, and their indices, if they are */
    uint64_t *index;
};

/* Finds the key that belongs at place k, with all else of the hunt filled in but blocks, stripes and room, and then
 * does what is to be done with that. */
void pel_select_run(struct pel_select_hunt *hunt, void (*act)(struct pel_select_hunt *hunt), const pel_opts *opts);

/* Brings the first of the keys that equal the pivot to place k, and all others to their side of it. */
void pel_select_part(struct pel_select_hunt *hunt);

/* Copies the keys up to place k, and their indices, to where they are taken. */
void pel_select_take(struct pel_select_hunt *hunt);

/* Bytes of scratch for n keys of this size. */
size_t pel_select_room_bytes(size_t n, size_t size);

static inline size_t pel_select_smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

#endif
