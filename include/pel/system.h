/* Systems: several fields on one grid of 1 to 3 dimensions, advanced step by step, each step in stages, by row
 * functions of the caller's. What a simulation brings are the formulas; pel brings tiles, time, threads and sides.
 *
 *     static void pressure(const pel_row *row, void *context)
 *     {
 *         const double *u = pel_row_read(row, 0, 0, 0), *v = pel_row_read(row, 1, 0, 0);
 *         const double *v_above = pel_row_read(row, 1, 0, 1);
 *         double *p = row->write[0];
 *         for (size_t x = 0; x < row->count; x++)
 *             p[x] -= 0.25 * (u[x + 1] - u[x] + v_above[x] - v[x]);
 *     }
 *
 * Model. All fields have the grid's shape, one element a cell, row-major without padding. A step runs the stages in
 * their order. A stage computes each cell of the fields that it writes from cells of the fields that it reads, no
 * further away than it declares, as they were before the stage. (A field that a stage writes and also reads beyond the
 * cell itself is kept twice; pel sees to that. All others are updated where they are.) What is read beyond a side of
 * the grid is settled by the boundary of the field that is read, axis by axis as pel/stencil.h tells. FIXED, the
 * default: cells that are closer to the side than the stage reaches past it in any field with that side FIXED keep
 * their values, in all fields that the stage writes.
 *
 * A row function is called for a stretch of cells on one row at a time, from several threads at once, in an order that
 * is not to be relied upon: several steps are computed on one part of the grid before another part is touched. It may
 * read the rows that pel_row_read gives it within the declared reach and what its context points to, and must write all
 * of row->write[i][0 ... count), for every field that the stage writes, and nothing else. Where a stage reads its own
 * cell of a field that it writes, both may be the same memory: compute a cell from its own old value before it is
 * written, and do not declare the pointers restrict.
 *
 * Bits. Rows are cut at fixed places, whatever the tiles, the threads and the machine: at multiples of PEL_ROW_CELLS,
 * and where the stage's reach ends at either side. So the function sees the same calls in every run, only at other
 * times, and the result does not depend on tiles and threads, provided that what it writes is a function of what it
 * reads. Floating point is in its default environment during calls (to nearest, subnormals kept).
 *
 * Method: the tiling in time of pel/stencil.h, in which every stage counts as one step. */
#ifndef PEL_SYSTEM_H
#define PEL_SYSTEM_H

#include <stddef.h>

#include <pel/export.h>
#include <pel/status.h>
#include <pel/stencil.h>
#include <pel/types.h>

PEL_BEGIN_DECLS

enum {
    PEL_ROW_CELLS = 512,  /* most cells of a call */
    PEL_SYSTEM_MOST = 64, /* fields; stages; fields that a stage reads, and that it writes */
};

/* What a row function reads of a field: the row of the cells at hand, and those around it. See pel_row_read. */
typedef struct pel_row_reads {
    const void *const *rows; /* that of the cells at hand; its neighbours lie before and behind */
    ptrdiff_t stride;        /* from one to the next along the slower axis */
} pel_row_reads;

/* Consecutive cells of one row, to be computed. All pointers are good for the call only. */
typedef struct pel_row {
    size_t at[3];              /* the first cell; the axes that the grid lacks come first and are 0 */
    size_t count;              /* cells, 1 ... PEL_ROW_CELLS */
    size_t step;               /* of the run, from 0 */
    void *const *write;        /* write[i]: the first cell in the i-th of the fields that the stage writes */
    const pel_row_reads *read; /* of the i-th of the fields that the stage reads */
} pel_row;

/* The i-th field that the stage reads, `dz` planes and `dy` rows away from the row at hand (0 for axes that the grid
 * lacks); element x belongs to the cell below write[...][x], and elements from -low to count + high - 1 may be read,
 * with the reach along the row that was declared. */
static inline const void *pel_row_read(const pel_row *row, size_t i, int dz, int dy)
{
    return row->read[i].rows[dz * row->read[i].stride + dy];
}

typedef void pel_row_function(const pel_row *row, void *context);

