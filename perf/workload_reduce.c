/* Workloads of the family reduce. */
#include <string.h>

#include "perf/data.h"
#include "perf/program.h"
#include "perf/workload.h"

typedef pel_status reduce_run(const void *x, const void *y, size_t n, void *result, const pel_opts *opts);

#define UNARY(op, suffix, T, R)                                                                                        \
    static pel_status op##_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)        \
    {                                                                                                                  \
        (void)y;                                                                                                       \
        return pel_##op##_##suffix((const T *)x, n, (R *)result, opts);                                                \
    }

UNARY(sum, i32, int32_t, int64_t)

/* Integers of sums and products stay small enough that 2^31 elements cannot overflow the result. */
static const struct row {
    reduce_run *run[PEL_NDTYPES];
    unsigned bits32, bits64; /* of integers */
    bool binary;
} rows[PEL_NOPS] = {
    [PEL_OP_SUM] = {{[PEL_I32] = sum_i32}, 32, 32, false},
};

static bool serves(enum pel_op op, pel_dtype dtype)
{
    return rows[op].run[dtype] != NULL;
}

static void *make(const struct workload_spec *spec, uint64_t stream)
{
    const struct row *row = &rows[spec->op];
    size_t size = pel_dtype_size(spec->dtype);
    void *x = allocate(spec->n * size);
    data_fill(x, spec->dtype, spec->n, spec->data, spec->seed + stream, size == 4 ? row->bits32 : row->bits64, false);
    return x;
}

static void open(struct workload *workload)
{
    const struct workload_spec *spec = &workload->spec;
    bool binary = rows[spec->op].binary;
    workload->elements = spec->n;
    workload->extent = spec->n * pel_dtype_size(spec->dtype);
    workload->bytes = workload->extent * (binary ? 2 : 1);
    workload->x = make(spec, 0);
    workload->y = binary ? make(spec, 1) : NULL;
}

static pel_status run(struct entrant *entrant, void *data)
{
    struct workload *w = entrant->workload;
    (void)data;
    return rows[w->spec.op].run[w->spec.dtype](w->x, w->y, w->elements, w->result, &entrant->opts);
}

const struct workload_family workload_reduce = {.serves = serves, .open = open, .run = run};
