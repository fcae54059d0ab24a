/* Stencils: repeated sweeps of a linear tap list over a 1-, 2- or 3-dimensional grid.
 *
 * One step computes, for every cell, acc = c0 * u0; acc = fma(c1, u1, acc); ... in the order of the taps, in the
 * grid's dtype, rounding to nearest, from the values of the previous step. That chain is the definition: every variant,
 * tiling, thread count and instruction set returns its bits. A computed cell that is NaN after the last step holds the
 * canonical quiet NaN (positive, payload 0), since processors differ in the payloads they propagate.
 *
 * Method: rows in blocks of vectors; of many steps several at a time on tiles that stay in cache, diamonds of space and
 * time swept by waves (V. Bandishti, I. Pananilath, U. Bondhugula, "Tiling stencil computations to maximize
 * parallelism", SC 2012; T. Malas et al., "Multicore-optimized wavefront diamond blocking for optimizing stencil
 * updates", SIAM J. Sci. Comput. 37, 2015); a single step in place. */
#ifndef PEL_STENCIL_H
#define PEL_STENCIL_H

#include <stddef.h>
#include <stdint.h>

#include <pel/export.h>
#include <pel/status.h>
#include <pel/types.h>

PEL_BEGIN_DECLS

/* One tap: the cell at this offset from the output cell, times coef. Axis 0 is the slowest (outermost); entries
 * of axes that the grid lacks are 0. coef is rounded once to the grid's dtype, and finite there. */
typedef struct pel_tap {
    int32_t offset[3];
    double coef;
} pel_tap;

/* What a tap reads beyond a side of the grid. The taps are resolved axis by axis, by the side that they are beyond;
 * one that is beyond a CONSTANT side on any axis reads boundary_value. */
typedef enum pel_boundary {
    PEL_BOUNDARY_FIXED,    /* cells closer to this side than the taps reach past it keep their values */
    PEL_BOUNDARY_PERIODIC, /* indices wrap around; both sides of the axis must say so */
    PEL_BOUNDARY_CONSTANT, /* cells outside read boundary_value */
    PEL_BOUNDARY_REFLECT,  /* index -1 reads 0, -2 reads 1, ..., back and forth where the reach exceeds the axis */
} pel_boundary;

/* A stencil problem. Start from PEL_STENCIL_DESC_INIT. */
typedef struct pel_stencil_desc {
    size_t size;                 /* sizeof(pel_stencil_desc), set by PEL_STENCIL_DESC_INIT */
    pel_dtype dtype;             /* PEL_F32 or PEL_F64 */
    int ndim;                    /* 1, 2 or 3 */
    size_t shape[3];             /* cells along each axis, each at least 1; shape[ndim-1] is contiguous */
    size_t ntaps;                /* 1 ... PEL_STENCIL_MAX_TAPS */
    const pel_tap *taps;         /* copied into the plan; any offsets to PEL_STENCIL_MAX_RADIUS, repeats allowed */
    pel_boundary boundary[3][2]; /* [axis][0 = low side, 1 = high side] */
    double boundary_value;       /* for PEL_BOUNDARY_CONSTANT, rounded once to dtype; may be infinite or NaN */
} pel_stencil_desc;

#define PEL_STENCIL_DESC_INIT                                                                                          \
    {                                                                                                                  \
        sizeof(pel_stencil_desc), PEL_F64, 0, {0, 0, 0}, 0, NULL,                                                      \
            {{PEL_BOUNDARY_FIXED, PEL_BOUNDARY_FIXED},                                                                 \
             {PEL_BOUNDARY_FIXED, PEL_BOUNDARY_FIXED},                                                                 \
             {PEL_BOUNDARY_FIXED, PEL_BOUNDARY_FIXED}},                                                                \
            0.0                                                                                                        \
    }

enum { PEL_STENCIL_MAX_RADIUS = 8, PEL_STENCIL_MAX_TAPS = 4096 };

/* A checked problem with its chosen kernel and tiling. Immutable. */
typedef struct pel_plan pel_plan;

/* Makes a plan. desc and its taps may be freed afterwards. opts: threads and variant are kept for the runs;
 * NULL for the defaults. Errors: PEL_EINVAL (null pointer; unknown dtype, flag or boundary; ndim, a shape, ntaps or
 * an offset out of its range; a periodic side whose opposite is not; a coefficient that is not finite), PEL_ERANGE
 * (the grid exceeds the address space), PEL_ENOTSUP (the named variant cannot run), PEL_ENOMEM; *plan is then
 * untouched. Thread-safe. */
PEL_API pel_status pel_stencil_plan(pel_plan **plan, const pel_stencil_desc *desc, const pel_opts *opts);

/* Advances the grid by the given number of steps, in place. u: the cells, row-major without padding, aligned to
 * their own type. work: pel_plan_work_bytes(plan) bytes of any alignment, or NULL: pel allocates. Errors: PEL_EINVAL
 * (null or misaligned u; work that overlaps u), PEL_ERANGE (more than SIZE_MAX / 2 steps), PEL_ENOMEM; u is then
 * untouched. A plan may be run from several threads at the same time on distinct grids. */
PEL_API pel_status pel_stencil_run(const pel_plan *plan, void *u, void *work, size_t steps);

/* Told between portions of a long run how many of its steps are done; anything but 0 stops it there. */
typedef int pel_progress(void *context, size_t done, size_t steps);

/* pel_stencil_run in portions of at least some 2^26 cells (tens of milliseconds), after each of which, but not after
 * the last, progress, unless NULL, is called by the calling thread. The run stops where that says so: u then holds the
 * state after *done steps, as if no more had been asked for, and PEL_OK is returned. *done, unless NULL, is set on any
 * return. Errors as above, and none in the middle of a run. */
PEL_API pel_status pel_stencil_run_watched(const pel_plan *plan, void *u, void *work, size_t steps,
                                           pel_progress *progress, void *context, size_t *done);

/* Bytes of scratch that pel_stencil_run uses; 0 for NULL. */
PEL_API size_t pel_plan_work_bytes(const pel_plan *plan);

/* Writes the plan's choices (kernel, where the choice came from, tiling, its share of the cache, bytes a point, what
 * was passed over) as text into text[0 ... capacity), always terminated when capacity > 0; *length, unless NULL, gets
 * the full length without the terminator, as snprintf does. PEL_EINVAL on a null plan, or a null text with capacity >
 * 0. */
PEL_API pel_status pel_plan_explain(const pel_plan *plan, char *text, size_t capacity, size_t *length);

/* Frees a plan; NULL is ignored. */
PEL_API void pel_plan_free(pel_plan *plan);

PEL_END_DECLS

#endif
