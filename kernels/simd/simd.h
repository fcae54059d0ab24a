/* The vector vocabulary: a few words that mean the same on every instruction set.
 *
 * Types are the compiler's generic vectors, v_f64 and the like, PEL_VBYTES wide; + - * & | ^ ~ << >> and comparisons
 * work on them directly (a comparison gives all ones or zero in each lane of the signed integer type). What the
 * operators cannot say is a function v_word_f64, written V(word) in a file that is expanded by dtype; the widest
 * instruction set that has an instruction for it defines it in its own header, together with the macro
 * V_HAS_word_f64 that keeps the generic version out. */
#ifndef PEL_SIMD_SIMD_H
#define PEL_SIMD_SIMD_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kernels/kernel.h"

#if PEL_ISA_IS(avx512)
#define PEL_VBYTES 64
#elif PEL_ISA_IS(avx2)
#define PEL_VBYTES 32
#else
#define PEL_VBYTES 16
#endif

#define V_TYPE(T_, suffix) typedef T_ v_##suffix __attribute__((vector_size(PEL_VBYTES)));
V_TYPE(float, f32)
V_TYPE(double, f64)
V_TYPE(int32_t, i32)
V_TYPE(int64_t, i64)
V_TYPE(uint32_t, u32)
V_TYPE(uint64_t, u64)
#undef V_TYPE

#if PEL_ISA_IS(avx512)
#include "kernels/simd/avx512.h"
#elif PEL_ISA_IS(avx2)
#include "kernels/simd/avx2.h"
#elif PEL_ISA_IS(neon)
#include "kernels/simd/neon.h"
#else
#include "kernels/simd/scalar.h"
#endif

/* In a file expanded by dtype: V(load) is v_load_f64, VT the vector type, VU and VS the unsigned and signed integer
 * vectors of the same lanes, LANES their number. */
#define V(word) NAME(v_##word)
#define VT      NAME(v)
#define VU_(b)  v_u##b
#define VU__(b) VU_(b)
#define VU      VU__(T_BITS)
#define VS_(b)  v_i##b
#define VS__(b) VS_(b)
#define VS      VS__(T_BITS)
#define LANES   (PEL_VBYTES / sizeof(T))

/* Where lane i comes from, as an index into two vectors end to end: lane i + by, around the end of the first or beyond
 * it; the lane `by` before lane i of the second; in every second block of d lanes the last of the block before, else
 * lane i of the second. */
#define V_FROM(i, by, lanes)  (((i) + (by)) % (lanes))
#define V_AHEAD(i, by, lanes) ((i) + (by))
#define V_BACK(i, by, lanes)  ((lanes) + (i) - (by) % (lanes))
#define V_BELOW(i, d, lanes)  ((i) & (d) ? (i) / (d) * (d)-1 : (lanes) + (i))
#define V_LAST(i, any, lanes) ((lanes)-1)

/* Blocks of 16 bytes, within which shuffles are cheap on every instruction set: the number of them in a vector, and of
 * the lanes in one. For lane i: the last of its block; the same lane of block b. */
#define V_BLOCKS               (PEL_VBYTES / 16)
#define V_BLOCK_LANES          (LANES / V_BLOCKS)
#define V_TOP(i, width, lanes) ((i) / (width) * (width) + (width)-1)
#define V_BLOCK(i, b, lanes)   ((i) % ((lanes) / V_BLOCKS) + (b) * ((lanes) / V_BLOCKS))

#define V_LANES_2(F, i, k, lanes)  F(i, k, lanes), F((i) + 1, k, lanes)
#define V_LANES_4(F, i, k, lanes)  V_LANES_2(F, i, k, lanes), V_LANES_2(F, (i) + 2, k, lanes)
#define V_LANES_8(F, i, k, lanes)  V_LANES_4(F, i, k, lanes), V_LANES_4(F, (i) + 4, k, lanes)
#define V_LANES_16(F, i, k, lanes) V_LANES_8(F, i, k, lanes), V_LANES_8(F, (i) + 8, k, lanes)
#define V_SHUFFLE_(a, b, F, k, n)  __builtin_shufflevector(a, b, V_LANES_##n(F, 0, k, n))
#define V_SHUFFLE(a, b, F, k, n)   V_SHUFFLE_(a, b, F, k, n)

/* The lanes of 64 bits that those of 32 widen to. */
#define V_WIDE_f32 v_f64
#define V_WIDE_i32 v_i64
#define V_WIDE_u32 v_u64

#define PEL_SELF "kernels/simd/generic.h"
#include "kernels/foreach_dtype.h"
#undef PEL_SELF

#endif
