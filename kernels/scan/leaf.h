/* What a leaf of the family scan takes and returns. The driver cuts an array into stretches of whole tiles, but for the
 * last one; the tile, a number of the definition in pel/scan.h, is what a floating-point result depends on. */
#ifndef PEL_KERNELS_SCAN_LEAF_H
#define PEL_KERNELS_SCAN_LEAF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pel/scan.h>

#include "kernels/reduce/acc.h"

/* What stands in front of an element: a sum in its own type, of integers modulo 2^64, whatever their size; a minimum or
 * maximum as a key (running.c). */
union pel_scan_carry {
    float f32;
    double f64;
    uint64_t integer;
};

/* Of a stretch of integers: the exact sum, and bounds of all sums of its first elements, that of none included. */
struct pel_scan_range {
    pel_i128 sum, low, high;
};

/* Bytes of the input that kernels ask for before they need them, where they are read for the first time. */
enum { PEL_SCAN_AHEAD = 2048 };

/* How to scan. */
enum {
    PEL_SCAN_EXCLUDES = 1u << 0, /* element i of the output excludes input i */
    PEL_SCAN_STREAMS = 1u << 1,  /* the output is not wanted in the caches; never in place */
    PEL_SCAN_SKIPS = 1u << 2,    /* NaN counts as missing */
    PEL_SCAN_LOOKS = 1u << 3,    /* used among the functions of a leaf: it looks at a stretch behind */
};

/* Whole tiles further behind, whose totals are computed in passing: so they come from memory while results go there. */
struct pel_scan_behind {
    const void *in;
    size_t tiles; /* no more than what is scanned has */
    void *totals;
};

/* Sums of integers are checked before they are written, and have `fits`; all others are handed on from tile to tile,
 * and have `carry_on` and `start`. */
struct pel_scan_leaf {
    /* Sums of integers: adds the stretch to a struct pel_scan_range. Others: writes the total of each tile. */
    void (*total)(const void *in, size_t n, void *totals, unsigned how);
    /* Writes out[0 ... n), which is in[0 ... n) or apart from it. Moves the carry on behind the stretch, but for sums
     * of integers; not if the stretch ends in a part of a tile, which is the last. behind: NULL, and so for sums of
     * integers. */
    void (*scan)(const void *in, void *out, size_t n, union pel_scan_carry *carry, unsigned how,
                 const struct pel_scan_behind *behind);
    /* Moves a carry on by the totals of some tiles. */
    void (*carry_on)(union pel_scan_carry *carry, const void *totals, size_t tiles);
    /* The carry in front of everything. */
    union pel_scan_carry start;
    /* Whether the sums with a carry that fits the type all do. */
    bool (*fits)(const void *in, size_t n, uint64_t carry);
};

#endif
