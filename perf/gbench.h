/* Benchmark results in the JSON of Google Benchmark, which its tools read. */
#ifndef PEL_PERF_GBENCH_H
#define PEL_PERF_GBENCH_H

#include <stdbool.h>
#include <stddef.h>

#include "perf/measure.h"

/* One benchmark: all repetitions of something that was measured. */
struct gbench_result {
    const char *name; /* such as sort/u64/n:1000/threads:2/pel */
    const char *label;
    int threads;
    size_t repetitions, runs; /* runs of a repetition */
    const struct measure_time *time;
    double items, bytes; /* of a run; 0: leave out */
    bool wrong;          /* what was computed is not right */
    bool yardstick;      /* nothing was computed, but data moved */
};

/* Starts a file; NULL: nothing is written. Ends the program where that cannot be, for want of jansson too. */
struct gbench *gbench_open(const char *path);
void gbench_add(struct gbench *gbench, const struct gbench_result *result);

/* Writes it out under its name. */
void gbench_close(struct gbench *gbench);

#endif
