/* How many distinct k-mers there are of each count. */
#ifndef SPECTRUM_H
#define SPECTRUM_H

#include <stddef.h>
#include <stdint.h>

#include "common/outfile.h"

enum { SPECTRUM_DENSE = 1 << 10 };

struct spectrum {
    uint64_t dense[SPECTRUM_DENSE]; /* by count */
    uint64_t *large;                /* the counts that are no index of dense, one by one */
    size_t large_count, large_size; /* in use, allocated */
};

void spectrum_add(struct spectrum *s, uint64_t count);

/* Adds all of other, and frees it. */
void spectrum_merge(struct spectrum *s, struct spectrum *other);

uint64_t spectrum_distinct(const struct spectrum *s);

/* Writes lines "count<TAB>number of k-mers", by count. */
void spectrum_write(struct spectrum *s, struct outfile *out);

void spectrum_free(struct spectrum *s);

#endif
