/* Compactions: check, pick, then parts of the array: how many elements of each are kept, and where they go. */
#include <pel/compact.h>

#include <string.h>

#include "kernels/scan/compact_leaf.h"
#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/memory.h"
#include "lib/team.h"
#include "lib/trace.h"

/* Elements whose flags are made at a time, where the caller does not bring them. */
enum { BLOCK = 4096 };

/* A call, as the public functions hand it in. */
struct call {
    pel_dtype dtype;
    const void *x;
    size_t n;
    const uint8_t *mask;   /* NULL: by the relation */
    pel_relation relation; /* to the value */
    const void *value;
    void *out; /* elements, or with `indices` those */
    bool indices;
    size_t *count;
};

/* Its work, cut into parts of `step` elements. */
struct job {
    const struct call *call;
    const struct pel_compact_leaf *leaf;
    size_t size, step, parts;
    size_t *start; /* of what each part keeps, in the output */
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t end_of(const struct job *job, size_t part)
{
    return smaller((part + 1) * job->step, job->call->n);
}

static const char *element(const struct job *job, size_t i)
{
    return (const char *)job->call->x + i * job->size;
}

/* The flags of a block, perhaps in the room for them. */
static const uint8_t *flags_of(const struct job *job, size_t start, size_t count, uint8_t room[BLOCK])
{
    const struct call *call = job->call;
    if (call->mask)
        return call->mask + start;
    job->leaf->flag(element(job, start), count, call->relation, call->value, room);
    return room;
}

static void count_part(void *context, size_t part)
{
    const struct job *job = context;
    uint8_t room[BLOCK];
    size_t kept = 0, end = end_of(job, part);
    for (size_t i = part * job->step, count; i < end; i += count) {
        count = smaller(end - i, BLOCK);
        kept += job->leaf->count(flags_of(job, i, count, room), count);
    }
    job->start[part + 1] = kept;
}

static void keep_part(void *context, size_t part)
{
    const struct job *job = context;
    uint8_t room[BLOCK];
    size_t at = job->start[part], limit = job->start[part + 1], end = end_of(job, part);
    for (size_t i = part * job->step, count; i < end; i += count) {
        count = smaller(end - i, BLOCK);
        const uint8_t *flags = flags_of(job, i, count, room);
        if (job->call->indices)
            at += job->leaf->number(i, flags, count, (uint64_t *)job->call->out + at, limit - at);
        else
            at += job->leaf->pack(element(job, i), flags, count, (char *)job->call->out + at * job->size, limit - at);
    }
}

/* Whether what is kept would be written over what has yet to be read. */
static bool overlaps(const struct job *job, size_t kept)
{
    const struct call *call = job->call;
    size_t bytes = kept * (call->indices ? sizeof(uint64_t) : job->size);
    if (kept == 0)
        return false;
    if ((call->indices || call->out != call->x) && pel_overlap(call->x, call->n * job->size, call->out, bytes))
        return true;
    return call->mask && pel_overlap(call->mask, call->n, call->out, bytes);
}

static pel_status run(struct job *job, int team)
{
    size_t *start = job->start;
    start[0] = 0;
    pel_team_for(team, job->parts, count_part, job);
    for (size_t i = 0; i < job->parts; i++)
        start[i + 1] += start[i];
    if (overlaps(job, start[job->parts]))
        return PEL_EINVAL;
    pel_team_for(team, job->parts, keep_part, job);
    *job->call->count = start[job->parts];
    return PEL_OK;
}

static pel_status run_team(struct job *job, int team, const pel_opts *opts)
{
    enum { PARTS_PER_THREAD = 8 };
    struct pel_scratch scratch;
    size_t parts = (size_t)team * PARTS_PER_THREAD;
    job->step = (job->call->n / parts / BLOCK + 1) * BLOCK;
    job->parts = (job->call->n - 1) / job->step + 1;
    if (!pel_scratch_take(&scratch, (job->parts + 1) * sizeof *job->start, opts))
        return PEL_ENOMEM;
    job->start = scratch.data;
    pel_status status = run(job, team);
    pel_scratch_drop(&scratch);
    return status;
}

static pel_status run_serial(struct job *job)
{
    size_t start[2];
    job->step = job->call->n;
    job->parts = 1;
    job->start = start;
    return run(job, 1);
}

static pel_status check(const struct call *call, bool masked, const pel_opts *opts)
{
    size_t size = pel_dtype_size(call->dtype), out_size = call->indices ? sizeof(uint64_t) : size;
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = pel_check_array(call->x, call->n, size);
    if (status == PEL_OK)
        status = pel_check_array(call->out, call->n, out_size);
    if (status != PEL_OK)
        return status;
    bool sensible = masked ? call->mask || call->n == 0 : (unsigned)call->relation <= PEL_GREATER;
    if (!sensible || !call->count || (uintptr_t)call->count % _Alignof(size_t))
        return PEL_EINVAL;
    return PEL_OK;
}

static pel_status compact(const struct call *call, bool masked, const pel_opts *opts)
{
    struct pel_request request = {.op = PEL_OP_COMPACT,
                                  .dtype = call->dtype,
                                  .flags = pel_flags(opts),
                                  .threads = call->out == call->x ? 1 : pel_team_threads(opts),
                                  .n = call->n};
    struct pel_pick pick;
    struct pel_span span;
    pel_status status = check(call, masked, opts);
    if (status == PEL_OK)
        status = pel_dispatch(&request, opts, &pick);
    if (status != PEL_OK)
        return status;
    struct job job = {.call = call, .leaf = pick.kernel->run.compact, .size = pel_dtype_size(call->dtype)};
    pel_trace_begin(&span, &pick, call->n);
    status = pick.team > 1 && call->n > 0 ? run_team(&job, pick.team, opts) : run_serial(&job);
    pel_trace_end(&span);
    return status;
}

#define COMPACTIONS(T, suffix, DTYPE)                                                                                  \
    pel_status pel_compact_##suffix(const T *x, const uint8_t *mask, size_t n, T *out, size_t *count,                  \
                                    const pel_opts *opts)                                                              \
    {                                                                                                                  \
        struct call call = {.dtype = DTYPE, .x = x, .n = n, .mask = mask, .out = out, .count = count};                 \
        return compact(&call, true, opts);                                                                             \
    }                                                                                                                  \
    pel_status pel_compact_if_##suffix(const T *x, size_t n, pel_relation relation, T value, T *out, size_t *count,    \
                                       const pel_opts *opts)                                                           \
    {                                                                                                                  \
        struct call call = {DTYPE, x, n, NULL, relation, &value, out, false, count};                                   \
        return compact(&call, false, opts);                                                                            \
    }                                                                                                                  \
    pel_status pel_nonzero_##suffix(const T *x, size_t n, uint64_t *index, size_t *count, const pel_opts *opts)        \
    {                                                                                                                  \
        const T zero = 0;                                                                                              \
        struct call call = {DTYPE, x, n, NULL, PEL_NOT_EQUAL, &zero, index, true, count};                              \
        return compact(&call, false, opts);                                                                            \
    }

COMPACTIONS(float, f32, PEL_F32)
COMPACTIONS(double, f64, PEL_F64)
COMPACTIONS(int32_t, i32, PEL_I32)
COMPACTIONS(int64_t, i64, PEL_I64)
COMPACTIONS(uint32_t, u32, PEL_U32)
COMPACTIONS(uint64_t, u64, PEL_U64)
