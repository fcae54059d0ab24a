#include "lib/sort_home.h"

#include <string.h>

#include "lib/team.h"

size_t pel_sort_rest_bytes(size_t nstripes, size_t block, size_t buffer)
{
    return nstripes * (block + buffer) + block;
}

static char *address(const struct pel_sort_home *home, uint32_t slot)
{
    return pel_sort_slot(home->slots, slot);
}

/* Where the keys' bytes before a slot of the array end. */
static size_t slot_offset(const struct pel_sort_home *home, uint32_t slot)
{
    return (size_t)(home->slots->base - home->job->keys) + slot * home->slots->block;
}

/* The first slot that does not start before a place in the array. */
static uint32_t slot_from(const struct pel_sort_home *home, size_t offset)
{
    size_t head = slot_offset(home, 0), block = home->slots->block;
    size_t slot = offset > head ? (offset - head + block - 1) / block : 0;
    return slot < home->slots->count ? (uint32_t)slot : home->slots->count;
}

/* The first slot that does not end before a place in the array. */
static uint32_t slot_to(const struct pel_sort_home *home, size_t offset)
{
    size_t head = slot_offset(home, 0), block = home->slots->block;
    return offset > head ? (uint32_t)((offset - head) / block) : 0;
}

static size_t in_buffer(const struct pel_sort_stripe *stripe, size_t bucket)
{
    return (size_t)(stripe->next[bucket] - (stripe->buffers + bucket * stripe->buffer));
}

/* Bytes in the last block of a bucket, unless that is full. */
static size_t in_last(const struct pel_sort_home *home, size_t stripe, size_t bucket)
{
    return pel_sort_all_equal(home->ranges, bucket)
               ? 0
               : home->stripes[stripe].chain[bucket].moved & (home->slots->block - 1);
}

static void place_buckets(struct pel_sort_home *home)
{
    size_t offset = 0;
    for (size_t b = 0; b < home->ranges->nbuckets; b++) {
        home->offset[b] = offset;
        for (size_t s = 0; s < home->nstripes; s++)
            offset += home->stripes[s].chain[b].moved + in_buffer(&home->stripes[s], b);
    }
    home->offset[home->ranges->nbuckets] = offset;
}

static void put_in_order(struct pel_sort_home *home, uint32_t slot, uint32_t place)
{
    home->order[place] = slot;
    home->place[slot] = place;
}

/* Lists blocks by bucket: those that are not full, in the order of stripes, then the others. */
static void list_blocks(struct pel_sort_home *home)
{
    const struct pel_sort_slots *slots = home->slots;
    size_t nbuckets = home->ranges->nbuckets;
    memset(home->first, 0, (nbuckets + 1) * sizeof *home->first);
    for (uint32_t slot = 0; slot < slots->all; slot++) {
        home->place[slot] = PEL_SORT_NO_SLOT;
        if (slots->owner[slot] != PEL_SORT_NO_SLOT)
            home->first[slots->owner[slot] + 1]++;
    }
    for (size_t b = 0; b < nbuckets; b++)
        home->first[b + 1] += home->first[b];
    for (size_t b = 0; b < nbuckets; b++) {
        for (size_t s = 0; s < home->nstripes; s++) {
            if (in_last(home, s, b) > 0)
                put_in_order(home, home->stripes[s].chain[b].slot, home->first[b]++);
        }
    }
    for (uint32_t slot = 0; slot < slots->all; slot++) {
        if (slots->owner[slot] != PEL_SORT_NO_SLOT && home->place[slot] == PEL_SORT_NO_SLOT)
            put_in_order(home, slot, home->first[slots->owner[slot]]++);
    }
    for (size_t b = nbuckets; b > 0; b--)
        home->first[b] = home->first[b - 1];
    home->first[0] = 0;
}

static bool is_free(const struct pel_sort_home *home, uint32_t slot)
{
    return home->slots->owner[slot] == PEL_SORT_NO_SLOT;
}

static void push_free(struct pel_sort_home *home, struct pel_sort_zone *zone, uint32_t slot)
{
    home->slots->owner[slot] = PEL_SORT_NO_SLOT;
    home->stack[zone->top++] = slot;
}

