/* Random places for samples. Which ones never shows in a result; they are the same in every run, so who knows them can
 * make keys that are slow to sort, but not in more than O(n log n). Others meet the worst case by no regular pattern.
 */
#ifndef PEL_KERNELS_SORT_RANDOM_H
#define PEL_KERNELS_SORT_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* A number below the bound (or below 2^32, if that is less). D. Knuth's MMIX generator. */
static inline size_t random_below(uint64_t *state, size_t bound)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)((*state >> 32) * (bound < UINT32_MAX ? bound : UINT32_MAX) >> 32);
}

#endif
