/* Minimum and maximum in vector lanes, each or both, and where they are.
 *
 * For floating point the comparison leaves NaN out and does not tell the two zeros apart. So a block whose extreme is a
 * zero is looked at again for the signs of those zeros, unless neither would change the outcome; and so is a block with
 * NaN whose extreme is the infinity that the search started from: there may have been no number at all.
 *
 * A place is found in two steps: the first block that holds the extreme is remembered while the others are looked at,
 * and in the end searched for the element. */
#ifndef T

#include <math.h>

#include "kernels/kernel.h"
#include "kernels/reduce/state.h"
#include "kernels/simd/simd.h"

/* Blocks stay in the first cache for the second look. */
enum { BLOCK_BYTES = 1 << 14, CHAINS = 4 };

#define PEL_SELF "kernels/reduce/extreme.c"
#include "kernels/foreach_dtype.h"

#define ROW(op, suffix, function) PEL_ROW(op, suffix, "lanes", .run.reduce = function##_##suffix)
#define ROWS(suffix)                                                                                                   \
    ROW(MIN, suffix, min), ROW(MAX, suffix, max), ROW(MINMAX, suffix, minmax), ROW(ARGMIN, suffix, argmin),            \
        ROW(ARGMAX, suffix, argmax)

const struct pel_kernel PEL_TABLE(reduce_extreme)[] = {
    ROWS(f32), ROWS(f64), ROWS(i32), ROWS(i64), ROWS(u32), ROWS(u64), PEL_END_OF_TABLE,
};

#undef ROWS
#undef ROW

#else

#if T_SIGNIFICAND
#define LEAST    (-(T)INFINITY)
#define GREATEST ((T)INFINITY)
#elif T_SIGNED
#define LEAST    ((T)(UINT64_C(1) << (T_BITS - 1)))
#define GREATEST (-1 - LEAST)
#else
#define LEAST    ((T)0)
#define GREATEST ((T) ~(T)0)
#endif

/* Offers a value to the state. */
static inline void NAME(offer)(struct pel_extreme *extreme, T x, uint64_t flip)
{
    U bits;
    memcpy(&bits, &x, sizeof bits);
    uint64_t key = pel_key_of(NAME(PEL_DTYPE), bits) ^ flip;
    if (key < extreme->key)
        extreme->key = key;
}

#if T_SIGNIFICAND

/* Offers the elements of magnitude `size`, a zero or infinity, by their signs. */
static void NAME(look_again)(const T *x, size_t n, T size, uint64_t flip, struct pel_extreme *extreme)
{
    U minus = 0, plus = 0; /* their sign bits count */
    for (size_t i = 0; i < n; i++) {
        U bits;
        memcpy(&bits, &x[i], sizeof bits);
        U equal = x[i] == size || x[i] == -size ? (U)-1 : 0;
        minus |= bits & equal;
        plus |= ~bits & equal;
    }
    if (minus >> (T_BITS - 1))
        NAME(offer)(extreme, -size, flip);
    if (plus >> (T_BITS - 1))
        NAME(offer)(extreme, size, flip);
}

static inline void NAME(settle)(const T *x, size_t n, T best, bool nan, uint64_t flip, struct pel_extreme *extreme)
{
    const T infinity = (T)INFINITY, size = best == 0 ? 0 : infinity;
    struct pel_extreme hoped = *extreme;
    extreme->nan |= nan;
    NAME(offer)(&hoped, size, flip);
    NAME(offer)(&hoped, -size, flip);
    if (best != 0 && !(nan && (best == infinity || best == -infinity)))
        NAME(offer)(extreme, best, flip);
    else if (hoped.key < extreme->key)
        NAME(look_again)(x, n, size, flip, extreme);
}

#else

static inline void NAME(settle)(const T *x, size_t n, T best, bool nan, uint64_t flip, struct pel_extreme *extreme)
{
    (void)x;
    (void)n;
    (void)nan;
    NAME(offer)(extreme, best, flip);
}

#endif

struct NAME(search) {
    VT best[CHAINS];
    VS nan;
};

/* Looks at two vectors; largest: for the maximum. One comparison finds NaN in either. */
static inline __attribute__((always_inline)) void NAME(look)(struct NAME(search) * search, size_t chain, VT a, VT b,
                                                             bool largest)
{
    VT *best = &search->best[chain];
    best[0] = largest ? V(max)(a, best[0]) : V(min)(a, best[0]);
    best[1] = largest ? V(max)(b, best[1]) : V(min)(b, best[1]);
    search->nan |= V(either_nan)(a, b);
}