/* Takes a free slot from the given one on, or a spare one; PEL_SORT_NO_SLOT if there is none. Those before it are of no
 * use any more. */
static uint32_t pop_free(struct pel_sort_home *home, struct pel_sort_zone *zone, uint32_t from)
{
    while (zone->top > zone->bottom) {
        uint32_t slot = home->stack[--zone->top];
        if (slot >= from)
            return slot;
    }
    return PEL_SORT_NO_SLOT;
}

/* Moves a block to a free slot; what it leaves is not free yet. */
static void move_block(struct pel_sort_home *home, uint32_t from, uint32_t to)
{
    memcpy(address(home, to), address(home, from), home->slots->block);
    home->slots->owner[to] = home->slots->owner[from];
    put_in_order(home, to, home->place[from]);
    home->slots->owner[from] = PEL_SORT_NO_SLOT;
}

static void swap_blocks(struct pel_sort_home *home, uint32_t a, uint32_t b)
{
    char piece[256], *x = address(home, a), *y = address(home, b);
    uint32_t owner = home->slots->owner[a], place = home->place[a];
    for (size_t i = 0; i < home->slots->block; i += sizeof piece) {
        memcpy(piece, x + i, sizeof piece);
        memcpy(x + i, y + i, sizeof piece);
        memcpy(y + i, piece, sizeof piece);
    }
    home->slots->owner[a] = home->slots->owner[b];
    home->slots->owner[b] = owner;
    put_in_order(home, a, home->place[b]);
    put_in_order(home, b, place);
}

/* Cuts the buckets into zones of about the same size. */
static void open_zones(struct pel_sort_home *home)
{
    size_t nbuckets = home->ranges->nbuckets, whole = home->offset[nbuckets], b = 0;
    uint32_t spare = home->slots->count;
    for (size_t z = 0; z < home->nzones; z++) {
        struct pel_sort_zone *zone = &home->zones[z];
        size_t goal = whole / home->nzones * (z + 1);
        zone->first = b;
        while (b < nbuckets &&
               (z + 1 == home->nzones || home->offset[b] + (home->offset[b + 1] - home->offset[b]) / 2 < goal))
            b++;
        zone->end = b;
        zone->slot = slot_from(home, home->offset[zone->first]);
        zone->slots_end = slot_to(home, home->offset[zone->end]);
        zone->slots_end = zone->slots_end < zone->slot ? zone->slot : zone->slots_end;
        zone->spare = spare;
        spare += (uint32_t)(home->nstripes * (zone->end - zone->first) + PEL_SORT_ZONE_SPARE);
        zone->spare_end = z + 1 == home->nzones ? home->slots->all : spare;
        zone->bottom = zone->top = zone->slot + (zone->spare - home->slots->count);
        zone->stray = zone->slot;
    }
}

static void list_free(struct pel_sort_home *home, struct pel_sort_zone *zone)
{
    for (uint32_t slot = zone->spare_end; slot-- > zone->spare;) {
        if (is_free(home, slot))
            push_free(home, zone, slot);
    }
    for (uint32_t slot = zone->slots_end; slot-- > zone->slot;) {
        if (is_free(home, slot))
            push_free(home, zone, slot);
    }
}

/* The zone of a bucket. */
static struct pel_sort_zone *zone_of(struct pel_sort_home *home, uint32_t bucket)
{
    size_t low = 0, high = home->nzones;
    while (high - low > 1) {
        size_t z = (low + high) / 2;
        if (home->zones[z].first <= bucket)
            low = z;
        else
            high = z;
    }
    return &home->zones[low];
}

static bool is_stray(const struct pel_sort_home *home, const struct pel_sort_zone *zone, uint32_t slot)
{
    uint32_t owner = home->slots->owner[slot];
    return owner != PEL_SORT_NO_SLOT && (owner < zone->first || owner >= zone->end);
}

