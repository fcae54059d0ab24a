/* The analytic model: what to do when no table knows a request. */
#ifndef PEL_LIB_MODEL_H
#define PEL_LIB_MODEL_H

#include "lib/dispatch.h"

/* The kernels of the request's op and dtype, best first: the widest instruction set, there the order of kernels.mk; of
 * those for PEL_FAST before the exact ones, references last. Gives the one after `kernel` (NULL: the first), or NULL.
 * Whether it can run is for the caller to ask. */
const struct pel_kernel *pel_model_next(const struct pel_request *request, const struct pel_kernel *kernel);

/* The team that a request is worth: one thread while the work is short against the cost of waking a team. */
int pel_model_team(const struct pel_request *request);

/* The value of a kernel's parameter that nobody sets. */
int32_t pel_model_param(const struct pel_param *param);

#endif
