/* Sorts: check, pick, and then either let the leaf sort all keys in place, or have a team distribute them over buckets
 * and sort those: P. Sanders, S. Winkel, "Super scalar sample sort" (2004). */
#include <pel/sort.h>

#include <stdatomic.h>

#include "kernels/sort/leaf.h"
#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/memory.h"
#include "lib/team.h"
#include "lib/trace.h"

struct job {
    const struct pel_sort_leaf *leaf;
    size_t alone; /* bytes; more are distributed by one thread, too, and to more buckets */
    char *keys;
    size_t n, size; /* keys, and bytes of one */
    bool descending;
    int team;
};

/* Many keys, on a team or alone. They are cut into stripes; each stripe has its own chain of blocks for each bucket. */
struct spread {
    const struct job *job;
    size_t nstripes, wanted; /* ranges */
    size_t buffer, block;    /* bytes */
    struct pel_sort_stripe *stripes;
    struct pel_sort_ranges ranges;
    size_t offset[PEL_SORT_BUCKETS + 1]; /* of each bucket in the sorted keys */
    atomic_bool sorted, reversed;        /* already */
};

enum {
    BUCKET = 512 << 10, /* bytes at most, where that is possible */
    BLOCK = 1024,       /* bytes */
    LONG_BLOCK = 16384, /* where keys are many */
    SHORT_BUFFER = 128, /* the same */
};

/* The first key of a stripe, on a cache line of its own if the keys are aligned so. */
static size_t stripe_start(const struct spread *spread, size_t stripe)
{
    size_t n = spread->job->n;
    return stripe == spread->nstripes ? n : n / PEL_CACHE_LINE / spread->nstripes * stripe * PEL_CACHE_LINE;
}

static size_t stripe_blocks(const struct spread *spread, size_t stripe)
{
    size_t n = stripe_start(spread, stripe + 1) - stripe_start(spread, stripe);
    return n * spread->job->size / spread->block + 2 * spread->wanted;
}

/* The part of the scratch that may go into blocks that are not full, and into book-keeping. */
static size_t overhead_limit(size_t bytes)
{
    return bytes / 4;
}

static size_t overhead_bytes(const struct spread *spread)
{
    const struct pel_sort_stripe *stripe = NULL;
    size_t per_block = sizeof *stripe->before, blocks = spread->job->n * spread->job->size / spread->block;
    size_t per_bucket = spread->block + per_block + spread->buffer + sizeof *stripe->next + sizeof *stripe->end +
                        sizeof *stripe->last + sizeof *stripe->full;
    return spread->nstripes * (sizeof *stripe + 2 * spread->wanted * per_bucket) + blocks * per_block + spread->buffer;
}

/* Keys that a large cache may hold: as few buckets as the team can share evenly, each for a small cache. */
static bool plan_few(struct spread *spread)
{
    size_t bytes = spread->job->n * spread->job->size, wanted = 8 * (size_t)spread->job->team;
    spread->buffer = spread->block = BLOCK;
    spread->wanted = 4;
    while (spread->wanted < (size_t)1 << PEL_SORT_LEVELS &&
           (spread->wanted < wanted || bytes / spread->wanted > BUCKET))
        spread->wanted *= 2;
    for (; spread->wanted >= 4; spread->wanted /= 2) {
        if (overhead_bytes(spread) <= overhead_limit(bytes))
            return true;
    }
    return false;
}

/* More keys: as many buckets as there may be, for memory is read but once, and the longest blocks that leave little of
 * the scratch unused. */
static bool plan_many(struct spread *spread)
{
    spread->wanted = PEL_SORT_RANGES;
    spread->buffer = SHORT_BUFFER;
    for (spread->block = LONG_BLOCK; spread->block >= BLOCK; spread->block /= 2) {
        if (overhead_bytes(spread) <= overhead_limit(spread->job->n * spread->job->size))
            return true;
    }
    return false;
}

static void *cut(char **scratch, size_t bytes)
{
    void *piece = *scratch;
    *scratch += bytes;
    return piece;
}

static void lay_out(struct spread *spread, char *scratch)
{
    size_t nbuckets = 2 * spread->wanted;
    spread->stripes = cut(&scratch, spread->nstripes * sizeof *spread->stripes);
    for (size_t s = 0; s < spread->nstripes; s++) {
        struct pel_sort_stripe *stripe = &spread->stripes[s];
        stripe->buffer = spread->buffer;
        stripe->block = spread->block;
        stripe->next = cut(&scratch, nbuckets * sizeof *stripe->next);
        stripe->end = cut(&scratch, nbuckets * sizeof *stripe->end);
        stripe->last = cut(&scratch, nbuckets * sizeof *stripe->last);
        stripe->full = cut(&scratch, nbuckets * sizeof *stripe->full);
        stripe->before = cut(&scratch, stripe_blocks(spread, s) * sizeof *stripe->before);
    }
    scratch += (spread->buffer - (uintptr_t)scratch % spread->buffer) % spread->buffer;
    for (size_t s = 0; s < spread->nstripes; s++)
        spread->stripes[s].buffers = cut(&scratch, nbuckets * spread->buffer);
    for (size_t s = 0; s < spread->nstripes; s++)
        spread->stripes[s].blocks = cut(&scratch, stripe_blocks(spread, s) * spread->block);
}

