/* Histograms: check, pick, then tiles of elements that find their places block by block and are counted in tables of
 * the tile, and last the sums of all tables. */
#include <pel/histogram.h>

#include <string.h>

#include "lib/check.h"
#include "lib/histogram_job.h"
#include "lib/team.h"
#include "lib/topology.h"
#include "lib/trace.h"

/* The tables of counters, of all tiles. */
struct tally {
    struct pel_histogram_job *job;
    size_t places;       /* bins, and what else a place may be */
    size_t ways, stride; /* tables of a tile, and counters from one to the next */
    uint32_t *tables;
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void count_tile(void *context, size_t index)
{
    const struct tally *tally = context;
    const struct pel_histogram_job *job = tally->job;
    uint32_t places[PEL_HISTOGRAM_BLOCK], *tables = tally->tables + index * tally->ways * tally->stride;
    size_t start = pel_histogram_start(job, index), end = pel_histogram_start(job, index + 1);
    memset(tables, 0, tally->ways * tally->stride * sizeof *tables);
    for (size_t count; start < end; start += count) {
        count = smaller(end - start, PEL_HISTOGRAM_BLOCK);
        pel_histogram_find(job, start, count, places);
        job->leaf->tally(places, count, tables, tally->stride, tally->ways);
    }
}

static void number_tile(void *context, size_t index)
{
    const struct pel_histogram_job *job = context;
    uint32_t places[PEL_HISTOGRAM_BLOCK];
    size_t start = pel_histogram_start(job, index), end = pel_histogram_start(job, index + 1);
    for (size_t count; start < end; start += count) {
        count = smaller(end - start, PEL_HISTOGRAM_BLOCK);
        pel_histogram_find(job, start, count, places);
        job->leaf->number(places, count, job->count, (uint64_t *)job->call->out + start);
    }
}

/* The sums of all tables are a matter of bins, and shared out where these are many. */
enum { BINS_AT_ONCE = 1 << 14 };

static void add_up_range(void *context, size_t index)
{
    const struct tally *tally = context;
    const struct pel_histogram_job *job = tally->job;
    size_t start = index * BINS_AT_ONCE, count = smaller(job->count - start, BINS_AT_ONCE);
    job->leaf->add_up(tally->tables + start, tally->stride, job->tiles * tally->ways, count,
                      (uint64_t *)job->call->out + start);
}

static void write_aside(const struct tally *tally)
{
    const struct pel_histogram_job *job = tally->job;
    uint64_t outside[PEL_PLACES_OUTSIDE];
    job->leaf->add_up(tally->tables + job->count, tally->stride, job->tiles * tally->ways, PEL_PLACES_OUTSIDE, outside);
    if (job->call->axes == 2)
        *(uint64_t *)job->call->aside = outside[0];
    else
        *(pel_outside *)job->call->aside =
            (pel_outside){outside[PEL_PLACE_BELOW], outside[PEL_PLACE_ABOVE], outside[PEL_PLACE_NAN]};
}

/* Tiles enough to even out unequal threads, unless their tables would be more work than the elements. */
static size_t tiles_for(const struct tally *tally, int team)
{
    enum { TILES_PER_THREAD = 4 };
    size_t worth = tally->job->call->n / (4 * tally->places) + 1;
    size_t tiles = smaller((size_t)team * TILES_PER_THREAD, worth);
    return tiles > (size_t)team ? tiles / (size_t)team * (size_t)team : tiles;
}

/* As many tables as the pick says, while they stay in a part of the second-level cache and are worth clearing. */
static void lay_out(struct tally *tally, int32_t ways)
{
    enum { LINE = PEL_CACHE_LINE / sizeof(uint32_t) };
    tally->stride = (tally->places + LINE - 1) / LINE * LINE;
    for (tally->ways = 8; tally->ways > 1; tally->ways /= 2) {
        size_t counters = tally->ways * tally->stride;
        if (tally->ways <= (size_t)ways && counters * sizeof(uint32_t) <= pel_topology_cache(2) / 4 &&
            counters <= tally->job->step / 2)
            break;
    }
}

static pel_status count_all(struct pel_histogram_job *job, const struct pel_pick *pick, const pel_opts *opts)
{
    struct tally tally = {.job = job, .places = job->count + PEL_PLACES_OUTSIDE};
    struct pel_scratch scratch;
    size_t edges = pel_histogram_edge_bytes(job), ranges = (job->count - 1) / BINS_AT_ONCE + 1;
    pel_histogram_cut(job, tiles_for(&tally, pick->team));
    lay_out(&tally, pick->params[0]);
    if (!pel_scratch_take(&scratch, edges + job->tiles * tally.ways * tally.stride * sizeof *tally.tables, opts))
        return PEL_ENOMEM;
    bool sensible = pel_histogram_set_up(job, scratch.data);
    if (sensible) {
        tally.tables = (uint32_t *)(void *)((char *)scratch.data + edges);
        pel_team_for(pick->team, job->tiles, count_tile, &tally);
        pel_team_for(ranges > 1 ? pick->team : 1, ranges, add_up_range, &tally);
        if (job->call->aside)
            write_aside(&tally);
    }
    pel_scratch_drop(&scratch);
    return sensible ? PEL_OK : PEL_EINVAL;
}

static pel_status number_all(struct pel_histogram_job *job, const struct pel_pick *pick)
{
    if (!pel_histogram_set_up(job, NULL))
        return PEL_EINVAL;
    pel_histogram_cut(job, (size_t)pick->team);
    pel_team_for(pick->team, job->tiles, number_tile, job);
    return PEL_OK;
}

static bool overlaps_inputs(const struct pel_histogram_call *call, const void *out, size_t bytes)
{
    size_t size = pel_dtype_size(call->dtype), edges = (call->count[0] + (call->kind == PEL_EDGES_GIVEN)) * size;
    bool overlaps = call->n > 0 && bytes > 0 && pel_overlap(call->x[0], call->n * size, out, bytes);
    if (call->axes > 1)
        overlaps |= call->n > 0 && pel_overlap(call->x[1], call->n * size, out, bytes);
    if (call->edges)
        overlaps |= bytes > 0 && pel_overlap(call->edges, edges, out, bytes);
    return overlaps;
}

static pel_status check_outputs(const struct pel_histogram_call *call)
{
    size_t aside = !call->aside ? 0 : call->axes == 2 ? sizeof(uint64_t) : sizeof(pel_outside);
    pel_status status = pel_check_array(call->out, call->out_count, sizeof(uint64_t));
    if (status != PEL_OK)
        return status;
    if ((uintptr_t)call->aside % _Alignof(uint64_t) ||
        overlaps_inputs(call, call->out, call->out_count * sizeof(uint64_t)) ||
        (aside && (overlaps_inputs(call, call->aside, aside) ||
                   pel_overlap(call->out, call->out_count * sizeof(uint64_t), call->aside, aside))))
        return PEL_EINVAL;
    return PEL_OK;
}

static pel_status check_bins(const struct pel_histogram_call *call, size_t size)
{
    size_t most = PEL_HISTOGRAM_MOST_BINS, edges = call->count[0] + (call->kind == PEL_EDGES_GIVEN);
    for (int a = 0; a < call->axes; a++) {
        if (call->count[a] == 0)
            return PEL_EINVAL;
        if (call->count[a] > most)
            return PEL_ERANGE;
        most /= call->count[a];
    }
    return call->kind == PEL_EDGES_GIVEN || call->kind == PEL_EDGES_OPEN ? pel_check_array(call->edges, edges, size)
                                                                         : PEL_OK;
}

static pel_status check(const struct pel_histogram_call *call, const pel_opts *opts)
{
    size_t size = pel_dtype_size(call->dtype);
    pel_status status = pel_check_opts(opts);
    for (int a = 0; status == PEL_OK && a < call->axes; a++)
        status = pel_check_array(call->x[a], call->n, size);
    if (status == PEL_OK)
        status = check_bins(call, size);
    return status == PEL_OK ? check_outputs(call) : status;
}

static pel_status histogram(const struct pel_histogram_call *call, const pel_opts *opts)
{
    pel_status status = check(call, opts);
    if (status != PEL_OK)
        return status;
    struct pel_request request = {.op = PEL_OP_HISTOGRAM,
                                  .dtype = call->dtype,
                                  .flags = pel_flags(opts),
                                  .threads = pel_team_threads(opts),
                                  .n = call->n};
    struct pel_pick pick;
    struct pel_span span;
    status = pel_dispatch(&request, opts, &pick);
    if (status != PEL_OK)
        return status;
    struct pel_histogram_job job = {
        .call = call, .leaf = pick.kernel->run.histogram, .size = pel_dtype_size(call->dtype), .count = call->count[0]};
    if (call->axes > 1)
        job.count *= call->count[1];
    pel_trace_begin(&span, &pick, call->n);
    if (call->weights)
        status = pel_histogram_add_weights(&job, &pick, opts);
    else
        status = call->kind == PEL_EDGES_OPEN ? number_all(&job, &pick) : count_all(&job, &pick, opts);
    pel_trace_end_with(&span, status);
    return status;
}

static pel_status digitize(pel_dtype dtype, const void *x, size_t n, const void *edges, size_t count, uint64_t *index,
                           const pel_opts *opts)
{
    static const double nowhere[1]; /* stands in where there are no edges, so that the checks are the same */
    struct pel_histogram_call call = {.dtype = dtype,
                                      .kind = PEL_EDGES_OPEN,
                                      .axes = 1,
                                      .x = {x},
                                      .n = n,
                                      .edges = count ? edges : nowhere,
                                      .count = {count ? count : 1},
                                      .out = index,
                                      .out_count = n};
    if (count > 0)
        return histogram(&call, opts);
    pel_status status = check(&call, opts);
    if (status == PEL_OK && n > 0)
        memset(index, 0, n * sizeof *index);
    return status;
}

/* Of weights. An empty array has none, and all sums are +0: bits of counts that are 0. */
static pel_status weighted(struct pel_histogram_call *call, const double *weights, const pel_opts *opts)
{
    pel_status status = pel_check_array(weights, call->n, sizeof *weights);
    if (status != PEL_OK)
        return status;
    if (call->n > 0 && call->out && call->out_count <= PEL_HISTOGRAM_MOST_BINS && call->out_count > 0 &&
        pel_overlap(weights, call->n * sizeof *weights, call->out, call->out_count * sizeof *weights))
        return PEL_EINVAL;
    call->weights = weights;
    return histogram(call, opts);
}

/* A call on two arrays. */
static pel_status of_two(struct pel_histogram_call *call, pel_dtype dtype, const void *x, const void *y, size_t n,
                         const double low[2], const double high[2], const size_t bins[2], void *out)
{
    *call = (struct pel_histogram_call){
        .dtype = dtype, .kind = PEL_EDGES_UNIFORM, .axes = 2, .x = {x, y}, .n = n, .out = out};
    if (!low || !high || !bins)
        return PEL_EINVAL;
    for (int axis = 0; axis < 2; axis++) {
        call->low[axis] = low[axis];
        call->high[axis] = high[axis];
        call->count[axis] = bins[axis];
    }
    call->out_count = bins[0] * bins[1];
    return PEL_OK;
}

/* The public functions: X(dtype, element, suffix). */
#define EACH_INTEGER(X)                                                                                                \
    X(PEL_I32, int32_t, i32)                                                                                           \
    X(PEL_I64, int64_t, i64)                                                                                           \
    X(PEL_U32, uint32_t, u32)                                                                                          \
    X(PEL_U64, uint64_t, u64)
#define EACH_DTYPE(X)                                                                                                  \
    X(PEL_F32, float, f32)                                                                                             \
    X(PEL_F64, double, f64)                                                                                            \
    EACH_INTEGER(X)

/* A call on one array; more: what its kind of edges needs. */
#define CALL(DTYPE, edges_kind, bins, output, ...)                                                                     \
    struct pel_histogram_call call = {.dtype = DTYPE,                                                                  \
                                      .kind = PEL_EDGES_##edges_kind,                                                  \
                                      .axes = 1,                                                                       \
                                      .x = {x},                                                                        \
                                      .n = n,                                                                          \
                                      .count = {bins},                                                                 \
                                      .out = output,                                                                   \
                                      .out_count = bins,                                                               \
                                      __VA_ARGS__}

#define FUNCTIONS(DTYPE, T, suffix)                                                                                    \
    pel_status pel_histogram_##suffix(const T *x, size_t n, double low, double high, size_t bins, uint64_t *counts,    \
                                      pel_outside *outside, const pel_opts *opts)                                      \
    {                                                                                                                  \
        CALL(DTYPE, UNIFORM, bins, counts, .low = {low}, .high = {high}, .aside = outside);                            \
        return histogram(&call, opts);                                                                                 \
    }                                                                                                                  \
    pel_status pel_histogram_weighted_##suffix(const T *x, const double *weights, size_t n, double low, double high,   \
                                               size_t bins, double *sums, const pel_opts *opts)                        \
    {                                                                                                                  \
        CALL(DTYPE, UNIFORM, bins, sums, .low = {low}, .high = {high});                                                \
        return weighted(&call, weights, opts);                                                                         \
    }                                                                                                                  \
    pel_status pel_histogram_edges_##suffix(const T *x, size_t n, const T *edges_, size_t bins, uint64_t *counts,      \
                                            pel_outside *outside, const pel_opts *opts)                                \
    {                                                                                                                  \
        CALL(DTYPE, GIVEN, bins, counts, .edges = edges_, .aside = outside);                                           \
        return histogram(&call, opts);                                                                                 \
    }                                                                                                                  \
    pel_status pel_histogram_edges_weighted_##suffix(const T *x, const double *weights, size_t n, const T *edges_,     \
                                                     size_t bins, double *sums, const pel_opts *opts)                  \
    {                                                                                                                  \
        CALL(DTYPE, GIVEN, bins, sums, .edges = edges_);                                                               \
        return weighted(&call, weights, opts);                                                                         \
    }                                                                                                                  \
    pel_status pel_histogram_2d_##suffix(const T *x, const T *y, size_t n, const double low[2], const double high[2],  \
                                         const size_t bins[2], uint64_t *counts, uint64_t *left_out,                   \
                                         const pel_opts *opts)                                                         \
    {                                                                                                                  \
        struct pel_histogram_call call;                                                                                \
        pel_status status = of_two(&call, DTYPE, x, y, n, low, high, bins, counts);                                    \
        call.aside = left_out;                                                                                         \
        return status == PEL_OK ? histogram(&call, opts) : status;                                                     \
    }                                                                                                                  \
    pel_status pel_histogram_2d_weighted_##suffix(const T *x, const T *y, const double *weights, size_t n,             \
                                                  const double low[2], const double high[2], const size_t bins[2],     \
                                                  double *sums, const pel_opts *opts)                                  \
    {                                                                                                                  \
        struct pel_histogram_call call;                                                                                \
        pel_status status = of_two(&call, DTYPE, x, y, n, low, high, bins, sums);                                      \
        return status == PEL_OK ? weighted(&call, weights, opts) : status;                                             \
    }                                                                                                                  \
    pel_status pel_digitize_##suffix(const T *x, size_t n, const T *edges, size_t count, uint64_t *index,              \
                                     const pel_opts *opts)                                                             \
    {                                                                                                                  \
        return digitize(DTYPE, x, n, edges, count, index, opts);                                                       \
    }
EACH_DTYPE(FUNCTIONS)

#define BINCOUNT(DTYPE, T, suffix)                                                                                     \
    pel_status pel_bincount_##suffix(const T *x, size_t n, size_t bins, uint64_t *counts, pel_outside *outside,        \
                                     const pel_opts *opts)                                                             \
    {                                                                                                                  \
        CALL(DTYPE, INTEGERS, bins, counts, .aside = outside);                                                         \
        return histogram(&call, opts);                                                                                 \
    }                                                                                                                  \
    pel_status pel_bincount_weighted_##suffix(const T *x, const double *weights, size_t n, size_t bins, double *sums,  \
                                              const pel_opts *opts)                                                    \
    {                                                                                                                  \
        CALL(DTYPE, INTEGERS, bins, sums, .aside = NULL);                                                              \
        return weighted(&call, weights, opts);                                                                         \
    }
EACH_INTEGER(BINCOUNT)
