/* What a stencil leaf takes: a linear tap list over a grid of three axes (slowest first; those that a problem lacks
 * have one cell), and a box of it to advance by one step. */
#ifndef PEL_KERNELS_STENCIL_SWEEP_H
#define PEL_KERNELS_STENCIL_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <pel/stencil.h>

enum {
    PEL_STENCIL_OUTSIDE = -1,       /* in place of an index: the boundary value */
    PEL_STENCIL_OUTSIDE_ROW = 4096, /* cells of pel_stencil_form.outside */
    PEL_STENCIL_POINTERS = 5,
    PEL_SWEEP_NOTE = 64,
};

struct pel_stencil_axis {
    size_t n;
    size_t first, last;       /* cells [first, last) are computed, the others keep their values */
    size_t inner, inner_last; /* those of them from which every tap stays on the axis; empty: both are last */
    size_t reach;             /* of the taps, to the side where it is longer */
    bool periodic;
    ptrdiff_t low[PEL_STENCIL_MAX_RADIUS], high[PEL_STENCIL_MAX_RADIUS]; /* where index -1 - i and n + i read */
};

/* What makes of the sum of the taps the next value of a cell, besides the taps; see pel_stencil_desc. Arrays lie in
 * memory as the grid does; those that are missing are NULL. */
struct pel_stencil_terms {
    const void *const *coef;     /* [tap]: array, or NULL for a constant; NULL: all are constant */
    const void *const *constant; /* [tap]: PEL_STENCIL_OUTSIDE_ROW cells of the constant, or a row; with coef only */
    const void *scale, *source;
    const unsigned char *mask;
    double now,
        before;      /* factors, exact in the grid's dtype, of the cell's value now and one step before; 0: without */
    bool two_levels; /* the grid that is written holds the values one step before */
};

/* Whether the taps are a cell and its nearest neighbours in so many dimensions, along the axes (a star) or all of them
 * (a box), in the order of their offsets. */
enum pel_stencil_near {
    PEL_STENCIL_FAR,
    PEL_STENCIL_STAR1,
    PEL_STENCIL_STAR2,
    PEL_STENCIL_STAR3,
    PEL_STENCIL_BOX2,
    PEL_STENCIL_BOX3,
};

/* The taps on the grid. */
struct pel_stencil_form {
    struct pel_stencil_axis axis[3];
    size_t stride[2];                      /* cells from plane to plane and from row to row */
    const struct pel_stencil_terms *terms; /* NULL: the taps are all */
    size_t planes;                         /* that the computation of one touches, itself included */
    enum pel_stencil_near near;
    size_t ntaps;
    const int32_t (*offset)[3];
    const void *coef;       /* in the grid's dtype */
    const ptrdiff_t *shift; /* cells from a row to the row that the tap reads, where the slow axes are inner */
    const ptrdiff_t *edge; /* [pel_stencil_edge()][tap]: the index read along a row from its cells that are not inner */
    const void *outside;   /* cells that hold the boundary value */
};

/* What a kernel found out about a box, for later sweeps of it between the same grids. The notes follow in memory, each
 * of at most PEL_SWEEP_NOTE bytes and two pointers a tap. */
struct pel_sweep_notes {
    size_t room, used; /* bytes */
    bool complete;     /* there was room for all */
};

/* Advances the cells [begin, end) from one grid to another, or to a part of one. */
struct pel_sweep {
    const struct pel_stencil_form *form;
    const void *from;
    void *to;
    size_t origin;     /* the cell of the grid that `to` starts with */
    const void *carry; /* NULL; else each cell that is computed also goes from here to there, from the place that it */
    void *there;       /* has in `to`, so that the copy hides behind the computation; maybe more than once */
    const void **pointers;         /* room for PEL_STENCIL_POINTERS a tap; what they hold does not count */
    struct pel_sweep_notes *notes; /* NULL: the box is swept once; else complete and at first empty */
    size_t begin[3], end[3];
    bool first; /* of several: cells of these rows that keep their values are copied */
    bool last;  /* of the run: a result that is NaN becomes the canonical quiet NaN */
};

