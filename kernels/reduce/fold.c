/* Exact sums, also of magnitudes, and dot products by folds: what most calls run. */
#ifndef T

#include "kernels/reduce/fold.h"
#include "kernels/reduce/few.h"

/* The result of few terms, where it is sure and is not rounded twice in a way that shows. */
INLINE bool few_close(v_f64 value, v_i64 sure, v_i64 inexact, bool narrow, double *result)
{
    if (narrow)
        sure &= ~inexact | round_again(value);
    *result = value[0];
    return sure[0];
}

#define PEL_SELF "kernels/reduce/fold.c"
#include "kernels/foreach_float.h"

#define ROWS(op, function, few_) FOLD_ROW(op, f32, function, few_##_f32), FOLD_ROW(op, f64, function, few_##_f64)

/* Where fma is a call of libm, the limbs of the reference are as fast as exact products of doubles. */
const struct pel_kernel PEL_TABLE(reduce_fold)[] = {
    ROWS(SUM, sum, few_sum), ROWS(ASUM, asum, few_asum),
#if PEL_ISA_IS(scalar)
    FOLD_ROWS(MEAN, sum),    FOLD_ROW(DOT, f32, dot, NULL), FOLD_ROW(NRM2, f32, dot, NULL),
#else
    ROWS(MEAN, sum, few_mean), ROWS(DOT, dot, few_dot),    ROWS(NRM2, dot, few_norm),
#endif
    PEL_END_OF_TABLE,
};
#undef ROWS

#else

/* The biased exponents of a term's factors, of which the second may be missing; and whether all are normal numbers. */
struct NAME(scale) {
    int sum;
    bool normal;
};

INLINE struct NAME(scale) NAME(scale_of)(struct NAME(terms) terms, size_t i)
{
    int x = pel_biased_exponent((double)terms.x[i]), y = terms.y ? pel_biased_exponent((double)terms.y[i]) : 1;
    return (struct NAME(scale)){x + y, (unsigned)(x - 1) < 2046u && (unsigned)(y - 1) < 2046u};
}

/* Adds up to SHORT terms as integers, in units of the lowest limb that any of them reaches, if they are normal numbers
 * whose exponents are that near to each other; else leaves the accumulator as it was. Products are summed in two
 * halves. A function of its own: blocks have all registers in use. */
static __attribute__((noinline)) bool NAME(add_few)(struct NAME(terms) terms, size_t n, struct pel_acc *acc)
{
    enum { NEAR = 62, HALF = 53 };
    const int unit = (terms.y ? -2150 : -1076) - PEL_ACC_LOWEST;
    int lowest = 2 * 2047, highest = 0;
    bool normal = n > 0;
    pel_i128 sum = 0, upper = 0;
    for (size_t i = 0; i < n; i++) {
        struct NAME(scale) scale = NAME(scale_of)(terms, i);
        normal &= scale.normal;
        lowest = scale.sum < lowest ? scale.sum : lowest;
        highest = scale.sum > highest ? scale.sum : highest;
    }
    int base = (lowest + unit) / 32, above = 32 * base - unit;
    if (!normal || highest - above > NEAR)
        return false;
    for (size_t i = 0; i < n; i++) {
        int64_t scale = INT64_C(1) << (NAME(scale_of)(terms, i).sum - above);
        int64_t m = pel_significand((double)terms.x[i], terms.magnitudes);
        if (terms.y) {
            pel_i128 product = (pel_i128)m * pel_significand((double)terms.y[i], false);
            sum += (pel_i128)((int64_t)product & ((INT64_C(1) << HALF) - 1)) * scale;
            upper += (pel_i128)(int64_t)(product >> HALF) * scale;
        } else {
            sum += (pel_i128)m * scale;
        }
    }
    acc->flags |= PEL_ACC_OTHER;
    pel_acc_reserve(acc, 4);
    pel_acc_reach(acc, base, base + (terms.y ? 6 : 4));
    pel_acc_put_integer(acc->limb + base, sum);
    if (terms.y)
        pel_acc_put_wide(acc->limb + base + HALF / 32, upper, HALF % 32);
    return true;
}

/* levels: what most blocks take. */
INLINE void NAME(add)(struct NAME(terms) terms, size_t n, int levels, struct pel_acc *acc)
{
    struct window window = {.exponent = TOP + 1, .more = 0};
    if (n < SHORT) {
        if (!NAME(add_few)(terms, n, acc))
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
    NAME(add)((struct NAME(terms)){x, NULL, false, (uintptr_t)params[0]}, n, NAME(SUM_LEVELS), &state->acc);
}

static void NAME(asum)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    (void)y;
    NAME(add)((struct NAME(terms)){x, NULL, true, (uintptr_t)params[0]}, n, NAME(SUM_LEVELS), &state->acc);
}

