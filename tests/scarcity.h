/* Memory that a test can withhold from the library: programs with this link with --wrap=pel_scratch_take. */
#ifndef PEL_TESTS_SCARCITY_H
#define PEL_TESTS_SCARCITY_H

#include <stdbool.h>
#include <stddef.h>

/* Whether calls find no memory; the most scratch that one asked for. */
extern bool starved;
extern size_t most_scratch;

#endif
