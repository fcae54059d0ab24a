/* What a reduction carries from block to block. All kinds of state merge in any order and any split to the same bits.
 */
#ifndef PEL_KERNELS_REDUCE_STATE_H
#define PEL_KERNELS_REDUCE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/kernel.h"
#include "kernels/reduce/acc.h"

/* Integer sums and dot products: 192 bits, two's complement, least significant limb first. */
struct pel_wide {
    uint64_t limb[3];
};

static inline void pel_wide_add(struct pel_wide *wide, const struct pel_wide *term)
{
    uint64_t carry = 0;
    for (int i = 0; i < 3; i++) {
        uint64_t sum;
        bool over = __builtin_add_overflow(wide->limb[i], term->limb[i], &sum);
        over |= __builtin_add_overflow(sum, carry, &wide->limb[i]);
        carry = over;
    }
}

/* Adds m * 2^(64 limb), limb 0 or 1. */
static inline void pel_wide_deposit(struct pel_wide *wide, pel_i128 m, int limb)
{
    uint64_t low = (uint64_t)m, middle = (uint64_t)(m >> 64), high = m < 0 ? UINT64_MAX : 0;
    pel_wide_add(wide, limb == 0 ? &(struct pel_wide){{low, middle, high}} : &(struct pel_wide){{0, low, middle}});
}

/* Minimum and maximum. Every dtype maps to an unsigned key in the order of its values, -0 below +0; a maximum keeps the
 * complement, so that the smallest key always wins. NaN has no key, only the mark. */
struct pel_extreme {
    uint64_t key; /* all ones: nothing yet, or nothing better */
    bool nan;
};

static inline uint64_t pel_key_of(pel_dtype dtype, uint64_t bits)
{
    uint64_t sign = dtype == PEL_F64 || dtype == PEL_I64 ? UINT64_C(1) << 63 : UINT64_C(1) << 31;
    switch (dtype) {
    case PEL_F32:
    case PEL_F64:
        return bits & sign ? bits ^ (sign | (sign - 1)) : bits | sign;
    case PEL_I32:
    case PEL_I64:
        return bits ^ sign;
    default:
        return bits;
    }
}

/* The inverse. */
static inline uint64_t pel_key_bits(pel_dtype dtype, uint64_t key)
{
    uint64_t sign = dtype == PEL_F32 ? UINT64_C(1) << 31 : UINT64_C(1) << 63;
    if (dtype != PEL_F32 && dtype != PEL_F64)
        return pel_key_of(dtype, key);
    return key & sign ? key ^ sign : key ^ (sign | (sign - 1));
}

/* The place of a minimum or maximum, with its key; and of the first NaN. Equal keys go to the lowest index. */
struct pel_place {
    uint64_t key;
    size_t base;       /* index of the first element that the kernel is given */
    size_t index, nan; /* PEL_NOWHERE: none yet */
};

#define PEL_NOWHERE SIZE_MAX

static inline void pel_place_offer(struct pel_place *place, uint64_t key, size_t index)
{
    if (key < place->key || (key == place->key && index < place->index)) {
        place->key = key;
        place->index = index;
    }
}

static inline void pel_place_offer_nan(struct pel_place *place, size_t index)
{
    if (index < place->nan)
        place->nan = index;
}

/* Minimum and maximum in one pass. */
struct pel_range {
    struct pel_extreme min, max;
};

/* Products of floating point: that of significands, high + low with high in [1, 2), times 2^exponent; zeros, infinities
 * and NaN are only noted. */
struct pel_product {
    double high, low;
    int64_t exponent;
    unsigned flags; /* PEL_PRODUCT_... */
    bool negative;
};

enum { PEL_PRODUCT_ZERO = 1, PEL_PRODUCT_INFINITY = 2, PEL_PRODUCT_NAN = 4 };

/* Products of integers: the magnitude of that of all that are not 0, until it is too large. */
struct pel_whole {
    uint64_t magnitude;
    bool over, zero, negative;
};

/* The magnitude of an element that has been converted to 64 bits. */
static inline uint64_t pel_magnitude(uint64_t x, bool is_signed)
{
    return is_signed && x >> 63 ? -x : x;
}

static inline void pel_whole_times(struct pel_whole *whole, uint64_t magnitude)
{
    whole->over |= __builtin_mul_overflow(whole->magnitude, magnitude, &whole->magnitude);
}

/* What elements are mapped by: less high + low, which is the largest of them or their mean; times scale, a power of
 * two. */
struct pel_map {
    double high, low, scale;
};

/* Several exact sums in one pass over one or two arrays. */
enum { PEL_MOST_SUMS = 5 };

struct pel_sums {
    struct pel_acc of[PEL_MOST_SUMS];
};

/* What is summed, in the order of the sums. Of complex numbers: the real and the imaginary parts. */
enum pel_term { PEL_NO_TERM, PEL_X, PEL_Y, PEL_XX, PEL_XY, PEL_YY };

static inline const enum pel_term *pel_terms_of(enum pel_op op)
{
    static const enum pel_term var[] = {PEL_X, PEL_XX, PEL_NO_TERM}, wmean[] = {PEL_XY, PEL_Y, PEL_NO_TERM},
                               cov[] = {PEL_X, PEL_Y, PEL_XY, PEL_NO_TERM},
                               corr[] = {PEL_X, PEL_Y, PEL_XY, PEL_XX, PEL_YY, PEL_NO_TERM};
    switch (op) {
    case PEL_OP_VAR:
        return var;
    case PEL_OP_WMEAN:
        return wmean;
    case PEL_OP_COV:
        return cov;
    default:
        return corr;
    }
}

union pel_reduce_state {
    struct pel_acc acc;
    struct pel_wide wide;
    struct pel_extreme extreme;
    struct pel_range range;
    struct pel_place place;
    struct pel_product product;
    struct pel_whole whole;
    uint64_t count; /* of elements that are not zero */
};

/* Several sums are a state too large for those that hold many of the others: who has such a state reserves one of
 * these, and the kernels get it as `one`. */
union pel_large_state {
    union pel_reduce_state one;
    struct pel_sums sums;
};

static inline struct pel_sums *pel_sums_of(union pel_reduce_state *state)
{
    return &((union pel_large_state *)(void *)state)->sums;
}

#endif
