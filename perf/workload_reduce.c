/* Workloads of the family reduce. */
#include <float.h>
#include <math.h>

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

#define BINARY(op, suffix, T, R)                                                                                       \
    static pel_status op##_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)        \
    {                                                                                                                  \
        return pel_##op##_##suffix((const T *)x, (const T *)y, n, (R *)result, opts);                                  \
    }

/* Sums widen integers; extremes do not; means are doubles, places are indices. */
#define WIDENING(MAKE, op)                                                                                             \
    MAKE(op, f32, float, float)                                                                                        \
    MAKE(op, f64, double, double)                                                                                      \
    MAKE(op, i32, int32_t, int64_t)                                                                                    \
    MAKE(op, i64, int64_t, int64_t)                                                                                    \
    MAKE(op, u32, uint32_t, uint64_t)                                                                                  \
    MAKE(op, u64, uint64_t, uint64_t)
#define KEEPING(MAKE, op)                                                                                              \
    MAKE(op, f32, float, float)                                                                                        \
    MAKE(op, f64, double, double)                                                                                      \
    MAKE(op, i32, int32_t, int32_t)                                                                                    \
    MAKE(op, i64, int64_t, int64_t)                                                                                    \
    MAKE(op, u32, uint32_t, uint32_t)                                                                                  \
    MAKE(op, u64, uint64_t, uint64_t)
#define AVERAGING(MAKE, op)                                                                                            \
    MAKE(op, f32, float, double)                                                                                       \
    MAKE(op, f64, double, double)                                                                                      \
    MAKE(op, i32, int32_t, double)                                                                                     \
    MAKE(op, i64, int64_t, double)                                                                                     \
    MAKE(op, u32, uint32_t, double)                                                                                    \
    MAKE(op, u64, uint64_t, double)

#define PLACING(MAKE, op)                                                                                              \
    MAKE(op, f32, float, size_t)                                                                                       \
    MAKE(op, f64, double, size_t)                                                                                      \
    MAKE(op, i32, int32_t, size_t)                                                                                     \
    MAKE(op, i64, int64_t, size_t)                                                                                     \
    MAKE(op, u32, uint32_t, size_t)                                                                                    \
    MAKE(op, u64, uint64_t, size_t)
#define OF_FLOATS(MAKE, op)                                                                                            \
    MAKE(op, f32, float, float)                                                                                        \
    MAKE(op, f64, double, double)

WIDENING(UNARY, sum)
WIDENING(BINARY, dot)
OF_FLOATS(UNARY, asum)
OF_FLOATS(UNARY, nrm2)
AVERAGING(UNARY, mean)
KEEPING(UNARY, min)
KEEPING(UNARY, max)
PLACING(UNARY, argmin)
PLACING(UNARY, argmax)

OF_FLOATS(UNARY, prod)
OF_FLOATS(UNARY, logsumexp)
UNARY(skewness, f32, float, double)
UNARY(skewness, f64, double, double)
UNARY(kurtosis, f32, float, double)
UNARY(kurtosis, f64, double, double)

/* With a last number: of degrees of freedom. */
#define SPREADING(op, suffix, T)                                                                                       \
    static pel_status op##_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)        \
    {                                                                                                                  \
        (void)y;                                                                                                       \
        return pel_##op##_##suffix((const T *)x, n, 0, (double *)result, opts);                                        \
    }
SPREADING(var, f32, float)
SPREADING(var, f64, double)
SPREADING(std, f32, float)
SPREADING(std, f64, double)

#define COVARYING(suffix, T)                                                                                           \
    static pel_status cov_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)         \
    {                                                                                                                  \
        return pel_cov_##suffix((const T *)x, (const T *)y, n, 0, (double *)result, opts);                             \
    }
COVARYING(f32, float)
COVARYING(f64, double)

BINARY(corr, f32, float, double)
BINARY(corr, f64, double, double)
BINARY(wmean, f32, float, double)
BINARY(wmean, f64, double, double)

