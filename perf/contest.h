/* A contest: several entrants on one workload, measured in turn, repetition by repetition, so that whatever disturbs
 * the machine disturbs them alike. */
#ifndef PEL_PERF_CONTEST_H
#define PEL_PERF_CONTEST_H

#include "perf/measure.h"
#include "perf/workload.h"

struct contest_rules {
    int threads;    /* 0: decide */
    unsigned flags; /* of pel_opts */
    bool peers;
    const char *variant; /* NULL: as dispatched; "all": also every variant that can run */
    size_t repetitions;
    double min_time; /* of a repetition, in seconds */
};

struct contestant {
    struct entrant entrant;
    char label[96];            /* what pel picked, or whose code a peer is */
    size_t runs;               /* of a repetition */
    struct measure_time *time; /* of each repetition */
    double median;             /* seconds of a run */
    double spread;             /* standard deviation over mean */
    double busy;               /* processors, on average */
    bool wrong;                /* its result is not that of the first */
};

struct contest {
    struct workload workload;
    struct contest_rules rules;
    size_t count;
    struct contestant *contestant;
    const struct contestant *best_peer; /* NULL: there is none */
};

/* Whether it moves the data and no more: see perf/peers.h. */
bool contest_is_yardstick(const struct contestant *contestant);

/* Holds a contest. PEL_ENOTSUP: the variant that the rules name does not fit. */
pel_status contest_hold(struct contest *contest, const struct workload_spec *spec, const struct contest_rules *rules);
void contest_close(struct contest *contest);

#endif
