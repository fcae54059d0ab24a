/* The choice of a tiling: diamonds as high as the cache admits. */
#include "lib/stencil_space.h"

#include "lib/topology.h"

enum {
    LEAST_HEIGHT = 2,
    MOST_HEIGHT = 1024,
    TILES_PER_THREAD = 4,  /* so that a thread that comes late finds less to do */
    SECOND_LEVEL = 2,      /* times the share of the second-level cache that a tile may fill there: about all of it */
    LAST_LEVEL = 8,        /* times that share that it may fill of the last */
    LARGE_CACHE = 2 << 20, /* bytes of a second-level cache that tiles stay in */
    ENOUGH = 4,            /* steps, if they are as high as this */
    LONG_ROW = 64,         /* units of a block of a row */
};

static size_t cells_of(const struct pel_stencil_space *space)
{
    return space->axis[0].n * space->axis[1].n * space->axis[2].n;
}

/* What a tile of half diamonds this long and high keeps in the cache, in all arrays. */
static size_t tile_bytes(const struct pel_stencil_space *space, const struct pel_stencil_tiling *tiling, size_t half,
                         size_t height)
{
    bool wave = false;
    size_t bytes = space->bytes;
    for (int a = 0; a < 3; a++) {
        const struct pel_stencil_axis *axis = &space->axis[a];
        size_t cells = axis->n;
        if (tiling->block[a])
            cells = pel_stencil_smaller(cells, tiling->block[a] + 2 * height * tiling->slope[a]);
        wave = wave || cells < axis->n;
        if (a != tiling->axis && __builtin_mul_overflow(bytes, cells, &bytes))
            return SIZE_MAX;
    }
    /* While a wave is under way the tile is half as wide on average. */
    size_t width = (wave ? half : 2 * half) + 2 * tiling->slope[tiling->axis];
    return __builtin_mul_overflow(bytes, width, &bytes) ? SIZE_MAX : bytes;
}

/* Whether waves have room for the two parts that a periodic axis is swept in. */
static bool waves_fit(const struct pel_stencil_space *space, const struct pel_stencil_tiling *tiling, size_t height)
{
    for (int a = 0; a < 3; a++) {
        const struct pel_stencil_axis *axis = &space->axis[a];
        if (tiling->block[a] && axis->periodic && axis->n / 4 / tiling->slope[a] < height)
            return false;
    }
    return true;
}

/* The greatest height that fits, with diamonds enough for the team. */
static size_t fit_height(const struct pel_stencil_space *space, const struct pel_stencil_tiling *tiling)
{
    size_t reach = tiling->slope[tiling->axis], team = (size_t)space->team, height = 0;
    size_t columns = team > 1 ? 2 * team : 1, room = pel_stencil_computed(&space->axis[tiling->axis]) / 2;
    size_t most = pel_stencil_smaller(room / columns / reach, space->most_height);
    for (size_t step = MOST_HEIGHT; step > 0; step /= 2) {
        size_t next = height + step;
        if (next <= most && waves_fit(space, tiling, next) &&
            tile_bytes(space, tiling, next * reach, next) <= space->tile_cache)
            height = next;
    }
    return height;
}

/* Diamonds wider than they need be, where the cache and the team allow: longer rows. */
static size_t fit_columns(const struct pel_stencil_space *space, const struct pel_stencil_tiling *tiling)
{
    size_t count = pel_stencil_computed(&space->axis[tiling->axis]), enough = TILES_PER_THREAD * (size_t)space->team;
    size_t columns = count / (2 * tiling->height * tiling->slope[tiling->axis]);
    while (columns / 2 >= enough && tile_bytes(space, tiling, count / columns, tiling->height) <= space->tile_cache)
        columns /= 2;
    return columns;
}

static size_t half_diamond(const struct pel_stencil_space *space, const struct pel_stencil_tiling *tiling)
{
    return pel_stencil_computed(&space->axis[tiling->axis]) / 2 / tiling->columns;
}

/* Diamonds along one axis, waves along the others; with `rows`, rows are swept by waves, too. */
static struct pel_stencil_tiling candidate(const struct pel_stencil_space *space, int diamonds, bool rows)
{
    struct pel_stencil_tiling tiling = {.axis = diamonds};
    if (diamonds == 2 && (space->ndim > 1 || !space->splits_rows))
        return tiling;
    if (rows && space->axis[2].periodic && !space->splits_rows)
        return tiling;
    for (int a = 0; a < 3; a++) {
        const struct pel_stencil_axis *axis = &space->axis[a];
        tiling.slope[a] = pel_stencil_larger(axis->reach, 1);
        if (a != diamonds && a < 2 && axis->n > 1)
            tiling.block[a] = 2 * tiling.slope[a];
    }
    if (rows && diamonds != 2) {
        tiling.slope[2] = space->unit;
        tiling.block[2] = space->splits_rows ? LONG_ROW * space->unit : space->unit;
    }
    tiling.height = fit_height(space, &tiling);
    if (tiling.height < LEAST_HEIGHT)
        return tiling;
    tiling.columns = fit_columns(space, &tiling);
    tiling.bytes = tile_bytes(space, &tiling, half_diamond(space, &tiling), tiling.height);
    return tiling;
}

