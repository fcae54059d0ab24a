/* Numbers to work on, the same for a seed wherever and with however many threads they are made. */
#ifndef PEL_PERF_DATA_H
#define PEL_PERF_DATA_H

#include <stddef.h>
#include <stdint.h>

#include "perf/workload.h"

/* Fills x[0 ... n). Integers stay below 2^bits in size; floats of all but DATA_BITS are finite, uniform ones in [-1,
 * 1). */
void data_fill(void *x, pel_dtype dtype, size_t n, enum data data, uint64_t seed, unsigned bits);

#endif
