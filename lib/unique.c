/* Distinct keys and how often each is there. Where pel_sort distributes keys, equal ones come to the same bucket, so
 * each bucket keeps the first of equal keys as soon as it is sorted; else stripes of the sorted keys do. Then what was
 * kept is moved together. */
#include <pel/sort.h>

#include <string.h>

#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/sort_spread.h"
#include "lib/team.h"
#include "lib/trace.h"

enum { MOST_STRIPES = 64 };

/* What is kept of a bucket or a stripe: where it starts, and how much it is. */
struct part {
    size_t from, kept;
};

struct job {
    pel_unique_fn *leaf;
    char *keys;
    uint64_t *counts; /* first the places where runs start; NULL: not wanted */
    size_t n, size, nparts;
    struct part part[PEL_SORT_BUCKETS];
    uint64_t before[MOST_STRIPES]; /* the key in front of each stripe; of its bytes the first are used */
};

static void keep_part(struct job *job, size_t part, size_t from, size_t n, const void *before)
{
    uint64_t *starts = job->counts ? job->counts + from : NULL;
    job->part[part].from = from;
    job->part[part].kept = n > 0 ? job->leaf(job->keys + from * job->size, before, n, from, starts) : 0;
}

/* Turns the places where runs start into their lengths; the last one ends at `end`. */
static void count_runs(uint64_t *counts, size_t nruns, size_t end)
{
    if (!counts || nruns == 0)
        return;
    for (size_t i = 0; i + 1 < nruns; i++)
        counts[i] = counts[i + 1] - counts[i];
    counts[nruns - 1] = end - counts[nruns - 1];
}

static void keep_bucket(void *context, size_t bucket, size_t from, size_t n)
{
    struct job *job = context;
    keep_part(job, bucket, from, n, NULL);
    count_runs(job->counts ? job->counts + from : NULL, job->part[bucket].kept, from + n);
}

static size_t stripe_start(const struct job *job, size_t stripe)
{
    return pel_part_start(job->n, job->nparts, stripe);
}

static void keep_stripe(void *context, size_t stripe)
{
    struct job *job = context;
    size_t from = stripe_start(job, stripe), n = stripe_start(job, stripe + 1) - from;
    keep_part(job, stripe, from, n, from > 0 ? &job->before[stripe] : NULL);
}

static void keep_stripes(struct job *job, int team)
{
    job->nparts = (size_t)(team < MOST_STRIPES ? team : MOST_STRIPES);
    if (job->nparts > job->n)
        job->nparts = 1;
    for (size_t s = 1; s < job->nparts; s++)
        memcpy(&job->before[s], job->keys + (stripe_start(job, s) - 1) * job->size, job->size);
    pel_team_for(team, job->nparts, keep_stripe, job);
}

/* Moves what was kept to the front; returns how much it is. */
static size_t move_together(const struct job *job)
{
    size_t total = 0;
    for (const struct part *part = job->part; part < job->part + job->nparts; part++) {
        if (part->kept > 0 && part->from > total) {
            memmove(job->keys + total * job->size, job->keys + part->from * job->size, part->kept * job->size);
            if (job->counts)
                memmove(job->counts + total, job->counts + part->from, part->kept * sizeof *job->counts);
        }
        total += part->kept;
    }
    return total;
}

static pel_status check(const struct job *job, const size_t *nunique, const pel_opts *opts)
{
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = nunique ? pel_check_array(job->keys, job->n, job->size) : PEL_EINVAL;
    if (status != PEL_OK || !job->counts || job->n == 0)
        return status;
    status = pel_check_array(job->counts, job->n, sizeof *job->counts);
    bool overlap =
        status == PEL_OK && pel_overlap(job->keys, job->n * job->size, job->counts, job->n * sizeof *job->counts);
    return overlap ? PEL_EINVAL : status;
}

static pel_status unique(pel_dtype dtype, void *keys, size_t n, uint64_t *counts, size_t *nunique, const pel_opts *opts)
{
    struct job job;
    struct pel_request request = {
        .op = PEL_OP_UNIQUE, .dtype = dtype, .flags = pel_flags(opts), .threads = pel_team_threads(opts), .n = n};
    struct pel_pick pick;
    struct pel_span span;
    job.keys = keys;
    job.counts = counts;
    job.n = n;
    job.size = pel_dtype_size(dtype);
    pel_status status = check(&job, nunique, opts);
    if (status == PEL_OK)
        status = pel_dispatch(&request, opts, &pick);
    if (status != PEL_OK)
        return status;
    pel_opts rest = pel_opts_without_variant(opts);
    struct pel_sort_guest guest = {keep_bucket, &job};
    job.leaf = pick.kernel->run.unique;
    status = pel_sort_visited(dtype, keys, n, &guest, &job.nparts, &rest);
    if (status != PEL_OK)
        return status;
    pel_trace_begin(&span, &pick, n);
    bool in_stripes = job.nparts == 0 && n > 0;
    if (in_stripes)
        keep_stripes(&job, pick.team);
    *nunique = move_together(&job);
    if (in_stripes)
        count_runs(counts, *nunique, n);
    pel_trace_end(&span);
    return PEL_OK;
}

#define UNIQUE(T, suffix, DTYPE)                                                                                       \
    pel_status pel_unique_##suffix(T *keys, size_t n, uint64_t *counts, size_t *nunique, const pel_opts *opts)         \
    {                                                                                                                  \
        return unique(DTYPE, keys, n, counts, nunique, opts);                                                          \
    }

UNIQUE(float, f32, PEL_F32)
UNIQUE(double, f64, PEL_F64)
UNIQUE(int32_t, i32, PEL_I32)
UNIQUE(int64_t, i64, PEL_I64)
UNIQUE(uint32_t, u32, PEL_U32)
UNIQUE(uint64_t, u64, PEL_U64)
