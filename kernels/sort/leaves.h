/* The leaf of each dtype around a sort of codes: a kernel file defines sort_codes_i32, sort_codes_i64, which
 * are told whether keys are floats, and scratch_bytes_i32 and scratch_bytes_i64, then expands this file by dtype. Codes
 * are as wide as keys, so two sorts of codes serve all six. */
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
    CODE(sort_codes)(keys, scratch, n, T_SIGNIFICAND > 0);
    NAME(decode)(keys, n, descending);
}

#ifdef DISTRIBUTES
static void NAME(find_ranges)(const void *keys, size_t n, bool descending, size_t wanted, void *sample, size_t count,
                              struct pel_sort_ranges *ranges)
{
    const NAME(word) *from = keys;
    NAME(word) *to = sample;
    size_t stride = n / count;
    uint64_t random = n;
    for (size_t i = 0; i < count; i++)
        to[i] = NAME(encode_one)(from[i * stride + random_below(&random, stride)], descending);
    CODE(sort_codes)(sample, NULL, count, T_SIGNIFICAND > 0);
    CODE(choose)(sample, count, wanted, ranges);
}

/* Appends keys, and asks for those that come next: a few at a time, while there is something else to do. Asking is no
 * access, so it may go beyond the end. */
static void NAME(append_keys)(const struct pel_sort_ranges *ranges, const char *keys, size_t n, const char *ahead,
                              bool descending, struct pel_sort_stripe *stripe)
{
    enum { LINE = 64 };
    const NAME(word) *from = (const NAME(word) *)(const void *)keys;
    S codes[CODE(chunk)];
    for (size_t done = 0; done < n; done += CODE(chunk)) {
        size_t count = n - done < CODE(chunk) ? n - done : CODE(chunk);
        if (count < CODE(chunk))
            memset(codes, 0, sizeof codes);
        for (size_t i = 0; i < sizeof codes; i += LINE)
            __builtin_prefetch((const void *)((uintptr_t)ahead + done * sizeof(T) + i));
        NAME(encode_to)(codes, from + done, count, descending);
        CODE(append)(ranges, codes, count, stripe);
    }
}

/* Reads the slots of a stripe, one of each region in turn. */
static void NAME(distribute)(const struct pel_sort_ranges *ranges, struct pel_sort_stripe *stripe, bool descending)
{
    const struct pel_sort_slots *slots = stripe->slots;
    struct pel_sort_turn now = pel_sort_first_turn(stripe), next;
    for (; now.slot != PEL_SORT_NO_SLOT; now = next) {
        next = pel_sort_next_turn(stripe, now);
        const char *ahead = pel_sort_slot(slots, next.slot != PEL_SORT_NO_SLOT ? next.slot : now.slot);
        NAME(append_keys)
        (ranges, pel_sort_slot(slots, now.slot), slots->block / sizeof(T), ahead, descending, stripe);
        pel_sort_release(stripe, now.slot);
        if (next.round > now.round && (next.round & now.round) == 0)
            pel_sort_aim_again(stripe);
    }
    for (int i = 0; i < 2; i++)
        NAME(append_keys)(ranges, stripe->loose[i].keys, stripe->loose[i].n, stripe->loose[i].keys, descending, stripe);
    v_stream_end();
}

static void NAME(finish)(const struct pel_sort_ranges *ranges, size_t bucket, void *codes, size_t n, void *scratch,
                         bool descending)
{
    const struct pel_sort_tree *tree = &ranges->how.tree;
    NAME(word) *keys = codes;
    if (pel_sort_all_equal(ranges, bucket)) {
        U key = NAME(decode_one)((U)tree->node.CODE_SUFFIX[((size_t)1 << tree->levels) + bucket / 2], descending);
        for (size_t i = 0; i < n; i++)
            keys[i] = key;
        return;
    }
    CODE(sort_codes)(codes, scratch, n, T_SIGNIFICAND > 0);
    NAME(decode)(codes, n, descending);
}
#endif

static const struct pel_sort_leaf NAME(leaf) = {
    .scratch_bytes = CODE(scratch_bytes),
    .sort = NAME(sort),
    .scan = NAME(scan),
    .reverse = NAME(reverse),
#ifdef DISTRIBUTES
    .find_ranges = NAME(find_ranges),
    .distribute = NAME(distribute),
    .finish = NAME(finish),
#endif
};

#undef CODE__
#undef CODE_
#undef CODE
#undef CODE_SUFFIX
