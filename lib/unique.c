/* Distinct keys and how often each is there: sorted by pel_sort; then every stripe keeps the first of equal keys, and
 * what stripes have kept is moved together. */
#include <pel/sort.h>

#include <string.h>

#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/sort_segments.h"
#include "lib/team.h"
#include "lib/trace.h"

enum { MOST_STRIPES = 64 };

struct job {
    pel_unique_fn *leaf;
    char *keys;
    uint64_t *counts; /* first the places where runs start; NULL: not wanted */
    size_t n, size, nstripes;
    size_t kept[MOST_STRIPES];
    uint64_t before[MOST_STRIPES]; /* the key in front of each stripe; of its bytes the first are used */
};

static size_t stripe_start(const struct job *job, size_t stripe)
{
    return stripe == job->nstripes ? job->n : job->n / job->nstripes * stripe;
}

static void keep_stripe(void *context, size_t stripe)
{
    struct job *job = context;
    size_t from = stripe_start(job, stripe), to = stripe_start(job, stripe + 1);
    job->kept[stripe] = job->leaf(job->keys + from * job->size, from > 0 ? &job->before[stripe] : NULL, to - from, from,
                                  job->counts ? job->counts + from : NULL);
}

/* Moves what was kept to the front; returns how much it is. */
static size_t move_together(const struct job *job)
{
    size_t total = job->kept[0];
    for (size_t s = 1; s < job->nstripes; s++) {
        size_t from = stripe_start(job, s);
        memmove(job->keys + total * job->size, job->keys + from * job->size, job->kept[s] * job->size);
        if (job->counts)
            memmove(job->counts + total, job->counts + from, job->kept[s] * sizeof *job->counts);
        total += job->kept[s];
    }
    return total;
}

static size_t keep_distinct(struct job *job, int team)
{
    job->nstripes = (size_t)(team < MOST_STRIPES ? team : MOST_STRIPES);
    if (job->nstripes > job->n)
        job->nstripes = 1;
    for (size_t s = 1; s < job->nstripes; s++)
        memcpy(&job->before[s], job->keys + (stripe_start(job, s) - 1) * job->size, job->size);
    pel_team_for(team, job->nstripes, keep_stripe, job);
    size_t total = move_together(job);
    for (size_t i = 0; job->counts && i < total; i++)
        job->counts[i] = (i + 1 < total ? job->counts[i + 1] : job->n) - job->counts[i];
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

static pel_status unique(pel_dtype dtype, void *keys, size_t n, uint64_t *counts, size_t *nunique, pel_sort_fn *sort,
                         const pel_opts *opts)
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
    job.leaf = pick.kernel->run.unique;
    status = sort(keys, n, &rest);
    if (status != PEL_OK)
        return status;
    pel_trace_begin(&span, &pick, n);
    *nunique = n > 0 ? keep_distinct(&job, pick.team) : 0;
    pel_trace_end(&span);
    return PEL_OK;
}

#define UNIQUE(T, suffix, DTYPE)                                                                                       \
    static pel_status sort_##suffix(void *keys, size_t n, const pel_opts *opts)                                        \
    {                                                                                                                  \
        return pel_sort_##suffix(keys, n, opts);                                                                       \
    }                                                                                                                  \
    pel_status pel_unique_##suffix(T *keys, size_t n, uint64_t *counts, size_t *nunique, const pel_opts *opts)         \
    {                                                                                                                  \
        return unique(DTYPE, keys, n, counts, nunique, sort_##suffix, opts);                                           \
    }

UNIQUE(float, f32, PEL_F32)
UNIQUE(double, f64, PEL_F64)
UNIQUE(int32_t, i32, PEL_I32)
UNIQUE(int64_t, i64, PEL_I64)
UNIQUE(uint32_t, u32, PEL_U32)
UNIQUE(uint64_t, u64, PEL_U64)
