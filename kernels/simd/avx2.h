/* AVX2 and FMA: 32-byte vectors. */
#ifndef PEL_SIMD_AVX2_H
#define PEL_SIMD_AVX2_H

#include <immintrin.h>

#include "kernels/simd/split.h"

static inline v_f32 v_fma_f32(v_f32 a, v_f32 b, v_f32 c)
{
    return (v_f32)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}

static inline v_f64 v_fma_f64(v_f64 a, v_f64 b, v_f64 c)
{
    return (v_f64)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
}

/* The products of the even lanes, twice as wide. */
static inline v_i64 v_multiply_even_i32(v_i32 a, v_i32 b)
{
    return (v_i64)_mm256_mul_epi32((__m256i)a, (__m256i)b);
}

static inline v_u64 v_multiply_even_u32(v_u32 a, v_u32 b)
{
    return (v_u64)_mm256_mul_epu32((__m256i)a, (__m256i)b);
}

static inline v_i32 v_either_nan_f32(v_f32 a, v_f32 b)
{
    return (v_i32)_mm256_cmp_ps((__m256)a, (__m256)b, _CMP_UNORD_Q);
}

static inline v_i64 v_either_nan_f64(v_f64 a, v_f64 b)
{
    return (v_i64)_mm256_cmp_pd((__m256d)a, (__m256d)b, _CMP_UNORD_Q);
}
#define V_HAS_either_nan_f32 1
#define V_HAS_either_nan_f64 1

#define V_ANY(suffix)                                                                                                  \
    static inline bool v_any_##suffix(v_##suffix v)                                                                    \
    {                                                                                                                  \
        return !_mm256_testz_si256((__m256i)v, (__m256i)v);                                                            \
    }
V_ANY(f32)
V_ANY(f64)
V_ANY(i32)
V_ANY(i64)
V_ANY(u32)
V_ANY(u64)
#undef V_ANY
#define V_HAS_any_f32 1
#define V_HAS_any_f64 1
#define V_HAS_any_i32 1
#define V_HAS_any_i64 1
#define V_HAS_any_u32 1
#define V_HAS_any_u64 1

/* Blocks of a vector; see generic.h. A load that fills both halves, and a blend: to insert a half takes a shuffle. */
#define V_LOAD_BLOCKS(suffix, T_)                                                                                      \
    static inline v_##suffix v_load_blocks_##suffix(const T_ *p, size_t apart)                                         \
    {                                                                                                                  \
        __m256i low = _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)p));                       \
        __m256i high = (__m256i)_mm256_broadcast_ps((const __m128 *)(const void *)(p + apart));                        \
        return (v_##suffix)_mm256_blend_epi32(low, high, 0xf0);                                                        \
    }
V_LOAD_BLOCKS(f32, float)
V_LOAD_BLOCKS(f64, double)
V_LOAD_BLOCKS(i32, int32_t)
V_LOAD_BLOCKS(i64, int64_t)
V_LOAD_BLOCKS(u32, uint32_t)
V_LOAD_BLOCKS(u64, uint64_t)
#undef V_LOAD_BLOCKS

/* Minimum and maximum; see generic.h. */
#define V_MIN_MAX(suffix, vector, instruction)                                                                         \
    static inline v_##suffix v_min_##suffix(v_##suffix a, v_##suffix b)                                                \
    {                                                                                                                  \
        return (v_##suffix)_mm256_min_##instruction((vector)a, (vector)b);                                             \
    }                                                                                                                  \
    static inline v_##suffix v_max_##suffix(v_##suffix a, v_##suffix b)                                                \
    {                                                                                                                  \
        return (v_##suffix)_mm256_max_##instruction((vector)a, (vector)b);                                             \
    }
V_MIN_MAX(f32, __m256, ps)
V_MIN_MAX(f64, __m256d, pd)
V_MIN_MAX(i32, __m256i, epi32)
V_MIN_MAX(u32, __m256i, epu32)
#undef V_MIN_MAX
#define V_HAS_min_f32 1
#define V_HAS_min_f64 1
#define V_HAS_min_i32 1
#define V_HAS_min_u32 1
#define V_HAS_min_i64 1

/* Of lanes, not of bytes: where a comparison serves two blends of bytes, gcc 12 compares its result once more. */
static inline v_i64 v_min_i64(v_i64 a, v_i64 b)
{
    return (v_i64)_mm256_blendv_pd((__m256d)a, (__m256d)b, (__m256d)(a > b));
}

static inline v_i64 v_max_i64(v_i64 a, v_i64 b)
{
    return (v_i64)_mm256_blendv_pd((__m256d)b, (__m256d)a, (__m256d)(a > b));
}

/* Parts of a vector; see generic.h. */
static inline __m256i v_first_32(size_t count)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

static inline __m256i v_first_64(size_t count)
{
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x((long long)count), _mm256_setr_epi64x(0, 1, 2, 3));
}

#define V_PART(suffix, T_, bits, vector, item, instruction)                                                            \
    static inline v_##suffix v_load_part_##suffix(const T_ *p, size_t count, v_##suffix rest)                          \
    {                                                                                                                  \
        __m256i first = v_first_##bits(count), part = (__m256i)_mm256_maskload_##instruction((const item *)p, first);  \
        return (v_##suffix)_mm256_blendv_epi8((__m256i)rest, part, first);                                             \
    }                                                                                                                  \
    static inline void v_store_part_##suffix(T_ *p, size_t count, v_##suffix v)                                        \
    {                                                                                                                  \
        _mm256_maskstore_##instruction((item *)p, v_first_##bits(count), (vector)v);                                   \
    }
V_PART(f32, float, 32, __m256, float, ps)
V_PART(i32, int32_t, 32, __m256i, int, epi32)
V_PART(u32, uint32_t, 32, __m256i, int, epi32)
V_PART(f64, double, 64, __m256d, double, pd)
V_PART(i64, int64_t, 64, __m256i, long long, epi64)
V_PART(u64, uint64_t, 64, __m256i, long long, epi64)
#undef V_PART
#define V_HAS_part_f32 1
#define V_HAS_part_i32 1
#define V_HAS_part_u32 1
#define V_HAS_part_f64 1
#define V_HAS_part_i64 1
#define V_HAS_part_u64 1

/* Lanes of 64 bits give pairs of equal bits, so the table for 32-bit lanes serves both. */
static inline __m256i v_split_by_mask(__m256i v, __m256i greater)
{
    unsigned mask = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(greater));
    __m256i lanes = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)&split_table[mask]));
    return _mm256_permutevar8x32_epi32(v, lanes);
}

