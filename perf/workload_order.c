/* Workloads of the family sort beyond plain keys: an input is the keys and, behind them, n words of 8 bytes: the values
 * of pairs, or what becomes the index. */
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
    }

ORDER(f32, float)
ORDER(f64, double)
ORDER(i32, int32_t)
ORDER(i64, int64_t)
ORDER(u32, uint32_t)
ORDER(u64, uint64_t)

#define ROW(op)                                                                                                        \
    {                                                                                                                  \
        [PEL_F32] = op##_f32, [PEL_F64] = op##_f64, [PEL_I32] = op##_i32, [PEL_I64] = op##_i64, [PEL_U32] = op##_u32,  \
        [PEL_U64] = op##_u64                                                                                           \
    }
static order_run *const runs[PEL_NOPS][PEL_NDTYPES] = {
    [PEL_OP_ARGSORT] = ROW(argsort),
    [PEL_OP_SORT_PAIRS] = ROW(sort_pairs),
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
    workload->bytes = spec->n * (spec->op == PEL_OP_ARGSORT ? size + sizeof(uint64_t) : 2 * (size + sizeof(uint64_t)));
    workload_fill_copies(workload);
}

static pel_status run(struct entrant *entrant, void *data)
{
    const struct workload *w = entrant->workload;
    uint64_t *words = (uint64_t *)(void *)((char *)data + workload_words_offset(w));
    return runs[w->spec.op][w->spec.dtype](data, words, w->n, &entrant->opts);
}

const struct workload_family workload_order = {.serves = serves, .open = open, .run = run, .in_place = true};
