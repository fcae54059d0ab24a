/* The function of each dtype of the kernel segments. */
#include "kernels/sort/order.h"

#define CODE__(x, bits) x##i##bits
#define CODE_(x, bits)  CODE__(x, bits)
#define CODE(x)         CODE_(x##_, T_BITS)

static void NAME(sort_segments)(void *memory, const struct pel_segments *segments, size_t from, size_t to,
                                bool descending)
{
    NAME(word) *keys = memory;
    for (size_t i = from, end; i < to; i = end) {
        size_t start = pel_segment_start(segments, i);
        for (end = i + 1; end < to && pel_segment_start(segments, end + 1) - start <= BATCH; end++)
            ;
        size_t n = pel_segment_start(segments, end) - start;
        NAME(encode)(keys + start, n, descending);
        for (size_t k = i; k < end; k++) {
            size_t at = pel_segment_start(segments, k);
            CODE(sort_each)((CODE(code) *)(void *)(keys + at), pel_segment_start(segments, k + 1) - at);
        }
        NAME(decode)(keys + start, n, descending);
    }
}

#undef CODE__
#undef CODE_
#undef CODE
