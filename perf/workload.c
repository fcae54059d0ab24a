#include "perf/workload.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "perf/program.h"

/* Copies for one stretch of runs stay in the first-level cache, where small arrays are in practice too; 32 KiB of
 * small runs still dwarf a look at the clock. */
enum { STRETCH_BYTES = 32 << 10, ALIGNMENT = 64 };

static const struct workload_family *const families[PEL_NOPS] = {
    [PEL_OP_SUM] = &workload_reduce, [PEL_OP_DOT] = &workload_reduce, [PEL_OP_MIN] = &workload_reduce,
    [PEL_OP_MAX] = &workload_reduce, [PEL_OP_SORT] = &workload_sort,  [PEL_OP_STENCIL] = &workload_stencil,
};

static size_t stride(const struct workload *workload)
{
    return (workload->extent + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

bool workload_exists(enum pel_op op, pel_dtype dtype)
{
    return families[op] && families[op]->serves(op, dtype);
}

void workload_open(struct workload *workload, const struct workload_spec *spec)
{
    *workload = (struct workload){.spec = *spec, .family = families[spec->op]};
    workload->family->open(workload);
    if (!workload->family->in_place)
        return;
    size_t buffers = workload->copies > 0 ? workload->copies : 1;
    workload->data = allocate(buffers * stride(workload));
    workload_reset(workload, buffers);
}

void workload_close(struct workload *workload)
{
    if (workload->family->close)
        workload->family->close(workload);
    free(workload->x);
    free(workload->y);
    free(workload->data);
    *workload = (struct workload){0};
}

size_t workload_copies(size_t extent)
{
    return extent > 0 && extent < STRETCH_BYTES ? STRETCH_BYTES / extent : 1;
}

void workload_reset(struct workload *workload, size_t count)
{
    size_t buffers = workload->copies > 0 ? workload->copies : workload->data ? 1 : 0;
    memset(workload->result, 0, sizeof workload->result);
    for (size_t i = 0; i < count && i < buffers; i++)
        memcpy((char *)workload->data + i * stride(workload), workload->x, workload->extent);
}

pel_status entrant_open(struct entrant *entrant, struct workload *workload, const pel_opts *opts)
{
    *entrant = (struct entrant){.workload = workload, .opts = *opts};
    entrant->opts.flags |= workload->spec.flags;
    snprintf(entrant->name, sizeof entrant->name, "%s", opts->variant ? opts->variant : "pel");
    return workload->family->bind ? workload->family->bind(entrant) : PEL_OK;
}

void entrant_close(struct entrant *entrant)
{
    if (entrant->bound)
        entrant->workload->family->unbind(entrant);
    *entrant = (struct entrant){0};
}

pel_status entrant_run(struct entrant *entrant, size_t copy)
{
    struct workload *workload = entrant->workload;
    char *data = workload->data;
    if (workload->copies > 0)
        data += copy * stride(workload);
    return workload->family->run(entrant, data);
}

const void *workload_result(const struct workload *workload, size_t *bytes)
{
    *bytes = workload->data ? workload->extent : sizeof workload->result;
    return workload->data ? workload->data : workload->result;
}

static double element(const void *array, pel_dtype dtype, size_t i)
{
    return dtype == PEL_F32 ? (double)((const float *)array)[i] : ((const double *)array)[i];
}

bool workload_agrees(const struct workload *workload, const void *a, const void *b)
{
    pel_dtype dtype = workload->spec.dtype;
    size_t bytes;
    workload_result(workload, &bytes);
    if (memcmp(a, b, bytes) == 0)
        return true;
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