/* Complex numbers go by the type of their parts. */
#define OF_PAIRS(MAKE, op)                                                                                             \
    MAKE(op, c64, float, float)                                                                                        \
    MAKE(op, c128, double, double)
UNARY(sum, c64, float, float)
UNARY(sum, c128, double, double)
OF_PAIRS(BINARY, dotu)
OF_PAIRS(BINARY, dotc)

KEEPING(UNARY, minmax)
PLACING(UNARY, count)

#define RUNS_OF_PAIRS(op)                                                                                              \
    {                                                                                                                  \
        [PEL_F32] = op##_c64, [PEL_F64] = op##_c128                                                                    \
    }

#define RUNS(op)                                                                                                       \
    {                                                                                                                  \
        [PEL_F32] = op##_f32, [PEL_F64] = op##_f64, [PEL_I32] = op##_i32, [PEL_I64] = op##_i64, [PEL_U32] = op##_u32,  \
        [PEL_U64] = op##_u64                                                                                           \
    }

#define RUNS_OF_FLOATS(op)                                                                                             \
    {                                                                                                                  \
        [PEL_F32] = op##_f32, [PEL_F64] = op##_f64                                                                     \
    }

/* What rounding comes to in an entrant that rounds as it goes. A place is a number of its own. */
enum rounding { NONE, PLACE, OF_SUM, OF_MAGNITUDES, OF_NORM, OF_MEAN };

/* Integers of sums and products stay small enough that 2^31 elements cannot overflow the result, or a peer's sum. */
static const struct row {
    reduce_run *run[PEL_NDTYPES];
    unsigned bits32, bits64; /* of integers */
    bool binary;             /* two arrays */
    enum rounding rounding;  /* of floating point */
    bool pairs;              /* elements are complex */
} rows[PEL_NOPS] = {
    [PEL_OP_SUM] = {RUNS(sum), 32, 32, false, OF_SUM, false},
    [PEL_OP_DOT] = {RUNS(dot), 16, 16, true, OF_SUM, false},
    [PEL_OP_ASUM] = {RUNS_OF_FLOATS(asum), 0, 0, false, OF_MAGNITUDES, false},
    [PEL_OP_NRM2] = {RUNS_OF_FLOATS(nrm2), 0, 0, false, OF_NORM, false},
    [PEL_OP_MEAN] = {RUNS(mean), 32, 32, false, OF_MEAN, false},
    [PEL_OP_MIN] = {RUNS(min), 32, 64, false, NONE, false},
    [PEL_OP_MAX] = {RUNS(max), 32, 64, false, NONE, false},
    [PEL_OP_ARGMIN] = {RUNS(argmin), 32, 64, false, PLACE, false},
    [PEL_OP_ARGMAX] = {RUNS(argmax), 32, 64, false, PLACE, false},
    [PEL_OP_MINMAX] = {RUNS(minmax), 32, 64, false, NONE, false},
    [PEL_OP_COUNT] = {RUNS(count), 32, 64, false, PLACE, false},
    [PEL_OP_VAR] = {RUNS_OF_FLOATS(var), 0, 0, false, NONE, false},
    [PEL_OP_STD] = {RUNS_OF_FLOATS(std), 0, 0, false, NONE, false},
    [PEL_OP_COV] = {RUNS_OF_FLOATS(cov), 0, 0, true, NONE, false},
    [PEL_OP_CORR] = {RUNS_OF_FLOATS(corr), 0, 0, true, NONE, false},
    [PEL_OP_WMEAN] = {RUNS_OF_FLOATS(wmean), 0, 0, true, NONE, false},
    [PEL_OP_CSUM] = {RUNS_OF_PAIRS(sum), 0, 0, false, NONE, true},
    [PEL_OP_CDOTU] = {RUNS_OF_PAIRS(dotu), 0, 0, true, NONE, true},
    [PEL_OP_CDOTC] = {RUNS_OF_PAIRS(dotc), 0, 0, true, NONE, true},
    [PEL_OP_PROD] = {RUNS_OF_FLOATS(prod), 0, 0, false, NONE, false}, /* integers would overflow, or come to 0 */
    [PEL_OP_LOGSUMEXP] = {RUNS_OF_FLOATS(logsumexp), 0, 0, false, NONE, false},
    [PEL_OP_SKEWNESS] = {RUNS_OF_FLOATS(skewness), 0, 0, false, NONE, false},
    [PEL_OP_KURTOSIS] = {RUNS_OF_FLOATS(kurtosis), 0, 0, false, NONE, false},
};

