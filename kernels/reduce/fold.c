/* Exact floating-point sums, also of magnitudes, and dot products, by error-free folds in vector lanes.
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
#ifndef T

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
    MOST = 2,                 /* levels that a block may take beyond the usual */
    LEVELS = 3 + MOST,
    FORGET = 64, /* blocks after which the usual number is tried again */
    SHORT = 24,  /* fewer elements are not worth a block */
    BOTTOM = -1022,
    TOP = 1023,
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

INLINE void folds_start(struct folds *folds, int exponent, int levels)
{
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
#pragma GCC unroll 4
    for (; level < levels - 1; level++)
        x = evidence_split(&folds->evidence, &folds->sum[level][c], x, folds->anchor[level], level);
    evidence_add(&folds->evidence, &folds->sum[level][c], x, folds->anchor[level], level);
}

/* Whether the chains hold the exact sum, each in the binade of its anchor. */
INLINE bool folds_are_exact(struct folds *folds, int levels)
{
    v_u64 moved = {0};
#pragma GCC unroll 5
    for (int level = 0; level < levels; level++) {
#pragma GCC unroll 4
        for (int c = 0; c < CHAINS; c++) {
            evidence_await(&folds->sum[level][c]);
            moved |= ((v_u64)folds->sum[level][c] ^ (v_u64)folds->anchor[level]) >> 52;
        }
    }
    return evidence_holds(&folds->evidence) && !v_any_u64(moved);
}

