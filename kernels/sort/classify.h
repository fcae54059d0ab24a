/* The buckets of codes: a descent without branches in a tree of splitters, four rows of codes at a time. P. Sanders, S.
 * Winkel, "Super scalar sample sort" (2004). Read once per type of code, after rows.h. */

enum { NAME(chunk) = 64, NAME(together) = 4 * NAME(lanes) };

/* Lays n splitters, those from the given leaf on, out as a tree. */
static void NAME(grow)(T *tree, size_t node, size_t leaf, size_t n)
{
    if (n == 0)
        return;
    tree[node] = tree[leaf + n / 2];
    NAME(grow)(tree, 2 * node, leaf, n / 2);
    NAME(grow)(tree, 2 * node + 1, leaf + n / 2 + 1, n / 2);
}

/* Takes the splitters of 2^levels ranges from a sorted sample. */
static void NAME(plant_tree)(const NAME(code) * sample, size_t count, int levels, struct pel_sort_tree *tree)
{
    size_t leaves = (size_t)1 << levels, each = count / leaves;
    T *leaf = tree->node.T_SUFFIX + leaves;
    tree->levels = levels;
    tree->repeats = false;
    for (size_t b = 0; b + 1 < leaves; b++) {
        leaf[b] = sample[(b + 1) * each];
        tree->repeats |= b > 0 && leaf[b] == leaf[b - 1];
    }
    leaf[leaves - 1] = NAME(largest); /* a bound, like the others, of all that goes there */
    tree->node.T_SUFFIX[0] = NAME(largest);
    NAME(grow)(tree->node.T_SUFFIX, 1, leaves, leaves - 1);
}

/* The buckets of four rows of codes. */
static inline void NAME(descend)(const struct pel_sort_tree *tree, const NAME(code) * codes, NAME(code) * bucket)
{
    const T *node = tree->node.T_SUFFIX;
    ROW row[4], at[4];
    for (int i = 0; i < 4; i++) {
        row[i] = R(load)(codes + i * NAME(lanes));
        at[i] = R(set1)(1);
    }
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
static inline void NAME(descend_all)(const struct pel_sort_tree *tree, const NAME(code) * codes, size_t n,
                                     NAME(code) * bucket)
{
    for (size_t i = 0; i < n; i += NAME(together))
        NAME(descend)(tree, codes + i, bucket + i);
}
