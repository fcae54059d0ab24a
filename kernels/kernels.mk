# The list of kernels: one line a file. It drives the build for every instruction set, and the registry.
KERNELS =
KERNELS += kernels/reduce/integer.c
KERNELS += kernels/sort/radix.c
KERNELS += kernels/stencil/blocked.c
KERNELS += kernels/stencil/naive.c
