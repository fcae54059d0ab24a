/* How codes find their buckets: by a ruler, a map or a tree, as a sample says. Read once per type of code, after
 * classify.h. */

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

/* The buckets of up to a chunk of codes; there must be room to read a full chunk. */
static inline void NAME(find_buckets)(const struct pel_sort_ranges *ranges, const NAME(code) * codes, size_t n,
                                      uint32_t *bucket)
{
    const struct pel_sort_map *map = &ranges->how.map;
    U distance[NAME(chunk)];
    NAME(code) leaf[NAME(chunk)];
    switch (ranges->way) {
    case PEL_SORT_BY_RULER:
        NAME(find_parts)(&ranges->how.ruler, codes, NAME(chunk), bucket);
        break;
    case PEL_SORT_BY_MAP:
        for (size_t i = 0; i < NAME(chunk); i++)
            distance[i] = NAME(distance)(map, codes[i]);
        for (size_t i = 0; i < n; i++)
            bucket[i] = (uint32_t)NAME(bucket_at)(map->stretch, map->shift, distance[i]);
        break;
    case PEL_SORT_BY_TREE:
        NAME(descend_all)(&ranges->how.tree, codes, n, leaf);
        for (size_t i = 0; i < n; i++)
            bucket[i] = (uint32_t)leaf[i];
        break;
    }
}

/* Sets the map up for a sorted sample. */
static void NAME(draw)(const NAME(code) * sample, size_t count, size_t each, struct pel_sort_ranges *ranges)
{
    struct pel_sort_map *map = &ranges->how.map;
    U span = (U)sample[count - 1] - (U)sample[0];
    map->low.T_SUFFIX = sample[0];
    map->high.T_SUFFIX = sample[count - 1];
    map->shift = 0;
    while (span >> map->shift >= PEL_SORT_STRETCHES)
        map->shift++;
    ranges->nbuckets = NAME(survey)(sample, count, each, map);
}

/* Counts the samples before each bucket. They are sorted, and so are their buckets. Returns how many the fullest has.
 */
static size_t NAME(count_samples)(const NAME(code) * sample, size_t count, struct pel_sort_ranges *ranges)
{
    NAME(code) codes[NAME(chunk)] = {0};
    uint32_t bucket[NAME(chunk)];
    size_t b = 0, most = 0;
    for (size_t done = 0; done < count; done += NAME(chunk)) {
        size_t some = count - done < NAME(chunk) ? count - done : NAME(chunk);
        memcpy(codes, sample + done, some * sizeof(T));
        NAME(find_buckets)(ranges, codes, some, bucket);
        for (size_t i = 0; i < some; i++) {
            for (; b <= bucket[i]; b++)
                ranges->sampled[b] = (uint32_t)(done + i);
        }
    }
    for (; b <= ranges->nbuckets; b++)
        ranges->sampled[b] = (uint32_t)count;
    for (b = 0; b < ranges->nbuckets; b++) {
        size_t here = ranges->sampled[b + 1] - ranges->sampled[b];
        most = here > most ? here : most;
    }
    return most;
}

static void NAME(choose)(const NAME(code) * sample, size_t count, size_t wanted, struct pel_sort_ranges *ranges)
{
    const size_t each = count / wanted;
    int levels = 0;
    while ((size_t)1 << levels < wanted && levels < PEL_SORT_LEVELS)
        levels++;
    ranges->way = PEL_SORT_BY_RULER;
    ranges->nbuckets = wanted;
    ranges->how.ruler = NAME(cut_span)(sample[0], sample[count - 1], wanted);
    if (NAME(count_samples)(sample, count, ranges) <= 4 * each)
        return;
    ranges->way = PEL_SORT_BY_MAP;
    NAME(draw)(sample, count, each, ranges);
    if (NAME(count_samples)(sample, count, ranges) <= 8 * each)
        return;
    ranges->way = PEL_SORT_BY_TREE;
    NAME(plant_tree)(sample, count, levels, &ranges->how.tree);
    ranges->nbuckets = (size_t)1 << (levels + ranges->how.tree.repeats);
    NAME(count_samples)(sample, count, ranges);
}
