/* Statistics of samples. */
#ifndef PEL_PERF_STATS_H
#define PEL_PERF_STATS_H

#include <stddef.h>

/* All of n samples, n at least 1. median brings them into ascending order. */
double stats_median(double *samples, size_t n);
double stats_mean(const double *samples, size_t n);

/* Standard deviation, with n - 1; 0 for a single sample. */
double stats_stddev(const double *samples, size_t n);

/* An estimate and its 95 % confidence interval. */
struct stats_interval {
    double low, mid, high;
};

/* The typical value of n samples, n at least 3: the mean of their middle half, which a few disturbed samples cannot
 * move far. The interval is a bootstrap's, widened for few samples (T. Hesterberg, "What teachers should know about the
 * bootstrap", The American Statistician 69 (2015), section 3.4). The same samples always give the same interval. */
struct stats_interval stats_typical(const double *samples, size_t n);

#endif