#if T_BITS == 32 || !PEL_ISA_IS(scalar)
static void NAME(dot)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    NAME(add)((struct NAME(terms)){x, y, false, (uintptr_t)params[0]}, n, NAME(DOT_LEVELS), &state->acc);
}

#endif

/* The first `count` lanes from memory; the others zeros. */
INLINE v_f64 NAME(load_few)(const T *p, size_t count)
{
    T part[LANES];
    V(store)(part, V(load_part)(p, count, (VT){0}));
    return NAME(load)(part);
}

/* A sum of few terms, or products, on its way. */
struct NAME(short_sum) {
    struct pair pair;
    v_f64 least; /* magnitude of a product of doubles, maybe but for exact zeros */
};

INLINE void NAME(add_terms)(struct NAME(short_sum) * sum, v_f64 a, bool magnitudes)
{
    pair_add(&sum->pair, magnitudes ? (v_f64)((v_u64)a << 1 >> 1) : a);
}

/* padded: some factors are zeros that belong to no term. */
INLINE void NAME(add_products)(struct NAME(short_sum) * sum, v_f64 a, v_f64 b, bool padded)
{
    v_f64 product = a * b;
    pair_add(&sum->pair, product);
#if T_BITS == 64
    v_f64 size = (v_f64)((v_u64)product << 1 >> 1);
    pair_add_low(&sum->pair, v_fma_f64(a, b, -product));
    sum->least = v_min_f64(padded ? v_select_f64((v_i64)(a == 0), sum->least, size) : size, sum->least);
#endif
    (void)padded;
}

/* A sum of few terms; false where it is not known. */
INLINE bool NAME(sum_few)(struct NAME(terms) terms, size_t n, struct pair *result)
{
    struct NAME(short_sum) sum = {.least = v_set1_f64(INFINITY)};
    const size_t whole = n - n % WIDTH, rest = n % WIDTH;
#pragma GCC unroll 4
    for (size_t i = 0; i < whole; i += WIDTH) {
        if (terms.y)
            NAME(add_products)(&sum, NAME(load)(terms.x + i), NAME(load)(terms.y + i), false);
        else
            NAME(add_terms)(&sum, NAME(load)(terms.x + i), terms.magnitudes);
    }
    if (rest > 0) {
        v_f64 a = NAME(load_few)(terms.x + whole, rest);
        if (terms.y)
            NAME(add_products)(&sum, a, NAME(load_few)(terms.y + whole, rest), true);
        else
            NAME(add_terms)(&sum, a, terms.magnitudes);
    }
    *result = sum.pair;
    bool exact = !v_any_u64((v_u64)(v_i64)(sum.least < 0x1p-968)) || NAME(zeros_are_exact)(terms, n);
    return exact && pair_close(result);
}

/* Sums, as they are. */
INLINE bool NAME(few)(struct NAME(terms) terms, size_t n, bool narrow, double *result)
{
    struct pair sum;
    return n <= FEW && NAME(sum_few)(terms, n, &sum) &&
           few_close(sum.high, ~(v_i64){0}, (v_i64)(sum.low != 0), narrow, result);
}

static bool NAME(few_sum)(const void *x, const void *y, size_t n, bool narrow, double *result)
{
    (void)y;
    return NAME(few)((struct NAME(terms)){x, NULL, false, 0}, n, narrow, result);
}

static bool NAME(few_asum)(const void *x, const void *y, size_t n, bool narrow, double *result)
{
    (void)y;
    return NAME(few)((struct NAME(terms)){x, NULL, true, 0}, n, narrow, result);
}

#if !PEL_ISA_IS(scalar)
static bool NAME(few_dot)(const void *x, const void *y, size_t n, bool narrow, double *result)
{
    return NAME(few)((struct NAME(terms)){x, y, false, 0}, n, narrow, result);
}

static bool NAME(few_mean)(const void *x, const void *y, size_t n, bool narrow, double *result)
{
    struct pair sum;
    v_i64 sure, inexact;
    (void)y;
    if (n > FEW || !NAME(sum_few)((struct NAME(terms)){x, NULL, false, 0}, n, &sum))
        return false;
    v_f64 mean = divide(sum.high, sum.low, (double)n, &sure, &inexact);
    return few_close(mean, sure, inexact, narrow, result);
}

static bool NAME(few_norm)(const void *x, const void *y, size_t n, bool narrow, double *result)
{
    struct pair sum;
    v_i64 sure, inexact;
    if (n > FEW || !NAME(sum_few)((struct NAME(terms)){x, y, false, 0}, n, &sum))
        return false;
    v_f64 norm = root(sum.high, sum.low, &sure, &inexact);
    return few_close(norm, sure, inexact, narrow, result);
}
#endif

#endif
