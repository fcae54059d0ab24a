/* The reference of integer sums, dot products and means, of products, of counts, and of every minimum and maximum and
 * their places: one element at a time. */
#ifndef T

#include "kernels/kernel.h"
#include "kernels/reduce/product.h"
#include "kernels/reduce/state.h"

#if PEL_ISA_IS(scalar)
#define PEL_SELF "kernels/reduce/loop.c"
#include "kernels/foreach_dtype.h"
#endif

#define ROW(op, suffix, function)                                                                                      \
    PEL_ROW(op, suffix, "loop", .traits = PEL_TRAIT_REFERENCE, .run.reduce = function##_##suffix)
#define INTEGERS(op, function)                                                                                         \
    ROW(op, i32, function), ROW(op, i64, function), ROW(op, u32, function), ROW(op, u64, function)
#define ALL(op, function) INTEGERS(op, function), ROW(op, f32, function), ROW(op, f64, function)

const struct pel_kernel PEL_TABLE(reduce_loop)[] = {
#if PEL_ISA_IS(scalar)
    INTEGERS(SUM, sum),  INTEGERS(DOT, dot),  INTEGERS(MEAN, sum), ALL(MIN, min),     ALL(MAX, max),
    ALL(ARGMIN, argmin), ALL(ARGMAX, argmax), ALL(MINMAX, minmax), ALL(COUNT, count), ALL(PROD, product),
#endif
    PEL_END_OF_TABLE,
};

#undef ALL
#undef INTEGERS
#undef ROW

#else

#if T_SIGNIFICAND == 0

static void NAME(sum)(const void *x_, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    const T *x = x_;
    (void)y;
    (void)params;
    for (size_t i = 0; i < n; i++)
        pel_wide_deposit(&state->wide, (pel_i128)x[i], 0);
}

static void NAME(dot)(const void *x_, const void *y_, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    const T *x = x_, *y = y_;
    (void)params;
    for (size_t i = 0; i < n; i++) {
#if T_SIGNED
        pel_wide_deposit(&state->wide, (pel_i128)x[i] * y[i], 0);
#else
        pel_u128 product = (pel_u128)x[i] * y[i];
        pel_wide_add(&state->wide, &(struct pel_wide){{(uint64_t)product, (uint64_t)(product >> 64), 0}});
#endif
    }
}

static void NAME(product)(const void *x_, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    const T *x = x_;
    (void)y;
    (void)params;
    for (size_t i = 0; i < n; i++) {
        state->whole.negative ^= T_SIGNED && (U)x[i] >> (T_BITS - 1);
        if (x[i] == 0)
            state->whole.zero = true;
        else
            pel_whole_times(&state->whole, pel_magnitude((uint64_t)x[i], T_SIGNED));
    }
}

#else

/* Elements j, j + ROW, j + 2 ROW, ... of a leaf, whose lanes are so many. */
static void NAME(product_lane)(const T *x, size_t n, size_t j, double *high, double *low, struct pel_product *leaf)
{
    *high = 1;
    *low = 0;
    for (; j < n; j += PEL_PRODUCT_ROW) {
        double value = (double)x[j];
        int exponent = 0;
        unsigned flag = pel_product_flag(value);
        double m = flag ? 1 : pel_product_split(value, &exponent), p = *high * m;
        leaf->negative ^= signbit(value) != 0;
        leaf->exponent += exponent;
        leaf->flags |= flag;
        *low = fma(*low, m, fma(*high, m, -p));
        *high = p;
    }
}

static void NAME(product_leaf)(const void *x, size_t n, struct pel_product *leaf)
{
    double high[PEL_PRODUCT_ROW], low[PEL_PRODUCT_ROW];
    for (size_t j = 0; j < PEL_PRODUCT_ROW; j++)
        NAME(product_lane)(x, n, j, &high[j], &low[j], leaf);
    pel_product_of_lanes(leaf, high, low);
}

static void NAME(product)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    (void)y;
    (void)params;
    pel_product_of_all(&state->product, x, n, sizeof(T), NAME(product_leaf));
}

#endif

/* The element's key, all ones for NaN. */
static uint64_t NAME(key)(T x, uint64_t flip, bool *nan)
{
#if T_SIGNIFICAND
    if (x != x) {
        *nan = true;
        return UINT64_MAX;
    }
#endif
    (void)nan;
    U bits;
    memcpy(&bits, &x, sizeof bits);
    return pel_key_of(NAME(PEL_DTYPE), bits) ^ flip;
}

/* flip: all ones for the maximum. */
static void NAME(extreme)(const T *x, size_t n, uint64_t flip, struct pel_extreme *extreme)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t key = NAME(key)(x[i], flip, &extreme->nan);
        if (key < extreme->key)
            extreme->key = key;
    }
}

static void NAME(min)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    (void)y;
    (void)params;
    NAME(extreme)(x, n, 0, &state->extreme);
}

static void NAME(max)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    (void)y;
    (void)params;
    NAME(extreme)(x, n, UINT64_MAX, &state->extreme);
}

static void NAME(minmax)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    (void)y;
    (void)params;
    NAME(extreme)(x, n, 0, &state->range.min);
    NAME(extreme)(x, n, UINT64_MAX, &state->range.max);
}

static void NAME(count)(const void *x_, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    const T *x = x_;
    (void)y;
    (void)params;
    for (size_t i = 0; i < n; i++)
        state->count += x[i] != 0;
}

static void NAME(place)(const T *x, size_t n, uint64_t flip, struct pel_place *place)
{
    for (size_t i = 0; i < n; i++) {
        bool nan = false;
        uint64_t key = NAME(key)(x[i], flip, &nan);
        if (nan)
            pel_place_offer_nan(place, place->base + i);
        else
            pel_place_offer(place, key, place->base + i);
    }
}

static void NAME(argmin)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    (void)y;
    (void)params;
    NAME(place)(x, n, 0, &state->place);
}

static void NAME(argmax)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    (void)y;
    (void)params;
    NAME(place)(x, n, UINT64_MAX, &state->place);
}

#endif
