#include "perf/workload.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/team.h"
#include "perf/program.h"

static const struct workload_family *const families[PEL_NOPS] = {
    [PEL_OP_SUM] = &workload_reduce,          [PEL_OP_DOT] = &workload_reduce,
    [PEL_OP_ASUM] = &workload_reduce,         [PEL_OP_NRM2] = &workload_reduce,
    [PEL_OP_MEAN] = &workload_reduce,         [PEL_OP_MIN] = &workload_reduce,
    [PEL_OP_MAX] = &workload_reduce,          [PEL_OP_ARGMIN] = &workload_reduce,
    [PEL_OP_ARGMAX] = &workload_reduce,       [PEL_OP_MINMAX] = &workload_reduce,
    [PEL_OP_COUNT] = &workload_reduce,        [PEL_OP_VAR] = &workload_reduce,
    [PEL_OP_STD] = &workload_reduce,          [PEL_OP_COV] = &workload_reduce,
    [PEL_OP_CORR] = &workload_reduce,         [PEL_OP_WMEAN] = &workload_reduce,
    [PEL_OP_CSUM] = &workload_reduce,         [PEL_OP_CDOTU] = &workload_reduce,
    [PEL_OP_CDOTC] = &workload_reduce,        [PEL_OP_COLUMNS] = &workload_axes,
    [PEL_OP_SCAN] = &workload_scan,           [PEL_OP_SORT] = &workload_sort,
    [PEL_OP_ARGSORT] = &workload_order,       [PEL_OP_SORT_PAIRS] = &workload_order,
    [PEL_OP_SELECT] = &workload_sort,         [PEL_OP_SORT_SEGMENTS] = &workload_series,
    [PEL_OP_SORT_AXIS] = &workload_series,    [PEL_OP_SCAN_MIN] = &workload_scan,
    [PEL_OP_SCAN_MAX] = &workload_scan,       [PEL_OP_COMPACT] = &workload_compact,
    [PEL_OP_HISTOGRAM] = &workload_histogram, [PEL_OP_STENCIL] = &workload_stencil,
    [PEL_OP_PARTIAL_SORT] = &workload_sort,   [PEL_OP_TOP_K] = &workload_order,
    [PEL_OP_SORT_U128] = &workload_order,     [PEL_OP_SEARCHSORTED] = &workload_sorted,
    [PEL_OP_MERGE] = &workload_sorted,        [PEL_OP_UNIQUE] = &workload_sorted,
    [PEL_OP_PERMUTE] = &workload_sorted,      [PEL_OP_PROD] = &workload_reduce,
    [PEL_OP_LOGSUMEXP] = &workload_reduce,    [PEL_OP_SKEWNESS] = &workload_reduce,
    [PEL_OP_KURTOSIS] = &workload_reduce,     [PEL_OP_SORT_I8] = &workload_sort,
    [PEL_OP_SORT_U8] = &workload_sort,        [PEL_OP_SORT_I16] = &workload_sort,
    [PEL_OP_SORT_U16] = &workload_sort,
};

size_t workload_stride(const struct workload *workload)
{
    enum { ALIGNMENT = 64 };
    return (workload->extent + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

size_t workload_words_offset(const struct workload *workload)
{
    size_t bytes = workload->n * pel_dtype_size(workload->spec.dtype), word = sizeof(uint64_t);
    return (bytes + word - 1) / word * word;
}

bool workload_exists(enum pel_op op, pel_dtype dtype)
{
    return families[op] && families[op]->serves(op, dtype);
}

void workload_open(struct workload *workload, const struct workload_spec *spec)
{
    *workload = (struct workload){.spec = *spec, .family = families[spec->op], .returns = spec->dtype};
    workload->family->open(workload);
    if (workload->n == 0)
        workload->n = workload->extent / pel_dtype_size(spec->dtype);
    if (!workload->family->in_place)
        return;
    size_t buffers = workload->copies > 0 ? workload->copies : 1;
    workload->data = allocate(buffers * workload_stride(workload));
    workload_reset(workload, 0, buffers);
}

void workload_close(struct workload *workload)
{
    if (workload->family->close)
        workload->family->close(workload);
    free(workload->x);
    free(workload->y);
    free(workload->data);
    free(workload->output);
    *workload = (struct workload){0};
}

void workload_reset(struct workload *workload, size_t first, size_t count)
{
    size_t buffers = workload->copies > 0 ? workload->copies : workload->data ? 1 : 0;
    size_t variety = workload->variety > 0 ? workload->variety : 1, step = workload_stride(workload);
    memset(workload->result, 0, sizeof workload->result);
    if (workload->output)
        memset(workload->output, 0, workload->output_bytes);
    for (size_t i = 0; i < count && i < buffers; i++)
        memcpy((char *)workload->data + i * step, (char *)workload->x + (first + i) % variety * step, workload->extent);
}

const void *workload_result(const struct workload *workload, size_t *bytes)
{
    *bytes = workload->data ? workload->extent : workload->output ? workload->output_bytes : sizeof workload->result;
    return workload->data ? workload->data : workload->output ? workload->output : workload->result;
}

static double element(const void *array, pel_dtype dtype, size_t i)
{
    return dtype == PEL_F32 ? (double)((const float *)array)[i] : ((const double *)array)[i];
}

bool workload_agrees(const struct workload *workload, const void *a, const void *b)
{
    pel_dtype dtype = workload->returns;
    size_t bytes;
    workload_result(workload, &bytes);
    if (memcmp(a, b, bytes) == 0)
        return true;
    if (workload->family->agrees)
        return workload->family->agrees(workload, a, b);
    if (!workload->family->tolerance || (dtype != PEL_F32 && dtype != PEL_F64))
        return false;
    double tolerance = workload->family->tolerance(workload);
    size_t count = workload->data ? bytes / pel_dtype_size(dtype) : 1;
    for (size_t i = 0; i < count; i++) {
        if (!(fabs(element(a, dtype, i) - element(b, dtype, i)) <= tolerance))
            return false;
    }
    return true;
}

void workload_request(const struct workload *workload, const pel_opts *opts, struct pel_request *request,
                      struct pel_stencil_shape *shape)
{
    const struct workload_spec *spec = &workload->spec;
    *request = (struct pel_request){.op = spec->op,
                                    .dtype = spec->dtype,
                                    .flags = opts->flags | spec->flags,
                                    .threads = pel_team_threads(opts),
                                    .n = workload->n};
    if (!workload->stencil)
        return;
    const struct stencil_problem *problem = workload->stencil;
    *shape = (struct pel_stencil_shape){.ndim = problem->shape.ndim,
                                        .row = problem->grid[2],
                                        .ntaps = problem->ntaps,
                                        .radius = problem->shape.radius,
                                        .terms = problem->shape.kind != SHAPE_TAPS};
    request->stencil = shape;
}

void *workload_data(const struct workload *workload, size_t copy)
{
    char *data = workload->data;
    return workload->copies > 0 ? data + copy * workload_stride(workload) : data;
}
