/* What the commands that handle wisdom share of jansson; for files that have it. */
#ifndef PEL_PERF_JSON_H
#define PEL_PERF_JSON_H

#include <jansson.h>

#include "perf/program.h"

/* How wisdom is written: one value a line, in the order of names, numbers to five digits. */
#define JSON_OF_WISDOM (JSON_INDENT(1) | JSON_SORT_KEYS | JSON_REAL_PRECISION(5))

/* The value, or the end of the program where memory ran out. */
static inline json_t *good(json_t *value)
{
    if (!value)
        die("out of memory");
    return value;
}

#endif
