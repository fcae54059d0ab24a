/* Distribution of codes to buckets in one pass, without counting them first: a bucket is a chain of blocks that grows
 * as codes come. The bucket is found by a descent without branches in a tree of splitters, sixteen codes at a time. P.
 * Sanders, S. Winkel, "Super scalar sample sort" (2004); blocks after M. Axtmann et al., "In-place parallel super
 * scalar samplesort" (2017). Read once per type of code. */

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

/* Takes the splitters from a sorted sample. */
static void NAME(choose)(const NAME(code) * sample, int levels, struct pel_sort_tree *tree)
{
    size_t leaves = (size_t)1 << levels;
    T *leaf = tree->node.T_SUFFIX + leaves;
    tree->levels = levels;
    tree->repeats = false;
    for (size_t b = 0; b + 1 < leaves; b++) {
        leaf[b] = sample[(b + 1) * PEL_SORT_SAMPLES];
        tree->repeats |= b > 0 && leaf[b] == leaf[b - 1];
    }
    leaf[leaves - 1] = NAME(largest); /* a bound, like the others, of all that goes there */
    tree->node.T_SUFFIX[0] = NAME(largest);
    NAME(grow)(tree->node.T_SUFFIX, 1, leaves, leaves - 1);
}

/* The buckets of four rows of codes. */
static inline void NAME(find)(const struct pel_sort_tree *tree, const NAME(code) * codes, NAME(code) * bucket)
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

/* Moves the full block of a bucket behind all others, past the caches: it will not be read soon. */
static void NAME(move_out)(struct pel_sort_stripe *stripe, size_t bucket)
{
    size_t block = stripe->used++;
    NAME(code) *from = (NAME(code) *)(void *)(stripe->blocks + bucket * PEL_SORT_BLOCK);
    NAME(code) *to = (NAME(code) *)(void *)(stripe->blocks + block * PEL_SORT_BLOCK);
    for (size_t i = 0; i < PEL_SORT_BLOCK / sizeof(T); i += NAME(lanes))
        R(stream)(to + i, R(load)(from + i));
    stripe->before[block] = stripe->last[bucket];
    stripe->last[bucket] = block;
    stripe->full[bucket]++;
    stripe->next[bucket] = (char *)from;
}

/* Appends up to a chunk of codes to the chains of their buckets; there must be room to read a full chunk. */
static void NAME(append)(const struct pel_sort_tree *tree, const NAME(code) * codes, size_t n,
                         struct pel_sort_stripe *stripe)
{
    NAME(code) bucket[NAME(chunk)];
    char **next = stripe->next;
    for (size_t i = 0; i < n; i += NAME(together))
        NAME(find)(tree, codes + i, bucket + i);
    for (size_t i = 0; i < n; i++) {
        size_t b = (size_t)bucket[i];
        char *to = next[b];
        *(NAME(code) *)(void *)to = codes[i];
        next[b] = to + sizeof(T);
        if (((uintptr_t)(to + sizeof(T)) & (PEL_SORT_BLOCK - 1)) == 0)
            NAME(move_out)(stripe, b);
    }
}

/* Copies the codes of a bucket together. */
static void NAME(gather)(const struct pel_sort_stripe *stripes, size_t nstripes, size_t bucket, char *to)
{
    for (const struct pel_sort_stripe *stripe = stripes; stripe < stripes + nstripes; stripe++) {
        const char *from = stripe->blocks + bucket * PEL_SORT_BLOCK;
        size_t block = stripe->last[bucket];
        memcpy(to, from, (size_t)(stripe->next[bucket] - from));
        to += stripe->next[bucket] - from;
        for (size_t i = 0; i < stripe->full[bucket]; i++) {
            memcpy(to, stripe->blocks + block * PEL_SORT_BLOCK, PEL_SORT_BLOCK);
            to += PEL_SORT_BLOCK;
            block = stripe->before[block];
        }
    }
}
