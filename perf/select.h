/* The operations and dtypes that a command is asked for: --family, --op, --dtype. */
#ifndef PEL_PERF_SELECT_H
#define PEL_PERF_SELECT_H

#include <stdbool.h>

#include "kernels/kernel.h"

/* NULL or -1: every one. */
struct selection {
    const char *family;
    int op, dtype;
};

#define SELECT_ALL                                                                                                     \
    {                                                                                                                  \
        NULL, -1, -1                                                                                                   \
    }

/* Readers of the three options; they end the program at a name that is none. */
void select_family(struct selection *selection, const char *name);
void select_op(struct selection *selection, const char *name);
void select_dtype(struct selection *selection, const char *name);

/* Checks that something is left of it: that op and family match, and have a workload for the dtype. */
void select_check(const struct selection *selection);

/* The next pair of operation and dtype that is selected and has a workload, in ascending order; start from op and dtype
 * 0 with `next` false. False when there is none. */
bool select_next(const struct selection *selection, bool next, enum pel_op *op, pel_dtype *dtype);

#endif
