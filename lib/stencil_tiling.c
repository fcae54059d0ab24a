/* The choice of a tiling: diamonds as high as the cache admits. */
#include "lib/stencil_time.h"

#include <string.h>

#include "lib/memory.h"

enum {
    LEAST_HEIGHT = 2,
    MOST_HEIGHT = 1024,
    USUAL_KIB = 1024,
    TILES_PER_THREAD = 4, /* so that a thread that comes late finds less to do */
    LONG_ROW = 64,        /* cache lines of a block of a row */
};

static size_t param(const struct pel_plan *plan, const char *name, size_t otherwise)
{
    const struct pel_param *params = plan->pick.kernel->params;
    for (int i = 0; i < PEL_MAX_PARAMS && params[i].name; i++) {
        if (strcmp(params[i].name, name) == 0)
            return (size_t)plan->pick.params[i];
    }
    return otherwise;
}

/* What a tile of half diamonds this long and high keeps in the cache, in both grids. */
static size_t tile_bytes(const struct pel_plan *plan, const struct pel_stencil_tiling *tiling, size_t half,
                         size_t height)
{
    bool wave = false;
    size_t bytes = 2 * plan->size;
    for (int a = 0; a < 3; a++) {
        const struct pel_stencil_axis *axis = &plan->form.axis[a];
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
static bool waves_fit(const struct pel_plan *plan, const struct pel_stencil_tiling *tiling, size_t height)
{
    for (int a = 0; a < 3; a++) {
        const struct pel_stencil_axis *axis = &plan->form.axis[a];
        if (tiling->block[a] && axis->periodic && axis->n / 4 / tiling->slope[a] < height)
            return false;
    }
    return true;
}

/* The greatest height that fits, with diamonds enough for the team. */
static size_t fit_height(const struct pel_plan *plan, const struct pel_stencil_tiling *tiling)
{
    size_t reach = tiling->slope[tiling->axis], team = (size_t)plan->pick.team, height = 0;
    size_t columns = team > 1 ? 2 * team : 1, room = pel_stencil_computed(&plan->form.axis[tiling->axis]) / 2;
    size_t most = pel_stencil_smaller(room / columns / reach, param(plan, "height", MOST_HEIGHT));
    for (size_t step = (size_t)MOST_HEIGHT; step > 0; step /= 2) {
        size_t next = height + step;
        if (next <= most && waves_fit(plan, tiling, next) &&
            tile_bytes(plan, tiling, next * reach, next) <= plan->cache)
            height = next;
    }
    return height;
}

/* Diamonds wider than they need be, where the cache and the team allow: longer rows. */
static size_t fit_columns(const struct pel_plan *plan, const struct pel_stencil_tiling *tiling)
{
    size_t count = pel_stencil_computed(&plan->form.axis[tiling->axis]),
           enough = TILES_PER_THREAD * (size_t)plan->pick.team;
    size_t columns = count / (2 * tiling->height * tiling->slope[tiling->axis]);
    while (columns / 2 >= enough && tile_bytes(plan, tiling, count / columns, tiling->height) <= plan->cache)
        columns /= 2;
    return columns;
}

static size_t half_diamond(const struct pel_plan *plan, const struct pel_stencil_tiling *tiling)
{
    return pel_stencil_computed(&plan->form.axis[tiling->axis]) / 2 / tiling->columns;
}

/* Diamonds along one axis, waves along the others; with `rows`, rows are swept by waves, too. */
static struct pel_stencil_tiling candidate(const struct pel_plan *plan, int diamonds, bool rows)
{
    struct pel_stencil_tiling tiling = {.axis = diamonds};
    if (diamonds == 2 && plan->shape.ndim > 1)
        return tiling;
    size_t line = PEL_CACHE_LINE / plan->size;
    for (int a = 0; a < 3; a++) {
        const struct pel_stencil_axis *axis = &plan->form.axis[a];
        tiling.slope[a] = pel_stencil_larger(axis->reach, 1);
        if (a != diamonds && a < 2 && axis->n > 1)
            tiling.block[a] = 2 * tiling.slope[a];
    }
    if (rows && diamonds != 2) {
        tiling.slope[2] = line;
        tiling.block[2] = LONG_ROW * line;
    }
    tiling.height = fit_height(plan, &tiling);
    if (tiling.height < LEAST_HEIGHT)
        return tiling;
    tiling.columns = fit_columns(plan, &tiling);
    tiling.bytes = tile_bytes(plan, &tiling, half_diamond(plan, &tiling), tiling.height);
    return tiling;
}

/* In order of preference: waves along rows shorten them, so diamonds must become twice as high for it. */
static const struct {
    int axis;
    bool rows;
} candidates[] = {{1, false}, {1, true}, {0, false}, {0, true}, {2, false}};

enum { CANDIDATES = sizeof candidates / sizeof candidates[0] };

void pel_stencil_choose_tiling(struct pel_plan *plan)
{
    struct pel_stencil_tiling *best = &plan->tiling;
    plan->cache = param(plan, "kib", USUAL_KIB) << 10;
    *best = (struct pel_stencil_tiling){.why_not = "both grids fit the cache"};
    if (2 * plan->cells * plan->size <= plan->cache * (size_t)plan->pick.team)
        return;
    best->why_not = "no diamond of several steps fits the cache and the team";
    for (size_t i = 0; i < CANDIDATES; i++) {
        struct pel_stencil_tiling next = candidate(plan, candidates[i].axis, candidates[i].rows);
        if (next.height >= LEAST_HEIGHT && (best->why_not || next.height > 2 * best->height))
            *best = next;
    }
}

static void explain(const struct pel_plan *plan, const struct pel_stencil_tiling *tiling, struct pel_text *text)
{
    int missing = 3 - plan->shape.ndim;
    pel_text_add(text, "diamonds along axis %d", tiling->axis - missing);
    for (int a = missing; a < 3; a++) {
        if (tiling->block[a])
            pel_text_add(text, ", waves of %zu cells along axis %d", tiling->block[a], a - missing);
    }
    pel_text_add(text, ": up to %zu steps to the half", tiling->height);
}

/* A tile reads and writes its cells in both grids, and some around it. */
static double traffic(const struct pel_plan *plan, const struct pel_stencil_tiling *tiling)
{
    double half = (double)half_diamond(plan, tiling), reach = (double)tiling->slope[tiling->axis];
    return 4 * (double)plan->size * (1 + reach / half) / (double)tiling->height;
}

void pel_stencil_explain_tiling(const struct pel_plan *plan, struct pel_text *text)
{
    const struct pel_stencil_tiling *tiling = &plan->tiling;
    if (tiling->why_not) {
        pel_text_add(text, "several steps: sweep by sweep, about %zu bytes a point and step; not tiled in time: %s\n",
                     3 * plan->size, tiling->why_not);
        return;
    }
    pel_text_add(text, "several steps: ");
    explain(plan, tiling, text);
    pel_text_add(text, ", %zu side by side, %zu KiB of cache each; about %.1f bytes a point and step (untiled %zu)\n",
                 tiling->columns, tiling->bytes >> 10, traffic(plan, tiling), 3 * plan->size);
    for (size_t i = 0; i < CANDIDATES; i++) {
        struct pel_stencil_tiling other = candidate(plan, candidates[i].axis, candidates[i].rows);
        bool chosen = other.axis == tiling->axis && other.block[2] == tiling->block[2];
        if (!chosen && other.height > 0) {
            pel_text_add(text, "  passed over: ");
            explain(plan, &other, text);
            pel_text_add(text, "\n");
        }
    }
}
