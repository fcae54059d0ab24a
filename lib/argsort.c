/* Argsort and sorts of pairs: check, pick, and then either let the leaf order all keys, or distribute the records, keys
 * and what travels with them, over buckets and order those. */
#include <pel/sort.h>

#include <stdatomic.h>
#include <string.h>

#include "kernels/sort/records.h"
#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/memory.h"
#include "lib/team.h"
#include "lib/trace.h"

enum { MOST_STRIPES = 256 }; /* of 128-bit keys */

struct job {
    pel_dtype dtype;
    const void *keys;
    const void *loads; /* NULL: the indices of the keys */
    void *keys_out;    /* NULL: they are not wanted */
    void *loads_out;
    size_t n, size;             /* keys, and bytes of one */
    size_t load_size, out_size; /* bytes of a load on its way, and in the end */
    bool wide_keys; /* of 128 bits; 64 of them, from bit `shift` on, are the keys of records, 64 their loads */
    bool descending;
    int team;
    const struct pel_records_leaf *leaf;
    const struct pel_wide_leaf *wide; /* for those; else NULL */
    int shift;
    pel_u128 prefix; /* any of those keys */
};

/* Records in the order of buckets. */
struct spread {
    const struct job *job;
    int levels;
    size_t nstripes, nbuckets;
    struct pel_records_stripe *stripes;
    struct pel_sort_tree tree;
    size_t offset[PEL_RECORDS_BUCKETS + 1]; /* of each bucket */
    char *keys, *loads;
    uint64_t *order; /* of the keys within their bucket; most often one of the results yet to come */
    atomic_bool in_order;
};

/* Words for the order have 8 bytes. If a result has as many, its memory serves. */
static uint64_t *find_order(const struct job *job)
{
    if (job->wide)
        return (uint64_t *)job->keys_out;
    if (job->out_size == sizeof(uint64_t))
        return job->loads_out;
    return job->size == sizeof(uint64_t) ? job->keys_out : NULL;
}

static void *cut(char **scratch, size_t bytes)
{
    void *piece = *scratch;
    *scratch += (bytes + PEL_CACHE_LINE - 1) / PEL_CACHE_LINE * PEL_CACHE_LINE;
    return piece;
}

static size_t record_bytes(const struct job *job)
{
    return job->size + job->load_size + (find_order(job) ? 0 : sizeof(uint64_t));
}

/* The part of the scratch that may go into book-keeping. */
static size_t overhead_limit(size_t n)
{
    return 4 * n;
}

static size_t overhead_bytes(const struct spread *spread)
{
    const struct job *job = spread->job;
    size_t per_bucket = PEL_RECORDS_GROUP * (job->size + job->load_size) + 2 * sizeof(size_t);
    return spread->nstripes * (sizeof *spread->stripes + spread->nbuckets * per_bucket) + 8 * PEL_CACHE_LINE +
           spread->nstripes * 3 * PEL_CACHE_LINE + job->n * sizeof(uint16_t);
}

/* Chooses as many buckets as make them small, and enough for the team to share evenly; false when one will do. */
static bool plan(struct spread *spread, size_t bucket_bytes)
{
    const struct job *job = spread->job;
    size_t bytes = job->n * (job->size + job->load_size + sizeof(uint64_t));
    size_t wanted = job->team > 1 ? 8 * (size_t)job->team : 1;
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
    size_t n = spread->job->n;
    return stripe == spread->nstripes ? n : n / spread->nstripes * stripe;
}

/* Bytes of a key as the caller has it. */
static size_t caller_size(const struct job *job)
{
    return job->wide ? sizeof(pel_u128) : job->size;
}

static void lay_out(struct spread *spread, char *scratch)
{
    const struct job *job = spread->job;
    spread->keys = cut(&scratch, job->n * job->size);
    spread->loads = cut(&scratch, job->n * job->load_size);
    spread->order = find_order(job);
    if (!spread->order)
        spread->order = cut(&scratch, job->n * sizeof *spread->order);
    uint16_t *bucket = cut(&scratch, job->n * sizeof *bucket);
    spread->stripes = cut(&scratch, spread->nstripes * sizeof *spread->stripes);
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
            .start = cut(&scratch, spread->nbuckets * sizeof(size_t)),
            .next = cut(&scratch, spread->nbuckets * sizeof(size_t)),
            .group = cut(&scratch, spread->nbuckets * PEL_RECORDS_GROUP * (job->size + job->load_size)),
            .keys_to = spread->keys,
            .loads_to = spread->loads,
        };
    }
}

