/* What a leaf of the family scan takes and returns. The driver cuts an array into stretches of whole tiles, but for the
 * last one; the tile, a number of the definition in pel/scan.h, is what a floating-point result depends on. */
#ifndef PEL_KERNELS_SCAN_LEAF_H
#define PEL_KERNELS_SCAN_LEAF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pel/scan.h>

#include "kernels/reduce/acc.h"

/* What stands in front of an element: in its own type; of integers modulo 2^64, whatever their size. */
union pel_scan_carry {
    float f32;
    double f64;
    uint64_t integer;
};

/* Of a stretch of integers: the exact sum, and bounds of all sums of its first elements, that of none included. */
struct pel_scan_range {
    pel_i128 sum, low, high;
};

/* Bytes of the input that kernels ask for before they need them. */
enum { PEL_SCAN_AHEAD = 2048 };

/* How to scan. */
enum {
    PEL_SCAN_EXCLUDES = 1u << 0, /* element i of the output excludes input i */
    PEL_SCAN_STREAMS = 1u << 1,  /* the output is not wanted in the caches; never in place */
};

struct pel_scan_leaf {
    /* Floating point: writes the sum of each tile, elements of the type. Integers: adds the stretch to a struct
     * pel_scan_range. */
    void (*total)(const void *in, size_t n, void *totals);
    /* Writes out[0 ... n), which is in[0 ... n) or apart from it. Moves a floating-point carry on behind the stretch;
     * not if this ends in a part of a tile, which is the last. */
    void (*scan)(const void *in, void *out, size_t n, union pel_scan_carry *carry, unsigned how);
    /* Integers: whether the sums with a carry that fits the type all do; NULL in floating point. */
    bool (*fits)(const void *in, size_t n, uint64_t carry);
};

#endif