/* In order of preference: waves along rows shorten them, so diamonds must become twice as high for it. */
static const struct {
    int axis;
    bool rows;
} candidates[] = {{1, false}, {1, true}, {0, false}, {0, true}, {2, false}};

enum { CANDIDATES = sizeof candidates / sizeof candidates[0] };

static void choose_for_cache(struct pel_stencil_space *space)
{
    struct pel_stencil_tiling *best = &space->tiling;
    for (size_t i = 0; i < CANDIDATES; i++) {
        struct pel_stencil_tiling next = candidate(space, candidates[i].axis, candidates[i].rows);
        if (next.height >= LEAST_HEIGHT && (best->why_not || next.height > 2 * best->height))
            *best = next;
    }
}

/* In three dimensions a step of a wave is a few planes, which the next step finds in the second-level cache; only when
 * the wave has come through all steps is the whole tile read again, and the last level is fast enough for that: there
 * tiles may be larger, and elsewhere where the reach is long or cells are many bytes wide, so that none of several
 * steps fits the second-level cache. But processors with a large second level share their last one with many, and far
 * away: there tiles leave the second level only if they would be low in it. */
void pel_stencil_choose_tiling(struct pel_stencil_space *space)
{
    size_t share = pel_topology_cache(3) / 2 / (size_t)space->team;
    size_t large = pel_stencil_larger(pel_stencil_smaller(share, LAST_LEVEL * space->cache), space->cache);
    bool stays = pel_topology_cache(2) >= LARGE_CACHE;
    space->tiling = (struct pel_stencil_tiling){.why_not = "all arrays fit the cache"};
    if (cells_of(space) <= space->cache * (size_t)space->team / space->bytes)
        return;
    const struct pel_stencil_tiling none = {.why_not = "no diamond of several steps fits the cache and the team"};
    space->tiling = none;
    space->tile_cache = space->ndim < 3 ? space->cache : stays ? SECOND_LEVEL * space->cache : large;
    choose_for_cache(space);
    bool low = space->ndim == 3 && space->tiling.height < ENOUGH;
    if ((space->tiling.why_not || low) && large > space->tile_cache) {
        space->tile_cache = large;
        space->tiling = none;
        choose_for_cache(space);
    }
}

static void explain(const struct pel_stencil_space *space, const struct pel_stencil_tiling *tiling,
                    struct pel_text *text)
{
    int missing = 3 - space->ndim;
    pel_text_add(text, "diamonds along axis %d", tiling->axis - missing);
    for (int a = missing; a < 3; a++) {
        if (tiling->block[a])
            pel_text_add(text, ", waves of %zu cells along axis %d", tiling->block[a], a - missing);
    }
    pel_text_add(text, ": up to %zu steps to the half", tiling->height);
}

/* A tile reads its cells in all arrays, and some around it, and writes those that change. */
static double traffic(const struct pel_stencil_space *space, const struct pel_stencil_tiling *tiling)
{
    double half = (double)half_diamond(space, tiling), reach = (double)tiling->slope[tiling->axis];
    return (double)(2 * space->bytes - space->fixed_bytes) * (1 + reach / half) / (double)tiling->height;
}

void pel_stencil_explain_tiling(const struct pel_stencil_space *space, struct pel_text *text)
{
    const struct pel_stencil_tiling *tiling = &space->tiling;
    if (tiling->why_not) {
        pel_text_add(text, "several steps: sweep by sweep, about %zu bytes a point and step; not tiled in time: %s\n",
                     space->swept_bytes, tiling->why_not);
        return;
    }
    pel_text_add(text, "several steps: ");
    explain(space, tiling, text);
    pel_text_add(text, ", %zu side by side, %zu KiB of cache each; about %.1f bytes a point and step (untiled %zu)\n",
                 tiling->columns, tiling->bytes >> 10, traffic(space, tiling), space->swept_bytes);
    for (size_t i = 0; i < CANDIDATES; i++) {
        struct pel_stencil_tiling other = candidate(space, candidates[i].axis, candidates[i].rows);
        bool chosen = other.axis == tiling->axis && other.block[2] == tiling->block[2];
        if (!chosen && other.height > 0) {
            pel_text_add(text, "  passed over: ");
            explain(space, &other, text);
            pel_text_add(text, "\n");
        }
    }
}
