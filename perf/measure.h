/* Times of entrants. */
#ifndef PEL_PERF_MEASURE_H
#define PEL_PERF_MEASURE_H

#include "perf/workload.h"

struct measure_time {
    double real;   /* seconds on the wall */
    double cpu;    /* seconds of all threads */
    double joules; /* of the processors, if energy_open; else 0 */
};

/* The time of `runs` runs, one after the other; the data are restored between them outside that time. */
pel_status measure_runs(struct entrant *entrant, size_t runs, struct measure_time *time);

/* The number of runs, at least 1, that take about this long; found by doubling, which warms up on the way. */
pel_status measure_calibrate(struct entrant *entrant, double seconds, size_t *runs);

/* Lets the threads of the previous entrant fall asleep, which some runtimes keep spinning for a while, and wakes up
 * this one's: one run that does not count. */
pel_status measure_settle(struct entrant *entrant);

#endif