static void scan_stripe(void *context, size_t stripe)
{
    struct spread *spread = context;
    const struct job *job = spread->job;
    bool sorted = true, reversed = true;
    size_t from = stripe_start(spread, stripe), to = stripe_start(spread, stripe + 1);
    if (to < job->n)
        to++; /* the step to the next stripe */
    job->leaf->scan(job->keys + from * job->size, to - from, job->descending, &sorted, &reversed);
    if (!sorted)
        atomic_store_explicit(&spread->sorted, false, memory_order_relaxed);
    if (!reversed)
        atomic_store_explicit(&spread->reversed, false, memory_order_relaxed);
}

static void reverse_stripe(void *context, size_t stripe)
{
    struct spread *spread = context;
    const struct job *job = spread->job;
    size_t half = job->n / 2, share = half / spread->nstripes;
    size_t to = stripe + 1 == spread->nstripes ? half : (stripe + 1) * share;
    job->leaf->reverse(job->keys, job->n, stripe * share, to);
}

static void distribute_stripe(void *context, size_t stripe)
{
    struct spread *spread = context;
    const struct job *job = spread->job;
    size_t from = stripe_start(spread, stripe), to = stripe_start(spread, stripe + 1);
    job->leaf->distribute(job->keys + from * job->size, to - from, job->descending, &spread->ranges,
                          &spread->stripes[stripe]);
}

static void collect_bucket(void *context, size_t bucket)
{
    struct spread *spread = context;
    const struct job *job = spread->job;
    size_t from = spread->offset[bucket], to = spread->offset[bucket + 1];
    job->leaf->collect(spread->stripes, spread->nstripes, &spread->ranges, bucket, job->keys + from * job->size,
                       to - from, job->descending);
}

/* Keys of a bucket in one stripe. */
static size_t chain_keys(const struct spread *spread, size_t stripe_index, size_t bucket)
{
    const struct pel_sort_stripe *stripe = &spread->stripes[stripe_index];
    const char *buffer = stripe->buffers + bucket * stripe->buffer;
    const char *last_block = stripe->blocks + stripe->last[bucket] * stripe->block;
    size_t moved = stripe->full[bucket] * stripe->block + (size_t)(stripe->end[bucket] - last_block);
    return (moved + (size_t)(stripe->next[bucket] - buffer)) / spread->job->size;
}

static void place_buckets(struct spread *spread)
{
    size_t offset = 0;
    for (size_t b = 0; b < spread->ranges.nbuckets; b++) {
        spread->offset[b] = offset;
        for (size_t s = 0; s < spread->nstripes; s++)
            offset += chain_keys(spread, s, b);
    }
    spread->offset[spread->ranges.nbuckets] = offset;
}

/* Looks for order that is there already, and makes use of it; true when that was all. */
static bool sort_ordered(struct spread *spread)
{
    pel_team_for(spread->job->team, spread->nstripes, scan_stripe, spread);
    if (!spread->sorted && spread->reversed)
        pel_team_for(spread->job->team, spread->nstripes, reverse_stripe, spread);
    return spread->sorted || spread->reversed;
}

/* Sorts with scratch of that size; false where the keys do not spread well enough for one thread. */
static bool distribute(struct spread *spread, char *scratch)
{
    const struct job *job = spread->job;
    lay_out(spread, scratch);
    job->leaf->find_ranges(job->keys, job->n, job->descending, spread->wanted, spread->stripes[0].blocks,
                           &spread->ranges);
    if (job->team == 1 && !spread->ranges.by_map)
        return false;
    pel_team_for(job->team, spread->nstripes, distribute_stripe, spread);
    place_buckets(spread);
    pel_team_for(job->team, spread->ranges.nbuckets, collect_bucket, spread);
    return true;
}

/* Sorts by distribution; false, with the keys as they were, when that is not worth it or there is no memory. */
static bool sort_many(const struct job *job, const pel_opts *opts)
{
    struct spread spread = {.job = job, .nstripes = (size_t)job->team, .sorted = true, .reversed = true};
    struct pel_scratch scratch;
    bool many = job->n * job->size > job->alone;
    if (!(many && plan_many(&spread)) && !plan_few(&spread))
        return false;
    if (sort_ordered(&spread))
        return true;
    if (!pel_scratch_take(&scratch, job->n * job->size + overhead_bytes(&spread), opts))
        return false;
    bool done = distribute(&spread, scratch.data);
    pel_scratch_drop(&scratch);
    return done;
}

/* A leaf that finds no memory for its scratch does without. */
static void sort_alone(const struct job *job, const pel_opts *opts)
{
    struct pel_scratch scratch = {NULL, NULL};
    if (job->leaf->wants_scratch)
        pel_scratch_take(&scratch, job->n * job->size, opts);
    job->leaf->sort(job->keys, job->n, scratch.data, job->descending);
    pel_scratch_drop(&scratch);
}

static pel_status sort(pel_dtype dtype, void *keys, size_t n, const pel_opts *opts)
{
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
    struct job job = {.leaf = pick.kernel->run.sort,
                      .alone = (size_t)pick.params[0] << 10,
                      .keys = keys,
                      .n = n,
                      .size = size,
                      .descending = request.flags & PEL_DESCENDING,
                      .team = pick.team};
    struct pel_span span;
    pel_trace_begin(&span, &pick, n);
    bool many = job.leaf->distribute && (job.team > 1 || n * size > job.alone);
    if (!many || !sort_many(&job, opts))
        sort_alone(&job, opts);
    pel_trace_end(&span);
    return PEL_OK;
}

size_t pel_sort_work_bytes(pel_dtype dtype, size_t n)
{
    size_t size = pel_dtype_size(dtype);
    if (size == 0 || n > PTRDIFF_MAX / size)
        return 0;
    return n * size + overhead_limit(n * size) + PEL_CACHE_LINE;
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
