/* A run of a plan: the two grids, and what each thread at work has to itself. */
#ifndef PEL_LIB_STENCIL_RUN_H
#define PEL_LIB_STENCIL_RUN_H

#include "lib/stencil_plan.h"

/* Steps alternate between the caller's grid, 0, and the scratch. */
struct pel_stencil_run {
    const struct pel_plan *plan;
    char *grid[2];
    struct pel_sweep_notes *notes[2]; /* of the whole grid, from each of the two; NULL: none are kept */
    struct pel_seats seats;
    size_t steps;
    int threads;
};

/* The place of a thread while it works on an index of a phase. */
struct pel_stencil_seat {
    const void **pointers; /* see pel_sweep */
    char *ring;            /* that stays in its cache: of pel_stencil_ring_bytes() for a step in place */
};

/* Bytes of a ring; each of its slots may be moved within a cache line. */
size_t pel_stencil_ring_bytes(const struct pel_plan *plan);

/* Bytes of scratch: a grid, and a seat for each thread of the team. */
size_t pel_stencil_scratch_bytes(const struct pel_plan *plan);

/* Starts a run on scratch of that size. */
void pel_stencil_start(struct pel_stencil_run *run, const struct pel_plan *plan, char *u, char *scratch, int threads);

/* Lets sweeps keep notes, if one thread is to sweep a grid so small that finding what to compute takes its time. The
 * ring of its seat is then taken. */
void pel_stencil_keep_notes(struct pel_stencil_run *run);

/* What a seat holds. */
struct pel_stencil_seat pel_stencil_seat(const struct pel_plan *plan, char *seat);

#endif
