/* Sorts keys of 8 and 16 bits: many are counted and written anew; few are widened, so that the networks of
 * quick.c sort them; between the two, keys of 16 bits are moved twice by their bytes. H. H. Seward, "Information
 * sorting in the application of electronic digital computers to business operations" (1954). */
#ifndef T

#include <string.h>

#include "kernels/kernel.h"
#include "kernels/sort/counting.h"
#include "kernels/sort/integers.h"

enum { RUN = 32 /* bytes that are written at a time */ };

#define PEL_SELF "kernels/sort/counting.c"
#include "kernels/foreach_narrow.h"

#if PEL_ISA_IS(scalar)
#define TRAITS PEL_TRAIT_REFERENCE
#else
#define TRAITS 0
#endif
#define COUNTING(OP, T_, leaf) PEL_ROW(OP, T_, "counting", .run.counting = &leaf, .traits = TRAITS)

const struct pel_kernel PEL_TABLE(sort_counting)[] = {
    COUNTING(SORT_I8, i32, leaf_u8),
    COUNTING(SORT_U8, u32, leaf_u8),
    COUNTING(SORT_I16, i32, leaf_u16),
    COUNTING(SORT_U16, u32, leaf_u16),
    PEL_END_OF_TABLE,
};

#else

typedef T __attribute__((may_alias)) NAME(code);

#include "kernels/sort/heap.h"

enum {
    NAME(values) = 1 << T_BITS,
    NAME(few) = T_BITS == 8 ? 512 : 128, /* keys that are widened */
    NAME(per_word) = 64 / T_BITS,
    NAME(per_run) = RUN / sizeof(T),
    /* Neighbours have different counters, lest equal keys wait for each other, as far as the first-level cache has room
     * for them. */
    NAME(tables) = T_BITS == 8 ? 4 : 1,
};

/* Up to NAME(few) keys, in order as wider integers. */
static void NAME(sort_widened)(NAME(code) * keys, size_t n, uint32_t flip)
{
    int32_t rank[NAME(few)];
    for (size_t i = 0; i < n; i++)
        rank[i] = (int32_t)(keys[i] ^ flip);
    sort_integers(PEL_I32, rank, n);
    for (size_t i = 0; i < n; i++)
        keys[i] = (T)((uint32_t)rank[i] ^ flip);
}

/* Moves keys in the order of the byte from bit `shift` of their ranks on; count is turned into where the next goes. */
static void NAME(move_by_byte)(const NAME(code) * from, NAME(code) * to, size_t n, int shift, uint32_t flip,
                               uint32_t *count)
{
    uint32_t place = 0;
    for (size_t byte = 0; byte < 256; byte++) {
        uint32_t *here = &count[byte ^ ((flip >> shift) & 255)], keys = *here;
        *here = place;
        place += keys;
    }
    size_t i = 0;
    for (; i + NAME(per_word) <= n; i += NAME(per_word)) {
        uint64_t word;
        memcpy(&word, from + i, sizeof word);
        for (int k = 0; k < NAME(per_word); k++) {
            T key = (T)(word >> (k * T_BITS));
            to[count[(key >> shift) & 255]++] = key;
        }
    }
    for (; i < n; i++)
        to[count[(from[i] >> shift) & 255]++] = from[i];
}

/* Least-significant-digit radix sort of two digits. */
static void NAME(sort_by_bytes)(NAME(code) * keys, size_t n, void *scratch, uint32_t flip)
{
    uint32_t count[2][256];
    const int high = T_BITS - 8;
    memset(count, 0, sizeof count);
    for (size_t i = 0; i < n; i++) {
        count[0][keys[i] & 255]++;
        count[1][keys[i] >> high]++;
    }
    NAME(move_by_byte)(keys, scratch, n, 0, flip, count[0]);
    NAME(move_by_byte)(scratch, keys, n, high, flip, count[1]);
}

static void NAME(flip_all)(NAME(code) * keys, size_t n, uint32_t flip)
{
    for (size_t i = 0; i < n; i++)
        keys[i] = (T)(keys[i] ^ flip);
}

static size_t NAME(scratch_bytes)(size_t n)
{
    return n > NAME(few) ? n * sizeof(T) : 0;
}

static void NAME(sort)(void *keys, size_t n, void *scratch, uint32_t flip)
{
    if (n <= NAME(few)) {
        NAME(sort_widened)(keys, n, flip);
    } else if (scratch) {
        NAME(sort_by_bytes)(keys, n, scratch, flip);
    } else {
        NAME(flip_all)(keys, n, flip);
        NAME(heapsort)(keys, n);
        NAME(flip_all)(keys, n, flip);
    }
}

static void NAME(count_into)(const NAME(code) * keys, size_t n, uint32_t *const *table)
{
    size_t i = 0;
    for (; i + NAME(per_word) <= n; i += NAME(per_word)) {
        uint64_t word;
        memcpy(&word, keys + i, sizeof word);
        for (int k = 0; k < NAME(per_word); k++)
            table[k % NAME(tables)][(T)(word >> (k * T_BITS))]++;
    }
    for (; i < n; i++)
        table[0][keys[i]]++;
}

static void NAME(count)(const void *keys, size_t n, uint32_t *counts)
{
    uint32_t more[NAME(tables) > 1 ? NAME(tables) - 1 : 1][NAME(tables) > 1 ? NAME(values) : 1];
    uint32_t *table[NAME(tables)] = {counts};
    for (int t = 1; t < NAME(tables); t++)
        table[t] = memset(more[t - 1], 0, sizeof more[t - 1]);
    NAME(count_into)(keys, n, table);
    for (int t = 1; t < NAME(tables); t++) {
        for (size_t value = 0; value < NAME(values); value++)
            counts[value] += table[t][value];
    }
}

/* The first rank behind whose keys there are more places than `place`. */
static size_t NAME(rank_at)(const size_t *end, size_t place)
{
    size_t rank = 0;
    for (size_t step = NAME(values) / 2; step > 0; step /= 2)
        rank += end[rank + step - 1] <= place ? step : 0;
    return rank;
}

/* Runs are short where keys are many sorts of value: whole vectors, the next run over what is too much, cost least. */
static void NAME(fill)(void *memory, size_t from, size_t to, const size_t *end, uint32_t flip)
{
    NAME(code) *keys = memory;
    for (size_t at = from, rank = NAME(rank_at)(end, from); at < to; rank++) {
        T key = (T)((uint32_t)rank ^ flip), run[NAME(per_run)];
        size_t stop = end[rank] < to ? end[rank] : to;
        for (int i = 0; i < NAME(per_run); i++)
            run[i] = key;
        if (to - at >= NAME(per_run)) {
            do {
                memcpy(keys + at, run, sizeof run);
                at += NAME(per_run);
            } while (at < stop && to - at >= NAME(per_run));
        }
        for (; at < stop; at++)
            keys[at] = key;
        at = stop;
    }
}

static const struct pel_counting_leaf NAME(leaf) = {
    .size = sizeof(T),
    .values = NAME(values),
    .scratch_bytes = NAME(scratch_bytes),
    .sort = NAME(sort),
    .count = NAME(count),
    .fill = NAME(fill),
};

#endif
