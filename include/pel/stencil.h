/* Stencils: repeated sweeps of a linear tap list over a 1-, 2- or 3-dimensional grid.
 *
 * One step computes, for every cell, acc = c0 * u0; acc = fma(c1, u1, acc); ... in the order of the taps, in the
 * grid's dtype, rounding to nearest, from the values of the previous step. That chain is the definition: every variant,
 * tiling, thread count and instruction set returns its bits. A computed cell that is NaN after the last step holds the
 * canonical quiet NaN (positive, payload 0), since processors differ in the payloads they propagate.
 *
 * A description may name more than taps of constant coefficients. The whole chain of a cell, of which only what is
 * named is computed, each line rounded once:
 *
 *     acc = c0 * u0; acc = fma(c1, u1, acc); ...   ck: the tap's coefficient, or the cell's element of its array
 *     acc = scale * acc;                           scale: the cell's element of that array
 *     acc = acc + source;                          source: likewise
 *     acc = fma(now, u, acc);                      now: a number; u: the cell itself
 *     acc = fma(before, v, acc);                   before: a number; v: the cell one step before (two levels of time)
 *     unless the cell's mask is 0, in which case it keeps its value.
 *
 * So u + k * (differences of u) is a scale and now = 1, and the wave equation 2u - v + c * (differences of u) has a
 * scale, now = 2, before = -1 and two levels.
 *
 * Method: rows in blocks of vectors; of many steps several at a time on tiles that stay in cache, diamonds of space and
 * time swept by waves (V. Bandishti, I. Pananilath, U. Bondhugula, "Tiling stencil computations to maximize
 * parallelism", SC 2012; T. Malas et al., "Multicore-optimized wavefront diamond blocking for optimizing stencil
 * updates", SIAM J. Sci. Comput. 37, 2015); of a line under three taps, with cells dealt to the lanes of vectors (T.
 * Henretty et al., "Data layout transformation for stencil computations on short-vector SIMD architectures", CC 2011);
 * a single step in place. */
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

    /* From here on 0 and NULL stand for none. Arrays have elements of dtype, aligned to it, and lie in memory as the
     * grid does; the plan keeps the pointers, so they must last as long, and their elements may change between runs. */
    size_t stride[3];          /* cells between neighbours along each axis; 0: dense. stride[ndim-1] is 0 or 1 */
    const void *const *coefs;  /* an array of coefficients for each tap, or NULL where tap.coef is meant; copied */
    const void *scale;         /* array */
    const void *source;        /* array */
    const unsigned char *mask; /* one byte a cell, laid out alike: 0 where it keeps its value, as land in a sea */
    double now, before;        /* rounded once to dtype, and finite there; before only with two levels */
    int levels;                /* of time that a step reads: 1, the default, or 2 */
} pel_stencil_desc;

#define PEL_STENCIL_DESC_INIT                                                                                          \
    {                                                                                                                  \
        sizeof(pel_stencil_desc), PEL_F64, 0, {0, 0, 0}, 0, NULL,                                                      \
            {{PEL_BOUNDARY_FIXED, PEL_BOUNDARY_FIXED},                                                                 \
             {PEL_BOUNDARY_FIXED, PEL_BOUNDARY_FIXED},                                                                 \
             {PEL_BOUNDARY_FIXED, PEL_BOUNDARY_FIXED}},                                                                \
            0.0, {0, 0, 0}, NULL, NULL, NULL, NULL, 0.0, 0.0, 1                                                        \
    }

enum { PEL_STENCIL_MAX_RADIUS = 8, PEL_STENCIL_MAX_TAPS = 4096 };

/* A checked problem with its chosen kernel and tiling. Immutable. */
typedef struct pel_plan pel_plan;

/* Makes a plan. PEL_FAST: runs of 512 steps and more on dense grids of f64 that are periodic on every axis, with taps
 * of constant coefficients alone, are computed all at once through Fourier transforms, where pel was built with FFTW:
 * the error is at most 1e-12 of the largest magnitude in the input and the result for up to 10^6 steps, and grows with
 * their number beyond; values that are not finite spread over the whole grid. The plan is then made by FFTW's planner,
 * one thread at a time; a program that plans with FFTW itself must not do so at the same time.
 *
 * desc, its taps and its list of arrays may be freed afterwards. opts: threads and variant are kept for
 * the runs; NULL for the defaults. Errors: PEL_EINVAL (null pointer; unknown dtype, flag or boundary; ndim, a shape,
 * ntaps, levels or an offset out of its range; strides by which rows or planes overlap; a misaligned array; before
 * without two levels; a periodic side whose opposite is not; a coefficient that is not finite), PEL_ERANGE (the grid
 * exceeds the address space), PEL_ENOTSUP (the named variant cannot run), PEL_ENOMEM; *plan is then untouched.
 * Thread-safe. */
PEL_API pel_status pel_stencil_plan(pel_plan **plan, const pel_stencil_desc *desc, const pel_opts *opts);

/* Advances the grid by the given number of steps, in place. u: the cells, row-major, aligned to their own type; what
 * strides leave out is neither read nor written. Ghost cells that the caller fills are cells of a FIXED side: a grid
 * that includes them, as wide as the taps reach. work: pel_plan_work_bytes(plan) bytes of any alignment, or NULL: pel
 * allocates. Errors: PEL_EINVAL (null or misaligned u; work or an array of the plan that overlaps u; a plan of two
 * levels), PEL_ERANGE (more than SIZE_MAX / 2 steps), PEL_ENOMEM; u is then untouched. A plan may be run from several
 * threads at the same time on distinct grids. */
PEL_API pel_status pel_stencil_run(const pel_plan *plan, void *u, void *work, size_t steps);

/* Told between portions of a long run how many of its steps are done; anything but 0 stops it there. */
typedef int pel_progress(void *context, size_t done, size_t steps);

/* pel_stencil_run in portions of at least some 2^26 cells (tens of milliseconds), after each of which, but not after
 * the last, progress, unless NULL, is called by the calling thread. The run stops where that says so: u then holds the
 * state after *done steps, as if no more had been asked for, and PEL_OK is returned. *done, unless NULL, is set on any
 * return. Errors as above, and none in the middle of a run. */
PEL_API pel_status pel_stencil_run_watched(const pel_plan *plan, void *u, void *work, size_t steps,
                                           pel_progress *progress, void *context, size_t *done);

/* The same for plans of any number of levels. levels: as many pointers as the plan has levels: to the grid now, and to
 * the grid one step before, which must not overlap. The grids trade places with every step, and so do the pointers: in
 * the end levels[0] is again the grid now. With two levels only seats of threads come from work, no grid. progress,
 * done: as above, or NULL. */
PEL_API pel_status pel_stencil_run_levels(const pel_plan *plan, void **levels, void *work, size_t steps,
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
