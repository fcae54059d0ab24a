/* Dot products of PEL_FAST through BLAS. Calls are short enough that OpenBLAS runs them in the caller's thread: teams
 * are ours. */
#ifndef T

#include "config.h"

#include "kernels/kernel.h"
#include "kernels/reduce/state.h"

#if PEL_ISA_IS(scalar) && defined(PEL_HAVE_OPENBLAS)
#include <cblas.h>

enum { BLOCK = 8192 };

#define cblas_dot_f32 cblas_sdot
#define cblas_dot_f64 cblas_ddot
#define PEL_SELF      "kernels/reduce/blas.c"
#include "kernels/foreach_float.h"
#endif

const struct pel_kernel PEL_TABLE(reduce_blas)[] = {
#if PEL_ISA_IS(scalar) && defined(PEL_HAVE_OPENBLAS)
    PEL_ROW(DOT, f32, "blas", .traits = PEL_TRAIT_FAST, .run.reduce = dot_f32),
    PEL_ROW(DOT, f64, "blas", .traits = PEL_TRAIT_FAST, .run.reduce = dot_f64),
#endif
    PEL_END_OF_TABLE,
};

#else

static void NAME(dot)(const void *x_, const void *y_, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    const T *x = x_, *y = y_;
    (void)params;
    for (size_t done = 0; done < n; done += BLOCK) {
        int count = n - done < BLOCK ? (int)(n - done) : BLOCK;
        pel_acc_reserve(&state->acc, 1);
        pel_acc_add(&state->acc, (double)NAME(cblas_dot)(count, x + done, 1, y + done, 1));
    }
}

#endif
