/* Workloads of sorts and selections, which rearrange keys. */
#include <string.h>

#include "perf/data.h"
#include "perf/program.h"
#include "perf/workload.h"

typedef pel_status sort_run(void *keys, size_t n, const pel_opts *opts);

/* The part of the keys that a partial sort sorts. */
enum { FRONT = 16 };

#define SORT(suffix, T)                                                                                                \
    static pel_status sort_##suffix(void *keys, size_t n, const pel_opts *opts)                                        \
    {                                                                                                                  \
        return pel_sort_##suffix((T *)keys, n, opts);                                                                  \
    }                                                                                                                  \
    static pel_status select_##suffix(void *keys, size_t n, const pel_opts *opts)                                      \
    {                                                                                                                  \
        return pel_select_##suffix((T *)keys, n, n / 2, opts);                                                         \
    }                                                                                                                  \
    static pel_status partial_sort_##suffix(void *keys, size_t n, const pel_opts *opts)                                \
    {                                                                                                                  \
        return pel_partial_sort_##suffix((T *)keys, n, n / FRONT, opts);                                               \
    }

SORT(f32, float)
SORT(f64, double)
SORT(i32, int32_t)
SORT(i64, int64_t)
SORT(u32, uint32_t)
SORT(u64, uint64_t)

#define SORT_NARROW(suffix, T)                                                                                         \
    static pel_status sort_##suffix(void *keys, size_t n, const pel_opts *opts)                                        \
    {                                                                                                                  \
        return pel_sort_##suffix((T *)keys, n, opts);                                                                  \
    }

SORT_NARROW(i8, int8_t)
SORT_NARROW(u8, uint8_t)
SORT_NARROW(i16, int16_t)
SORT_NARROW(u16, uint16_t)

#define ROW(op)                                                                                                        \
    {                                                                                                                  \
        [PEL_F32] = op##_f32, [PEL_F64] = op##_f64, [PEL_I32] = op##_i32, [PEL_I64] = op##_i64, [PEL_U32] = op##_u32,  \
        [PEL_U64] = op##_u64                                                                                           \
    }
static sort_run *const sorts[PEL_NOPS][PEL_NDTYPES] = {
    [PEL_OP_SORT] = ROW(sort),
    [PEL_OP_SELECT] = ROW(select),
    [PEL_OP_PARTIAL_SORT] = ROW(partial_sort),
    [PEL_OP_SORT_I8] = {[PEL_I32] = sort_i8},
    [PEL_OP_SORT_U8] = {[PEL_U32] = sort_u8},
    [PEL_OP_SORT_I16] = {[PEL_I32] = sort_i16},
    [PEL_OP_SORT_U16] = {[PEL_U32] = sort_u16},
};

/* Bytes of a key, which may be narrower than the dtype of the operation. */
static size_t key_size(const struct workload_spec *spec)
{
    switch (spec->op) {
    case PEL_OP_SORT_I8:
    case PEL_OP_SORT_U8:
        return 1;
    case PEL_OP_SORT_I16:
    case PEL_OP_SORT_U16:
        return 2;
    default:
        return pel_dtype_size(spec->dtype);
    }
}

static bool serves(enum pel_op op, pel_dtype dtype)
{
    return sorts[op][dtype] != NULL;
}

/* Copies for one stretch of runs stay in the first-level cache, where small arrays are in practice too; 32 KiB of small
 * runs still dwarf a look at the clock. Inputs vary more than a branch predictor can learn by heart. */
enum { STRETCH_BYTES = 32 << 10, VARIETY_BYTES = 1 << 20 };

static size_t at_least_one(size_t count)
{
    return count > 0 ? count : 1;
}

void workload_fill_copies(struct workload *workload)
{
    const struct workload_spec *spec = &workload->spec;
    size_t size = pel_dtype_size(spec->dtype), stride = workload_stride(workload);
    workload->copies = at_least_one(STRETCH_BYTES / stride);
    workload->variety = at_least_one(VARIETY_BYTES / stride);
    workload->x = allocate(workload->variety * stride);
    data_fill(workload->x, spec->dtype, workload->variety * stride / size, spec->data, spec->seed,
              (unsigned)(8 * size));
}

static void open(struct workload *workload)
{
    const struct workload_spec *spec = &workload->spec;
    workload->elements = workload->n = spec->n;
    workload->extent = spec->n * key_size(spec);
    workload->bytes = 2 * workload->extent;
    workload_fill_copies(workload);
}

static pel_status run(struct entrant *entrant, void *data)
{
    return sorts[entrant->workload->spec.op][entrant->workload->spec.dtype](data, entrant->workload->elements,
                                                                            &entrant->opts);
}

/* Of a selection, others promise only the key at its place, of a partial sort the front. */
static bool agrees(const struct workload *workload, const void *a, const void *b)
{
    size_t size = pel_dtype_size(workload->spec.dtype), at = workload->n / 2 * size;
    if (workload->spec.op == PEL_OP_PARTIAL_SORT)
        return memcmp(a, b, workload->n / FRONT * size) == 0;
    return workload->spec.op == PEL_OP_SELECT && memcmp((const char *)a + at, (const char *)b + at, size) == 0;
}

const struct workload_family workload_sort = {
    .serves = serves, .open = open, .run = run, .in_place = true, .agrees = agrees};
