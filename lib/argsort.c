/* Argsort and sorts of pairs: check, pick, and then either order all records in one go, or distribute them over
 * buckets. */
#include <pel/sort.h>

#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/keyed.h"
#include "lib/team.h"
#include "lib/trace.h"

static pel_status check(const struct pel_keyed_job *job, const pel_opts *opts)
{
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = pel_check_array(job->keys, job->n, job->size);
    if (status == PEL_OK)
        status = pel_check_array(job->loads_out, job->n, job->out_size);
    if (status == PEL_OK && job->n > 0 &&
        pel_overlap(job->keys, job->n * job->size, job->loads_out, job->n * job->out_size))
        status = PEL_EINVAL;
    return status;
}

static pel_status run(enum pel_op op, pel_dtype dtype, struct pel_keyed_job *job, const pel_opts *opts)
{
    struct pel_request request = {
        .op = op, .dtype = dtype, .flags = pel_flags(opts), .threads = pel_team_threads(opts), .n = job->n};
    struct pel_pick pick;
    struct pel_span span;
    pel_status status = check(job, opts);
    if (status == PEL_OK)
        status = pel_dispatch(&request, opts, &pick);
    if (status != PEL_OK || job->n == 0)
        return status;
    job->descending = request.flags & PEL_DESCENDING;
    job->team = pick.team;
    job->leaf = pick.kernel->run.records;
    pel_trace_begin(&span, &pick, job->n);
    if (!pel_keyed_spread(job, (size_t)pick.params[0] << 10, opts))
        status = pel_keyed_alone(job, opts);
    pel_trace_end_with(&span, status);
    return status;
}

/* Places that fit 4 bytes travel in them. */
static const uint64_t short_indices = (uint64_t)1 << 32;

static pel_status argsort(pel_dtype dtype, const void *keys, size_t n, void *index, size_t index_size,
                          const pel_opts *opts)
{
    struct pel_keyed_job job = {.keys = keys,
                                .loads_out = index,
                                .n = n,
                                .size = pel_dtype_size(dtype),
                                .load_size = n <= short_indices ? 4 : 8,
                                .out_size = index_size};
    return run(PEL_OP_ARGSORT, dtype, &job, opts);
}

static pel_status sort_pairs(pel_dtype dtype, void *keys, void *values, size_t value_size, size_t n,
                             const pel_opts *opts)
{
    struct pel_keyed_job job = {.keys = keys,
                                .loads = values,
                                .keys_out = keys,
                                .loads_out = values,
                                .n = n,
                                .size = pel_dtype_size(dtype),
                                .load_size = value_size,
                                .out_size = value_size};
    return run(PEL_OP_SORT_PAIRS, dtype, &job, opts);
}

size_t pel_argsort_work_bytes(pel_dtype dtype, size_t n)
{
    return pel_keyed_work_bytes(dtype, n <= short_indices ? 4 : 8, n);
}

size_t pel_sort_pairs_work_bytes(pel_dtype dtype, size_t value_bytes, size_t n)
{
    return value_bytes == 4 || value_bytes == 8 ? pel_keyed_work_bytes(dtype, value_bytes, n) : 0;
}

#define SORTS(T, suffix, DTYPE)                                                                                        \
    pel_status pel_argsort_##suffix(const T *keys, size_t n, uint64_t *index, const pel_opts *opts)                    \
    {                                                                                                                  \
        return argsort(DTYPE, keys, n, index, sizeof *index, opts);                                                    \
    }                                                                                                                  \
    pel_status pel_argsort_##suffix##_u32(const T *keys, size_t n, uint32_t *index, const pel_opts *opts)              \
    {                                                                                                                  \
        return n > short_indices ? PEL_ERANGE : argsort(DTYPE, keys, n, index, sizeof *index, opts);                   \
    }                                                                                                                  \
    pel_status pel_sort_pairs_##suffix##_u32(T *keys, uint32_t *values, size_t n, const pel_opts *opts)                \
    {                                                                                                                  \
        return sort_pairs(DTYPE, keys, values, sizeof *values, n, opts);                                               \
    }                                                                                                                  \
    pel_status pel_sort_pairs_##suffix##_u64(T *keys, uint64_t *values, size_t n, const pel_opts *opts)                \
    {                                                                                                                  \
        return sort_pairs(DTYPE, keys, values, sizeof *values, n, opts);                                               \
    }

SORTS(float, f32, PEL_F32)
SORTS(double, f64, PEL_F64)
SORTS(int32_t, i32, PEL_I32)
SORTS(int64_t, i64, PEL_I64)
SORTS(uint32_t, u32, PEL_U32)
SORTS(uint64_t, u64, PEL_U64)
