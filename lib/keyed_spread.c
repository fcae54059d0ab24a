/* Distributes records over buckets, stripe by stripe, and orders those. */
#include <stdatomic.h>

#include "lib/keyed.h"
#include "lib/team.h"
#include "lib/topology.h"

/* Records in the order of buckets. */
struct spread {
    const struct pel_keyed_job *job;
    int levels;
    size_t nstripes, nbuckets;
    struct pel_records_stripe *stripes;
    struct pel_sort_ranges ranges;
    size_t offset[PEL_RECORDS_BUCKETS + 1]; /* of each bucket */
    char *keys, *loads;
    uint64_t *order; /* of the keys within their bucket; most often one of the results yet to come */
    atomic_bool in_order;
};

static size_t record_bytes(const struct pel_keyed_job *job)
{
    return job->size + job->load_size + (pel_keyed_words(job) ? 0 : sizeof(uint64_t));
}

/* The part of the scratch that may go into book-keeping. */
static size_t overhead_limit(size_t n)
{
    return 4 * n;
}

static size_t overhead_bytes(const struct spread *spread)
{
    const struct pel_keyed_job *job = spread->job;
    size_t per_bucket = PEL_RECORDS_GROUP * (job->size + job->load_size) + 2 * sizeof(size_t);
    return spread->nstripes * (sizeof *spread->stripes + spread->nbuckets * per_bucket) + 8 * PEL_CACHE_LINE +
           spread->nstripes * 3 * PEL_CACHE_LINE + job->n * sizeof(uint16_t);
}

/* One thread does not divide what this many buckets hold: the caches behind theirs are quick enough then to order all
 * of it in one go, which moves less. Where nothing is carried along but places, so they are as far as the last level
 * holds a few times as much. */
enum { UNDIVIDED = 16 };

static size_t undivided_buckets(const struct pel_keyed_job *job)
{
    size_t levels = 3 * pel_topology_cache(3) / (2 * pel_topology_cache(2));
    return !job->loads && levels > UNDIVIDED ? levels : UNDIVIDED;
}

static size_t bytes_of(const struct pel_keyed_job *job)
{
    return job->n * (job->size + job->load_size + sizeof(uint64_t));
}

static bool is_undivided(const struct pel_keyed_job *job, size_t bucket_bytes)
{
    return job->team == 1 && !job->wide && bytes_of(job) / undivided_buckets(job) <= bucket_bytes;
}

/* Chooses as many buckets as make them small, and enough for the team to share evenly; false when one will do. */
static bool plan(struct spread *spread, size_t bucket_bytes)
{
    const struct pel_keyed_job *job = spread->job;
    size_t bytes = bytes_of(job), wanted = job->team > 1 ? 8 * (size_t)job->team : 1;
    spread->nstripes = (size_t)job->team;
    spread->levels = 0;
    while (spread->levels < PEL_SORT_LEVELS &&
           (bytes >> spread->levels > bucket_bytes || (size_t)1 << spread->levels < wanted))
        spread->levels++;
    for (; spread->levels > 0; spread->levels--) {
        spread->nbuckets = (size_t)2 << spread->levels;
        if (overhead_bytes(spread) <= overhead_limit(job->n))
            return true;
    }
    return false;
}

static size_t stripe_start(const struct spread *spread, size_t stripe)
{
    return pel_part_start(spread->job->n, spread->nstripes, stripe);
}

/* Bytes of a key as the caller has it. */
static size_t caller_size(const struct pel_keyed_job *job)
{
    return job->wide ? sizeof(pel_u128) : job->size;
}

static void lay_out(struct spread *spread, char *scratch)
{
    const struct pel_keyed_job *job = spread->job;
    spread->keys = pel_keyed_cut(&scratch, job->n * job->size);
    spread->loads = pel_keyed_cut(&scratch, job->n * job->load_size);
    spread->order = pel_keyed_words(job);
    if (!spread->order)
        spread->order = pel_keyed_cut(&scratch, job->n * sizeof *spread->order);
    uint16_t *bucket = pel_keyed_cut(&scratch, job->n * sizeof *bucket);
    spread->stripes = pel_keyed_cut(&scratch, spread->nstripes * sizeof *spread->stripes);
    for (size_t s = 0; s < spread->nstripes; s++) {
        size_t from = stripe_start(spread, s), to = stripe_start(spread, s + 1);
        spread->stripes[s] = (struct pel_records_stripe){
            .keys = (const char *)job->keys + from * caller_size(job),
            .loads = job->loads ? (const char *)job->loads + from * job->load_size : NULL,
            .first = from,
            .n = to - from,
            .load_size = job->load_size,
            .descending = job->descending,
            .bucket = bucket + from,
            .start = pel_keyed_cut(&scratch, spread->nbuckets * sizeof(size_t)),
            .next = pel_keyed_cut(&scratch, spread->nbuckets * sizeof(size_t)),
            .group = pel_keyed_cut(&scratch, spread->nbuckets * PEL_RECORDS_GROUP * (job->size + job->load_size)),
            .keys_to = spread->keys,
            .loads_to = spread->loads,
        };
    }
}