/* A field of the grid. Start from PEL_FIELD_INIT. */
typedef struct pel_field {
    pel_dtype dtype;             /* of its elements; any */
    pel_boundary boundary[3][2]; /* [axis][0 = low side, 1 = high side] */
    double boundary_value;       /* for PEL_BOUNDARY_CONSTANT, rounded to dtype; integers: must be one of its values */
} pel_field;

#define PEL_FIELD_INIT                                                                                                 \
    {                                                                                                                  \
        PEL_F64,                                                                                                       \
            {{PEL_BOUNDARY_FIXED, PEL_BOUNDARY_FIXED},                                                                 \
             {PEL_BOUNDARY_FIXED, PEL_BOUNDARY_FIXED},                                                                 \
             {PEL_BOUNDARY_FIXED, PEL_BOUNDARY_FIXED}},                                                                \
            0.0                                                                                                        \
    }

/* A field that a stage reads, and how many cells beyond the one at hand. */
typedef struct pel_access {
    size_t field;    /* its place among the system's fields */
    int reach[3][2]; /* [axis][0 = towards the low side, 1 = towards the high side], 0 ... PEL_STENCIL_MAX_RADIUS */
} pel_access;

/* A part of a step. */
typedef struct pel_stage {
    pel_row_function *row;
    void *context;           /* handed to row */
    size_t nreads, nwrites;  /* nwrites at least 1 */
    const pel_access *reads; /* each field at most once */
    const size_t *writes;    /* fields; each at most once */
} pel_stage;

/* Start from PEL_SYSTEM_DESC_INIT. */
typedef struct pel_system_desc {
    size_t size;     /* sizeof(pel_system_desc), set by PEL_SYSTEM_DESC_INIT */
    int ndim;        /* 1, 2 or 3 */
    size_t shape[3]; /* cells along each axis, at least 1, slowest axis first */
    size_t nfields, nstages;
    const pel_field *fields;
    const pel_stage *stages;
} pel_system_desc;

#define PEL_SYSTEM_DESC_INIT                                                                                           \
    {                                                                                                                  \
        sizeof(pel_system_desc), 0, {0, 0, 0}, 0, 0, NULL, NULL                                                        \
    }

/* A checked system with its tiling. Immutable. */
typedef struct pel_system pel_system;

/* Makes a plan. The description may be freed afterwards, what contexts point to must last. opts: threads is kept for
 * the runs; NULL for the defaults. Errors: PEL_EINVAL (null pointer; a number out of its range; unknown dtype,
 * boundary, field or flag; a field listed twice; a periodic side whose opposite is not; a boundary_value that an
 * integer field cannot hold), PEL_ERANGE (the fields exceed the address space), PEL_ENOTSUP (opts name a variant),
 * PEL_ENOMEM; *system is then untouched. Thread-safe. */
PEL_API pel_status pel_system_plan(pel_system **system, const pel_system_desc *desc, const pel_opts *opts);

/* Advances the fields by the given number of steps, in place. fields[i]: the cells of field i, row-major without
 * padding, aligned to their type; those that no stage writes are only read. work: pel_system_work_bytes(system) bytes
 * of any alignment, or NULL: pel allocates. Errors: PEL_EINVAL (a null or misaligned pointer; fields or work that
 * overlap), PEL_ERANGE (steps times stages above SIZE_MAX / 2), PEL_ENOMEM; the fields are then untouched. Several
 * threads may run a system at the same time on fields of their own, as far as its row functions allow that. */
PEL_API pel_status pel_system_run(const pel_system *system, void *const *fields, void *work, size_t steps);

/* The same in portions, as pel_stencil_run_watched. */
PEL_API pel_status pel_system_run_watched(const pel_system *system, void *const *fields, void *work, size_t steps,
                                          pel_progress *progress, void *context, size_t *done);

/* Bytes of scratch that pel_system_run uses; 0 for NULL. */
PEL_API size_t pel_system_work_bytes(const pel_system *system);

/* Tells the choices as pel_plan_explain does. */
PEL_API pel_status pel_system_explain(const pel_system *system, char *text, size_t capacity, size_t *length);

/* Frees a system; NULL is ignored. */
PEL_API void pel_system_free(pel_system *system);

PEL_END_DECLS

#endif
