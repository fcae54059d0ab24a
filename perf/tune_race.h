/* A race: the candidates of one cell, verified, timed against each other, and the best against the default. */
#ifndef PEL_PERF_TUNE_RACE_H
#define PEL_PERF_TUNE_RACE_H

#include "perf/tune_space.h"
#include "perf/workload.h"

/* With energy_open, joules stand for the seconds that candidates and finals tell of. */
struct tune_race {
    const struct tune_cell *cell;
    struct workload *workload;
    const void *expected; /* the result of the reference; NULL: of whoever runs first */
    double until;         /* when it must be over */
    size_t runs;          /* in a sample */
    double sample;        /* seconds that the last one took */
    double leader;        /* seconds of the quickest so far */
    void *first;          /* the result of whoever ran first; owned */
};

/* Chooses the runs of a sample by the candidate's speed, and times one. */
enum tune_lap tune_race_calibrate(struct tune_race *race, struct tune_candidate *candidate);

/* One run that is verified, then samples; candidate->seconds becomes the quickest but one. */
enum tune_lap tune_race_run(struct tune_race *race, struct tune_candidate *candidate, size_t samples);

/* What the final says, in logarithms of time: of the best over the base, and of the base over itself. */
struct tune_final {
    struct stats_interval gain, control;
};

/* Whether other processes take their share of the processors: then a team says nothing about what it could do. */
bool tune_is_crowded(int threads);

/* Rounds of base, best, base: the base's drift cancels, and its two times are the control. */
enum tune_lap tune_race_final(struct tune_race *race, const struct tune_candidate *base,
                              const struct tune_candidate *best, size_t rounds, struct tune_final *final);

void tune_race_close(struct tune_race *race);

#endif