static inline v_i32 v_split_i32(v_i32 v, v_i32 pivot, size_t *count)
{
    __m256i greater = (__m256i)(v > pivot);
    *count = 8 - (size_t)_mm_popcnt_u32((unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(greater)));
    return (v_i32)v_split_by_mask((__m256i)v, greater);
}

static inline v_i64 v_split_i64(v_i64 v, v_i64 pivot, size_t *count)
{
    __m256i greater = (__m256i)(v > pivot);
    *count = 4 - (size_t)_mm_popcnt_u32((unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(greater)));
    return (v_i64)v_split_by_mask((__m256i)v, greater);
}

#define V_KEEP(bits, item, load)                                                                                       \
    static inline size_t v_keep_i##bits(int##bits##_t *p, v_i##bits v, const uint8_t *flags, size_t room)              \
    {                                                                                                                  \
        __m256i bytes = _mm256_cvtepu8_epi##bits(load(flags)), dropped = _mm256_cmpeq_epi##bits(bytes, (__m256i){0});  \
        unsigned mask = (unsigned)_mm256_movemask_epi8(dropped);                                                       \
        size_t count = 256 / bits - (size_t)_mm_popcnt_u32(mask) / (bits / 8);                                         \
        __m256i packed = v_split_by_mask((__m256i)v, dropped);                                                         \
        if (room >= 256 / bits)                                                                                        \
            _mm256_storeu_si256((__m256i *)(void *)p, packed);                                                         \
        else                                                                                                           \
            _mm256_maskstore_epi##bits((item *)p, v_first_##bits(count), packed);                                      \
        return count;                                                                                                  \
    }
V_KEEP(32, int, _mm_loadu_si64)
V_KEEP(64, long long, _mm_loadu_si32)
#undef V_KEEP
#define V_HAS_keep_i32 1
#define V_HAS_keep_i64 1

#define V_HAS_pick_i32 1
#define V_HAS_pick_i64 1

static inline v_i32 v_pick_i32(const int32_t *tree, v_i32 at, int level)
{
    (void)level;
    return (v_i32)_mm256_i32gather_epi32((const int *)tree, (__m256i)at, 4);
}

static inline v_i64 v_pick_i64(const int64_t *tree, v_i64 at, int level)
{
    (void)level;
    return (v_i64)_mm256_i64gather_epi64((const long long *)tree, (__m256i)at, 8);
}

#define V_HAS_stream_i32 1
#define V_HAS_stream_i64 1

static inline void v_stream_i32(int32_t *p, v_i32 v)
{
    _mm256_stream_si256((__m256i *)p, (__m256i)v);
}

static inline void v_stream_i64(int64_t *p, v_i64 v)
{
    _mm256_stream_si256((__m256i *)p, (__m256i)v);
}

static inline void v_stream_end(void)
{
    _mm_sfence();
}

/* Half a vector, widened; see generic.h. The compiler would do it in halves. */
static inline v_f64 v_widen_f32(const float *p)
{
    return (v_f64)_mm256_cvtps_pd(_mm_loadu_ps(p));
}

static inline v_i64 v_widen_i32(const int32_t *p)
{
    return (v_i64)_mm256_cvtepi32_epi64(_mm_loadu_si128((const __m128i *)(const void *)p));
}

static inline v_u64 v_widen_u32(const uint32_t *p)
{
    return (v_u64)_mm256_cvtepu32_epi64(_mm_loadu_si128((const __m128i *)(const void *)p));
}
#define V_HAS_widen_f32 1
#define V_HAS_widen_i32 1
#define V_HAS_widen_u32 1

#endif
