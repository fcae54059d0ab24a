/* Distribution of codes to buckets in one pass, without counting them first. Read once per type of code, after
 * ranges.h. */

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
__attribute__((noinline)) static void NAME(move_out)(const struct pel_sort_ranges *ranges,
                                                     struct pel_sort_stripe *stripe, size_t bucket)
{
    struct pel_sort_chain *chain = &stripe->chain[bucket];
    char *from = stripe->buffers + bucket * stripe->buffer;
    size_t filled = chain->moved & (stripe->slots->block - 1);
    stripe->next[bucket] = from;
    chain->moved += stripe->buffer;
    if (pel_sort_all_equal(ranges, bucket))
        return;
    if (filled == 0)
        pel_sort_claim(stripe, (uint32_t)bucket);
    char *to = pel_sort_slot(stripe->slots, chain->slot) + filled;
    NAME(copy_buffer)((NAME(code) *)(void *)from, (NAME(code) *)(void *)to, stripe->buffer);
}

/* Appends up to a chunk of codes to the chains of their buckets; there must be room to read a full chunk. */
static void NAME(append)(const struct pel_sort_ranges *ranges, const NAME(code) * codes, size_t n,
                         struct pel_sort_stripe *stripe)
{
    uint32_t bucket[NAME(chunk)];
    char **next = stripe->next;
    uintptr_t within = stripe->buffer - 1;
    NAME(find_buckets)(ranges, codes, n, bucket);
    for (size_t i = 0; i < n; i++) {
        size_t b = bucket[i];
        char *to = next[b];
        *(NAME(code) *)(void *)to = codes[i];
        to += sizeof(T);
        next[b] = to;
        if (((uintptr_t)to & within) == 0)
            NAME(move_out)(ranges, stripe, b);
    }
}
