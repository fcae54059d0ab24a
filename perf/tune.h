/* Tuning: a search over cells, each a kind of request at one size, whose results become a table of rules.
 *
 * The search runs in a child process, so that a kernel that crashes or hangs costs one candidate and not the table. The
 * child and its parent share a record, one line an event, which is also what a later run resumes from. */
#ifndef PEL_PERF_TUNE_H
#define PEL_PERF_TUNE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/dispatch.h"
#include "perf/select.h"
#include "perf/stats.h"

/* TUNE_MAX_N: elements of a cell that is named. */
enum { TUNE_VARIANT = 128, TUNE_DENSE_SECONDS = 600, TUNE_MAX_N = 1 << 30 };

/* What a table tells apart, but for the size. */
struct tune_key {
    enum pel_op op;
    pel_dtype dtype;
    bool fast;
    int ndim; /* of a stencil, else 0 */
    int threads;
};

struct tune_cell {
    struct tune_key key;
    size_t n;
};

/* How a candidate's runs in a cell ended. */
enum tune_lap {
    TUNE_RAN,
    TUNE_FAILED, /* it gave an error */
    TUNE_WRONG,  /* its result is not that of the reference */
    TUNE_LATE,   /* time was over */
    TUNE_LAPS
};

/* What is known of a candidate in a cell. */
struct tune_run {
    struct tune_cell cell;
    char variant[TUNE_VARIANT];
    enum tune_lap lap;
    double seconds; /* the quickest sample's, of one run; 0: none */
};

enum tune_verdict {
    TUNE_KEPT,     /* nothing is better than the default beyond doubt */
    TUNE_ACCEPTED, /* `best` is */
    TUNE_NOISY,    /* the default differs from itself, so nothing can be said */
    TUNE_BROKEN,   /* the default fails, or its result is wrong */
    TUNE_VERDICTS
};

struct tune_result {
    struct tune_cell cell;
    enum tune_verdict verdict;
    char base[TUNE_VARIANT], best[TUNE_VARIANT]; /* as pel_variant_format writes them */
    struct stats_interval gain;                  /* of the logarithm of time, best over base */
    double control;                              /* the same of the default over itself */
};

struct tune_options {
    double budget, until;      /* seconds; when they are over, as of now_seconds() */
    struct selection selected; /* operations and dtypes */
    int threads;               /* the most to tune for */
    bool dense;                /* a finer grid of sizes, all values of parameters */
    bool resume;
    const char *record;         /* path */
    uint64_t seed;              /* of trials */
    struct tune_cell cell;      /* when one is named, else n = 0 */
    struct tune_run *proposals; /* the only candidates, in the only cells; NULL: all of them */
    size_t nproposals;
};

/* The search: goes through the cells until the time is over, and records what it finds. */
void tune_search(const struct tune_options *options);

#endif
