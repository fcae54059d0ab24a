/* The search in a child process. */
#ifndef PEL_PERF_TUNE_SUPERVISE_H
#define PEL_PERF_TUNE_SUPERVISE_H

#include "perf/tune.h"

/* Runs the search as "pel tune --until TIME" and the arguments given, until it has come to its end or the time is over.
 * A child that dies, or stands still for long, is noted in the record and started again: the candidate that was running
 * is then left out. Tells of trouble on standard error, and always returns. */
void tune_supervise(const struct tune_options *options, int argc, char **argv);

/* How a child ended that was to measure one thing. */
enum tune_end {
    TUNE_END_DONE,
    TUNE_END_FAILED, /* it has said why */
    TUNE_END_CRASHED,
    TUNE_END_LATE /* it was killed when the time was over */
};
enum tune_end tune_supervise_once(const struct tune_options *options, int argc, char **argv);

#endif
