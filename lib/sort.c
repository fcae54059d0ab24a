/* Sorts: check, pick, and let the leaf sort. */
#include <pel/sort.h>

#include "kernels/sort/leaf.h"
#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/memory.h"
#include "lib/team.h"

struct job {
    const struct pel_sort_leaf *leaf;
    void *keys, *scratch;
    size_t n;
    bool descending;
};

static void sort_all(void *context, size_t index)
{
    struct job *job = context;
    (void)index;
    job->leaf->sort(job->keys, job->n, job->scratch, job->descending);
}

/* A sort that finds no memory for scratch goes without, in place. */
static pel_status sort(pel_dtype dtype, void *keys, size_t n, const pel_opts *opts)
{
    size_t size = pel_dtype_size(dtype);
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = pel_check_array(keys, n, size);
    struct pel_request request = {
        .op = PEL_OP_SORT, .dtype = dtype, .flags = pel_flags(opts), .threads = pel_team_threads(opts), .n = n};
    struct pel_pick pick;
    if (status == PEL_OK)
        status = pel_dispatch(&request, opts, &pick);
    if (status != PEL_OK)
        return status;
    struct job job = {
        .leaf = pick.kernel->run.sort, .keys = keys, .n = n, .descending = request.flags & PEL_DESCENDING};
    struct pel_scratch scratch = {NULL, NULL};
    if (job.leaf->wants_scratch)
        pel_scratch_take(&scratch, n * size, opts);
    job.scratch = scratch.data;
    pel_team_for(1, 1, sort_all, &job);
    pel_scratch_drop(&scratch);
    return PEL_OK;
}

size_t pel_sort_work_bytes(pel_dtype dtype, size_t n)
{
    size_t size = pel_dtype_size(dtype);
    if (size == 0 || n > (PTRDIFF_MAX - PEL_CACHE_LINE) / size)
        return 0;
    return n * size + PEL_CACHE_LINE;
}

#define SORT(T, suffix, DTYPE)                                                                                         \
    pel_status pel_sort_##suffix(T *keys, size_t n, const pel_opts *opts)                                              \
    {                                                                                                                  \
        return sort(DTYPE, keys, n, opts);                                                                             \
    }

SORT(float, f32, PEL_F32)
SORT(double, f64, PEL_F64)
SORT(int32_t, i32, PEL_I32)
SORT(int64_t, i64, PEL_I64)
SORT(uint32_t, u32, PEL_U32)
SORT(uint64_t, u64, PEL_U64)
