/* Finds the key that belongs at a place: filters all keys down to a few around it. The bounds of the filter come from a
 * sample: R. W. Floyd, R. L. Rivest, "Expected time bounds for selection", Comm. ACM 18 (1975). */
#include "lib/select_hunt.h"

#include <string.h>

#include "lib/fpenv.h"
#include "lib/memory.h"
#include "lib/team.h"

enum {
    LEAST_BLOCK = 4096, /* keys */
    STACK_BYTES = 8192, /* for codes, where there is no scratch or no need of it */
    FEW = 1024,         /* keys that are sorted rather than filtered */
    MOST_SAMPLES = 1 << 14,
    SAMPLED_ROUNDS = 8, /* then the range of codes is halved */
};

static void add_blocks(struct pel_select_hunt *hunt, size_t start, size_t n)
{
    size_t step = n / PEL_SELECT_BLOCKS + 1 > LEAST_BLOCK ? n / PEL_SELECT_BLOCKS + 1 : LEAST_BLOCK;
    for (size_t at = 0; at < n; at += step)
        hunt->block[hunt->nblocks++] =
            (struct pel_select_block){.start = start + at, .n = pel_select_smaller(n - at, step)};
}

/* Cuts keys into blocks, and blocks and room into stripes. */
static void lay_out(struct pel_select_hunt *hunt)
{
    size_t team = (size_t)hunt->team, share = hunt->room_bytes / team / PEL_CACHE_LINE * PEL_CACHE_LINE;
    hunt->nblocks = 0;
    add_blocks(hunt, 0, hunt->k);
    hunt->middle = hunt->nblocks;
    add_blocks(hunt, hunt->k, 1);
    add_blocks(hunt, hunt->k + 1, hunt->n - hunt->k - 1);
    for (size_t s = 0; s < team; s++) {
        struct pel_select_stripe *stripe = &hunt->stripe[s];
        stripe->first = hunt->nblocks * s / team;
        stripe->end = hunt->nblocks * (s + 1) / team;
        stripe->filter = (struct pel_select_filter){.descending = hunt->descending,
                                                    .stored = hunt->room + s * share,
                                                    .room = (share - PEL_SELECT_PAD) / hunt->size};
    }
}

/* Least and greatest code that the next filter lets through. */
struct range {
    int64_t low, high;
};

static size_t root(size_t n)
{
    size_t r = 0;
    while ((r + 1) * (r + 1) <= n)
        r++;
    return r;
}

/* A range around the place in the sample that corresponds to k, some three standard deviations wide; if `narrow`, the
 * one code there. */
static bool choose_by_sample(const struct pel_select_hunt *hunt, uint64_t random, bool narrow, struct range *range)
{
    const struct pel_select_leaf *leaf = hunt->leaf;
    size_t count = hunt->n / 64, most = pel_select_smaller(hunt->room_bytes / hunt->size, MOST_SAMPLES), from = 0, to;
    count = pel_select_smaller(count, most);
    if (count == 0)
        return false;
    leaf->sample(hunt->keys, hunt->n, hunt->descending, random, count, hunt->sorted);
    leaf->sort(hunt->sorted, count);
    while (from < count && leaf->get(hunt->sorted, from) < hunt->low)
        from++;
    for (to = from; to < count && leaf->get(hunt->sorted, to) <= hunt->high; to++)
        ;
    size_t within = to - from;
    if (within < 8)
        return false;
    size_t at = (size_t)((double)(hunt->k - hunt->below) / (double)hunt->count * (double)within);
    size_t margin = narrow ? 0 : root(2 * within) + 1;
    at = pel_select_smaller(at, within - 1);
    *range = (struct range){hunt->low, hunt->high};
    if (at >= margin)
        range->low = leaf->get(hunt->sorted, from + at - margin);
    if (at + margin < within)
        range->high = leaf->get(hunt->sorted, from + at + margin);
    return true;
}

static struct range choose(const struct pel_select_hunt *hunt, int round)
{
    struct range range = {hunt->low, hunt->high};
    size_t room = hunt->stripe[0].filter.room;
    if (hunt->count <= pel_select_smaller(room, FEW))
        return range;
    if (round < SAMPLED_ROUNDS && choose_by_sample(hunt, (uint64_t)round + hunt->n, round % 3 == 1, &range))
        return range;
    if (hunt->count <= room)
        return range;
    range.high = (int64_t)((uint64_t)hunt->low + ((uint64_t)hunt->high - (uint64_t)hunt->low) / 2);
    return range;
}

