/* The search in a child process. */
#ifndef PEL_PERF_TUNE_SUPERVISE_H
#define PEL_PERF_TUNE_SUPERVISE_H

#include "perf/tune.h"

/* Runs the search as "pel tune --until TIME" and the arguments given, until it has come to its end or the time is over.
 * A child that dies, or stands still for long, is noted in the record and started again: the candidate that was running
 * is then left out. Tells of trouble on standard error, and always returns. */
void tune_supervise(const struct tune_options *options, int argc, char **argv);

#endif
