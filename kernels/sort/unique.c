/* Keeps the first of each run of equal keys. Equal keys are equal bit for bit, so bits are what is compared. */
#ifndef T

#include "kernels/kernel.h"

#define PEL_SELF "kernels/sort/unique.c"
#include "kernels/foreach_dtype.h"

#if PEL_ISA_IS(scalar)
#define TRAITS PEL_TRAIT_REFERENCE
#else
#define TRAITS 0
#endif
#define UNIQUE(T_) PEL_ROW(UNIQUE, T_, "compact", .run.unique = compact_##T_, .traits = TRAITS)

const struct pel_kernel PEL_TABLE(sort_unique)[] = {
    UNIQUE(f32), UNIQUE(f64), UNIQUE(i32), UNIQUE(i64), UNIQUE(u32), UNIQUE(u64), PEL_END_OF_TABLE,
};

#else

typedef U __attribute__((may_alias)) NAME(word);

static size_t NAME(compact)(void *memory, const void *before, size_t n, uint64_t first, uint64_t *starts)
{
    NAME(word) *keys = memory;
    U last = before ? *(const NAME(word) *)before : (U)~keys[0];
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        U key = keys[i];
        bool differs = key != last;
        last = key;
        keys[kept] = key; /* at or before what is read */
        if (starts)
            starts[kept] = first + i;
        kept += differs;
    }
    return kept;
}

#endif
