/* Sorts neighbouring series along a slow axis, as many at a time as fill the second-level cache. Each lane of a vector
 * has a series: a sorting network orders whole rows, and nothing is transposed. The network grows with the square of
 * the logarithm of the length, so from some length on series are transposed into rows instead, and each is sorted by
 * quicksort. K. E. Batcher, "Sorting networks and their applications" (1968). */
#ifndef T

#include <string.h>

#include "kernels/kernel.h"
#include "kernels/simd/simd.h"
#include "kernels/sort/leaf.h"
#include "kernels/sort/series.h"

#include "kernels/sort/integers.h"

#define PEL_SELF "kernels/sort/lanes.c"
#include "kernels/foreach_signed.h"
#undef PEL_SELF
#define PEL_SELF "kernels/sort/lanes_leaf.h"
#include "kernels/foreach_dtype.h"

/* Up to which length a network is faster, as far as lanes make up for what it does in vain; one lane never does. */
#if PEL_ISA_IS(scalar)
#define TRAITS  PEL_TRAIT_REFERENCE
#define UPTO_32 1
#define UPTO_64 1
#elif PEL_ISA_IS(avx512)
#define TRAITS  0
#define UPTO_32 32768
#define UPTO_64 16384
#elif PEL_ISA_IS(avx2)
#define TRAITS  0
#define UPTO_32 8192
#define UPTO_64 4096
#else
#define TRAITS  0
#define UPTO_32 1024
#define UPTO_64 256
#endif
#define LANES_ROW(T_, upto)                                                                                            \
    PEL_ROW(SORT_AXIS, T_, "lanes", .run.series = sort_series_##T_, .traits = TRAITS,                                  \
            .params = {{"tile_kib", 1024, 16, 1 << 16, 8}, {"network_upto", upto, 1, 1 << 20, 0}})

const struct pel_kernel PEL_TABLE(sort_lanes)[] = {
    LANES_ROW(f32, UPTO_32), LANES_ROW(f64, UPTO_64), LANES_ROW(i32, UPTO_32), LANES_ROW(i64, UPTO_64),
    LANES_ROW(u32, UPTO_32), LANES_ROW(u64, UPTO_64), PEL_END_OF_TABLE,
};

#else /* read once per type of code */

static const T NAME(largest) = (T)(((U)1 << (T_BITS - 1)) - 1);

#include "kernels/sort/rows.h"

#include "kernels/sort/each.h"

#include "kernels/sort/columns.h"

#endif
