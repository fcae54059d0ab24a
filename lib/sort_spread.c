/* The distribution of a sort: P. Sanders, S. Winkel, "Super scalar sample sort" (2004); M. Axtmann, S. Witt, D.
 * Ferizovic, P. Sanders, "In-place parallel super scalar samplesort" (2017). */
#include "lib/sort_spread.h"

#include <stdatomic.h>
#include <string.h>

#include "lib/memory.h"
#include "lib/sort_home.h"
#include "lib/team.h"

/* The keys are read in stripes, each of which has a share of every region. */
struct spread {
    const struct pel_sort_job *job;
    size_t nstripes, wanted, nregions, nzones; /* wanted: ranges */
    size_t buffer, block;                      /* bytes */
    size_t head;                               /* bytes before the first slot */
    size_t nbenches, bench;                    /* bytes of one */
    struct pel_sort_slots slots;
    struct pel_sort_stripe *stripes;
    struct pel_sort_ranges *ranges;
    struct pel_sort_home home;
    atomic_bool sorted, reversed; /* already */
};

enum {
    BUCKET = 512 << 10, /* bytes at most, where that is possible */
    BLOCK = 1024,       /* bytes */
    LONG_BLOCK = 4096,  /* where keys are many */
    BUFFER = 512,       /* the same */
    RANGES = 256,       /* at least, the same: their buffers' last lines fit a first-level cache */
    SAMPLES = 16,       /* for each range, at least */
    LEAST_SAMPLES = 4096,
    SLOTS_A_REGION = 16, /* of a stripe, at least */
    REGIONS_A_RANGE = 4, /* at most: more regions are fewer turns, and free slots are where they are wanted later */
    ZONES = 4,           /* a thread */
    VALUES = 8,          /* that leaves count rather than sort them: one thread does so sooner ... */
    COUNTERS = 4,        /* ... than a team of this many distributes them */
};

static size_t count_slots(const struct spread *spread)
{
    return (spread->job->n * spread->job->size - spread->head) / spread->block;
}

static size_t count_spare(const struct spread *spread)
{
    return spread->nstripes * 2 * spread->wanted + spread->nzones * PEL_SORT_ZONE_SPARE;
}

/* A bit for each slot, and one for each word of those. */
static size_t bitmap_bytes(size_t slots)
{
    size_t words = slots / 64 + 1;
    return (words + words / 64 + 1) * sizeof(uint64_t);
}

static size_t scratch_bytes(const struct spread *spread)
{
    const struct pel_sort_stripe *stripe = NULL;
    const struct pel_sort_home *home = NULL;
    size_t nbuckets = 2 * spread->wanted, spare = count_spare(spread), all = count_slots(spread) + spare;
    size_t per_bucket = spread->buffer + sizeof *stripe->next + sizeof *stripe->chain;
    size_t per_slot = sizeof *stripe->slots->owner + sizeof *home->order + sizeof *home->place + sizeof *home->stack;
    return spread->nstripes * (sizeof *stripe + nbuckets * per_bucket + bitmap_bytes(all)) + spare * spread->block +
           all * per_slot + sizeof *spread->ranges + (nbuckets + 1) * (sizeof *home->offset + sizeof *home->first) +
           spread->nzones *
               (sizeof *home->zones + pel_sort_rest_bytes(spread->nstripes, spread->block, spread->buffer)) +
           2 * spread->buffer + 16 * PEL_CACHE_LINE;
}

/* Scratch to sort buckets with, for those of a few times their fair share: one for each thread, as far as all together
 * do not outgrow half of the keys. */
static void plan_benches(struct spread *spread)
{
    const struct pel_sort_job *job = spread->job;
    size_t half = job->n * job->size / 2, bytes = job->leaf->scratch_bytes(4 * (job->n / spread->wanted));
    spread->bench = (bytes + PEL_CACHE_LINE - 1) / PEL_CACHE_LINE * PEL_CACHE_LINE;
    spread->nbenches = (size_t)job->team;
    if (spread->bench == 0 || spread->nbenches > half / spread->bench)
        spread->nbenches = spread->bench == 0 ? 0 : half / spread->bench;
}

