/* Sorts of records by a comparison of the caller's: every thread sorts a chunk by merging, then chunks are merged in
 * pairs, each merge shared by several threads: S. Odeh et al., "Merge path" (2012). A comparison that contradicts
 * itself leaves some permutation; places are bounded by counts alone, never by what it says. */
#include <pel/sort.h>

#include <string.h>

#include "lib/check.h"
#include "lib/memory.h"
#include "lib/team.h"
#include "lib/trace.h"

enum {
    FEW = 8, /* records that are inserted one by one */
    WORTH_A_THREAD = 2048,
    MOST_CHUNKS = 128, /* a power of two */
    PIECES = 4,        /* of all merges of a round, for each chunk */
};

typedef int compare_fn(const void *a, const void *b, void *context);

struct order {
    size_t size;
    compare_fn *compare;
    void *context;
};

static inline void copy(char *to, const char *from, size_t size)
{
    if (size == 8)
        memcpy(to, from, 8);
    else if (size == 16)
        memcpy(to, from, 16);
    else
        memcpy(to, from, size);
}

/* Whether b must go before a, which is before it now. */
static inline bool goes_first(const struct order *order, const char *b, const char *a)
{
    return order->compare(a, b, order->context) > 0;
}

/* room: for one record. */
static void insert_few(const struct order *order, char *records, size_t n, char *room)
{
    size_t size = order->size;
    for (size_t i = 1; i < n; i++) {
        size_t place = i;
        while (place > 0 && goes_first(order, records + i * size, records + (place - 1) * size))
            place--;
        if (place == i)
            continue;
        copy(room, records + i * size, size);
        memmove(records + (place + 1) * size, records + place * size, (i - place) * size);
        copy(records + place * size, room, size);
    }
}

/* Merges na and nb records; b may be the end of out, and a the rest of it if it is elsewhere. */
static void merge(const struct order *order, const char *a, size_t na, const char *b, size_t nb, char *out)
{
    size_t size = order->size;
    while (na > 0 && nb > 0) {
        bool take_b = goes_first(order, b, a);
        copy(out, take_b ? b : a, size);
        a += take_b ? 0 : size;
        b += take_b ? size : 0;
        na -= take_b ? 0 : 1;
        nb -= take_b ? 1 : 0;
        out += size;
    }
    memcpy(out, a, na * size);
    if (nb > 0 && out + na * size != b)
        memcpy(out + na * size, b, nb * size);
}

/* room: for n records. */
static void sort_chunk(const struct order *order, char *records, size_t n, char *room)
{
    if (n <= FEW) {
        insert_few(order, records, n, room);
        return;
    }
    size_t half = n / 2;
    char *middle = records + half * order->size;
    sort_chunk(order, records, half, room);
    sort_chunk(order, middle, n - half, room);
    if (!goes_first(order, middle, middle - order->size))
        return;
    memcpy(room, records, half * order->size);
    merge(order, room, half, middle, n - half, records);
}

/* Records on a team. In each round runs of `width` chunks are merged in pairs, from one array into the other. */
struct job {
    struct order order;
    char *from, *to;
    size_t n, nchunks, width;
    size_t of_a[MOST_CHUNKS * PIECES + 1]; /* records of the first run that come before each piece of its merge */
};

static size_t chunk_start(const struct job *job, size_t chunk)
{
    return pel_part_start(job->n, job->nchunks, chunk);
}

static void sort_one(void *context, size_t chunk)
{
    const struct job *job = context;
    size_t from = chunk_start(job, chunk), n = chunk_start(job, chunk + 1) - from;
    sort_chunk(&job->order, job->from + from * job->order.size, n, job->to + from * job->order.size);
}

/* A merge of two runs. */
struct pair {
    size_t start, na, nb;
    size_t npieces;
};

static struct pair find_pair(const struct job *job, size_t which)
{
    size_t start = chunk_start(job, 2 * job->width * which),
           middle = chunk_start(job, 2 * job->width * which + job->width);
    size_t end = chunk_start(job, 2 * job->width * (which + 1));
    return (struct pair){start, middle - start, end - middle, 2 * job->width * PIECES};
}

static size_t piece_start(const struct pair *pair, size_t piece)
{
    return pel_part_start(pair->na + pair->nb, pair->npieces, piece);
}

/* How many of the first `count` merged records are of the first run, from `least` to `most`. */
static size_t split(const struct job *job, const struct pair *pair, size_t count, size_t least, size_t most)
{
    const char *a = job->from + pair->start * job->order.size, *b = a + pair->na * job->order.size;
    while (least < most) {
        size_t middle = least + (most - least) / 2;
        if (goes_first(&job->order, b + (count - middle - 1) * job->order.size, a + middle * job->order.size))
            most = middle;
        else
            least = middle + 1;
    }
    return least;
}

