#include "lib/sort_runs.h"

#include <string.h>

#include "lib/check.h"
#include "lib/memory.h"
#include "lib/merge.h"
#include "lib/team.h"

enum {
    MOST_RUNS = 4,  /* two passes over memory merge them, in less time than any other way takes */
    FIRST_STEP = 16 /* keys */
};

struct runs {
    size_t count, start[MOST_RUNS + 1];
};

static char *key(const struct pel_sort_job *job, size_t i)
{
    return job->keys + i * job->size;
}

/* Whether the keys [from, to) are a run, in reverse or not. */
static bool is_run(const struct pel_sort_job *job, size_t from, size_t to, bool reversed)
{
    bool holds[2] = {!reversed, reversed};
    job->leaf->scan(key(job, from), to - from, job->descending, &holds[0], &holds[1]);
    return holds[reversed];
}

/* Where the run ends that begins there: by steps that double, and then by halves of the last one. */
static size_t run_end(const struct pel_sort_job *job, size_t from, bool reversed)
{
    size_t end = from + 1, step = FIRST_STEP;
    bool halves = false;
    while (end < job->n && step > 0) {
        size_t to = job->n - end < step ? job->n : end + step;
        bool goes_on = is_run(job, end - 1, to, reversed);
        halves |= !goes_on;
        end = goes_on ? to : end;
        step = halves ? step / 2 : 2 * step;
    }
    return end;
}

/* The end of the run from there on, which is turned if it is in reverse. What little is left at the end is sorted: new
 * keys behind sorted ones. 0 where the run is not worth a merge. */
static size_t next_run(const struct pel_sort_job *job, size_t from)
{
    size_t rising = run_end(job, from, false), falling = run_end(job, from, true);
    size_t end = rising > falling ? rising : falling;
    if (end - from < job->n / 64 && job->n - from < job->n / 8) {
        job->leaf->sort(key(job, from), job->n - from, NULL, job->descending);
        return job->n;
    }
    if (end - from < job->n / 64)
        return 0;
    if (falling > rising)
        job->leaf->reverse(key(job, from), end - from, 0, (end - from) / 2);
    return end;
}

static bool find_runs(const struct pel_sort_job *job, struct runs *runs)
{
    size_t end = 0;
    for (runs->count = 0; end < job->n; runs->start[++runs->count] = end) {
        runs->start[runs->count] = end;
        end = runs->count < MOST_RUNS ? next_run(job, end) : 0;
        if (end == 0)
            return false;
    }
    return true;
}

/* Merges every two of the runs; a last one that is alone is copied. */
static pel_status merge_pairs(const struct pel_sort_job *job, pel_dtype dtype, struct runs *runs, const char *from,
                              char *to, const pel_opts *opts)
{
    pel_status status = PEL_OK;
    struct runs merged = {0, {0}};
    for (size_t r = 0; r < runs->count && status == PEL_OK; r += 2) {
        size_t start = runs->start[r], middle = runs->start[r + 1];
        size_t end = r + 1 < runs->count ? runs->start[r + 2] : middle;
        status = pel_merge_any(dtype, from + start * job->size, middle - start, from + middle * job->size, end - middle,
                               to + start * job->size, opts);
        merged.start[++merged.count] = end;
    }
    *runs = merged;
    return status;
}

/* Whether keys from all over are in order, or in reverse: then all may be, which a team sees sooner. */
static bool looks_like_one(const struct pel_sort_job *job)
{
    enum { SAMPLES = 64 };
    _Alignas(uint64_t) char sample[SAMPLES * sizeof(uint64_t)];
    bool sorted = true, reversed = true;
    for (size_t i = 0; i < SAMPLES; i++)
        memcpy(sample + i * job->size, key(job, (job->n - 1) / (SAMPLES - 1) * i), job->size);
    job->leaf->scan(sample, SAMPLES, job->descending, &sorted, &reversed);
    return sorted || reversed;
}

struct copy {
    const char *from;
    char *to;
    size_t bytes;
};

enum { PIECE = 1 << 18 }; /* bytes */

static void copy_piece(void *context, size_t piece)
{
    const struct copy *copy = context;
    size_t left = copy->bytes - piece * PIECE;
    memcpy(copy->to + piece * PIECE, copy->from + piece * PIECE, left < PIECE ? left : PIECE);
}

bool pel_sort_runs(const struct pel_sort_job *job, pel_dtype dtype, const pel_opts *opts)
{
    struct runs runs;
    struct pel_scratch scratch;
    size_t bytes = job->n * job->size;
    if ((job->team > 1 && looks_like_one(job)) || !find_runs(job, &runs))
        return false;
    if (runs.count == 1)
        return true;
    if (!pel_scratch_take(&scratch, bytes, opts))
        return false;
    pel_opts rest = pel_opts_without_work(opts);
    rest.threads = job->team;
    char *from = job->keys, *to = scratch.data;
    pel_status status = PEL_OK;
    while (runs.count > 1 && status == PEL_OK) {
        status = merge_pairs(job, dtype, &runs, from, to, &rest);
        char *swap = from;
        from = to;
        to = swap;
    }
    if (from != job->keys)
        pel_team_for(job->team, (bytes - 1) / PIECE + 1, copy_piece, &(struct copy){from, job->keys, bytes});
    pel_scratch_drop(&scratch);
    return true;
}
