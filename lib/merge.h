/* pel_merge of any dtype. */
#ifndef PEL_LIB_MERGE_H
#define PEL_LIB_MERGE_H

#include <stddef.h>

#include <pel/status.h>
#include <pel/types.h>

pel_status pel_merge_any(pel_dtype dtype, const void *a, size_t na, const void *b, size_t nb, void *out,
                         const pel_opts *opts);

#endif
