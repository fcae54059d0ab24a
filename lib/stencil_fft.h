/* Many steps at once: on a grid that is periodic on every axis a step multiplies each Fourier mode by a number. Only
 * for PEL_FAST, and only where FFTW was there when pel was built. */
#ifndef PEL_LIB_STENCIL_FFT_H
#define PEL_LIB_STENCIL_FFT_H

#include "lib/stencil_plan.h"

/* Readies the plan for it, if that can be and memory is there. */
void pel_stencil_fft_make(struct pel_plan *plan, unsigned flags);
void pel_stencil_fft_free(struct pel_plan *plan);

/* Bytes of scratch that it takes; 0: the plan goes step by step. */
size_t pel_stencil_fft_bytes(const struct pel_plan *plan);

/* Whether so many steps are worth it. */
bool pel_stencil_fft_suits(const struct pel_plan *plan, size_t steps);

/* Advances u, with scratch of those bytes. */
void pel_stencil_fft_run(const struct pel_plan *plan, double *u, void *scratch, size_t steps, int threads);

#endif
