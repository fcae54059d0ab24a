/* Sorts codes that are spread about evenly over their span. One pass throws them into bins, by their distance from the
 * smallest, and networks sort each bin on its way back; a bin that runs over ends the attempt, which has then changed
 * nothing. E. J. Isaac, R. C. Singleton, "Sorting by address calculation" (1956). Read once per type of code, after
 * network.h and ruler.h. */

enum {
    NAME(bin_room) = 16 * NAME(lanes),                                /* codes: what the networks sort */
    NAME(bin_load) = 2 * NAME(bin_room) / (NAME(lanes) == 1 ? 8 : 5), /* the same, on average */
    NAME(line) = 64 / sizeof(T), /* long bins are a cache line longer, lest all begin in the same few sets */
    NAME(bin_step) = NAME(bin_room) + (NAME(bin_room) > 2 * NAME(line) ? NAME(line) : 0),
    NAME(most_bins) = 384, /* the last lines of which stay in the first-level cache */
    NAME(most_binned) = NAME(most_bins) * NAME(bin_load),
    NAME(cube) = NAME(lanes) * NAME(lanes) * NAME(lanes), /* wide rows make partitions faster, but not bins */
    NAME(least_binned) = NAME(cube) < 4 * NAME(bin_room) ? 4 * NAME(bin_room) : NAME(cube),
    NAME(thrown) = 64, /* codes at a time */
};

/* Where the next code goes, and where there is no more room. */
struct NAME(bin) {
    NAME(code) * next, *end;
};

static size_t NAME(count_bins)(size_t n)
{
    return (n + NAME(bin_load) - 1) / NAME(bin_load);
}

/* Scratch for up to n codes. */
static size_t NAME(bin_bytes)(size_t n)
{
    size_t most = n < NAME(most_binned) ? n : NAME(most_binned);
    return n < NAME(least_binned) ? 0
                                  : NAME(count_bins)(most) * (sizeof(struct NAME(bin)) + NAME(bin_step) * sizeof(T));
}

/* The ruler of as many parts over the codes; n: at least a row. */
static struct pel_sort_ruler NAME(fit_ruler)(const NAME(code) * codes, size_t n, size_t parts)
{
    ROW low = R(load)(codes + n - NAME(lanes)), high = low;
    for (size_t i = 0; i + NAME(lanes) <= n; i += NAME(lanes)) {
        ROW row = R(load)(codes + i);
        low = R(min)(low, row);
        high = R(max)(high, row);
    }
    T lows[NAME(lanes)], highs[NAME(lanes)];
    R(store)(lows, low);
    R(store)(highs, high);
    for (int i = 1; i < NAME(lanes); i++) {
        lows[0] = lows[i] < lows[0] ? lows[i] : lows[0];
        highs[0] = highs[i] > highs[0] ? highs[i] : highs[0];
    }
    return NAME(cut_span)(lows[0], highs[0], parts);
}

/* Throws up to NAME(thrown) codes; false where a bin runs over. */
static inline bool NAME(throw)(const NAME(code) * codes, size_t n, const uint32_t *index, struct NAME(bin) * bins)
{
    for (size_t i = 0; i < n; i++) {
        struct NAME(bin) *bin = &bins[index[i]];
        NAME(code) *to = bin->next;
        if (to == bin->end)
            return false;
        *to = codes[i];
        bin->next = to + 1;
    }
    return true;
}

/* False, with nothing changed, where the codes are not spread evenly enough. scratch: NAME(bin_bytes)(n), aligned. */
static bool NAME(sort_bins)(NAME(code) * codes, size_t n, void *scratch)
{
    size_t nbins = NAME(count_bins)(n), i = 0;
    NAME(code) *room = scratch;
    struct NAME(bin) *bins = (void *)(room + nbins * NAME(bin_step));
    struct pel_sort_ruler ruler = NAME(fit_ruler)(codes, n, nbins);
    uint32_t index[NAME(thrown)];
    for (size_t b = 0; b < nbins; b++) {
        bins[b].next = room + b * NAME(bin_step);
        bins[b].end = bins[b].next + NAME(bin_room);
    }
    for (; i + NAME(thrown) <= n; i += NAME(thrown)) {
        NAME(find_parts)(&ruler, codes + i, NAME(thrown), index);
        if (!NAME(throw)(codes + i, NAME(thrown), index, bins))
            return false;
    }
    NAME(find_parts)(&ruler, codes + i, n - i, index);
    if (!NAME(throw)(codes + i, n - i, index, bins))
        return false;
    for (size_t b = 0; b < nbins; b++) {
        const NAME(code) *bin = room + b * NAME(bin_step);
        size_t count = (size_t)(bins[b].next - bin);
        NAME(sort_few_to)(bin, codes, count);
        codes += count;
    }
    return true;
}
