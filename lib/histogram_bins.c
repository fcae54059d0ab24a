/* Bins, their edges, and how tiles of elements find their places. */
#include <string.h>

#include <pel/histogram.h>

#include "lib/fpenv.h"
#include "lib/histogram_job.h"

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

void pel_histogram_find(const struct pel_histogram_job *job, size_t start, size_t count, uint32_t *places)
{
    const struct pel_histogram_call *call = job->call;
    job->leaf->find((const char *)call->x[0] + start * job->size, count, &job->bins[0], places);
    if (call->axes < 2)
        return;
    uint32_t others[PEL_HISTOGRAM_BLOCK];
    job->leaf->find((const char *)call->x[1] + start * job->size, count, &job->bins[1], others);
    job->leaf->pair(places, others, count, call->count[0], call->count[1]);
}

void pel_histogram_cut(struct pel_histogram_job *job, size_t tiles)
{
    size_t n = job->call->n, fewest = (n >> 31) + 1;
    tiles = tiles < fewest ? fewest : tiles;
    job->step = (n / tiles / PEL_HISTOGRAM_BLOCK + 1) * PEL_HISTOGRAM_BLOCK;
    job->tiles = n > 0 ? (n - 1) / job->step + 1 : 1;
}

size_t pel_histogram_start(const struct pel_histogram_job *job, size_t index)
{
    return smaller(index * job->step, job->call->n);
}

size_t pel_histogram_edge_bytes(const struct pel_histogram_job *job)
{
    const struct pel_histogram_call *call = job->call;
    size_t count = call->kind == PEL_EDGES_UNIFORM ? call->count[0] + (call->axes > 1 ? call->count[1] : 0) : 0;
    return (count * job->size + PEL_CACHE_LINE - 1) / PEL_CACHE_LINE * PEL_CACHE_LINE;
}

static struct pel_bins integer_bins(const struct pel_histogram_call *call)
{
    uint64_t last = call->count[0] - 1;
    struct pel_bins bins = {.count = call->count[0], .used = call->count[0], .low.u64 = 0};
    if (pel_dtype_size(call->dtype) == sizeof last)
        bins.last.u64 = last;
    else
        bins.last.u32 = (uint32_t)last;
    return bins;
}

bool pel_histogram_set_up(struct pel_histogram_job *job, void *edges_)
{
    enum { WORTH_A_GUESS = 4 }; /* elements for each bin */
    const struct pel_histogram_call *call = job->call;
    char *edges = edges_;
    bool sensible = true;
    pel_fpenv caller = pel_fpenv_enter();
    for (int a = 0; a < call->axes; a++) {
        struct pel_bins *bins = &job->bins[a];
        if (call->kind == PEL_EDGES_UNIFORM) {
            sensible &= job->leaf->space(call->low[a], call->high[a], call->count[a], edges, bins);
            edges += call->count[a] * job->size;
        } else if (call->kind == PEL_EDGES_INTEGERS)
            *bins = integer_bins(call);
        else
            sensible &= job->leaf->take(call->edges, call->count[a], call->kind == PEL_EDGES_GIVEN, bins);
        if (sensible && call->n / WORTH_A_GUESS >= call->count[a])
            job->leaf->prepare(bins);
    }
    pel_fpenv_leave(caller);
    return sensible;
}
