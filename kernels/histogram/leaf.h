/* What a leaf of the family histogram takes and returns. Elements find their places first, a block at a time: a place
 * is the number of a bin, or says why there is none. What is then done with places is the same for all types. */
#ifndef PEL_KERNELS_HISTOGRAM_LEAF_H
#define PEL_KERNELS_HISTOGRAM_LEAF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pel/types.h>

/* Places behind those of the bins. */
enum { PEL_PLACE_BELOW, PEL_PLACE_ABOVE, PEL_PLACE_NAN, PEL_PLACES_OUTSIDE };

/* An element of any type. */
union pel_element {
    float f32;
    double f64;
    int32_t i32;
    int64_t i64;
    uint32_t u32;
    uint64_t u64;
};

/* Bins and how elements find theirs. Bin i has what is not below edge i, and below edge i + 1; the last one that is in
 * use has all further elements up to `last`. */
struct pel_bins {
    size_t count;
    size_t used;              /* 1 ... count: edges that the type can hold; bins after them stay empty */
    const void *edges;        /* ascending, repeats allowed, no NaN; NULL, of integers: successive ones from `low` */
    union pel_element low;    /* the first edge */
    union pel_element last;   /* the largest element inside, which may be less than `low` */
    bool guesses;             /* the bin comes from a product, which is right but for fractions near 0 or 1: */
    union pel_element scale;  /* floating point of the element's width: bins in a unit */
    union pel_element unsure; /* fractions up to this one may belong to the bin before, */
    union pel_element sure;   /* and from this one on to the bin behind */
};

struct pel_histogram_leaf {
    /* Spaces the edges of `count` bins of equal width from low to high evenly, writes them to edges, and fills in all
     * of bins but the guess. False when no element of the type is from low to high, or these cannot be told apart. */
    bool (*space)(double low, double high, size_t count, void *edges, struct pel_bins *bins);

    /* Takes the given edges over into bins, likewise: those of `count` bins and, if it is closed, one more. False when
     * they do not ascend. */
    bool (*take)(const void *edges, size_t count, bool closed, struct pel_bins *bins);

    /* Finds out whether elements can guess their bins, in a time that grows with the bins. Without it they search. */
    void (*prepare)(struct pel_bins *bins);

    /* The places of n elements. */
    void (*find)(const void *x, size_t n, const struct pel_bins *bins, uint32_t *places);

    /* Adds n places to 1, 2, 4 or 8 tables, in turns; each `stride` counters after the one before. */
    void (*tally)(const uint32_t *places, size_t n, uint32_t *tables, size_t stride, size_t ways);

    /* Adds up the first n counters of all tables. */
    void (*add_up)(const uint32_t *tables, size_t stride, size_t ntables, size_t n, uint64_t *counts);

    /* Makes places on two axes one, row by row; all that are outside on either axis become the first one behind. */
    void (*pair)(uint32_t *places, const uint32_t *others, size_t n, size_t count, size_t other_count);

    /* Appends the weights of n places from `first` to first + bins - 1 to their buffers, each of which has room for
     * `capacity`; stops before one that finds its buffer full. How many it has dealt with. */
    size_t (*deal)(const uint32_t *places, const double *weights, size_t n, size_t first, size_t bins, double *buffers,
                   uint32_t *filled, size_t capacity);

    /* Edges that are not above each element, which has one of `count` bins that are open above; of NaN all are. */
    void (*number)(const uint32_t *places, size_t n, size_t count, uint64_t *index);
};

#endif
