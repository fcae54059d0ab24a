/* Every kernel that was built, as rows. */
#ifndef PEL_LIB_REGISTRY_H
#define PEL_LIB_REGISTRY_H

#include "kernels/kernel.h"

/* Where a walk over the registry stands; start with {0}. */
struct pel_registry_walk {
    size_t isa, table, row;
};

/* The next kernel of this operation and dtype, or NULL at the end; narrowest instruction set first, then in the
 * order of kernels.mk. op PEL_NOPS or dtype -1: every one. */
const struct pel_kernel *pel_registry_next(struct pel_registry_walk *walk, enum pel_op op, int dtype);

/* The kernel of this name, which need not be terminated, or NULL. */
const struct pel_kernel *pel_registry_find(enum pel_op op, pel_dtype dtype, const char *name, size_t length);

#endif
