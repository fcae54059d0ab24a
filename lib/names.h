/* Names of dtypes and operations, both ways. A name to look up need not be terminated: it has the given length. */
#ifndef PEL_LIB_NAMES_H
#define PEL_LIB_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/kernel.h"

bool pel_dtype_named(const char *name, size_t length, pel_dtype *dtype);
bool pel_op_named(const char *name, size_t length, enum pel_op *op);
const char *pel_op_name(enum pel_op op);
const char *pel_op_family(enum pel_op op);

/* The compiler that made this library, with its version. */
const char *pel_compiler_name(void);

#endif