/* The next slot of a zone with a block of another one. There must be one. */
static uint32_t next_stray(struct pel_sort_home *home, struct pel_sort_zone *zone)
{
    for (;; zone->stray++) {
        if (zone->stray == zone->slots_end)
            zone->stray = zone->spare;
        if (is_stray(home, zone, zone->stray))
            return zone->stray;
    }
}

/* Moves blocks on until the slot has none, or one of its zone, if it is of one. */
static void settle_slot(struct pel_sort_home *home, struct pel_sort_zone *zone, uint32_t slot)
{
    while (zone ? is_stray(home, zone, slot) : !is_free(home, slot)) {
        struct pel_sort_zone *goal = zone_of(home, home->slots->owner[slot]);
        uint32_t to = pop_free(home, goal, 0);
        if (to == PEL_SORT_NO_SLOT) {
            swap_blocks(home, slot, next_stray(home, goal));
        } else {
            move_block(home, slot, to);
            if (zone)
                push_free(home, zone, slot);
        }
    }
}

/* Brings blocks to the zone that they belong to. Slots that lie in no zone are emptied. */
static void settle_zones(struct pel_sort_home *home)
{
    uint32_t slot = 0;
    for (size_t z = 0; z <= home->nzones; z++) {
        uint32_t end = z < home->nzones ? home->zones[z].slot : home->slots->count;
        for (; slot < end; slot++)
            settle_slot(home, NULL, slot);
        slot = z < home->nzones ? home->zones[z].slots_end : end;
    }
    for (struct pel_sort_zone *zone = home->zones; zone < home->zones + home->nzones; zone++) {
        for (slot = zone->slot; slot < zone->slots_end; slot++)
            settle_slot(home, zone, slot);
        for (slot = zone->spare; slot < zone->spare_end; slot++)
            settle_slot(home, zone, slot);
    }
}

/* A bucket that is brought home. */
struct arrival {
    struct pel_sort_home *home;
    struct pel_sort_zone *zone;
    size_t bucket;
    uint32_t slot, end;   /* slots that lie within it */
    uint32_t next, after; /* of its full blocks, the next that may lie elsewhere */
    char *rest_end;
};

/* A slot that may be taken from the bucket is free for those behind it. */
static void vacate(const struct arrival *arrival, uint32_t slot)
{
    arrival->home->slots->owner[slot] = PEL_SORT_NO_SLOT;
    if (slot > arrival->end)
        push_free(arrival->home, arrival->zone, slot);
}

static void add_rest(struct arrival *arrival, const char *from, size_t bytes)
{
    memcpy(arrival->rest_end, from, bytes);
    arrival->rest_end += bytes;
}

/* Copies what fills no block. */
static void collect_rest(struct arrival *arrival)
{
    struct pel_sort_home *home = arrival->home;
    size_t bucket = arrival->bucket;
    arrival->next = home->first[bucket];
    arrival->after = home->first[bucket + 1];
    for (size_t s = 0; s < home->nstripes; s++) {
        const struct pel_sort_stripe *stripe = &home->stripes[s];
        size_t bytes = in_last(home, s, bucket);
        if (bytes > 0) {
            uint32_t slot = home->order[arrival->next++];
            add_rest(arrival, address(home, slot), bytes);
            vacate(arrival, slot);
        }
        add_rest(arrival, stripe->buffers + bucket * stripe->buffer, in_buffer(stripe, bucket));
    }
}

/* The next slot outside the bucket that has a full block of it, or PEL_SORT_NO_SLOT. */
static uint32_t next_outside(struct arrival *arrival)
{
    for (; arrival->next < arrival->after; arrival->next++) {
        uint32_t slot = arrival->home->order[arrival->next];
        if (slot < arrival->slot || slot >= arrival->end)
            return slot;
    }
    return PEL_SORT_NO_SLOT;
}

/* Fills a slot of the bucket with a block that lies elsewhere, or at least empties it. */
static void fill_slot(struct arrival *arrival, uint32_t slot)
{
    struct pel_sort_home *home = arrival->home;
    uint32_t from = next_outside(arrival);
    bool empty = is_free(home, slot);
    if (from == PEL_SORT_NO_SLOT && empty)
        return;
    if (from == PEL_SORT_NO_SLOT) {
        move_block(home, slot, pop_free(home, arrival->zone, arrival->end + 1));
    } else if (empty) {
        move_block(home, from, slot);
        vacate(arrival, from);
    } else {
        swap_blocks(home, slot, from);
    }
}

