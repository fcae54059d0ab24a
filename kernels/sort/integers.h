/* A plain sort of integers, for kernels that leave part of their work to it. */
#include "kernels/kernel.h"
#include "kernels/sort/leaf.h"

extern const struct pel_kernel PEL_TABLE(sort_quick)[];

static void sort_integers(pel_dtype dtype, void *integers, size_t n)
{
    const struct pel_kernel *kernel = PEL_TABLE(sort_quick);
    while (kernel->dtype != dtype)
        kernel++;
    kernel->run.sort->sort(integers, n, NULL, false);
}
