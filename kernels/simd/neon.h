/* Advanced SIMD of AArch64: 16-byte vectors. */
#ifndef PEL_SIMD_NEON_H
#define PEL_SIMD_NEON_H

#include <arm_neon.h>

static inline v_f32 v_fma_f32(v_f32 a, v_f32 b, v_f32 c)
{
    return (v_f32)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}

static inline v_f64 v_fma_f64(v_f64 a, v_f64 b, v_f64 c)
{
    return (v_f64)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
}

/* The products of the even lanes, twice as wide. */
static inline v_i64 v_multiply_even_i32(v_i32 a, v_i32 b)
{
    return (v_i64)vmull_s32(vmovn_s64((int64x2_t)a), vmovn_s64((int64x2_t)b));
}

static inline v_u64 v_multiply_even_u32(v_u32 a, v_u32 b)
{
    return (v_u64)vmull_u32(vmovn_u64((uint64x2_t)a), vmovn_u64((uint64x2_t)b));
}

#endif
