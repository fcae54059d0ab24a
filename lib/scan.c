/* Scans: check, pick, then stretches of whole tiles on a team, each read twice: for what it adds to the sums behind it,
 * then for the sums themselves. */
#include <pel/scan.h>

#include <stdatomic.h>
#include <string.h>

#include "kernels/scan/leaf.h"
#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/fpenv.h"
#include "lib/memory.h"
#include "lib/scan_range.h"
#include "lib/team.h"
#include "lib/topology.h"
#include "lib/trace.h"

/* A stretch of whole tiles, but for the last: what stands before it. */
struct part {
    _Alignas(PEL_CACHE_LINE) union pel_scan_carry carry;
    struct pel_scan_range range; /* sums of integers: what it comes to */
    bool unfit;                  /* its sums may not fit, or do not */
    atomic_bool totalled;        /* others: the totals of its tiles are there */
    bool scanned;
    size_t behind; /* the stretch that its thread took next */
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
    char *totals;       /* others: of all tiles */
    atomic_size_t next; /* and the first stretch that nobody has taken */
};

/* Whether totals are of tiles; else of stretches, as those of sums of integers are. */
static bool has_tiles(const struct job *job)
{
    return job->leaf->carry_on != NULL;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void scan_from(const struct job *job, size_t start, size_t count, union pel_scan_carry carry,
                      const struct pel_scan_behind *behind)
{
    size_t at = start * job->size;
    job->leaf->scan(job->in + at, job->out + at, count, &carry, job->how, behind);
}

/* Sums of integers. That of all elements is not an exclusive scan's concern. */
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
    job->leaf->total(job->in + start * job->size, checked_from(job, start), &part->range, job->how);
}

static void check_part(void *context, size_t index)
{
    const struct job *job = context;
    struct part *part = &job->parts[index];
    size_t start = index * job->step;
    part->unfit = !job->leaf->fits(job->in + start * job->size, checked_from(job, start), part->carry.integer);
}

/* From the last to the first: the last have been looked at a moment ago, and may still be in a cache. */
static void scan_part(void *context, size_t index)
{
    const struct job *job = context;
    size_t part = job->stretches - 1 - index, start = part * job->step;
    scan_from(job, start, smaller(job->n - start, job->step), job->parts[part].carry, NULL);
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
    pel_i128 carry = 0;
    for (size_t i = 0; i < job->stretches; i++) {
        struct part *part = &job->parts[i];
        part->carry.integer = (uint64_t)carry;
        part->unfit = !pel_scan_range_fits(job->dtype, &part->range, carry);
        carry += part->range.sum;
    }
}

/* One stretch needs no team, nor have integers use for the floating-point environment that a team brings. */
static void each_part(struct job *job, pel_team_body *body)
{
    if (job->stretches > 1)
        pel_team_for(job->team, job->stretches, body, job);
    else
        body(job, 0);
}

/* Nothing is written before all of it is known to fit. Most often the bounds show that, at no cost beyond reading. */
static pel_status scan_integers(struct job *job)
{
    each_part(job, total_part);
    carry_on(job);
    if (any_unfit(job))
        each_part(job, check_part);
    if (any_unfit(job))
        return PEL_ERANGE;
    each_part(job, scan_part);
    return PEL_OK;
}

/* All other scans. */

/* What a thread has on its hands: stretches that it has looked at and will scan, in their order; and the carry to the
 * first stretch that may not have been looked at by its thread. */
struct hand {
    size_t first, last;
    bool empty;
    size_t carried;
    union pel_scan_carry carry;
};

static size_t elements_of(const struct job *job, size_t index)
{
    return smaller(job->n - index * job->step, job->step);
}

static char *totals_of(const struct job *job, size_t index)
{
    return job->totals + index * (job->step / PEL_SCAN_TILE) * job->size;
}

static void add_totals(const struct job *job, size_t index, union pel_scan_carry *carry)
{
    job->leaf->carry_on(carry, totals_of(job, index), (elements_of(job, index) - 1) / PEL_SCAN_TILE + 1);
}

