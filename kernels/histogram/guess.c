/* Histograms by a guess: the distance from the lowest edge, times the bins in a unit. Its whole part is the bin, but
 * for rounding errors; those can matter only where the fraction is near 0 or 1, how near has been found out at every
 * edge, and there the edges are asked. Bins of unequal width are searched, several elements at a time. */
#ifndef T

#include "kernels/histogram/leaf.h"
#include "kernels/histogram/places.h"
#include "kernels/kernel.h"
#include "kernels/simd/simd.h"

/* Elements that are looked after together: if any guess among them is unsure; and that search in step. Bytes that
 * memory is asked for before they are needed: as places are counted a thousand or so at a time, it would idle
 * meanwhile. */
enum { BLOCK = 128, SEARCHERS = 16, AHEAD = 8192 };

#define PEL_SELF "kernels/histogram/edges.h"
#include "kernels/foreach_dtype.h"
#undef PEL_SELF
#define PEL_SELF "kernels/histogram/guess.c"
#include "kernels/foreach_dtype.h"

#define ROW(suffix)                                                                                                    \
    PEL_ROW(HISTOGRAM, suffix, "guess", .run.histogram = &leaf_##suffix, .params = {{"ways", 8, 1, 8, 0}})
const struct pel_kernel PEL_TABLE(histogram_guess)[] = {ROW(f32), ROW(f64), ROW(i32),        ROW(i64),
                                                        ROW(u32), ROW(u64), PEL_END_OF_TABLE};
#undef ROW

#else

/* Floating point of the element's width. */
#if T_BITS == 32
#define G        float
#define G_SUFFIX f32
#define VG       v_f32
#define G_MOST   0x1.fffffep127f
#else
#define G        double
#define G_SUFFIX f64
#define VG       v_f64
#define G_MOST   0x1.fffffffffffffp1023
#endif

typedef uint32_t NAME(numbers) __attribute__((vector_size(PEL_VBYTES * 32 / T_BITS)));

static inline void NAME(write_places)(uint32_t *places, VS k)
{
    NAME(numbers) numbers = __builtin_convertvector(k, NAME(numbers));
    memcpy(places, &numbers, sizeof numbers);
}

/* What elements outside get, of those the first lanes where `inside` is 0. */
static inline VS NAME(places_of)(VT x, VS inside, VS k, const struct pel_bins *bins)
{
    const VT low = V(set1)(bins->low.T_SUFFIX);
    VS from = (VS)(x < low), beyond = (VS)(x >= low), count = (VS){0} + (S)bins->count;
    VS outside = count + PEL_PLACE_NAN + (from & (PEL_PLACE_BELOW - PEL_PLACE_NAN)) +
                 (beyond & (PEL_PLACE_ABOVE - PEL_PLACE_NAN));
    return (k & inside) | (outside & ~inside);
}

static inline VS NAME(is_inside)(VT x, const struct pel_bins *bins)
{
    return (VS)(x >= V(set1)(bins->low.T_SUFFIX)) & (VS)(x <= V(set1)(bins->last.T_SUFFIX));
}

/* How far an element is above the lowest edge, in bins. The same in lanes and alone, and never less for a greater
 * element, as it is made of steps that round monotonically. */
static inline VG NAME(distances)(VT x, const struct pel_bins *bins)
{
    VT low = V(set1)(bins->low.T_SUFFIX);
#if T_SIGNIFICAND
    VG far = x - low;
#else
    VG far = __builtin_convertvector((VU)x - (VU)low, VG);
#endif
    return far * bins->scale.G_SUFFIX;
}

static inline G NAME(distance)(T x, const struct pel_bins *bins)
{
#if T_SIGNIFICAND
    G far = x - bins->low.T_SUFFIX;
#else
    G far = (G)((U)x - (U)bins->low.T_SUFFIX);
#endif
    return far * bins->scale.G_SUFFIX;
}

/* Writes the places of a vector; the lanes where it is not sure. Beyond the last edge nothing is left to tell apart. */
static inline VS NAME(guess)(const T *x, const struct pel_bins *bins, uint32_t *places)
{
    VT v = V(load)(x);
    VS inside = NAME(is_inside)(v, bins);
    VG most = (VG){0} + ((G)bins->used - (G)0.5), at = (VG)((VS)NAME(distances)(v, bins) & inside);
    VS beyond = (VS)(at > most);
    at = (VG)(((VS)most & beyond) | ((VS)at & ~beyond));
    VS k = __builtin_convertvector(at, VS);
    VG fraction = at - __builtin_convertvector(k, VG);
    NAME(write_places)(places, NAME(places_of)(v, inside, k, bins));
    return ((VS)(fraction <= bins->unsure.G_SUFFIX) | (VS)(fraction >= bins->sure.G_SUFFIX)) & inside;
}

static void NAME(correct)(const T *x, size_t n, const struct pel_bins *bins, uint32_t *places)
{
    const T *edges = bins->edges;
    for (size_t i = 0; i < n; i++) {
        size_t k = places[i];
        if (k >= bins->count)
            continue;
        while (x[i] < edges[k])
            k--;
        while (k + 1 < bins->used && x[i] >= edges[k + 1])
            k++;
        places[i] = (uint32_t)k;
    }
}

/* Each step halves what is left to each of the searchers. */
static inline void NAME(search_few)(const T *x, size_t n, const struct pel_bins *bins, uint32_t *places)
{
    const T *edges = bins->edges, low = bins->low.T_SUFFIX, last = bins->last.T_SUFFIX;
    uint32_t at[SEARCHERS] = {0};
    for (size_t left = bins->used; left > 1;) {
        uint32_t half = (uint32_t)(left / 2);
        for (size_t i = 0; i < n; i++)
            at[i] += x[i] >= edges[at[i] + half] ? half : 0;
        left -= half;
    }
    for (size_t i = 0; i < n; i++)
        places[i] = x[i] >= low && x[i] <= last ? at[i] : NAME(place_outside)(x[i], bins);
}

static void NAME(search)(const T *x, size_t n, const struct pel_bins *bins, uint32_t *places)
{
    size_t i = 0;
    for (; i + SEARCHERS <= n; i += SEARCHERS)
        NAME(search_few)(x + i, SEARCHERS, bins, places + i);
    NAME(search_few)(x + i, n - i, bins, places + i);
}

/* Bins of one integer each. */
#if !T_SIGNIFICAND
static inline void NAME(subtract_one)(VT v, const struct pel_bins *bins, uint32_t *places)
{
    VS k = (VS)((VU)v - (VU)V(set1)(bins->low.T_SUFFIX));
    NAME(write_places)(places, NAME(places_of)(v, NAME(is_inside)(v, bins), k, bins));
}

static void NAME(subtract)(const T *x, size_t n, const struct pel_bins *bins, uint32_t *places)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        __builtin_prefetch((const char *)(x + i) + AHEAD);
        NAME(subtract_one)(V(load)(x + i), bins, places + i);
    }
    if (i < n) {
        uint32_t rest[LANES];
        NAME(subtract_one)(V(load_part)(x + i, n - i, (VT){0}), bins, rest);
        memcpy(places + i, rest, (n - i) * sizeof *places);
    }
}
#endif

