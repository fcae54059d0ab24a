/* Permutations of elements of any width: check, pick, and share the work out. */
#include <pel/sort.h>

#include <stdatomic.h>
#include <string.h>

#include "kernels/sort/permute.h"
#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/memory.h"
#include "lib/team.h"
#include "lib/trace.h"

enum { PIECES = 8 /* for each thread */ };

struct job {
    const struct pel_permute_leaf *leaf;
    const char *base; /* NULL: the permutation is inverted */
    size_t size, n;
    const uint64_t *index;
    char *out;
    size_t npieces;
    atomic_bool strays; /* some index is not less than n */
};

static size_t piece_start(const struct job *job, size_t piece)
{
    return pel_part_start(job->n, job->npieces, piece);
}

static void check_piece(void *context, size_t piece)
{
    struct job *job = context;
    size_t from = piece_start(job, piece), to = piece_start(job, piece + 1);
    if (!job->leaf->in_range(job->index + from, to - from, job->n))
        atomic_store_explicit(&job->strays, true, memory_order_relaxed);
}

static void move_piece(void *context, size_t piece)
{
    const struct job *job = context;
    size_t from = piece_start(job, piece), to = piece_start(job, piece + 1);
    if (job->base)
        job->leaf->gather(job->base, job->size, job->index + from, to - from, job->out + from * job->size);
    else
        job->leaf->invert(job->index + from, from, to - from, (uint64_t *)(void *)job->out);
}

static pel_status run(struct job *job, const pel_opts *opts)
{
    struct pel_request request = {.op = PEL_OP_PERMUTE,
                                  .dtype = PEL_U64,
                                  .flags = pel_flags(opts),
                                  .threads = pel_team_threads(opts),
                                  .n = job->n};
    struct pel_pick pick;
    struct pel_span span;
    pel_status status = pel_dispatch(&request, opts, &pick);
    if (status != PEL_OK || job->n == 0)
        return status;
    job->leaf = pick.kernel->run.permute;
    job->npieces = pick.team > 1 ? PIECES * (size_t)pick.team : 1;
    pel_trace_begin(&span, &pick, job->n);
    pel_team_for(pick.team, job->npieces, check_piece, job);
    if (!job->strays)
        pel_team_for(pick.team, job->npieces, move_piece, job);
    status = job->strays ? PEL_EINVAL : PEL_OK;
    pel_trace_end_with(&span, status);
    return status;
}

/* Elements of any alignment. */
static pel_status check_elements(const void *base, size_t size, size_t n)
{
    size_t bytes;
    if (size == 0 || (!base && n > 0))
        return PEL_EINVAL;
    return __builtin_mul_overflow(n, size, &bytes) || bytes > PTRDIFF_MAX ? PEL_ERANGE : PEL_OK;
}

static bool apart(const void *a, size_t a_size, const void *b, size_t b_size, size_t n)
{
    return n == 0 || !pel_overlap(a, n * a_size, b, n * b_size);
}

pel_status pel_permute(const void *base, size_t size, size_t n, const uint64_t *index, void *out, const pel_opts *opts)
{
    struct job job = {.base = base, .size = size, .n = n, .index = index, .out = out};
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = check_elements(base, size, n);
    if (status == PEL_OK)
        status = check_elements(out, size, n);
    if (status == PEL_OK)
        status = pel_check_array(index, n, sizeof *index);
    if (status == PEL_OK && !(apart(out, size, base, size, n) && apart(out, size, index, sizeof *index, n)))
        status = PEL_EINVAL;
    return status == PEL_OK ? run(&job, opts) : status;
}

pel_status pel_inverse_permutation(const uint64_t *index, size_t n, uint64_t *inverse, const pel_opts *opts)
{
    struct job job = {.n = n, .index = index, .out = (char *)inverse};
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = pel_check_array(index, n, sizeof *index);
    if (status == PEL_OK)
        status = pel_check_array(inverse, n, sizeof *inverse);
    if (status == PEL_OK && !apart(index, sizeof *index, inverse, sizeof *inverse, n))
        status = PEL_EINVAL;
    return status == PEL_OK ? run(&job, opts) : status;
}

/* An argsort of one dtype. */
typedef pel_status order_fn(const void *keys, size_t n, uint64_t *index, const pel_opts *opts);

static size_t round_up(size_t bytes)
{
    return (bytes + PEL_CACHE_LINE - 1) / PEL_CACHE_LINE * PEL_CACHE_LINE;
}

/* The index of n elements, and room for the larger of keys and values; 0 when that is too much. */
static size_t scratch_bytes(size_t key_size, size_t value_size, size_t n)
{
    size_t bytes, wider = key_size > value_size ? key_size : value_size;
    if (__builtin_add_overflow(wider, sizeof(uint64_t), &bytes) || __builtin_mul_overflow(bytes, n, &bytes) ||
        bytes > PTRDIFF_MAX - 2 * PEL_CACHE_LINE)
        return 0;
    return bytes + 2 * PEL_CACHE_LINE;
}

/* Moves the elements to the places where the index says, by way of the room. */
static pel_status move_by(const uint64_t *index, void *elements, size_t size, size_t n, void *room,
                          const pel_opts *opts)
{
    pel_status status = pel_permute(elements, size, n, index, room, opts);
    if (status == PEL_OK)
        memcpy(elements, room, n * size);
    return status;
}

static pel_status sort_values(pel_dtype dtype, void *keys, void *values, size_t value_size, size_t n, order_fn *order,
                              const pel_opts *opts)
{
    size_t size = pel_dtype_size(dtype), bytes;
    struct pel_scratch scratch;
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = pel_check_array(keys, n, size);
    if (status == PEL_OK)
        status = check_elements(values, value_size, n);
    if (status == PEL_OK && n > 0 && pel_overlap(keys, n * size, values, n * value_size))
        status = PEL_EINVAL;
    if (status != PEL_OK || n == 0)
        return status;
    pel_opts rest = pel_opts_without_variant(opts);
    rest.work = NULL; /* it is used here */
    bytes = scratch_bytes(size, value_size, n);
    if (bytes == 0)
        return PEL_ERANGE;
    if (!pel_scratch_take(&scratch, bytes, opts))
        return PEL_ENOMEM;
    uint64_t *index = scratch.data;
    void *room = (char *)scratch.data + round_up(n * sizeof *index);
    status = order(keys, n, index, &rest);
    if (status == PEL_OK)
        status = move_by(index, keys, size, n, room, &rest);
    if (status == PEL_OK)
        status = move_by(index, values, value_size, n, room, &rest);
    pel_scratch_drop(&scratch);
    return status;
}

#define VALUES(T, suffix, DTYPE)                                                                                       \
    static pel_status order_##suffix(const void *keys, size_t n, uint64_t *index, const pel_opts *opts)                \
    {                                                                                                                  \
        return pel_argsort_##suffix(keys, n, index, opts);                                                             \
    }                                                                                                                  \
    pel_status pel_sort_values_##suffix(T *keys, void *values, size_t value_size, size_t n, const pel_opts *opts)      \
    {                                                                                                                  \
        return sort_values(DTYPE, keys, values, value_size, n, order_##suffix, opts);                                  \
    }

VALUES(float, f32, PEL_F32)
VALUES(double, f64, PEL_F64)
VALUES(int32_t, i32, PEL_I32)
VALUES(int64_t, i64, PEL_I64)
VALUES(uint32_t, u32, PEL_U32)
VALUES(uint64_t, u64, PEL_U64)
