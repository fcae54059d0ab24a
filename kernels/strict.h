/* Refuses the compiler options that let it reorder, contract or drop floating-point operations. Files whose results are
 * promised to the bit include it; configure looks for such options too, where compilers do not tell of them. */
#ifndef PEL_KERNELS_STRICT_H
#define PEL_KERNELS_STRICT_H

#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__) ||                               \
    defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) || defined(__NO_SIGNED_ZEROS__)
#error "pel promises bits: -ffast-math and its parts would break them"
#endif

#endif
