/* What a kernel of select is made of; kernels.run.select points to a struct pel_select_leaf.
 *
 * Codes are as in leaf.h, here widened to 64 bits. */
#ifndef PEL_KERNELS_SORT_SELECT_H
#define PEL_KERNELS_SORT_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PEL_SELECT_PAD = 64 }; /* bytes that may be written behind codes that are stored */

/* Keys on one side of the place that is selected for. A key is low if it goes before the pivot, and the first
 * `low_ties` keys also if they equal it. Low keys belong in front; those that are on the wrong side are misplaced. */
struct pel_select_side {
    char *keys;
    size_t n, low_ties;
    bool in_front;
};

/* What a filter finds: codes less than low, and from low to high. The latter, as differences to low, are stored as far
 * as there is room; they are signed, the smallest number standing for 0. */
struct pel_select_filter {
    int64_t low, high;
    bool descending;
    void *stored; /* as wide as keys, with PEL_SELECT_PAD bytes behind them */
    size_t room;
    size_t below, inside, nstored;
};

struct pel_select_leaf {
    /* The least and the greatest code. */
    int64_t first, last;

    /* Takes `count` codes from random places; their order is not defined. */
    void (*sample)(const void *keys, size_t n, bool descending, uint64_t random, size_t count, void *codes);

    /* Sorts codes, or what a filter has stored. */
    void (*sort)(void *codes, size_t n);

    /* One of these. */
    int64_t (*get)(const void *codes, size_t i);

    /* Filters n keys; counts are added to, and what is stored stands behind what was. */
    void (*filter)(const void *keys, size_t n, struct pel_select_filter *filter);

    /* Counts what is less than, and what equals, one of the stored. */
    void (*tally)(const void *stored, size_t n, int64_t pivot, size_t *less, size_t *equal);

    /* The place of the key with this code that comes i-th. There must be one. */
    size_t (*find)(const void *keys, size_t n, bool descending, int64_t pivot, size_t i);

    /* The keys from the start of a side to the i-th that is misplaced, this one included. There must be one; 0 if i is
     * 0. */
    size_t (*skip)(const struct pel_select_side *side, bool descending, int64_t pivot, size_t i);

    /* Copies the misplaced keys of a side, and their places from `first` on; returns how many there are. */
    size_t (*take)(const struct pel_select_side *side, bool descending, int64_t pivot, uint64_t first, void *keys,
                   uint64_t *places);

    /* Exchanges misplaced keys in their order, the first on one side with the first on the other. There are as many on
     * both. */
    void (*exchange)(const struct pel_select_side *front, const struct pel_select_side *back, bool descending,
                     int64_t pivot);
};

#endif
