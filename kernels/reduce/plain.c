/* Sums and dot products rounded at every step, for PEL_FAST: a few vectors of running sums. Each block's sum goes into
 * the superaccumulator, so that plain kernels combine as the exact ones do. */
#ifndef T

#include "kernels/kernel.h"
#include "kernels/reduce/state.h"
#include "kernels/simd/simd.h"

enum { BLOCK = 1 << 16, CHAINS = 8 };

#define PEL_SELF "kernels/reduce/plain.c"
#include "kernels/foreach_float.h"

const struct pel_kernel PEL_TABLE(reduce_plain)[] = {
    PEL_ROW(SUM, f32, "plain", .traits = PEL_TRAIT_FAST, .run.reduce = sum_f32),
    PEL_ROW(SUM, f64, "plain", .traits = PEL_TRAIT_FAST, .run.reduce = sum_f64),
    PEL_ROW(MEAN, f32, "plain", .traits = PEL_TRAIT_FAST, .run.reduce = sum_f32),
    PEL_ROW(MEAN, f64, "plain", .traits = PEL_TRAIT_FAST, .run.reduce = sum_f64),
    PEL_ROW(DOT, f32, "plain", .traits = PEL_TRAIT_FAST, .run.reduce = dot_f32),
    PEL_ROW(DOT, f64, "plain", .traits = PEL_TRAIT_FAST, .run.reduce = dot_f64),
    PEL_END_OF_TABLE,
};

#else

/* Sum of x * y over a block, of x without y. The start -0 leaves any sum as it is. */
static inline __attribute__((always_inline)) T NAME(block)(const T *x, const T *y, size_t n)
{
    VT chain[CHAINS];
    for (size_t c = 0; c < CHAINS; c++)
        chain[c] = V(set1)((T)-0.0);
    size_t i = 0;
    for (; i + LANES * CHAINS <= n; i += LANES * CHAINS) {
#pragma GCC unroll 8
        for (size_t c = 0; c < CHAINS; c++) {
            VT v = V(load)(x + i + c * LANES);
            chain[c] += y ? v * V(load)(y + i + c * LANES) : v;
        }
    }
    for (; i + LANES <= n; i += LANES)
        chain[0] += y ? V(load)(x + i) * V(load)(y + i) : V(load)(x + i);
    if (i < n) {
        VT v = V(load_part)(x + i, n - i, V(set1)((T)-0.0));
        chain[1] += y ? v * V(load_part)(y + i, n - i, V(set1)(0)) : v;
    }
    for (size_t c = 1; c < CHAINS; c++)
        chain[0] += chain[c];
    return V(total)(chain[0]);
}

static void NAME(sum)(const void *x_, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    const T *x = x_;
    (void)y;
    (void)params;
    for (size_t done = 0; done < n; done += BLOCK) {
        pel_acc_reserve(&state->acc, 1);
        pel_acc_add(&state->acc, (double)NAME(block)(x + done, NULL, n - done < BLOCK ? n - done : BLOCK));
    }
}

static void NAME(dot)(const void *x_, const void *y_, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    const T *x = x_, *y = y_;
    (void)params;
    for (size_t done = 0; done < n; done += BLOCK) {
        pel_acc_reserve(&state->acc, 1);
        pel_acc_add(&state->acc, (double)NAME(block)(x + done, y + done, n - done < BLOCK ? n - done : BLOCK));
    }
}

#endif
