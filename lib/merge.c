/* Merges of two sorted arrays: check, pick, and cut the merged array into pieces, whose starts in both arrays are found
 * beforehand: S. Odeh et al., "Merge path" (2012). */
#include "lib/merge.h"

#include <pel/sort.h>

#include "kernels/sort/sorted.h"
#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/team.h"
#include "lib/trace.h"

enum { PIECES = 4, /* for each thread */ MOST_PIECES = 256 };

struct job {
    const struct pel_merge_leaf *leaf;
    struct pel_merge runs;
    char *out;
    size_t size, npieces;
    size_t of_a[MOST_PIECES + 1]; /* how much of it comes before each piece */
};

static size_t piece_start(const struct job *job, size_t piece)
{
    return pel_part_start(job->runs.na + job->runs.nb, job->npieces, piece);
}

/* Each start lies behind the one before in both arrays, even if they are not in order. */
static void find_starts(struct job *job)
{
    const struct pel_merge *runs = &job->runs;
    job->of_a[0] = 0;
    for (size_t p = 1; p <= job->npieces; p++) {
        size_t count = piece_start(job, p), step = count - piece_start(job, p - 1);
        size_t least = count > runs->nb ? count - runs->nb : 0, most = count < runs->na ? count : runs->na;
        least = least > job->of_a[p - 1] ? least : job->of_a[p - 1];
        most = most < job->of_a[p - 1] + step ? most : job->of_a[p - 1] + step;
        job->of_a[p] = job->leaf->split(runs, count, least, most);
    }
}

static void merge_piece(void *context, size_t piece)
{
    const struct job *job = context;
    size_t start = piece_start(job, piece), a = job->of_a[piece], b = start - a;
    size_t na = job->of_a[piece + 1] - a;
    struct pel_merge runs = {.a = (const char *)job->runs.a + a * job->size,
                             .b = (const char *)job->runs.b + b * job->size,
                             .na = na,
                             .nb = piece_start(job, piece + 1) - start - na,
                             .descending = job->runs.descending};
    job->leaf->merge(&runs, job->out + start * job->size);
}

static pel_status check(const struct job *job, const pel_opts *opts)
{
    const struct pel_merge *runs = &job->runs;
    size_t n;
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = pel_check_array(runs->a, runs->na, job->size);
    if (status == PEL_OK)
        status = pel_check_array(runs->b, runs->nb, job->size);
    if (status == PEL_OK && __builtin_add_overflow(runs->na, runs->nb, &n))
        status = PEL_ERANGE;
    if (status == PEL_OK)
        status = pel_check_array(job->out, n, job->size);
    if (status != PEL_OK)
        return status;
    bool apart = (runs->na == 0 || !pel_overlap(job->out, n * job->size, runs->a, runs->na * job->size)) &&
                 (runs->nb == 0 || !pel_overlap(job->out, n * job->size, runs->b, runs->nb * job->size));
    return apart ? PEL_OK : PEL_EINVAL;
}

pel_status pel_merge_any(pel_dtype dtype, const void *a, size_t na, const void *b, size_t nb, void *out,
                         const pel_opts *opts)
{
    struct job job;
    struct pel_pick pick;
    struct pel_span span;
    job.runs = (struct pel_merge){a, b, na, nb, pel_flags(opts) & PEL_DESCENDING};
    job.out = out;
    job.size = pel_dtype_size(dtype);
    pel_status status = check(&job, opts);
    if (status != PEL_OK)
        return status;
    struct pel_request request = {
        .op = PEL_OP_MERGE, .dtype = dtype, .flags = pel_flags(opts), .threads = pel_team_threads(opts), .n = na + nb};
    status = pel_dispatch(&request, opts, &pick);
    if (status != PEL_OK || request.n == 0)
        return status;
    job.leaf = pick.kernel->run.merge;
    job.npieces = pick.team > 1 ? PIECES * (size_t)pick.team : 1;
    job.npieces = job.npieces < MOST_PIECES ? job.npieces : MOST_PIECES;
    pel_trace_begin(&span, &pick, request.n);
    find_starts(&job);
    pel_team_for(pick.team, job.npieces, merge_piece, &job);
    pel_trace_end(&span);
    return PEL_OK;
}

#define MERGE(T, suffix, DTYPE)                                                                                        \
    pel_status pel_merge_##suffix(const T *a, size_t na, const T *b, size_t nb, T *out, const pel_opts *opts)          \
    {                                                                                                                  \
        return pel_merge_any(DTYPE, a, na, b, nb, out, opts);                                                          \
    }

MERGE(float, f32, PEL_F32)
MERGE(double, f64, PEL_F64)
MERGE(int32_t, i32, PEL_I32)
MERGE(int64_t, i64, PEL_I64)
MERGE(uint32_t, u32, PEL_U32)
MERGE(uint64_t, u64, PEL_U64)
