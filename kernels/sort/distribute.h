/* Distribution of codes to buckets in one pass, without counting them first. Read once per type of code, after
 * classify.h.
 */

/* The distance from the low end of the map's span. */
static inline U NAME(distance)(const struct pel_sort_map *map, T code)
{
    code = code < map->low.T_SUFFIX ? map->low.T_SUFFIX : code;
    code = code > map->high.T_SUFFIX ? map->high.T_SUFFIX : code;
    return (U)code - (U)map->low.T_SUFFIX;
}

static inline size_t NAME(bucket_at)(const uint32_t *stretches, int shift, U distance)
{
    uint32_t stretch = stretches[distance >> shift];
    return (stretch >> 8) + (size_t)((distance & (((U)1 << shift) - 1)) >> (stretch & (T_BITS - 1)));
}

/* Spreads buckets over the stretches, about `each` of the sorted samples in one; returns how many. */
static size_t NAME(survey)(const NAME(code) * sample, size_t count, size_t each, struct pel_sort_map *map)
{
    size_t bucket = 0, held = 0, i = 0;
    for (size_t s = 0; s < PEL_SORT_STRETCHES; s++) {
        size_t here = 0;
        int cut = 0;
        for (; i < count && NAME(distance)(map, sample[i]) >> map->shift == s; i++)
            here++;
        while (cut < map->shift && here >> cut >= 2 * each)
            cut++;
        if (held + here > 2 * each && held > 0) {
            bucket++;
            held = 0;
        }
        map->stretch[s] = (uint32_t)bucket << 8 | (uint32_t)(map->shift - cut);
        bucket += ((size_t)1 << cut) - 1;
        held += here >> cut;
    }
    return bucket + 1;
}

/* Whether no bucket has much more than its share of the sorted samples. */
static bool NAME(is_even)(const NAME(code) * sample, size_t count, size_t each, const struct pel_sort_map *map)
{
    size_t bucket = 0, first = 0;
    for (size_t i = 0; i < count; i++) {
        size_t b = NAME(bucket_at)(map->stretch, map->shift, NAME(distance)(map, sample[i]));
        first = b == bucket ? first : i;
        bucket = b;
        if (i - first >= 8 * each)
            return false;
    }
    return true;
}

/* Sets the map up for a sorted sample; false where buckets would not be even. */
static bool NAME(draw)(const NAME(code) * sample, size_t count, size_t each, struct pel_sort_ranges *ranges)
{
    struct pel_sort_map *map = &ranges->how.map;
    U span = (U)sample[count - 1] - (U)sample[0];
    map->low.T_SUFFIX = sample[0];
    map->high.T_SUFFIX = sample[count - 1];
    map->shift = 0;
    while (span >> map->shift >= PEL_SORT_STRETCHES)
        map->shift++;
    ranges->nbuckets = NAME(survey)(sample, count, each, map);
    return NAME(is_even)(sample, count, each, map);
}

/* Counts the samples before each bucket. They are sorted, and so are their buckets. */
static void NAME(count_samples)(const NAME(code) * sample, size_t count, struct pel_sort_ranges *ranges)
{
    NAME(code) bucket[NAME(chunk)], codes[NAME(chunk)] = {0};
    const struct pel_sort_map *map = &ranges->how.map;
    size_t b = 0;
    for (size_t done = 0; done < count; done += NAME(chunk)) {
        size_t some = count - done < NAME(chunk) ? count - done : NAME(chunk);
        memcpy(codes, sample + done, some * sizeof(T));
        if (!ranges->by_map)
            NAME(descend_all)(&ranges->how.tree, codes, some, bucket);
        for (size_t i = 0; i < some; i++) {
            size_t here = ranges->by_map ? NAME(bucket_at)(map->stretch, map->shift, NAME(distance)(map, codes[i]))
                                         : (size_t)bucket[i];
            for (; b <= here; b++)
                ranges->sampled[b] = (uint32_t)(done + i);
        }
    }
    for (; b <= ranges->nbuckets; b++)
        ranges->sampled[b] = (uint32_t)count;
}

