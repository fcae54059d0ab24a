#include <math.h>

#include "program.h"
#include "statistic.h"

struct sample sample_gather(double *values, const double *weights, double *packed, size_t n)
{
    struct sample s = {values, packed, 0};

    for (size_t i = 0; i < n; i++)
        if (!isnan(values[i])) {
            values[s.n] = values[i];
            if (packed)
                packed[s.n] = weights[i];
            s.n++;
        }
    return s;
}

void statistic_mean(const struct sample *s, const double *levels, size_t nresults, double *results,
                    const pel_opts *opts)
{
    double sum, weight = (double)s->n;

    (void)levels;
    (void)nresults;
    if (s->weight) {
        check_pel(pel_dot_f64(s->value, s->weight, s->n, &sum, opts), "weighted sum");
        check_pel(pel_sum_f64(s->weight, s->n, &weight, opts), "sum of weights");
    } else {
        check_pel(pel_sum_f64(s->value, s->n, &sum, opts), "sum");
    }
    results[0] = sum / weight;
}

void statistic_min(const struct sample *s, const double *levels, size_t nresults, double *results, const pel_opts *opts)
{
    (void)levels;
    (void)nresults;
    check_pel(pel_min_f64(s->value, s->n, results, opts), "minimum");
}

void statistic_max(const struct sample *s, const double *levels, size_t nresults, double *results, const pel_opts *opts)
{
    (void)levels;
    (void)nresults;
    check_pel(pel_max_f64(s->value, s->n, results, opts), "maximum");
}

/* Between two neighbours of a sorted sample; from the nearer one, so that the result never leaves their interval. */
static double between(double low, double high, double part)
{
    if (low == high)
        return low;
    return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}

void statistic_percentiles(const struct sample *s, const double *levels, size_t nresults, double *results,
                           const pel_opts *opts)
{
    check_pel(pel_sort_f64(s->value, s->n, opts), "sort");
    for (size_t i = 0; i < nresults; i++) {
        double place = (double)(s->n - 1) * (levels[i] / 100);
        size_t below = (size_t)place, above = below + 1 < s->n ? below + 1 : below;

        results[i] = between(s->value[below], s->value[above], place - (double)below);
    }
}