/* Copies from the rest to a stretch of the bucket. */
static void fill_gap(struct arrival *arrival, size_t from, size_t to)
{
    if (from >= to)
        return;
    arrival->rest_end -= to - from;
    memcpy(arrival->home->job->keys + from, arrival->rest_end, to - from);
}

/* Sorts a bucket, with what scratch there is for that many keys. */
static void finish(const struct pel_sort_home *home, struct pel_sort_bench *bench, size_t bucket)
{
    const struct pel_sort_job *job = home->job;
    size_t from = home->offset[bucket], n = (home->offset[bucket + 1] - from) / job->size;
    void *scratch = bench && job->leaf->scratch_bytes(n) <= home->bench ? bench->scratch : NULL;
    if (n > 0)
        job->leaf->finish(home->ranges, bucket, job->keys + from, n, scratch, job->descending);
    if (job->guest)
        job->guest->visit(job->guest->context, bucket, from / job->size, n);
}

static void bring_bucket(struct pel_sort_home *home, struct pel_sort_zone *zone, size_t bucket)
{
    size_t from = home->offset[bucket], to = home->offset[bucket + 1];
    struct arrival arrival = {.home = home, .zone = zone, .bucket = bucket, .rest_end = zone->rest};
    bool equal = pel_sort_all_equal(home->ranges, bucket);
    arrival.slot = slot_from(home, from);
    arrival.end = slot_to(home, to);
    if (from == to)
        return;
    if (arrival.end >= zone->slots_end)
        arrival.end = zone->slots_end;
    if (!equal)
        collect_rest(&arrival);
    for (uint32_t slot = arrival.slot; slot < arrival.end; slot++) {
        if (home->slots->owner[slot] != bucket)
            fill_slot(&arrival, slot);
    }
    uint32_t last = next_outside(&arrival);
    if (last != PEL_SORT_NO_SLOT) {
        add_rest(&arrival, address(home, last), home->slots->block);
        vacate(&arrival, last);
    }
    if (arrival.end < zone->slots_end && !is_free(home, arrival.end))
        move_block(home, arrival.end, pop_free(home, zone, arrival.end + 1));
    if (!equal) {
        size_t at = from;
        for (uint32_t slot = arrival.slot; slot < arrival.end; slot++) {
            if (is_free(home, slot))
                fill_gap(&arrival, slot_offset(home, slot), slot_offset(home, slot + 1));
        }
        if (arrival.slot < arrival.end) {
            fill_gap(&arrival, at, slot_offset(home, arrival.slot));
            at = slot_offset(home, arrival.end);
        }
        fill_gap(&arrival, at, to);
    }
}

/* A bench that nobody sits at; NULL where there is none, which then costs only time. */
static struct pel_sort_bench *take_bench(const struct pel_sort_home *home)
{
    for (size_t i = 0; i < home->nbenches; i++) {
        if (!atomic_flag_test_and_set_explicit(&home->benches[i].taken, memory_order_acquire))
            return &home->benches[i];
    }
    return NULL;
}

static void bring_zone(void *context, size_t index)
{
    struct pel_sort_home *home = context;
    struct pel_sort_zone *zone = &home->zones[index];
    struct pel_sort_bench *bench = take_bench(home);
    for (size_t b = zone->first; b < zone->end; b++) {
        bring_bucket(home, zone, b);
        finish(home, bench, b);
    }
    if (bench)
        atomic_flag_clear_explicit(&bench->taken, memory_order_release);
}

void pel_sort_bring_home(struct pel_sort_home *home)
{
    place_buckets(home);
    list_blocks(home);
    open_zones(home);
    for (size_t z = 0; z < home->nzones; z++)
        list_free(home, &home->zones[z]);
    settle_zones(home);
    pel_team_for(home->job->team, home->nzones, bring_zone, home);
}
