#include "perf/workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "perf/program.h"

/* Copies for one stretch of runs stay in the first-level cache, where small arrays are in practice too; 32 KiB of
 * small runs still dwarf a look at the clock. */
enum { STRETCH_BYTES = 32 << 10, ALIGNMENT = 64 };

static const struct workload_family *const families[PEL_NOPS] = {
    [PEL_OP_SUM] = &workload_reduce,
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
    for (size_t i = 0; i < count && i < buffers; i++)
        memcpy((char *)workload->data + i * stride(workload), workload->x, workload->extent);
}

pel_status entrant_open(struct entrant *entrant, struct workload *workload, const pel_opts *opts)
{
    *entrant = (struct entrant){.workload = workload, .opts = *opts};
    snprintf(entrant->name, sizeof entrant->name, "%s", opts->variant ? opts->variant : "pel");
    return workload->family->bind ? workload->family->bind(entrant) : PEL_OK;
}

void entrant_close(struct entrant *entrant)
{
    pel_plan_free(entrant->plan);
    free(entrant->work);
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

const void *entrant_result(const struct entrant *entrant, size_t *bytes)
{
    const struct workload *workload = entrant->workload;
    *bytes = workload->data ? workload->extent : sizeof workload->result;
    return workload->data ? workload->data : workload->result;
}
