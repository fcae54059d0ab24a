#include "lib/memory.h"

#include <stdint.h>
#include <stdlib.h>

/* The first aligned address at or after p. */
static void *align(void *p)
{
    uintptr_t rest = (uintptr_t)p % PEL_CACHE_LINE;
    return rest ? (char *)p + (PEL_CACHE_LINE - rest) : p;
}

bool pel_scratch_take(struct pel_scratch *scratch, size_t bytes, const pel_opts *opts)
{
    *scratch = (struct pel_scratch){NULL, NULL};
    if (bytes > SIZE_MAX - 2 * PEL_CACHE_LINE)
        return false;
    if (opts && opts->work) {
        void *start = align(opts->work);
        size_t lost = (size_t)((char *)start - (char *)opts->work);
        if (opts->work_bytes >= lost && opts->work_bytes - lost >= bytes) {
            scratch->data = start;
            return true;
        }
    }
    scratch->owned = malloc(bytes + PEL_CACHE_LINE);
    scratch->data = scratch->owned ? align(scratch->owned) : NULL;
    return scratch->owned != NULL;
}

void pel_scratch_drop(struct pel_scratch *scratch)
{
    free(scratch->owned);
    *scratch = (struct pel_scratch){NULL, NULL};
}

void *pel_memory_new(size_t count, size_t size)
{
    return calloc(count, size);
}

void pel_memory_free(void *memory)
{
    free(memory);
}
