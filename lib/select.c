/* Selection: check, pick, then filter all keys down to a few around the one that is looked for, and exchange those that
 * are on the wrong side of its place. The bounds of the filter come from a sample: R. W. Floyd, R. L. Rivest, "Expected
 * time bounds for selection", Comm. ACM 18 (1975). */
#include <pel/sort.h>

#include <string.h>

#include "kernels/sort/select.h"
#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/memory.h"
#include "lib/team.h"
#include "lib/trace.h"

enum {
    BLOCKS = 64,        /* on either side, at most: they are on the stack */
    LEAST_BLOCK = 4096, /* keys */
    STACK_BYTES = 8192, /* for codes, where there is no scratch or no need of it */
    FEW = 1024,         /* keys that are sorted rather than filtered */
    MOST_SAMPLES = 1 << 14,
    SAMPLED_ROUNDS = 8, /* then the range of codes is halved */
    TEAM = 64,          /* threads that are of use */
};

/* A stretch of keys. First what a filter finds there, then how the keys compare to the one selected. */
struct block {
    size_t start, n;
    size_t less, equal;
    size_t stored, nstored; /* among those of its stripe */
};

/* A stripe is what one thread filters: some blocks, and its part of the room for what is stored. */
struct stripe {
    size_t first, end; /* blocks */
    struct pel_select_filter filter;
};

/* The keys before place k, the one there, and those behind it, in blocks; what is known of the key that belongs there.
 */
