/* For bodies that are expanded anew for every number of taps. The sanitizers check in each copy of them what they have
 * checked in one, and keep the compiler busy for minutes: with them, nothing is copied. */
#ifndef PEL_KERNELS_STENCIL_EXPAND_H
#define PEL_KERNELS_STENCIL_EXPAND_H

#ifdef __SANITIZE_ADDRESS__
#define UNROLL
#define ALWAYS_INLINE inline
#else
#define UNROLL        _Pragma("GCC unroll 8") /* at least the vectors of a block */
#define ALWAYS_INLINE inline __attribute__((always_inline))
#endif

#endif
