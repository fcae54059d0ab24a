/* The AVX-512 instructions that kernels/ uses, done by loops over lanes, with the meanings that Intel's intrinsics
 * guide gives them: so kernels for AVX-512 are tested on processors that have AVX2 alone. Included before all else, in
 * every file, by check_avx512.sh. */
#include <immintrin.h>
#include <stdint.h>

#define __builtin_cpu_supports(feature) 1
#define V_IN_REGISTER                   "+m"

typedef float emulated_ps __attribute__((vector_size(64)));
typedef double emulated_pd __attribute__((vector_size(64)));
typedef int32_t emulated_epi32 __attribute__((vector_size(64)));
typedef int64_t emulated_epi64 __attribute__((vector_size(64)));
typedef uint32_t emulated_epu32 __attribute__((vector_size(64)));
typedef uint64_t emulated_epu64 __attribute__((vector_size(64)));

#define EMULATED static inline __attribute__((always_inline, unused))

/* Lane by lane: `lane` is what stands in lane i. */
#define EMULATE(result, type, name, parameters, lanes, lane)                                                           \
    EMULATED result emulated_##name parameters                                                                         \
    {                                                                                                                  \
        type out;                                                                                                      \
        for (int i = 0; i < (lanes); i++)                                                                              \
            out[i] = lane;                                                                                             \
        return (result)out;                                                                                            \
    }
#define AS(type, v) ((emulated_##type)(v))

EMULATE(__m512, emulated_ps, fmadd_ps, (__m512 a, __m512 b, __m512 c), 16, __builtin_fmaf(a[i], b[i], c[i]))
EMULATE(__m512d, emulated_pd, fmadd_pd, (__m512d a, __m512d b, __m512d c), 8, __builtin_fma(a[i], b[i], c[i]))
EMULATE(__m512i, emulated_epi64, mul_epi32, (__m512i a, __m512i b), 8,
        (int64_t)AS(epi32, a)[2 * i] * AS(epi32, b)[2 * i])
EMULATE(__m512i, emulated_epu64, mul_epu32, (__m512i a, __m512i b), 8,
        (uint64_t)AS(epu32, a)[2 * i] * AS(epu32, b)[2 * i])

/* Of equal or unordered operands the second, as the instructions have it. */
#define MIN_MAX(vector, type, lanes)                                                                                   \
    EMULATE(vector, emulated_##type, min_##type, (vector a, vector b), lanes,                                          \
            AS(type, a)[i] < AS(type, b)[i] ? AS(type, a)[i] : AS(type, b)[i])                                         \
    EMULATE(vector, emulated_##type, max_##type, (vector a, vector b), lanes,                                          \
            AS(type, a)[i] > AS(type, b)[i] ? AS(type, a)[i] : AS(type, b)[i])
MIN_MAX(__m512, ps, 16)
MIN_MAX(__m512d, pd, 8)
MIN_MAX(__m512i, epi32, 16)
MIN_MAX(__m512i, epu32, 16)
MIN_MAX(__m512i, epi64, 8)
MIN_MAX(__m512i, epu64, 8)

/* By the one table that the kernels give: quiet and signalling NaN become the first operand. */
#define TRAP_UNLESS(known) ((known) ? (void)0 : __builtin_trap())
#define FIXUPIMM(vector, type, lanes)                                                                                  \
    EMULATE(vector, emulated_##type, fixupimm_##type, (vector a, vector b, __m512i table, int imm), lanes,             \
            (TRAP_UNLESS(AS(epi32, table)[0] == 0x11111100 && imm == 0), b[i] != b[i] ? a[i] : b[i]))
FIXUPIMM(__m512, ps, 16)
FIXUPIMM(__m512d, pd, 8)

#define SET1(vector, type, scalar, lanes) EMULATE(vector, emulated_##type, set1_##type, (scalar a), lanes, a)
SET1(__m512, ps, float, 16)
SET1(__m512d, pd, double, 8)
SET1(__m512i, epi32, int32_t, 16)
SET1(__m512i, epi64, int64_t, 8)

