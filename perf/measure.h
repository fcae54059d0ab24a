/* Times of entrants. */
#ifndef PEL_PERF_MEASURE_H
#define PEL_PERF_MEASURE_H

#include "perf/workload.h"

/* Seconds that `runs` runs take, one after the other; the data are restored between them outside that time. */
pel_status measure_runs(struct entrant *entrant, size_t runs, double *seconds);

/* The number of runs, at least 1, that take about this long; found by doubling, which warms up on the way. */
pel_status measure_calibrate(struct entrant *entrant, double seconds, size_t *runs);

#endif
