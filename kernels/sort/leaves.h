/* The leaf of each dtype around a sort of codes: a kernel file defines sort_codes_i32, sort_codes_i64 and
 * WANTS_SCRATCH, then expands this file by dtype. Codes are as wide as keys, so two sorts of codes serve all six. */
#include "kernels/sort/order.h"
#include "kernels/sort/runs.h"

#define CODE__(x, bits) x##i##bits
#define CODE_(x, bits)  CODE__(x, bits)
#define CODE(x)         CODE_(x##_, T_BITS)
#define CODE_SUFFIX     CODE_(, T_BITS)

static void NAME(sort)(void *keys, size_t n, void *scratch, bool descending)
{
    if (n > NAME(scan_block)) {
        bool sorted = true, reversed = true;
        NAME(scan)(keys, n, descending, &sorted, &reversed);
        if (!sorted && reversed)
            NAME(reverse)(keys, n, 0, n / 2);
        if (sorted || reversed)
            return;
    }
    NAME(encode)(keys, n, descending);
    CODE(sort_codes)(keys, scratch, n);
    NAME(decode)(keys, n, descending);
}

#ifdef DISTRIBUTES
static void NAME(find_ranges)(const void *keys, size_t n, bool descending, size_t wanted, void *sample,
                              struct pel_sort_ranges *ranges)
{
    const NAME(word) *from = keys;
    NAME(word) *to = sample;
    size_t count = PEL_SORT_SAMPLES * wanted, stride = n / count;
    uint64_t random = n;
    for (size_t i = 0; i < count; i++)
        to[i] = NAME(encode_one)(from[i * stride + random_below(&random, stride)], descending);
    CODE(sort_codes)(sample, NULL, count);
    CODE(choose)(sample, count, wanted, ranges);
}

static void NAME(distribute)(const void *keys, size_t n, bool descending, const struct pel_sort_ranges *ranges,
                             struct pel_sort_stripe *stripe)
{
    const NAME(word) *from = keys;
    S codes[CODE(chunk)] = {0};
    CODE(start_chains)(stripe, ranges->nbuckets);
    for (size_t done = 0; done < n; done += CODE(chunk)) {
        size_t count = n - done < CODE(chunk) ? n - done : CODE(chunk);
        NAME(encode_to)(codes, from + done, count, descending);
        CODE(append)(ranges, codes, count, stripe);
    }
    v_stream_end();
}

static void NAME(collect)(const struct pel_sort_stripe *stripes, size_t nstripes, const struct pel_sort_ranges *ranges,
                          size_t bucket, void *keys, size_t n, bool descending)
{
    const struct pel_sort_tree *tree = &ranges->how.tree;
    NAME(word) *to = keys;
    if (pel_sort_all_equal(ranges, bucket)) {
        U key = NAME(decode_one)((U)tree->node.CODE_SUFFIX[((size_t)1 << tree->levels) + bucket / 2], descending);
        for (size_t i = 0; i < n; i++)
            to[i] = key;
        return;
    }
    CODE(gather)(stripes, nstripes, bucket, keys);
    CODE(sort_codes)(keys, NULL, n);
    NAME(decode)(keys, n, descending);
}
#endif

static const struct pel_sort_leaf NAME(leaf) = {
    .wants_scratch = WANTS_SCRATCH,
    .sort = NAME(sort),
    .scan = NAME(scan),
    .reverse = NAME(reverse),
#ifdef DISTRIBUTES
    .find_ranges = NAME(find_ranges),
    .distribute = NAME(distribute),
    .collect = NAME(collect),
#endif
};

#undef CODE__
#undef CODE_
#undef CODE
#undef CODE_SUFFIX
