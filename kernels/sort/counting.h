/* What a sort of narrow keys is made of, of 8 or 16 bits; kernels.run.counting points to a struct pel_counting_leaf.
 *
 * Many such keys are alike, so they are counted, and written anew. A key's rank is its place among all values in the
 * order that is asked for: its bits, some of them flipped. */
#ifndef PEL_KERNELS_SORT_COUNTING_H
#define PEL_KERNELS_SORT_COUNTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keys of this size, in bytes, are worth counting when there are more than so many. */
static inline size_t pel_counting_few(size_t size)
{
    return size == 1 ? 512 : 3 << 16;
}

struct pel_counting_leaf {
    size_t size;   /* bytes of a key */
    size_t values; /* that a key may have */

    /* What the sort of n keys is faster with, in bytes; no more than they take. */
    size_t (*scratch_bytes)(size_t n);

    /* Sorts n keys in place, fast if they are not worth counting. scratch: of that size and aligned to a
     * cache line, or NULL. flip: the bits of a key that differ from those of its rank. */
    void (*sort)(void *keys, size_t n, void *scratch, uint32_t flip);

    /* Adds fewer than 2^32 keys to the counts of their bits. */
    void (*count)(const void *keys, size_t n, uint32_t *counts);

    /* Writes the keys at the places from ... to-1. end: how many keys there are up to each rank, to or more in all. */
    void (*fill)(void *keys, size_t from, size_t to, const size_t *end, uint32_t flip);
};

#endif
