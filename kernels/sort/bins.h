/* Sorts codes that are spread about evenly over their span. One pass throws them into bins, by their distance from the
 * smallest, and networks sort each bin on its way back; a bin that runs over ends the attempt, which has then changed
 * nothing. E. J. Isaac, R. C. Singleton, "Sorting by address calculation" (1956). Read once per type of code, after
 * flat.h, network.h and ruler.h. */

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

/* How codes are cut into bins: by themselves, or where they are of floats maybe flattened. */
struct NAME(measure) {
    struct pel_sort_ruler ruler;
    bool flat;
    U top; /* see flat.h */
};

/* The least and the greatest code; n: at least a row. */
static void NAME(find_ends)(const NAME(code) * codes, size_t n, T *least, T *greatest)
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
    *least = lows[0];
    *greatest = highs[0];
}

/* How unevenly a sample of NAME(thrown) codes lies in some parts of the span: the sum of squares of their numbers. */
static size_t NAME(unevenness)(const NAME(code) * codes, T low, T high)
{
    enum { PARTS = 8 };
    struct pel_sort_ruler ruler = NAME(cut_span)(low, high, PARTS);
    uint32_t part[NAME(thrown)];
    size_t count[PARTS] = {0}, sum = 0;
    NAME(find_parts)(&ruler, codes, NAME(thrown), part);
    for (size_t i = 0; i < NAME(thrown); i++)
        sum += 2 * count[part[i]]++ + 1;
    return sum;
}

/* Chooses codes or fixed-point numbers, by which of them a sample lies more evenly. */
static struct NAME(measure) NAME(take_measure)(const NAME(code) * codes, size_t n, size_t parts, bool floats)
{
    enum { RUN = 8 }; /* codes */
    NAME(code) sample[NAME(thrown)], flat[NAME(thrown)], end[2];
    struct NAME(measure) measure = {.flat = false};
    T low, high;
    NAME(find_ends)(codes, n, &low, &high);
    measure.ruler = NAME(cut_span)(low, high, parts);
    if (!floats || !NAME(has_rank)(high))
        return measure;
    measure.top = NAME(top_exponent)(low, high);
    for (size_t i = 0; i < NAME(thrown); i += RUN)
        memcpy(sample + i, codes + (n - RUN) * i / (NAME(thrown) - RUN), RUN * sizeof *sample);
    NAME(flatten)(sample, NAME(thrown), measure.top, flat);
    NAME(flatten)((NAME(code)[]){low, high}, 2, measure.top, end);
    measure.flat = NAME(unevenness)(flat, end[0], end[1]) < NAME(unevenness)(sample, low, high);
    if (measure.flat)
        measure.ruler = NAME(cut_span)(end[0], end[1], parts);
    return measure;
}

/* Finds the bins of up to NAME(thrown) codes. */
static inline void NAME(find_bins)(const struct NAME(measure) * measure, const NAME(code) * codes, size_t n,
                                   uint32_t *index)
{
    NAME(code) flat[NAME(thrown)];
    if (measure->flat)
        NAME(flatten)(codes, n, measure->top, flat);
    NAME(find_parts)(&measure->ruler, measure->flat ? flat : codes, n, index);
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

/* False, with nothing changed, where the codes are not spread evenly enough. scratch: NAME(bin_bytes)(n), aligned.
 * floats: that is what they are the codes of. */
static bool NAME(sort_bins)(NAME(code) * codes, size_t n, bool floats, void *scratch)
{
    size_t nbins = NAME(count_bins)(n), i = 0;
    NAME(code) *room = scratch;
    struct NAME(bin) *bins = (void *)(room + nbins * NAME(bin_step));
    struct NAME(measure) measure = NAME(take_measure)(codes, n, nbins, floats);
    uint32_t index[NAME(thrown)];
    for (size_t b = 0; b < nbins; b++) {
        bins[b].next = room + b * NAME(bin_step);
        bins[b].end = bins[b].next + NAME(bin_room);
    }
    for (; i + NAME(thrown) <= n; i += NAME(thrown)) {
        NAME(find_bins)(&measure, codes + i, NAME(thrown), index);
        if (!NAME(throw)(codes + i, NAME(thrown), index, bins))
            return false;
    }
    NAME(find_bins)(&measure, codes + i, n - i, index);
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
