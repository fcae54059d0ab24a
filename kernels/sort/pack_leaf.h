/* The leaf of each dtype of the kernel pack. */
#include "kernels/sort/order.h"

#define CODE__(x, bits) x##i##bits
#define CODE_(x, bits)  CODE__(x, bits)
#define CODE(x)         CODE_(x##_, T_BITS)

/* What there is to know before packing. */
struct NAME(range) {
    S low, high;
    bool in_order;
};

/* Looks at all codes, a chunk at a time: the last one of the chunk before stands in front. */
static struct NAME(range) NAME(find_range)(const NAME(word) * keys, size_t n, bool descending, bool only_order)
{
    S code[CODE(chunk) + 1];
    struct NAME(range) range = {0, 0, true};
    NAME(encode_to)(code, keys, 1, descending);
    range.low = range.high = code[0];
    for (size_t done = 0; done < n; done += CODE(chunk)) {
        size_t count = n - done < CODE(chunk) ? n - done : CODE(chunk);
        bool falls = false;
        S low = range.low, high = range.high;
        NAME(encode_to)(code + 1, keys + done, count, descending);
        for (size_t i = 1; i <= count; i++) {
            low = code[i] < low ? code[i] : low;
            high = code[i] > high ? code[i] : high;
            falls |= code[i - 1] > code[i];
        }
        range.low = low;
        range.high = high;
        range.in_order &= !falls;
        if (only_order && falls)
            break;
        code[0] = code[count];
    }
    return range;
}

static bool NAME(in_order)(const void *keys, size_t n, bool descending)
{
    return n < 2 || NAME(find_range)(keys, n, descending, true).in_order;
}

/* How codes are packed: less the lowest of them, and without some of the last bits; behind that the place. */
struct NAME(packing) {
    const NAME(word) * keys;
    S low;
    bool descending;
    int place_bits;
};

/* A code as the difference to the lowest. */
static inline U NAME(above_low)(const struct NAME(packing) * how, size_t place)
{
    return NAME(encode_one)(how->keys[place], how->descending) - (U)how->low;
}

/* Of that difference the first so many bits are left out of words, as they do not fit. */
static inline int NAME(left_out)(const struct NAME(packing) * how, int width)
{
    int room = 63 - how->place_bits;
    return width > room ? width - room : 0;
}

static void NAME(settle)(const struct NAME(packing) * how, uint64_t *words, size_t n, int open);

/* Sorts the words of a run, which agree but for the last `open` bits of their codes, and turns them into places. */
static void NAME(refine)(const struct NAME(packing) * how, uint64_t *words, size_t n, int open)
{
    int left_out = NAME(left_out)(how, open);
    for (size_t i = 0; i < n; i++) {
        uint64_t place = words[i] & low_bits(how->place_bits);
        uint64_t rest = NAME(above_low)(how, place) & low_bits(open);
        words[i] = rest >> left_out << how->place_bits | place;
    }
    sort_words(words, n);
    NAME(settle)(how, words, n, left_out);
}

/* The first of two neighbours from i on that agree in all but the place, or n - 1. */
static size_t NAME(find_tie)(const uint64_t *words, size_t i, size_t n, int place_bits)
{
    enum { BLOCK = 64 };
    for (; n - i > BLOCK; i += BLOCK) {
        uint64_t ties = 0;
        for (size_t k = i; k < i + BLOCK; k++)
            ties |= (words[k] ^ words[k + 1]) >> place_bits == 0 ? 1 : 0;
        if (ties)
            break;
    }
    while (i + 1 < n && (words[i] ^ words[i + 1]) >> place_bits != 0)
        i++;
    return i;
}

/* Turns sorted words into places. */
static void NAME(settle)(const struct NAME(packing) * how, uint64_t *words, size_t n, int open)
{
    for (size_t i = 0; i < n;) {
        size_t tie = open ? NAME(find_tie)(words, i, n, how->place_bits) : n, end = tie + 1;
        for (; i < tie; i++)
            words[i] &= low_bits(how->place_bits);
        if (tie == n)
            return;
        while (end < n && (words[tie] ^ words[end]) >> how->place_bits == 0)
            end++;
        NAME(refine)(how, words + tie, end - tie, open);
        i = end;
    }
}

static inline void NAME(pack)(const struct NAME(packing) * how, size_t n, int left_out, uint64_t *words)
{
    if (how->descending) {
        for (size_t i = 0; i < n; i++)
            words[i] =
                (uint64_t)((NAME(encode_one)(how->keys[i], true) - (U)how->low) >> left_out) << how->place_bits | i;
    } else {
        for (size_t i = 0; i < n; i++)
            words[i] =
                (uint64_t)((NAME(encode_one)(how->keys[i], false) - (U)how->low) >> left_out) << how->place_bits | i;
    }
}

static void NAME(order)(const void *keys, size_t n, bool descending, uint64_t *order)
{
    if (n == 0)
        return;
    struct NAME(range) range = NAME(find_range)(keys, n, descending, false);
    if (range.in_order) {
        number(0, n, order, sizeof *order);
        return;
    }
    struct NAME(packing) how = {keys, range.low, descending, width_of(n - 1)};
    int left_out = NAME(left_out)(&how, width_of((U)range.high - (U)range.low));
    NAME(pack)(&how, n, left_out, order);
    sort_words(order, n);
    NAME(settle)(&how, order, n, left_out);
}

