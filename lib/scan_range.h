/* Whether sums of integers fit their type. */
#ifndef PEL_LIB_SCAN_RANGE_H
#define PEL_LIB_SCAN_RANGE_H

#include <stdbool.h>

#include "kernels/scan/leaf.h"

/* Whether the bounds of a stretch say so, with what stands before it. */
static inline bool pel_scan_range_fits(pel_dtype dtype, const struct pel_scan_range *range, pel_i128 carry)
{
    bool is_signed = dtype == PEL_I32 || dtype == PEL_I64;
    unsigned bits = 8 * (unsigned)pel_dtype_size(dtype) - is_signed;
    pel_i128 most = ((pel_i128)1 << bits) - 1, least = is_signed ? -most - 1 : 0;
    return carry + range->low >= least && carry + range->high <= most;
}

#endif