static size_t benches_bytes(const struct spread *spread)
{
    return spread->nbenches * (sizeof *spread->home.benches + spread->bench);
}

/* Whether the scratch takes no more than such a part of what the keys take. */
static bool fits(const struct spread *spread, size_t part)
{
    size_t bytes = spread->job->n * spread->job->size;
    return bytes / spread->block < PEL_SORT_NO_SLOT / 2 && scratch_bytes(spread) <= bytes / part;
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
        if (fits(spread, 4))
            return true;
    }
    return false;
}

/* More keys: many buckets, for memory is read but once, and the longest blocks that fit. */
static bool plan_many(struct spread *spread)
{
    size_t bytes = spread->job->n * spread->job->size;
    spread->wanted = RANGES;
    while (spread->wanted < PEL_SORT_RANGES && bytes / spread->wanted > BUCKET)
        spread->wanted *= 2;
    spread->buffer = BUFFER;
    for (spread->block = LONG_BLOCK; spread->block >= BLOCK; spread->block /= 2) {
        if (fits(spread, 8))
            return true;
    }
    return false;
}

static bool plan(struct spread *spread)
{
    const struct pel_sort_job *job = spread->job;
    size_t rest = (uintptr_t)job->keys % PEL_CACHE_LINE;
    spread->head = rest ? PEL_CACHE_LINE - rest : 0;
    spread->nzones = job->team == 1 ? 1 : ZONES * (size_t)job->team;
    if (spread->nzones > PEL_SORT_ZONES)
        spread->nzones = PEL_SORT_ZONES;
    bool many = job->n * job->size > job->alone && plan_many(spread);
    if (!many && (job->team == 1 || !plan_few(spread)))
        return false;
    size_t regions = count_slots(spread) / spread->nstripes / SLOTS_A_REGION;
    plan_benches(spread);
    size_t most = REGIONS_A_RANGE * spread->wanted;
    most = most < PEL_SORT_REGIONS ? most : PEL_SORT_REGIONS;
    spread->nregions = regions < 1 ? 1 : regions < most ? regions : most;
    return true;
}

static void *cut(char **scratch, size_t bytes)
{
    void *piece = *scratch;
    *scratch += (bytes + 7) / 8 * 8;
    return piece;
}

static void *cut_aligned(char **scratch, size_t bytes, size_t alignment)
{
    *scratch += (alignment - (uintptr_t)*scratch % alignment) % alignment;
    return cut(scratch, bytes);
}

static void lay_slots(struct spread *spread, char **scratch)
{
    struct pel_sort_slots *slots = &spread->slots;
    size_t spare = count_spare(spread);
    slots->base = spread->job->keys + spread->head;
    slots->block = spread->block;
    slots->count = (uint32_t)count_slots(spread);
    slots->all = slots->count + (uint32_t)spare;
    slots->spare = cut_aligned(scratch, spare * spread->block, PEL_CACHE_LINE);
    slots->owner = cut(scratch, slots->all * sizeof *slots->owner);
}

static void lay_stripes(struct spread *spread, size_t nbuckets, char **scratch)
{
    const struct pel_sort_slots *slots = &spread->slots;
    char *buffers = cut_aligned(scratch, spread->nstripes * nbuckets * spread->buffer, spread->buffer);
    spread->stripes = cut(scratch, spread->nstripes * sizeof *spread->stripes);
    for (size_t s = 0; s < spread->nstripes; s++) {
        struct pel_sort_stripe *stripe = &spread->stripes[s];
        *stripe = (struct pel_sort_stripe){
            .slots = slots,
            .nregions = spread->nregions,
            .free = cut(scratch, bitmap_bytes(slots->all)),
            .buffers = buffers + s * nbuckets * spread->buffer,
            .buffer = spread->buffer,
            .next = cut(scratch, nbuckets * sizeof *stripe->next),
            .chain = cut(scratch, nbuckets * sizeof *stripe->chain),
        };
        stripe->some = stripe->free + slots->all / 64 + 1;
    }
}

