/* Sorts of many segments: check, pick, and then have a team sort pieces of about equal weight. */
#include <pel/sort.h>

#include <stdatomic.h>

#include "kernels/sort/series.h"
#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/sort_segments.h"
#include "lib/team.h"
#include "lib/trace.h"

enum {
    PIECES = 16,         /* for each thread */
    LONG_KEYS = 1 << 17, /* a segment that the whole team sorts has at least so many, and a good part of all keys */
};

struct job {
    pel_dtype dtype;
    char *keys;
    size_t n, size; /* keys in all segments, and bytes of one */
    struct pel_segments segments;
    size_t nsegments;
    pel_sort_fn *sort; /* of one segment by a team */
    bool descending;
    int team;
    size_t npieces, most_keys; /* longer segments are sorted by the team */
    pel_segments_fn *leaf;
    atomic_bool falls; /* the offsets, somewhere */
    atomic_bool has_long;
};

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Where a piece starts, if each key weighs one, and each segment, too. */
static size_t piece_start(const struct job *job, size_t piece)
{
    size_t all = job->n + job->nsegments, first = pel_segment_start(&job->segments, 0);
    size_t wanted = all / job->npieces * piece, low = 0, high = job->nsegments;
    if (piece == job->npieces)
        return job->nsegments;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pel_segment_start(&job->segments, middle) - first + middle < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_long(const struct job *job, size_t segment)
{
    return pel_segment_start(&job->segments, segment + 1) - pel_segment_start(&job->segments, segment) > job->most_keys;
}

static void sort_piece(void *context, size_t piece)
{
    struct job *job = context;
    size_t from = piece_start(job, piece), to = piece_start(job, piece + 1);
    for (size_t i = from; i < to; i++) {
        if (!is_long(job, i))
            continue;
        atomic_store_explicit(&job->has_long, true, memory_order_relaxed);
        job->leaf(job->keys, &job->segments, from, i, job->descending);
        from = i + 1;
    }
    job->leaf(job->keys, &job->segments, from, to, job->descending);
}

static pel_status sort_long(const struct job *job, const pel_opts *opts)
{
    pel_opts rest = pel_opts_without_variant(opts); /* it is one of segments */
    pel_status status = PEL_OK;
    for (size_t i = 0; i < job->nsegments && status == PEL_OK; i++) {
        size_t start = pel_segment_start(&job->segments, i);
        if (is_long(job, i))
            status = job->sort(job->keys + start * job->size, pel_segment_start(&job->segments, i + 1) - start, &rest);
    }
    return status;
}

static pel_status sort_segments(struct job *job, const pel_opts *opts)
{
    struct pel_request request = {.op = PEL_OP_SORT_SEGMENTS,
                                  .dtype = job->dtype,
                                  .flags = pel_flags(opts),
                                  .threads = pel_team_threads(opts),
                                  .n = job->n};
    struct pel_pick pick;
    struct pel_span span;
    pel_status status = pel_dispatch(&request, opts, &pick);
    if (status != PEL_OK || job->n == 0)
        return status;
    job->leaf = pick.kernel->run.segments;
    job->descending = request.flags & PEL_DESCENDING;
    job->team = pick.team;
    job->npieces = job->team > 1 ? PIECES * (size_t)job->team : 1;
    job->most_keys = larger(LONG_KEYS, job->n / (size_t)job->team / 4);
    pel_trace_begin(&span, &pick, job->n);
    pel_team_for(job->team, job->npieces, sort_piece, job);
    if (job->has_long)
        status = sort_long(job, opts);
    pel_trace_end_with(&span, status);
    return status;
}

enum { CHECKED = 1 << 16 }; /* offsets at once */

static void check_some(void *context, size_t block)
{
    struct job *job = context;
    const size_t *offset = job->segments.offsets + block * CHECKED;
    size_t left = job->nsegments - block * CHECKED, n = left < CHECKED ? left : CHECKED;
    bool falls = false;
    for (size_t i = 0; i < n; i++)
        falls |= offset[i] > offset[i + 1];
    if (falls)
        atomic_store_explicit(&job->falls, true, memory_order_relaxed);
}

static pel_status check_offsets(struct job *job, const pel_opts *opts)
{
    const size_t *offsets = job->segments.offsets;
    pel_status status = pel_check_array(offsets, job->nsegments, sizeof *offsets);
    if (status != PEL_OK || job->nsegments == 0)
        return status;
    if (job->nsegments == PTRDIFF_MAX / sizeof *offsets)
        return PEL_ERANGE;
    pel_team_for(pel_team_threads(opts), (job->nsegments - 1) / CHECKED + 1, check_some, job);
    return job->falls ? PEL_EINVAL : PEL_OK;
}

static pel_status sort_by_offsets(pel_dtype dtype, void *keys, const size_t *offsets, size_t nsegments,
                                  pel_sort_fn *sort, const pel_opts *opts)
{
    struct job job = {.dtype = dtype,
                      .keys = keys,
                      .size = pel_dtype_size(dtype),
                      .segments = {.offsets = offsets},
                      .nsegments = nsegments,
                      .sort = sort};
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = check_offsets(&job, opts);
    if (status != PEL_OK)
        return status;
    size_t end = nsegments > 0 ? offsets[nsegments] : 0;
    status = pel_check_array(keys, end, job.size);
    if (status == PEL_OK && end > 0 && pel_overlap(keys, end * job.size, offsets, (nsegments + 1) * sizeof *offsets))
        status = PEL_EINVAL;
    job.n = nsegments > 0 ? end - offsets[0] : 0;
    return status == PEL_OK ? sort_segments(&job, opts) : status;
}

pel_status pel_sort_rows(pel_dtype dtype, void *keys, size_t length, size_t nrows, pel_sort_fn *sort,
                         const pel_opts *opts)
{
    struct job job = {.dtype = dtype,
                      .keys = keys,
                      .n = length * nrows,
                      .size = pel_dtype_size(dtype),
                      .segments = {.length = length},
                      .nsegments = nrows,
                      .sort = sort};
    return sort_segments(&job, opts);
}

#define SEGMENTS(T, suffix, DTYPE)                                                                                     \
    static pel_status sort_##suffix(void *keys, size_t n, const pel_opts *opts)                                        \
    {                                                                                                                  \
        return pel_sort_##suffix(keys, n, opts);                                                                       \
    }                                                                                                                  \
    pel_status pel_sort_segments_##suffix(T *keys, const size_t *offsets, size_t nsegments, const pel_opts *opts)      \
    {                                                                                                                  \
        return sort_by_offsets(DTYPE, keys, offsets, nsegments, sort_##suffix, opts);                                  \
    }

SEGMENTS(float, f32, PEL_F32)
SEGMENTS(double, f64, PEL_F64)
SEGMENTS(int32_t, i32, PEL_I32)
SEGMENTS(int64_t, i64, PEL_I64)
SEGMENTS(uint32_t, u32, PEL_U32)
SEGMENTS(uint64_t, u64, PEL_U64)
