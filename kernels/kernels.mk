# The list of kernels: one line a file. It drives the build for every instruction set, and the registry.
KERNELS =
KERNELS += kernels/reduce/blas.c
KERNELS += kernels/reduce/extreme.c
KERNELS += kernels/reduce/fold.c
KERNELS += kernels/reduce/integer.c
KERNELS += kernels/reduce/limbs.c
KERNELS += kernels/reduce/loop.c
KERNELS += kernels/reduce/plain.c
KERNELS += kernels/scan/tree.c
KERNELS += kernels/scan/window.c
KERNELS += kernels/scan/loop.c
KERNELS += kernels/sort/quick.c
KERNELS += kernels/sort/insertion.c
KERNELS += kernels/sort/radix.c
KERNELS += kernels/stencil/blocked.c
KERNELS += kernels/stencil/naive.c
