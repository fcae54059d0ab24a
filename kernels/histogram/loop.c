/* The reference of histograms: each element searches its bin by bisection. */
#ifndef T

#include "kernels/histogram/leaf.h"
#include "kernels/kernel.h"

#if PEL_ISA_IS(scalar)

#include "kernels/histogram/places.h"

#define PEL_SELF "kernels/histogram/edges.h"
#include "kernels/foreach_dtype.h"
#undef PEL_SELF
#define PEL_SELF "kernels/histogram/loop.c"
#include "kernels/foreach_dtype.h"

#endif

#define ROW(suffix) PEL_ROW(HISTOGRAM, suffix, "loop", .traits = PEL_TRAIT_REFERENCE, .run.histogram = &leaf_##suffix)

const struct pel_kernel PEL_TABLE(histogram_loop)[] = {
#if PEL_ISA_IS(scalar)
    ROW(f32),         ROW(f64), ROW(i32), ROW(i64), ROW(u32), ROW(u64),
#endif
    PEL_END_OF_TABLE,
};

#undef ROW

#else

static uint32_t NAME(place_of)(T x, const struct pel_bins *bins)
{
    const T *edges = bins->edges;
    if (!(x >= bins->low.T_SUFFIX && x <= bins->last.T_SUFFIX))
        return NAME(place_outside)(x, bins);
    if (!edges)
        return (uint32_t)((U)x - (U)bins->low.T_SUFFIX);
    size_t from = 0, to = bins->used;
    while (to - from > 1) {
        size_t middle = from + (to - from) / 2;
        if (edges[middle] <= x)
            from = middle;
        else
            to = middle;
    }
    return (uint32_t)from;
}

static void NAME(find)(const void *x_, size_t n, const struct pel_bins *bins, uint32_t *places)
{
    const T *x = x_;
    for (size_t i = 0; i < n; i++)
        places[i] = NAME(place_of)(x[i], bins);
}

static void NAME(prepare)(struct pel_bins *bins)
{
    bins->guesses = false;
}

static const struct pel_histogram_leaf NAME(leaf) = {.space = NAME(space),
                                                     .take = NAME(take),
                                                     .prepare = NAME(prepare),
                                                     .find = NAME(find),
                                                     .tally = tally,
                                                     .add_up = add_up,
                                                     .pair = pair,
                                                     .deal = deal,
                                                     .number = number};

#endif