/* Each piece starts behind the one before in both runs, whatever the comparison says. */
static void split_pair(void *context, size_t which)
{
    struct job *job = context;
    struct pair pair = find_pair(job, which);
    size_t *of_a = job->of_a + which * pair.npieces, before = 0;
    for (size_t p = 0; p < pair.npieces; p++) {
        size_t count = piece_start(&pair, p), step = p > 0 ? count - piece_start(&pair, p - 1) : 0;
        size_t least = count > pair.nb ? count - pair.nb : 0, most = count < pair.na ? count : pair.na;
        least = least > before ? least : before;
        most = most < before + step ? most : before + step;
        of_a[p] = before = split(job, &pair, count, least, most);
    }
}

static void merge_piece(void *context, size_t index)
{
    const struct job *job = context;
    size_t size = job->order.size, per_pair = 2 * job->width * PIECES;
    struct pair pair = find_pair(job, index / per_pair);
    size_t piece = index % per_pair, start = piece_start(&pair, piece), end = piece_start(&pair, piece + 1);
    size_t a = job->of_a[index], a_end = piece + 1 < per_pair ? job->of_a[index + 1] : pair.na;
    const char *runs = job->from + pair.start * size;
    merge(&job->order, runs + a * size, a_end - a, runs + (pair.na + start - a) * size, (end - start) - (a_end - a),
          job->to + (pair.start + start) * size);
}

static void sort_on_team(struct job *job, int team)
{
    char *records = job->from;
    pel_team_for(team, job->nchunks, sort_one, job);
    for (job->width = 1; job->width < job->nchunks; job->width *= 2) {
        pel_team_for(team, job->nchunks / (2 * job->width), split_pair, job);
        pel_team_for(team, job->nchunks * PIECES, merge_piece, job);
        char *swap = job->from;
        job->from = job->to;
        job->to = swap;
    }
    if (job->from != records)
        memcpy(records, job->from, job->n * job->order.size);
}

struct alone {
    struct order order;
    char *records, *room;
    size_t n;
};

static void sort_alone(void *context, size_t index)
{
    const struct alone *alone = context;
    (void)index;
    sort_chunk(&alone->order, alone->records, alone->n, alone->room);
}

static int team_for(size_t n, const pel_opts *opts)
{
    size_t threads = (size_t)pel_team_threads(opts), worth = n / WORTH_A_THREAD;
    return (int)(worth < 1 ? 1 : worth < threads ? worth : threads);
}

static pel_status check(const void *base, size_t n, size_t size, compare_fn *compare, const pel_opts *opts)
{
    size_t bytes;
    pel_status status = pel_check_opts(opts);
    if (status != PEL_OK)
        return status;
    if ((!base && n > 0) || size == 0 || !compare)
        return PEL_EINVAL;
    return __builtin_mul_overflow(n, size, &bytes) || bytes > PTRDIFF_MAX ? PEL_ERANGE : PEL_OK;
}

pel_status pel_sort_records(void *base, size_t n, size_t size, compare_fn *compare, void *context, const pel_opts *opts)
{
    struct pel_scratch scratch;
    pel_status status = check(base, n, size, compare, opts);
    if (status == PEL_OK && opts && opts->variant)
        status = PEL_ENOTSUP;
    if (status != PEL_OK || n < 2)
        return status;
    if (!pel_scratch_take(&scratch, n * size, opts))
        return PEL_ENOMEM;
    struct order order = {size, compare, context};
    int team = team_for(n, opts);
    struct pel_span span;
    pel_trace_begin_own(&span, "sort_records", NULL, team, n);
    if (team == 1) {
        struct alone alone = {order, base, scratch.data, n};
        pel_team_for(1, 1, sort_alone, &alone);
    } else {
        struct job job = {.order = order, .from = base, .to = scratch.data, .n = n, .nchunks = 2};
        while (job.nchunks < 2 * (size_t)team && job.nchunks < MOST_CHUNKS)
            job.nchunks *= 2;
        sort_on_team(&job, team);
    }
    pel_trace_end(&span);
    pel_scratch_drop(&scratch);
    return PEL_OK;
}

size_t pel_sort_records_work_bytes(size_t n, size_t size)
{
    size_t bytes;
    return __builtin_mul_overflow(n, size, &bytes) || bytes > PTRDIFF_MAX ? 0 : bytes + PEL_CACHE_LINE;
}
