/* Workloads of operations on keys in order, and of those that go with them. An input is an array of n keys, a second
 * one of as many, and behind both, n words of 8 bytes:
 *
 *     searchsorted    keys in order; needles; their places
 *     merge           two runs in order, half of the keys each; what becomes of them
 *     unique          keys; nothing; how often each is there
 *     permute         elements; the same in another order; a permutation */
#include <string.h>

#include "perf/data.h"
#include "perf/program.h"
#include "perf/workload.h"

typedef pel_status sorted_run(void *keys, uint64_t *words, size_t n, const pel_opts *opts);

#define SORTED(suffix, T)                                                                                              \
    static pel_status sort_##suffix(void *keys, uint64_t *words, size_t n, const pel_opts *opts)                       \
    {                                                                                                                  \
        (void)words;                                                                                                   \
        return pel_sort_##suffix((T *)keys, n, opts);                                                                  \
    }                                                                                                                  \
    static pel_status search_##suffix(void *keys, uint64_t *words, size_t n, const pel_opts *opts)                     \
    {                                                                                                                  \
        return pel_searchsorted_##suffix((T *)keys, n, (T *)keys + n, n, words, opts);                                 \
    }                                                                                                                  \
    static pel_status merge_##suffix(void *keys, uint64_t *words, size_t n, const pel_opts *opts)                      \
    {                                                                                                                  \
        T *a = keys, *b = a + n / 2, *out = a + n;                                                                     \
        (void)words;                                                                                                   \
        return pel_merge_##suffix(a, n / 2, b, n - n / 2, out, opts);                                                  \
    }                                                                                                                  \
    /* What is left undefined is cleared, so that results can be compared. */                                          \
    static pel_status unique_##suffix(void *keys, uint64_t *words, size_t n, const pel_opts *opts)                     \
    {                                                                                                                  \
        size_t kept = n;                                                                                               \
        pel_status status = pel_unique_##suffix((T *)keys, n, words, &kept, opts);                                     \
        memset((T *)keys + kept, 0, (n - kept) * sizeof(T));                                                           \
        memset(words + kept, 0, (n - kept) * sizeof *words);                                                           \
        return status;                                                                                                 \
    }

SORTED(f32, float)
SORTED(f64, double)
SORTED(i32, int32_t)
SORTED(i64, int64_t)
SORTED(u32, uint32_t)
SORTED(u64, uint64_t)

static pel_status permute(void *keys, uint64_t *words, size_t n, const pel_opts *opts)
{
    return pel_permute(keys, sizeof(uint64_t), n, words, (uint64_t *)keys + n, opts);
}

#define ROW(op)                                                                                                        \
    {                                                                                                                  \
        [PEL_F32] = op##_f32, [PEL_F64] = op##_f64, [PEL_I32] = op##_i32, [PEL_I64] = op##_i64, [PEL_U32] = op##_u32,  \
        [PEL_U64] = op##_u64                                                                                           \
    }
static sorted_run *const sorts[PEL_NDTYPES] = ROW(sort);
static sorted_run *const runs[PEL_NOPS][PEL_NDTYPES] = {
    [PEL_OP_SEARCHSORTED] = ROW(search),
    [PEL_OP_MERGE] = ROW(merge),
    [PEL_OP_UNIQUE] = ROW(unique),
    [PEL_OP_PERMUTE] = {[PEL_U64] = permute},
};

static bool serves(enum pel_op op, pel_dtype dtype)
{
    return runs[op][dtype] != NULL;
}

static size_t words_offset(const struct workload *workload)
{
    size_t bytes = 2 * workload->n * pel_dtype_size(workload->spec.dtype), word = sizeof(uint64_t);
    return (bytes + word - 1) / word * word;
}

static uint64_t *words_of(const struct workload *workload, void *data)
{
    return (uint64_t *)(void *)((char *)data + words_offset(workload));
}

/* Brings what must be in order into it. */
static void put_in_order(const struct workload *workload, char *keys)
{
    const struct workload_spec *spec = &workload->spec;
    size_t n = workload->n, half = n / 2;
    pel_opts opts = PEL_OPTS_INIT;
    opts.flags = spec->flags;
    if (spec->op == PEL_OP_SEARCHSORTED)
        sorts[spec->dtype](keys, NULL, n, &opts);
    if (spec->op == PEL_OP_MERGE) {
        sorts[spec->dtype](keys, NULL, half, &opts);
        sorts[spec->dtype](keys + half * pel_dtype_size(spec->dtype), NULL, n - half, &opts);
    }
    if (spec->op == PEL_OP_PERMUTE)
        pel_argsort_u64((const uint64_t *)(void *)keys, n, words_of(workload, keys), &opts);
}

static void open(struct workload *workload)
{
    const struct workload_spec *spec = &workload->spec;
    size_t size = pel_dtype_size(spec->dtype), word = sizeof(uint64_t);
    workload->elements = workload->n = spec->n;
    workload->extent = words_offset(workload) + spec->n * word;
    workload->bytes = spec->n * (spec->op == PEL_OP_MERGE ? 2 * size : size + size + word);
    workload_fill_copies(workload);
    for (size_t i = 0; i < workload->variety; i++)
        put_in_order(workload, (char *)workload->x + i * workload_stride(workload));
}

static pel_status run(struct entrant *entrant, void *data)
{
    const struct workload *w = entrant->workload;
    return runs[w->spec.op][w->spec.dtype](data, words_of(w, data), w->n, &entrant->opts);
}

const struct workload_family workload_sorted = {.serves = serves, .open = open, .run = run, .in_place = true};
