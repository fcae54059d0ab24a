/* Workloads of the family scan. */
#include <float.h>
#include <math.h>

#include "perf/data.h"
#include "perf/program.h"
#include "perf/workload.h"

typedef pel_status scan_run(const void *in, void *out, size_t n, const pel_opts *opts);

#define SCAN(op, suffix, T)                                                                                            \
    static pel_status op##_##suffix(const void *in, void *out, size_t n, const pel_opts *opts)                         \
    {                                                                                                                  \
        return pel_##op##_##suffix((const T *)in, (T *)out, n, opts);                                                  \
    }
#define SCANS(op)                                                                                                      \
    SCAN(op, f32, float)                                                                                               \
    SCAN(op, f64, double)                                                                                              \
    SCAN(op, i32, int32_t)                                                                                             \
    SCAN(op, i64, int64_t)                                                                                             \
    SCAN(op, u32, uint32_t)                                                                                            \
    SCAN(op, u64, uint64_t)

SCANS(scan)
SCANS(scan_min)
SCANS(scan_max)

#define ROW(op)                                                                                                        \
    {                                                                                                                  \
        [PEL_F32] = op##_f32, [PEL_F64] = op##_f64, [PEL_I32] = op##_i32, [PEL_I64] = op##_i64, [PEL_U32] = op##_u32,  \
        [PEL_U64] = op##_u64                                                                                           \
    }
static scan_run *const scans[PEL_NOPS][PEL_NDTYPES] = {
    [PEL_OP_SCAN] = ROW(scan), [PEL_OP_SCAN_MIN] = ROW(scan_min), [PEL_OP_SCAN_MAX] = ROW(scan_max)};

static bool serves(enum pel_op op, pel_dtype dtype)
{
    return scans[op][dtype] != NULL;
}

/* Of integers whose sums fit, down to one bit. */
static unsigned bits_for(size_t n, unsigned width)
{
    unsigned bits = width - 1;
    while (n > 1 && bits > 1) {
        n = n / 2 + n % 2;
        bits--;
    }
    return bits;
}

static void open(struct workload *workload)
{
    const struct workload_spec *spec = &workload->spec;
    size_t size = pel_dtype_size(spec->dtype);
    workload->elements = spec->n;
    workload->extent = spec->n * size;
    workload->bytes = 2 * workload->extent;
    workload->x = allocate(workload->extent);
    data_fill(workload->x, spec->dtype, spec->n, spec->data, spec->seed, bits_for(spec->n, (unsigned)(8 * size)));
}

static pel_status run(struct entrant *entrant, void *data)
{
    struct workload *w = entrant->workload;
    return scans[w->spec.op][w->spec.dtype](w->x, data, w->elements, &entrant->opts);
}

/* As for a sum in any order: a small multiple of the sum of magnitudes, in units of the last place. */
static double tolerance(const struct workload *w)
{
    pel_dtype dtype = w->spec.dtype;
    double sum = 0;
    if (w->spec.op != PEL_OP_SCAN)
        return 0;
    for (size_t i = 0; i < w->elements; i++)
        sum += fabs(dtype == PEL_F32 ? (double)((const float *)w->x)[i] : ((const double *)w->x)[i]);
    return sum * (dtype == PEL_F32 ? 8 * FLT_EPSILON : 8 * DBL_EPSILON);
}

const struct workload_family workload_scan = {
    .serves = serves, .open = open, .run = run, .in_place = true, .tolerance = tolerance};
