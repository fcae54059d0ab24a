/* Folds: exact floating-point sums, also of magnitudes, and dot products, without rounding, in vector lanes.
 *
 * A fold splits a term x against a chain S that starts from an anchor 1.5 * 2^E: t = S + x; q = t - S; r = x - q; S =
 * t. With |x| <= 2^E and S and t in [2^E, 2^(E+1)), q and r are exact, so S + r keeps the sum to the last bit, and |r|
 * <= 2^(E-53). The next level folds r against a smaller anchor, and so on; the last level must take all of its term.
 * Nothing of this is assumed: each block brings the evidence that it was so (evidence_*.h), or is done again.
 *
 * A chain takes at most TERMS terms in a block. The anchor below E is at TERMS * 4 times 2^(E-53) or above, so that its
 * chain stays within a quarter of it. An anchor at 2^BOTTOM has the unit 2^-1074 of every double, and leaves no rest.
 *
 * A chain ends as an integer, its distance from the anchor in units of 2^(E-52): the difference of their bits, as both
 * are in one binade. It is below 2^51, and STEP of them fit into 64 bits; their sum goes into the superaccumulator. The
 * first anchor comes from the block before. A block that does not fit it is measured and gets an anchor of its own,
 * then more levels, and at last is added element by element; so is one whose anchor would exceed 2^TOP.
 *
 * Of a product the rounding error counts as well: p = x y, e = fma(x, y, -p), and |e| <= 2^(E-53), like r. A product of
 * floats is exact in double.
 *
 * S. M. Rump, T. Ogita, S. Oishi, "Accurate floating-point summation", SIAM J. Sci. Comput. 31 (2008); J. Demmel,
 * H. D. Nguyen, "Parallel reproducible summation", IEEE Trans. Comput. 64 (2015). */
#ifndef PEL_KERNELS_REDUCE_FOLD_H
#define PEL_KERNELS_REDUCE_FOLD_H

#include <math.h>

#include "kernels/kernel.h"
#include "kernels/reduce/state.h"
#include "kernels/simd/simd.h"

#if PEL_ISA_IS(avx512)
#include "kernels/reduce/evidence_flags.h"
#else
#include "kernels/reduce/evidence_bits.h"
#endif

#define INLINE static inline __attribute__((always_inline))

enum {
    BLOCK = 2048, /* terms; they stay in the first cache */
    WIDTH = PEL_VBYTES / sizeof(double),
    CHAINS = 4,
    STEP = WIDTH * CHAINS,
    TERMS = 2 * BLOCK / STEP, /* of a chain: a product counts twice */
    WATCHED = 0, /* one level of floats whose magnitudes alone are the evidence: cheap, but less data passes */
    MOST = 2,    /* levels that a block may take beyond the usual; one more beyond WATCHED */
    LEVELS = 3 + MOST,
    FORGET = 64, /* blocks after which the usual number is tried again */
    SHORT = 24,  /* fewer elements are not worth a block */
    BOTTOM = -1022,
    TOP = 1023,
    LINE = 64, /* bytes of a cache line */
};

/* The anchors and chains of a block. */
struct folds {
    v_f64 anchor[LEVELS];
    v_f64 sum[LEVELS][CHAINS];
    struct evidence evidence;
};

/* What to expect of the next block: the exponent of the first anchor, and the levels it takes beyond the usual. */
struct window {
    int exponent, more;
};

INLINE int next_anchor(int exponent)
{
    int next = exponent - 53 + 2 + __builtin_ctz(TERMS);
    return next < BOTTOM ? BOTTOM : next;
}

/* How many levels there are. */
INLINE int levels_of(int levels)
{
    return levels == WATCHED ? 1 : levels;
}

INLINE void folds_start(struct folds *folds, int exponent, int levels)
{
    levels = levels_of(levels);
    for (int level = 0; level < levels; level++) {
        uint64_t bits = (uint64_t)(exponent + 1023) << 52 | UINT64_C(1) << 51;
        folds->anchor[level] = (v_f64)v_set1_u64(bits);
        for (int c = 0; c < CHAINS; c++)
            folds->sum[level][c] = folds->anchor[level];
        exponent = next_anchor(exponent);
    }
    evidence_start(&folds->evidence);
}

/* Folds terms into a chain from a level down. */
INLINE void fold_down(struct folds *folds, int c, v_f64 x, int level, int levels)
{
    if (levels == WATCHED) {
        folds->sum[0][c] += x;
        return;
    }
#pragma GCC unroll 4
    for (; level < levels - 1; level++)
        x = evidence_split(&folds->evidence, &folds->sum[level][c], x, folds->anchor[level], level);
    evidence_add(&folds->evidence, &folds->sum[level][c], x, folds->anchor[level], level);
}

/* Whether the chains hold the exact sum, each in the binade of its anchor. */
INLINE bool folds_are_exact(struct folds *folds, int exponent, int levels)
{
    v_u64 moved = {0};
#pragma GCC unroll 5
    for (int level = 0; level < levels_of(levels); level++) {
#pragma GCC unroll 4
        for (int c = 0; c < CHAINS; c++) {
            evidence_await(&folds->sum[level][c]);
            moved |= ((v_u64)folds->sum[level][c] ^ (v_u64)folds->anchor[level]) >> 52;
        }
    }
    if (levels == WATCHED)
        return evidence_is_whole(&folds->evidence, exponent, TERMS / 2) && !v_any_u64(moved);
    return evidence_holds(&folds->evidence) && !v_any_u64(moved);
}

/* Deposits all levels; returns whether any was not zero. */
INLINE bool folds_deposit(const struct folds *folds, int exponent, int levels, struct pel_acc *acc)
{
    bool any = false;
    pel_acc_reserve(acc, LEVELS);
#pragma GCC unroll 5
    for (int level = 0; level < levels_of(levels); level++) {
        v_i64 units = {0};
#pragma GCC unroll 4
        for (int c = 0; c < CHAINS; c++)
            units += (v_i64)folds->sum[level][c] - (v_i64)folds->anchor[level];
        int64_t m = v_total_i64(units);
        any |= m != 0;
        pel_acc_deposit(acc, m, exponent - 52);
        exponent = next_anchor(exponent);
    }
    return any;
}

#define PEL_SELF "kernels/reduce/fold_terms.h"
#include "kernels/foreach_float.h"
#undef PEL_SELF

/* Rows of a kernel in these terms, and what it does with few of them or NULL; ahead: see struct terms. */
#define FOLD_ROW(op, suffix, function, few_)                                                                           \
    PEL_ROW(op, suffix, "fold", .run.reduce = function##_##suffix, .few = few_,                                        \
            .params = {{"ahead", 4096, 512, 16384, 0}})
#define FOLD_ROWS(op, function) FOLD_ROW(op, f32, function, NULL), FOLD_ROW(op, f64, function, NULL)

#endif
