/* Variants as people write them: "avx2/quick", with parameters "avx512/blocked:tile=16:rows=4". The number of threads
 * that a call uses may be given as a parameter "team" of any kernel. */
#ifndef PEL_LIB_VARIANT_H
#define PEL_LIB_VARIANT_H

#include <stdbool.h>

#include "lib/dispatch.h"

/* Reads a variant of this operation and dtype; false if there is no such kernel or parameter, or a value is out of
 * range. Whether the kernel can run is for the caller to ask. */
bool pel_variant_parse(const char *variant, enum pel_op op, pel_dtype dtype, struct pel_pick *pick);

/* Writes a pick as a variant with all its parameters, for pel_variant_parse; terminated, and cut where it does not
 * fit. */
void pel_variant_format(const struct pel_pick *pick, char *text, size_t capacity);

/* Sets one parameter by its name, which need not be terminated; false as in pel_variant_parse. */
bool pel_variant_set(struct pel_pick *pick, const char *name, size_t length, long value);

/* Fills in the initial value for each 0, and brings the others into their range. */
void pel_variant_params(const struct pel_kernel *kernel, const int32_t *wanted, int32_t *params);

#endif
