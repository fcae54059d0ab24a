/* The analytic model: what to do when no table knows a request. */
#ifndef PEL_LIB_MODEL_H
#define PEL_LIB_MODEL_H

#include "lib/dispatch.h"

/* The widest instruction set that can run, there the first kernel in the order of kernels.mk; a reference kernel only
 * when there is nothing else. */
void pel_model_pick(const struct pel_request *request, struct pel_pick *pick);

/* The team that a request is worth: one thread while the work is short against the cost of waking a team. */
int pel_model_team(const struct pel_request *request);

#endif
