/* Segmented reductions: each segment by the kernel that is picked for the usual length, on the threads that the whole
 * is worth; segments that are more than a thread's share, by a team each. */
#include <pel/segment.h>

#include <stdatomic.h>
#include <string.h>

#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/memory.h"
#include "lib/offsets.h"
#include "lib/reduce.h"
#include "lib/team.h"
#include "lib/trace.h"

struct job {
    struct pel_call each; /* but for array, length and result */
    const char *x;
    size_t size;
    struct pel_offsets segments;
    char *results;
    size_t most; /* elements of a segment that is no team's work */
    unsigned flags;
    struct pel_pick pick;
    atomic_bool failed;
};

static size_t length_of(const struct job *job, size_t s)
{
    return job->segments.offsets[s + 1] - job->segments.offsets[s];
}

static struct pel_call reduction_of(const struct job *job, size_t s)
{
    struct pel_call reduction = job->each;
    reduction.x = job->x + job->segments.offsets[s] * job->size;
    reduction.n = length_of(job, s);
    reduction.result = job->results + s * reduction.result_size;
    return reduction;
}

/* What a mean, a minimum or a maximum of nothing is. */
static uint64_t nothing(enum pel_op op, pel_dtype dtype)
{
    uint64_t sign = UINT64_C(1) << (8 * pel_dtype_size(dtype) - 1);
    if (op == PEL_OP_MEAN || dtype == PEL_F64)
        return UINT64_C(0x7ff8) << 48;
    if (dtype == PEL_F32)
        return UINT64_C(0x7fc00000);
    if (dtype == PEL_I32 || dtype == PEL_I64)
        return op == PEL_OP_MIN ? sign - 1 : sign;
    return op == PEL_OP_MIN ? UINT64_MAX : 0;
}

static void write_nothing(const struct pel_call *reduction)
{
    uint64_t bits = nothing(reduction->op, reduction->dtype);
    uint32_t low = (uint32_t)bits;
    if (reduction->result_size == sizeof low)
        memcpy(reduction->result, &low, sizeof low);
    else
        memcpy(reduction->result, &bits, sizeof bits);
}

static void reduce_part(void *context, size_t part)
{
    struct job *job = context;
    size_t end = pel_offsets_part(&job->segments, part + 1);
    for (size_t s = pel_offsets_part(&job->segments, part); s < end; s++) {
        struct pel_call reduction = reduction_of(job, s);
        if (reduction.n == 0 && reduction.op != PEL_OP_SUM)
            write_nothing(&reduction);
        else if (reduction.n <= job->most && pel_reduce_picked(&reduction, job->flags, &job->pick) != PEL_OK)
            atomic_store_explicit(&job->failed, true, memory_order_relaxed);
    }
}

/* Those that are too long for one thread. */
static pel_status reduce_long(const struct job *job, const pel_opts *opts)
{
    pel_status status = PEL_OK;
    pel_opts rest = pel_opts_without_work(opts);
    for (size_t s = 0; s < job->segments.count && status == PEL_OK; s++) {
        struct pel_call reduction = reduction_of(job, s);
        if (reduction.n > job->most)
            status = pel_reduce(&reduction, NULL, &rest);
    }
    return status;
}

/* The only thing that can go wrong on the way is that an integer sum does not fit. */
static pel_status reduce_all(struct job *job, int team, const pel_opts *opts)
{
    enum { PARTS_PER_THREAD = 8, WORTH_A_TEAM = 1 << 18 };
    size_t n = pel_offsets_end(&job->segments), share = n / (size_t)team / 2;
    job->segments.parts = team > 1 ? (size_t)team * PARTS_PER_THREAD : 1;
    job->most = team == 1 ? SIZE_MAX : share > WORTH_A_TEAM ? share : WORTH_A_TEAM;
    atomic_init(&job->failed, false);
    pel_team_for(team, job->segments.parts, reduce_part, job);
    if (atomic_load_explicit(&job->failed, memory_order_relaxed))
        return PEL_ERANGE;
    return team > 1 ? reduce_long(job, opts) : PEL_OK;
}

