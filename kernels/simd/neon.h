/* Advanced SIMD of AArch64: 16-byte vectors. */
#ifndef PEL_SIMD_NEON_H
#define PEL_SIMD_NEON_H

#include <arm_neon.h>

#include "kernels/simd/split.h"

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

#define V_HAS_min_i32 1

static inline v_i32 v_min_i32(v_i32 a, v_i32 b)
{
    return (v_i32)vminq_s32((int32x4_t)a, (int32x4_t)b);
}

static inline v_i32 v_max_i32(v_i32 a, v_i32 b)
{
    return (v_i32)vmaxq_s32((int32x4_t)a, (int32x4_t)b);
}

/* greater: all ones or zero in each 32-bit lane. Lanes of 64 bits give pairs of equal bits, so the table for 32-bit
 * lanes serves both. */
static inline uint8x16_t v_split_by_mask(uint8x16_t v, uint32x4_t greater)
{
    static const uint32_t bit[4] = {1, 2, 4, 8};
    uint32_t mask = vaddvq_u32(vandq_u32(greater, vld1q_u32(bit)));
    return vqtbl1q_u8(v, vreinterpretq_u8_u64(vld1q_u64(split_table[mask])));
}

static inline v_i32 v_split_i32(v_i32 v, v_i32 pivot, size_t *count)
{
    uint32x4_t greater = (uint32x4_t)(v > pivot);
    *count = 4 - (size_t)vaddvq_u32(vshrq_n_u32(greater, 31));
    return (v_i32)v_split_by_mask((uint8x16_t)v, greater);
}

static inline v_i64 v_split_i64(v_i64 v, v_i64 pivot, size_t *count)
{
    uint64x2_t greater = (uint64x2_t)(v > pivot);
    *count = 2 - (size_t)vaddvq_u64(vshrq_n_u64(greater, 63));
    return (v_i64)v_split_by_mask((uint8x16_t)v, (uint32x4_t)greater);
}

static inline void v_stream_end(void) {}

#endif
