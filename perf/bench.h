/* What the parts of `pel bench` share. */
#ifndef PEL_PERF_BENCH_H
#define PEL_PERF_BENCH_H

#include <stdio.h>

#include "perf/contest.h"
#include "perf/gbench.h"
#include "perf/select.h"

enum { BENCH_LIST = 32 };

/* The sizes, or numbers of threads, of a run; count 0: the usual. */
struct bench_list {
    size_t count;
    size_t value[BENCH_LIST];
};

struct bench {
    struct selection selection;
    bool dispatch; /* the family is that of the dispatcher itself */
    struct bench_list sizes, threads;
    int grid_axes;             /* 0: no grid is given */
    struct workload_spec spec; /* what all problems have in common */
    struct contest_rules rules;
    const char *json;
    FILE *table; /* standard error where JSON takes the standard output */
    struct gbench *gbench;
};

/* The cost of a pick: warm, and the first of its kind. */
void bench_dispatch(const struct bench *bench);

#endif
