/* Segments of an array, given by offsets, and their shares among threads. */
#ifndef PEL_LIB_OFFSETS_H
#define PEL_LIB_OFFSETS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/check.h"

struct pel_offsets {
    const size_t *offsets;
    size_t count;
    size_t parts; /* of about as many elements, for threads */
};

static inline size_t pel_offsets_end(const struct pel_offsets *segments)
{
    return segments->count > 0 ? segments->offsets[segments->count] : 0;
}

static inline pel_status pel_offsets_check(const struct pel_offsets *segments)
{
    const size_t *offsets = segments->offsets;
    bool ascending = true;
    pel_status status = pel_check_array(offsets, segments->count, sizeof *offsets);
    if (status != PEL_OK)
        return status;
    for (size_t s = 0; s < segments->count; s++)
        ascending &= offsets[s] <= offsets[s + 1];
    return ascending ? PEL_OK : PEL_EINVAL;
}

/* The first segment of a part; that of the part behind the last is behind the last segment. */
static inline size_t pel_offsets_part(const struct pel_offsets *segments, size_t part)
{
    size_t first = segments->offsets[0], share = (pel_offsets_end(segments) - first) / segments->parts;
    size_t from = 0, to = segments->count;
    if (part == segments->parts)
        return to;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (segments->offsets[middle] < first + part * share)
            from = middle + 1;
        else
            to = middle;
    }
    return part == 0 ? 0 : from;
}

#endif
