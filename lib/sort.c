/* Sorts: check, pick, and then either let the leaf sort all keys in place, or distribute them over buckets first. */
#include <pel/sort.h>

#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/memory.h"
#include "lib/sort_runs.h"
#include "lib/sort_spread.h"
#include "lib/team.h"
#include "lib/trace.h"

/* Keys that are worth a look for runs to merge. */
enum { LEAST_IN_RUNS = 1 << 12 };

/* A leaf that finds no memory for its scratch does without. */
static void sort_alone(const struct pel_sort_job *job, const pel_opts *opts)
{
    struct pel_scratch scratch = {NULL, NULL};
    size_t bytes = job->leaf->scratch_bytes(job->n);
    if (bytes > 0)
        pel_scratch_take(&scratch, bytes, opts);
    job->leaf->sort(job->keys, job->n, scratch.data, job->descending);
    pel_scratch_drop(&scratch);
}

pel_status pel_sort_visited(pel_dtype dtype, void *keys, size_t n, const struct pel_sort_guest *guest, size_t *nbuckets,
                            const pel_opts *opts)
{
    *nbuckets = 0;
    size_t size = pel_dtype_size(dtype);
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = pel_check_array(keys, n, size);
    if (status != PEL_OK)
        return status;
    struct pel_request request = {
        .op = PEL_OP_SORT, .dtype = dtype, .flags = pel_flags(opts), .threads = pel_team_threads(opts), .n = n};
    struct pel_pick pick;
    status = pel_dispatch(&request, opts, &pick);
    if (status != PEL_OK)
        return status;
    struct pel_sort_job job = {.leaf = pick.kernel->run.sort,
                               .alone = (size_t)pick.params[0] << 10,
                               .keys = keys,
                               .n = n,
                               .size = size,
                               .descending = request.flags & PEL_DESCENDING,
                               .team = pick.team,
                               .guest = guest};
    struct pel_span span;
    pel_trace_begin(&span, &pick, n);
    bool named = opts && opts->variant, many = job.leaf->distribute && (job.team > 1 || n * size > job.alone);
    bool done = !named && n >= LEAST_IN_RUNS && pel_sort_runs(&job, dtype, opts);
    if (!done && (!many || !pel_sort_spread(&job, nbuckets, opts)))
        sort_alone(&job, opts);
    pel_trace_end(&span);
    return PEL_OK;
}

size_t pel_sort_work_bytes(pel_dtype dtype, size_t n)
{
    size_t size = pel_dtype_size(dtype);
    if (size == 0 || n > PTRDIFF_MAX / size)
        return 0;
    size_t keys = n * size, most = PEL_SORT_SCRATCH, little = keys < most ? PEL_SORT_LITTLE_SCRATCH * keys : most;
    little = little < most ? little : most;
    return (keys < little ? little : keys) + 2 * PEL_CACHE_LINE; /* one to align it */
}

#define SORT(T, suffix, DTYPE)                                                                                         \
    pel_status pel_sort_##suffix(T *keys, size_t n, const pel_opts *opts)                                              \
    {                                                                                                                  \
        size_t nbuckets;                                                                                               \
        return pel_sort_visited(DTYPE, keys, n, NULL, &nbuckets, opts);                                                \
    }

SORT(float, f32, PEL_F32)
SORT(double, f64, PEL_F64)
SORT(int32_t, i32, PEL_I32)
SORT(int64_t, i64, PEL_I64)
SORT(uint32_t, u32, PEL_U32)
SORT(uint64_t, u64, PEL_U64)
