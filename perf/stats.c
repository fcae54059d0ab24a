#include "perf/stats.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double stats_median(double *samples, size_t n)
{
    qsort(samples, n, sizeof *samples, ascending);
    return n % 2 ? samples[n / 2] : 0.5 * (samples[n / 2 - 1] + samples[n / 2]);
}

double stats_mean(const double *samples, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += samples[i];
    return sum / (double)n;
}

double stats_stddev(const double *samples, size_t n)
{
    double mean = stats_mean(samples, n), sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (samples[i] - mean) * (samples[i] - mean);
    return n > 1 ? sqrt(sum / (double)(n - 1)) : 0;
}

enum { RESAMPLES = 1000, MAX_SAMPLES = 1024 };

/* The mean of the middle half; brings the samples into ascending order. */
static double middle_mean(double *samples, size_t n)
{
    size_t cut = n / 4;
    qsort(samples, n, sizeof *samples, ascending);
    return stats_mean(samples + cut, n - 2 * cut);
}

/* Student's 97.5 % quantile by its expansion in the normal one (Abramowitz and Stegun 26.7.5). */
static double student(size_t freedom)
{
    const double z = 1.959963984540054, f = (double)freedom;
    return z + (z * z * z + z) / (4 * f) + (5 * pow(z, 5) + 16 * z * z * z + 3 * z) / (96 * f * f);
}

/* The part of the resamples that lies below the interval: 2.5 % for many samples, less for few. */
static double tail(size_t n)
{
    double stretch = sqrt((double)n / (double)(n - 1));
    return 0.5 * erfc(stretch * student(n - 1) / sqrt(2));
}

/* Multiplicative congruences modulo 2^64 (P. L'Ecuyer, 1999): plenty for choosing samples. */
static size_t choose(uint64_t *state, size_t n)
{
    *state = *state * 3935559000370003845u + 2691343689449507681u;
    return (size_t)((*state >> 32) * n >> 32);
}

struct stats_interval stats_typical(const double *samples, size_t n)
{
    double drawn[MAX_SAMPLES], means[RESAMPLES];
    uint64_t state = n;
    if (n > MAX_SAMPLES)
        n = MAX_SAMPLES;
    for (size_t r = 0; r < RESAMPLES; r++) {
        for (size_t i = 0; i < n; i++)
            drawn[i] = samples[choose(&state, n)];
        means[r] = middle_mean(drawn, n);
    }
    memcpy(drawn, samples, n * sizeof *samples);
    double mid = middle_mean(drawn, n);
    qsort(means, RESAMPLES, sizeof *means, ascending);
    size_t outside = (size_t)(tail(n) * RESAMPLES);
    return (struct stats_interval){means[outside], mid, means[RESAMPLES - 1 - outside]};
}
