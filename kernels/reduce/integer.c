/* Exact sums of integers. Blocks are short enough that 64-bit lanes cannot overflow once 64-bit elements are cut into
 * halves. */
#ifndef T

#include "kernels/kernel.h"
#include "kernels/reduce/state.h"

#define PEL_SELF "kernels/reduce/integer.c"
#include "kernels/foreach_integer.h"

const struct pel_kernel PEL_TABLE(reduce_integer)[] = {
    PEL_ROW(SUM, i32, "integer", .run.reduce = sum_i32),
    PEL_ROW(SUM, i64, "integer", .run.reduce = sum_i64),
    PEL_ROW(SUM, u32, "integer", .run.reduce = sum_u32),
    PEL_ROW(SUM, u64, "integer", .run.reduce = sum_u64),
    PEL_END_OF_TABLE,
};

#else

enum { NAME(block) = 1 << 20 };

static void NAME(sum)(const void *x_, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    const T *x = x_;
    (void)y;
    (void)params;
    for (size_t done = 0; done < n;) {
        size_t count = n - done < NAME(block) ? n - done : NAME(block);
        uint64_t low = 0;
        int64_t high = 0;
        for (size_t i = 0; i < count; i++) {
            low += (uint32_t)x[done + i];
            high += T_BITS == 64 ? (int64_t)(x[done + i] >> (T_BITS / 2)) : 0;
        }
        (void)high;
        pel_wide_add(&state->wide, &(struct pel_wide){{low, 0, 0}});
        done += count;
    }
}

#endif
