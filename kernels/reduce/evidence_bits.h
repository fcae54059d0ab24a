/* Evidence that the folds of a block lost nothing, from the bits of the values; see fold.h.
 *
 * If S and t = S + x lie in [2^E, 2^(E+1)), both are multiples of u = 2^(E-52), so q = t - S is exact; then |x| <= 2^E
 * <= S, so r = x - q is exact, too (T. J. Dekker, 1971), and |r| <= u/2. So it is enough to watch that no sum of the
 * first level leaves its binade (an |x| > 2^E, infinity or NaN would throw it out wherever it was): those below are
 * safe by the choice of their anchors. At the last level no rest may be left.
 *
 * Floats that one level takes whole need less: it is enough that the least of them is a multiple of u, so that every
 * one is, and that the largest times their number is not above 2^(E-1). */
#ifndef PEL_KERNELS_REDUCE_EVIDENCE_BITS_H
#define PEL_KERNELS_REDUCE_EVIDENCE_BITS_H

#include "kernels/simd/simd.h"

struct evidence {
    v_u64 moved;          /* in which bits the sums of the first level differed from their anchor */
    v_u64 rest;           /* in which bits the last level failed to take its terms; but -0 counts as 0 */
    v_u64 tiny;           /* lanes whose product may not have a double for its rounding error */
    v_u32 least, largest; /* bits of watched magnitudes, twice; the least but 0, less 1 */
};

static inline void evidence_start(struct evidence *evidence)
{
    evidence->moved = evidence->rest = evidence->tiny = v_set1_u64(0);
    evidence->largest = v_set1_u32(0);
    evidence->least = ~evidence->largest;
}

static inline void evidence_await(v_f64 *v)
{
    (void)v;
}

static inline bool evidence_holds(const struct evidence *evidence)
{
    return !v_any_u64((evidence->moved >> 52) | (evidence->rest << 1));
}

/* Adds x to a chain, and returns what did not fit. */
static inline v_f64 evidence_split(struct evidence *evidence, v_f64 *sum, v_f64 x, v_f64 anchor, int level)
{
    v_f64 t = *sum + x, q = t - *sum;
    *sum = t;
    if (level == 0)
        evidence->moved |= (v_u64)t ^ (v_u64)anchor;
    return x - q;
}

/* Adds x to a chain that must take all of it: then q is x. */
static inline void evidence_add(struct evidence *evidence, v_f64 *sum, v_f64 x, v_f64 anchor, int level)
{
    v_f64 t = *sum + x, q = t - *sum;
    *sum = t;
    if (level == 0)
        evidence->moved |= (v_u64)t ^ (v_u64)anchor;
    evidence->rest |= (v_u64)q ^ (v_u64)x;
}

/* Watches a vector of floats that are to be added to chains of one level. */
static inline void evidence_watch(struct evidence *evidence, const float *x)
{
    v_u32 bits;
    memcpy(&bits, x, sizeof bits);
    evidence->largest = v_max_u32(evidence->largest, bits << 1);
    evidence->least = v_min_u32(evidence->least, (bits << 1) - 1);
}

/* Whether such chains, of that many floats each, took all of them whole: if their anchor is 1.5 * 2^exponent. */
static inline bool evidence_is_whole(const struct evidence *evidence, int exponent, size_t terms)
{
    enum { BIAS = 127, DIGITS = 24, INFINITE = 255 };
    uint32_t least = UINT32_MAX, largest = 0;
    for (size_t i = 0; i < sizeof(v_u32) / sizeof(uint32_t); i++) {
        least = evidence->least[i] < least ? evidence->least[i] : least;
        largest = evidence->largest[i] > largest ? evidence->largest[i] : largest;
    }
    int bottom = (int)((least + 1) >> DIGITS), top = (int)(largest >> DIGITS), room = 64 - __builtin_clzll(terms);
    bool multiples = least == UINT32_MAX || (bottom > 1 ? bottom : 1) - BIAS - (DIGITS - 1) >= exponent - 52;
    return multiples && top < INFINITE && top - BIAS + 1 + room <= exponent - 1;
}

/* A product whose rounding error is accounted for. */
static inline v_f64 evidence_multiply(struct evidence *evidence, v_f64 a, v_f64 b)
{
    v_f64 p = a * b;
    evidence->tiny |= (v_u64)((v_f64)((v_u64)p << 1 >> 1) < v_set1_f64(0x1p-968));
    return p;
}

/* Whether small products may have lost bits. */
static inline bool evidence_doubts_products(const struct evidence *evidence)
{
    return v_any_u64(evidence->tiny);
}

#endif
