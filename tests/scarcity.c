#include "tests/scarcity.h"

#include "lib/memory.h"

bool starved;
size_t most_scratch;

/* The linker sends the library here. */
bool __real_pel_scratch_take(struct pel_scratch *scratch, size_t bytes, const pel_opts *opts);
bool __wrap_pel_scratch_take(struct pel_scratch *scratch, size_t bytes, const pel_opts *opts);

bool __wrap_pel_scratch_take(struct pel_scratch *scratch, size_t bytes, const pel_opts *opts)
{
    if (bytes > most_scratch)
        most_scratch = bytes;
    if (!starved)
        return __real_pel_scratch_take(scratch, bytes, opts);
    *scratch = (struct pel_scratch){NULL, NULL};
    return false;
}
