/* What is done with the key that a selection has found: keys on the wrong side of its place are exchanged, in equal
 * shares; or those up to it are copied. */
#include <string.h>

#include "lib/select_hunt.h"
#include "lib/team.h"

static void swap_keys(char *a, char *b, size_t size)
{
    char key[8];
    memcpy(key, a, size);
    memcpy(a, b, size);
    memcpy(b, key, size);
}

/* Brings the first key that equals the pivot to place k, unless one is there. */
static void place_pivot(struct pel_select_hunt *hunt)
{
    struct pel_select_block *middle = &hunt->block[hunt->middle], *block = hunt->block;
    if (middle->equal > 0)
        return;
    while (block->equal == 0)
        block++;
    char *keys = hunt->keys + block->start * hunt->size;
    size_t place = hunt->leaf->find(keys, block->n, hunt->descending, hunt->pivot, 0);
    swap_keys(hunt->keys + hunt->k * hunt->size, keys + place * hunt->size, hunt->size);
    block->less += middle->less;
    block->equal--;
    *middle = (struct pel_select_block){.start = hunt->k, .n = 1, .equal = 1};
}

/* Of the keys that equal the pivot, but for those of the block `apart`, as many are low, the first ones, as make
 * `in_front` low keys in all: those before the place returned. Afterwards a block's `equal` counts only those. */
static size_t share_ties(struct pel_select_hunt *hunt, size_t in_front, size_t apart)
{
    size_t place = hunt->n;
    for (size_t b = 0; b < hunt->nblocks; b++)
        in_front -= hunt->block[b].less;
    for (size_t b = 0; b < hunt->nblocks; b++) {
        struct pel_select_block *block = &hunt->block[b];
        if (b == apart)
            continue;
        if (block->equal > in_front && place == hunt->n)
            place = block->start + hunt->leaf->find(hunt->keys + block->start * hunt->size, block->n, hunt->descending,
                                                    hunt->pivot, in_front);
        block->equal = pel_select_smaller(block->equal, in_front);
        in_front -= block->equal;
    }
    return place;
}

/* Equal shares of the exchanges; share s goes from mark s to the next on both sides. */
struct shares {
    const struct pel_select_hunt *hunt;
    size_t ties_end, misplaced, count;
    size_t mark[2][PEL_SELECT_TEAM + 1]; /* in front, and behind: places */
};

/* The keys from a place on, to the end of that side or another place. */
static struct pel_select_side side_of(const struct shares *shares, bool in_front, size_t from, size_t to)
{
    const struct pel_select_hunt *hunt = shares->hunt;
    size_t ties = shares->ties_end > from ? shares->ties_end - from : 0;
    return (struct pel_select_side){hunt->keys + from * hunt->size, to - from, pel_select_smaller(ties, to - from),
                                    in_front};
}

static size_t misplaced_in(const struct pel_select_block *block, bool in_front)
{
    size_t low = block->less + block->equal;
    return in_front ? block->n - low : low;
}

/* Marks where share `index / 2` ends on one side: by whole blocks, then within one. */
static void mark_share(void *context, size_t index)
{
    struct shares *shares = context;
    const struct pel_select_hunt *hunt = shares->hunt;
    bool in_front = index % 2 == 0;
    size_t share = index / 2 + 1, b = in_front ? 0 : hunt->middle + 1;
    size_t wanted = shares->misplaced / shares->count * share;
    for (; wanted > misplaced_in(&hunt->block[b], in_front); b++)
        wanted -= misplaced_in(&hunt->block[b], in_front);
    const struct pel_select_block *block = &hunt->block[b];
    struct pel_select_side side = side_of(shares, in_front, block->start, block->start + block->n);
    shares->mark[index % 2][share] = block->start + hunt->leaf->skip(&side, hunt->descending, hunt->pivot, wanted);
}

static void exchange_share(void *context, size_t index)
{
    const struct shares *shares = context;
    const struct pel_select_hunt *hunt = shares->hunt;
    struct pel_select_side front = side_of(shares, true, shares->mark[0][index], shares->mark[0][index + 1]);
    struct pel_select_side back = side_of(shares, false, shares->mark[1][index], shares->mark[1][index + 1]);
    hunt->leaf->exchange(&front, &back, hunt->descending, hunt->pivot);
}

static void exchange_all(const struct pel_select_hunt *hunt, size_t ties_end)
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

void pel_select_part(struct pel_select_hunt *hunt)
{
    place_pivot(hunt);
    exchange_all(hunt, share_ties(hunt, hunt->k, hunt->middle));
}

/* The keys up to the pivot, and their indices, go elsewhere; blocks know how many they have. */
struct harvest {
    const struct pel_select_hunt *hunt;
    size_t ties_end;
};

static void take_block(void *context, size_t index)
{
    const struct harvest *harvest = context;
    const struct pel_select_hunt *hunt = harvest->hunt;
    const struct pel_select_block *block = &hunt->block[index];
    size_t ties = harvest->ties_end > block->start ? harvest->ties_end - block->start : 0;
    struct pel_select_side side = {hunt->keys + block->start * hunt->size, block->n, pel_select_smaller(ties, block->n),
                                   false};
    hunt->leaf->take(&side, hunt->descending, hunt->pivot, block->start, hunt->taken + block->stored * hunt->size,
                     hunt->index + block->stored);
}

void pel_select_take(struct pel_select_hunt *hunt)
{
    struct harvest harvest = {hunt, share_ties(hunt, hunt->k + 1, hunt->nblocks)};
    size_t taken = 0;
    for (size_t b = 0; b < hunt->nblocks; b++) {
        hunt->block[b].stored = taken;
        taken += hunt->block[b].less + hunt->block[b].equal;
    }
    pel_team_for(hunt->team, hunt->nblocks, take_block, &harvest);
}
