/* What a kernel of permute is made of; kernels.run.permute points to a struct pel_permute_leaf. */
#ifndef PEL_KERNELS_SORT_PERMUTE_H
#define PEL_KERNELS_SORT_PERMUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pel_permute_leaf {
    /* out[i] = base[index[i]], for elements of `size` bytes. */
    void (*gather)(const void *base, size_t size, const uint64_t *index, size_t n, void *out);

    /* inverse[index[i]] = first + i. */
    void (*invert)(const uint64_t *index, uint64_t first, size_t n, uint64_t *inverse);

    /* Whether all indices are less than the limit. */
    bool (*in_range)(const uint64_t *index, size_t n, uint64_t limit);
};

#endif
