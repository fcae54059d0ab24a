/* A stencil plan: what pel_stencil_plan resolves once, and pel_stencil_run reads. */
#ifndef PEL_LIB_STENCIL_PLAN_H
#define PEL_LIB_STENCIL_PLAN_H

#include <pel/stencil.h>

#include "kernels/stencil/sweep.h"
#include "lib/dispatch.h"
#include "lib/stencil_slices.h"
#include "lib/stencil_space.h"

struct pel_plan {
    struct pel_stencil_form form;
    struct pel_stencil_terms terms; /* the form's, if it has any */
    struct pel_stencil_shape shape;
    pel_dtype dtype;
    size_t size;   /* bytes of a cell */
    size_t cells;  /* of the grid */
    size_t extent; /* cells from the first to the last in memory, padding included */
    int levels;    /* of time that the caller holds */
    int threads;   /* as asked for; 0: decide */
    struct pel_pick pick;
    struct pel_stencil_space space;
    struct pel_stencil_slices slices; /* of a step in place */
    struct pel_stencil_fft *fft;      /* NULL: steps are never taken all at once */
};

/* Checks the description of a problem. */
pel_status pel_stencil_check(const pel_stencil_desc *desc);

/* Where cells lie: strides, and cells from the first to the last. */
pel_status pel_stencil_lay_out(const pel_stencil_desc *desc, size_t stride[3], size_t *extent);

/* Bytes of a cell in the arrays that a step only reads. */
size_t pel_stencil_array_bytes(const struct pel_plan *plan);

/* A plan with everything but its pick; NULL without memory. The description has been checked. */
struct pel_plan *pel_stencil_make(const pel_stencil_desc *desc);

#endif