static void check_stripe(void *context, size_t stripe)
{
    struct spread *spread = context;
    const struct pel_keyed_job *job = spread->job;
    size_t from = stripe_start(spread, stripe), to = stripe_start(spread, stripe + 1);
    if (to < job->n)
        to++; /* the step to the next stripe */
    if (!job->leaf->in_order((const char *)job->keys + from * job->size, to - from, job->descending))
        atomic_store_explicit(&spread->in_order, false, memory_order_relaxed);
}

static void number_stripe(void *context, size_t stripe)
{
    const struct spread *spread = context;
    const struct pel_keyed_job *job = spread->job;
    size_t from = stripe_start(spread, stripe), to = stripe_start(spread, stripe + 1);
    job->leaf->number(from, to - from, (char *)job->loads_out + from * job->out_size, job->out_size);
}

/* Looks for order that is there already; true when that was all. */
static bool sort_ordered(struct spread *spread)
{
    const struct pel_keyed_job *job = spread->job;
    pel_team_for(job->team, spread->nstripes, check_stripe, spread);
    if (spread->in_order && !job->loads)
        pel_team_for(job->team, spread->nstripes, number_stripe, spread);
    return spread->in_order;
}

static void classify_stripe(void *context, size_t stripe)
{
    struct spread *spread = context;
    const struct pel_keyed_job *job = spread->job;
    if (job->wide)
        job->wide->classify(&spread->ranges, &spread->stripes[stripe], job->shift);
    else
        job->leaf->classify(&spread->ranges, &spread->stripes[stripe]);
}

static void scatter_stripe(void *context, size_t stripe)
{
    struct spread *spread = context;
    const struct pel_keyed_job *job = spread->job;
    if (job->wide)
        job->wide->scatter(&spread->stripes[stripe], spread->nbuckets, job->shift);
    else
        job->leaf->scatter(&spread->stripes[stripe], spread->nbuckets);
}

/* Turns the counts of the stripes into places. */
static void place_buckets(struct spread *spread)
{
    size_t offset = 0;
    for (size_t b = 0; b < spread->nbuckets; b++) {
        spread->offset[b] = offset;
        for (size_t s = 0; s < spread->nstripes; s++) {
            struct pel_records_stripe *stripe = &spread->stripes[s];
            size_t count = stripe->next[b];
            stripe->start[b] = stripe->next[b] = offset;
            offset += count;
        }
    }
    spread->offset[spread->nbuckets] = offset;
}

static void finish_bucket(void *context, size_t bucket)
{
    struct spread *spread = context;
    const struct pel_keyed_job *job = spread->job;
    size_t from = spread->offset[bucket], n = spread->offset[bucket + 1] - from;
    char *keys = spread->keys + from * job->size, *loads = spread->loads + from * job->load_size;
    if (job->wide)
        pel_keyed_finish_wide(job, keys, loads, from, n);
    else
        pel_keyed_finish(job, keys, loads, spread->order + from, from, n);
}

static void distribute(struct spread *spread)
{
    const struct pel_keyed_job *job = spread->job;
    if (job->wide)
        job->wide->find_ranges(job->keys, job->n, job->descending, job->shift, spread->levels, spread->keys,
                               &spread->ranges);
    else
        job->leaf->find_ranges(job->keys, job->n, job->descending, spread->levels, spread->keys, &spread->ranges);
    spread->nbuckets = spread->ranges.nbuckets;
    pel_team_for(job->team, spread->nstripes, classify_stripe, spread);
    place_buckets(spread);
    pel_team_for(job->team, spread->nstripes, scatter_stripe, spread);
    pel_team_for(job->team, spread->nbuckets, finish_bucket, spread);
}

bool pel_keyed_spread(const struct pel_keyed_job *job, size_t bucket_bytes, const pel_opts *opts)
{
    struct spread spread = {.job = job, .in_order = true};
    struct pel_scratch scratch;
    if (!job->leaf->find_ranges || !plan(&spread, bucket_bytes))
        return false;
    if (!job->wide && sort_ordered(&spread))
        return true;
    if (is_undivided(job, bucket_bytes) ||
        !pel_scratch_take(&scratch, job->n * record_bytes(job) + overhead_bytes(&spread), opts))
        return false;
    lay_out(&spread, scratch.data);
    distribute(&spread);
    pel_scratch_drop(&scratch);
    return true;
}

size_t pel_keyed_work_bytes(pel_dtype dtype, size_t load_size, size_t n)
{
    size_t size = pel_dtype_size(dtype), each = size + load_size + sizeof(uint64_t) + overhead_limit(1);
    return size == 0 || n > PTRDIFF_MAX / each ? 0 : n * each + 16 * PEL_CACHE_LINE;
}
