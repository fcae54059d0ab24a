/* What the files of reductions over axes share. */
#ifndef PEL_LIB_REDUCE_AXES_H
#define PEL_LIB_REDUCE_AXES_H

#include <pel/axes.h>

#include "lib/dispatch.h"
#include "lib/reduce.h"

/* An axis as it is walked: strides in the input, its mask and the output, 0 where there are none. */
struct pel_axis {
    size_t length;
    ptrdiff_t in, mask, out;
};

/* A reduction over axes, laid out: axes of one kind that follow each other in memory are one; the last is the fastest.
 */
struct pel_layout {
    const pel_array *in, *out;
    struct pel_call call;        /* of one result: op, dtype, result_size, ddof */
    const struct pel_kind *kind; /* of its state */
    bool only_counts;            /* the elements, whatever they are */
    size_t least;                /* elements that a result takes at the least */
    int nkept, nreduced;
    struct pel_axis kept[PEL_MAX_AXES], reduced[PEL_MAX_AXES];
    size_t results, terms; /* terms: elements of each result */
};

/* Checks the arguments and lays them out. */
pel_status pel_axes_lay_out(struct pel_layout *layout, pel_reduction reduction, const pel_array *in, unsigned axes,
                            size_t ddof, const pel_array *out, const pel_opts *opts);

/* Neighbouring results: `count` of them from `first` up along the last kept axis, at a place along the others. */
struct pel_stretch {
    const char *in;
    const unsigned char *mask;
    char *out;
    size_t count;
};

/* The kernel of the reduction in one dimension; where elements are mapped also those that find by what. */
struct pel_axes_picks {
    struct pel_pick own, range, sum;
};

/* Reduces a stretch, result by result. PEL_ERANGE where an integer does not fit, and its result is kept. */
pel_status pel_axes_reduce(const struct pel_layout *layout, const struct pel_axes_picks *picks, unsigned flags,
                           const struct pel_stretch *stretch);

/* The place of an index in a space of axes. */
struct pel_place_in {
    ptrdiff_t in, mask, out;
};
struct pel_place_in pel_axes_place(const struct pel_axis *axes, int count, size_t index);

#endif
