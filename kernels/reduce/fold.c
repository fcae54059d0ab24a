/* Exact floating-point sums and dot products, by error-free folds in vector lanes.
 *
 * A fold splits a term x against an anchor S, a number near 1.5 * 2^E: t = S + x; q = t - S; r = x - q; S = t. If S and
 * t lie in [2^E, 2^(E+1)), both are multiples of u = 2^(E-52), so q is exact; then |x| <= 2^E <= S, so r is exact
 * (T. J. Dekker, 1971), and |r| <= u/2. So S + r keeps the sum to the last bit, with r 2^53 times smaller than the
 * anchor. The next level folds r against a smaller anchor, and so on; at the last level r must come out as zero.
 *
 * At the first level the kernel checks what was assumed: that no t left its binade. (An |x| > 2^E, infinite or NaN
 * would have thrown it out, whatever S was.) At the levels below it need not: a chain takes at most TERMS terms of at
 * most 2^(E-53), and their anchor is at 2^(E-53) * TERMS * 4 or above: the partial sums stay within a quarter of it. An
 * anchor at 2^-1022 has the unit 2^-1074 of every double, and leaves no rest.
 *
 * A chain of sums ends as a few integers, its distance from the anchor in units u, and only these go into the
 * superaccumulator. The anchor comes from the block before, and a block that does not fit it is measured and done
 * again: with an anchor of its own, then with more levels, at last element by element.
 *
 * Of a product the rounding error counts as well: p = x y, e = fma(x, y, -p), |e| <= u/2 like r. Both are exact unless
 * p is below 2^-968; a product of floats is exact in double, and has no e.
 *
 * S. M. Rump, T. Ogita, S. Oishi, "Accurate floating-point summation", SIAM J. Sci. Comput. 31 (2008); J. Demmel,
 * H. D. Nguyen, "Parallel reproducible summation", IEEE Trans. Comput. 64 (2015). */
#ifndef T

#include "kernels/kernel.h"
#include "kernels/reduce/state.h"
#include "kernels/simd/simd.h"

#define INLINE static inline __attribute__((always_inline))

enum {
    BLOCK = 2048, /* terms; they stay in the first cache */
    WIDTH = PEL_VBYTES / sizeof(double),
    CHAINS = 4,
    STEP = WIDTH * CHAINS,
    TERMS = 2 * BLOCK / STEP, /* of a chain: a product counts twice */
    MOST = 2,                 /* levels that a block may take beyond the usual */
    LEVELS = 3 + MOST,
    SHORT = 24, /* fewer elements are not worth a block */
    BOTTOM = -1022,
    TOP = 1023,
};

/* The anchors and chains of a block. */
struct folds {
    v_f64 anchor[LEVELS];
    v_f64 sum[LEVELS][CHAINS];
    v_u64 moved; /* what the first level's sums differed from the anchor in */
    v_u64 rest;  /* what the last level left over; the sign bit means nothing */
    v_u64 tiny;  /* lanes of products that may have lost bits */
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
    folds->moved = folds->rest = folds->tiny = v_set1_u64(0);
}

INLINE v_f64 fold(v_f64 *sum, v_f64 x)
{
    v_f64 t = *sum + x, q = t - *sum;
    *sum = t;
    return x - q;
}

/* Folds terms into a chain from a level down. */
INLINE void fold_down(struct folds *folds, int c, v_f64 x, int level, int levels)
{
#pragma GCC unroll 5
    for (; level < levels; level++) {
        v_f64 r = fold(&folds->sum[level][c], x);
        if (level == 0)
            folds->moved |= (v_u64)folds->sum[0][c] ^ (v_u64)folds->anchor[0];
        x = r;
    }
    folds->rest |= (v_u64)x;
}

static bool any_lane(v_u64 v)
{
    uint64_t any = 0;
    for (int lane = 0; lane < WIDTH; lane++)
        any |= v[lane];
    return any != 0;
}

INLINE bool folds_are_exact(const struct folds *folds)
{
    return !any_lane((folds->moved >> 52) | (folds->rest << 1));
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
        int64_t m = 0;
        for (int lane = 0; lane < WIDTH; lane++)
            m += units[lane];
        any |= m != 0;
        pel_acc_deposit(acc, m, exponent - 52);
        exponent = next_anchor(exponent);
    }
    return any;
}

#define PEL_SELF "kernels/reduce/fold.c"
#include "kernels/foreach_float.h"

/* Where fma is a call of libm, the limbs of the reference are as fast. */
const struct pel_kernel PEL_TABLE(reduce_fold)[] = {
    PEL_ROW(SUM, f32, "fold", .run.reduce = sum_f32),
    PEL_ROW(SUM, f64, "fold", .run.reduce = sum_f64),
    PEL_ROW(DOT, f32, "fold", .run.reduce = dot_f32),
#if !PEL_ISA_IS(scalar)
    PEL_ROW(DOT, f64, "fold", .run.reduce = dot_f64),
#endif
    PEL_END_OF_TABLE,
};

#else

#if T_BITS == 32
/* Loads as many elements as there are lanes of double. */
INLINE v_f64 NAME(widen)(const T *p)
{
    typedef T half __attribute__((vector_size(PEL_VBYTES / 2)));
    half v;
    memcpy(&v, p, sizeof v);
    return __builtin_convertvector(v, v_f64);
}
#else
INLINE v_f64 NAME(widen)(const T *p)
{
    return v_load_f64(p);
}
#endif