EMULATE(__m512d, emulated_pd, cvtps_pd, (__m256 a), 8, a[i])
EMULATE(__m512i, emulated_epi64, cvtepi32_epi64, (__m256i a), 8, ((const int32_t *)&a)[i])
EMULATE(__m512i, emulated_epi64, cvtepu32_epi64, (__m256i a), 8, ((const uint32_t *)&a)[i])
EMULATE(__m512i, emulated_epi64, cvtepu8_epi64, (__m128i a), 8, ((const uint8_t *)&a)[i])
EMULATE(__m512i, emulated_epi32, castsi128_si512, (__m128i a), 16, i < 4 ? ((const int32_t *)&a)[i] : 0)
EMULATE(__m512i, emulated_epi32, mask_broadcast_i32x4, (__m512i a, unsigned mask, __m128i b), 16,
        mask >> i & 1 ? ((const int32_t *)&b)[i % 4] : AS(epi32, a)[i])
EMULATE(__m512i, emulated_epi32, srli_epi32, (__m512i a, int by), 16, (int32_t)(AS(epu32, a)[i] >> by))
EMULATE(__m512i, emulated_epi64, srli_epi64, (__m512i a, int by), 8, (int64_t)(AS(epu64, a)[i] >> by))

/* What has the same shape for lanes of 32 and of 64 bits. */
#define EMULATE_WIDTH(bits, lanes, mask_type)                                                                          \
    EMULATED mask_type emulated_cmpgt_epi##bits##_mask(__m512i a, __m512i b)                                           \
    {                                                                                                                  \
        unsigned mask = 0;                                                                                             \
        for (int i = 0; i < (lanes); i++)                                                                              \
            mask |= (unsigned)(AS(epi##bits, a)[i] > AS(epi##bits, b)[i]) << i;                                        \
        return (mask_type)mask;                                                                                        \
    }                                                                                                                  \
    EMULATED mask_type emulated_cmpeq_epi##bits##_mask(__m512i a, __m512i b)                                           \
    {                                                                                                                  \
        unsigned mask = 0;                                                                                             \
        for (int i = 0; i < (lanes); i++)                                                                              \
            mask |= (unsigned)(AS(epi##bits, a)[i] == AS(epi##bits, b)[i]) << i;                                       \
        return (mask_type)mask;                                                                                        \
    }                                                                                                                  \
    EMULATED __m512i emulated_maskz_compress_epi##bits(mask_type mask, __m512i a)                                      \
    {                                                                                                                  \
        emulated_epi##bits out = {0};                                                                                  \
        for (int i = 0, kept = 0; i < (lanes); i++) {                                                                  \
            if (mask >> i & 1)                                                                                         \
                out[kept++] = AS(epi##bits, a)[i];                                                                     \
        }                                                                                                              \
        return (__m512i)out;                                                                                           \
    }                                                                                                                  \
    EMULATED __m512i emulated_mask_expand_epi##bits(__m512i a, mask_type mask, __m512i b)                              \
    {                                                                                                                  \
        emulated_epi##bits out = AS(epi##bits, a);                                                                     \
        for (int i = 0, taken = 0; i < (lanes); i++) {                                                                 \
            if (mask >> i & 1)                                                                                         \
                out[i] = AS(epi##bits, b)[taken++];                                                                    \
        }                                                                                                              \
        return (__m512i)out;                                                                                           \
    }                                                                                                                  \
    EMULATED void emulated_mask_storeu_epi##bits(void *p, mask_type mask, __m512i a)                                   \
    {                                                                                                                  \
        for (int i = 0; i < (lanes); i++) {                                                                            \
            if (mask >> i & 1)                                                                                         \
                ((int##bits##_t *)p)[i] = AS(epi##bits, a)[i];                                                         \
        }                                                                                                              \
    }                                                                                                                  \
    EMULATED __m512i emulated_mask_loadu_epi##bits(__m512i a, mask_type mask, const void *p)                           \
    {                                                                                                                  \
        emulated_epi##bits out = AS(epi##bits, a);                                                                     \
        for (int i = 0; i < (lanes); i++) {                                                                            \
            if (mask >> i & 1)                                                                                         \
                out[i] = ((const int##bits##_t *)p)[i];                                                                \
        }                                                                                                              \
        return (__m512i)out;                                                                                           \
    }                                                                                                                  \
    EMULATE(__m512i, emulated_epi##bits, movm_epi##bits, (mask_type mask), lanes, mask >> i & 1 ? -1 : 0)              \
    EMULATE(__m512i, emulated_epi##bits, mask_mov_epi##bits, (__m512i a, mask_type mask, __m512i b), lanes,            \
            mask >> i & 1 ? AS(epi##bits, b)[i] : AS(epi##bits, a)[i])                                                 \
    EMULATE(__m512i, emulated_epi##bits, mask_blend_epi##bits, (mask_type mask, __m512i a, __m512i b), lanes,          \
            mask >> i & 1 ? AS(epi##bits, b)[i] : AS(epi##bits, a)[i])                                                 \
    EMULATE(__m512i, emulated_epi##bits, permutexvar_epi##bits, (__m512i index, __m512i a), lanes,                     \
            AS(epi##bits, a)[AS(epi##bits, index)[i] & ((lanes)-1)])                                                   \
    EMULATE(__m512i, emulated_epi##bits, permutex2var_epi##bits, (__m512i a, __m512i index, __m512i b), lanes,         \
            (AS(epi##bits, index)[i] & (lanes) ? AS(epi##bits, b)                                                      \
                                               : AS(epi##bits, a))[AS(epi##bits, index)[i] & ((lanes)-1)])             \
    EMULATE(__m512i, emulated_epi##bits, alignr_epi##bits, (__m512i a, __m512i b, int by), lanes,                      \
            i + by < (lanes) ? AS(epi##bits, b)[i + by] : AS(epi##bits, a)[i + by - (lanes)])
EMULATE_WIDTH(32, 16, __mmask16)
EMULATE_WIDTH(64, 8, __mmask8)

#define EMULATE_FLOAT(type, vector, bits, lanes, mask_type)                                                            \
    EMULATED void emulated_mask_storeu_##type(void *p, mask_type mask, vector a)                                       \
    {                                                                                                                  \
        emulated_mask_storeu_epi##bits(p, mask, (__m512i)a);                                                           \
    }                                                                                                                  \
    EMULATED vector emulated_mask_loadu_##type(vector a, mask_type mask, const void *p)                                \
    {                                                                                                                  \
        return (vector)emulated_mask_loadu_epi##bits((__m512i)a, mask, p);                                             \
    }                                                                                                                  \
    EMULATED mask_type emulated_cmp_##type##_mask(vector a, vector b, int predicate)                                   \
    {                                                                                                                  \
        unsigned mask = 0;                                                                                             \
        TRAP_UNLESS(predicate == _CMP_UNORD_Q); /* the kernels ask for no other */                                     \
        for (int i = 0; i < (lanes); i++)                                                                              \
            mask |= (unsigned)(a[i] != a[i] || b[i] != b[i]) << i;                                                     \
        return (mask_type)mask;                                                                                        \
    }
EMULATE_FLOAT(ps, __m512, 32, 16, __mmask16)
EMULATE_FLOAT(pd, __m512d, 64, 8, __mmask8)

/* Arithmetic that raises no flags. */
#define EMULATE_QUIET(word, operator)                                                                                  \
    EMULATED __m512d emulated_##word##_round_pd(__m512d a, __m512d b, int rounding)                                    \
    {                                                                                                                  \
        unsigned csr = _mm_getcsr();                                                                                   \
        (void)rounding; /* to nearest */                                                                               \
        __asm__ volatile("" : "+m"(a), "+m"(b));                                                                       \
        __m512d out = a operator b;                                                                                    \
        __asm__ volatile("" : "+m"(out));                                                                              \
        _mm_setcsr(csr);                                                                                               \
        return out;                                                                                                    \
    }
EMULATE_QUIET(add, +)
EMULATE_QUIET(mul, *)

EMULATED __m512i emulated_loadu_si512(const void *p)
{
    __m512i out;
    __builtin_memcpy(&out, p, sizeof out);
    return out;
}

EMULATED void emulated_storeu_si512(void *p, __m512i a)
{
    __builtin_memcpy(p, &a, sizeof a);
}

EMULATED void emulated_stream_si512(void *p, __m512i a)
{
    *(__m512i *)p = a; /* aligned, as the instruction asks for */
}

EMULATED unsigned emulated_test_epi8_mask(__m128i a, __m128i b)
{
    return ~(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_and_si128(a, b), _mm_setzero_si128())) & 0xffff;
}

#define _kxor_mask8(a, b)           ((__mmask8)((a) ^ (b)))
#define _mm512_add_round_pd         emulated_add_round_pd
#define _mm512_alignr_epi32         emulated_alignr_epi32
#define _mm512_alignr_epi64         emulated_alignr_epi64
#define _mm512_castsi128_si512      emulated_castsi128_si512
#define _mm512_cmp_pd_mask          emulated_cmp_pd_mask
#define _mm512_cmp_ps_mask          emulated_cmp_ps_mask
#define _mm512_cmpeq_epi32_mask     emulated_cmpeq_epi32_mask
#define _mm512_cmpeq_epi64_mask     emulated_cmpeq_epi64_mask
#define _mm512_cmpgt_epi32_mask     emulated_cmpgt_epi32_mask
#define _mm512_cmpgt_epi64_mask     emulated_cmpgt_epi64_mask
#define _mm512_cvtepi32_epi64       emulated_cvtepi32_epi64
#define _mm512_cvtepu32_epi64       emulated_cvtepu32_epi64
#define _mm512_cvtepu8_epi64        emulated_cvtepu8_epi64
#define _mm512_cvtps_pd             emulated_cvtps_pd
#define _mm512_fixupimm_pd          emulated_fixupimm_pd
#define _mm512_fixupimm_ps          emulated_fixupimm_ps
#define _mm512_fmadd_pd             emulated_fmadd_pd
#define _mm512_fmadd_ps             emulated_fmadd_ps
#define _mm512_loadu_si512          emulated_loadu_si512
#define _mm512_mask_blend_epi64     emulated_mask_blend_epi64
#define _mm512_mask_broadcast_i32x4 emulated_mask_broadcast_i32x4
#define _mm512_mask_expand_epi32    emulated_mask_expand_epi32
#define _mm512_mask_loadu_epi32     emulated_mask_loadu_epi32
#define _mm512_mask_loadu_epi64     emulated_mask_loadu_epi64
#define _mm512_mask_loadu_pd        emulated_mask_loadu_pd
#define _mm512_mask_loadu_ps        emulated_mask_loadu_ps
#define _mm512_mask_mov_epi32       emulated_mask_mov_epi32
#define _mm512_mask_mov_epi64       emulated_mask_mov_epi64
#define _mm512_mask_storeu_epi32    emulated_mask_storeu_epi32
#define _mm512_mask_storeu_epi64    emulated_mask_storeu_epi64
#define _mm512_mask_storeu_pd       emulated_mask_storeu_pd
#define _mm512_mask_storeu_ps       emulated_mask_storeu_ps
#define _mm512_maskz_compress_epi32 emulated_maskz_compress_epi32
#define _mm512_maskz_compress_epi64 emulated_maskz_compress_epi64
#define _mm512_max_epi32            emulated_max_epi32
#define _mm512_max_epi64            emulated_max_epi64
#define _mm512_max_epu32            emulated_max_epu32
#define _mm512_max_epu64            emulated_max_epu64
#define _mm512_max_pd               emulated_max_pd
#define _mm512_max_ps               emulated_max_ps
#define _mm512_min_epi32            emulated_min_epi32
#define _mm512_min_epi64            emulated_min_epi64
#define _mm512_min_epu32            emulated_min_epu32
#define _mm512_min_epu64            emulated_min_epu64
#define _mm512_min_pd               emulated_min_pd
#define _mm512_min_ps               emulated_min_ps
#define _mm512_movm_epi32           emulated_movm_epi32
#define _mm512_movm_epi64           emulated_movm_epi64
#define _mm512_mul_epi32            emulated_mul_epi32
#define _mm512_mul_epu32            emulated_mul_epu32
#define _mm512_mul_round_pd         emulated_mul_round_pd
#define _mm512_permutex2var_epi32   emulated_permutex2var_epi32
#define _mm512_permutex2var_epi64   emulated_permutex2var_epi64
#define _mm512_permutexvar_epi64    emulated_permutexvar_epi64
#define _mm512_set1_epi32           emulated_set1_epi32
#define _mm512_set1_epi64           emulated_set1_epi64
#define _mm512_set1_pd              emulated_set1_pd
#define _mm512_set1_ps              emulated_set1_ps
#define _mm512_srli_epi32           emulated_srli_epi32
#define _mm512_srli_epi64           emulated_srli_epi64
#define _mm512_storeu_si512         emulated_storeu_si512
#define _mm512_stream_si512         emulated_stream_si512
#define _mm_test_epi8_mask          emulated_test_epi8_mask