static void NAME(find)(const void *x_, size_t n, const struct pel_bins *bins_, uint32_t *places)
{
    const T *x = x_;
    const struct pel_bins bins = *bins_;
    size_t i = 0;
#if !T_SIGNIFICAND
    if (!bins.edges) {
        NAME(subtract)(x, n, &bins, places);
        return;
    }
#endif
    for (; bins.guesses && i + BLOCK <= n; i += BLOCK) {
        VS unsure = {0};
        for (size_t v = 0; v < BLOCK; v += LANES) {
            __builtin_prefetch((const char *)(x + i + v) + AHEAD);
            unsure |= NAME(guess)(x + i + v, &bins, places + i + v);
        }
        if (V(any)((VT)unsure))
            NAME(correct)(x + i, BLOCK, &bins, places + i);
    }
    NAME(search)(x + i, n - i, &bins, places + i);
}

/* The element before. */
static inline T NAME(before)(T x)
{
#if T_SIGNIFICAND
    U bits;
    memcpy(&bits, &x, sizeof bits);
    bits = x > 0 ? bits - 1 : x < 0 ? bits + 1 : ((U)1 << (T_BITS - 1)) + 1;
    memcpy(&x, &bits, sizeof bits);
    return x;
#else
    return (T)(x - 1);
#endif
}

/* What a guess is for the edge between bins i - 1 and i, and for the element before it, bounds all guesses on their
 * sides, so the fractions that go wrong are found there. False when one is off by a whole bin. */
static inline bool NAME(try_edge)(size_t i, struct pel_bins *bins, G *unsure, G *sure)
{
    const T edge = ((const T *)bins->edges)[i];
    G at = NAME(distance)(edge, bins);
    size_t k = (size_t)at;
    if (k + 1 == i && at - (G)k < *sure)
        *sure = at - (G)k;
    if (k + 1 < i || edge == bins->low.T_SUFFIX)
        return k + 1 >= i;
    at = NAME(distance)(NAME(before)(edge), bins);
    k = (size_t)at;
    if (k == i && at - (G)k > *unsure)
        *unsure = at - (G)k;
    return k <= i;
}

static void NAME(prepare)(struct pel_bins *bins)
{
    const T *edges = bins->edges;
    G unsure = -1, sure = 2;
    bins->guesses = false;
    if (!edges || bins->used < 2 || bins->used >= 1 << 22)
        return;
    bins->scale.G_SUFFIX = 1;
    G span = NAME(distance)(edges[bins->used - 1], bins), scale = (G)(bins->used - 1) / span;
    if (!(span > 0 && span <= G_MOST && scale <= G_MOST))
        return;
    bins->scale.G_SUFFIX = scale;
    for (size_t i = 1; i < bins->used; i++) {
        if (!NAME(try_edge)(i, bins, &unsure, &sure))
            return;
    }
    bins->unsure.G_SUFFIX = unsure;
    bins->sure.G_SUFFIX = sure;
    bins->guesses = unsure < (G)0.25 && sure > (G)0.75;
}

static const struct pel_histogram_leaf NAME(leaf) = {.space = NAME(space),
                                                     .take = NAME(take),
                                                     .prepare = NAME(prepare),
                                                     .find = NAME(find),
                                                     .tally = tally,
                                                     .add_up = add_up,
                                                     .pair = pair,
                                                     .deal = deal,
                                                     .number = number};

#undef G
#undef G_SUFFIX
#undef VG
#undef G_MOST

#endif
