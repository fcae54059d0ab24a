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

/* What says which elements are kept: a mask; a relation to a value; a mask, and the first one in any case; a change
 * from the element before. */
enum rule { MASK, RELATION, HEADS, RUNS };

/* A call, as the public functions hand it in. */
struct call {
    enum rule rule;
    pel_dtype dtype;
    const void *x; /* but for HEADS */
    size_t n;
    const uint8_t *mask;
    pel_relation relation;
    const void *value;
    void *out; /* elements, or with `indices` those; as offsets they end with n */
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

static bool makes_offsets(const struct call *call)
{
    return call->rule == HEADS || call->rule == RUNS;
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
    size_t first = start == 0 ? 1 : 0; /* of a block whose first element has none before it */
    room[0] = 1;
    switch (call->rule) {
    case MASK:
        return call->mask + start;
    case RELATION:
        job->leaf->flag(element(job, start), count, call->relation, call->value, room);
        return room;
    case HEADS:
        memcpy(room + first, call->mask + start + first, count - first);
        return room;
    case RUNS:
        job->leaf->change(element(job, start + first - 1), count - first, room + first);
        return room;
    }
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
    size_t bytes = call->indices ? (kept + makes_offsets(call)) * sizeof(uint64_t) : kept * job->size;
    if (bytes == 0 || call->n == 0)
        return false;
    if (call->x && (call->indices || call->out != call->x) &&
        pel_overlap(call->x, call->n * job->size, call->out, bytes))
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
    if (makes_offsets(job->call))
        ((uint64_t *)job->call->out)[start[job->parts]] = job->call->n;
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

static pel_status check(const struct call *call, const pel_opts *opts)
{
    size_t size = pel_dtype_size(call->dtype), n = call->n;
    bool masked = call->rule == MASK || call->rule == HEADS;
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK && call->rule != HEADS)
        status = pel_check_array(call->x, n, size);
    if (status == PEL_OK && masked)
        status = pel_check_array(call->mask, n, 1);
    if (status == PEL_OK)
        status = pel_check_array(call->out, n, call->indices ? sizeof(uint64_t) : size);
    if (status != PEL_OK)
        return status;
    if ((makes_offsets(call) && !call->out) || !call->count || (uintptr_t)call->count % _Alignof(size_t) ||
        (unsigned)call->relation > PEL_GREATER)
        return PEL_EINVAL;
    return PEL_OK;
}

static pel_status compact(const struct call *call, const pel_opts *opts)
{
    struct pel_request request = {.op = PEL_OP_COMPACT,
                                  .dtype = call->dtype,
                                  .flags = pel_flags(opts),
                                  .threads = call->out == call->x ? 1 : pel_team_threads(opts),
                                  .n = call->n};
    struct pel_pick pick;
    struct pel_span span;
    pel_status status = check(call, opts);
    if (status == PEL_OK)
        status = pel_dispatch(&request, opts, &pick);
    if (status != PEL_OK)
        return status;
    struct job job = {.call = call, .leaf = pick.kernel->run.compact, .size = pel_dtype_size(call->dtype)};
    pel_trace_begin(&span, &pick, call->n);
    status = pick.team > 1 && call->n > 0 ? run_team(&job, pick.team, opts) : run_serial(&job);
    pel_trace_end_with(&span, status);
    return status;
}

#define COMPACTIONS(T, suffix, DTYPE)                                                                                  \
    pel_status pel_compact_##suffix(const T *x, const uint8_t *mask, size_t n, T *out, size_t *count,                  \
                                    const pel_opts *opts)                                                              \
    {                                                                                                                  \
        struct call call = {.rule = MASK, .dtype = DTYPE, .x = x, .n = n, .mask = mask, .out = out, .count = count};   \
        return compact(&call, opts);                                                                                   \
    }                                                                                                                  \
    pel_status pel_compact_if_##suffix(const T *x, size_t n, pel_relation relation, T value, T *out, size_t *count,    \
                                       const pel_opts *opts)                                                           \
    {                                                                                                                  \
        struct call call = {RELATION, DTYPE, x, n, NULL, relation, &value, out, false, count};                         \
        return compact(&call, opts);                                                                                   \
    }                                                                                                                  \
    pel_status pel_nonzero_##suffix(const T *x, size_t n, uint64_t *index, size_t *count, const pel_opts *opts)        \
    {                                                                                                                  \
        const T zero = 0;                                                                                              \
        struct call call = {RELATION, DTYPE, x, n, NULL, PEL_NOT_EQUAL, &zero, index, true, count};                    \
        return compact(&call, opts);                                                                                   \
    }                                                                                                                  \
    pel_status pel_runs_##suffix(const T *x, size_t n, size_t *offsets, size_t *count, const pel_opts *opts)           \
    {                                                                                                                  \
        struct call call = {                                                                                           \
            .rule = RUNS, .dtype = DTYPE, .x = x, .n = n, .out = offsets, .indices = true, .count = count};            \
        return compact(&call, opts);                                                                                   \
    }

COMPACTIONS(float, f32, PEL_F32)
COMPACTIONS(double, f64, PEL_F64)
COMPACTIONS(int32_t, i32, PEL_I32)
COMPACTIONS(int64_t, i64, PEL_I64)
COMPACTIONS(uint32_t, u32, PEL_U32)
COMPACTIONS(uint64_t, u64, PEL_U64)

/* Of any dtype: there are no elements. */
pel_status pel_heads(const uint8_t *heads, size_t n, size_t *offsets, size_t *count, const pel_opts *opts)
{
    struct call call = {
        .rule = HEADS, .dtype = PEL_U64, .n = n, .mask = heads, .out = offsets, .indices = true, .count = count};
    return compact(&call, opts);
}
