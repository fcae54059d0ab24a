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
    bool narrow = divisor <= UINT32_MAX;
    for (int i = top / 32; i >= acc->low; i--) {
        pel_u128 part = (pel_u128)rest << 32 | (uint64_t)acc->limb[i];
        uint64_t quotient = narrow ? (uint64_t)part / divisor : (uint64_t)(part / divisor);
        acc->limb[i] = (int64_t)quotient;
        rest = (uint64_t)part - quotient * divisor;
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

/* The leading bits of a sum: bits * 2^(place + PEL_ACC_LOWEST), and its sign. What may stand below 97 of them is one
 * bit, the lowest: enough for a rounding to fewer. */
struct leading {
    pel_u128 bits;
    int place;
    bool negative;
};

static int width_of(pel_u128 bits)
{
    uint64_t high = (uint64_t)(bits >> 64), low = (uint64_t)bits;
    return high ? 128 - __builtin_clzll(high) : low ? 64 - __builtin_clzll(low) : 0;
}

/* Whether all limbs in use make one integer, as those of a few terms of like size do: no carries have to move. */
static bool is_one_integer(const struct pel_acc *acc, pel_i128 *integer)
{
    enum { MOST = 4, BITS = 125 };
    const int64_t *limb = acc->limb + acc->low;
    int count = acc->high - acc->low;
    pel_i128 sum = 0;
    if (count > MOST)
        return false;
    for (int i = 2; i < count; i++) {
        int64_t bound = INT64_C(1) << (BITS - 32 * i);
        if (limb[i] < -bound || limb[i] > bound)
            return false;
    }
    for (int i = count - 1; i >= 0; i--)
        sum = sum * ((pel_i128)1 << 32) + limb[i];
    *integer = sum;
    return true;
}

/* The highest digits of a number whose carries had to move. */
static struct leading leading_of_many(struct pel_acc *acc)
{
    struct leading number = {.negative = pel_acc_settle(acc)};
    int highest = top_place(acc) / 32, lowest = highest - 3;
    for (int i = highest; i >= lowest; i--)
        number.bits = number.bits << 32 | digit(acc, i);
    number.bits |= any_below(acc, 32 * lowest);
    number.place = 32 * lowest;
    return number;
}

static struct leading leading_of(struct pel_acc *acc)
{
    pel_i128 integer;
    if (!is_one_integer(acc, &integer))
        return leading_of_many(acc);
    bool negative = integer < 0;
    return (struct leading){negative ? -(pel_u128)integer : (pel_u128)integer, 32 * acc->low, negative};
}

/* Rounds a magnitude. A significand of `precision` bits with its unit at the format's lowest exponent plus j is encoded
 * as j in the exponent field plus the significand, whose highest bit adds one to that field: so subnormal numbers (j =
 * 0 without that bit), and a round up to the next binade or to infinity, need no case. */
static uint64_t round_magnitude(struct leading number, const struct format *format)
{
    int lowest = format->lowest - PEL_ACC_LOWEST;
    if (number.bits == 0)
        return 0;
    int unit = number.place + width_of(number.bits) - format->precision;
    if (unit < lowest)
        unit = lowest;
    int below = unit - number.place;
    if (below > 128)
        return 0;
    uint64_t significand, half = 0, rest = 0;
    if (below <= 0) {
        significand = (uint64_t)number.bits << -below;
    } else {
        significand = below < 128 ? (uint64_t)(number.bits >> below) : 0;
        half = (uint64_t)(number.bits >> (below - 1)) & 1;
        rest = number.bits << (128 - below) << 1 != 0;
    }
    significand += half & (significand | rest);
    uint64_t bits = ((uint64_t)(unit - lowest) << (format->precision - 1)) + significand;
    return bits < format->infinity ? bits : format->infinity;
}

static uint64_t round_special(unsigned flags, const struct format *format)
{
    if ((flags & PEL_ACC_NAN) || (flags & PEL_ACC_INFINITIES) == PEL_ACC_INFINITIES)
        return format->infinity | UINT64_C(1) << (format->precision - 2);
    return flags & PEL_ACC_MINUS_INFINITY ? format->sign | format->infinity : format->infinity;
}

static uint64_t round_to(struct pel_acc *acc, const struct format *format)
{
    if (acc->flags & PEL_ACC_NOT_FINITE)
        return round_special(acc->flags, format);
    struct leading number = leading_of(acc);
    uint64_t bits = round_magnitude(number, format);
    bool minus_zero = bits == 0 && (acc->flags & (PEL_ACC_MINUS_ZERO | PEL_ACC_OTHER)) == PEL_ACC_MINUS_ZERO;
    return number.negative || minus_zero ? format->sign | bits : bits;
}

uint64_t pel_acc_bits_f64(struct pel_acc *acc)
{
    return round_to(acc, &binary64);
}

uint32_t pel_acc_bits_f32(struct pel_acc *acc)
{
    return (uint32_t)round_to(acc, &binary32);
}