static void lay_home(struct spread *spread, size_t nbuckets, char **scratch)
{
    const struct pel_sort_slots *slots = &spread->slots;
    struct pel_sort_home *home = &spread->home;
    char *bench = cut_aligned(scratch, spread->nbenches * spread->bench, PEL_CACHE_LINE);
    *home = (struct pel_sort_home){
        .job = spread->job,
        .ranges = spread->ranges,
        .slots = slots,
        .stripes = spread->stripes,
        .nstripes = spread->nstripes,
        .nzones = spread->nzones,
    };
    home->nbenches = spread->nbenches;
    home->bench = spread->bench;
    home->benches = cut(scratch, spread->nbenches * sizeof *home->benches);
    for (size_t i = 0; i < spread->nbenches; i++) {
        home->benches[i].scratch = bench + i * spread->bench;
        atomic_flag_clear_explicit(&home->benches[i].taken, memory_order_relaxed);
    }
    home->offset = cut(scratch, (nbuckets + 1) * sizeof *home->offset);
    home->first = cut(scratch, (nbuckets + 1) * sizeof *home->first);
    home->order = cut(scratch, slots->all * sizeof *home->order);
    home->place = cut(scratch, slots->all * sizeof *home->place);
    home->stack = cut(scratch, slots->all * sizeof *home->stack);
    home->zones = cut(scratch, spread->nzones * sizeof *home->zones);
    for (size_t z = 0; z < spread->nzones; z++)
        home->zones[z].rest = cut(scratch, pel_sort_rest_bytes(spread->nstripes, spread->block, spread->buffer));
}

static void lay_out(struct spread *spread, char *scratch)
{
    size_t nbuckets = 2 * spread->wanted;
    spread->ranges = cut(&scratch, sizeof *spread->ranges);
    lay_slots(spread, &scratch);
    lay_stripes(spread, nbuckets, &scratch);
    lay_home(spread, nbuckets, &scratch);
}

/* Where a share of so many equal ones of `whole` starts. */
static uint32_t share(size_t whole, size_t index, size_t count)
{
    return (uint32_t)(whole / count * index + whole % count * index / count);
}

/* A stripe has a share of each region, and of the spare slots. Reading starts at places that have nothing to do with
 * each other, lest keys that repeat with a region's length are all of a kind. */
static void open_regions(const struct spread *spread, size_t index)
{
    struct pel_sort_stripe *stripe = &spread->stripes[index];
    const struct pel_sort_slots *slots = &spread->slots;
    uint64_t random = index + 1;
    for (size_t r = 0; r < spread->nregions; r++) {
        uint32_t first = share(slots->count, r, spread->nregions),
                 n = share(slots->count, r + 1, spread->nregions) - first;
        uint32_t from = share(n, index, spread->nstripes), to = share(n, index + 1, spread->nstripes);
        random = random * 6364136223846793005u + 1442695040888963407u;
        stripe->region[r] = (struct pel_sort_region){first + from, to - from, 0};
        if (to > from)
            stripe->region[r].turn = (uint32_t)((random >> 32) % (to - from));
    }
    uint32_t spare = slots->all - slots->count;
    uint32_t from = share(spare, index, spread->nstripes), to = share(spare, index + 1, spread->nstripes);
    for (uint32_t i = from; i < to; i++)
        pel_sort_release(stripe, slots->count + i);
}

static void open_stripe(const struct spread *spread, size_t index)
{
    struct pel_sort_stripe *stripe = &spread->stripes[index];
    const struct pel_sort_ranges *ranges = spread->ranges;
    double samples = ranges->sampled[ranges->nbuckets];
    memset(stripe->free, 0, bitmap_bytes(spread->slots.all));
    stripe->nbuckets = ranges->nbuckets;
    for (size_t b = 0; b < ranges->nbuckets; b++) {
        stripe->next[b] = stripe->buffers + b * stripe->buffer;
        stripe->chain[b] = (struct pel_sort_chain){.moved = 0};
        pel_sort_aim(stripe, b, ranges->sampled[b] / samples, ranges->sampled[b + 1] / samples);
    }
    open_regions(spread, index);
}

