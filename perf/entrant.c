/* Entrants: pel, and peers beside it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "perf/peers.h"
#include "perf/program.h"
#include "perf/workload.h"

pel_status entrant_open(struct entrant *entrant, struct workload *workload, const pel_opts *opts)
{
    *entrant = (struct entrant){.workload = workload, .opts = *opts};
    entrant->opts.flags |= workload->spec.flags;
    snprintf(entrant->name, sizeof entrant->name, "%s", opts->variant ? opts->variant : "pel");
    return workload->family->bind ? workload->family->bind(entrant) : PEL_OK;
}

/* What a peer of a stencil needs; the two grids share the boundary. */
static void add_stencil(struct peer_job *job, const struct workload *workload)
{
    const struct stencil_problem *problem = workload->stencil;
    job->coef = allocate(problem->ntaps * sizeof *job->coef);
    for (size_t k = 0; k < problem->ntaps; k++)
        job->coef[k] = problem->taps[k].coef;
    job->ntaps = problem->ntaps;
    job->arrays = problem->arrays;
    memcpy(job->grid, problem->grid, sizeof job->grid);
    job->steps = problem->steps;
    job->scratch = memcpy(allocate(workload->extent), workload->x, workload->extent);
}

void entrant_open_peer(struct entrant *entrant, struct workload *workload, const struct peer *peer, int threads)
{
    struct peer_job *job = allocate(sizeof *job);
    *entrant = (struct entrant){.workload = workload, .opts = PEL_OPTS_INIT, .peer = peer, .bound = job};
    snprintf(entrant->name, sizeof entrant->name, "%s", peer->name);
    *job = (struct peer_job){.dtype = workload->spec.dtype,
                             .n = workload->n,
                             .threads = threads,
                             .x = workload->x,
                             .y = workload->y,
                             .length = workload->length,
                             .nsegments = workload->nsegments,
                             .result = workload->output ? workload->output : workload->result};
    if (workload->stencil)
        add_stencil(job, workload);
    if (workload->histogram) {
        job->low = workload->histogram->low;
        job->high = workload->histogram->high;
        job->bins = workload->histogram->bins;
    }
}

static void close_peer(struct entrant *entrant)
{
    struct peer_job *job = entrant->bound;
    free(job->coef);
    free(job->scratch);
    free(job);
}

void entrant_close(struct entrant *entrant)
{
    if (entrant->peer)
        close_peer(entrant);
    else if (entrant->bound)
        entrant->workload->family->unbind(entrant);
    *entrant = (struct entrant){0};
}

static pel_status run_peer(struct entrant *entrant, void *data)
{
    struct peer_job *job = entrant->bound;
    job->data = data;
    entrant->peer->run(job);
    return PEL_OK;
}

pel_status entrant_run(struct entrant *entrant, size_t copy)
{
    void *data = workload_data(entrant->workload, copy);
    return entrant->peer ? run_peer(entrant, data) : entrant->workload->family->run(entrant, data);
}
