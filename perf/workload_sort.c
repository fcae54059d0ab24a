/* Workloads of the family sort. */
#include "perf/data.h"
#include "perf/program.h"
#include "perf/workload.h"

typedef pel_status sort_run(void *keys, size_t n, const pel_opts *opts);

#define SORT(suffix, T)                                                                                                \
    static pel_status sort_##suffix(void *keys, size_t n, const pel_opts *opts)                                        \
    {                                                                                                                  \
        return pel_sort_##suffix((T *)keys, n, opts);                                                                  \
    }

SORT(f32, float)
SORT(f64, double)
SORT(i32, int32_t)
SORT(i64, int64_t)
SORT(u32, uint32_t)
SORT(u64, uint64_t)

static sort_run *const sorts[PEL_NDTYPES] = {
    [PEL_F32] = sort_f32, [PEL_F64] = sort_f64, [PEL_I32] = sort_i32,
    [PEL_I64] = sort_i64, [PEL_U32] = sort_u32, [PEL_U64] = sort_u64,
};

static bool serves(enum pel_op op, pel_dtype dtype)
{
    return op == PEL_OP_SORT && sorts[dtype];
}

/* Copies for one stretch of runs stay in the first-level cache, where small arrays are in practice too; 32 KiB of small
 * runs still dwarf a look at the clock. Inputs vary more than a branch predictor can learn by heart. */
enum { STRETCH_BYTES = 32 << 10, VARIETY_BYTES = 1 << 20 };

static size_t at_least_one(size_t count)
{
    return count > 0 ? count : 1;
}

static void open(struct workload *workload)
{
    const struct workload_spec *spec = &workload->spec;
    size_t size = pel_dtype_size(spec->dtype);
    workload->elements = spec->n;
    workload->extent = spec->n * size;
    workload->bytes = 2 * workload->extent;
    size_t stride = workload_stride(workload);
    workload->copies = at_least_one(STRETCH_BYTES / stride);
    workload->variety = at_least_one(VARIETY_BYTES / stride);
    workload->x = allocate(workload->variety * stride);
    data_fill(workload->x, spec->dtype, workload->variety * stride / size, spec->data, spec->seed,
              (unsigned)(8 * size));
}

static pel_status run(struct entrant *entrant, void *data)
{
    return sorts[entrant->workload->spec.dtype](data, entrant->workload->elements, &entrant->opts);
}

const struct workload_family workload_sort = {.serves = serves, .open = open, .run = run, .in_place = true};
