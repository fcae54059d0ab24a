/* AVX2 and FMA: 32-byte vectors. */
#ifndef PEL_SIMD_AVX2_H
#define PEL_SIMD_AVX2_H

#include <immintrin.h>

static inline v_f32 v_fma_f32(v_f32 a, v_f32 b, v_f32 c)
{
    return (v_f32)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}

static inline v_f64 v_fma_f64(v_f64 a, v_f64 b, v_f64 c)
{
    return (v_f64)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
}

#endif