/* Finds ranges for a sample of keys, which become codes. */
static void NAME(fit_ranges)(NAME(word) * sample, size_t count, bool descending, int levels,
                             struct pel_sort_ranges *ranges)
{
    NAME(encode)(sample, count, descending);
    sort_integers(T_BITS == 32 ? PEL_I32 : PEL_I64, sample, count, false);
    CODE(choose)((const CODE(code) *)(const void *)sample, count, (size_t)1 << levels, ranges);
}

static void NAME(find_ranges)(const void *keys, size_t n, bool descending, int levels, void *sample,
                              struct pel_sort_ranges *ranges)
{
    const NAME(word) *from = keys;
    NAME(word) *to = sample;
    size_t count = (size_t)PEL_RECORDS_SAMPLES << levels, stride = n / count;
    uint64_t random = n;
    for (size_t i = 0; i < count; i++)
        to[i] = from[i * stride + random_below(&random, stride)];
    NAME(fit_ranges)(to, count, descending, levels, ranges);
}

static void NAME(classify_some)(const struct pel_sort_ranges *ranges, const NAME(word) * keys, size_t n,
                                bool descending, uint16_t *bucket, size_t *count)
{
    S codes[CODE(chunk)] = {0};
    uint32_t found[CODE(chunk)];
    for (size_t done = 0; done < n; done += CODE(chunk)) {
        size_t some = n - done < CODE(chunk) ? n - done : CODE(chunk);
        NAME(encode_to)(codes, keys + done, some, descending);
        CODE(find_buckets)(ranges, codes, some, found);
        for (size_t i = 0; i < some; i++)
            bucket[done + i] = (uint16_t)found[i];
        for (size_t i = done; i < done + some; i++)
            count[bucket[i]]++;
    }
}

static void NAME(classify)(const struct pel_sort_ranges *ranges, struct pel_records_stripe *stripe)
{
    memset(stripe->next, 0, sizeof *stripe->next * ranges->nbuckets);
    NAME(classify_some)(ranges, stripe->keys, stripe->n, stripe->descending, stripe->bucket, stripe->next);
}

/* Scatters n of a stripe's records, those from `done` on. Records are collected in the groups between multiples of
 * GROUP, so that whole groups are whole cache lines in memory. */
static inline void NAME(scatter_some)(struct pel_records_stripe *stripe, size_t nbuckets, const NAME(word) * keys,
                                      const void *loads, size_t done, size_t n, size_t load_size)
{
    enum { GROUP = PEL_RECORDS_GROUP };
    NAME(word) *key = (NAME(word) *)(void *)stripe->group;
    load_4 *load4 = (load_4 *)(void *)(key + nbuckets * GROUP);
    load_8 *load8 = (load_8 *)(void *)load4;
    const uint16_t *bucket = stripe->bucket + done;
    uint64_t first = stripe->first + done;
    size_t *next = stripe->next;
    for (size_t i = 0; i < n; i++) {
        size_t b = bucket[i], to = next[b]++, at = b * GROUP + to % GROUP;
        key[at] = keys[i];
        if (load_size == 4)
            load4[at] = loads ? ((const load_4 *)loads)[i] : (uint32_t)(first + i);
        else
            load8[at] = loads ? ((const load_8 *)loads)[i] : first + i;
        if (to % GROUP == GROUP - 1)
            store_group(stripe, b, nbuckets, sizeof(T), load_size, to + 1);
    }
}

static inline void NAME(store_rest)(struct pel_records_stripe *stripe, size_t nbuckets, size_t load_size)
{
    for (size_t b = 0; b < nbuckets; b++) {
        if (stripe->next[b] % PEL_RECORDS_GROUP)
            store_group(stripe, b, nbuckets, sizeof(T), load_size, stripe->next[b]);
    }
}

static void NAME(scatter)(struct pel_records_stripe *stripe, size_t nbuckets)
{
    if (stripe->load_size == 4)
        NAME(scatter_some)(stripe, nbuckets, stripe->keys, stripe->loads, 0, stripe->n, 4);
    else
        NAME(scatter_some)(stripe, nbuckets, stripe->keys, stripe->loads, 0, stripe->n, 8);
    NAME(store_rest)(stripe, nbuckets, stripe->load_size);
    v_stream_end();
}

#if T_BITS == 64 && !T_SIGNED
#include "kernels/sort/wide.h"
#define WIDE &wide_leaf
#else
#define WIDE NULL
#endif

static const struct pel_records_leaf NAME(leaf) = {
    .order = NAME(order),
    .in_order = NAME(in_order),
    .collect = collect,
    .number = number,
    .find_ranges = NAME(find_ranges),
    .classify = NAME(classify),
    .scatter = NAME(scatter),
    .wide = WIDE,
};

#undef WIDE
#undef CODE__
#undef CODE_
#undef CODE