/* Scans the first stretch at hand, if all before it have been looked at, and perhaps looks at tiles behind. */
static bool scan_first(const struct job *job, struct hand *hand, const struct pel_scan_behind *behind)
{
    struct part *parts = job->parts, *part = &parts[hand->first];
    while (hand->carried < hand->first && atomic_load_explicit(&parts[hand->carried].totalled, memory_order_acquire))
        add_totals(job, hand->carried++, &hand->carry);
    if (hand->carried < hand->first)
        return false;
    scan_from(job, hand->first * job->step, elements_of(job, hand->first), hand->carry, behind);
    part->scanned = true;
    hand->empty = hand->first == hand->last;
    if (!hand->empty)
        hand->first = part->behind;
    return true;
}

/* Looks at a stretch, most of it while the first one at hand is scanned, if that can be; and puts it last. */
static void look_at(const struct job *job, struct hand *hand, size_t index)
{
    struct part *parts = job->parts;
    const char *in = job->in + index * job->step * job->size;
    size_t count = elements_of(job, index), done = 0;
    struct pel_scan_behind behind = {in, count / PEL_SCAN_TILE, totals_of(job, index)};
    if (!hand->empty && scan_first(job, hand, &behind))
        done = behind.tiles;
    job->leaf->total(in + done * PEL_SCAN_TILE * job->size, count - done * PEL_SCAN_TILE,
                     totals_of(job, index) + done * job->size, job->how);
    atomic_store_explicit(&parts[index].totalled, true, memory_order_release);
    if (hand->empty)
        hand->first = index;
    else
        parts[hand->last].behind = index;
    hand->last = index;
    hand->empty = false;
}

/* Takes stretches in order. Each is scanned when the next has been taken, which comes from memory meanwhile: by then
 * the other threads have most often looked at all before it. Who would have to wait looks at another one. */
static void scan_in_turn(void *context, size_t who)
{
    struct job *job = context;
    struct hand hand = {.empty = true, .carry = job->leaf->start};
    (void)who;
    for (size_t i; (i = atomic_fetch_add_explicit(&job->next, 1, memory_order_relaxed)) < job->stretches;) {
        look_at(job, &hand, i);
        while (hand.first != hand.last && scan_first(job, &hand, NULL))
            ; /* catches up */
    }
    while (!hand.empty && scan_first(job, &hand, NULL))
        ;
}

/* What was left because a thread was late; by now all have been looked at. */
static void scan_left(void *context, size_t index)
{
    const struct job *job = context;
    const struct part *part = &job->parts[index];
    if (!part->scanned)
        scan_from(job, index * job->step, elements_of(job, index), part->carry, NULL);
}

static void scan_all_left(struct job *job)
{
    union pel_scan_carry carry = job->leaf->start;
    pel_fpenv caller = pel_fpenv_enter();
    for (size_t i = 0; i < job->stretches; i++) {
        job->parts[i].carry = carry;
        add_totals(job, i, &carry);
    }
    pel_fpenv_leave(caller);
    pel_team_for(job->team, job->stretches, scan_left, job);
}

static pel_status scan_by_tiles(struct job *job)
{
    bool left = false;
    for (size_t i = 0; i < job->stretches; i++) {
        atomic_init(&job->parts[i].totalled, false);
        job->parts[i].scanned = false;
    }
    atomic_init(&job->next, 0);
    pel_team_for(job->team, (size_t)job->team, scan_in_turn, job);
    for (size_t i = 0; i < job->stretches; i++)
        left |= !job->parts[i].scanned;
    if (left)
        scan_all_left(job);
    return PEL_OK;
}

static void scan_alone(const struct job *job)
{
    pel_fpenv caller = pel_fpenv_enter();
    scan_from(job, 0, job->n, job->leaf->start, NULL);
    pel_fpenv_leave(caller);
}

/* Outputs that are much larger than a cache are stored past the caches, which would read their old content first. */
static bool is_worth_streaming(const struct job *job)
{
    return job->in != job->out && job->n > PEL_SCAN_TILE && job->n * job->size >= 16 * pel_topology_cache(2);
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
    if (!pel_scratch_take(&scratch, parts + (has_tiles(job) ? tiles * job->size : 0), opts))
        return PEL_ENOMEM;
    job->parts = scratch.data;
    job->totals = (char *)scratch.data + parts;
    pel_status status = has_tiles(job) ? scan_by_tiles(job) : scan_integers(job);
    pel_scratch_drop(&scratch);
    return status;
}

