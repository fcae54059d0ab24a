/* Whole numbers of many digits: quotients of exact sums, which are rounded once. */
#ifndef PEL_LIB_BIG_H
#define PEL_LIB_BIG_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/reduce/acc.h"

/* Digits of 32 bits: room for a product of two numbers of which each is one of two superaccumulators. */
enum { PEL_BIG_DIGITS = 288 };

/* The digits times 2^(32 exponent), the lowest first; none of zero, and the highest is not 0. */
struct pel_big {
    bool negative;
    int exponent, digits;
    uint32_t digit[PEL_BIG_DIGITS];
};

void pel_big_of_acc(struct pel_big *big, const struct pel_acc *acc);
void pel_big_of(struct pel_big *big, uint64_t number);
void pel_big_times(struct pel_big *big, uint64_t factor);
void pel_big_product(struct pel_big *product, const struct pel_big *a, const struct pel_big *b);
void pel_big_minus(struct pel_big *difference, const struct pel_big *a, const struct pel_big *b);

/* a / b, or the root of |a / b| with the sign of the quotient, where b is not 0: as a number in an accumulator that
 * rounds as the exact value does. */
void pel_big_quotient(struct pel_acc *acc, const struct pel_big *a, const struct pel_big *b);
void pel_big_root_of_quotient(struct pel_acc *acc, const struct pel_big *a, const struct pel_big *b);

#endif
