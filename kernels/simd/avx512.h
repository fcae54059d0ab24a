/* AVX-512 F, CD, BW, DQ and VL: 64-byte vectors. */
#ifndef PEL_SIMD_AVX512_H
#define PEL_SIMD_AVX512_H

#include <immintrin.h>

#include "kernels/simd/split.h"

/* A vector that assembly reads and writes. Where these instructions are emulated, it has no register. */
#ifndef V_IN_REGISTER
#define V_IN_REGISTER "+v"
#endif

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

/* The table says what to do with quiet and signalling NaN (take the first operand), zero, one, the infinities, and
 * other values of either sign (keep them). */
#define V_CANONICAL(suffix, bits, instruction, item)                                                                   \
    static inline v_##suffix v_canonical_##suffix(v_##suffix v)                                                        \
    {                                                                                                                  \
        return (v_##suffix)_mm512_fixupimm_##instruction(_mm512_set1_##instruction(__builtin_nan##item("")), v,        \
                                                         _mm512_set1_epi##bits(0x11111100), 0);                        \
    }
V_CANONICAL(f32, 32, ps, f)
V_CANONICAL(f64, 64, pd, )
#undef V_CANONICAL
#define V_HAS_canonical_f32 1
#define V_HAS_canonical_f64 1

static inline v_i32 v_either_nan_f32(v_f32 a, v_f32 b)
{
    return (v_i32)_mm512_movm_epi32(_mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_UNORD_Q));
}

static inline v_i64 v_either_nan_f64(v_f64 a, v_f64 b)
{
    return (v_i64)_mm512_movm_epi64(_mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_UNORD_Q));
}
#define V_HAS_either_nan_f32 1
#define V_HAS_either_nan_f64 1

/* Blocks of a vector; see generic.h. Loads that fill all four, and blends: to insert one takes a shuffle. */
#define V_LOAD_BLOCKS(suffix, T_)                                                                                      \
    static inline v_##suffix v_load_blocks_##suffix(const T_ *p, size_t apart)                                         \
    {                                                                                                                  \
        __m512i v = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)(const void *)p));                         \
        v = _mm512_mask_broadcast_i32x4(v, 0x00f0, _mm_loadu_si128((const __m128i *)(const void *)(p + apart)));       \
        v = _mm512_mask_broadcast_i32x4(v, 0x0f00, _mm_loadu_si128((const __m128i *)(const void *)(p + 2 * apart)));   \
        return (v_##suffix)_mm512_mask_broadcast_i32x4(                                                                \
            v, 0xf000, _mm_loadu_si128((const __m128i *)(const void *)(p + 3 * apart)));                               \
    }
V_LOAD_BLOCKS(f32, float)
V_LOAD_BLOCKS(f64, double)
V_LOAD_BLOCKS(i32, int32_t)
V_LOAD_BLOCKS(i64, int64_t)
V_LOAD_BLOCKS(u32, uint32_t)
V_LOAD_BLOCKS(u64, uint64_t)
#undef V_LOAD_BLOCKS

/* See generic.h. Zen 4 takes these beside multiply-adds, and the permutations by index that compilers choose instead of
 * them. */
