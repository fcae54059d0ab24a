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

#endif
