/* Workloads of the family histogram: as many bins as bytes have values, over the range of the elements. */
#include "perf/data.h"
#include "perf/program.h"
#include "perf/workload.h"

enum { BINS = 256, BITS = 20 };

typedef pel_status histogram_run(const void *x, size_t n, const struct histogram_problem *problem, void *output,
                                 const pel_opts *opts);

/* What is in no bin stands behind the bins. */
#define HISTOGRAM(suffix, T)                                                                                           \
    static pel_status histogram_##suffix(const void *x, size_t n, const struct histogram_problem *problem,             \
                                         void *output, const pel_opts *opts)                                           \
    {                                                                                                                  \
        uint64_t *counts = output;                                                                                     \
        pel_outside *outside = (pel_outside *)(void *)(counts + BINS);                                                 \
        return pel_histogram_##suffix((const T *)x, n, problem->low, problem->high, BINS, counts, outside, opts);      \
    }

HISTOGRAM(f32, float)
HISTOGRAM(f64, double)
HISTOGRAM(i32, int32_t)
HISTOGRAM(i64, int64_t)
HISTOGRAM(u32, uint32_t)
HISTOGRAM(u64, uint64_t)

static const struct {
    histogram_run *run;
    struct histogram_problem problem;
} rows[PEL_NDTYPES] = {
    [PEL_F32] = {histogram_f32, {-1, 1, BINS}},
    [PEL_F64] = {histogram_f64, {-1, 1, BINS}},
    [PEL_I32] = {histogram_i32, {-(1 << (BITS - 1)), 1 << (BITS - 1), BINS}},
    [PEL_I64] = {histogram_i64, {-(1 << (BITS - 1)), 1 << (BITS - 1), BINS}},
    [PEL_U32] = {histogram_u32, {0, 1 << BITS, BINS}},
    [PEL_U64] = {histogram_u64, {0, 1 << BITS, BINS}},
};

static bool serves(enum pel_op op, pel_dtype dtype)
{
    return op == PEL_OP_HISTOGRAM && rows[dtype].run;
}

static void open(struct workload *workload)
{
    const struct workload_spec *spec = &workload->spec;
    workload->elements = spec->n;
    workload->extent = workload->bytes = spec->n * pel_dtype_size(spec->dtype);
    workload->histogram = &rows[spec->dtype].problem;
    workload->x = allocate(workload->extent);
    workload->output_bytes = BINS * sizeof(uint64_t) + sizeof(pel_outside);
    workload->output = allocate(workload->output_bytes);
    data_fill(workload->x, spec->dtype, spec->n, spec->data, spec->seed, BITS);
}

static pel_status run(struct entrant *entrant, void *data)
{
    struct workload *w = entrant->workload;
    (void)data;
    return rows[w->spec.dtype].run(w->x, w->elements, w->histogram, w->output, &entrant->opts);
}

const struct workload_family workload_histogram = {.serves = serves, .open = open, .run = run};