struct hunt {
    const struct pel_select_leaf *leaf;
    char *keys;
    size_t n, k, size;
    bool descending;
    int team;
    size_t nblocks, middle; /* the block that is place k alone */
    struct block block[2 * BLOCKS + 1];
    struct stripe stripe[TEAM];
    char *room, *sorted; /* for codes */
    size_t room_bytes;   /* of each of these two */
    int64_t low, high;   /* it lies between these codes */
    size_t below, count; /* keys less than low, and from low to high */
    int64_t pivot;       /* its code */
    char *taken;         /* where keys are copied to, and their indices, if they are */
    uint64_t *index;
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void add_blocks(struct hunt *hunt, size_t start, size_t n)
{
    size_t step = n / BLOCKS + 1 > LEAST_BLOCK ? n / BLOCKS + 1 : LEAST_BLOCK;
    for (size_t at = 0; at < n; at += step)
        hunt->block[hunt->nblocks++] = (struct block){.start = start + at, .n = smaller(n - at, step)};
}

/* Cuts keys into blocks, and blocks and room into stripes. */
static void lay_out(struct hunt *hunt)
{
    size_t team = (size_t)hunt->team, share = hunt->room_bytes / team / PEL_CACHE_LINE * PEL_CACHE_LINE;
    hunt->nblocks = 0;
    add_blocks(hunt, 0, hunt->k);
    hunt->middle = hunt->nblocks;
    add_blocks(hunt, hunt->k, 1);
    add_blocks(hunt, hunt->k + 1, hunt->n - hunt->k - 1);
    for (size_t s = 0; s < team; s++) {
        struct stripe *stripe = &hunt->stripe[s];
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
static bool choose_by_sample(const struct hunt *hunt, uint64_t random, bool narrow, struct range *range)
{
    const struct pel_select_leaf *leaf = hunt->leaf;
    size_t count = hunt->n / 64, most = smaller(hunt->room_bytes / hunt->size, MOST_SAMPLES), from = 0, to;
    count = smaller(count, most);
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
    at = smaller(at, within - 1);
    *range = (struct range){hunt->low, hunt->high};
    if (at >= margin)
        range->low = leaf->get(hunt->sorted, from + at - margin);
    if (at + margin < within)
        range->high = leaf->get(hunt->sorted, from + at + margin);
    return true;
}

static struct range choose(const struct hunt *hunt, int round)
{
    struct range range = {hunt->low, hunt->high};
    size_t room = hunt->stripe[0].filter.room;
    if (hunt->count <= smaller(room, FEW))
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
    struct hunt *hunt = context;
    struct stripe *stripe = &hunt->stripe[index];
    struct pel_select_filter *filter = &stripe->filter;
    filter->below = filter->inside = filter->nstored = 0;
    for (struct block *block = hunt->block + stripe->first; block < hunt->block + stripe->end; block++) {
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

static struct found filter_all(struct hunt *hunt, struct range range)
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
static void conclude(struct hunt *hunt, struct range range, size_t below)
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
        const struct stripe *stripe = &hunt->stripe[s];
        for (struct block *block = hunt->block + stripe->first; block < hunt->block + stripe->end; block++) {
            size_t less;
            leaf->tally((char *)stripe->filter.stored + block->stored * hunt->size, block->nstored, difference, &less,
                        &block->equal);
            block->less += less;
        }
    }
}

/* Finds the key that belongs at place k. Each round narrows the range where it may be. */
static void find_pivot(struct hunt *hunt)
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

static void swap_keys(char *a, char *b, size_t size)
{
    char key[8];
    memcpy(key, a, size);
    memcpy(a, b, size);
    memcpy(b, key, size);
}

/* Brings the first key that equals the pivot to place k, unless one is there. */
static void place_pivot(struct hunt *hunt)
{
    struct block *middle = &hunt->block[hunt->middle], *block = hunt->block;
    if (middle->equal > 0)
        return;
    while (block->equal == 0)
        block++;
    char *keys = hunt->keys + block->start * hunt->size;
    size_t place = hunt->leaf->find(keys, block->n, hunt->descending, hunt->pivot, 0);
    swap_keys(hunt->keys + hunt->k * hunt->size, keys + place * hunt->size, hunt->size);
    block->less += middle->less;
    block->equal--;
    *middle = (struct block){.start = hunt->k, .n = 1, .equal = 1};
}

/* Of the keys that equal the pivot, but for those of the block `apart`, as many are low, the first ones, as make
 * `in_front` low keys in all: those before the place returned. Afterwards a block's `equal` counts only those. */
static size_t share_ties(struct hunt *hunt, size_t in_front, size_t apart)
{
    size_t place = hunt->n;
    for (size_t b = 0; b < hunt->nblocks; b++)
        in_front -= hunt->block[b].less;
    for (size_t b = 0; b < hunt->nblocks; b++) {
        struct block *block = &hunt->block[b];
        if (b == apart)
            continue;
        if (block->equal > in_front && place == hunt->n)
            place = block->start + hunt->leaf->find(hunt->keys + block->start * hunt->size, block->n, hunt->descending,
                                                    hunt->pivot, in_front);
        block->equal = smaller(block->equal, in_front);
        in_front -= block->equal;
    }
    return place;
}

/* Equal shares of the exchanges; share s goes from mark s to the next on both sides. */
struct shares {
    const struct hunt *hunt;
    size_t ties_end, misplaced, count;
    size_t mark[2][TEAM + 1]; /* in front, and behind: places */
};

/* The keys from a place on, to the end of that side or another place. */
static struct pel_select_side side_of(const struct shares *shares, bool in_front, size_t from, size_t to)
{
    const struct hunt *hunt = shares->hunt;
    size_t ties = shares->ties_end > from ? shares->ties_end - from : 0;
    return (struct pel_select_side){hunt->keys + from * hunt->size, to - from, smaller(ties, to - from), in_front};
}

static size_t misplaced_in(const struct block *block, bool in_front)
{
    size_t low = block->less + block->equal;
    return in_front ? block->n - low : low;
}

/* Marks where share `index / 2` ends on one side: by whole blocks, then within one. */
static void mark_share(void *context, size_t index)
{
    struct shares *shares = context;
    const struct hunt *hunt = shares->hunt;
    bool in_front = index % 2 == 0;
    size_t share = index / 2 + 1, b = in_front ? 0 : hunt->middle + 1;
    size_t wanted = shares->misplaced / shares->count * share;
    for (; wanted > misplaced_in(&hunt->block[b], in_front); b++)
        wanted -= misplaced_in(&hunt->block[b], in_front);
    const struct block *block = &hunt->block[b];
    struct pel_select_side side = side_of(shares, in_front, block->start, block->start + block->n);
    shares->mark[index % 2][share] = block->start + hunt->leaf->skip(&side, hunt->descending, hunt->pivot, wanted);
}

static void exchange_share(void *context, size_t index)
{
    const struct shares *shares = context;
    const struct hunt *hunt = shares->hunt;
    struct pel_select_side front = side_of(shares, true, shares->mark[0][index], shares->mark[0][index + 1]);
    struct pel_select_side back = side_of(shares, false, shares->mark[1][index], shares->mark[1][index + 1]);
    hunt->leaf->exchange(&front, &back, hunt->descending, hunt->pivot);
}

static void exchange_all(const struct hunt *hunt, size_t ties_end)
{
    struct shares shares = {.hunt = hunt, .ties_end = ties_end, .count = (size_t)hunt->team};
    for (size_t b = 0; b < hunt->middle; b++)
        shares.misplaced += misplaced_in(&hunt->block[b], true);
    if (shares.misplaced == 0)
        return;
    shares.mark[0][0] = 0;
    shares.mark[1][0] = hunt->k + 1;
    shares.mark[0][shares.count] = hunt->k;
    shares.mark[1][shares.count] = hunt->n;
    pel_team_for(hunt->team, 2 * (shares.count - 1), mark_share, &shares);
    pel_team_for(hunt->team, shares.count, exchange_share, &shares);
}

/* Codes to keep for n keys, twice. */
static size_t room_for(size_t n)
{
    return n / 16 + MOST_SAMPLES;
}

/* Finds the key that belongs at place k, and then does what is to be done with that. */
static void run(struct hunt *hunt, void (*act)(struct hunt *hunt), const pel_opts *opts)
{
    _Alignas(PEL_CACHE_LINE) char stack[2 * STACK_BYTES];
    struct pel_scratch scratch = {NULL, NULL};
    hunt->room_bytes = room_for(hunt->n) * hunt->size / PEL_CACHE_LINE * PEL_CACHE_LINE;
    if (hunt->n * hunt->size > STACK_BYTES - PEL_SELECT_PAD && pel_scratch_take(&scratch, 2 * hunt->room_bytes, opts)) {
        hunt->room = scratch.data;
    } else {
        hunt->room = stack;
        hunt->room_bytes = STACK_BYTES;
        hunt->team = (int)smaller((size_t)hunt->team, STACK_BYTES / 8 / PEL_CACHE_LINE);
    }
    hunt->sorted = hunt->room + hunt->room_bytes;
    lay_out(hunt);
    find_pivot(hunt);
    act(hunt);
    pel_scratch_drop(&scratch);
}

static void part(struct hunt *hunt)
{
    place_pivot(hunt);
    exchange_all(hunt, share_ties(hunt, hunt->k, hunt->middle));
}

/* The keys up to the pivot, and their indices, go elsewhere; blocks know how many they have. */
struct harvest {
    const struct hunt *hunt;
    size_t ties_end;
};

static void take_block(void *context, size_t index)
{
    const struct harvest *harvest = context;
    const struct hunt *hunt = harvest->hunt;
    const struct block *block = &hunt->block[index];
    size_t ties = harvest->ties_end > block->start ? harvest->ties_end - block->start : 0;
    struct pel_select_side side = {hunt->keys + block->start * hunt->size, block->n, smaller(ties, block->n), false};
    hunt->leaf->take(&side, hunt->descending, hunt->pivot, block->start, hunt->taken + block->stored * hunt->size,
                     hunt->index + block->stored);
}

static void take(struct hunt *hunt)
{
    struct harvest harvest = {hunt, share_ties(hunt, hunt->k + 1, hunt->nblocks)};
    size_t taken = 0;
    for (size_t b = 0; b < hunt->nblocks; b++) {
        hunt->block[b].stored = taken;
        taken += hunt->block[b].less + hunt->block[b].equal;
    }
    pel_team_for(hunt->team, hunt->nblocks, take_block, &harvest);
}

/* For k of n keys. */
static pel_status check_front(pel_dtype dtype, const void *keys, size_t n, size_t k, const pel_opts *opts)
{
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = pel_check_array(keys, n, pel_dtype_size(dtype));
    return status == PEL_OK && k > n ? PEL_EINVAL : status;
}

/* Where act writes is set; the rest of the hunt is filled in here. It is large: what is not set is not read. */
static pel_status hunt_down(struct hunt *hunt, enum pel_op op, pel_dtype dtype, void *keys, size_t n, size_t k,
                            void (*act)(struct hunt *hunt), const pel_opts *opts)
{
    struct pel_request request = {
        .op = op, .dtype = dtype, .flags = pel_flags(opts), .threads = pel_team_threads(opts), .n = n};
    struct pel_pick pick;
    struct pel_span span;
    pel_status status = pel_dispatch(&request, opts, &pick);
    if (status != PEL_OK)
        return status;
    hunt->leaf = pick.kernel->run.select;
    hunt->keys = keys;
    hunt->n = hunt->count = n;
    hunt->k = k;
    hunt->size = pel_dtype_size(dtype);
    hunt->descending = request.flags & PEL_DESCENDING;
    hunt->team = (int)smaller((size_t)pick.team, TEAM);
    hunt->low = hunt->leaf->first;
    hunt->high = hunt->leaf->last;
    hunt->below = 0;
    pel_trace_begin(&span, &pick, n);
    run(hunt, act, opts);
    pel_trace_end(&span);
    return PEL_OK;
}

static pel_status select_key(pel_dtype dtype, void *keys, size_t n, size_t k, const pel_opts *opts)
{
    struct hunt hunt;
    pel_status status = check_front(dtype, keys, n, k, opts);
    if (status == PEL_OK && k == n)
        status = PEL_EINVAL;
    return status == PEL_OK ? hunt_down(&hunt, PEL_OP_SELECT, dtype, keys, n, k, part, opts) : status;
}

/* Brings the k keys that come first to the front. */
static pel_status part_at(pel_dtype dtype, void *keys, size_t n, size_t k, const pel_opts *opts)
{
    struct hunt hunt;
    pel_status status = check_front(dtype, keys, n, k, opts);
    return status == PEL_OK && k > 0 && k < n ? hunt_down(&hunt, PEL_OP_PARTIAL_SORT, dtype, keys, n, k, part, opts)
                                              : status;
}

/* The k keys that come first, in the order of their indices. The hunt only reads the keys. */
static pel_status take_first(pel_dtype dtype, const void *keys, size_t n, size_t k, void *taken, uint64_t *index,
                             const pel_opts *opts)
{
    struct hunt hunt;
    hunt.taken = taken;
    hunt.index = index;
    return hunt_down(&hunt, PEL_OP_TOP_K, dtype, (void *)(uintptr_t)keys, n, k - 1, take, opts);
}

static pel_status check_top(pel_dtype dtype, const void *keys, size_t n, size_t k, const void *values,
                            const uint64_t *index, const pel_opts *opts)
{
    size_t size = pel_dtype_size(dtype);
    pel_status status = check_front(dtype, keys, n, k, opts);
    if (status == PEL_OK)
        status = pel_check_array(values, k, size);
    if (status == PEL_OK)
        status = pel_check_array(index, k, sizeof *index);
    bool apart = k == 0 || (!pel_overlap(keys, n * size, values, k * size) &&
                            !pel_overlap(keys, n * size, index, k * sizeof *index) &&
                            !pel_overlap(values, k * size, index, k * sizeof *index));
    return status == PEL_OK && !apart ? PEL_EINVAL : status;
}

size_t pel_select_work_bytes(pel_dtype dtype, size_t n)
{
    size_t size = pel_dtype_size(dtype);
    return size == 0 || n > PTRDIFF_MAX / size ? 0 : 2 * room_for(n) * size + PEL_CACHE_LINE;
}

#define SELECT(T, suffix, DTYPE)                                                                                       \
    pel_status pel_select_##suffix(T *keys, size_t n, size_t k, const pel_opts *opts)                                  \
    {                                                                                                                  \
        return select_key(DTYPE, keys, n, k, opts);                                                                    \
    }                                                                                                                  \
    pel_status pel_partial_sort_##suffix(T *keys, size_t n, size_t k, const pel_opts *opts)                            \
    {                                                                                                                  \
        pel_opts rest = pel_opts_without_variant(pel_check_opts(opts) == PEL_OK ? opts : NULL);                        \
        pel_status status = part_at(DTYPE, keys, n, k, opts);                                                          \
        return status == PEL_OK && k > 0 ? pel_sort_##suffix(keys, k, &rest) : status;                                 \
    }                                                                                                                  \
    pel_status pel_top_k_##suffix(const T *keys, size_t n, size_t k, T *values, uint64_t *index, const pel_opts *opts) \
    {                                                                                                                  \
        pel_opts rest = pel_opts_without_variant(pel_check_opts(opts) == PEL_OK ? opts : NULL);                        \
        pel_status status = check_top(DTYPE, keys, n, k, values, index, opts);                                         \
        if (status == PEL_OK && k > 0)                                                                                 \
            status = take_first(DTYPE, keys, n, k, values, index, opts);                                               \
        return status == PEL_OK && k > 0 ? pel_sort_pairs_##suffix##_u64(values, index, k, &rest) : status;            \
    }

SELECT(float, f32, PEL_F32)
SELECT(double, f64, PEL_F64)
SELECT(int32_t, i32, PEL_I32)
SELECT(int64_t, i64, PEL_I64)
SELECT(uint32_t, u32, PEL_U32)
SELECT(uint64_t, u64, PEL_U64)