static void check_stripe(void *context, size_t stripe)
{
    struct spread *spread = context;
    const struct job *job = spread->job;
    size_t from = stripe_start(spread, stripe), to = stripe_start(spread, stripe + 1);
    if (to < job->n)
        to++; /* the step to the next stripe */
    if (!job->leaf->in_order((const char *)job->keys + from * job->size, to - from, job->descending))
        atomic_store_explicit(&spread->in_order, false, memory_order_relaxed);
}

static void number_stripe(void *context, size_t stripe)
{
    const struct spread *spread = context;
    const struct job *job = spread->job;
    size_t from = stripe_start(spread, stripe), to = stripe_start(spread, stripe + 1);
    job->leaf->number(from, to - from, (char *)job->loads_out + from * job->out_size, job->out_size);
}

/* Looks for order that is there already; true when that was all. */
static bool sort_ordered(struct spread *spread)
{
    const struct job *job = spread->job;
    pel_team_for(job->team, spread->nstripes, check_stripe, spread);
    if (spread->in_order && !job->loads)
        pel_team_for(job->team, spread->nstripes, number_stripe, spread);
    return spread->in_order;
}

static void classify_stripe(void *context, size_t stripe)
{
    struct spread *spread = context;
    const struct job *job = spread->job;
    if (job->wide)
        job->wide->classify(&spread->tree, &spread->stripes[stripe], job->shift);
    else
        job->leaf->classify(&spread->tree, &spread->stripes[stripe]);
}

