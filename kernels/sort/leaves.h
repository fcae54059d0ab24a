/* The leaf of each dtype around a sort of codes: a kernel file defines sort_codes_i32, sort_codes_i64 and
 * WANTS_SCRATCH, then expands this file by dtype. Codes are as wide as keys, so two sorts of codes serve all six. */
#include "kernels/sort/order.h"
#include "kernels/sort/runs.h"

#define CODE__(x, bits) x##_i##bits
#define CODE_(x, bits)  CODE__(x, bits)
#define CODE(x)         CODE_(x, T_BITS)

static void NAME(sort)(void *keys, size_t n, void *scratch, bool descending)
{
    if (n > NAME(scan_block)) {
        bool sorted, reversed;
        NAME(scan)(keys, n, descending, &sorted, &reversed);
        if (sorted)
            return;
        if (reversed) {
            NAME(reverse)(keys, n);
            return;
        }
    }
    NAME(encode)(keys, n, descending);
    CODE(sort_codes)(keys, scratch, n);
    NAME(decode)(keys, n, descending);
}

static const struct pel_sort_leaf NAME(leaf) = {.wants_scratch = WANTS_SCRATCH, .sort = NAME(sort)};

#undef CODE__
#undef CODE_
#undef CODE