static bool serves(enum pel_op op, pel_dtype dtype)
{
    return rows[op].run[dtype] != NULL;
}

static void *make(const struct workload_spec *spec, uint64_t stream)
{
    const struct row *row = &rows[spec->op];
    size_t size = pel_dtype_size(spec->dtype), n = row->pairs ? 2 * spec->n : spec->n;
    void *x = allocate(n * size);
    data_fill(x, spec->dtype, n, spec->data, spec->seed + stream, size == 4 ? row->bits32 : row->bits64);
    return x;
}

static void open(struct workload *workload)
{
    const struct workload_spec *spec = &workload->spec;
    bool binary = rows[spec->op].binary;
    workload->elements = workload->n = spec->n;
    workload->extent = spec->n * pel_dtype_size(spec->dtype) * (rows[spec->op].pairs ? 2 : 1);
    workload->bytes = workload->extent * (binary ? 2 : 1);
    if (rows[spec->op].rounding == OF_MEAN)
        workload->returns = PEL_F64;
    if (rows[spec->op].rounding == PLACE)
        workload->returns = sizeof(size_t) == 8 ? PEL_U64 : PEL_U32;
    workload->x = make(spec, 0);
    workload->y = binary ? make(spec, 1) : NULL;
}

static pel_status run(struct entrant *entrant, void *data)
{
    struct workload *w = entrant->workload;
    (void)data;
    return rows[w->spec.op].run[w->spec.dtype](w->x, w->y, w->elements, w->result, &entrant->opts);
}

static double magnitude(const void *x, pel_dtype dtype, size_t i)
{
    switch (dtype) {
    case PEL_F32:
        return fabs((double)((const float *)x)[i]);
    case PEL_F64:
        return fabs(((const double *)x)[i]);
    case PEL_I32:
        return fabs((double)((const int32_t *)x)[i]);
    case PEL_I64:
        return fabs((double)((const int64_t *)x)[i]);
    case PEL_U32:
        return (double)((const uint32_t *)x)[i];
    default:
        return (double)((const uint64_t *)x)[i];
    }
}

/* A small multiple of the sum of magnitudes, in units of the last place: loose for a sum of random signs in any order,
 * and tight enough that a lost element shows. In sums of one sign the rounding errors of running sums grow with those;
 * with few distinct values they are few themselves, and add up along the chains of a sum, 16 at the least. */
static double tolerance(const struct workload *w)
{
    enum rounding rounding = rows[w->spec.op].rounding;
    pel_dtype dtype = w->spec.dtype;
    double sum = 0, unit = dtype == PEL_F32 ? (double)FLT_EPSILON : DBL_EPSILON;
    const void *y = rounding == OF_NORM ? w->x : w->y;
    for (size_t i = 0; i < w->elements; i++)
        sum += magnitude(w->x, dtype, i) * (y ? magnitude(y, dtype, i) : 1);
    switch (rounding) {
    case OF_SUM:
        return (w->spec.data == DATA_FEW ? 8 + (double)w->elements / 32 : 8) * unit * sum;
    case OF_MAGNITUDES:
        return 64 * unit * sum;
    case OF_NORM:
        return 64 * unit * sqrt(sum);
    case OF_MEAN:
        return 8 * unit * sum / (double)w->elements;
    default:
        return 0;
    }
}

const struct workload_family workload_reduce = {.serves = serves, .open = open, .run = run, .tolerance = tolerance};
