/* Sorts of 128-bit keys, as records: of the bits from the first one in which keys differ, 64 make the key of a record,
 * its word, and the key's last 64 bits its load. Equal words are put in order by their loads in the end. */

static inline uint64_t word_of(wide_key key, int shift)
{
    return (uint64_t)(key >> shift);
}

static void scan_wide(const void *keys, size_t n, bool descending, struct pel_wide_range *range)
{
    const wide_key *key = keys;
    const uint64_t first_low = (uint64_t)key[0], first_high = (uint64_t)(key[0] >> 64);
    uint64_t low = 0, high = 0;
    for (size_t i = 0; i < n; i++) {
        low |= (uint64_t)key[i] ^ first_low;
        high |= (uint64_t)(key[i] >> 64) ^ first_high;
    }
    range->differ |= (pel_u128)high << 64 | low;
    for (size_t i = 1; i < n && range->in_order; i++)
        range->in_order = descending ? key[i - 1] >= key[i] : key[i - 1] <= key[i];
}

static void split_wide(const void *keys, size_t n, int shift, void *words, void *loads)
{
    const wide_key *key = keys;
    load_8 *word = words, *load = loads;
    for (size_t i = 0; i < n; i++) {
        word[i] = word_of(key[i], shift);
        load[i] = (uint64_t)key[i];
    }
}

/* Sorts the loads of keys whose words are equal. */
static void settle_wide(wide_key *keys, size_t n, int shift, bool descending, load_8 *loads)
{
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && word_of(keys[end], shift) == word_of(keys[i], shift); end++)
            ;
        if (end - i == 1)
            continue;
        for (size_t k = i; k < end; k++)
            loads[k - i] = (uint64_t)keys[k];
        sort_integers(PEL_U64, (uint64_t *)loads, end - i, descending);
        for (size_t k = i; k < end; k++)
            keys[k] = keys[k] >> 64 << 64 | loads[k - i];
    }
}

static void join_wide(struct pel_wide_records *records, const uint64_t *order)
{
    const load_8 *word = records->words, *load = records->loads, *place = (const load_8 *)order;
    wide_key *to = records->keys;
    int shift = records->shift;
    const pel_u128 rest = ((pel_u128)1 << shift) - 1, prefix = records->prefix >> shift >> 64 << shift << 64;
    for (size_t i = 0; i < records->n; i++) {
        size_t from = place[i];
        to[i] = prefix | (pel_u128)word[from] << shift | (load[from] & rest);
    }
    if (shift > 0)
        settle_wide(to, records->n, shift, records->descending, records->words);
}

/* The stack holds the words and loads of a chunk. */
enum { WIDE_CHUNK = 256 };

static void find_wide_ranges(const void *keys, size_t n, bool descending, int shift, int levels, void *sample,
                             struct pel_sort_ranges *ranges)
{
    const wide_key *key = keys;
    load_8 *word = sample;
    size_t count = (size_t)PEL_RECORDS_SAMPLES << levels, stride = n / count;
    uint64_t random = n;
    for (size_t i = 0; i < count; i++)
        word[i] = word_of(key[i * stride + random_below(&random, stride)], shift);
    fit_ranges_u64(word, count, descending, levels, ranges);
}

static void classify_wide(const struct pel_sort_ranges *ranges, struct pel_records_stripe *stripe, int shift)
{
    const wide_key *keys = stripe->keys;
    load_8 word[WIDE_CHUNK], load[WIDE_CHUNK];
    memset(stripe->next, 0, sizeof *stripe->next * ranges->nbuckets);
    for (size_t done = 0; done < stripe->n; done += WIDE_CHUNK) {
        size_t count = stripe->n - done < WIDE_CHUNK ? stripe->n - done : WIDE_CHUNK;
        split_wide(keys + done, count, shift, word, load);
        classify_some_u64(ranges, word, count, stripe->descending, stripe->bucket + done, stripe->next);
    }
}

static void scatter_wide(struct pel_records_stripe *stripe, size_t nbuckets, int shift)
{
    const wide_key *keys = stripe->keys;
    load_8 word[WIDE_CHUNK], load[WIDE_CHUNK];
    for (size_t done = 0; done < stripe->n; done += WIDE_CHUNK) {
        size_t count = stripe->n - done < WIDE_CHUNK ? stripe->n - done : WIDE_CHUNK;
        split_wide(keys + done, count, shift, word, load);
        scatter_some_u64(stripe, nbuckets, word, load, done, count, sizeof *load);
    }
    store_rest_u64(stripe, nbuckets, sizeof *load);
    v_stream_end();
}

static const struct pel_wide_leaf wide_leaf = {
    .sort_in_place = sort_wide_in_place,
    .scan = scan_wide,
    .split = split_wide,
    .join = join_wide,
    .find_ranges = find_wide_ranges,
    .classify = classify_wide,
    .scatter = scatter_wide,
};
