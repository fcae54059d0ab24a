/* A run of a plan: the two grids, and what each thread at work has to itself. */
#ifndef PEL_LIB_STENCIL_RUN_H
#define PEL_LIB_STENCIL_RUN_H

#include "lib/stencil_plan.h"

/* Steps alternate between the caller's grid, 0, and the scratch. */
struct pel_stencil_run {
    const struct pel_plan *plan;
    char *grid[2];
    struct pel_seats seats;
    size_t steps;
    int threads;
};

/* The place of a thread while it works on an index of a phase. */
struct pel_stencil_seat {
    const void **pointers; /* see pel_sweep */
    char *ring;            /* pel_stencil_ring_bytes() that stay in its cache */
};

/* Bytes of a ring; each of its slots may be moved within a cache line. */
size_t pel_stencil_ring_bytes(const struct pel_plan *plan);

/* Bytes of scratch: a grid, and a seat for each thread of the team. */
size_t pel_stencil_scratch_bytes(const struct pel_plan *plan);

/* Starts a run on scratch of that size. */
void pel_stencil_start(struct pel_stencil_run *run, const struct pel_plan *plan, char *u, char *scratch, int threads);

/* What a seat holds. */
struct pel_stencil_seat pel_stencil_seat(const struct pel_plan *plan, char *seat);

#endif