/* Folds STEP elements, or products with those of y unless it is NULL. */
INLINE void NAME(step)(struct folds *folds, const T *x, const T *y, int levels)
{
#pragma GCC unroll 4
    for (int c = 0; c < CHAINS; c++) {
        v_f64 a = NAME(widen)(x + c * WIDTH);
        if (!y) {
            fold_down(folds, c, a, 0, levels);
            continue;
        }
        v_f64 b = NAME(widen)(y + c * WIDTH), p = a * b;
        fold_down(folds, c, p, 0, levels);
#if T_BITS == 64
        folds->tiny |= (v_u64)((v_f64)((v_u64)p << 1 >> 1) < v_set1_f64(0x1p-968));
        fold_down(folds, c, v_fma_f64(a, b, -p), 1, levels);
#endif
    }
}

/* Whether every product that is near or below the smallest normal number is an exact zero. */
static bool NAME(zeros_are_exact)(const T *x, const T *y, size_t n)
{
    uint64_t lost = 0;
    for (size_t i = 0; i < n; i++) {
        double p = (double)x[i] * (double)y[i];
        lost |= (uint64_t)((p < 0x1p-968) & (p > -0x1p-968) & (x[i] != 0) & (y[i] != 0));
    }
    return !lost;
}

/* Notes zeros by their sign, and anything else. */
static void NAME(note_zeros)(const T *x, const T *y, size_t n, struct pel_acc *acc)
{
    for (size_t i = 0; i < n && !(acc->flags & PEL_ACC_OTHER); i++)
        acc->flags |= pel_acc_flag(y ? (double)x[i] * (double)y[i] : (double)x[i]);
}

/* Adds a block if the anchors fit, else leaves the accumulator as it was. */
INLINE bool NAME(fold_block)(const T *x, const T *y, size_t n, int exponent, int levels, struct pel_acc *acc)
{
    struct folds folds;
    size_t i = 0;
    folds_start(&folds, exponent, levels);
    for (; i + STEP <= n; i += STEP)
        NAME(step)(&folds, x + i, y ? y + i : NULL, levels);
    if (i < n) {
        T x_rest[STEP] = {0}, y_rest[STEP] = {0};
        memcpy(x_rest, x + i, (n - i) * sizeof *x);
        if (y)
            memcpy(y_rest, y + i, (n - i) * sizeof *y);
        NAME(step)(&folds, x_rest, y ? y_rest : NULL, levels);
    }
    if (!folds_are_exact(&folds) || (any_lane(folds.tiny) && !NAME(zeros_are_exact)(x, y, n)))
        return false;
    if (folds_deposit(&folds, exponent, levels, acc))
        acc->flags |= PEL_ACC_OTHER;
    else
        NAME(note_zeros)(x, y, n, acc);
    return true;
}

/* The exponent of a first anchor that all terms of a block fit, with a bit to spare; above TOP: there is none. */
INLINE int NAME(measure)(const T *x, const T *y, size_t n)
{
    uint64_t largest = 0;
    for (size_t i = 0; i < n; i++) {
        double term = y ? (double)x[i] * (double)y[i] : (double)x[i];
        uint64_t bits;
        memcpy(&bits, &term, sizeof bits);
        bits = bits << 1 >> 53;
        largest = bits > largest ? bits : largest;
    }
    int exponent = (int)largest - 1023 + 3 + __builtin_ctz(TERMS);
    return exponent < BOTTOM ? BOTTOM : exponent;
}

/* Adds a block element by element. */
INLINE void NAME(add_each)(const T *x, const T *y, size_t n, struct pel_acc *acc)
{
    pel_acc_reserve(acc, 2 * BLOCK);
    for (size_t i = 0; i < n; i++) {
        if (y)
            pel_acc_add_product(acc, (double)x[i], (double)y[i]);
        else
            pel_acc_add(acc, (double)x[i]);
    }
}

/* Adds a block if the window fits; a case each makes the number of levels a constant. */
INLINE bool NAME(fits)(const T *x, const T *y, size_t n, const struct window *window, int levels, struct pel_acc *acc)
{
    if (window->exponent > TOP)
        return false;
    switch (window->more) {
    case 0:
        return NAME(fold_block)(x, y, n, window->exponent, levels, acc);
    case 1:
        return NAME(fold_block)(x, y, n, window->exponent, levels + 1, acc);
    default:
        return NAME(fold_block)(x, y, n, window->exponent, levels + MOST, acc);
    }
}

INLINE void NAME(add_block)(const T *x, const T *y, size_t n, struct window *window, int levels, struct pel_acc *acc)
{
    if (NAME(fits)(x, y, n, window, levels, acc))
        return;
    window->exponent = NAME(measure)(x, y, n);
    for (;; window->more++) {
        if (NAME(fits)(x, y, n, window, levels, acc))
            return;
        if (window->more == MOST || window->exponent > TOP)
            break;
    }
    NAME(add_each)(x, y, n, acc);
}

/* levels: what most blocks take. */
INLINE void NAME(add)(const T *x, const T *y, size_t n, int levels, struct pel_acc *acc)
{
    struct window window = {.exponent = TOP + 1, .more = 0};
    if (n < SHORT) {
        NAME(add_each)(x, y, n, acc);
        return;
    }
    for (size_t done = 0; done < n && !(acc->flags & PEL_ACC_NAN); done += BLOCK)
        NAME(add_block)(x + done, y ? y + done : NULL, n - done < BLOCK ? n - done : BLOCK, &window, levels, acc);
}

static void NAME(sum)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    (void)y;
    (void)params;
    NAME(add)(x, NULL, n, T_BITS == 32 ? 1 : 2, &state->acc);
}

#if T_BITS == 32 || !PEL_ISA_IS(scalar)
static void NAME(dot)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    (void)params;
    NAME(add)(x, y, n, T_BITS == 32 ? 2 : 3, &state->acc);
}

#endif

#endif
