/* AVX-512 F, CD, BW, DQ and VL: 64-byte vectors. */
#ifndef PEL_SIMD_AVX512_H
#define PEL_SIMD_AVX512_H

#include <immintrin.h>

static inline v_f32 v_fma_f32(v_f32 a, v_f32 b, v_f32 c)
{
    return (v_f32)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}

static inline v_f64 v_fma_f64(v_f64 a, v_f64 b, v_f64 c)
{
    return (v_f64)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
}

/* The products of the even lanes, twice as wide. */
static inline v_i64 v_multiply_even_i32(v_i32 a, v_i32 b)
{
    return (v_i64)_mm512_mul_epi32((__m512i)a, (__m512i)b);
}

static inline v_u64 v_multiply_even_u32(v_u32 a, v_u32 b)
{
    return (v_u64)_mm512_mul_epu32((__m512i)a, (__m512i)b);
}

/* Minimum and maximum; see generic.h. */
#define V_MIN_MAX(suffix, vector, instruction)                                                                         \
    static inline v_##suffix v_min_##suffix(v_##suffix a, v_##suffix b)                                                \
    {                                                                                                                  \
        return (v_##suffix)_mm512_min_##instruction((vector)a, (vector)b);                                             \
    }                                                                                                                  \
    static inline v_##suffix v_max_##suffix(v_##suffix a, v_##suffix b)                                                \
    {                                                                                                                  \
        return (v_##suffix)_mm512_max_##instruction((vector)a, (vector)b);                                             \
    }
V_MIN_MAX(f32, __m512, ps)
V_MIN_MAX(f64, __m512d, pd)
V_MIN_MAX(i32, __m512i, epi32)
V_MIN_MAX(u32, __m512i, epu32)
V_MIN_MAX(i64, __m512i, epi64)
V_MIN_MAX(u64, __m512i, epu64)
#undef V_MIN_MAX
#define V_HAS_min_f32 1
#define V_HAS_min_f64 1
#define V_HAS_min_i32 1
#define V_HAS_min_u32 1
#define V_HAS_min_i64 1
#define V_HAS_min_u64 1

#endif
