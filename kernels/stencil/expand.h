/* For bodies that are expanded anew for every number of taps. The sanitizers check in each copy of them what they have
 * checked in one, and keep the compiler busy for minutes; where a multiply-add is a call of libm, that is all the time
 * that a step takes: there, nothing is copied. */
#ifndef PEL_KERNELS_STENCIL_EXPAND_H
#define PEL_KERNELS_STENCIL_EXPAND_H

#include "kernels/kernel.h"

#if defined __SANITIZE_ADDRESS__ || (PEL_ISA_IS(scalar) && !defined __FP_FAST_FMA)
#define UNROLL
#define ALWAYS_INLINE inline
#else
#define UNROLL        _Pragma("GCC unroll 8") /* at least the vectors of a block */
#define ALWAYS_INLINE inline __attribute__((always_inline))
#endif

#endif