static pel_status check(const struct job *job, const void *results, const pel_opts *opts)
{
    bool skips = pel_asks_to_skip(job->each.dtype, opts),
         extreme = job->each.op == PEL_OP_MIN || job->each.op == PEL_OP_MAX;
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = pel_offsets_check(&job->segments);
    if (status == PEL_OK)
        status = pel_check_array(job->x, pel_offsets_end(&job->segments), job->size);
    if (status == PEL_OK)
        status = pel_check_array(results, job->segments.count, job->each.result_size);
    return status == PEL_OK && skips && !extreme ? PEL_ENOTSUP : status;
}

/* Picks a kernel for a segment of the usual length, and a team for the whole. */
static pel_status pick(struct job *job, const pel_opts *opts, int *team)
{
    size_t n = pel_offsets_end(&job->segments);
    struct pel_request request = {.op = job->each.op,
                                  .dtype = job->each.dtype,
                                  .flags = job->flags,
                                  .threads = pel_team_threads(opts),
                                  .n = n,
                                  .borrowed = true};
    pel_status status = pel_dispatch(&request, opts, &job->pick);
    *team = status == PEL_OK ? job->pick.team : 1;
    request.threads = 1;
    request.n = job->segments.count > 0 ? n / job->segments.count : 0;
    return status == PEL_OK ? pel_dispatch(&request, opts, &job->pick) : status;
}

static pel_status reduce_segments(enum pel_op op, pel_dtype dtype, const void *x, const size_t *offsets,
                                  size_t segments, void *results, size_t result_size, const pel_opts *opts)
{
    struct job job = {.each = {.op = op, .dtype = dtype, .result_size = result_size},
                      .x = x,
                      .size = pel_dtype_size(dtype),
                      .segments = {offsets, segments, 1},
                      .flags = pel_flags(opts)};
    struct pel_scratch scratch;
    struct pel_span span;
    int team;
    pel_status status = check(&job, results, opts);
    if (status == PEL_OK)
        status = pick(&job, opts, &team);
    if (status != PEL_OK || segments == 0)
        return status;
    if (!pel_scratch_take(&scratch, segments * result_size, opts))
        return PEL_ENOMEM;
    job.results = scratch.data;
    pel_trace_begin(&span, &job.pick, pel_offsets_end(&job.segments));
    status = reduce_all(&job, team, opts);
    pel_trace_end(&span);
    if (status == PEL_OK)
        memcpy(results, job.results, segments * result_size);
    pel_scratch_drop(&scratch);
    return status;
}

/* X(dtype, element, suffix, result of sums). */
#define EACH_DTYPE(X)                                                                                                  \
    X(PEL_F32, float, f32, float)                                                                                      \
    X(PEL_F64, double, f64, double)                                                                                    \
    X(PEL_I32, int32_t, i32, int64_t)                                                                                  \
    X(PEL_I64, int64_t, i64, int64_t)                                                                                  \
    X(PEL_U32, uint32_t, u32, uint64_t)                                                                                \
    X(PEL_U64, uint64_t, u64, uint64_t)

#define FUNCTION(op, name, dtype, T, suffix, R)                                                                        \
    pel_status pel_segment_##name##_##suffix(const T *x, const size_t *offsets, size_t segments, R *results,           \
                                             const pel_opts *opts)                                                     \
    {                                                                                                                  \
        return reduce_segments(PEL_OP_##op, dtype, x, offsets, segments, results, sizeof *results, opts);              \
    }
#define FUNCTIONS(dtype, T, suffix, R)                                                                                 \
    FUNCTION(SUM, sum, dtype, T, suffix, R)                                                                            \
    FUNCTION(MEAN, mean, dtype, T, suffix, double)                                                                     \
    FUNCTION(MIN, min, dtype, T, suffix, T)                                                                            \
    FUNCTION(MAX, max, dtype, T, suffix, T)
EACH_DTYPE(FUNCTIONS)