static void filter_stripe(void *context, size_t index)
{
    struct pel_select_hunt *hunt = context;
    struct pel_select_stripe *stripe = &hunt->stripe[index];
    struct pel_select_filter *filter = &stripe->filter;
    filter->below = filter->inside = filter->nstored = 0;
    for (struct pel_select_block *block = hunt->block + stripe->first; block < hunt->block + stripe->end; block++) {
        size_t below = filter->below, inside = filter->inside, nstored = filter->nstored;
        hunt->leaf->filter(hunt->keys + block->start * hunt->size, block->n, filter);
        block->less = filter->below - below;
        block->equal = filter->inside - inside;
        block->stored = nstored;
        block->nstored = filter->nstored - nstored;
    }
}

struct found {
    size_t below, inside, stored;
};

static struct found filter_all(struct pel_select_hunt *hunt, struct range range)
{
    struct found found = {0, 0, 0};
    for (int s = 0; s < hunt->team; s++) {
        hunt->stripe[s].filter.low = range.low;
        hunt->stripe[s].filter.high = range.high;
    }
    pel_team_for(hunt->team, (size_t)hunt->team, filter_stripe, hunt);
    for (int s = 0; s < hunt->team; s++) {
        found.below += hunt->stripe[s].filter.below;
        found.inside += hunt->stripe[s].filter.inside;
        found.stored += hunt->stripe[s].filter.nstored;
    }
    return found;
}

/* Takes the key from among those stored, and compares the keys of each block to it. */
static void conclude(struct pel_select_hunt *hunt, struct range range, size_t below)
{
    const struct pel_select_leaf *leaf = hunt->leaf;
    size_t n = 0;
    for (int s = 0; s < hunt->team; s++) {
        const struct pel_select_filter *filter = &hunt->stripe[s].filter;
        memcpy(hunt->sorted + n * hunt->size, filter->stored, filter->nstored * hunt->size);
        n += filter->nstored;
    }
    leaf->sort(hunt->sorted, n);
    int64_t difference = leaf->get(hunt->sorted, hunt->k - below);
    hunt->pivot = (int64_t)((uint64_t)range.low + ((uint64_t)difference - (uint64_t)leaf->first));
    for (int s = 0; s < hunt->team; s++) {
        const struct pel_select_stripe *stripe = &hunt->stripe[s];
        for (struct pel_select_block *block = hunt->block + stripe->first; block < hunt->block + stripe->end; block++) {
            size_t less;
            leaf->tally((char *)stripe->filter.stored + block->stored * hunt->size, block->nstored, difference, &less,
                        &block->equal);
            block->less += less;
        }
    }
}

/* Finds the key that belongs at place k. Each round narrows the range where it may be. */
static void find_pivot(struct pel_select_hunt *hunt)
{
    for (int round = 0;; round++) {
        struct range range = choose(hunt, round);
        struct found found = filter_all(hunt, range);
        if (hunt->k < found.below) {
            hunt->high = range.low - 1;
            hunt->count = found.below - hunt->below;
        } else if (hunt->k >= found.below + found.inside) {
            hunt->count -= found.below + found.inside - hunt->below;
            hunt->below = found.below + found.inside;
            hunt->low = range.high + 1;
        } else if (range.low == range.high) {
            hunt->pivot = range.low;
            return;
        } else if (found.stored == found.inside) {
            conclude(hunt, range, found.below);
            return;
        } else {
            hunt->low = range.low;
            hunt->high = range.high;
            hunt->below = found.below;
            hunt->count = found.inside;
        }
    }
}

/* Codes to keep for n keys, twice. */
static size_t room_for(size_t n)
{
    return n / 16 + MOST_SAMPLES;
}

void pel_select_run(struct pel_select_hunt *hunt, void (*act)(struct pel_select_hunt *hunt), const pel_opts *opts)
{
    _Alignas(PEL_CACHE_LINE) char stack[2 * STACK_BYTES];
    struct pel_scratch scratch = {NULL, NULL};
    hunt->room_bytes = room_for(hunt->n) * hunt->size / PEL_CACHE_LINE * PEL_CACHE_LINE;
    if (hunt->n * hunt->size > STACK_BYTES - PEL_SELECT_PAD && pel_scratch_take(&scratch, 2 * hunt->room_bytes, opts)) {
        hunt->room = scratch.data;
    } else {
        hunt->room = stack;
        hunt->room_bytes = STACK_BYTES;
        hunt->team = (int)pel_select_smaller((size_t)hunt->team, STACK_BYTES / 8 / PEL_CACHE_LINE);
    }
    hunt->sorted = hunt->room + hunt->room_bytes;
    pel_fpenv caller = pel_fpenv_enter();
    lay_out(hunt);
    find_pivot(hunt);
    act(hunt);
    pel_fpenv_leave(caller);
    pel_scratch_drop(&scratch);
}

size_t pel_select_room_bytes(size_t n, size_t size)
{
    return 2 * room_for(n) * size;
}
