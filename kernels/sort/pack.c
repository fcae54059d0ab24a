/* Sorts records by packing: what tells the codes apart, and behind it the place of the key, go into one word, so that
 * the vectorised sort of integers does the work, stably and without a look at memory out of order. Where the codes need
 * more bits than there are, the words leave runs that agree in what they have; those are packed anew with the bits
 * below.
 *
 * Many records are distributed to buckets first. The buckets are counted beforehand, and records are collected in
 * groups that fill cache lines. P. Sanders, S. Winkel, "Super scalar sample sort" (2004). */
#ifndef T

#include <string.h>

#include "kernels/kernel.h"
#include "kernels/simd/simd.h"
#include "kernels/sort/leaf.h"
#include "kernels/sort/random.h"
#include "kernels/sort/records.h"
#include "kernels/sort/wide_heap.h"

/* Plain sorts are another kernel's. */
extern const struct pel_kernel PEL_TABLE(sort_quick)[];

static void sort_integers(pel_dtype dtype, void *integers, size_t n, bool descending)
{
    const struct pel_kernel *kernel = PEL_TABLE(sort_quick);
    while (kernel->dtype != dtype)
        kernel++;
    kernel->run.sort->sort(integers, n, NULL, descending);
}

/* Words have no sign bit. */
static void sort_words(uint64_t *words, size_t n)
{
    sort_integers(PEL_I64, words, n, false);
}

/* Bits of a number. */
static inline int width_of(uint64_t x)
{
    return x ? 64 - __builtin_clzll(x) : 0;
}

static inline uint64_t low_bits(int count)
{
    return count < 64 ? ((uint64_t)1 << count) - 1 : UINT64_MAX;
}

#define PEL_SELF "kernels/sort/pack.c"
#include "kernels/foreach_signed.h"
#undef PEL_SELF
#include "kernels/sort/moves.h"

/* Stores the records that bucket b has collected for the places from ... to-1, a whole group or what comes of it before
 * the first or after the last record of the stripe there. Whole groups go past the caches: they will not be read soon.
 */
static inline void store_array(const char *group, char *array, size_t size, size_t from, size_t to, size_t first)
{
    enum { GROUP = PEL_RECORDS_GROUP };
    if (from == first && to - first == GROUP) {
        for (size_t i = 0; i < GROUP * size; i += PEL_VBYTES)
            v_stream_i64((int64_t *)(void *)(array + first * size + i),
                         v_load_i64((const int64_t *)(const void *)(group + i)));
    } else {
        memcpy(array + from * size, group + (from - first) * size, (to - from) * size);
    }
}

static inline void store_group(const struct pel_records_stripe *stripe, size_t b, size_t nbuckets, size_t key_size,
                               size_t load_size, size_t to)
{
    enum { GROUP = PEL_RECORDS_GROUP };
    size_t first = (to - 1) / GROUP * GROUP, from = first > stripe->start[b] ? first : stripe->start[b];
    const char *keys = stripe->group + b * GROUP * key_size;
    const char *loads = stripe->group + nbuckets * GROUP * key_size + b * GROUP * load_size;
    store_array(keys, stripe->keys_to, key_size, from, to, first);
    store_array(loads, stripe->loads_to, load_size, from, to, first);
}

#define PEL_SELF "kernels/sort/pack_leaf.h"
#include "kernels/foreach_dtype.h"

/* A bucket's keys, loads and words should fit a second-level cache with room to spare. */
#define PACK(OP, T_) PEL_ROW(OP, T_, "pack", .run.records = &leaf_##T_, .params = {{"bucket_kib", 512, 64, 1 << 20, 8}})

const struct pel_kernel PEL_TABLE(sort_pack)[] = {
    PACK(ARGSORT, f32),    PACK(ARGSORT, f64),    PACK(ARGSORT, i32),    PACK(ARGSORT, i64),    PACK(ARGSORT, u32),
    PACK(ARGSORT, u64),    PACK(SORT_PAIRS, f32), PACK(SORT_PAIRS, f64), PACK(SORT_PAIRS, i32), PACK(SORT_PAIRS, i64),
    PACK(SORT_PAIRS, u32), PACK(SORT_PAIRS, u64), PACK(SORT_U128, u64),  PEL_END_OF_TABLE,
};

#else

static const T NAME(largest) = (T)(((U)1 << (T_BITS - 1)) - 1);

#include "kernels/sort/rows.h"

#include "kernels/sort/ruler.h"

#include "kernels/sort/classify.h"

#include "kernels/sort/ranges.h"

#endif
