/* What a program does without sorts of many at once: a loop of single sorts, each of them our own. */
#include <stdlib.h>

#include <pel/pel.h>

#include "perf/peers.h"
#include "perf/program.h"

#define LOOPS(T, suffix)                                                                                               \
    static void segments_##suffix(const struct peer_job *job, const pel_opts *opts)                                    \
    {                                                                                                                  \
        T *keys = job->data;                                                                                           \
        const size_t *offset = job->y;                                                                                 \
        for (size_t s = 0; s < job->nsegments; s++)                                                                    \
            pel_sort_##suffix(keys + offset[s], offset[s + 1] - offset[s], opts);                                      \
    }                                                                                                                  \
    static void columns_##suffix(const struct peer_job *job, const pel_opts *opts)                                     \
    {                                                                                                                  \
        T *keys = job->data, *column = allocate(job->length * sizeof(T));                                              \
        size_t width = job->n / job->length;                                                                           \
        for (size_t k = 0; k < width; k++) {                                                                           \
            for (size_t i = 0; i < job->length; i++)                                                                   \
                column[i] = keys[i * width + k];                                                                       \
            pel_sort_##suffix(column, job->length, opts);                                                              \
            for (size_t i = 0; i < job->length; i++)                                                                   \
                keys[i * width + k] = column[i];                                                                       \
        }                                                                                                              \
        free(column);                                                                                                  \
    }

LOOPS(float, f32)
LOOPS(double, f64)
LOOPS(int32_t, i32)
LOOPS(int64_t, i64)
LOOPS(uint32_t, u32)
LOOPS(uint64_t, u64)

#define ROW(what)                                                                                                      \
    {                                                                                                                  \
        [PEL_F32] = what##_f32, [PEL_F64] = what##_f64, [PEL_I32] = what##_i32, [PEL_I64] = what##_i64,                \
        [PEL_U32] = what##_u32, [PEL_U64] = what##_u64                                                                 \
    }

enum { DTYPES = PEL_U64 + 1 };

static void loop_over_segments(const struct peer_job *job)
{
    static void (*const loops[DTYPES])(const struct peer_job *job, const pel_opts *opts) = ROW(segments);
    pel_opts opts = PEL_OPTS_INIT;
    opts.threads = 1;
    loops[job->dtype](job, &opts);
}

static void loop_over_columns(const struct peer_job *job)
{
    static void (*const loops[DTYPES])(const struct peer_job *job, const pel_opts *opts) = ROW(columns);
    pel_opts opts = PEL_OPTS_INIT;
    opts.threads = 1;
    loops[job->dtype](job, &opts);
}

enum { EVERY_DTYPE = (1u << DTYPES) - 1 };

const struct peer peers_series[] = {
    {"pel_sort of each", "a loop of our own", "sort_segments", NULL, EVERY_DTYPE, false, loop_over_segments, false},
    {"pel_sort of columns", "a loop of our own", "sort_axis", NULL, EVERY_DTYPE, false, loop_over_columns, false},
    {.name = NULL},
};
