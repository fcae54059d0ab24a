/* Heapsort of 128-bit keys. */

typedef pel_u128 __attribute__((may_alias)) wide_key;

#define T         pel_u128
#define NAME(x)   x##_wide
#define code_wide wide_key
#include "kernels/sort/heap.h"
#undef T
#undef NAME
#undef code_wide

static void sort_wide_in_place(void *keys, size_t n, bool descending)
{
    wide_key *key = keys;
    heapsort_wide(keys, n);
    for (size_t i = 0; descending && i < n / 2; i++) {
        pel_u128 swap = key[i];
        key[i] = key[n - 1 - i];
        key[n - 1 - i] = swap;
    }
}
