/* Schoolbook arithmetic; D. E. Knuth, "The Art of Computer Programming" 2, section 4.3.1. */
#include "lib/big.h"

#include <string.h>

#include "lib/accumulator.h"

static void trim(struct pel_big *big)
{
    int zeros = 0;
    while (big->digits > 0 && big->digit[big->digits - 1] == 0)
        big->digits--;
    while (zeros < big->digits && big->digit[zeros] == 0)
        zeros++;
    memmove(big->digit, big->digit + zeros, (size_t)(big->digits - zeros) * sizeof big->digit[0]);
    big->digits -= zeros;
    big->exponent += zeros;
}

/* The lowest digit of an accumulator does not stand for a power of 2^32: a shift makes up for that. */
void pel_big_of_acc(struct pel_big *big, const struct pel_acc *acc)
{
    enum { SHIFT = 28, LOWEST = (PEL_ACC_LOWEST - SHIFT) / 32 };
    struct pel_acc copy = *acc;
    big->negative = pel_acc_settle(&copy);
    big->digits = copy.high - copy.low;
    big->exponent = LOWEST + copy.low;
    for (int i = 0; i < big->digits; i++)
        big->digit[i] = (uint32_t)copy.limb[copy.low + i];
    pel_big_times(big, UINT64_C(1) << SHIFT);
}

void pel_big_of(struct pel_big *big, uint64_t number)
{
    *big = (struct pel_big){.digits = 2, .digit = {(uint32_t)number, (uint32_t)(number >> 32)}};
    trim(big);
}

void pel_big_times(struct pel_big *big, uint64_t factor)
{
    pel_u128 carry = 0;
    for (int i = 0; i < big->digits; i++) {
        carry += (pel_u128)factor * big->digit[i];
        big->digit[i] = (uint32_t)carry;
        carry >>= 32;
    }
    for (; carry; carry >>= 32)
        big->digit[big->digits++] = (uint32_t)carry;
    trim(big);
}

void pel_big_product(struct pel_big *product, const struct pel_big *a, const struct pel_big *b)
{
    product->negative = a->negative != b->negative;
    product->exponent = a->exponent + b->exponent;
    product->digits = a->digits + b->digits;
    memset(product->digit, 0, (size_t)product->digits * sizeof product->digit[0]);
    for (int i = 0; i < a->digits; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < b->digits; j++) {
            carry += (uint64_t)a->digit[i] * b->digit[j] + product->digit[i + j];
            product->digit[i + j] = (uint32_t)carry;
            carry >>= 32;
        }
        product->digit[i + b->digits] = (uint32_t)carry;
    }
    trim(product);
}

/* The digit at a place, which counts from 2^0. */
static uint32_t digit_at(const struct pel_big *big, int place)
{
    int i = place - big->exponent;
    return i >= 0 && i < big->digits ? big->digit[i] : 0;
}

static int top_of(const struct pel_big *big)
{
    return big->exponent + big->digits;
}

/* Whether |a| < |b|. */
static bool is_smaller(const struct pel_big *a, const struct pel_big *b)
{
    int top = top_of(a) > top_of(b) ? top_of(a) : top_of(b);
    int bottom = a->exponent < b->exponent ? a->exponent : b->exponent;
    for (int place = top - 1; place >= bottom; place--) {
        if (digit_at(a, place) != digit_at(b, place))
            return digit_at(a, place) < digit_at(b, place);
    }
    return false;
}

void pel_big_minus(struct pel_big *difference, const struct pel_big *a, const struct pel_big *b)
{
    if (a->digits == 0 || b->digits == 0) {
        *difference = a->digits == 0 ? *b : *a;
        difference->negative ^= a->digits == 0;
        return;
    }
    bool swapped = is_smaller(a, b), subtract = a->negative == b->negative;
    const struct pel_big *large = swapped ? b : a, *small = swapped ? a : b;
    int64_t carry = 0;
    difference->negative = swapped ? !b->negative : a->negative;
    difference->exponent = a->exponent < b->exponent ? a->exponent : b->exponent;
    difference->digits = top_of(large) - difference->exponent + 1;
    for (int i = 0; i < difference->digits; i++) {
        int64_t own = digit_at(small, difference->exponent + i);
        carry += (int64_t)digit_at(large, difference->exponent + i) + (subtract ? -own : own);
        difference->digit[i] = (uint32_t)carry;
        carry >>= 32;
    }
    trim(difference);
}

/* The first digits of a quotient of magnitudes. The very first, and the one after, may be 0; five others make more than
 * 128 bits. */
enum { QUOTIENT = 7 };

struct quotient {
    uint32_t digit[QUOTIENT]; /* the highest first */
    int exponent;             /* of the lowest, in digits */
    bool more;                /* whether anything is left */
};

/* Writes the digits times 2^shift from `to` up, one more than there are. */
static void shift_up(uint32_t *to, const struct pel_big *big, int shift)
{
    uint64_t carry = 0;
    for (int i = 0; i < big->digits; i++) {
        carry |= (uint64_t)big->digit[i] << shift;
        to[i] = (uint32_t)carry;
        carry >>= 32;
    }
    to[big->digits] = (uint32_t)carry;
}

