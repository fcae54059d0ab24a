/* Sorts of keys of 128 bits: the 64 bits from the first on in which keys differ become the keys of records, the last 64
 * their loads. */
#include <pel/sort.h>

#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/keyed.h"
#include "lib/team.h"
#include "lib/trace.h"

enum { MOST_STRIPES = 256 };

struct wide_scan {
    const struct pel_keyed_job *job;
    struct pel_wide_range *range; /* of each stripe */
};

static size_t wide_start(const struct pel_keyed_job *job, size_t stripe)
{
    return pel_part_start(job->n, (size_t)job->team, stripe);
}

static void scan_wide(void *context, size_t stripe)
{
    const struct wide_scan *scan = context;
    const struct pel_keyed_job *job = scan->job;
    size_t from = wide_start(job, stripe), to = wide_start(job, stripe + 1);
    scan->range[stripe] = (struct pel_wide_range){0, true};
    if (from == to)
        return;
    if (to < job->n)
        to++; /* the step to the next stripe */
    job->wide->scan((const pel_u128 *)job->keys + from, to - from, job->descending, &scan->range[stripe]);
}

/* Finds where words start; true when the keys are in order. Stripes compare keys to their own first, which the step to
 * the next one ties to all others. */
static bool place_words(struct pel_keyed_job *job)
{
    struct pel_wide_range range[MOST_STRIPES], all = {0, true};
    struct wide_scan scan = {job, range};
    pel_team_for(job->team, (size_t)job->team, scan_wide, &scan);
    for (int s = 0; s < job->team; s++) {
        all.differ |= range[s].differ;
        all.in_order &= range[s].in_order;
    }
    uint64_t high = (uint64_t)(all.differ >> 64);
    job->shift = high ? 64 - __builtin_clzll(high) : 0;
    job->prefix = *(const pel_u128 *)job->keys;
    return all.in_order;
}

struct alone {
    const struct pel_keyed_job *job;
    char *scratch;
};

static void order_wide(void *context, size_t index)
{
    const struct alone *alone = context;
    const struct pel_keyed_job *job = alone->job;
    char *words = alone->scratch, *loads = words + job->n * sizeof(uint64_t);
    (void)index;
    job->wide->split(job->keys, job->n, job->shift, words, loads);
    pel_keyed_finish_wide(job, words, loads, 0, job->n);
}

static void sort_in_place(void *context, size_t index)
{
    const struct pel_keyed_job *job = context;
    (void)index;
    job->wide->sort_in_place(job->keys_out, job->n, job->descending);
}

/* All in one, or without memory in place. */
static void sort_wide_alone(struct pel_keyed_job *job, const pel_opts *opts)
{
    struct pel_scratch scratch = {NULL, NULL};
    struct alone alone = {job, NULL};
    if (!job->wide->split || !pel_scratch_take(&scratch, job->n * sizeof(pel_u128), opts)) {
        pel_team_for(1, 1, sort_in_place, job);
        return;
    }
    alone.scratch = scratch.data;
    pel_team_for(1, 1, order_wide, &alone);
    pel_scratch_drop(&scratch);
}

static void sort_wide(struct pel_keyed_job *job, size_t bucket_bytes, const pel_opts *opts)
{
    if (job->wide->scan && place_words(job))
        return;
    if (!pel_keyed_spread(job, bucket_bytes, opts))
        sort_wide_alone(job, opts);
}

pel_status pel_sort_u128(pel_u128 *keys, size_t n, const pel_opts *opts)
{
    struct pel_request request = {
        .op = PEL_OP_SORT_U128, .dtype = PEL_U64, .flags = pel_flags(opts), .threads = pel_team_threads(opts), .n = n};
    struct pel_pick pick;
    struct pel_span span;
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = pel_check_array(keys, n, sizeof *keys);
    if (status == PEL_OK)
        status = pel_dispatch(&request, opts, &pick);
    if (status != PEL_OK || n == 0)
        return status;
    struct pel_keyed_job job = {.leaf = pick.kernel->run.records,
                                .wide = pick.kernel->run.records->wide,
                                .keys = keys,
                                .keys_out = keys,
                                .n = n,
                                .size = sizeof(uint64_t),
                                .load_size = sizeof(uint64_t),
                                .descending = request.flags & PEL_DESCENDING,
                                .team = pick.team < MOST_STRIPES ? pick.team : MOST_STRIPES};
    pel_trace_begin(&span, &pick, n);
    sort_wide(&job, (size_t)pick.params[0] << 10, opts);
    pel_trace_end(&span);
    return PEL_OK;
}

size_t pel_sort_u128_work_bytes(size_t n)
{
    return n > PTRDIFF_MAX / sizeof(pel_u128) ? 0 : pel_keyed_work_bytes(PEL_U64, sizeof(uint64_t), n);
}