static void scatter_stripe(void *context, size_t stripe)
{
    struct spread *spread = context;
    const struct job *job = spread->job;
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

/* Orders n records and makes them keys of 128 bits, from `from` on. Their order goes into the second half of their own
 * memory. */
static void finish_wide(const struct job *job, char *words, char *loads, size_t from, size_t n)
{
    char *keys = (char *)job->keys_out + from * sizeof(pel_u128);
    uint64_t *order = (uint64_t *)(void *)keys + n;
    struct pel_wide_records records = {words, loads, n, keys, job->shift, job->prefix, job->descending};
    job->leaf->order(words, n, job->descending, order);
    job->wide->join(&records, order);
}

/* Orders n records and brings them to their places, from `from` on. What the order lies in is written last. */
static void finish(const struct job *job, const char *keys, const char *loads, uint64_t *order, size_t from, size_t n)
{
    const struct pel_records_leaf *leaf = job->leaf;
    char *keys_out = job->keys_out ? (char *)job->keys_out + from * job->size : NULL;
    char *loads_out = (char *)job->loads_out + from * job->out_size;
    leaf->order(keys, n, job->descending, order);
    if (keys_out && keys_out != (char *)order)
        leaf->collect(keys, job->size, order, n, keys_out, job->size);
    leaf->collect(loads, job->load_size, order, n, loads_out, job->out_size);
    if (keys_out && keys_out == (char *)order)
        leaf->collect(keys, job->size, order, n, keys_out, job->size);
}

static void finish_bucket(void *context, size_t bucket)
{
    struct spread *spread = context;
    const struct job *job = spread->job;
    size_t from = spread->offset[bucket], n = spread->offset[bucket + 1] - from;
    char *keys = spread->keys + from * job->size, *loads = spread->loads + from * job->load_size;
    if (job->wide)
        finish_wide(job, keys, loads, from, n);
    else
        finish(job, keys, loads, spread->order + from, from, n);
}

static void distribute(struct spread *spread)
{
    const struct job *job = spread->job;
    if (job->wide)
        job->wide->plant(job->keys, job->n, job->descending, job->shift, spread->levels, spread->keys, &spread->tree);
    else
        job->leaf->plant(job->keys, job->n, job->descending, spread->levels, spread->keys, &spread->tree);
    spread->nbuckets = (size_t)1 << (spread->levels + spread->tree.repeats);
    pel_team_for(job->team, spread->nstripes, classify_stripe, spread);
    place_buckets(spread);
    pel_team_for(job->team, spread->nstripes, scatter_stripe, spread);
    pel_team_for(job->team, spread->nbuckets, finish_bucket, spread);
}

/* False, with nothing done, when the records are too few or there is no memory. */
static bool sort_many(const struct job *job, size_t bucket_bytes, const pel_opts *opts)
{
    struct spread spread = {.job = job, .in_order = true};
    struct pel_scratch scratch;
    if (!job->leaf->plant || !plan(&spread, bucket_bytes))
        return false;
    if (!job->wide && sort_ordered(&spread))
        return true;
    if (!pel_scratch_take(&scratch, job->n * record_bytes(job) + overhead_bytes(&spread), opts))
        return false;
    lay_out(&spread, scratch.data);
    distribute(&spread);
    pel_scratch_drop(&scratch);
    return true;
}

struct alone {
    const struct job *job;
    char *scratch;
};

/* All in one. An index is the order itself. */
static void order_all(void *context, size_t index)
{
    const struct alone *alone = context;
    const struct job *job = alone->job;
    char *scratch = alone->scratch;
    uint64_t *order = find_order(job);
    (void)index;
    if (!order)
        order = cut(&scratch, job->n * sizeof *order);
    if (job->loads) {
        void *keys = cut(&scratch, job->n * job->size), *loads = cut(&scratch, job->n * job->load_size);
        finish(job, memcpy(keys, job->keys, job->n * job->size), memcpy(loads, job->loads, job->n * job->load_size),
               order, 0, job->n);
        return;
    }
    job->leaf->order(job->keys, job->n, job->descending, order);
    if (order != job->loads_out)
        job->leaf->collect(NULL, sizeof *order, order, job->n, job->loads_out, job->out_size);
}

static void order_wide(void *context, size_t index)
{
    const struct alone *alone = context;
    const struct job *job = alone->job;
    char *words = alone->scratch, *loads = words + job->n * sizeof(uint64_t);
    (void)index;
    job->wide->split(job->keys, job->n, job->shift, words, loads);
    finish_wide(job, words, loads, 0, job->n);
}

static pel_status sort_alone(const struct job *job, const pel_opts *opts)
{
    struct alone alone = {job, NULL};
    struct pel_scratch scratch = {NULL, NULL};
    size_t bytes = find_order(job) ? 0 : job->n * sizeof(uint64_t) + PEL_CACHE_LINE;
    if (job->loads)
        bytes += job->n * (job->size + job->load_size) + 2 * PEL_CACHE_LINE;
    if (bytes && !pel_scratch_take(&scratch, bytes, opts))
        return PEL_ENOMEM;
    alone.scratch = scratch.data;
    pel_team_for(1, 1, order_all, &alone);
    pel_scratch_drop(&scratch);
    return PEL_OK;
}

struct wide_scan {
    const struct job *job;
    struct pel_wide_range *range; /* of each stripe */
};

static size_t wide_start(const struct job *job, size_t stripe)
{
    return stripe == (size_t)job->team ? job->n : job->n / (size_t)job->team * stripe;
}

static void scan_wide(void *context, size_t stripe)
{
    const struct wide_scan *scan = context;
    const struct job *job = scan->job;
    size_t from = wide_start(job, stripe), to = wide_start(job, stripe + 1);
    scan->range[stripe] = (struct pel_wide_range){0, true};
    if (from == to)
        return;
    if (to < job->n)
        to++; /* the step to the next stripe */
    job->wide->scan((const pel_u128 *)job->keys + from, to - from, job->descending, &scan->range[stripe]);
}

/* Finds where words start; true when the keys are in order. Stripes compare keys to their own first, which the step to
 * the next one ties to all others. */
static bool place_words(struct job *job)
{
    struct pel_wide_range range[MOST_STRIPES], all = {0, true};
    struct wide_scan scan = {job, range};
    pel_team_for(job->team, (size_t)job->team, scan_wide, &scan);
    for (int s = 0; s < job->team; s++) {
        all.differ |= range[s].differ;
        all.in_order &= range[s].in_order;
    }
    uint64_t high = (uint64_t)(all.differ >> 64);
    job->shift = high ? 64 - __builtin_clzll(high) : 0;
    job->prefix = *(const pel_u128 *)job->keys;
    return all.in_order;
}

static void sort_in_place(void *context, size_t index)
{
    const struct job *job = context;
    (void)index;
    job->wide->sort_in_place(job->keys_out, job->n, job->descending);
}

/* All in one, or without memory in place. */
static void sort_wide_alone(struct job *job, const pel_opts *opts)
{
    struct pel_scratch scratch = {NULL, NULL};
    struct alone alone = {job, NULL};
    if (!job->wide->split || !pel_scratch_take(&scratch, job->n * sizeof(pel_u128), opts)) {
        pel_team_for(1, 1, sort_in_place, job);
        return;
    }
    alone.scratch = scratch.data;
    pel_team_for(1, 1, order_wide, &alone);
    pel_scratch_drop(&scratch);
}

static void sort_wide(struct job *job, size_t bucket_bytes, const pel_opts *opts)
{
    job->team = job->team < MOST_STRIPES ? job->team : MOST_STRIPES;
    if (job->wide->scan && place_words(job))
        return;
    if (!sort_many(job, bucket_bytes, opts))
        sort_wide_alone(job, opts);
}

static pel_status check(const struct job *job, const pel_opts *opts)
{
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = pel_check_array(job->keys, job->n, job->wide_keys ? sizeof(pel_u128) : job->size);
    if (status != PEL_OK || job->wide_keys)
        return status;
    status = pel_check_array(job->loads_out, job->n, job->out_size);
    if (status == PEL_OK && job->n > 0 &&
        pel_overlap(job->keys, job->n * job->size, job->loads_out, job->n * job->out_size))
        status = PEL_EINVAL;
    return status;
}

static pel_status run(enum pel_op op, struct job *job, const pel_opts *opts)
{
    struct pel_request request = {
        .op = op, .dtype = job->dtype, .flags = pel_flags(opts), .threads = pel_team_threads(opts), .n = job->n};
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
    job->wide = job->wide_keys ? job->leaf->wide : NULL;
    pel_trace_begin(&span, &pick, job->n);
    if (job->wide_keys)
        sort_wide(job, (size_t)pick.params[0] << 10, opts);
    else if (!sort_many(job, (size_t)pick.params[0] << 10, opts))
        status = sort_alone(job, opts);
    pel_trace_end(&span);
    return status;
}

/* Places that fit 4 bytes travel in them. */
static const uint64_t short_indices = (uint64_t)1 << 32;

static pel_status argsort(pel_dtype dtype, const void *keys, size_t n, void *index, size_t index_size,
                          const pel_opts *opts)
{
    struct job job = {.dtype = dtype,
                      .keys = keys,
                      .loads_out = index,
                      .n = n,
                      .size = pel_dtype_size(dtype),
                      .load_size = n <= short_indices ? 4 : 8,
                      .out_size = index_size};
    return run(PEL_OP_ARGSORT, &job, opts);
}

static pel_status sort_pairs(pel_dtype dtype, void *keys, void *values, size_t value_size, size_t n,
                             const pel_opts *opts)
{
    struct job job = {.dtype = dtype,
                      .keys = keys,
                      .loads = values,
                      .keys_out = keys,
                      .loads_out = values,
                      .n = n,
                      .size = pel_dtype_size(dtype),
                      .load_size = value_size,
                      .out_size = value_size};
    return run(PEL_OP_SORT_PAIRS, &job, opts);
}

/* The most that any number of threads uses for n keys with loads; 8 bytes each for the order, and alignment. */
static size_t work_bytes(pel_dtype dtype, size_t load_size, size_t n)
{
    size_t size = pel_dtype_size(dtype), each = size + load_size + sizeof(uint64_t) + overhead_limit(1);
    return size == 0 || n > PTRDIFF_MAX / each ? 0 : n * each + 16 * PEL_CACHE_LINE;
}

size_t pel_argsort_work_bytes(pel_dtype dtype, size_t n)
{
    return work_bytes(dtype, n <= short_indices ? 4 : 8, n);
}

size_t pel_sort_pairs_work_bytes(pel_dtype dtype, size_t value_bytes, size_t n)
{
    return value_bytes == 4 || value_bytes == 8 ? work_bytes(dtype, value_bytes, n) : 0;
}

pel_status pel_sort_u128(pel_u128 *keys, size_t n, const pel_opts *opts)
{
    struct job job = {.dtype = PEL_U64,
                      .keys = keys,
                      .keys_out = keys,
                      .n = n,
                      .size = sizeof(uint64_t),
                      .load_size = sizeof(uint64_t),
                      .wide_keys = true};
    return run(PEL_OP_SORT_U128, &job, opts);
}

size_t pel_sort_u128_work_bytes(size_t n)
{
    return n > PTRDIFF_MAX / sizeof(pel_u128) ? 0 : work_bytes(PEL_U64, sizeof(uint64_t), n);
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
