/* Sorts along an axis of an array: check, pick, and then have a team sort tiles of neighbouring series. */
#include <pel/sort.h>

#include <stdatomic.h>

#include "kernels/sort/series.h"
#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/memory.h"
#include "lib/sort_segments.h"
#include "lib/team.h"
#include "lib/trace.h"

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* An array as `outer` times `length` rows of `inner` keys; columns are what is sorted. */
struct axis {
    pel_dtype dtype;
    char *keys;
    size_t size, outer, length, inner;
    bool descending;
    int team;
    size_t width; /* series of a tile */
    size_t tiles; /* of one of the outer */
    pel_series_fn *leaf;
    int32_t params[PEL_MAX_PARAMS];
    char *scratch;
    size_t scratch_bytes; /* of a thread */
    atomic_size_t next;   /* tile */
};

static pel_status measure_axis(struct axis *axis, int ndim, const size_t *shape, int which)
{
    size_t keys = 1, bytes;
    if (ndim < 1 || !shape || which < 0 || which >= ndim)
        return PEL_EINVAL;
    axis->outer = axis->inner = 1;
    axis->length = shape[which];
    for (int i = 0; i < ndim; i++) {
        if (shape[i] == 0) {
            axis->length = axis->outer = axis->inner = 0;
            return PEL_OK;
        }
    }
    for (int i = 0; i < ndim; i++) {
        if (__builtin_mul_overflow(keys, shape[i], &keys))
            return PEL_ERANGE;
        if (i != which)
            *(i < which ? &axis->outer : &axis->inner) *= shape[i];
    }
    return __builtin_mul_overflow(keys, axis->size, &bytes) || bytes > PTRDIFF_MAX ? PEL_ERANGE : PEL_OK;
}

/* Cache lines of each row of a tile that takes so many KiB. */
static size_t lines_in(const struct axis *axis, size_t kib)
{
    size_t line = PEL_SERIES_LINE / axis->size;
    return (kib << 10) / pel_series_scratch(axis->length, line, axis->size) / axis->size;
}

/* Tiles as wide as fill tile_kib, of whole cache lines, but so many that all of the team has some. Rows are on
 * different pages, and the first line of each costs much more than those next to it: tiles of long series take more
 * memory, unless that is too much for any cache. */
static void plan_tiles(struct axis *axis)
{
    enum { WIDE = 4 /* lines */, MORE = 8 /* times */ };
    size_t line = PEL_SERIES_LINE / axis->size, tile_kib = (size_t)axis->params[0];
    size_t fit = lines_in(axis, tile_kib);
    if (fit < WIDE)
        fit = smaller(WIDE, lines_in(axis, MORE * tile_kib));
    size_t share = (axis->inner - 1) / larger(1, (size_t)axis->team / axis->outer) + 1;
    axis->width = larger(1, fit) * line;
    if (axis->width > share)
        axis->width = larger(share / line * line, 1);
    axis->tiles = (axis->inner - 1) / axis->width + 1;
    axis->scratch_bytes = pel_series_scratch(axis->length, axis->width, axis->size) * axis->size;
    if (axis->tiles * axis->outer < (size_t)axis->team)
        axis->team = (int)(axis->tiles * axis->outer);
}

/* A thread takes tiles as long as there are any. */
static void sort_tiles(void *context, size_t thread)
{
    struct axis *axis = context;
    struct pel_series series = {.length = axis->length, .stride = axis->inner, .descending = axis->descending};
    for (size_t tile;
         (tile = atomic_fetch_add_explicit(&axis->next, 1, memory_order_relaxed)) < axis->tiles * axis->outer;) {
        size_t first = tile % axis->tiles * axis->width, left = axis->inner - first;
        size_t start = tile / axis->tiles * axis->length * axis->inner + first;
        series.data = axis->keys + start * axis->size;
        series.count = left < axis->width ? left : axis->width;
        axis->leaf(&series, axis->scratch + thread * axis->scratch_bytes, axis->params);
    }
}