/* Takes q times v, of n digits, off u, of one more; returns whether that was too much. */
static bool take_off(uint32_t *u, const uint32_t *v, int n, uint64_t q)
{
    uint64_t product = 0;
    int64_t borrow = 0;
    for (int i = 0; i <= n; i++) {
        product += i < n ? q * v[i] : 0;
        borrow += (int64_t)u[i] - (int64_t)(uint32_t)product;
        u[i] = (uint32_t)borrow;
        borrow >>= 32;
        product >>= 32;
    }
    return borrow < 0;
}

static void give_back(uint32_t *u, const uint32_t *v, int n)
{
    uint64_t carry = 0;
    for (int i = 0; i <= n; i++) {
        carry += (uint64_t)u[i] + (i < n ? v[i] : 0);
        u[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

/* The next digit of the quotient u / v, v's highest bit being set; takes what it stands for off u. */
static uint32_t next_digit(uint32_t *u, const uint32_t *v, int n)
{
    uint64_t leading = (uint64_t)u[n] << 32 | u[n - 1], q = leading / v[n - 1], rest = leading % v[n - 1];
    while (rest <= UINT32_MAX && (q > UINT32_MAX || q * v[n - 2] > (rest << 32 | u[n - 2]))) {
        q--;
        rest += v[n - 1];
    }
    if (take_off(u, v, n, q)) {
        q--;
        give_back(u, v, n);
    }
    return (uint32_t)q;
}

static void divide(struct quotient *quotient, const struct pel_big *a, const struct pel_big *b)
{
    uint32_t u[2 * PEL_BIG_DIGITS + QUOTIENT] = {0}, v[PEL_BIG_DIGITS + 2] = {0};
    int shift = __builtin_clz(b->digit[b->digits - 1]);
    int n = b->digits + 1; /* a digit of zeros below makes it two at least */
    int length = a->digits + 1 > n + QUOTIENT ? a->digits + 1 : n + QUOTIENT, pad = length - (a->digits + 1);
    shift_up(v + 1, b, shift);
    shift_up(u + pad, a, shift);
    int j = length - n;
    for (int k = 0; k < QUOTIENT; k++)
        quotient->digit[k] = next_digit(u + --j, v, n);
    quotient->exponent = a->exponent - pad - (b->exponent - 1) + j;
    quotient->more = false;
    for (int i = 0; i < length; i++)
        quotient->more |= u[i] != 0;
}

/* The leading bits of a quotient. */
struct leading {
    pel_u128 bits;
    int exponent; /* of the lowest of them */
    bool more;
};

/* `count` bits, or one less to make the exponent even. */
static struct leading leading_bits(const struct quotient *quotient, int count, bool even)
{
    struct leading leading = {0, quotient->exponent * 32 + 32 * QUOTIENT, quotient->more};
    for (int i = 0; i < 32 * QUOTIENT; i++) {
        unsigned bit = quotient->digit[i / 32] >> (31 - i % 32) & 1;
        bool full = leading.bits >> (count - 1) || (even && leading.exponent % 2 == 0 && leading.bits >> (count - 2));
        if (full) {
            leading.more |= bit;
        } else {
            leading.bits = leading.bits << 1 | bit;
            leading.exponent--;
        }
    }
    return leading;
}

/* Sets an accumulator to a number of at most 62 bits and a last one for what they leave. Where that is far outside of
 * all formats, it stays so. */
static void set(struct pel_acc *acc, bool negative, uint64_t bits, bool more, int exponent)
{
    enum { TINY = -1200, HUGE = 1100 };
    int64_t m = (int64_t)(bits << 1 | more);
    pel_acc_clear(acc);
    if (exponent < TINY) {
        m = 1;
        exponent = TINY;
    }
    pel_acc_reserve(acc, 1);
    pel_acc_deposit(acc, negative ? -m : m, exponent > HUGE ? HUGE : exponent - 1);
    acc->flags = PEL_ACC_OTHER;
}

void pel_big_quotient(struct pel_acc *acc, const struct pel_big *a, const struct pel_big *b)
{
    struct quotient quotient;
    pel_acc_clear(acc);
    if (a->digits == 0)
        return;
    divide(&quotient, a, b);
    struct leading leading = leading_bits(&quotient, 62, false);
    set(acc, a->negative != b->negative, (uint64_t)leading.bits, leading.more, leading.exponent);
}

void pel_big_root_of_quotient(struct pel_acc *acc, const struct pel_big *a, const struct pel_big *b)
{
    struct quotient quotient;
    pel_acc_clear(acc);
    if (a->digits == 0)
        return;
    divide(&quotient, a, b);
    struct leading leading = leading_bits(&quotient, 124, true);
    uint64_t root = pel_root(leading.bits);
    leading.more |= (pel_u128)root * root != leading.bits;
    set(acc, a->negative != b->negative, root, leading.more, leading.exponent / 2);
}
