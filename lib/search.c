/* Places of needles in keys that are in order, and whether keys are: check, pick, and share the work out. */
#include <pel/sort.h>

#include <stdatomic.h>

#include "kernels/sort/leaf.h"
#include "kernels/sort/sorted.h"
#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/team.h"
#include "lib/trace.h"

enum { PIECES = 8 /* for each thread */ };

struct job {
    struct pel_search search;
    const char *needles;
    uint64_t *places;
    size_t count, size, npieces;
    pel_search_fn *leaf;
};

static void search_piece(void *context, size_t piece)
{
    const struct job *job = context;
    size_t from = pel_part_start(job->count, job->npieces, piece),
           to = pel_part_start(job->count, job->npieces, piece + 1);
    job->leaf(&job->search, job->needles + from * job->size, to - from, job->places + from);
}

static pel_status check_search(const struct job *job, const pel_opts *opts)
{
    const struct pel_search *search = &job->search;
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = pel_check_array(search->keys, search->n, job->size);
    if (status == PEL_OK)
        status = pel_check_array(job->needles, job->count, job->size);
    if (status == PEL_OK)
        status = pel_check_array(job->places, job->count, sizeof *job->places);
    if (status != PEL_OK || job->count == 0)
        return status;
    size_t bytes = job->count * sizeof *job->places;
    bool apart = !pel_overlap(job->places, bytes, job->needles, job->count * job->size) &&
                 (search->n == 0 || !pel_overlap(job->places, bytes, search->keys, search->n * job->size));
    return apart ? PEL_OK : PEL_EINVAL;
}

static pel_status search_sorted(pel_dtype dtype, const void *keys, size_t n, const void *needles, size_t count,
                                uint64_t *places, const pel_opts *opts)
{
    unsigned flags = pel_flags(opts);
    struct job job = {.search = {keys, n, flags & PEL_RIGHT, flags & PEL_DESCENDING},
                      .needles = needles,
                      .places = places,
                      .count = count,
                      .size = pel_dtype_size(dtype)};
    struct pel_request request = {
        .op = PEL_OP_SEARCHSORTED, .dtype = dtype, .flags = flags, .threads = pel_team_threads(opts), .n = count};
    struct pel_pick pick;
    struct pel_span span;
    pel_status status = check_search(&job, opts);
    if (status == PEL_OK)
        status = pel_dispatch(&request, opts, &pick);
    if (status != PEL_OK || count == 0)
        return status;
    job.leaf = pick.kernel->run.search;
    job.npieces = pick.team > 1 ? PIECES * (size_t)pick.team : 1;
    pel_trace_begin(&span, &pick, count);
    pel_team_for(pick.team, job.npieces, search_piece, &job);
    pel_trace_end(&span);
    return PEL_OK;
}

struct look {
    const struct pel_sort_leaf *leaf;
    const char *keys;
    size_t n, size, npieces;
    bool descending;
    atomic_bool sorted;
};

static void look_at_piece(void *context, size_t piece)
{
    struct look *look = context;
    size_t from = pel_part_start(look->n, look->npieces, piece), to = pel_part_start(look->n, look->npieces, piece + 1);
    bool sorted = true, reversed = false;
    if (to < look->n)
        to++; /* the step to the next piece */
    if (atomic_load_explicit(&look->sorted, memory_order_relaxed))
        look->leaf->scan(look->keys + from * look->size, to - from, look->descending, &sorted, &reversed);
    if (!sorted)
        atomic_store_explicit(&look->sorted, false, memory_order_relaxed);
}

static pel_status is_sorted(pel_dtype dtype, const void *keys, size_t n, int *sorted, const pel_opts *opts)
{
    enum { PIECE = 1 << 16 };
    struct look look = {.keys = keys, .n = n, .size = pel_dtype_size(dtype), .sorted = true};
    struct pel_request request = {.op = PEL_OP_SORT,
                                  .dtype = dtype,
                                  .flags = pel_flags(opts),
                                  .threads = pel_team_threads(opts),
                                  .n = n,
                                  .borrowed = true};
    struct pel_pick pick;
    struct pel_span span;
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = sorted ? pel_check_array(keys, n, look.size) : PEL_EINVAL;
    if (status == PEL_OK)
        status = pel_dispatch(&request, opts, &pick);
    if (status != PEL_OK)
        return status;
    look.leaf = pick.kernel->run.sort;
    look.npieces = n / PIECE + 1;
    look.descending = request.flags & PEL_DESCENDING;
    pel_trace_begin(&span, &pick, n);
    pel_team_for(pick.team, look.npieces, look_at_piece, &look);
    pel_trace_end(&span);
    *sorted = look.sorted;
    return PEL_OK;
}

#define SEARCH(T, suffix, DTYPE)                                                                                       \
    pel_status pel_searchsorted_##suffix(const T *keys, size_t n, const T *needles, size_t count, uint64_t *places,    \
                                         const pel_opts *opts)                                                         \
    {                                                                                                                  \
        return search_sorted(DTYPE, keys, n, needles, count, places, opts);                                            \
    }                                                                                                                  \
    pel_status pel_is_sorted_##suffix(const T *keys, size_t n, int *sorted, const pel_opts *opts)                      \
    {                                                                                                                  \
        return is_sorted(DTYPE, keys, n, sorted, opts);                                                                \
    }

SEARCH(float, f32, PEL_F32)
SEARCH(double, f64, PEL_F64)
SEARCH(int32_t, i32, PEL_I32)
SEARCH(int64_t, i64, PEL_I64)
SEARCH(uint32_t, u32, PEL_U32)
SEARCH(uint64_t, u64, PEL_U64)
