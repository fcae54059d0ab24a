/* Weighted histograms. The weights of a bin gather in a buffer, and when that is full the exact sum takes them. Tiles
 * have accumulators of their own, which are merged and rounded once, so no order of the weights shows. */
#include <string.h>

#include <pel/histogram.h>

#include "kernels/reduce/state.h"
#include "lib/accumulator.h"
#include "lib/histogram_job.h"
#include "lib/team.h"
#include "lib/topology.h"

/* Bins whose accumulators are there at the same time; for more the elements are gone over again. */
enum { BINS_AT_ONCE = 1 << 15 };

/* What a tile has for each bin of a range: an accumulator, a buffer, and how full that is. */
struct heaps {
    union pel_reduce_state *sums;
    double *buffers;
    uint32_t *filled;
};

struct weighing {
    struct pel_histogram_job *job;
    struct pel_pick sum; /* the exact sum of a buffer */
    size_t first, bins;  /* the range */
    size_t capacity;     /* of a buffer */
    char *memory;
    size_t share; /* bytes of a tile's */
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t whole_lines(size_t bytes)
{
    return (bytes + PEL_CACHE_LINE - 1) / PEL_CACHE_LINE * PEL_CACHE_LINE;
}

static size_t buffer_bytes(const struct weighing *w, size_t bins)
{
    return whole_lines(bins * w->capacity * sizeof(double));
}

static size_t share_for(const struct weighing *w, size_t bins)
{
    return buffer_bytes(w, bins) + whole_lines(bins * sizeof(union pel_reduce_state)) +
           whole_lines(bins * sizeof(uint32_t));
}

static struct heaps heaps_of(const struct weighing *w, size_t tile)
{
    char *memory = w->memory + tile * w->share, *behind = memory + buffer_bytes(w, w->bins);
    size_t sums = whole_lines(w->bins * sizeof(union pel_reduce_state));
    return (struct heaps){(union pel_reduce_state *)(void *)behind, (double *)(void *)memory,
                          (uint32_t *)(void *)(behind + sums)};
}

static void add_buffer(const struct weighing *w, const struct heaps *heaps, size_t bin)
{
    w->sum.kernel->run.reduce(heaps->buffers + bin * w->capacity, NULL, heaps->filled[bin], &heaps->sums[bin],
                              w->sum.params);
    heaps->filled[bin] = 0;
}

static void weigh_block(const struct weighing *w, const struct heaps *heaps, size_t start, size_t count)
{
    const struct pel_histogram_job *job = w->job;
    const double *weights = job->call->weights + start;
    uint32_t places[PEL_HISTOGRAM_BLOCK];
    pel_histogram_find(job, start, count, places);
    for (size_t done = 0; done < count;) {
        done += job->leaf->deal(places + done, weights + done, count - done, w->first, w->bins, heaps->buffers,
                                heaps->filled, w->capacity);
        if (done < count)
            add_buffer(w, heaps, places[done] - w->first);
    }
}

static void weigh_tile(void *context, size_t index)
{
    const struct weighing *w = context;
    struct heaps heaps = heaps_of(w, index);
    size_t start = pel_histogram_start(w->job, index), end = pel_histogram_start(w->job, index + 1);
    memset(heaps.filled, 0, w->bins * sizeof *heaps.filled);
    for (size_t bin = 0; bin < w->bins; bin++)
        pel_acc_clear(&heaps.sums[bin].acc);
    for (size_t count; start < end; start += count) {
        count = smaller(end - start, PEL_HISTOGRAM_BLOCK);
        weigh_block(w, &heaps, start, count);
    }
    for (size_t bin = 0; bin < w->bins; bin++)
        add_buffer(w, &heaps, bin);
}

enum { BINS_OF_A_MERGE = 256 };

static void merge_range(void *context, size_t index)
{
    const struct weighing *w = context;
    struct heaps into = heaps_of(w, 0);
    size_t end = smaller(w->bins, (index + 1) * BINS_OF_A_MERGE);
    for (size_t bin = index * BINS_OF_A_MERGE; bin < end; bin++) {
        for (size_t tile = 1; tile < w->job->tiles; tile++)
            pel_acc_join(&into.sums[bin].acc, &heaps_of(w, tile).sums[bin].acc);
        uint64_t bits = pel_acc_bits_f64(&into.sums[bin].acc);
        memcpy((double *)w->job->call->out + w->first + bin, &bits, sizeof bits);
    }
}

static void weigh_all(struct weighing *w, int team)
{
    size_t all = w->job->count, most = w->bins;
    for (w->first = 0; w->first < all; w->first += most) {
        w->bins = smaller(all - w->first, most);
        pel_team_for(team, w->job->tiles, weigh_tile, w);
        pel_team_for(team, (w->bins - 1) / BINS_OF_A_MERGE + 1, merge_range, w);
    }
}

/* Buffers that are long enough for the sum to be quick, and together stay in a part of the second-level cache. */
static size_t capacity_for(size_t bins)
{
    enum { MOST = 256, LEAST = 16 };
    size_t fit = pel_topology_cache(2) / 2 / sizeof(double) / bins;
    return fit > MOST ? MOST : fit < LEAST ? LEAST : fit;
}

pel_status pel_histogram_add_weights(struct pel_histogram_job *job, const struct pel_pick *pick, const pel_opts *opts)
{
    struct weighing w = {.job = job, .bins = smaller(job->count, BINS_AT_ONCE)};
    w.capacity = capacity_for(w.bins);
    w.share = share_for(&w, w.bins);
    struct pel_request request = {.op = PEL_OP_SUM, .dtype = PEL_F64, .threads = 1, .n = w.capacity, .borrowed = true};
    pel_status status = pel_dispatch(&request, NULL, &w.sum);
    size_t edges = pel_histogram_edge_bytes(job);
    struct pel_scratch scratch;
    if (status != PEL_OK)
        return status;
    pel_histogram_cut(job, smaller((size_t)pick->team, job->call->n / (8 * job->count) + 1));
    if (!pel_scratch_take(&scratch, edges + job->tiles * w.share, opts))
        return PEL_ENOMEM;
    w.memory = (char *)scratch.data + edges;
    bool sensible = pel_histogram_set_up(job, scratch.data);
    if (sensible)
        weigh_all(&w, pick->team);
    pel_scratch_drop(&scratch);
    return sensible ? PEL_OK : PEL_EINVAL;
}
