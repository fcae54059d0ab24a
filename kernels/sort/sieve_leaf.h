/* The leaf of each dtype of the kernel sieve. */
#include "kernels/sort/order.h"

#define CODE__(x, bits) x##i##bits
#define CODE_(x, bits)  CODE__(x, bits)
#define CODE(x)         CODE_(x##_, T_BITS)

static void NAME(sample)(const void *keys, size_t n, bool descending, uint64_t random, size_t count, void *codes)
{
    const NAME(word) *from = keys;
    NAME(word) *to = codes;
    size_t stride = n / count;
    for (size_t i = 0; i < count; i++)
        to[i] = NAME(encode_one)(from[i * stride + random_below(&random, stride)], descending);
}

static void NAME(sort)(void *codes, size_t n)
{
    sort_integers(T_BITS == 32 ? PEL_I32 : PEL_I64, codes, n);
}

static int64_t NAME(get)(const void *codes, size_t i)
{
    return (S)((const NAME(word) *)codes)[i];
}

/* Asks for keys that will be wanted soon, a chunk of them: on small pages processors do not look ahead far enough. It
 * is no access, so it may lie beyond the end. */
static inline void NAME(look_ahead)(const NAME(word) * keys)
{
    enum { AHEAD = 8192, LINE = 64 };
    for (size_t i = 0; i < CODE(chunk) * sizeof(T); i += LINE)
        __builtin_prefetch((const void *)((uintptr_t)keys + AHEAD + i));
}

static void NAME(filter)(const void *memory, size_t n, struct pel_select_filter *filter)
{
    const NAME(word) *keys = memory;
    S codes[CODE(chunk)];
    for (size_t done = 0; done < n; done += CODE(chunk)) {
        size_t count = n - done < CODE(chunk) ? n - done : CODE(chunk);
        NAME(look_ahead)(keys + done);
        NAME(encode_to)(codes, keys + done, count, filter->descending);
        CODE(keep)(codes, count, filter);
    }
}

static void NAME(tally)(const void *stored, size_t n, int64_t pivot, size_t *less, size_t *equal)
{
    const NAME(word) *code = stored;
    *less = *equal = 0;
    for (size_t i = 0; i < n; i++) {
        *less += (S)code[i] < (S)pivot;
        *equal += (S)code[i] == (S)pivot;
    }
}

static size_t NAME(find)(const void *memory, size_t n, bool descending, int64_t pivot, size_t i)
{
    const NAME(word) *keys = memory;
    U key = NAME(decode_one)((U)pivot, descending);
    size_t place = 0;
    for (; place < n && (keys[place] != key || i-- > 0); place++)
        ;
    return place;
}

/* A side on its way: misplaced keys of the chunk before `done` that have not been used. */
struct NAME(walk) {
    const struct pel_select_side *side;
    size_t done, start, count, used;
    S list[CODE(chunk) + PEL_VBYTES / sizeof(S)];
};

/* Lists the misplaced keys of the next chunk that has any; false at the end. A chunk ends where ties change sides. */
static bool NAME(go_on)(struct NAME(walk) * walk, bool descending, int64_t pivot)
{
    const struct pel_select_side *side = walk->side;
    S codes[CODE(chunk)];
    walk->count = walk->used = 0;
    while (walk->count == 0 && walk->done < side->n) {
        bool strict = walk->done >= side->low_ties;
        size_t left = (strict ? side->n : side->low_ties) - walk->done;
        size_t n = left < CODE(chunk) ? left : CODE(chunk);
        walk->start = walk->done;
        NAME(look_ahead)((const NAME(word) *)(const void *)side->keys + walk->start);
        NAME(encode_to)(codes, (const NAME(word) *)(const void *)side->keys + walk->start, n, descending);
        walk->count = CODE(list)(codes, n, (S)pivot, strict, side->in_front, walk->list);
        walk->done += n;
    }
    return walk->count > 0;
}

static size_t NAME(skip)(const struct pel_select_side *side, bool descending, int64_t pivot, size_t i)
{
    struct NAME(walk) walk = {.side = side};
    while (i > 0 && NAME(go_on)(&walk, descending, pivot)) {
        if (i <= walk.count)
            return walk.start + (size_t)walk.list[i - 1] + 1;
        i -= walk.count;
    }
    return 0;
}

static size_t NAME(take)(const struct pel_select_side *side, bool descending, int64_t pivot, uint64_t first,
                         void *memory, uint64_t *places)
{
    struct NAME(walk) walk = {.side = side};
    NAME(word) *keys = memory;
    size_t taken = 0;
    for (; NAME(go_on)(&walk, descending, pivot); taken += walk.count) {
        const NAME(word) *from = (const NAME(word) *)(const void *)side->keys + walk.start;
        for (size_t i = 0; i < walk.count; i++) {
            keys[taken + i] = from[walk.list[i]];
            places[taken + i] = first + walk.start + (uint64_t)walk.list[i];
        }
    }
    return taken;
}

static void NAME(exchange)(const struct pel_select_side *front, const struct pel_select_side *back, bool descending,
                           int64_t pivot)
{
    struct NAME(walk) a = {.side = front}, b = {.side = back};
    while ((a.used < a.count || NAME(go_on)(&a, descending, pivot)) &&
           (b.used < b.count || NAME(go_on)(&b, descending, pivot))) {
        NAME(word) *first = (NAME(word) *)(void *)front->keys + a.start;
        NAME(word) *second = (NAME(word) *)(void *)back->keys + b.start;
        size_t pairs = a.count - a.used < b.count - b.used ? a.count - a.used : b.count - b.used;
        const S *first_list = a.list + a.used, *second_list = b.list + b.used;
        for (size_t i = 0; i < pairs; i++) {
            U key = first[first_list[i]];
            first[first_list[i]] = second[second_list[i]];
            second[second_list[i]] = key;
        }
        a.used += pairs;
        b.used += pairs;
    }
}

static const struct pel_select_leaf NAME(leaf) = {
    .first = T_BITS == 32 ? INT32_MIN : INT64_MIN,
    .last = T_BITS == 32 ? INT32_MAX : INT64_MAX,
    .sample = NAME(sample),
    .sort = NAME(sort),
    .get = NAME(get),
    .filter = NAME(filter),
    .tally = NAME(tally),
    .find = NAME(find),
    .skip = NAME(skip),
    .take = NAME(take),
    .exchange = NAME(exchange),
};

#undef CODE__
#undef CODE_
#undef CODE
