/* Scratch memory: the one place of the library that allocates. */
#ifndef PEL_LIB_MEMORY_H
#define PEL_LIB_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include <pel/types.h>

enum { PEL_CACHE_LINE = 64 };

/* A block of the caller's or of ours. */
struct pel_scratch {
    void *data; /* aligned to PEL_CACHE_LINE */
    void *owned;
};

/* Takes bytes from opts->work if it is large enough, else allocates; false when there is no memory. */
bool pel_scratch_take(struct pel_scratch *scratch, size_t bytes, const pel_opts *opts);
void pel_scratch_drop(struct pel_scratch *scratch);

/* Zeroed memory for what outlives a call; NULL when there is none, or count * size overflows. */
void *pel_memory_new(size_t count, size_t size);
void pel_memory_free(void *memory);

#endif
