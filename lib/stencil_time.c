/* One axis is cut into diamonds of space and time, whose sides are as flat as the taps reach; along the others a
 * diamond is swept by waves, each step a little behind the one before.
 *
 * Walls at about equal distances cut the axis into half diamonds. Time is cut into bands of at most `height` steps. In
 * an even band the cells between two even walls become fewer by the reach at either side with each step, and around
 * each odd wall the others become more; in an odd band the walls change places. A tile grows through one band and
 * shrinks through the next. It needs the tiles of the row below only, so that those of one row are independent. The
 * ends of an axis that is not periodic are walls that stand upright.
 *
 * A wave advances blocks of cells; with each step its blocks lie `slope` cells lower. On a periodic axis waves first
 * leave out the cells that depend on the far end, more with each step, and then those are swept, across the end.
 *
 * Two grids are enough: the last readers of what a step overwrites are the cells within reach in the step before, and
 * those are the ones that the step needs. */
#include "lib/stencil_space.h"

#include "lib/team.h"

/* A tile as it is swept. */
struct tile {
    const struct pel_stencil_march *march;
    size_t row, column, height;
    size_t start, stop; /* its steps */
    size_t blocks[3], block[3];
    struct pel_stencil_range range[3];
    size_t begin[3], end[3]; /* of the box at hand */
    char *seat;
};

static ptrdiff_t lower(ptrdiff_t a, ptrdiff_t b)
{
    return a < b ? a : b;
}

static ptrdiff_t higher(ptrdiff_t a, ptrdiff_t b)
{
    return a > b ? a : b;
}

static const struct pel_stencil_axis *diamond_axis(const struct pel_stencil_space *space)
{
    return &space->axis[space->tiling.axis];
}

/* Where wall i stands; those of a periodic axis go round and round. */
static ptrdiff_t wall_at(const struct pel_stencil_space *space, size_t i)
{
    const struct pel_stencil_axis *axis = diamond_axis(space);
    size_t walls = 2 * space->tiling.columns;
    return (ptrdiff_t)(pel_stencil_piece(axis, i % walls, walls) + i / walls * pel_stencil_computed(axis));
}

static bool stands_upright(const struct pel_stencil_space *space, size_t wall)
{
    return !diamond_axis(space)->periodic && (wall == 0 || wall >= 2 * space->tiling.columns);
}

/* What has grown around a wall. */
static struct pel_stencil_range grown(const struct pel_stencil_space *space, size_t wall, ptrdiff_t by)
{
    ptrdiff_t at = wall_at(space, wall);
    if (stands_upright(space, wall))
        by = 0;
    return (struct pel_stencil_range){at - by, at + by};
}

/* What is left between two walls. */
static struct pel_stencil_range shrunk(const struct pel_stencil_space *space, size_t left, size_t right, ptrdiff_t by)
{
    struct pel_stencil_range range = {wall_at(space, left), wall_at(space, right)};
    if (!stands_upright(space, left))
        range.low += by;
    if (!stands_upright(space, right))
        range.high -= by;
    return range;
}

static struct pel_stencil_range diamond_at(const struct tile *tile, size_t step)
{
    const struct pel_stencil_space *space = tile->march->space;
    size_t turn = diamond_axis(space)->periodic ? 2 : 0, walls = 2 * space->tiling.columns;
    size_t middle = 2 * tile->column + (tile->row % 2 ? turn : 1);
    ptrdiff_t by = (ptrdiff_t)(step % tile->height * space->tiling.slope[space->tiling.axis]);
    if (step / tile->height < tile->row)
        return grown(space, middle, by);
    size_t right = turn ? middle + 1 : pel_stencil_smaller(middle + 1, walls);
    return shrunk(space, middle > 0 ? middle - 1 : 0, right, by);
}

static size_t blocks_in(size_t cells, size_t block)
{
    return cells / block + (cells % block != 0);
}

/* Where the blocks of a wave begin: a multiple of the slope, so that they start on a cache line where that matters. */
static size_t wave_base(const struct pel_stencil_space *space, int a)
{
    size_t first = space->axis[a].first;
    return first - first % space->tiling.slope[a];
}

/* Blocks of a wave that is late by `lag` cells in the tile's last step; those of a periodic axis come first from its
 * start, then from its end. */
static size_t count_blocks(const struct pel_stencil_space *space, int a, size_t lag)
{
    const struct pel_stencil_axis *axis = &space->axis[a];
    size_t block = space->tiling.block[a];
    if (block == 0)
        return 1;
    return axis->periodic ? blocks_in(axis->n, block) + blocks_in(2 * lag, block)
                          : blocks_in(axis->last - wave_base(space, a) + lag, block);
}

