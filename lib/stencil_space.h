/* Space and time as the tilings see them: axes, how far a step reaches along them, what a cell has in the cache; not
 * what is computed there. The drivers of tap lists and of systems share it. */
#ifndef PEL_LIB_STENCIL_SPACE_H
#define PEL_LIB_STENCIL_SPACE_H

#include "kernels/stencil/sweep.h"
#include "lib/seats.h"
#include "lib/text.h"

/* How space and time are tiled; see lib/stencil_time.c. */
struct pel_stencil_tiling {
    const char *why_not;       /* there is none; else NULL */
    int axis;                  /* that is cut into diamonds */
    size_t columns;            /* diamonds side by side */
    size_t height;             /* most steps of half a diamond */
    size_t block[3], slope[3]; /* of the waves along the other axes; block 0: all of the axis at once */
    size_t bytes;              /* that a tile keeps in the cache */
};

struct pel_stencil_space {
    const struct pel_stencil_axis *axis; /* three */
    int ndim;                            /* of them; the slow ones beyond have one cell */
    size_t unit;                         /* cells: rows are cut at its multiples only */
    bool splits_rows;                    /* diamonds may cut them elsewhere */
    size_t bytes, fixed_bytes;           /* of a cell in all arrays; in those that no step writes */
    size_t swept_bytes;                  /* of memory that a plain step moves for a cell */
    int team;                            /* threads that tiles should suffice for */
    size_t cache, tile_cache;            /* bytes that may be kept in the second-level cache; that a tile may keep */
    size_t most_height;
    struct pel_stencil_tiling tiling;
};

/* Cells [low, high) of an axis, which may lie beyond the ends of a periodic one. */
struct pel_stencil_range {
    ptrdiff_t low, high;
};

/* Advances the cells [begin, end) by step `step`; the seat is one of the run's. */
typedef void pel_stencil_advance(void *context, char *seat, size_t step, const size_t begin[3], const size_t end[3]);

/* Steps 0 ... steps - 1 of all computed cells. A step of a cell runs when the earlier ones of all cells within reach
 * (of each step that lies between) are over. */
struct pel_stencil_march {
    const struct pel_stencil_space *space;
    size_t steps;
    int threads;
    struct pel_seats seats;
    pel_stencil_advance *advance;
    void *context;
};

/* Step after step, each cut into boxes. */
void pel_stencil_march_plain(const struct pel_stencil_march *march);

/* In tiles of several steps, where the space has a tiling; else plainly. */
void pel_stencil_march(const struct pel_stencil_march *march);

/* Chooses the tiling of a space in which all else is known. */
void pel_stencil_choose_tiling(struct pel_stencil_space *space);

/* Says what was chosen and what was passed over. */
void pel_stencil_explain_tiling(const struct pel_stencil_space *space, struct pel_text *text);

static inline size_t pel_stencil_smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static inline size_t pel_stencil_larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Computed cells of an axis. */
static inline size_t pel_stencil_computed(const struct pel_stencil_axis *axis)
{
    return axis->last - axis->first;
}

/* The start of piece i of `pieces` about equal ones that an axis is cut into. Little grids are not worth a division. */
static inline size_t pel_stencil_piece(const struct pel_stencil_axis *axis, size_t i, size_t pieces)
{
    size_t count = pel_stencil_computed(axis);
    if (pieces == 1)
        return axis->first + i * count;
    return axis->first + count / pieces * i + pel_stencil_smaller(i, count % pieces);
}

#endif
