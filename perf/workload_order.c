/* Workloads of the family sort beyond plain keys: an input is the keys and, behind them, n words of 8 bytes: the values
 * of pairs, or what becomes the index; or keys of 128 bits. */
#include "perf/data.h"
#include "perf/program.h"
#include "perf/workload.h"

typedef pel_status order_run(void *keys, uint64_t *words, size_t n, const pel_opts *opts);

#define ORDER(suffix, T)                                                                                               \
    static pel_status argsort_##suffix(void *keys, uint64_t *words, size_t n, const pel_opts *opts)                    \
    {                                                                                                                  \
        return pel_argsort_##suffix((const T *)keys, n, words, opts);                                                  \
    }                                                                                                                  \
    static pel_status sort_pairs_##suffix(void *keys, uint64_t *words, size_t n, const pel_opts *opts)                 \
    {                                                                                                                  \
        return pel_sort_pairs_##suffix##_u64((T *)keys, words, n, opts);                                               \
    }                                                                                                                  \
    /* The sixteenth that comes first; keys go behind their indices. */                                                \
    static pel_status top_k_##suffix(void *keys, uint64_t *words, size_t n, const pel_opts *opts)                      \
    {                                                                                                                  \
        size_t k = n / 16;                                                                                             \
        return pel_top_k_##suffix((const T *)keys, n, k, (T *)(void *)(words + k), words, opts);                       \
    }

ORDER(f32, float)
ORDER(f64, double)
ORDER(i32, int32_t)
ORDER(i64, int64_t)
ORDER(u32, uint32_t)
ORDER(u64, uint64_t)

/* Keys and words together are as many keys of 128 bits. */
static pel_status sort_u128(void *keys, uint64_t *words, size_t n, const pel_opts *opts)
{
    (void)words;
    return pel_sort_u128((pel_u128 *)keys, n, opts);
}

#define ROW(op)                                                                                                        \
    {                                                                                                                  \
        [PEL_F32] = op##_f32, [PEL_F64] = op##_f64, [PEL_I32] = op##_i32, [PEL_I64] = op##_i64, [PEL_U32] = op##_u32,  \
        [PEL_U64] = op##_u64                                                                                           \
    }
static order_run *const runs[PEL_NOPS][PEL_NDTYPES] = {
    [PEL_OP_ARGSORT] = ROW(argsort),
    [PEL_OP_SORT_PAIRS] = ROW(sort_pairs),
    [PEL_OP_TOP_K] = ROW(top_k),
    [PEL_OP_SORT_U128] = {[PEL_U64] = sort_u128},
};

static bool serves(enum pel_op op, pel_dtype dtype)
{
    return runs[op][dtype] != NULL;
}

static void open(struct workload *workload)
{
    const struct workload_spec *spec = &workload->spec;
    size_t size = pel_dtype_size(spec->dtype);
    workload->elements = workload->n = spec->n;
    workload->extent = workload_words_offset(workload) + spec->n * sizeof(uint64_t);
    bool in_place = spec->op == PEL_OP_SORT_PAIRS || spec->op == PEL_OP_SORT_U128;
    workload->bytes = spec->n * (in_place ? 2 : 1) * (size + sizeof(uint64_t));
    workload_fill_copies(workload);
}

static pel_status run(struct entrant *entrant, void *data)
{
    const struct workload *w = entrant->workload;
    uint64_t *words = (uint64_t *)(void *)((char *)data + workload_words_offset(w));
    return runs[w->spec.op][w->spec.dtype](data, words, w->n, &entrant->opts);
}

const struct workload_family workload_order = {.serves = serves, .open = open, .run = run, .in_place = true};
