/* A wisdom file for the machine at hand, that tests change and break. */
#ifndef PEL_TESTS_WISDOM_SAMPLE_H
#define PEL_TESTS_WISDOM_SAMPLE_H

#include <stddef.h>

/* Writes the text of a valid file: three rules for this processor, one of another build, one of another processor.
 * Returns its length. */
size_t wisdom_sample(char *text, size_t capacity);

#endif
