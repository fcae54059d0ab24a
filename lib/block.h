/* One block of memory cut into arrays, each on cache lines of its own. */
#ifndef PEL_LIB_BLOCK_H
#define PEL_LIB_BLOCK_H

#include <stddef.h>

#include "lib/memory.h"

/* Without data it only counts. */
struct pel_block {
    char *data;
    size_t used;
};

/* The block's next array. */
static inline void *pel_block_carve(struct pel_block *block, size_t count, size_t size)
{
    void *array = block->data ? block->data + block->used : NULL;
    size_t bytes = count * size;
    block->used += bytes + (PEL_CACHE_LINE - bytes % PEL_CACHE_LINE) % PEL_CACHE_LINE;
    return array;
}

#endif
