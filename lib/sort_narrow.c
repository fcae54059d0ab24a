/* Sorts of keys of 8 and 16 bits: check, pick, and then either let the leaf sort few keys, or count many, stripe by
 * stripe, and write them anew. */
#include <pel/sort.h>

#include <string.h>

#include "kernels/sort/counting.h"
#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/memory.h"
#include "lib/team.h"
#include "lib/trace.h"

enum { CHUNK = 256 /* values whose counts are summed at a time */ };

struct job {
    const struct pel_counting_leaf *leaf;
    char *keys;
    size_t n, nstripes;
    uint32_t flip; /* the bits of a key that differ from those of its rank */
    int team;
    uint32_t *counts; /* of each value, for each stripe */
    size_t *end;      /* keys up to each rank */
};

/* A stripe for each thread, as long as their counts take no more than the keys; but what a stripe has must fit the
 * counts. */
static size_t count_stripes(const struct job *job)
{
    size_t most = job->n * job->leaf->size / (job->leaf->values * sizeof *job->counts), least = (job->n >> 31) + 1;
    size_t wanted = (size_t)job->team < most ? (size_t)job->team : most;
    return wanted > least ? wanted : least;
}

static size_t stripe_start(const struct job *job, size_t stripe)
{
    return pel_part_start(job->n, job->nstripes, stripe);
}

static void count_stripe(void *context, size_t stripe)
{
    const struct job *job = context;
    const struct pel_counting_leaf *leaf = job->leaf;
    size_t from = stripe_start(job, stripe), to = stripe_start(job, stripe + 1);
    uint32_t *counts = job->counts + stripe * leaf->values;
    memset(counts, 0, leaf->values * sizeof *counts);
    leaf->count(job->keys + from * leaf->size, to - from, counts);
}

static void add_stripes(void *context, size_t chunk)
{
    const struct job *job = context;
    for (size_t rank = chunk * CHUNK; rank < (chunk + 1) * CHUNK; rank++) {
        size_t value = rank ^ job->flip, total = 0;
        for (size_t s = 0; s < job->nstripes; s++)
            total += job->counts[s * job->leaf->values + value];
        job->end[rank] = total;
    }
}

static void fill_stripe(void *context, size_t stripe)
{
    const struct job *job = context;
    job->leaf->fill(job->keys, stripe_start(job, stripe), stripe_start(job, stripe + 1), job->end, job->flip);
}

/* False, with nothing done, when the keys are few or there is no memory. */
static bool sort_many(struct job *job, const pel_opts *opts)
{
    struct pel_scratch scratch;
    size_t values = job->leaf->values, total = 0;
    if (job->n <= pel_counting_few(job->leaf->size))
        return false;
    job->nstripes = count_stripes(job);
    size_t ends = values * sizeof *job->end;
    if (!pel_scratch_take(&scratch, ends + job->nstripes * values * sizeof *job->counts, opts))
        return false;
    job->end = scratch.data;
    job->counts = (uint32_t *)(void *)((char *)scratch.data + ends);
    pel_team_for(job->team, job->nstripes, count_stripe, job);
    pel_team_for(job->team, values / CHUNK, add_stripes, job);
    for (size_t rank = 0; rank < values; rank++)
        job->end[rank] = total += job->end[rank];
    pel_team_for(job->team, job->nstripes, fill_stripe, job);
    pel_scratch_drop(&scratch);
    return true;
}

/* A leaf that finds no memory for its scratch does without. */
static void sort_few(const struct job *job, const pel_opts *opts)
{
    struct pel_scratch scratch = {NULL, NULL};
    size_t bytes = job->leaf->scratch_bytes(job->n);
    if (bytes > 0)
        pel_scratch_take(&scratch, bytes, opts);
    job->leaf->sort(job->keys, job->n, scratch.data, job->flip);
    pel_scratch_drop(&scratch);
}

/* sign: the bit of the sign, or 0. */
static pel_status sort(enum pel_op op, void *keys, size_t n, size_t size, uint32_t sign, const pel_opts *opts)
{
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = pel_check_array(keys, n, size);
    if (status != PEL_OK)
        return status;
    struct pel_request request = {.op = op,
                                  .dtype = sign ? PEL_I32 : PEL_U32,
                                  .flags = pel_flags(opts),
                                  .threads = pel_team_threads(opts),
                                  .n = n};
    struct pel_pick pick;
    status = pel_dispatch(&request, opts, &pick);
    if (status != PEL_OK)
        return status;
    struct job job = {.leaf = pick.kernel->run.counting, .keys = keys, .n = n, .flip = sign, .team = pick.team};
    if (request.flags & PEL_DESCENDING)
        job.flip ^= (uint32_t)job.leaf->values - 1;
    struct pel_span span;
    pel_trace_begin(&span, &pick, n);
    if (!sort_many(&job, opts))
        sort_few(&job, opts);
    pel_trace_end(&span);
    return PEL_OK;
}

size_t pel_sort_narrow_work_bytes(size_t key_bytes, size_t n)
{
    if ((key_bytes != 1 && key_bytes != 2) || n > PTRDIFF_MAX / key_bytes)
        return 0;
    size_t values = (size_t)1 << (8 * key_bytes), tables = values * (sizeof(size_t) + sizeof(uint32_t));
    return n * key_bytes + (n > pel_counting_few(key_bytes) ? tables : 0) + PEL_CACHE_LINE;
}

#define SORT(T, suffix, OP, sign)                                                                                      \
    pel_status pel_sort_##suffix(T *keys, size_t n, const pel_opts *opts)                                              \
    {                                                                                                                  \
        return sort(OP, keys, n, sizeof *keys, sign, opts);                                                            \
    }

SORT(int8_t, i8, PEL_OP_SORT_I8, 1u << 7)
SORT(uint8_t, u8, PEL_OP_SORT_U8, 0)
SORT(int16_t, i16, PEL_OP_SORT_I16, 1u << 15)
SORT(uint16_t, u16, PEL_OP_SORT_U16, 0)
