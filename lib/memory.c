#include "lib/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* The first aligned address at or after p. */
static void *align(void *p)
{
    uintptr_t rest = (uintptr_t)p % PEL_CACHE_LINE;
    return rest ? (char *)p + (PEL_CACHE_LINE - rest) : p;
}

/* Scratch of many megabytes is written once and given back: on small pages the faults would cost more than the work. It
 * is only advice, and only for whole pages. */
static void advise_huge_pages(void *block, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    enum { WORTH_IT = 4 << 20 };
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), start = (uintptr_t)block, rest = start % page;
    size_t skip = rest ? page - rest : 0;
    if (bytes >= WORTH_IT)
        madvise((char *)block + skip, (bytes - skip) / page * page, MADV_HUGEPAGE);
#else
    (void)block;
    (void)bytes;
#endif
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
    if (scratch->owned)
        advise_huge_pages(scratch->data, bytes);
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
