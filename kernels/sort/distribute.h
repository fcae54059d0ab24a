/* Distribution of codes to buckets in one pass, without counting them first: a bucket is a chain of blocks that grows
 * as codes come. P. Sanders, S. Winkel, "Super scalar sample sort" (2004); blocks after M. Axtmann et al., "In-place
 * parallel super scalar samplesort" (2017). Read once per type of code. */

enum { NAME(chunk) = 256, NAME(together) = 4 * NAME(lanes) };

/* Lays n splitters, those from the low-th leaf on, out as a tree. */
static void NAME(grow)(T *tree, size_t node, size_t leaf, size_t n)
{
    if (n == 0)
        return;
    tree[node] = tree[leaf + n / 2];
    NAME(grow)(tree, 2 * node, leaf, n / 2);
    NAME(grow)(tree, 2 * node + 1, leaf + n / 2 + 1, n / 2);
}

/* Takes the splitters of `leaves` ranges, a power of two, from a sorted sample. */
static void NAME(plant)(const NAME(code) * sample, size_t count, size_t leaves, struct pel_sort_tree *tree)
{
    T *leaf = tree->node.T_SUFFIX + leaves;
    size_t each = count / leaves;
    tree->levels = 0;
    while ((size_t)1 << tree->levels < leaves)
        tree->levels++;
    tree->repeats = false;
    for (size_t b = 0; b + 1 < leaves; b++) {
        leaf[b] = sample[(b + 1) * each];
        tree->repeats |= b > 0 && leaf[b] == leaf[b - 1];
    }
    leaf[leaves - 1] = NAME(largest); /* a bound, like the others, of all that goes there */
    tree->node.T_SUFFIX[0] = NAME(largest);
    NAME(grow)(tree->node.T_SUFFIX, 1, leaves, leaves - 1);
}

/* The distance from the low end of the map's span. */
static inline U NAME(distance)(const struct pel_sort_map *map, T code)
{
    code = code < map->low.T_SUFFIX ? map->low.T_SUFFIX : code;
    code = code > map->high.T_SUFFIX ? map->high.T_SUFFIX : code;
    return (U)code - (U)map->low.T_SUFFIX;
}