static struct pel_stencil_range wave_at(const struct tile *tile, int a, size_t step)
{
    const struct pel_stencil_axis *axis = &tile->march->space->axis[a];
    const struct pel_stencil_tiling *tiling = &tile->march->space->tiling;
    ptrdiff_t block = (ptrdiff_t)tiling->block[a], lag = (ptrdiff_t)((step - tile->start) * tiling->slope[a]);
    ptrdiff_t first = (ptrdiff_t)axis->first, last = (ptrdiff_t)axis->last, i = (ptrdiff_t)tile->block[a];
    ptrdiff_t base = (ptrdiff_t)wave_base(tile->march->space, a);
    if (block == 0)
        return (struct pel_stencil_range){first, last};
    if (axis->periodic) {
        ptrdiff_t through = (ptrdiff_t)blocks_in(axis->n, tiling->block[a]);
        base = i < through ? 0 : last - through * block;
        first = i < through ? lag : last - lag;
        last = i < through ? last - lag : last + lag;
    }
    base += i * block - lag;
    return (struct pel_stencil_range){higher(base, first), lower(base + block, last)};
}

/* Sweeps the ranges from axis a on. What lies beyond the end of a periodic axis comes round. */
static void sweep_ranges(struct tile *tile, size_t step, int a)
{
    const struct pel_stencil_space *space = tile->march->space;
    if (a == 3) {
        tile->march->advance(tile->march->context, tile->seat, step, tile->begin, tile->end);
        return;
    }
    ptrdiff_t n = (ptrdiff_t)space->axis[a].n;
    for (ptrdiff_t turn = 0; turn < tile->range[a].high; turn += n) {
        ptrdiff_t low = higher(tile->range[a].low - turn, 0), high = lower(tile->range[a].high - turn, n);
        tile->begin[a] = (size_t)low;
        tile->end[a] = (size_t)high;
        if (low < high)
            sweep_ranges(tile, step, a + 1);
    }
}

static void sweep_step(struct tile *tile, size_t step)
{
    int diamonds = tile->march->space->tiling.axis;
    for (int a = 0; a < 3; a++) {
        tile->range[a] = a == diamonds ? diamond_at(tile, step) : wave_at(tile, a, step);
        if (tile->range[a].low >= tile->range[a].high)
            return;
    }
    sweep_ranges(tile, step, 0);
}

/* Block by block, the slowest axis in the inner loop, each through all steps. */
static void sweep_tile(struct tile *tile)
{
    for (tile->block[2] = 0; tile->block[2] < tile->blocks[2]; tile->block[2]++)
        for (tile->block[1] = 0; tile->block[1] < tile->blocks[1]; tile->block[1]++)
            for (tile->block[0] = 0; tile->block[0] < tile->blocks[0]; tile->block[0]++)
                for (size_t step = tile->start; step < tile->stop; step++)
                    sweep_step(tile, step);
}

static size_t height_of(const struct pel_stencil_march *march)
{
    size_t bands = blocks_in(march->steps, march->space->tiling.height);
    return blocks_in(march->steps, bands);
}

static void run_tile(void *context, size_t row, size_t column)
{
    const struct pel_stencil_march *march = context;
    const struct pel_stencil_tiling *tiling = &march->space->tiling;
    struct tile tile = {.march = march, .row = row, .column = column, .height = height_of(march)};
    tile.start = (row > 0 ? row - 1 : 0) * tile.height;
    tile.stop = pel_stencil_smaller((row + 1) * tile.height, march->steps);
    for (int a = 0; a < 3; a++)
        tile.blocks[a] =
            a == tiling->axis ? 1 : count_blocks(march->space, a, (tile.stop - tile.start - 1) * tiling->slope[a]);
    tile.seat = pel_seats_take(&march->seats);
    sweep_tile(&tile);
    pel_seats_leave(&march->seats, tile.seat);
}

void pel_stencil_march(const struct pel_stencil_march *march)
{
    const struct pel_stencil_space *space = march->space;
    if (space->tiling.why_not) {
        pel_stencil_march_plain(march);
        return;
    }
    size_t bands = blocks_in(march->steps, height_of(march));
    size_t columns = space->tiling.columns + !diamond_axis(space)->periodic;
    struct pel_stencil_march copy = *march;
    pel_team_phases(march->threads, bands + 1, columns, run_tile, &copy);
}
