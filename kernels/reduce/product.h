/* Products over a fixed tree. Elements x are (-1)^s m 2^e with m in [1, 2); signs and exponents add up by themselves,
 * and what is multiplied is the m, in double-double. A leaf is LEAF elements, in ROW lanes: lane j multiplies elements
 * j, j + ROW, j + 2 ROW, ... by
 *
 *     p = high * m; low = fma(low, m, fma(high, m, -p)); high = p;
 *
 * and the second half of the lanes goes into the first until one is left. Leaves are combined in pairs at distance 1,
 * 2, 4, ...
 *
 * T. Ogita, S. M. Rump, S. Oishi, "Accurate sum and dot product", SIAM J. Sci. Comput. 26 (2005); S. Graillat,
 * "Accurate floating-point product and exponentiation", IEEE Trans. Comput. 58 (2009). */
#ifndef PEL_KERNELS_REDUCE_PRODUCT_H
#define PEL_KERNELS_REDUCE_PRODUCT_H

#include <math.h>
#include <string.h>

#include "kernels/reduce/state.h"

enum { PEL_PRODUCT_ROW = 16, PEL_PRODUCT_LEAF = 2048 };

static const struct pel_product pel_product_of_none = {.high = 1};

/* What an element is if not a number to multiply by, else 0. */
static inline unsigned pel_product_flag(double x)
{
    if (x != x)
        return PEL_PRODUCT_NAN;
    return x == 0 ? PEL_PRODUCT_ZERO : isinf(x) ? PEL_PRODUCT_INFINITY : 0;
}

/* The magnitude of a number that is neither zero nor special, as one in [1, 2) times 2^*exponent. */
static inline double pel_product_split(double x, int *exponent)
{
    const uint64_t fraction = (UINT64_C(1) << 52) - 1;
    bool subnormal = fabs(x) < 0x1p-1022;
    uint64_t bits;
    x = subnormal ? x * 0x1p54 : x;
    memcpy(&bits, &x, sizeof bits);
    *exponent = (int)(bits >> 52 & 2047) - 1023 - (subnormal ? 54 : 0);
    bits = (bits & fraction) | UINT64_C(1023) << 52;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Moves a power of two from high + low to the exponent. */
static inline void pel_product_normalise(struct pel_product *product)
{
    uint64_t bits;
    memcpy(&bits, &product->high, sizeof bits);
    int64_t exponent = (int64_t)(bits >> 52) - 1023;
    double factor;
    bits = (uint64_t)(1023 - exponent) << 52;
    memcpy(&factor, &bits, sizeof factor);
    product->high *= factor;
    product->low *= factor;
    product->exponent += exponent;
}

static inline void pel_product_times(struct pel_product *into, const struct pel_product *from)
{
    double p = into->high * from->high, error = fma(into->high, from->high, -p);
    double low = error + (into->high * from->low + into->low * from->high);
    into->high = p + low;
    into->low = low - (into->high - p);
    into->exponent += from->exponent;
    into->flags |= from->flags;
    into->negative ^= from->negative;
    pel_product_normalise(into);
}

/* Combines the lanes of a leaf into the product, whose exponent, flags and sign are those of all its elements. */
static inline void pel_product_of_lanes(struct pel_product *product, const double *high, const double *low)
{
    struct pel_product lane[PEL_PRODUCT_ROW];
    for (int i = 0; i < PEL_PRODUCT_ROW; i++) {
        lane[i] = (struct pel_product){.high = high[i], .low = low[i]};
        pel_product_normalise(&lane[i]);
    }
    for (int half = PEL_PRODUCT_ROW / 2; half > 0; half /= 2) {
        for (int i = 0; i < half; i++)
            pel_product_times(&lane[i], &lane[i + half]);
    }
    lane[0].exponent += product->exponent;
    lane[0].flags = product->flags;
    lane[0].negative = product->negative;
    *product = lane[0];
}

/* Products of 2^k leaves each, the largest first: as the bits of the number of leaves. */
struct pel_product_tree {
    struct pel_product of[64];
    size_t leaves;
    int depth;
};

static inline void pel_product_add_leaf(struct pel_product_tree *tree, const struct pel_product *leaf)
{
    tree->of[tree->depth++] = *leaf;
    for (size_t bits = tree->leaves++; bits & 1; bits >>= 1) {
        tree->depth--;
        pel_product_times(&tree->of[tree->depth - 1], &tree->of[tree->depth]);
    }
}

static inline void pel_product_of_tree(struct pel_product *product, struct pel_product_tree *tree)
{
    for (; tree->depth > 1; tree->depth--)
        pel_product_times(&tree->of[tree->depth - 2], &tree->of[tree->depth - 1]);
    if (tree->depth > 0)
        pel_product_times(product, &tree->of[0]);
}

/* Multiplies up to PEL_PRODUCT_LEAF elements of a type into a leaf that starts as the product of none. */
typedef void pel_product_leaf_fn(const void *x, size_t n, struct pel_product *leaf);

/* The tree of all n elements, of so many bytes each. */
static inline void pel_product_of_all(struct pel_product *product, const void *x, size_t n, size_t size,
                                      pel_product_leaf_fn *multiply)
{
    struct pel_product_tree tree = {.leaves = 0, .depth = 0};
    for (size_t done = 0; done < n; done += PEL_PRODUCT_LEAF) {
        struct pel_product leaf = pel_product_of_none;
        multiply((const char *)x + done * size, n - done < PEL_PRODUCT_LEAF ? n - done : PEL_PRODUCT_LEAF, &leaf);
        pel_product_add_leaf(&tree, &leaf);
    }
    pel_product_of_tree(product, &tree);
}

#endif
