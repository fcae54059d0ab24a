/* Workloads of compactions: a mask that keeps every other element at random. */
#include <string.h>

#include "perf/data.h"
#include "perf/program.h"
#include "perf/workload.h"

typedef pel_status compact_run(const void *x, const uint8_t *mask, size_t n, void *out, size_t *count,
                               const pel_opts *opts);

#define COMPACT(suffix, T)                                                                                             \
    static pel_status compact_##suffix(const void *x, const uint8_t *mask, size_t n, void *out, size_t *count,         \
                                       const pel_opts *opts)                                                           \
    {                                                                                                                  \
        return pel_compact_##suffix((const T *)x, mask, n, (T *)out, count, opts);                                     \
    }

COMPACT(f32, float)
COMPACT(f64, double)
COMPACT(i32, int32_t)
COMPACT(i64, int64_t)
COMPACT(u32, uint32_t)
COMPACT(u64, uint64_t)

static compact_run *const runs[PEL_NDTYPES] = {
    [PEL_F32] = compact_f32, [PEL_F64] = compact_f64, [PEL_I32] = compact_i32,
    [PEL_I64] = compact_i64, [PEL_U32] = compact_u32, [PEL_U64] = compact_u64,
};

static bool serves(enum pel_op op, pel_dtype dtype)
{
    return op == PEL_OP_COMPACT && runs[dtype];
}

/* As many bytes as elements, in whole words. */
static uint8_t *make_mask(const struct workload_spec *spec)
{
    size_t words = spec->n / sizeof(uint64_t) + 1;
    uint8_t *mask = allocate(words * sizeof(uint64_t));
    data_fill(mask, PEL_U64, words, DATA_UNIFORM, spec->seed + 1, 64);
    for (size_t i = 0; i < spec->n; i++)
        mask[i] &= 1;
    return mask;
}

static void open(struct workload *workload)
{
    const struct workload_spec *spec = &workload->spec;
    size_t size = pel_dtype_size(spec->dtype);
    workload->elements = spec->n;
    workload->extent = spec->n * size;
    workload->bytes = workload->extent + workload->extent / 2 + spec->n;
    workload->x = allocate(workload->extent);
    workload->y = make_mask(spec);
    data_fill(workload->x, spec->dtype, spec->n, spec->data, spec->seed, (unsigned)(8 * size));
}

static pel_status run(struct entrant *entrant, void *data)
{
    struct workload *w = entrant->workload;
    size_t count;
    return runs[w->spec.dtype](w->x, w->y, w->elements, data, &count, &entrant->opts);
}

/* What is behind the elements kept is nobody's concern. */
static bool agrees(const struct workload *workload, const void *a, const void *b)
{
    const uint8_t *mask = workload->y;
    size_t kept = 0;
    for (size_t i = 0; i < workload->elements; i++)
        kept += mask[i];
    return memcmp(a, b, kept * pel_dtype_size(workload->spec.dtype)) == 0;
}

const struct workload_family workload_compact = {
    .serves = serves, .open = open, .run = run, .in_place = true, .agrees = agrees};
