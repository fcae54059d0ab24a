/* The baseline of the target: generic 16-byte vectors that the compiler lowers to whatever the processor is bound to
 * have, and libm's fma, exact where the baseline has no such instruction. */
#ifndef PEL_SIMD_SCALAR_H
#define PEL_SIMD_SCALAR_H

#include <math.h>

static inline v_f32 v_fma_f32(v_f32 a, v_f32 b, v_f32 c)
{
    for (size_t i = 0; i < sizeof a / sizeof a[0]; i++)
        c[i] = fmaf(a[i], b[i], c[i]);
    return c;
}

static inline v_f64 v_fma_f64(v_f64 a, v_f64 b, v_f64 c)
{
    for (size_t i = 0; i < sizeof a / sizeof a[0]; i++)
        c[i] = fma(a[i], b[i], c[i]);
    return c;
}

/* The products of the even lanes, twice as wide. */
static inline v_i64 v_multiply_even_i32(v_i32 a, v_i32 b)
{
    return ((v_i64)a << 32 >> 32) * ((v_i64)b << 32 >> 32);
}

static inline v_u64 v_multiply_even_u32(v_u32 a, v_u32 b)
{
    return ((v_u64)a << 32 >> 32) * ((v_u64)b << 32 >> 32);
}

static inline void v_stream_end(void) {}

#endif
