/* The superaccumulator: a fixed-point number wide enough for any sum of doubles, and of products of two doubles.
 *
 * Digits of 32 bits sit in limbs of 64, so that about 2^30 deposits fit before carries must move; deposits are integer
 * additions, so any order and any split give the same number. The lowest digit stands for 2^-2148, the square of
 * the smallest subnormal; the highest leaves room for 2^63 squares of the largest double. One of a sum uses few of its
 * limbs: only those in [low, high) are initialised.
 *
 * U. Kulisch, "Computer Arithmetic and Validity" (2008); R. M. Neal, "Fast exact summation using small and large
 * superaccumulators" (2015). */
#ifndef PEL_KERNELS_REDUCE_ACC_H
#define PEL_KERNELS_REDUCE_ACC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <pel/accumulate.h>

#include "kernels/strict.h"

__extension__ typedef __int128 pel_i128;
__extension__ typedef unsigned __int128 pel_u128;

enum {
    PEL_ACC_LOWEST = -2148, /* binary exponent of the lowest digit's unit */
    PEL_ACC_MOST_DEPOSITS = 1 << 30,
    PEL_ACC_FEW = 8, /* limbs */
};

/* What has been seen besides finite nonzero sums. */
enum {
    PEL_ACC_NAN = 1,
    PEL_ACC_PLUS_INFINITY = 2,
    PEL_ACC_MINUS_INFINITY = 4,
    PEL_ACC_MINUS_ZERO = 8,
    PEL_ACC_OTHER = 16, /* any other finite value */
    PEL_ACC_INFINITIES = PEL_ACC_PLUS_INFINITY | PEL_ACC_MINUS_INFINITY,
    PEL_ACC_NOT_FINITE = PEL_ACC_NAN | PEL_ACC_INFINITIES,
};

/* The limbs need no value before they are in use. */
static inline void pel_acc_clear(struct pel_acc *acc)
{
    acc->low = acc->high = 0;
    acc->deposits = 0;
    acc->flags = 0;
}

/* Takes limbs [low, high) into use. The first few are cleared with their neighbours, as a constant number of them. */
static inline void pel_acc_reach(struct pel_acc *acc, int low, int high)
{
    if (acc->low == acc->high && high - low <= PEL_ACC_FEW && low + PEL_ACC_FEW <= PEL_ACC_LIMBS) {
        for (int i = 0; i < PEL_ACC_FEW; i++)
            acc->limb[low + i] = 0;
        acc->low = low;
        acc->high = high;
        return;
    }
    if (acc->low == acc->high)
        acc->low = acc->high = low;
    if (low < acc->low) {
        memset(acc->limb + low, 0, (size_t)(acc->low - low) * sizeof acc->limb[0]);
        acc->low = low;
    }
    if (high > acc->high) {
        memset(acc->limb + acc->high, 0, (size_t)(high - acc->high) * sizeof acc->limb[0]);
        acc->high = high;
    }
}

/* Moves carries up: every limb but the highest becomes a digit in [0, 2^32); that one keeps the sign, and is below 2^31
 * in magnitude. */
static inline void pel_acc_carry(struct pel_acc *acc)
{
    int64_t carry = 0;
    acc->deposits = 0;
    for (int i = acc->low; i < acc->high; i++) {
        int64_t limb = acc->limb[i] + carry;
        bool highest = i == acc->high - 1, fits = limb == (int32_t)limb;
        carry = highest && fits ? 0 : limb >> 32;
        acc->limb[i] = highest && fits ? limb : limb & UINT32_MAX;
    }
    if (carry) {
        pel_acc_reach(acc, acc->high, acc->high + 1);
        acc->limb[acc->high - 1] = carry;
    }
}

/* Makes room for this many deposits, at most PEL_ACC_MOST_DEPOSITS + 1. */
static inline void pel_acc_reserve(struct pel_acc *acc, uint32_t deposits)
{
    if (acc->deposits + deposits > PEL_ACC_MOST_DEPOSITS)
        pel_acc_carry(acc);
    acc->deposits += deposits;
}