static inline size_t NAME(bucket_at)(const struct pel_sort_map *map, U distance)
{
    U within = distance & (((U)1 << map->shift) - 1);
    size_t stretch = (size_t)(distance >> map->shift);
    return map->stretch[stretch].bucket + (size_t)(within >> map->stretch[stretch].shift);
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
        map->stretch[s].bucket = (uint16_t)bucket;
        map->stretch[s].shift = (uint16_t)(map->shift - cut);
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
        size_t b = NAME(bucket_at)(map, NAME(distance)(map, sample[i]));
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

static void NAME(choose)(const NAME(code) * sample, size_t count, size_t wanted, struct pel_sort_ranges *ranges)
{
    const size_t most_leaves = (size_t)1 << PEL_SORT_LEVELS;
    size_t leaves = wanted < most_leaves ? wanted : most_leaves;
    ranges->by_map = wanted > most_leaves && NAME(draw)(sample, count, count / wanted, ranges);
    if (!ranges->by_map) {
        NAME(plant)(sample, count, leaves, &ranges->how.tree);
        ranges->nbuckets = leaves << ranges->how.tree.repeats;
    }
}

/* The buckets of four rows of codes: a descent without branches in the tree. */
static inline void NAME(descend)(const struct pel_sort_tree *tree, const NAME(code) * codes, NAME(code) * bucket)
{
    const T *node = tree->node.T_SUFFIX;
    ROW row[4], at[4];
    NAME(load_four)(codes, row);
    for (int i = 0; i < 4; i++)
        at[i] = R(set1)(1);
    for (int level = 0; level < tree->levels; level++) {
        for (int i = 0; i < 4; i++)
            at[i] = R(descend)(at[i], row[i], R(pick)(node, at[i], level));
    }
    for (int i = 0; i < 4; i++) {
        ROW b = at[i] - R(set1)((T)1 << tree->levels);
        if (tree->repeats)
            b = R(descend_equal)(b, row[i], R(pick)(node, at[i], tree->levels));
        R(store)(bucket + i * NAME(lanes), b);
    }
}

/* The buckets of up to a chunk of codes; there must be room to read a full chunk. */
static void NAME(find)(const struct pel_sort_ranges *ranges, const NAME(code) * codes, size_t n, NAME(code) * bucket)
{
    const struct pel_sort_map *map = &ranges->how.map;
    U distance[NAME(chunk)];
    if (!ranges->by_map) {
        for (size_t i = 0; i < n; i += NAME(together))
            NAME(descend)(&ranges->how.tree, codes + i, bucket + i);
        return;
    }
    for (size_t i = 0; i < NAME(chunk); i++)
        distance[i] = NAME(distance)(map, codes[i]);
    for (size_t i = 0; i < n; i++)
        bucket[i] = (T)NAME(bucket_at)(map, distance[i]);
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
    NAME(code) *from = (NAME(code) *)(void *)(stripe->buffers + bucket * stripe->buffer);
    NAME(code) *to = (NAME(code) *)(void *)stripe->end[bucket];
    if (!equal)
        NAME(copy_buffer)(from, to, stripe->buffer);
    stripe->next[bucket] = (char *)from;
    stripe->end[bucket] += stripe->buffer;
    if (((size_t)(stripe->end[bucket] - stripe->blocks) & (stripe->block - 1)) == 0) {
        size_t block = stripe->used++;
        stripe->before[block] = stripe->last[bucket];
        stripe->last[bucket] = block;
        stripe->full[bucket]++;
        stripe->end[bucket] = stripe->blocks + block * stripe->block;
    }
}

static void NAME(start_chains)(struct pel_sort_stripe *stripe, size_t nbuckets)
{
    stripe->used = nbuckets;
    for (size_t b = 0; b < nbuckets; b++) {
        stripe->next[b] = stripe->buffers + b * stripe->buffer;
        stripe->end[b] = stripe->blocks + b * stripe->block;
        stripe->last[b] = b;
        stripe->full[b] = 0;
    }
}

/* Appends up to a chunk of codes to the chains of their buckets; there must be room to read a full chunk. */
static void NAME(append)(const struct pel_sort_ranges *ranges, const NAME(code) * codes, size_t n,
                         struct pel_sort_stripe *stripe)
{
    NAME(code) bucket[NAME(chunk)];
    char **next = stripe->next;
    uintptr_t within = stripe->buffer - 1;
    NAME(find)(ranges, codes, n, bucket);
    for (size_t i = 0; i < n; i++) {
        size_t b = (size_t)bucket[i];
        char *to = next[b];
        *(NAME(code) *)(void *)to = codes[i];
        next[b] = to + sizeof(T);
        if (((uintptr_t)(to + sizeof(T)) & within) == 0)
            NAME(move_out)(stripe, b, pel_sort_all_equal(ranges, b));
    }
}

/* Copies the codes of a bucket together. */
static void NAME(gather)(const struct pel_sort_stripe *stripes, size_t nstripes, size_t bucket, char *to)
{
    for (const struct pel_sort_stripe *stripe = stripes; stripe < stripes + nstripes; stripe++) {
        const char *buffer = stripe->buffers + bucket * stripe->buffer;
        size_t block = stripe->last[bucket], bytes = (size_t)(stripe->next[bucket] - buffer);
        memcpy(to, buffer, bytes);
        to += bytes;
        bytes = (size_t)(stripe->end[bucket] - stripe->blocks) - block * stripe->block;
        for (size_t rest = stripe->full[bucket] + 1; rest > 0; rest--) {
            memcpy(to, stripe->blocks + block * stripe->block, bytes);
            to += bytes;
            bytes = stripe->block;
            block = rest > 1 ? stripe->before[block] : block;
        }
    }
}
