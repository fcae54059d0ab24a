#include "count.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <pel/pel.h>

#include "kmer.h"
#include "memory.h"
#include "report.h"
#include "workers.h"

enum {
    SHARE = 1 << 16, /* k-mers that a worker takes at once */
    BLOCK = 1 << 10, /* k-mers between cursor and destination: they stay in the first-level cache */
    MOST_BUCKETS = 1 << 12,
    FEWEST_KEYS = 1 << 10, /* with room for fewer, passes would never end */
};

struct counter {
    const struct sequence *sequence;
    unsigned workers;
    struct table *table;
    uint64_t *keys; /* capacity of them */
    uint64_t capacity;
    pel_opts sort;
    struct count_times times;
};

/* One pass of all workers over the k-mers first ... last. */
struct pass {
    const struct counter *counter;
    uint64_t first, last;
    atomic_uint_least64_t next;   /* index of the first k-mer that no worker has taken */
    atomic_uint_least64_t filled; /* collecting: keys so far */
    unsigned shift;               /* planning: a bucket holds 2^shift neighbours */
    atomic_uint_least64_t *buckets;
};

/* A worker's part of a pass. */
struct share {
    struct kmer_cursor cursor;
    uint64_t left;
};

/* Reads the worker's next k-mers into block, those outside first ... last dropped; false when all are read. */
static bool next_block(struct pass *pass, struct share *share, uint64_t *block, size_t *size)
{
    if (share->left == 0) {
        uint64_t total = sequence_kmers(pass->counter->sequence);
        uint64_t index = atomic_fetch_add(&pass->next, SHARE);
        if (index >= total)
            return false;
        share->left = total - index < SHARE ? total - index : SHARE;
        kmer_seek(&share->cursor, pass->counter->sequence, index);
    }
    size_t n = share->left < BLOCK ? (size_t)share->left : BLOCK;
    kmer_read(&share->cursor, block, n);
    share->left -= n;
    const uint64_t first = pass->first, width = pass->last - pass->first;
    *size = 0;
    for (size_t i = 0; i < n; i++) {
        block[*size] = block[i];
        *size += block[i] - first <= width;
    }
    return true;
}

/* The order of the keys is left to chance: they will be sorted. */
static void collect_worker(void *job)
{
    struct pass *pass = job;
    struct share share = {.left = 0};
    uint64_t block[BLOCK];
    for (size_t n; next_block(pass, &share, block, &n);)
        memcpy(pass->counter->keys + atomic_fetch_add(&pass->filled, n), block, n * sizeof *block);
}

static void plan_worker(void *job)
{
    struct pass *pass = job;
    struct share share = {.left = 0};
    uint64_t block[BLOCK], own[MOST_BUCKETS] = {0};
    for (size_t n; next_block(pass, &share, block, &n);)
        for (size_t i = 0; i < n; i++)
            own[(block[i] - pass->first) >> pass->shift]++;
    for (size_t i = 0; i <= (pass->last - pass->first) >> pass->shift; i++)
        atomic_fetch_add(&pass->buckets[i], own[i]);
}

/* Counts the k-mers first ... last, all at once: they fit. */
static void count_fitting(struct counter *c, uint64_t first, uint64_t last)
{
    double start = seconds();
    struct pass pass = {.counter = c, .first = first, .last = last};
    workers_run(c->workers, collect_worker, &pass);
    double collected = seconds();
    pel_status status = pel_sort_u64(c->keys, (size_t)pass.filled, &c->sort);
    if (status != PEL_OK)
        die("cannot sort: %s", pel_strerror(status));
    double sorted = seconds();
    table_add(c->table, c->keys, (size_t)pass.filled, c->workers);
    c->times.collect += collected - start;
    c->times.sort += sorted - collected;
    c->times.write += seconds() - sorted;
    c->times.passes++;
}

static void count_range(struct counter *c, uint64_t first, uint64_t last, uint64_t n);

/* Counts the k-mers first ... last, which do not fit: finds how many are in each of some buckets, and counts as many
 * neighbouring buckets together as fit. */
static void count_split(struct counter *c, uint64_t first, uint64_t last)
{
    double start = seconds();
    struct pass pass = {.counter = c, .first = first, .last = last};
    while ((last - first) >> pass.shift >= MOST_BUCKETS)
        pass.shift++;
    const size_t size = (size_t)((last - first) >> pass.shift) + 1;
    pass.buckets = calloc(size, sizeof *pass.buckets);
    if (!pass.buckets)
        die("out of memory");
    workers_run(c->workers, plan_worker, &pass);
    c->times.collect += seconds() - start;
    for (size_t i = 0, end; i < size; i = end) {
        uint64_t n = pass.buckets[i];
        for (end = i + 1; end < size && n + pass.buckets[end] <= c->capacity; end++)
            n += pass.buckets[end];
        uint64_t low = first + ((uint64_t)i << pass.shift);
        count_range(c, low, end < size ? first + ((uint64_t)end << pass.shift) - 1 : last, n);
    }
    free(pass.buckets);
}

/* Counts the n k-mers first ... last. */
static void count_range(struct counter *c, uint64_t first, uint64_t last, uint64_t n)
{
    if (n == 0)
        return;
    progress("counting from k-mer %#" PRIx64 " on", first);
    if (n <= c->capacity)
        count_fitting(c, first, last);
    else if (first == last)
        table_add_one(c->table, first, n);
    else
        count_split(c, first, last);
}

/* The most keys, up to n, that with the scratch for their sort take no more than the given bytes. */
static uint64_t fitting_keys(uint64_t n, size_t bytes)
{
    uint64_t low = 0, high = n < bytes / sizeof(uint64_t) ? n : bytes / sizeof(uint64_t);
    while (low < high) {
        uint64_t middle = high - (high - low) / 2;
        if (pel_sort_work_bytes(PEL_U64, (size_t)middle) <= bytes - middle * sizeof(uint64_t))
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

struct count_times count_kmers(const struct sequence *s, size_t memory, unsigned threads, struct table *table)
{
    struct counter c = {.sequence = s, .workers = threads, .table = table, .sort = PEL_OPTS_INIT};
    const uint64_t total = sequence_kmers(s);
    const size_t taken = sequence_bytes(s);
    c.sort.threads = (int)threads;
    if (total == 0)
        return c.times;
    c.capacity = fitting_keys(total, memory > taken ? memory - taken : 0);
    if (c.capacity < total && c.capacity < FEWEST_KEYS)
        die("the %zu bytes of memory allowed are too few: the sequence alone takes %zu", memory, taken);
    c.keys = memory_large((size_t)c.capacity * sizeof *c.keys);
    if (c.capacity < total) { /* several sorts, which should share their scratch */
        c.sort.work_bytes = pel_sort_work_bytes(PEL_U64, (size_t)c.capacity);
        c.sort.work = memory_large(c.sort.work_bytes);
    }
    count_range(&c, 0, kmer_last(s->k), total);
    free(c.sort.work);
    free(c.keys);
    return c.times;
}
