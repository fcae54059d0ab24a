/* Selections: check, pick, and hunt for the key that belongs at a place. */
#include <pel/sort.h>

#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/memory.h"
#include "lib/select_hunt.h"
#include "lib/team.h"
#include "lib/trace.h"

/* For k of n keys. */
static pel_status check_front(pel_dtype dtype, const void *keys, size_t n, size_t k, const pel_opts *opts)
{
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = pel_check_array(keys, n, pel_dtype_size(dtype));
    return status == PEL_OK && k > n ? PEL_EINVAL : status;
}

static pel_status pick_kernel(enum pel_op op, pel_dtype dtype, size_t n, const pel_opts *opts, struct pel_pick *pick)
{
    struct pel_request request = {
        .op = op, .dtype = dtype, .flags = pel_flags(opts), .threads = pel_team_threads(opts), .n = n};
    return pel_dispatch(&request, opts, pick);
}

/* Where act writes is set; the rest of the hunt is filled in here. It is large: what is not set is not read. */
static pel_status hunt_down(struct pel_select_hunt *hunt, enum pel_op op, pel_dtype dtype, void *keys, size_t n,
                            size_t k, void (*act)(struct pel_select_hunt *hunt), const pel_opts *opts)
{
    struct pel_pick pick;
    struct pel_span span;
    pel_status status = pick_kernel(op, dtype, n, opts, &pick);
    if (status != PEL_OK)
        return status;
    hunt->leaf = pick.kernel->run.select;
    hunt->keys = keys;
    hunt->n = hunt->count = n;
    hunt->k = k;
    hunt->size = pel_dtype_size(dtype);
    hunt->descending = pel_flags(opts) & PEL_DESCENDING;
    hunt->team = (int)pel_select_smaller((size_t)pick.team, PEL_SELECT_TEAM);
    hunt->low = hunt->leaf->first;
    hunt->high = hunt->leaf->last;
    hunt->below = 0;
    pel_trace_begin(&span, &pick, n);
    pel_select_run(hunt, act, opts);
    pel_trace_end(&span);
    return PEL_OK;
}

static pel_status select_key(pel_dtype dtype, void *keys, size_t n, size_t k, const pel_opts *opts)
{
    struct pel_select_hunt hunt;
    pel_status status = check_front(dtype, keys, n, k, opts);
    if (status == PEL_OK && k == n)
        status = PEL_EINVAL;
    return status == PEL_OK ? hunt_down(&hunt, PEL_OP_SELECT, dtype, keys, n, k, pel_select_part, opts) : status;
}

/* Brings the k keys that come first to the front. */
static pel_status part_at(pel_dtype dtype, void *keys, size_t n, size_t k, const pel_opts *opts)
{
    struct pel_select_hunt hunt;
    struct pel_pick unused;
    pel_status status = check_front(dtype, keys, n, k, opts);
    if (status != PEL_OK)
        return status;
    if (k == 0 || k == n) /* nothing to hunt for; a variant that does not exist is refused all the same */
        return pick_kernel(PEL_OP_PARTIAL_SORT, dtype, n, opts, &unused);
    return hunt_down(&hunt, PEL_OP_PARTIAL_SORT, dtype, keys, n, k, pel_select_part, opts);
}

/* The k keys that come first, in the order of their indices. The hunt only reads the keys. */
static pel_status take_first(pel_dtype dtype, const void *keys, size_t n, size_t k, void *taken, uint64_t *index,
                             const pel_opts *opts)
{
    struct pel_select_hunt hunt;
    struct pel_pick unused;
    if (k == 0)
        return pick_kernel(PEL_OP_TOP_K, dtype, n, opts, &unused);
    hunt.taken = taken;
    hunt.index = index;
    return hunt_down(&hunt, PEL_OP_TOP_K, dtype, (void *)(uintptr_t)keys, n, k - 1, pel_select_take, opts);
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
    return size == 0 || n > PTRDIFF_MAX / size ? 0 : pel_select_room_bytes(n, size) + PEL_CACHE_LINE;
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
        if (status == PEL_OK)                                                                                          \
            status = take_first(DTYPE, keys, n, k, values, index, opts);                                               \
        return status == PEL_OK && k > 0 ? pel_sort_pairs_##suffix##_u64(values, index, k, &rest) : status;            \
    }

SELECT(float, f32, PEL_F32)
SELECT(double, f64, PEL_F64)
SELECT(int32_t, i32, PEL_I32)
SELECT(int64_t, i64, PEL_I64)
SELECT(uint32_t, u32, PEL_U32)
SELECT(uint64_t, u64, PEL_U64)