/* Few integers are checked at once: their bounds would take longer. */
static pel_status scan_few_integers(const struct job *job)
{
    if (!job->leaf->fits(job->in, checked(job), 0))
        return PEL_ERANGE;
    scan_from(job, 0, job->n, (union pel_scan_carry){.integer = 0}, NULL);
    return PEL_OK;
}

static pel_status scan_serially(struct job *job)
{
    if (!has_tiles(job) && job->n <= PEL_SHORT)
        return scan_few_integers(job);
    struct part part;
    job->parts = &part;
    job->step = job->n;
    job->stretches = 1;
    if (!has_tiles(job))
        return scan_integers(job);
    scan_alone(job);
    return PEL_OK;
}

static pel_status check(enum pel_op op, const struct job *job, const pel_opts *opts)
{
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = pel_check_array(job->in, job->n, job->size);
    if (status == PEL_OK)
        status = pel_check_array(job->out, job->n, job->size);
    if (status == PEL_OK && job->in != job->out &&
        pel_overlap(job->in, job->n * job->size, job->out, job->n * job->size))
        status = PEL_EINVAL;
    return status == PEL_OK && op == PEL_OP_SCAN && pel_asks_to_skip(job->dtype, opts) ? PEL_ENOTSUP : status;
}

static pel_status run(enum pel_op op, struct job *job, const pel_opts *opts, const struct pel_pick *pick)
{
    unsigned flags = pel_flags(opts);
    job->leaf = pick->kernel->run.scan;
    job->team = pick->team;
    job->excludes = flags & PEL_EXCLUSIVE;
    job->how = (job->excludes ? PEL_SCAN_EXCLUDES : 0) | (flags & PEL_NAN_SKIP ? PEL_SCAN_SKIPS : 0) |
               (is_worth_streaming(job) ? PEL_SCAN_STREAMS : 0);
    pel_status status = job->team > 1 ? scan_together(job, (size_t)pick->params[0] << 10, opts) : scan_serially(job);
    if (status == PEL_OK && job->excludes && op == PEL_OP_SCAN)
        memset(job->out, 0, job->size);
    return status;
}

static pel_status scan(enum pel_op op, pel_dtype dtype, const void *in, void *out, size_t n, const pel_opts *opts)
{
    struct job job; /* not cleared: that is what a short scan would take */
    job.dtype = dtype;
    job.in = in;
    job.out = out;
    job.n = n;
    job.size = pel_dtype_size(dtype);
    pel_status status = check(op, &job, opts);
    if (status != PEL_OK)
        return status;
    const struct pel_pick *at_hand = n > 0 ? pel_dispatch_short(op, dtype, pel_flags(opts), n, opts) : NULL;
    if (at_hand)
        return run(op, &job, opts, at_hand);
    struct pel_request request = {
        .op = op, .dtype = dtype, .flags = pel_flags(opts), .threads = pel_dispatch_threads(op, n, opts), .n = n};
    struct pel_pick pick;
    struct pel_span span;
    status = pel_dispatch(&request, opts, &pick);
    if (status != PEL_OK || n == 0)
        return status;
    pel_trace_begin(&span, &pick, n);
    status = run(op, &job, opts, &pick);
    pel_trace_end_with(&span, status);
    return status;
}

#define SCANS(T, suffix, DTYPE)                                                                                        \
    pel_status pel_scan_##suffix(const T *in, T *out, size_t n, const pel_opts *opts)                                  \
    {                                                                                                                  \
        return scan(PEL_OP_SCAN, DTYPE, in, out, n, opts);                                                             \
    }                                                                                                                  \
    pel_status pel_scan_min_##suffix(const T *in, T *out, size_t n, const pel_opts *opts)                              \
    {                                                                                                                  \
        return scan(PEL_OP_SCAN_MIN, DTYPE, in, out, n, opts);                                                         \
    }                                                                                                                  \
    pel_status pel_scan_max_##suffix(const T *in, T *out, size_t n, const pel_opts *opts)                              \
    {                                                                                                                  \
        return scan(PEL_OP_SCAN_MAX, DTYPE, in, out, n, opts);                                                         \
    }

SCANS(float, f32, PEL_F32)
SCANS(double, f64, PEL_F64)
SCANS(int32_t, i32, PEL_I32)
SCANS(int64_t, i64, PEL_I64)
SCANS(uint32_t, u32, PEL_U32)
SCANS(uint64_t, u64, PEL_U64)
