/* Sorts of segments, as far as a sort along an axis needs them. */
#ifndef PEL_LIB_SORT_SEGMENTS_H
#define PEL_LIB_SORT_SEGMENTS_H

#include <stddef.h>

#include <pel/status.h>
#include <pel/types.h>

/* A sort of keys of one dtype. */
typedef pel_status pel_sort_fn(void *keys, size_t n, const pel_opts *opts);

/* Sorts each of nrows rows of `length` keys, all of them checked; a long row by the whole team, with `sort`. */
pel_status pel_sort_rows(pel_dtype dtype, void *keys, size_t length, size_t nrows, pel_sort_fn *sort,
                         const pel_opts *opts);

#endif
