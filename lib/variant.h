/* Variants as people write them: "avx2/quick", with parameters "avx512/blocked:tile=16:rows=4". */
#ifndef PEL_LIB_VARIANT_H
#define PEL_LIB_VARIANT_H

#include <stdbool.h>

#include "lib/dispatch.h"

/* Reads a variant; false if there is no such kernel or parameter, a value is out of range, or the kernel cannot
 * serve the request. */
bool pel_variant_parse(const char *variant, const struct pel_request *request, struct pel_pick *pick);

/* Fills in the initial value for each 0, and brings the others into their range. */
void pel_variant_params(const struct pel_kernel *kernel, const int32_t *wanted, int32_t *params);

#endif
