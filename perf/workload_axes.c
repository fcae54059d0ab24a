/* Workloads of reductions over an axis: means over one axis of a field of days, latitudes and longitudes. */
#include "perf/data.h"
#include "perf/program.h"
#include "perf/workload.h"

enum { DAYS = 16, LATITUDES = 180, LONGITUDES = 360 };

static bool serves(enum pel_op op, pel_dtype dtype)
{
    return op == PEL_OP_COLUMNS && (dtype == PEL_F32 || dtype == PEL_F64);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* As many days as there are elements for; where those are few, some days of a smaller grid: an axis of one day would be
 * none. */
static void shape_of(const struct workload_spec *spec, size_t shape[3])
{
    shape[0] = spec->n / LATITUDES / LONGITUDES;
    if (shape[0] < DAYS)
        shape[0] = smaller(spec->n, DAYS);
    shape[2] = smaller(spec->n / shape[0], LONGITUDES);
    shape[1] = smaller(spec->n / shape[0] / shape[2], LATITUDES);
}

static void open(struct workload *workload)
{
    const struct workload_spec *spec = &workload->spec;
    size_t shape[3];
    shape_of(spec, shape);
    workload->n = workload->elements = shape[0] * shape[1] * shape[2];
    workload->extent = workload->bytes = workload->n * pel_dtype_size(spec->dtype);
    workload->returns = PEL_F64;
    workload->x = allocate(workload->extent);
    workload->output_bytes = workload->n / shape[spec->axis] * sizeof(double);
    workload->output = allocate(workload->output_bytes);
    data_fill(workload->x, spec->dtype, workload->n, spec->data, spec->seed, 0);
}

static pel_status run(struct entrant *entrant, void *data)
{
    struct workload *w = entrant->workload;
    pel_array in = PEL_ARRAY_INIT, out = PEL_ARRAY_INIT;
    (void)data;
    in.data = w->x;
    in.dtype = w->spec.dtype;
    out.data = w->output;
    in.ndim = out.ndim = 3;
    shape_of(&w->spec, in.shape);
    for (int k = 0; k < 3; k++)
        out.shape[k] = k == w->spec.axis ? 1 : in.shape[k];
    pel_array_pack(&in);
    pel_array_pack(&out);
    return pel_reduce_axes(PEL_REDUCE_MEAN, &in, 1u << w->spec.axis, 0, &out, &entrant->opts);
}

const struct workload_family workload_axes = {.serves = serves, .open = open, .run = run};
