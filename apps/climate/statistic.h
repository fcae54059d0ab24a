/* Statistics of a sample: the same bits whatever the number of threads. */
#ifndef CLIMATE_STATISTIC_H
#define CLIMATE_STATISTIC_H

#include <stddef.h>

#include <pel/pel.h>

/* The valid values of one field or one series. */
struct sample {
    double *value;  /* n values, free to be reordered */
    double *weight; /* one for each, or NULL where all count alike */
    size_t n;       /* at least 1 */
};

/* Computes nresults results; only percentiles have more than one. levels: the percentiles, else unused. */
typedef void statistic(const struct sample *s, const double *levels, size_t nresults, double *results,
                       const pel_opts *opts);

/* Moves the values that are no NaN to the front, and their weights to packed; weights and packed may be NULL. */
struct sample sample_gather(double *values, const double *weights, double *packed, size_t n);

/* The exact sums of value times weight and of weight, each rounded once, then divided: three roundings in all. */
statistic statistic_mean;
statistic statistic_min;
statistic statistic_max;

/* Percentiles between 0 and 100, linear between the order statistics as NumPy's default; weights do not count. Leaves
 * the values sorted. */
statistic statistic_percentiles;

#endif
