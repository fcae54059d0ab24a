/* The public functions of the family histogram, by dtype. */
#ifndef PEL_TESTS_HISTOGRAM_CALLS_H
#define PEL_TESTS_HISTOGRAM_CALLS_H

#include <stddef.h>
#include <stdint.h>

#include <pel/pel.h>

#include "kernels/kernel.h"

struct histogram_calls {
    pel_status (*uniform)(const void *, size_t, double, double, size_t, uint64_t *, pel_outside *, const pel_opts *);
    pel_status (*given)(const void *, size_t, const void *, size_t, uint64_t *, pel_outside *, const pel_opts *);
    pel_status (*plane)(const void *, const void *, size_t, const double *, const double *, const size_t *, uint64_t *,
                        uint64_t *, const pel_opts *);
    pel_status (*digitize)(const void *, size_t, const void *, size_t, uint64_t *, const pel_opts *);
    pel_status (*bincount)(const void *, size_t, size_t, uint64_t *, pel_outside *, const pel_opts *);
    long double (*value)(const void *x, size_t i);
    void (*set)(void *x, size_t i, double value);
    double least, most; /* values that may be converted to it */
};

extern const struct histogram_calls histogram_calls[PEL_NDTYPES];

#endif
