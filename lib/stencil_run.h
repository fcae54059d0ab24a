/* A run of a plan: the two grids, and what each thread at work has to itself. */
#ifndef PEL_LIB_STENCIL_RUN_H
#define PEL_LIB_STENCIL_RUN_H

#include "lib/stencil_plan.h"

/* Steps alternate between the caller's grid, 0, and the scratch. */
struct pel_stencil_run {
    const struct pel_plan *plan;
    char *grid[2];
    char *seats; /* see pel_stencil_sit */
    size_t steps;
    int threads;
};

/* Cells [low, high) of an axis, which may lie beyond the ends of a periodic one. */
struct pel_stencil_range {
    ptrdiff_t low, high;
};

/* The place of a thread while it works on an index of a phase. */
struct pel_stencil_seat {
    const void **pointers; /* see pel_sweep */
    char *ring;            /* pel_stencil_ring_bytes() that stay in its cache */
};

size_t pel_stencil_ring_bytes(const struct pel_plan *plan);

/* Bytes of scratch: a grid, and a seat for each thread of the team. */
size_t pel_stencil_scratch_bytes(const struct pel_plan *plan);

/* Starts a run on scratch of that size. */
void pel_stencil_start(struct pel_stencil_run *run, const struct pel_plan *plan, char *u, char *scratch, int threads);

/* Takes a seat that is free: there are as many as threads. */
struct pel_stencil_seat pel_stencil_sit(const struct pel_stencil_run *run);
void pel_stencil_rise(const struct pel_stencil_run *run, struct pel_stencil_seat seat);

static inline size_t pel_stencil_smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static inline size_t pel_stencil_larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Computed cells of an axis. */
static inline size_t pel_stencil_computed(const struct pel_stencil_axis *axis)
{
    return axis->last - axis->first;
}

/* The start of piece i of `pieces` about equal ones that an axis is cut into. Little grids are not worth a division. */
static inline size_t pel_stencil_piece(const struct pel_stencil_axis *axis, size_t i, size_t pieces)
{
    size_t count = pel_stencil_computed(axis);
    if (pieces == 1)
        return axis->first + i * count;
    return axis->first + count / pieces * i + pel_stencil_smaller(i, count % pieces);
}

#endif
