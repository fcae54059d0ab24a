/* Keeps the first of each run of equal keys. Equal keys are equal bit for bit, so bits are what is compared. */
#ifndef T

#include <string.h>

#include "kernels/kernel.h"

enum { BLOCK = 64 /* keys */ };

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

/* What has been kept so far, and the key before the next. */
struct NAME(kept) {
    NAME(word) * keys;
    uint64_t *starts; /* or NULL */
    size_t count;
    U last;
};

/* How many of a block are unlike the key before them. */
static inline size_t NAME(changes)(const NAME(word) * keys, U last)
{
    U changes = keys[0] != last ? 1 : 0;
    for (size_t i = 1; i < BLOCK; i++)
        changes += keys[i] != keys[i - 1] ? 1 : 0;
    return (size_t)changes;
}

/* Keeps all of a block; it moves to its own place or a lower one. */
static inline void NAME(keep_block)(struct NAME(kept) * kept, const NAME(word) * keys, uint64_t start)
{
    if (kept->keys + kept->count != keys)
        memmove(kept->keys + kept->count, keys, BLOCK * sizeof *keys);
    for (size_t i = 0; kept->starts && i < BLOCK; i++)
        kept->starts[kept->count + i] = start + i;
    kept->count += BLOCK;
}

static inline void NAME(keep_some)(struct NAME(kept) * kept, const NAME(word) * keys, size_t n, uint64_t start)
{
    for (size_t i = 0; i < n; i++) {
        U key = keys[i];
        bool differs = key != kept->last;
        kept->last = key;
        kept->keys[kept->count] = key; /* at or before what is read */
        if (kept->starts)
            kept->starts[kept->count] = start + i;
        kept->count += differs;
    }
}

/* Most blocks of many distinct keys are kept whole, and most of few not at all. */
static size_t NAME(compact)(void *memory, const void *before, size_t n, uint64_t first, uint64_t *starts)
{
    const NAME(word) *keys = memory;
    struct NAME(kept) kept = {memory, starts, 0, before ? *(const NAME(word) *)before : (U)~keys[0]};
    size_t i = 0;
    for (; n - i >= BLOCK; i += BLOCK) {
        size_t changes = NAME(changes)(keys + i, kept.last);
        U last = keys[i + BLOCK - 1];
        if (changes == BLOCK)
            NAME(keep_block)(&kept, keys + i, first + i);
        else if (changes > 0)
            NAME(keep_some)(&kept, keys + i, BLOCK, first + i);
        kept.last = last;
    }
    NAME(keep_some)(&kept, keys + i, n - i, first + i);
    return kept.count;
}

#endif
