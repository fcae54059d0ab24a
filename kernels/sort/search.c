/* Places of needles in keys that are in order: binary search without branches, for a group of needles in step, so that
 * their misses are one. A group whose needles rise, behind the group before, is sought from where that ended, at
 * doubling distances: J. L. Bentley, A. C. Yao, "An almost optimal algorithm for unbounded searching" (1976). */
#ifndef T

#include "kernels/kernel.h"
#include "kernels/sort/sorted.h"

enum { GROUP = 16 };

#define PEL_SELF "kernels/sort/search.c"
#include "kernels/foreach_dtype.h"

#if PEL_ISA_IS(scalar)
#define TRAITS PEL_TRAIT_REFERENCE
#else
#define TRAITS 0
#endif
#define SEARCH(T_) PEL_ROW(SEARCHSORTED, T_, "search", .run.search = search_##T_, .traits = TRAITS)

const struct pel_kernel PEL_TABLE(sort_search)[] = {
    SEARCH(f32), SEARCH(f64), SEARCH(i32), SEARCH(i64), SEARCH(u32), SEARCH(u64), PEL_END_OF_TABLE,
};

#else

#include "kernels/sort/order.h"

/* Whether a key goes before the place of a needle. */
__attribute__((always_inline)) static inline bool NAME(before)(U key, S needle, bool right, bool descending)
{
    S code = (S)NAME(encode_one)(key, descending);
    return right ? code <= needle : code < needle;
}

/* Half of the way further on, or not. Integers are compared so fast that compilers must be kept from putting vectors
 * together for it, lane by lane; codes of floats take long enough to be worth that. */
__attribute__((always_inline)) static inline size_t NAME(step)(size_t at, size_t half, bool goes)
{
#if T_SIGNIFICAND
    return at + (-(size_t)goes & half);
#else
    size_t beyond = at + half;
    __asm__("" : "+r"(beyond));
    return goes ? beyond : at;
#endif
}

/* at[i]: first, plus how many of the n keys from there on go before needle i. */
__attribute__((always_inline)) static inline void NAME(search_group)(const NAME(word) * keys, size_t first, size_t n,
                                                                     const S *needle, size_t *at, bool right,
                                                                     bool descending)
{
    for (int i = 0; i < GROUP; i++)
        at[i] = first;
    for (; n > 1; n -= n / 2) {
        size_t half = n / 2;
        for (int i = 0; i < GROUP; i++)
            at[i] = NAME(step)(at[i], half, NAME(before)(keys[at[i] + half - 1], needle[i], right, descending));
    }
    for (int i = 0; n == 1 && i < GROUP; i++)
        at[i] += NAME(before)(keys[at[i]], needle[i], right, descending);
}

/* How many keys from `first` on, at the most, are before or at the place of a needle that is not before `first`. */
__attribute__((always_inline)) static inline size_t NAME(gallop)(const NAME(word) * keys, size_t n, size_t first,
                                                                 S needle, bool right, bool descending)
{
    size_t reach = GROUP;
    while (reach < n - first && NAME(before)(keys[first + reach], needle, right, descending))
        reach *= 2;
    return reach < n - first ? reach : n - first;
}

__attribute__((always_inline)) static inline void NAME(search_all)(const struct pel_search *search,
                                                                   const NAME(word) * needles, size_t count,
                                                                   uint64_t *places, bool right, bool descending)
{
    const NAME(word) *keys = search->keys;
    S needle[GROUP] = {0}, last = 0;
    size_t at[GROUP], first = 0;
    for (size_t done = 0; done < count; done += GROUP) {
        size_t some = count - done < GROUP ? count - done : GROUP, n = search->n;
        NAME(encode_to)(needle, needles + done, some, descending);
        bool rises = done > 0 && needle[0] >= last;
        for (size_t i = 1; i < GROUP; i++)
            rises &= i >= some || needle[i] >= needle[i - 1];
        first = rises ? first : 0;
        if (rises)
            n = NAME(gallop)(keys, n, first, needle[some - 1], right, descending);
        NAME(search_group)(keys, first, n, needle, at, right, descending);
        for (size_t i = 0; i < some; i++)
            places[done + i] = at[i];
        first = at[some - 1];
        last = needle[some - 1];
    }
}

static void NAME(search)(const struct pel_search *search, const void *needles, size_t count, uint64_t *places)
{
    if (search->right && search->descending)
        NAME(search_all)(search, needles, count, places, true, true);
    else if (search->right)
        NAME(search_all)(search, needles, count, places, true, false);
    else if (search->descending)
        NAME(search_all)(search, needles, count, places, false, true);
    else
        NAME(search_all)(search, needles, count, places, false, false);
}

#endif