static void distribute_stripe(void *context, size_t index)
{
    struct spread *spread = context;
    const struct pel_sort_job *job = spread->job;
    struct pel_sort_stripe *stripe = &spread->stripes[index];
    if (index == 0) {
        size_t in_slots = spread->slots.count * spread->block, tail = job->n * job->size - spread->head - in_slots;
        stripe->loose[0].keys = job->keys;
        stripe->loose[0].n = spread->head / job->size;
        stripe->loose[1].keys = spread->slots.base + in_slots;
        stripe->loose[1].n = tail / job->size;
    }
    open_stripe(spread, index);
    job->leaf->distribute(spread->ranges, stripe, job->descending);
}

static void scan_stripe(void *context, size_t index)
{
    struct spread *spread = context;
    const struct pel_sort_job *job = spread->job;
    bool sorted = true, reversed = true;
    size_t from = job->n / spread->nstripes * index, to = from + job->n / spread->nstripes + 1;
    if (index + 1 == spread->nstripes)
        to = job->n;
    job->leaf->scan(job->keys + from * job->size, to - from, job->descending, &sorted, &reversed);
    if (!sorted)
        atomic_store_explicit(&spread->sorted, false, memory_order_relaxed);
    if (!reversed)
        atomic_store_explicit(&spread->reversed, false, memory_order_relaxed);
}

static void reverse_stripe(void *context, size_t index)
{
    struct spread *spread = context;
    const struct pel_sort_job *job = spread->job;
    size_t half = job->n / 2, share = half / spread->nstripes;
    size_t to = index + 1 == spread->nstripes ? half : (index + 1) * share;
    job->leaf->reverse(job->keys, job->n, index * share, to);
}

/* Looks for order that is there already, and makes use of it; true when that was all. */
static bool sort_ordered(struct spread *spread)
{
    pel_team_for(spread->job->team, spread->nstripes, scan_stripe, spread);
    if (!spread->sorted && spread->reversed)
        pel_team_for(spread->job->team, spread->nstripes, reverse_stripe, spread);
    return spread->sorted || spread->reversed;
}

/* Whether samples in order have a few values at most. */
static bool are_few(const char *samples, size_t count, size_t size)
{
    size_t values = 1;
    for (size_t i = 1; i < count && values <= VALUES; i++)
        values += memcmp(samples + i * size, samples + (i - 1) * size, size) != 0;
    return values <= VALUES;
}

/* Finds ranges from samples, for which there is room in the spare slots. False where a distribution is not worth it: a
 * tree is not for one thread, nor is anything for a small team where there is next to nothing to sort. */
static bool find_ranges(struct spread *spread)
{
    const struct pel_sort_job *job = spread->job;
    size_t room = count_spare(spread) * spread->block / job->size, count = SAMPLES * spread->wanted;
    while (count < LEAST_SAMPLES && 2 * count <= room)
        count *= 2;
    job->leaf->find_ranges(job->keys, job->n, job->descending, spread->wanted, spread->slots.spare, count,
                           spread->ranges);
    if (job->team > COUNTERS)
        return true;
    return (job->team > 1 || spread->ranges->way != PEL_SORT_BY_TREE) &&
           !are_few(spread->slots.spare, count, job->size);
}

bool pel_sort_spread(const struct pel_sort_job *job, size_t *nbuckets, const pel_opts *opts)
{
    struct spread spread = {.job = job, .nstripes = (size_t)job->team, .sorted = true, .reversed = true};
    struct pel_scratch scratch;
    if (!plan(&spread))
        return false;
    if (sort_ordered(&spread))
        return true;
    if (!pel_scratch_take(&scratch, scratch_bytes(&spread) + benches_bytes(&spread), opts))
        return false;
    lay_out(&spread, scratch.data);
    bool worth_it = find_ranges(&spread);
    if (worth_it) {
        pel_team_for(job->team, spread.nstripes, distribute_stripe, &spread);
        pel_sort_bring_home(&spread.home);
        *nbuckets = spread.ranges->nbuckets;
    }
    pel_scratch_drop(&scratch);
    return worth_it;
}
