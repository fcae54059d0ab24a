/* Merges two runs without branches that depend on keys; and finds where a part of the merged run starts in both, by
 * binary search along the path of the merge: S. Odeh, O. Green, Z. Mwassi, O. Shmueli, Y. Birk, "Merge path" (2012). */
#ifndef T

#include <string.h>

#include "kernels/kernel.h"
#include "kernels/sort/sorted.h"

#define PEL_SELF "kernels/sort/merge.c"
#include "kernels/foreach_dtype.h"

#if PEL_ISA_IS(scalar)
#define TRAITS PEL_TRAIT_REFERENCE
#else
#define TRAITS 0
#endif
#define MERGE(T_) PEL_ROW(MERGE, T_, "merge", .run.merge = &leaf_##T_, .traits = TRAITS)

const struct pel_kernel PEL_TABLE(sort_merge)[] = {
    MERGE(f32), MERGE(f64), MERGE(i32), MERGE(i64), MERGE(u32), MERGE(u64), PEL_END_OF_TABLE,
};

#else

#include "kernels/sort/order.h"

static size_t NAME(split)(const struct pel_merge *runs, size_t count, size_t least, size_t most)
{
    const NAME(word) *a = runs->a, *b = runs->b;
    while (least < most) {
        size_t middle = least + (most - least) / 2;
        S of_a = (S)NAME(encode_one)(a[middle], runs->descending);
        S of_b = (S)NAME(encode_one)(b[count - middle - 1], runs->descending);
        if (of_a <= of_b)
            least = middle + 1;
        else
            most = middle;
    }
    return least;
}

/* Two ends of one merge, whose steps do not wait for each other. */
struct NAME(path) {
    const NAME(word) * a, *b, *a_end, *b_end;
    NAME(word) * out;
};

__attribute__((always_inline)) static inline void NAME(step)(struct NAME(path) * path, bool descending)
{
    U key_a = *path->a, key_b = *path->b;
    bool take_b = (S)NAME(encode_one)(key_b, descending) < (S)NAME(encode_one)(key_a, descending);
    *path->out++ = take_b ? key_b : key_a;
    path->a += !take_b;
    path->b += take_b;
}

static void NAME(finish)(struct NAME(path) * path, bool descending)
{
    while (path->a < path->a_end && path->b < path->b_end)
        NAME(step)(path, descending);
    size_t left_a = (size_t)(path->a_end - path->a), left_b = (size_t)(path->b_end - path->b);
    if (left_a > 0) /* a run of nothing may be NULL */
        memcpy(path->out, path->a, left_a * sizeof(T));
    if (left_b > 0)
        memcpy(path->out + left_a, path->b, left_b * sizeof(T));
}

static size_t NAME(steps_at_hand)(const struct NAME(path) * path)
{
    size_t left_a = (size_t)(path->a_end - path->a), left_b = (size_t)(path->b_end - path->b);
    return left_a < left_b ? left_a : left_b;
}

__attribute__((always_inline)) static inline void NAME(merge_two)(struct NAME(path) * one, struct NAME(path) * other,
                                                                  bool descending)
{
    struct NAME(path) x = *one, y = *other;
    for (;;) {
        size_t of_x = NAME(steps_at_hand)(&x), of_y = NAME(steps_at_hand)(&y), steps = of_x < of_y ? of_x : of_y;
        if (steps == 0)
            break;
        for (size_t i = 0; i < steps; i++) {
            NAME(step)(&x, descending);
            NAME(step)(&y, descending);
        }
    }
    *one = x;
    *other = y;
}

static void NAME(merge)(const struct pel_merge *runs, void *out)
{
    const NAME(word) *a = runs->a, *b = runs->b;
    size_t half = (runs->na + runs->nb) / 2, least = half > runs->nb ? half - runs->nb : 0;
    size_t of_a = NAME(split)(runs, half, least, half < runs->na ? half : runs->na), of_b = half - of_a;
    struct NAME(path) low = {a, b, a + of_a, b + of_b, out};
    struct NAME(path) high = {a + of_a, b + of_b, a + runs->na, b + runs->nb, (NAME(word) *)out + half};
    if (runs->descending)
        NAME(merge_two)(&low, &high, true);
    else
        NAME(merge_two)(&low, &high, false);
    NAME(finish)(&low, runs->descending);
    NAME(finish)(&high, runs->descending);
}

static const struct pel_merge_leaf NAME(leaf) = {.split = NAME(split), .merge = NAME(merge)};

#endif
