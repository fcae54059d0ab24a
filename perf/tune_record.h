/* The record of a search: lines of JSON, appended one by one and synced, so that whatever ends the search costs at most
 * what was being measured. */
#ifndef PEL_PERF_TUNE_RECORD_H
#define PEL_PERF_TUNE_RECORD_H

#include "perf/tune.h"

/* What a record tells. */
struct tune_history {
    struct tune_result *results;
    size_t count;
    struct tune_run *runs; /* of one candidate in one cell the last line counts */
    size_t nruns;
    struct tune_suspect { /* kernels that were running when a search died */
        enum pel_op op;
        pel_dtype dtype;
        char kernel[TUNE_VARIANT];
    } * suspects;
    size_t nsuspects;
};

/* What is made small: "time" or "energy". */
const char *tune_objective(void);

/* A number that changes when the kernels or their parameters do. */
uint64_t tune_kernels_fingerprint(void);

/* Begins a record, or with `resume` goes on with one of this processor and these kernels; ends the program when that is
 * none or cannot be written. */
void tune_record_begin(const char *path, bool resume);

/* For the search: opens the record to add to it; without one nothing is kept. A candidate is noted before it first
 * runs, and again with its time when it runs no more. */
void tune_record_open(const char *path);
void tune_record_try(const struct tune_cell *cell, const char *variant);
void tune_record_run(const struct tune_run *run);
void tune_record_result(const struct tune_result *result);

/* For the parent: the search died of this signal, 0 when it hung. */
void tune_record_death(const char *path, int number);

/* Lines that make no sense are passed over. */
void tune_history_read(const char *path, struct tune_history *history);
void tune_history_free(struct tune_history *history);

bool tune_same_key(const struct tune_key *a, const struct tune_key *b);
bool tune_same_cell(const struct tune_cell *a, const struct tune_cell *b);
const struct tune_result *tune_history_find(const struct tune_history *history, const struct tune_cell *cell);
bool tune_history_suspects(const struct tune_history *history, const struct pel_kernel *kernel);

#endif
