/* Even parts of a span of codes. Read once per type of code. */

#ifndef PEL_KERNELS_SORT_RULER_H
#define PEL_KERNELS_SORT_RULER_H

#include <stdint.h>

/* The part of a code is (distance from the low end >> shift) * factor >> 32; what is beyond an end is in its part. */
struct pel_sort_ruler {
    union {
        int32_t i32;
        int64_t i64;
    } low, high;
    int shift;
    uint32_t factor;
};

#endif

#ifdef T

/* Cuts the span from low to high into parts, less than 2^32. */
static struct pel_sort_ruler NAME(cut_span)(T low, T high, size_t parts)
{
    struct pel_sort_ruler ruler = {.low.T_SUFFIX = low, .high.T_SUFFIX = high};
    uint64_t span = (U)((U)high - (U)low);
    ruler.shift = span >> 32 ? 32 - __builtin_clzll(span) : 0;
    uint64_t factor = ((uint64_t)parts << 32) / ((span >> ruler.shift) + 1);
    ruler.factor = factor < UINT32_MAX ? (uint32_t)factor : UINT32_MAX;
    return ruler;
}

static inline void NAME(find_parts)(const struct pel_sort_ruler *ruler, const NAME(code) * codes, size_t n,
                                    uint32_t *part)
{
    T low = ruler->low.T_SUFFIX, high = ruler->high.T_SUFFIX;
    uint64_t factor = ruler->factor;
    int shift = ruler->shift;
    for (size_t i = 0; i < n; i++) {
        T code = codes[i] < low ? low : codes[i];
        code = code > high ? high : code;
        uint32_t distance = (uint32_t)(((U)code - (U)low) >> shift);
        part[i] = (uint32_t)(distance * factor >> 32);
    }
}

#endif
