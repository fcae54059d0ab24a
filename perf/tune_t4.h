/* What was measured as T4, the results that autotuners exchange (F.-J. Willemsen and others, "A methodology for
 * comparing optimization algorithms for auto-tuning", 2024): a configuration, how long it took, and whether it was
 * right. A configuration of ours is a flat object: the cell (op, dtype, mode, ndim, threads, n), the kernel, the team,
 * and the kernel's parameters; 0 is a parameter's initial value, or one that the kernel lacks. Times are in
 * milliseconds. */
#ifndef PEL_PERF_TUNE_T4_H
#define PEL_PERF_TUNE_T4_H

#include <stdio.h>

#include "perf/tune_record.h"

/* What a run adds to its configuration. */
struct tune_t4 {
    const double *seconds; /* of each sample; best[0] stands for the run */
    size_t samples;
    double validation; /* seconds of the check */
    const char *invalidity;
};

/* Writes one result, or one configuration, on one line. */
void tune_t4_print(FILE *file, const struct tune_run *run, const struct tune_t4 *t4);

/* What T4 calls the way a run ended. */
const char *tune_t4_invalidity(enum tune_lap lap);

/* Writes a file of all runs of a history that came to their end. */
void tune_t4_write(const char *path, const struct tune_history *history);

/* Reads the configurations that a file holds to be correct, the quickest first; members of a cell that they lack are
 * the usual one's. To be freed. Ends the program at a file that is none, or without jansson. */
size_t tune_t4_read(const char *path, const struct tune_cell *usual, struct tune_run **runs);

/* Reads one configuration: a variant ("avx2/quick:team=2"), or JSON. NULL, or what is wrong with it. */
const char *tune_t4_configuration(const char *text, struct tune_run *run);

#endif
