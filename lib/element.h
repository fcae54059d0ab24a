/* Elements of any dtype, from numbers that options and descriptions bring as doubles. */
#ifndef PEL_LIB_ELEMENT_H
#define PEL_LIB_ELEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include <pel/types.h>

/* Whether an element of the dtype, which must be one, can hold x, rounded if it is a floating-point type. */
bool pel_element_can_hold(pel_dtype dtype, double x);

/* Stores such an x as element i. */
void pel_element_store(void *array, pel_dtype dtype, size_t i, double x);

#endif