/* Picks and plans; the team as the scratch is needed for. */
static pel_status plan_axis(struct axis *axis, const pel_opts *opts, struct pel_pick *pick)
{
    struct pel_request request = {.op = PEL_OP_SORT_AXIS,
                                  .dtype = axis->dtype,
                                  .flags = pel_flags(opts),
                                  .threads = pel_team_threads(opts),
                                  .n = axis->outer * axis->length * axis->inner};
    pel_status status = pel_dispatch(&request, opts, pick);
    if (status != PEL_OK)
        return status;
    axis->descending = request.flags & PEL_DESCENDING;
    axis->team = pick->team;
    axis->leaf = pick->kernel->run.series;
    for (int i = 0; i < PEL_MAX_PARAMS; i++)
        axis->params[i] = pick->params[i];
    if (request.n == 0 || axis->inner == 1)
        return PEL_OK;
    if (axis->length > PTRDIFF_MAX / PEL_SERIES_LINE / 2 / (size_t)axis->team)
        return PEL_ENOMEM; /* there cannot be so much */
    plan_tiles(axis);
    return PEL_OK;
}

static pel_status sort_tiled(struct axis *axis, const struct pel_pick *pick, const pel_opts *opts)
{
    struct pel_span span;
    struct pel_scratch scratch;
    if (!pel_scratch_take(&scratch, (size_t)axis->team * axis->scratch_bytes, opts))
        return PEL_ENOMEM;
    axis->scratch = scratch.data;
    pel_trace_begin(&span, pick, axis->outer * axis->length * axis->inner);
    pel_team_for(axis->team, (size_t)axis->team, sort_tiles, axis);
    pel_trace_end(&span);
    pel_scratch_drop(&scratch);
    return PEL_OK;
}

static pel_status sort_axis(pel_dtype dtype, void *keys, int ndim, const size_t *shape, int which, pel_sort_fn *sort,
                            const pel_opts *opts)
{
    struct axis axis = {.dtype = dtype, .keys = keys, .size = pel_dtype_size(dtype)};
    struct pel_pick pick;
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = measure_axis(&axis, ndim, shape, which);
    if (status == PEL_OK)
        status = pel_check_array(keys, axis.outer * axis.length * axis.inner, axis.size);
    if (status == PEL_OK)
        status = plan_axis(&axis, opts, &pick);
    if (status != PEL_OK || axis.length < 2)
        return status;
    if (axis.inner > 1)
        return sort_tiled(&axis, &pick, opts);
    pel_opts rest = pel_opts_without_variant(opts); /* it is one of axes */
    return pel_sort_rows(dtype, keys, axis.length, axis.outer, sort, &rest);
}

size_t pel_sort_axis_work_bytes(pel_dtype dtype, int ndim, const size_t *shape, int which, const pel_opts *opts)
{
    struct axis axis = {.dtype = dtype, .size = pel_dtype_size(dtype)};
    struct pel_pick pick;
    if (axis.size == 0 || pel_check_opts(opts) != PEL_OK || measure_axis(&axis, ndim, shape, which) != PEL_OK ||
        plan_axis(&axis, opts, &pick) != PEL_OK)
        return 0;
    if (axis.inner == 1)
        return pel_sort_work_bytes(dtype, axis.length);
    return axis.length < 2 ? 0 : (size_t)axis.team * axis.scratch_bytes + PEL_CACHE_LINE;
}

#define AXIS(T, suffix, DTYPE)                                                                                         \
    static pel_status sort_##suffix(void *keys, size_t n, const pel_opts *opts)                                        \
    {                                                                                                                  \
        return pel_sort_##suffix(keys, n, opts);                                                                       \
    }                                                                                                                  \
    pel_status pel_sort_axis_##suffix(T *data, int ndim, const size_t *shape, int axis, const pel_opts *opts)          \
    {                                                                                                                  \
        return sort_axis(DTYPE, data, ndim, shape, axis, sort_##suffix, opts);                                         \
    }

AXIS(float, f32, PEL_F32)
AXIS(double, f64, PEL_F64)
AXIS(int32_t, i32, PEL_I32)
AXIS(int64_t, i64, PEL_I64)
AXIS(uint32_t, u32, PEL_U32)
AXIS(uint64_t, u64, PEL_U64)
