/* Sorts the keys of many segments: short ones one after the other in the register networks, with codes made and turned
 * back for many at a time; longer ones by quicksort. */
#ifndef T

#include <string.h>

#include "kernels/kernel.h"
#include "kernels/simd/simd.h"
#include "kernels/sort/leaf.h"
#include "kernels/sort/series.h"

#include "kernels/sort/integers.h"

/* Keys that become codes at once; they stay in the first-level cache. */
enum { BATCH = 2048 };

#define PEL_SELF "kernels/sort/segments.c"
#include "kernels/foreach_signed.h"
#undef PEL_SELF
#define PEL_SELF "kernels/sort/segments_leaf.h"
#include "kernels/foreach_dtype.h"

#if PEL_ISA_IS(scalar)
#define TRAITS PEL_TRAIT_REFERENCE
#else
#define TRAITS 0
#endif
#define SEGMENTS(T_) PEL_ROW(SORT_SEGMENTS, T_, "segments", .run.segments = sort_segments_##T_, .traits = TRAITS)

const struct pel_kernel PEL_TABLE(sort_segments)[] = {
    SEGMENTS(f32), SEGMENTS(f64), SEGMENTS(i32), SEGMENTS(i64), SEGMENTS(u32), SEGMENTS(u64), PEL_END_OF_TABLE,
};

#else /* read once per type of code */

static const T NAME(largest) = (T)(((U)1 << (T_BITS - 1)) - 1);

#include "kernels/sort/rows.h"

#include "kernels/sort/each.h"

#endif