static void NAME(choose)(const NAME(code) * sample, size_t count, size_t wanted, struct pel_sort_ranges *ranges)
{
    const size_t most_leaves = (size_t)1 << PEL_SORT_LEVELS;
    int levels = 0;
    while ((size_t)1 << levels < wanted && levels < PEL_SORT_LEVELS)
        levels++;
    ranges->by_map = wanted > most_leaves && NAME(draw)(sample, count, count / wanted, ranges);
    if (!ranges->by_map) {
        NAME(plant_tree)(sample, count, levels, &ranges->how.tree);
        ranges->nbuckets = (size_t)1 << (levels + ranges->how.tree.repeats);
    }
    NAME(count_samples)(sample, count, ranges);
}

/* Two cache lines at a time, which all buffers are made of. */
static inline void NAME(copy_buffer)(const NAME(code) * from, NAME(code) * to, size_t bytes)
{
    enum { TOGETHER = 128 / sizeof(T) };
    for (size_t at = 0; at < bytes / sizeof(T); at += TOGETHER) {
        for (size_t i = at; i < at + TOGETHER; i += NAME(lanes))
            R(stream)(to + i, R(load)(from + i));
    }
}

/* Moves a full buffer to its chain, past the caches: it will not be read soon. Of equal codes only the number counts.
 * Inline it would take registers from the loop that seldom needs it. */
__attribute__((noinline)) static void NAME(move_out)(struct pel_sort_stripe *stripe, size_t bucket, bool equal)
{
    struct pel_sort_chain *chain = &stripe->chain[bucket];
    char *from = stripe->buffers + bucket * stripe->buffer;
    size_t filled = chain->moved & (stripe->slots->block - 1);
    stripe->next[bucket] = from;
    chain->moved += stripe->buffer;
    if (equal)
        return;
    if (filled == 0)
        pel_sort_claim(stripe, (uint32_t)bucket);
    char *to = pel_sort_slot(stripe->slots, chain->slot) + filled;
    NAME(copy_buffer)((NAME(code) *)(void *)from, (NAME(code) *)(void *)to, stripe->buffer);
}

/* Appends a code to the buffer of its bucket. */
static inline void NAME(put_code)(struct pel_sort_stripe *stripe, char **next, uintptr_t within, T code, size_t bucket,
                                  bool equal)
{
    char *to = next[bucket];
    *(NAME(code) *)(void *)to = code;
    next[bucket] = to + sizeof(T);
    if (((uintptr_t)(to + sizeof(T)) & within) == 0)
        NAME(move_out)(stripe, bucket, equal);
}

/* Appends up to a chunk of codes to the chains of their buckets; there must be room to read a full chunk. */
static void NAME(append)(const struct pel_sort_ranges *ranges, const NAME(code) * codes, size_t n,
                         struct pel_sort_stripe *stripe)
{
    const struct pel_sort_map *map = &ranges->how.map;
    NAME(code) bucket[NAME(chunk)];
    U distance[NAME(chunk)];
    char **next = stripe->next;
    uintptr_t within = stripe->buffer - 1;
    int shift = map->shift;
    if (ranges->by_map) {
        for (size_t i = 0; i < NAME(chunk); i++)
            distance[i] = NAME(distance)(map, codes[i]);
        for (size_t i = 0; i < n; i++)
            NAME(put_code)
        (stripe, next, within, codes[i], NAME(bucket_at)(map->stretch, shift, distance[i]), false);
        return;
    }
    NAME(descend_all)(&ranges->how.tree, codes, n, bucket);
    for (size_t i = 0; i < n; i++)
        NAME(put_code)
    (stripe, next, within, codes[i], (size_t)bucket[i], pel_sort_all_equal(ranges, (size_t)bucket[i]));
}
