/* Evidence that the folds of a block lost nothing, from floating-point flags; see fold.h.
 *
 * AVX-512 can tell each instruction whether to raise flags. Additions that split a term, and products, are quiet. All
 * else must be exact, and the flags of the block tell whether it was: when q = t - S and r = x - q raise nothing,
 * t + r = S + x, whatever the operands. Infinities raise flags as well, and NaN stays in its chain to the end. */
#ifndef PEL_KERNELS_REDUCE_EVIDENCE_FLAGS_H
#define PEL_KERNELS_REDUCE_EVIDENCE_FLAGS_H

#include "kernels/simd/simd.h"

enum {
    QUIET = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC,
    LOST = _MM_EXCEPT_INVALID | _MM_EXCEPT_OVERFLOW | _MM_EXCEPT_UNDERFLOW | _MM_EXCEPT_INEXACT,
};

/* The flags are the processor's. */
struct evidence {
    char unused;
};

/* What the block computes depends on memory, and so cannot move up beyond this. */
static inline void evidence_start(struct evidence *evidence)
{
    evidence->unused = 0;
    if (_mm_getcsr() & LOST)
        _mm_setcsr(_mm_getcsr() & ~(unsigned)_MM_EXCEPT_MASK);
    __asm__ volatile("" ::: "memory");
}

/* All that went into this value is to be done before the flags are read. */
static inline void evidence_await(v_f64 *v)
{
    __asm__ volatile("" : V_IN_REGISTER(*v));
}

static inline bool evidence_holds(const struct evidence *evidence)
{
    (void)evidence;
    return !(_mm_getcsr() & LOST);
}

/* Adds x to a chain, and returns what did not fit. */
static inline v_f64 evidence_split(struct evidence *evidence, v_f64 *sum, v_f64 x, v_f64 anchor, int level)
{
    (void)evidence, (void)anchor, (void)level;
    v_f64 t = (v_f64)_mm512_add_round_pd((__m512d)*sum, (__m512d)x, QUIET);
    v_f64 q = t - *sum;
    *sum = t;
    return x - q;
}

/* Adds x to a chain that must take all of it. */
static inline void evidence_add(struct evidence *evidence, v_f64 *sum, v_f64 x, v_f64 anchor, int level)
{
    (void)evidence, (void)anchor, (void)level;
    *sum += x;
}

/* Nothing is to be known of floats that are to be added to chains of one level. */
static inline void evidence_watch(struct evidence *evidence, const float *x)
{
    (void)evidence, (void)x;
}

/* Whether such chains took all of them whole. */
static inline bool evidence_is_whole(const struct evidence *evidence, int exponent, size_t terms)
{
    (void)exponent, (void)terms;
    return evidence_holds(evidence);
}

/* A product whose rounding error is accounted for. */
static inline v_f64 evidence_multiply(struct evidence *evidence, v_f64 a, v_f64 b)
{
    (void)evidence;
    return (v_f64)_mm512_mul_round_pd((__m512d)a, (__m512d)b, QUIET);
}

/* Whether small products may have lost bits. */
static inline bool evidence_doubts_products(const struct evidence *evidence)
{
    (void)evidence;
    return false;
}

#endif
