/* Statistics of samples. */
#ifndef PEL_PERF_STATS_H
#define PEL_PERF_STATS_H

#include <stddef.h>

/* All of n samples, n at least 1. median brings them into ascending order. */
double stats_median(double *samples, size_t n);
double stats_mean(const double *samples, size_t n);

/* Standard deviation, with n - 1; 0 for a single sample. */
double stats_stddev(const double *samples, size_t n);

#endif
