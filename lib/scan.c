/* Scans: check, pick, then stretches of whole tiles on a team, each looked at twice: for what it adds to the sums
 * behind it, then for the sums themselves. */
#include <pel/scan.h>

#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include "kernels/scan/leaf.h"
#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/memory.h"
#include "lib/team.h"
#include "lib/topology.h"
#include "lib/trace.h"

/* A stretch of whole tiles, but for the last: what stands before it. */
struct part {
    _Alignas(PEL_CACHE_LINE) union pel_scan_carry carry;
    atomic_bool ready;           /* floating point: the carry is there */
    struct pel_scan_range range; /* integers: what it comes to */
    bool unfit;                  /* its sums may not fit, or do not */
};

/* A call, cut into stretches of `step` elements. */
struct job {
    pel_dtype dtype;
    const char *in;
    char *out;
    size_t n, size;
    bool excludes;
    const struct pel_scan_leaf *leaf;
    unsigned how;
    int team;
    size_t step, stretches;
    struct part *parts;
    char *totals;       /* floating point: of all tiles */
    atomic_size_t next; /* and the first stretch that nobody has taken */
};

static bool is_float(pel_dtype dtype)
{
    return dtype == PEL_F32 || dtype == PEL_F64;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void scan_from(const struct job *job, size_t start, size_t count, union pel_scan_carry *carry)
{
    size_t at = start * job->size;
    job->leaf->scan(job->in + at, job->out + at, count, carry, job->how);
}

/* Integers. The sum of all elements is not an exclusive scan's concern. */
static size_t checked(const struct job *job)
{
    return job->n - (job->excludes ? 1 : 0);
}

static size_t checked_from(const struct job *job, size_t start)
{
    return smaller(checked(job) - smaller(checked(job), start), job->step);
}

static void total_part(void *context, size_t index)
{
    const struct job *job = context;
    struct part *part = &job->parts[index];
    size_t start = index * job->step;
    part->range = (struct pel_scan_range){0, 0, 0};
    job->leaf->total(job->in + start * job->size, checked_from(job, start), &part->range);
}

static void check_part(void *context, size_t index)
{
    const struct job *job = context;
    struct part *part = &job->parts[index];
    size_t start = index * job->step;
    part->unfit = !job->leaf->fits(job->in + start * job->size, checked_from(job, start), part->carry.integer);
}

static void scan_part(void *context, size_t index)
{
    const struct job *job = context;
    size_t start = index * job->step;
    scan_from(job, start, smaller(job->n - start, job->step), &job->parts[index].carry);
}

static bool any_unfit(const struct job *job)
{
    for (size_t i = 0; i < job->stretches; i++) {
        if (job->parts[i].unfit)
            return true;
    }
    return false;
}

/* Carries the sums from part to part; a part whose bounds leave the type is in doubt. */
static void carry_on(const struct job *job)
{
    bool is_signed = job->dtype == PEL_I32 || job->dtype == PEL_I64;
    unsigned bits = 8 * (unsigned)job->size - is_signed;
    pel_i128 most = ((pel_i128)1 << bits) - 1, least = is_signed ? -most - 1 : 0, carry = 0;
    for (size_t i = 0; i < job->stretches; i++) {
        struct part *part = &job->parts[i];
        part->carry.integer = (uint64_t)carry;
        part->unfit = carry + part->range.low < least || carry + part->range.high > most;
        carry += part->range.sum;
    }
}

/* Nothing is written before all of it is known to fit. Most often the bounds show that, at no cost beyond reading. */
static pel_status scan_integers(struct job *job)
{
    pel_team_for(job->team, job->stretches, total_part, job);
    carry_on(job);
    if (any_unfit(job))
        pel_team_for(job->team, job->stretches, check_part, job);
    if (any_unfit(job))
        return PEL_ERANGE;
    pel_team_for(job->team, job->stretches, scan_part, job);
    return PEL_OK;
}

/* Floating point. */
static void add_total(const struct job *job, union pel_scan_carry *carry, size_t tile)
{
    if (job->dtype == PEL_F32)
        carry->f32 += ((const float *)(const void *)job->totals)[tile];
    else
        carry->f64 += ((const double *)(const void *)job->totals)[tile];
}

static union pel_scan_carry nothing(pel_dtype dtype)
{
    return dtype == PEL_F32 ? (union pel_scan_carry){.f32 = -0.0f} : (union pel_scan_carry){.f64 = -0.0};
}

/* Waits for the carry to a stretch, and hands on the one behind it. */
static union pel_scan_carry relay(const struct job *job, size_t index, size_t tiles)
{
    struct part *part = &job->parts[index];
    while (!atomic_load_explicit(&part->ready, memory_order_acquire))
        sched_yield();
    union pel_scan_carry carry = part->carry;
    for (size_t i = 0; i < tiles && index + 1 < job->stretches; i++)
        add_total(job, &carry, index * (job->step / PEL_SCAN_TILE) + i);
    if (index + 1 < job->stretches) {
        part[1].carry = carry;
        atomic_store_explicit(&part[1].ready, true, memory_order_release);
    }
    return part->carry;
}

/* Takes stretches in order, one after the other, and scans each while it is still in the cache from its totals. Whoever
 * has the stretch before is at work on it, so the wait ends, on any number of threads. */
static void scan_in_turn(void *context, size_t who)
{
    struct job *job = context;
    (void)who;
    for (size_t i; (i = atomic_fetch_add_explicit(&job->next, 1, memory_order_relaxed)) < job->stretches;) {
        size_t start = i * job->step, count = smaller(job->n - start, job->step);
        job->leaf->total(job->in + start * job->size, count, job->totals + start / PEL_SCAN_TILE * job->size);
        union pel_scan_carry carry = relay(job, i, (count - 1) / PEL_SCAN_TILE + 1);
        scan_from(job, start, count, &carry);
    }
}

static pel_status scan_floats(struct job *job)
{
    for (size_t i = 0; i < job->stretches; i++)
        atomic_init(&job->parts[i].ready, i == 0);
    job->parts[0].carry = nothing(job->dtype);
    atomic_init(&job->next, 0);
    pel_team_for(job->team, (size_t)job->team, scan_in_turn, job);
    return PEL_OK;
}

static void scan_alone(void *context, size_t index)
{
    const struct job *job = context;
    union pel_scan_carry carry = nothing(job->dtype);
    scan_from(job, index, job->n, &carry);
}

/* Outputs this large, in bytes, are stored past the caches, which would read their old content first. */
static size_t worth_streaming(void)
{
    return 16 * pel_topology_cache(2);
}

/* Equal stretches, a multiple of the team if there is enough for that, each at most about the limit. */
static void cut(struct job *job, size_t limit)
{
    size_t team = (size_t)job->team, tiles = (job->n - 1) / PEL_SCAN_TILE + 1;
    size_t most = limit / job->size / PEL_SCAN_TILE + 1, rounds = (tiles - 1) / (most * team) + 1;
    job->step = ((tiles - 1) / (rounds * team) + 1) * PEL_SCAN_TILE;
    job->stretches = (job->n - 1) / job->step + 1;
}

static pel_status scan_together(struct job *job, size_t limit, const pel_opts *opts)
{
    struct pel_scratch scratch;
    cut(job, limit);
    size_t parts = job->stretches * sizeof *job->parts, tiles = (job->n - 1) / PEL_SCAN_TILE + 1;
    if (!pel_scratch_take(&scratch, parts + (is_float(job->dtype) ? tiles * job->size : 0), opts))
        return PEL_ENOMEM;
    job->parts = scratch.data;
    job->totals = (char *)scratch.data + parts;
    pel_status status = is_float(job->dtype) ? scan_floats(job) : scan_integers(job);
    pel_scratch_drop(&scratch);
    return status;
}

static pel_status scan_serially(struct job *job)
{
    struct part part;
    job->parts = &part;
    job->step = job->n;
    job->stretches = 1;
    if (!is_float(job->dtype))
        return scan_integers(job);
    pel_team_for(1, 1, scan_alone, job);
    return PEL_OK;
}

static bool overlap(const void *in, const void *out, size_t bytes)
{
    uintptr_t a = (uintptr_t)in, b = (uintptr_t)out;
    return a != b && (a > b ? a - b : b - a) < bytes;
}

static pel_status check(const struct job *job, const pel_opts *opts)
{
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = pel_check_array(job->in, job->n, job->size);
    if (status == PEL_OK)
        status = pel_check_array(job->out, job->n, job->size);
    if (status == PEL_OK && overlap(job->in, job->out, job->n * job->size))
        status = PEL_EINVAL;
    return status;
}

static pel_status scan(pel_dtype dtype, const void *in, void *out, size_t n, const pel_opts *opts)
{
    struct job job = {.dtype = dtype, .in = in, .out = out, .n = n, .size = pel_dtype_size(dtype)};
    struct pel_request request = {
        .op = PEL_OP_SCAN, .dtype = dtype, .flags = pel_flags(opts), .threads = pel_team_threads(opts), .n = n};
    struct pel_pick pick;
    struct pel_span span;
    pel_status status = check(&job, opts);
    if (status == PEL_OK)
        status = pel_dispatch(&request, opts, &pick);
    if (status != PEL_OK || n == 0)
        return status;
    job.leaf = pick.kernel->run.scan;
    job.team = pick.team;
    job.excludes = request.flags & PEL_EXCLUSIVE;
    job.how = (job.excludes ? PEL_SCAN_EXCLUDES : 0) |
              (in != out && n * job.size >= worth_streaming() ? PEL_SCAN_STREAMS : 0);
    pel_trace_begin(&span, &pick, n);
    status = job.team > 1 ? scan_together(&job, (size_t)pick.params[0] << 10, opts) : scan_serially(&job);
    if (status == PEL_OK && job.excludes)
        memset(out, 0, job.size);
    pel_trace_end(&span);
    return status;
}

#define SCAN(T, suffix, DTYPE)                                                                                         \
    pel_status pel_scan_##suffix(const T *in, T *out, size_t n, const pel_opts *opts)                                  \
    {                                                                                                                  \
        return scan(DTYPE, in, out, n, opts);                                                                          \
    }

SCAN(float, f32, PEL_F32)
SCAN(double, f64, PEL_F64)
SCAN(int32_t, i32, PEL_I32)
SCAN(int64_t, i64, PEL_I64)
SCAN(uint32_t, u32, PEL_U32)
SCAN(uint64_t, u64, PEL_U64)