static inline __attribute__((always_inline)) void NAME(extreme_of_block)(const T *x, size_t n, bool largest,
                                                                         struct pel_extreme *extreme)
{
    enum { STEP = LANES * CHAINS };
    struct NAME(search) search = {.nan = {0}};
    const VT start = V(set1)(largest ? LEAST : GREATEST);
    for (size_t c = 0; c < CHAINS; c++)
        search.best[c] = start;
    size_t i = 0;
    for (; i + STEP <= n; i += STEP) {
#pragma GCC unroll 4
        for (size_t c = 0; c < CHAINS; c += 2)
            NAME(look)(&search, c, V(load)(x + i + c * LANES), V(load)(x + i + (c + 1) * LANES), largest);
    }
    for (; i + LANES <= n; i += LANES)
        NAME(look)(&search, 0, V(load)(x + i), start, largest);
    if (i < n)
        NAME(look)(&search, 0, V(load_part)(x + i, n - i, start), start, largest);
    for (size_t c = 1; c < CHAINS; c++)
        search.best[0] = largest ? V(max)(search.best[c], search.best[0]) : V(min)(search.best[c], search.best[0]);
    T best = largest ? V(greatest)(search.best[0]) : V(least)(search.best[0]);
    NAME(settle)(x, n, best, V(any)((VT)search.nan), largest ? UINT64_MAX : 0, extreme);
}

static void NAME(min)(const void *x_, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    enum { BLOCK = BLOCK_BYTES / sizeof(T) };
    const T *x = x_;
    (void)y;
    (void)params;
    for (size_t done = 0; done < n; done += BLOCK)
        NAME(extreme_of_block)(x + done, n - done < BLOCK ? n - done : BLOCK, false, &state->extreme);
}

static void NAME(max)(const void *x_, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    enum { BLOCK = BLOCK_BYTES / sizeof(T) };
    const T *x = x_;
    (void)y;
    (void)params;
    for (size_t done = 0; done < n; done += BLOCK)
        NAME(extreme_of_block)(x + done, n - done < BLOCK ? n - done : BLOCK, true, &state->extreme);
}

/* The second search finds the block in the first cache. */
static void NAME(minmax)(const void *x_, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    enum { BLOCK = BLOCK_BYTES / sizeof(T) };
    const T *x = x_;
    (void)y;
    (void)params;
    for (size_t done = 0; done < n; done += BLOCK) {
        size_t length = n - done < BLOCK ? n - done : BLOCK;
        NAME(extreme_of_block)(x + done, length, false, &state->range.min);
        NAME(extreme_of_block)(x + done, length, true, &state->range.max);
    }
}

/* All ones in the lanes that hold these bits, or with `nan` in those that hold NaN. */
static inline __attribute__((always_inline)) VS NAME(hits)(VT v, VU bits, bool nan)
{
    return nan ? V(is_nan)(v) : (VS)((VU)v == bits);
}

static inline bool NAME(is_hit)(T x, U bits, bool nan)
{
    U own;
    memcpy(&own, &x, sizeof own);
#if T_SIGNIFICAND
    if (nan)
        return x != x;
#endif
    (void)nan;
    return own == bits;
}

/* Index of the first element with these bits, or with `nan` of the first NaN; it is there. */
static inline __attribute__((always_inline)) size_t NAME(find)(const T *x, size_t n, U bits, bool nan)
{
    enum { STEP = LANES * CHAINS };
    const VU wanted = bits - (VU){0};
    size_t i = 0;
    for (; i + STEP <= n; i += STEP) {
        VS hit = {0};
#pragma GCC unroll 4
        for (size_t c = 0; c < CHAINS; c++)
            hit |= NAME(hits)(V(load)(x + i + c * LANES), wanted, nan);
        if (V(any)((VT)hit))
            break;
    }
    while (!NAME(is_hit)(x[i], bits, nan))
        i++;
    return i;
}

static inline __attribute__((always_inline)) void NAME(place)(const T *x, size_t n, bool largest,
                                                              struct pel_place *place)
{
    enum { BLOCK = BLOCK_BYTES / sizeof(T) };
    const uint64_t flip = largest ? UINT64_MAX : 0;
    struct pel_extreme extreme = {.key = UINT64_MAX, .nan = false};
    size_t block = 0, nan_block = 0;
    for (size_t done = 0; done < n; done += BLOCK) {
        struct pel_extreme before = extreme;
        NAME(extreme_of_block)(x + done, n - done < BLOCK ? n - done : BLOCK, largest, &extreme);
        block = extreme.key < before.key ? done : block;
        nan_block = extreme.nan && !before.nan ? done : nan_block;
    }
    if (extreme.nan)
        pel_place_offer_nan(place, place->base + nan_block + NAME(find)(x + nan_block, n - nan_block, 0, true));
    if (n > 0 && (!T_SIGNIFICAND || extreme.key != UINT64_MAX)) {
        U bits = (U)pel_key_bits(NAME(PEL_DTYPE), extreme.key ^ flip);
        pel_place_offer(place, extreme.key, place->base + block + NAME(find)(x + block, n - block, bits, false));
    }
}

static void NAME(argmin)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    (void)y;
    (void)params;
    NAME(place)(x, n, false, &state->place);
}

static void NAME(argmax)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    (void)y;
    (void)params;
    NAME(place)(x, n, true, &state->place);
}

#undef LEAST
#undef GREATEST

#endif