#define V_BESIDE(suffix, bits, lanes)                                                                                  \
    static inline v_##suffix v_earlier_##suffix(v_##suffix before, v_##suffix v)                                       \
    {                                                                                                                  \
        return (v_##suffix)_mm512_alignr_epi##bits((__m512i)v, (__m512i)before, (lanes)-1);                            \
    }                                                                                                                  \
    static inline v_##suffix v_later_##suffix(v_##suffix v, v_##suffix after)                                          \
    {                                                                                                                  \
        return (v_##suffix)_mm512_alignr_epi##bits((__m512i)after, (__m512i)v, 1);                                     \
    }
V_BESIDE(f32, 32, 16)
V_BESIDE(f64, 64, 8)
#undef V_BESIDE
#define V_HAS_beside_f32 1
#define V_HAS_beside_f64 1

/* Parts of a vector; see generic.h. */
#define V_PART(suffix, T_, vector, mask, all, instruction)                                                             \
    static inline v_##suffix v_load_part_##suffix(const T_ *p, size_t count, v_##suffix rest)                          \
    {                                                                                                                  \
        mask first = (mask)_bzhi_u32(all, (unsigned)count);                                                            \
        return (v_##suffix)_mm512_mask_loadu_##instruction((vector)rest, first, p);                                    \
    }                                                                                                                  \
    static inline void v_store_part_##suffix(T_ *p, size_t count, v_##suffix v)                                        \
    {                                                                                                                  \
        _mm512_mask_storeu_##instruction(p, (mask)_bzhi_u32(all, (unsigned)count), (vector)v);                         \
    }
V_PART(f32, float, __m512, __mmask16, 0xffff, ps)
V_PART(i32, int32_t, __m512i, __mmask16, 0xffff, epi32)
V_PART(u32, uint32_t, __m512i, __mmask16, 0xffff, epi32)
V_PART(f64, double, __m512d, __mmask8, 0xff, pd)
V_PART(i64, int64_t, __m512i, __mmask8, 0xff, epi64)
V_PART(u64, uint64_t, __m512i, __mmask8, 0xff, epi64)
#undef V_PART
#define V_HAS_part_f32 1
#define V_HAS_part_i32 1
#define V_HAS_part_u32 1
#define V_HAS_part_f64 1
#define V_HAS_part_i64 1
#define V_HAS_part_u64 1

/* a ^ b ^ c is one instruction. */
#define V_HAS_ternary 1

/* The greater of a and b in the lanes of `second`, the smaller in the others: processors that have no minimum of 64-bit
 * lanes in one step compare once and blend. */
static inline v_i64 v_order_by_i64(v_i64 a, v_i64 b, unsigned second)
{
    __mmask8 greater = _mm512_cmpgt_epi64_mask((__m512i)a, (__m512i)b);
    return (v_i64)_mm512_mask_blend_epi64(_kxor_mask8(greater, (__mmask8)second), (__m512i)a, (__m512i)b);
}
#define V_HAS_order_by_i64 1

static inline v_i32 v_split_i32(v_i32 v, v_i32 pivot, size_t *count)
{
    __mmask16 greater = _mm512_cmpgt_epi32_mask((__m512i)v, (__m512i)pivot);
    __m512i low = _mm512_maskz_compress_epi32((__mmask16)~greater, (__m512i)v);
    __m512i high = _mm512_maskz_compress_epi32(greater, (__m512i)v);
    *count = 16 - (size_t)_mm_popcnt_u32(greater);
    return (v_i32)_mm512_mask_expand_epi32(low, (__mmask16)(0xffffu << *count), high);
}

static inline v_i64 v_split_i64(v_i64 v, v_i64 pivot, size_t *count)
{
    __mmask8 greater = _mm512_cmpgt_epi64_mask((__m512i)v, (__m512i)pivot);
    __m512i lanes = _mm512_cvtepu8_epi64(_mm_loadl_epi64((const __m128i *)&split_table[greater]));
    *count = 8 - (size_t)_mm_popcnt_u32(greater);
    return (v_i64)_mm512_permutexvar_epi64(lanes, (__m512i)v);
}

#define V_KEEP(bits, mask_type, load, all)                                                                             \
    static inline size_t v_keep_i##bits(int##bits##_t *p, v_i##bits v, const uint8_t *flags, size_t room)              \
    {                                                                                                                  \
        __m128i bytes = load((const __m128i *)(const void *)flags);                                                    \
        mask_type kept = (mask_type)_mm_test_epi8_mask(bytes, bytes);                                                  \
        size_t count = (size_t)_mm_popcnt_u32(kept);                                                                   \
        __m512i packed = _mm512_maskz_compress_epi##bits(kept, (__m512i)v);                                            \
        if (room >= 512 / bits)                                                                                        \
            _mm512_storeu_si512(p, packed);                                                                            \
        else                                                                                                           \
            _mm512_mask_storeu_epi##bits(p, (mask_type)_bzhi_u32(all, (unsigned)count), packed);                       \
        return count;                                                                                                  \
    }
V_KEEP(32, __mmask16, _mm_loadu_si128, 0xffff)
V_KEEP(64, __mmask8, _mm_loadl_epi64, 0xff)
#undef V_KEEP
#define V_HAS_keep_i32 1
#define V_HAS_keep_i64 1

#define V_HAS_pick_i32 1
#define V_HAS_pick_i64 1

/* Two registers hold 32 entries, and the permutation looks at as many bits of the index; more are blended in. */
static inline v_i32 v_pick_i32(const int32_t *tree, v_i32 at, int level)
{
    const int32_t *table = level < 5 ? tree : tree + ((size_t)1 << level);
    __m512i index = (__m512i)at,
            v = _mm512_permutex2var_epi32(_mm512_loadu_si512(table), index, _mm512_loadu_si512(table + 16));
    for (int i = 1; i < 1 << level >> 5; i++) {
        __mmask16 here = _mm512_cmpeq_epi32_mask(_mm512_srli_epi32(index, 5), _mm512_set1_epi32((1 << level >> 5) + i));
        __m512i more = _mm512_permutex2var_epi32(_mm512_loadu_si512(table + 32 * i), index,
                                                 _mm512_loadu_si512(table + 32 * i + 16));
        v = _mm512_mask_mov_epi32(v, here, more);
    }
    return (v_i32)v;
}

static inline v_i64 v_pick_i64(const int64_t *tree, v_i64 at, int level)
{
    const int64_t *table = level < 4 ? tree : tree + ((size_t)1 << level);
    __m512i index = (__m512i)at,
            v = _mm512_permutex2var_epi64(_mm512_loadu_si512(table), index, _mm512_loadu_si512(table + 8));
    for (int i = 1; i < 1 << level >> 4; i++) {
        __mmask8 here = _mm512_cmpeq_epi64_mask(_mm512_srli_epi64(index, 4), _mm512_set1_epi64((1 << level >> 4) + i));
        __m512i more = _mm512_permutex2var_epi64(_mm512_loadu_si512(table + 16 * i), index,
                                                 _mm512_loadu_si512(table + 16 * i + 8));
        v = _mm512_mask_mov_epi64(v, here, more);
    }
    return (v_i64)v;
}

#define V_HAS_stream_i32 1
#define V_HAS_stream_i64 1

static inline void v_stream_i32(int32_t *p, v_i32 v)
{
    _mm512_stream_si512((__m512i *)p, (__m512i)v);
}

static inline void v_stream_i64(int64_t *p, v_i64 v)
{
    _mm512_stream_si512((__m512i *)p, (__m512i)v);
}

static inline void v_stream_end(void)
{
    _mm_sfence();
}

/* Half a vector, widened; see generic.h. The compiler would do it in halves. */
static inline v_f64 v_widen_f32(const float *p)
{
    return (v_f64)_mm512_cvtps_pd(_mm256_loadu_ps(p));
}

static inline v_i64 v_widen_i32(const int32_t *p)
{
    return (v_i64)_mm512_cvtepi32_epi64(_mm256_loadu_si256((const __m256i *)(const void *)p));
}

static inline v_u64 v_widen_u32(const uint32_t *p)
{
    return (v_u64)_mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)(const void *)p));
}
#define V_HAS_widen_f32 1
#define V_HAS_widen_i32 1
#define V_HAS_widen_u32 1

#endif
