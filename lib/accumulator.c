#include "lib/accumulator.h"

#include <stdbool.h>

/* A binary format of IEEE 754. */
struct format {
    int precision; /* bits of the significand, the hidden one included */
    int lowest;    /* exponent of the smallest subnormal */
    uint64_t infinity;
    uint64_t sign;
};

static const struct format binary32 = {24, -149, UINT64_C(0xff) << 23, UINT64_C(1) << 31};
static const struct format binary64 = {53, -1074, UINT64_C(0x7ff) << 52, UINT64_C(1) << 63};

void pel_acc_join(struct pel_acc *into, const struct pel_acc *from)
{
    into->flags |= from->flags;
    if (from->low == from->high)
        return;
    pel_acc_reserve(into, from->deposits + 1);
    pel_acc_reach(into, from->low, from->high);
    for (int i = from->low; i < from->high; i++)
        into->limb[i] += from->limb[i];
    if (into->deposits > PEL_ACC_MOST_DEPOSITS / 2)
        pel_acc_carry(into);
}

static void negate(struct pel_acc *acc)
{
    for (int i = acc->low; i < acc->high; i++)
        acc->limb[i] = -acc->limb[i];
}

bool pel_acc_settle(struct pel_acc *acc)
{
    pel_acc_carry(acc);
    if (acc->high == acc->low || acc->limb[acc->high - 1] >= 0)
        return false;
    negate(acc);
    pel_acc_carry(acc);
    return true;
}

/* Digit i of a canonical number; there are zeros on either side of those in use. */
static uint64_t digit(const struct pel_acc *acc, int i)
{
    return i >= acc->low && i < acc->high ? (uint64_t)acc->limb[i] : 0;
}

/* 64 bits from place `place` up, where place 0 stands for 2^PEL_ACC_LOWEST; places below it are zeros. */
static uint64_t bits_from(const struct pel_acc *acc, int place)
{
    int i = place >> 5, shift = place & 31;
    uint64_t low = digit(acc, i) | digit(acc, i + 1) << 32;
    return shift == 0 ? low : low >> shift | digit(acc, i + 2) << (64 - shift);
}

/* Whether anything stands below this place. */
static bool any_below(const struct pel_acc *acc, int place)
{
    for (int i = acc->low; i < acc->high && i < place >> 5; i++) {
        if (acc->limb[i] != 0)
            return true;
    }
    return (digit(acc, place >> 5) & ((UINT64_C(1) << (place & 31)) - 1)) != 0;
}

/* Place of the highest bit of a canonical number, -1 of zero. */
static int top_place(const struct pel_acc *acc)
{
    for (int i = acc->high - 1; i >= acc->low; i--) {
        if (acc->limb[i] != 0)
            return 32 * i + 63 - __builtin_clzll((uint64_t)acc->limb[i]);
    }
    return -1;
}

bool pel_acc_is_bounded(const struct pel_acc *acc)
{
    return top_place(acc) < PEL_ACC_BOUND - PEL_ACC_LOWEST;
}

/* The quotient has its highest bit at most 64 places below that of the number, and a rounding looks at no more than 54
 * bits of it. Four digits below the highest are enough for those; all further ones make one bit. */
void pel_acc_divide(struct pel_acc *acc, uint64_t divisor)
{
    enum { DIGITS = 4 };
    bool negative = pel_acc_settle(acc);
    int top = top_place(acc), lowest = top / 32 - DIGITS;
    uint64_t rest = 0;
    if (top < 0)
        return;
    pel_acc_reach(acc, lowest < 0 ? 0 : lowest, acc->high);
    for (int i = acc->high - 1; i >= acc->low; i--) {
        pel_u128 part = (pel_u128)rest << 32 | (uint64_t)acc->limb[i], quotient = part / divisor;
        acc->limb[i] = (int64_t)quotient;
        rest = (uint64_t)(part - quotient * divisor);
    }
    if (rest)
        acc->limb[acc->low] |= 1;
    if (negative)
        negate(acc);
}

/* The root of the upper half comes bit by bit, the rest from one step of Newton's, which is too large by little if at
 * all. */
uint64_t pel_root(pel_u128 n)
{
    uint64_t upper = (uint64_t)(n >> 62), half = 0;
    for (uint64_t bit = UINT64_C(1) << 30; bit > 0; bit >>= 1) {
        if ((half | bit) * (half | bit) <= upper)
            half |= bit;
    }
    pel_u128 rest = n - ((pel_u128)(half * half) << 62);
    uint64_t root = (half << 31) + (uint64_t)(rest / (half << 32));
    while ((pel_u128)root * root > n)
        root--;
    return root;
}

/* 62 bits of the root are more than a rounding looks at, and one below them stands for all others. An even place halves
 * to a whole one. */
void pel_acc_root(struct pel_acc *acc)
{
    pel_acc_settle(acc);
    int top = top_place(acc), place = (top - 122) & ~1;
    if (top < 0)
        return;
    pel_u128 leading = (pel_u128)bits_from(acc, place + 64) << 64 | bits_from(acc, place);
    uint64_t root = pel_root(leading);
    bool more = (pel_u128)root * root != leading || any_below(acc, place);
    acc->low = acc->high = 0;
    pel_acc_reserve(acc, 1);
    pel_acc_deposit(acc, (int64_t)(root << 1 | more), (place + PEL_ACC_LOWEST) / 2 - 1);
}

/* Rounds a positive canonical number. A significand of `precision` bits with its unit at the format's lowest exponent
 * plus j is encoded as j in the exponent field plus the significand, whose highest bit adds one to that field: so
 * subnormal numbers (j = 0 without that bit), and a round up to the next binade or to infinity, need no case. */
static uint64_t round_magnitude(const struct pel_acc *acc, const struct format *format)
{
    int lowest = format->lowest - PEL_ACC_LOWEST;
    int unit = top_place(acc) - (format->precision - 1);
    if (unit < lowest)
        unit = lowest;
    uint64_t significand = bits_from(acc, unit);
    bool half = bits_from(acc, unit - 1) & 1;
    if (half && ((significand & 1) || any_below(acc, unit - 1)))
        significand++;
    uint64_t bits = ((uint64_t)(unit - lowest) << (format->precision - 1)) + significand;
    return bits < format->infinity ? bits : format->infinity;
}

static uint64_t round_to(struct pel_acc *acc, const struct format *format)
{
    const unsigned infinities = PEL_ACC_PLUS_INFINITY | PEL_ACC_MINUS_INFINITY;
    unsigned flags = acc->flags;
    if ((flags & PEL_ACC_NAN) || (flags & infinities) == infinities)
        return format->infinity | UINT64_C(1) << (format->precision - 2);
    if (flags & infinities)
        return flags & PEL_ACC_MINUS_INFINITY ? format->sign | format->infinity : format->infinity;
    bool negative = pel_acc_settle(acc);
    uint64_t bits = round_magnitude(acc, format);
    if (bits == 0 && (flags & (PEL_ACC_MINUS_ZERO | PEL_ACC_OTHER)) == PEL_ACC_MINUS_ZERO)
        negative = true;
    return negative ? format->sign | bits : bits;
}

uint64_t pel_acc_bits_f64(struct pel_acc *acc)
{
    return round_to(acc, &binary64);
}

uint32_t pel_acc_bits_f32(struct pel_acc *acc)
{
    return (uint32_t)round_to(acc, &binary32);
}
