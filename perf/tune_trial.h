/* Trials of the tuner itself, on requests that are drawn at random. */
#ifndef PEL_PERF_TUNE_TRIAL_H
#define PEL_PERF_TUNE_TRIAL_H

#include "perf/tune.h"

/* Lets the default race itself in so many cells, and prints how often it was accepted as a gain. */
void tune_try_control(const struct tune_options *options, size_t trials);

/* Races what the tables in force pick against what the generic table and the model alone would, on so many requests of
 * sizes that no grid holds, and prints the gains. */
void tune_try_held_out(const struct tune_options *options, size_t requests);

#endif
