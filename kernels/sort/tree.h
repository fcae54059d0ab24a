/* A tree of splitters. */
#ifndef PEL_KERNELS_SORT_TREE_H
#define PEL_KERNELS_SORT_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PEL_SORT_LEVELS = 8 }; /* at most */

/* A search tree over 2^levels - 1 splitters: the children of node i are 2 i and 2 i + 1, and leaf b is at 2^levels + b.
 * Bucket b has the codes that end at leaf b, which repeats the splitter that is the bucket's upper bound. When the
 * splitters repeat a code, that code is frequent: then bucket 2 b + 1 has what equals the bound, and 2 b the rest. */
struct pel_sort_tree {
    int levels;
    bool repeats;
    union {
        int32_t i32[2 << PEL_SORT_LEVELS];
        int64_t i64[2 << PEL_SORT_LEVELS];
    } node;
};

#endif
