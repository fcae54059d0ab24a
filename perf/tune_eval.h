/* For tuners from elsewhere: the space of a cell, and the measurement of one configuration of it. */
#ifndef PEL_PERF_TUNE_EVAL_H
#define PEL_PERF_TUNE_EVAL_H

#include "perf/tune.h"

/* Prints the space of the cell as the ConfigurationSpace of T1, the input format that goes with T4. */
void tune_print_space(const struct tune_cell *cell);

/* Measures a configuration in a child process, "pel tune --until TIME" with the arguments given, and prints the result
 * as a line of T4, also where the candidate crashes or does not end. */
void tune_eval(const struct tune_options *options, const char *configuration, int argc, char **argv);

/* What that child does. */
void tune_eval_here(const struct tune_options *options, const char *configuration);

#endif
