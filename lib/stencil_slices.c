/* The cut of a step in place. What a box computes waits in the ring until its last reader has come by, and what is read
 * again should be in the cache by then. But cells near the sides of a box that other boxes read cost several times as
 * much as others, those of its ends most of all: so a box is cut narrower than the grid only where it would need more
 * than its share of the last cache, or where it is wide enough in the second. */
#include "lib/stencil_slices.h"

#include "lib/topology.h"

enum {
    SLICE_BYTES = 9216, /* at most: what the first-level cache still has when it goes home. Not a power of two, lest
                           processors take what is written there for what is read next */
    SLICE_SHARE = 8,    /* and an eighth of the cache */
    FAR_TIMES = 32,     /* the cache: what is used of the last level */
    LONG = 4,           /* slices: longer rows are cut into such pieces */
    LEAST_PIECE = 4,    /* reaches that a box is wide */
    LEAST_ROW = 256,    /* cells of a box along the row, where rows are cut */
    WAITING = 8,        /* times the cost of others: a cell that other boxes read */
    ROW_END = 64,       /* as many of them the end of a row that is cut is worth */
};

/* What a step takes longer, in its own time, where what is read again comes from the last level, and from memory. */
static const double FAR = 0.05, BEYOND = 2;

struct cut {
    const struct pel_stencil_space *space;
    const size_t *stride;
    size_t size;
    size_t near_cache, far_cache; /* bytes */
    struct pel_stencil_slices slices;
};

static size_t reach_of(const struct cut *cut, int a)
{
    return cut->space->axis[a].reach;
}

size_t pel_stencil_slices_lag(const struct pel_stencil_slices *slices, const struct pel_stencil_axis *axis,
                              const size_t count[3], const bool wraps[3])
{
    size_t lag = 0;
    for (int i = 0; i < 3; i++) {
        int a = slices->order[i];
        size_t behind = wraps[a] ? count[a] - 1 : pel_stencil_divide_up(axis[a].reach, slices->thick[a]);
        lag = lag * count[a] + pel_stencil_smaller(behind, count[a] - 1);
    }
    return lag + 1;
}

/* A part of a row where slices follow each other along it or rows are long; else a few rows, or planes if they are
 * small. */
static void choose_thickness(struct cut *cut)
{
    struct pel_stencil_slices *slices = &cut->slices;
    const struct pel_stencil_axis *axis = cut->space->axis;
    size_t cells = pel_stencil_smaller(SLICE_BYTES, cut->space->cache / SLICE_SHARE) / cut->size;
    size_t rows = cells / cut->stride[1], planes = cells / cut->stride[0], row = slices->cells[2];
    bool along = slices->order[0] == 2, whole = row >= pel_stencil_computed(&axis[2]);
    slices->thick[0] = slices->thick[1] = 1;
    slices->thick[2] = along ? pel_stencil_larger(cells, axis[2].reach) : row > 2 * LONG * cells ? LONG * cells : row;
    if (!along && whole)
        slices->thick[1] = rows > 0 ? pel_stencil_larger(rows, 2) : 1;
    if (slices->order[0] == 0 && whole && slices->thick[1] >= slices->cells[1])
        slices->thick[0] = pel_stencil_larger(planes, 1);
    for (int a = 0; a < 3; a++)
        slices->thick[a] = pel_stencil_smaller(slices->thick[a], slices->cells[a]);
}

/* The slices of boxes of known size. */
static void slice_boxes(struct cut *cut)
{
    struct pel_stencil_slices *slices = &cut->slices;
    const struct pel_stencil_axis *axis = cut->space->axis;
    size_t count[3];
    bool wraps[3];
    choose_thickness(cut);
    for (int a = 0; a < 3; a++) {
        count[a] = pel_stencil_divide_up(slices->cells[a], slices->thick[a]);
        wraps[a] = axis[a].periodic && a != slices->order[0] && slices->cells[a] == axis[a].n;
    }
    slices->room = (slices->thick[0] - 1) * cut->stride[0] + (slices->thick[1] - 1) * cut->stride[1] + slices->thick[2];
    slices->slots = pel_stencil_slices_lag(slices, axis, count, wraps) + 1;
}

/* Bytes that should be in the cache: the ring, and what will be read again. */
static size_t footprint(const struct cut *cut)
{
    const struct pel_stencil_slices *slices = &cut->slices;
    size_t again = cut->size;
    for (int a = 0; a < 3; a++)
        again *= 2 * reach_of(cut, a) + (a == slices->order[0] ? slices->thick[a] : slices->cells[a]);
    return again + slices->slots * slices->room * cut->size;
}

/* What a step costs, in a unit of its own. */
static double cost(const struct cut *cut)
{
    size_t bytes = footprint(cut);
    double share = 0;
    for (int a = 0; a < 3; a++) {
        if (a != cut->slices.order[0] && cut->slices.cells[a] < pel_stencil_computed(&cut->space->axis[a]))
            share += 2 * (double)(reach_of(cut, a) + (a == 2 ? ROW_END : 0)) / (double)cut->slices.cells[a];
    }
    double away = bytes <= cut->near_cache ? 0 : bytes <= cut->far_cache ? FAR : BEYOND;
    return 1 + (WAITING - 1) * share + away;
}

/* Keeps boxes of so many rows and so many cells along them, swept along an axis, if they are better. */
static void try_boxes(struct cut *best, int along, size_t rows, size_t row)
{
    struct cut next = *best;
    next.slices.order[0] = along;
    next.slices.order[1] = along == 0 ? 1 : 0;
    next.slices.order[2] = along == 2 ? 1 : 2;
    next.slices.cells[1] = rows;
    next.slices.cells[2] = row;
    slice_boxes(&next);
    if (best->slices.slots == 0 || cost(&next) < cost(best))
        *best = next;
}

/* Slow axes first, which leave rows longest. Only those that slices are not swept along need cutting. */
struct pel_stencil_slices pel_stencil_cut_slices(const struct pel_stencil_space *space, const size_t stride[2],
                                                 size_t size)
{
    size_t near = space->cache + space->cache / 2, cells[3];
    size_t far = pel_stencil_smaller(pel_topology_cache(3) / 2 / (size_t)space->team, FAR_TIMES * space->cache);
    struct cut best = {space, stride, size, near, pel_stencil_larger(near, far), {.slots = 0}};
    for (int a = 0; a < 3; a++)
        cells[a] = pel_stencil_larger(pel_stencil_computed(&space->axis[a]), 1);
    best.slices.cells[0] = cells[0];
    for (int along = 0; along < 3; along++) {
        size_t least[3] = {0, along == 0 ? LEAST_PIECE * space->axis[1].reach + 1 : cells[1],
                           along < 2 ? LEAST_ROW : cells[2]};
        for (size_t x = 1; (x == 1 || cells[2] / x >= least[2]) && space->axis[along].n > 1; x *= 2)
            for (size_t y = 1; y == 1 || cells[1] / y >= least[1]; y += y / 4 + 1)
                try_boxes(&best, along, pel_stencil_divide_up(cells[1], y), pel_stencil_divide_up(cells[2], x));
    }
    if (best.slices.slots == 0)
        try_boxes(&best, 2, cells[1], cells[2]);
    return best.slices;
}