/* Deposits all levels; returns whether any was not zero. */
INLINE bool folds_deposit(const struct folds *folds, int exponent, int levels, struct pel_acc *acc)
{
    bool any = false;
    pel_acc_reserve(acc, LEVELS);
#pragma GCC unroll 5
    for (int level = 0; level < levels; level++) {
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

#define PEL_SELF "kernels/reduce/fold.c"
#include "kernels/foreach_float.h"

/* Where fma is a call of libm, the limbs of the reference are as fast as exact products of doubles. */
#define ROW(op, suffix, function) PEL_ROW(op, suffix, "fold", .run.reduce = function##_##suffix)
#define ROWS(op, function)        ROW(op, f32, function), ROW(op, f64, function)

const struct pel_kernel PEL_TABLE(reduce_fold)[] = {
    ROWS(SUM, sum),     ROWS(ASUM, asum),    ROWS(MEAN, sum), ROW(DOT, f32, dot), ROW(NRM2, f32, dot),
#if !PEL_ISA_IS(scalar)
    ROW(DOT, f64, dot), ROW(NRM2, f64, dot),
#endif
    PEL_END_OF_TABLE,
};

#undef ROWS
#undef ROW

#else

/* What is summed: the elements of x, or their magnitudes, or their products with those of y unless it is NULL. */
struct NAME(terms) {
    const T *x, *y;
    bool magnitudes;
};

INLINE struct NAME(terms) NAME(from)(struct NAME(terms) terms, size_t i)
{
    return (struct NAME(terms)){terms.x + i, terms.y ? terms.y + i : NULL, terms.magnitudes};
}

/* A term, if a product then rounded. */
INLINE double NAME(term)(struct NAME(terms) terms, size_t i)
{
    double x = (double)terms.x[i];
    if (terms.y)
        return x * (double)terms.y[i];
    return terms.magnitudes ? fabs(x) : x;
}

/* As many elements as there are lanes of double. */
INLINE v_f64 NAME(load)(const T *p)
{
#if T_BITS == 32
    return v_widen_f32(p);
#else
    return v_load_f64(p);
#endif
}

/* Folds STEP terms. */
INLINE void NAME(step)(struct folds *folds, struct NAME(terms) terms, int levels)
{
#pragma GCC unroll 4
    for (int c = 0; c < CHAINS; c++) {
        v_f64 a = NAME(load)(terms.x + c * WIDTH);
        if (!terms.y) {
            fold_down(folds, c, terms.magnitudes ? (v_f64)((v_u64)a << 1 >> 1) : a, 0, levels);
            continue;
        }
        v_f64 b = NAME(load)(terms.y + c * WIDTH);
#if T_BITS == 32
        fold_down(folds, c, a * b, 0, levels);
#else
        v_f64 p = evidence_multiply(&folds->evidence, a, b);
        fold_down(folds, c, p, 0, levels);
        fold_down(folds, c, v_fma_f64(a, b, -p), 1, levels);
#endif
    }
}

/* Whether every product that is near or below the smallest normal number is an exact zero. */
static bool NAME(zeros_are_exact)(struct NAME(terms) terms, size_t n)
{
    uint64_t lost = 0;
    for (size_t i = 0; i < n; i++) {
        double p = NAME(term)(terms, i);
        lost |= (uint64_t)((p < 0x1p-968) & (p > -0x1p-968) & (terms.x[i] != 0) & (terms.y[i] != 0));
    }
    return !lost;
}

/* Notes zeros by their sign, and anything else. */
static void NAME(note_zeros)(struct NAME(terms) terms, size_t n, struct pel_acc *acc)
{
    for (size_t i = 0; i < n && !(acc->flags & PEL_ACC_OTHER); i++)
        acc->flags |= pel_acc_flag(NAME(term)(terms, i));
}

/* A last step, made whole with zeros. */
static const T *NAME(pad)(T *step, const T *x, size_t n)
{
    memcpy(step, x, n * sizeof *x);
    memset(step + n, 0, (STEP - n) * sizeof *x);
    return step;
}

/* Adds a block if the anchors fit, else leaves the accumulator as it was. */
INLINE bool NAME(fold_block)(struct NAME(terms) terms, size_t n, int exponent, int levels, struct pel_acc *acc)
{
    struct folds folds;
    folds_start(&folds, exponent, levels);
    T x_rest[STEP], y_rest[STEP];
    struct NAME(terms) part = terms;
    size_t whole = n - n % STEP;
    for (size_t left = whole;; left = STEP) {
        for (size_t i = 0; i < left; i += STEP)
            NAME(step)(&folds, NAME(from)(part, i), levels);
        if (part.x == x_rest || whole == n)
            break;
        part.x = NAME(pad)(x_rest, terms.x + whole, n - whole);
        part.y = terms.y ? NAME(pad)(y_rest, terms.y + whole, n - whole) : NULL;
    }
    if (!folds_are_exact(&folds, levels) ||
        (evidence_doubts_products(&folds.evidence) && !NAME(zeros_are_exact)(terms, n)))
        return false;
    if (folds_deposit(&folds, exponent, levels, acc))
        acc->flags |= PEL_ACC_OTHER;
    else
        NAME(note_zeros)(terms, n, acc);
    return true;
}

/* The exponent of a first anchor that all terms of a block fit, with a bit to spare; above TOP: there is none. */
INLINE int NAME(measure)(struct NAME(terms) terms, size_t n)
{
    uint64_t largest = 0;
    for (size_t i = 0; i < n; i++) {
        double term = NAME(term)(terms, i);
        uint64_t bits;
        memcpy(&bits, &term, sizeof bits);
        bits = bits << 1 >> 53;
        largest = bits > largest ? bits : largest;
    }
    int exponent = (int)largest - 1023 + 3 + __builtin_ctz(TERMS);
    return exponent < BOTTOM ? BOTTOM : exponent;
}

/* Adds a block term by term. */
INLINE void NAME(add_each)(struct NAME(terms) terms, size_t n, struct pel_acc *acc)
{
    pel_acc_reserve(acc, 2 * BLOCK);
    for (size_t i = 0; i < n; i++) {
        if (terms.y)
            pel_acc_add_product(acc, (double)terms.x[i], (double)terms.y[i]);
        else
            pel_acc_add(acc, NAME(term)(terms, i));
    }
}

/* Adds a block if the window fits; a case each makes the number of levels a constant. */
INLINE bool NAME(fits)(struct NAME(terms) terms, size_t n, const struct window *window, int levels, struct pel_acc *acc)
{
    if (window->exponent > TOP)
        return false;
    switch (window->more) {
    case 0:
        return NAME(fold_block)(terms, n, window->exponent, levels, acc);
    case 1:
        return NAME(fold_block)(terms, n, window->exponent, levels + 1, acc);
    default:
        return NAME(fold_block)(terms, n, window->exponent, levels + MOST, acc);
    }
}

INLINE void NAME(add_block)(struct NAME(terms) terms, size_t n, struct window *window, int levels, struct pel_acc *acc)
{
    for (bool measured = false; !NAME(fits)(terms, n, window, levels, acc); measured = true) {
        if (!measured) {
            window->exponent = NAME(measure)(terms, n);
        } else if (window->exponent <= TOP && window->more < MOST) {
            window->more++;
        } else {
            NAME(add_each)(terms, n, acc);
            return;
        }
    }
}

/* levels: what most blocks take. */
INLINE void NAME(add)(struct NAME(terms) terms, size_t n, int levels, struct pel_acc *acc)
{
    struct window window = {.exponent = TOP + 1, .more = 0};
    if (n < SHORT) {
        NAME(add_each)(terms, n, acc);
        return;
    }
    for (size_t done = 0; done < n && !(acc->flags & PEL_ACC_NAN); done += BLOCK) {
        if (done % (BLOCK * FORGET) == 0)
            window.more = 0;
        NAME(add_block)(NAME(from)(terms, done), n - done < BLOCK ? n - done : BLOCK, &window, levels, acc);
    }
}

static void NAME(sum)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    (void)y;
    (void)params;
    NAME(add)((struct NAME(terms)){x, NULL, false}, n, T_BITS == 32 ? 1 : 2, &state->acc);
}

static void NAME(asum)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    (void)y;
    (void)params;
    NAME(add)((struct NAME(terms)){x, NULL, true}, n, T_BITS == 32 ? 1 : 2, &state->acc);
}

#if T_BITS == 32 || !PEL_ISA_IS(scalar)
static void NAME(dot)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    (void)params;
    NAME(add)((struct NAME(terms)){x, y, false}, n, T_BITS == 32 ? 2 : 3, &state->acc);
}

#endif

#endif
