/* What the drivers of the family histogram share: a call, and how its elements find their places. */
#ifndef PEL_LIB_HISTOGRAM_JOB_H
#define PEL_LIB_HISTOGRAM_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/histogram/leaf.h"
#include "lib/dispatch.h"
#include "lib/memory.h"

/* Elements that find their places at a time. */
enum { PEL_HISTOGRAM_BLOCK = 1024 };

/* The edges of a call's bins: of equal width, given, successive integers from 0; given and open above the last. */
enum pel_histogram_edges { PEL_EDGES_UNIFORM, PEL_EDGES_GIVEN, PEL_EDGES_INTEGERS, PEL_EDGES_OPEN };

/* A call, as the public functions hand it in. */
struct pel_histogram_call {
    pel_dtype dtype;
    enum pel_histogram_edges kind;
    int axes;
    const void *x[2];
    const double *weights; /* NULL: each element counts as one */
    size_t n;
    double low[2], high[2]; /* of uniform bins */
    const void *edges;      /* given */
    size_t count[2];
    void *out; /* out_count words of 8 bytes: counts, indices or sums */
    size_t out_count;
    void *aside; /* NULL, or what is in no bin: a pel_outside, of two axes one number */
};

/* Its work. */
struct pel_histogram_job {
    const struct pel_histogram_call *call;
    const struct pel_histogram_leaf *leaf;
    size_t size; /* of an element */
    struct pel_bins bins[2];
    size_t count;       /* bins in all */
    size_t step, tiles; /* elements of all tiles but the last */
};

/* Scratch that the edges of the bins need, a multiple of a cache line. */
size_t pel_histogram_edge_bytes(const struct pel_histogram_job *job);

/* Sets up the bins, with scratch for their edges; false when the edges make no sense. */
bool pel_histogram_set_up(struct pel_histogram_job *job, void *edges);

/* Cuts the elements into so many tiles, or fewer, none of them with more than 2^31 elements. */
void pel_histogram_cut(struct pel_histogram_job *job, size_t tiles);

/* Where tile `index` starts; the next one starts where it ends. */
size_t pel_histogram_start(const struct pel_histogram_job *job, size_t index);

/* The places of at most a block of elements. */
void pel_histogram_find(const struct pel_histogram_job *job, size_t start, size_t count, uint32_t *places);

/* Writes the sums of the weights in each bin. */
pel_status pel_histogram_add_weights(struct pel_histogram_job *job, const struct pel_pick *pick, const pel_opts *opts);

#endif