/* Advances the cells [begin, end) of a line by several steps at once, from one grid to another. The taps are
 * PEL_STENCIL_STAR1, and all there is to a step; the line has at least 64 cells and as many as steps. */
struct pel_line {
    const struct pel_stencil_form *form;
    const void *from;
    void *to;
    void *room; /* on a cache line: PEL_LINE_ROOM bytes, and the cells that are advanced and `steps` at both ends */
    size_t begin, end, steps;
    bool last; /* as of a sweep */
};

enum { PEL_LINE_ROOM = 1024 };

/* Where the index reads along an axis, or PEL_STENCIL_OUTSIDE. */
static inline ptrdiff_t pel_stencil_index(const struct pel_stencil_axis *axis, ptrdiff_t i)
{
    if (i < 0)
        return axis->low[-1 - i];
    if ((size_t)i >= axis->n)
        return axis->high[(size_t)i - axis->n];
    return i;
}

/* The place in the edge table of a computed cell that is not inner. */
static inline size_t pel_stencil_edge(const struct pel_stencil_axis *axis, size_t i)
{
    return i < axis->inner ? i - axis->first : i - axis->inner_last + (axis->inner - axis->first);
}

/* The first cell of row (z, y), as an index into the grid. */
static inline size_t pel_stencil_row_start(const struct pel_stencil_form *form, size_t z, size_t y)
{
    return z * form->stride[0] + y * form->stride[1];
}

/* The first cell of the row that tap k reads from row (z, y), as an index into the grid, or PEL_STENCIL_OUTSIDE. */
static inline ptrdiff_t pel_stencil_row(const struct pel_stencil_form *form, size_t z, size_t y, size_t k)
{
    const struct pel_stencil_axis *axis = form->axis;
    ptrdiff_t at_z = pel_stencil_index(&axis[0], (ptrdiff_t)z + form->offset[k][0]);
    ptrdiff_t at_y = pel_stencil_index(&axis[1], (ptrdiff_t)y + form->offset[k][1]);
    if (at_z < 0 || at_y < 0)
        return PEL_STENCIL_OUTSIDE;
    return (ptrdiff_t)pel_stencil_row_start(form, (size_t)at_z, (size_t)at_y);
}

/* Copies what keeps its value before and after the box on the row that starts at this cell: a few cells, so that it is
 * not worth a call. */
#define PEL_STENCIL_KEEP(T, suffix)                                                                                    \
    static inline void pel_stencil_keep_##suffix(const struct pel_sweep *sweep, size_t row)                            \
    {                                                                                                                  \
        const struct pel_stencil_axis *axis = &sweep->form->axis[2];                                                   \
        const T *from = (const T *)sweep->from + row;                                                                  \
        T *to = (T *)sweep->to + (row - sweep->origin);                                                                \
        if (sweep->begin[2] == axis->first)                                                                            \
            for (size_t i = 0; i < axis->first; i++)                                                                   \
                to[i] = from[i];                                                                                       \
        if (sweep->end[2] == axis->last)                                                                               \
            for (size_t i = axis->last; i < axis->n; i++)                                                              \
                to[i] = from[i];                                                                                       \
    }
PEL_STENCIL_KEEP(float, f32)
PEL_STENCIL_KEEP(double, f64)
#undef PEL_STENCIL_KEEP

/* Carries the cells that are computed at these places. */
static inline void pel_stencil_carry(const struct pel_sweep *sweep, size_t place, size_t count, size_t size)
{
    if (sweep->carry)
        memcpy((char *)sweep->there + place * size, (const char *)sweep->carry + place * size, count * size);
}

/* The multiply-add of single cells, rounded once. */
static inline float pel_stencil_fma_f32(float a, float b, float c)
{
    return __builtin_fmaf(a, b, c);
}

static inline double pel_stencil_fma_f64(double a, double b, double c)
{
    return __builtin_fma(a, b, c);
}

#endif
