/* A stencil plan: what pel_stencil_plan resolves once, and pel_stencil_run reads. */
#ifndef PEL_LIB_STENCIL_PLAN_H
#define PEL_LIB_STENCIL_PLAN_H

#include <pel/stencil.h>

#include "kernels/stencil/sweep.h"
#include "lib/dispatch.h"

/* How space and time are tiled; see lib/stencil_time.c. */
struct pel_stencil_tiling {
    const char *why_not;       /* there is none; else NULL */
    int axis;                  /* that is cut into diamonds */
    size_t columns;            /* diamonds side by side */
    size_t height;             /* most steps of half a diamond */
    size_t block[3], slope[3]; /* of the waves along the other axes; block 0: all of the axis at once */
    size_t bytes;              /* that a tile keeps in the cache */
};

struct pel_plan {
    struct pel_stencil_form form;
    struct pel_stencil_shape shape;
    pel_dtype dtype;
    size_t size;  /* bytes of a cell */
    size_t cells; /* of the grid */
    int threads;  /* as asked for; 0: decide */
    struct pel_pick pick;
    size_t cache; /* bytes that a tile may keep in it */
    struct pel_stencil_tiling tiling;
};

/* Checks the description of a problem. */
pel_status pel_stencil_check(const pel_stencil_desc *desc);

/* A plan with everything but its pick; NULL without memory. The description has been checked. */
struct pel_plan *pel_stencil_make(const pel_stencil_desc *desc);

#endif
