/* Sorts of keys that are a few runs, each in order or in reverse, and perhaps a few more keys: they are merged. */
#ifndef PEL_LIB_SORT_RUNS_H
#define PEL_LIB_SORT_RUNS_H

#include "lib/sort_spread.h"

/* Takes scratch as large as the keys where there are several runs. False when there are too many, or no memory; runs in
 * reverse may then have been turned, and keys at the end sorted. */
bool pel_sort_runs(const struct pel_sort_job *job, pel_dtype dtype, const pel_opts *opts);

#endif
