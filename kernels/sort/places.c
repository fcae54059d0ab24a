/* Orders records by a heapsort of their places: plain, slow, in place, and the reference. Keys that are equal compare
 * by place, so the sort is stable although heapsort is not. J. W. J. Williams (1964). */
#ifndef T

#include <string.h>

#include "kernels/kernel.h"
#include "kernels/simd/simd.h"
#include "kernels/sort/records.h"

#if PEL_ISA_IS(scalar)

#include "kernels/sort/moves.h"
#include "kernels/sort/wide_heap.h"

static const struct pel_wide_leaf wide_leaf = {.sort_in_place = sort_wide_in_place};

#define PEL_SELF "kernels/sort/places.c"
#include "kernels/foreach_dtype.h"

#define PLACES(OP, T_) PEL_ROW(OP, T_, "places", .run.records = &leaf_##T_, .traits = PEL_TRAIT_REFERENCE)

const struct pel_kernel PEL_TABLE(sort_places)[] = {
    PLACES(ARGSORT, f32),    PLACES(ARGSORT, f64),    PLACES(ARGSORT, i32),    PLACES(ARGSORT, i64),
    PLACES(ARGSORT, u32),    PLACES(ARGSORT, u64),    PLACES(SORT_PAIRS, f32), PLACES(SORT_PAIRS, f64),
    PLACES(SORT_PAIRS, i32), PLACES(SORT_PAIRS, i64), PLACES(SORT_PAIRS, u32), PLACES(SORT_PAIRS, u64),
    PLACES(SORT_U128, u64),  PEL_END_OF_TABLE,
};

#else

const struct pel_kernel PEL_TABLE(sort_places)[] = {PEL_END_OF_TABLE};

#endif

#else

#include "kernels/sort/order.h"

static bool NAME(before)(const NAME(word) * keys, bool descending, uint64_t a, uint64_t b)
{
    S x = (S)NAME(encode_one)(keys[a], descending), y = (S)NAME(encode_one)(keys[b], descending);
    return x < y || (x == y && a < b);
}

/* Sifts a place down from the hole at i, in a heap with the last in order on top. */
static void NAME(sift)(const NAME(word) * keys, bool descending, uint64_t *heap, size_t i, size_t n, uint64_t place)
{
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        child += child + 1 < n && NAME(before)(keys, descending, heap[child], heap[child + 1]);
        if (NAME(before)(keys, descending, heap[child], place))
            break;
        heap[i] = heap[child];
    }
    heap[i] = place;
}

static void NAME(order)(const void *keys, size_t n, bool descending, uint64_t *order)
{
    number(0, n, order, sizeof *order);
    for (size_t i = n / 2; i-- > 0;)
        NAME(sift)(keys, descending, order, i, n, order[i]);
    for (size_t i = n; i-- > 1;) {
        uint64_t last = order[i];
        order[i] = order[0];
        NAME(sift)(keys, descending, order, 0, i, last);
    }
}

static const struct pel_records_leaf NAME(leaf) = {
    .order = NAME(order), .collect = collect, .number = number, .wide = &wide_leaf};

#endif
