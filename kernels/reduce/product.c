/* Products of floating point in vector lanes, by the tree of product.h. A leaf with a zero, a subnormal number, an
 * infinity or NaN is taken again, from a copy in which those are normal. */
#ifndef T

#include "kernels/reduce/product.h"
#include "kernels/kernel.h"
#include "kernels/simd/simd.h"

enum { WIDTH = PEL_VBYTES / sizeof(double), VECTORS = PEL_PRODUCT_ROW / WIDTH };

/* What is known of a leaf: its lanes, the sum of the exponents' fields, the product of the signs; and in the sign bits
 * of `special` whether any element is not normal. */
struct lanes {
    v_f64 high[VECTORS], low[VECTORS];
    v_u64 fields, signs, special;
};

static inline __attribute__((always_inline)) void multiply(struct lanes *lanes, int c, v_f64 v)
{
    const v_u64 fraction = v_set1_u64((UINT64_C(1) << 52) - 1), one = v_set1_u64(UINT64_C(1023) << 52);
    v_u64 bits = (v_u64)v, field = bits << 1 >> 53;
    v_f64 m = (v_f64)((bits & fraction) | one), p = lanes->high[c] * m;
    lanes->low[c] = v_fma_f64(lanes->low[c], m, v_fma_f64(lanes->high[c], m, -p));
    lanes->high[c] = p;
    lanes->fields += field;
    lanes->signs ^= bits;
    lanes->special |= (field - 1) | (2046 - field);
}

static bool leaf_f64(const double *x, size_t n, struct pel_product *leaf);

#define PEL_SELF "kernels/reduce/product.c"
#include "kernels/foreach_float.h"

const struct pel_kernel PEL_TABLE(reduce_product)[] = {
    PEL_ROW(PROD, f32, "lanes", .run.reduce = product_f32),
    PEL_ROW(PROD, f64, "lanes", .run.reduce = product_f64),
    PEL_END_OF_TABLE,
};

#else

static inline v_f64 NAME(load)(const T *p)
{
#if T_BITS == 32
    return v_widen_f32(p);
#else
    return v_load_f64(p);
#endif
}

static inline __attribute__((always_inline)) void NAME(row)(struct lanes *lanes, const T *x)
{
#pragma GCC unroll 8
    for (int c = 0; c < VECTORS; c++)
        multiply(lanes, c, NAME(load)(x + c * WIDTH));
}

/* Multiplies a leaf in; leaves it alone, and returns false, if it holds a number that is not normal. */
static bool NAME(leaf)(const T *x, size_t n, struct pel_product *leaf)
{
    struct lanes lanes = {.fields = {0}, .signs = {0}, .special = {0}};
    size_t i = 0;
    T rest[PEL_PRODUCT_ROW];
    for (int c = 0; c < VECTORS; c++) {
        lanes.high[c] = v_set1_f64(1);
        lanes.low[c] = v_set1_f64(0);
    }
    for (; i + PEL_PRODUCT_ROW <= n; i += PEL_PRODUCT_ROW)
        NAME(row)(&lanes, x + i);
    if (i < n) {
        for (size_t k = 0; k < PEL_PRODUCT_ROW; k++)
            rest[k] = i + k < n ? x[i + k] : 1;
        NAME(row)(&lanes, rest);
    }
    size_t rows = (n + PEL_PRODUCT_ROW - 1) / PEL_PRODUCT_ROW;
    if (v_all_bits_u64(lanes.special) >> 63)
        return false;
    uint64_t signs = 0;
    for (int k = 0; k < WIDTH; k++)
        signs ^= lanes.signs[k];
    leaf->negative ^= signs >> 63;
    leaf->exponent += (int64_t)v_total_u64(lanes.fields) - (int64_t)(rows * PEL_PRODUCT_ROW * 1023);
    pel_product_of_lanes(leaf, (const double *)lanes.high, (const double *)lanes.low);
    return true;
}

/* A normal number with the same significand; notes what else there is. */
static double NAME(tame)(T x, struct pel_product *leaf)
{
    unsigned flag = pel_product_flag((double)x);
    int exponent = 0;
    double value = copysign(flag ? 1 : pel_product_split((double)x, &exponent), (double)x);
    leaf->flags |= flag;
    leaf->exponent += exponent;
    return value;
}

static void NAME(special_leaf)(const T *x, size_t n, struct pel_product *leaf)
{
    double tame[PEL_PRODUCT_LEAF];
    for (size_t i = 0; i < n; i++)
        tame[i] = NAME(tame)(x[i], leaf);
    leaf_f64(tame, n, leaf);
}

static void NAME(any_leaf)(const void *x, size_t n, struct pel_product *leaf)
{
    if (!NAME(leaf)(x, n, leaf))
        NAME(special_leaf)(x, n, leaf);
}

static void NAME(product)(const void *x, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    (void)y;
    (void)params;
    pel_product_of_all(&state->product, x, n, sizeof(T), NAME(any_leaf));
}

#endif
