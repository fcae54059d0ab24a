/* The space of the search: the cells, and what may run in each. */
#ifndef PEL_PERF_TUNE_SPACE_H
#define PEL_PERF_TUNE_SPACE_H

#include "perf/tune.h"
#include "perf/workload.h"

/* The most bytes of an array; a workload takes four times as much. */
enum { TUNE_MAX_BYTES = 64 << 20 };

/* The cells that are proposed, the one that is named, or all: small sizes first, which take little time, so that a
 * short budget covers every operation. Cells of one workload stand side by side. To be freed. */
size_t tune_list_cells(const struct tune_options *options, struct tune_cell **cells);

/* The factor between the sizes of the grid, and whether the cell is of the smallest, of the largest. */
size_t tune_grid_factor(bool dense);
bool tune_is_smallest(const struct tune_cell *cell);
bool tune_is_largest(const struct tune_cell *cell);

/* What to open for a cell; the cell's n is of the same size. */
struct workload_spec tune_workload(const struct tune_cell *cell);

/* The request that a workload makes; *shape is what it points to. */
struct pel_request tune_request(const struct workload *workload, int threads, struct pel_stencil_shape *shape);

/* A way of running a cell. */
struct tune_candidate {
    struct pel_pick pick;
    double least, seconds; /* of the samples so far: the quickest, and what stands for all */
    size_t samples;
    enum tune_lap lap;
};

bool tune_same_pick(const struct pel_pick *a, const struct pel_pick *b);

enum { TUNE_MAX_CANDIDATES = 192 };

/* Every kernel that can run, with its initial parameters, on one thread and on all. */
size_t tune_list_candidates(const struct pel_request *request, struct tune_candidate *list);

/* The same kernel with one parameter changed: to the next values of its doubling search, or with `dense` to any.
 * Appends them to list[0 ... count) unless they are there; returns the new count. */
size_t tune_add_neighbours(const struct tune_candidate *of, bool dense, struct tune_candidate *list, size_t count);

#endif
