/* What a reduction carries from block to block: three kinds of state, all of which merge in any order and any split
 * to the same bits. */
#ifndef PEL_KERNELS_REDUCE_STATE_H
#define PEL_KERNELS_REDUCE_STATE_H

#include <stdbool.h>
#include <stdint.h>

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

union pel_reduce_state {
    struct pel_wide wide;
};

#endif
