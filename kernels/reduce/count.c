/* How many elements are not zero, in vector lanes. NaN is not zero. */
#ifndef T

#include "kernels/kernel.h"
#include "kernels/reduce/state.h"
#include "kernels/simd/simd.h"

/* Steps after which lanes of 32 bits could wrap. */
enum { CHAINS = 4, RUN = 1 << 30 };

#define PEL_SELF "kernels/reduce/count.c"
#include "kernels/foreach_dtype.h"

#define ROW(suffix) PEL_ROW(COUNT, suffix, "lanes", .run.reduce = count_##suffix)

const struct pel_kernel PEL_TABLE(reduce_count)[] = {
    ROW(f32), ROW(f64), ROW(i32), ROW(i64), ROW(u32), ROW(u64), PEL_END_OF_TABLE,
};

#undef ROW

#else

static uint64_t NAME(count_run)(const T *x, size_t n)
{
    VS chain[CHAINS] = {{0}};
    uint64_t count = 0;
    size_t i = 0;
    for (; i + CHAINS * LANES <= n; i += CHAINS * LANES) {
#pragma GCC unroll 4
        for (size_t c = 0; c < CHAINS; c++)
            chain[c] -= (VS)(V(load)(x + i + c * LANES) != (VT){0});
    }
    for (; i < n; i++)
        count += x[i] != 0;
    for (size_t c = 0; c < CHAINS; c++) {
        for (size_t lane = 0; lane < LANES; lane++)
            count += (uint64_t)chain[c][lane];
    }
    return count;
}

static void NAME(count)(const void *x_, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    const T *x = x_;
    (void)y;
    (void)params;
    for (size_t done = 0; done < n; done += RUN)
        state->count += NAME(count_run)(x + done, n - done < RUN ? n - done : RUN);
}

#endif