/* Adds m * 2^shift to three limbs, shift below 32. */
static inline void pel_acc_put(int64_t *limb, int64_t m, unsigned shift)
{
    pel_i128 digits = (pel_i128)m * (INT64_C(1) << shift);
    limb[0] += (uint32_t)digits;
    limb[1] += (uint32_t)(digits >> 32);
    limb[2] += (int64_t)(digits >> 64);
}

/* Adds m * 2^shift to five limbs, shift below 32: in two halves, as it may not fit 128 bits. */
static inline void pel_acc_put_wide(int64_t *limb, pel_i128 m, unsigned shift)
{
    pel_u128 low = (pel_u128)(uint64_t)m * (UINT64_C(1) << shift);
    limb[0] += (uint32_t)low;
    limb[1] += (uint32_t)(low >> 32);
    limb[2] += (uint32_t)(low >> 64);
    pel_acc_put(limb + 2, (int64_t)(m >> 64), shift);
}

/* Adds m to four limbs. */
static inline void pel_acc_put_integer(int64_t *limb, pel_i128 m)
{
    limb[0] += (uint32_t)m;
    limb[1] += (uint32_t)(m >> 32);
    limb[2] += (uint32_t)(m >> 64);
    limb[3] += (int64_t)(m >> 96);
}

/* Adds m * 2^exponent; the caller has reserved one deposit. */
static inline void pel_acc_deposit(struct pel_acc *acc, int64_t m, int exponent)
{
    unsigned place = (unsigned)(exponent - PEL_ACC_LOWEST);
    int i = (int)(place / 32);
    if (i < acc->low || i + 3 > acc->high)
        pel_acc_reach(acc, i, i + 3);
    pel_acc_put(acc->limb + i, m, place % 32);
}

static inline int pel_biased_exponent(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (int)(bits >> 52) & 0x7ff;
}

/* Of a normal number, as an integer with the number's sign unless magnitudes are asked for. */
static inline int64_t pel_significand(double x, bool magnitude)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int64_t m = (int64_t)((bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52);
    return bits >> 63 && !magnitude ? -m : m;
}

/* A finite double is m * 2^exponent. */
struct pel_parts {
    int64_t m;
    int exponent;
};

static inline struct pel_parts pel_parts_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int biased = (int)(bits >> 52) & 0x7ff;
    int64_t m = (int64_t)(bits & ((UINT64_C(1) << 52) - 1));
    if (biased > 0)
        m |= INT64_C(1) << 52;
    else
        biased = 1;
    return (struct pel_parts){bits >> 63 ? -m : m, biased - 1075};
}

/* The flag of a value that is no finite nonzero number, else PEL_ACC_OTHER. */
static inline unsigned pel_acc_flag(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    if (bits == UINT64_C(1) << 63)
        return PEL_ACC_MINUS_ZERO;
    if ((~bits & UINT64_C(0x7ff) << 52) != 0)
        return PEL_ACC_OTHER;
    if (bits << 12 != 0)
        return PEL_ACC_NAN;
    return bits >> 63 ? PEL_ACC_MINUS_INFINITY : PEL_ACC_PLUS_INFINITY;
}

/* Adds any double; the caller has reserved one deposit. */
static inline void pel_acc_add(struct pel_acc *acc, double x)
{
    unsigned flag = pel_acc_flag(x);
    acc->flags |= flag;
    if (flag == PEL_ACC_OTHER) {
        struct pel_parts parts = pel_parts_of(x);
        pel_acc_deposit(acc, parts.m, parts.exponent);
    }
}

/* Adds x * y, exactly; the caller has reserved two deposits. */
static inline void pel_acc_add_product(struct pel_acc *acc, double x, double y)
{
    unsigned flags = pel_acc_flag(x) | pel_acc_flag(y);
    if (flags != PEL_ACC_OTHER || x == 0 || y == 0) {
        pel_acc_add(acc, x * y);
        return;
    }
    struct pel_parts a = pel_parts_of(x), b = pel_parts_of(y);
    unsigned place = (unsigned)(a.exponent + b.exponent - PEL_ACC_LOWEST);
    int i = (int)(place / 32);
    acc->flags |= PEL_ACC_OTHER;
    pel_acc_reach(acc, i, i + 5);
    pel_acc_put_wide(acc->limb + i, (pel_i128)a.m * b.m, place % 32);
}

#endif
