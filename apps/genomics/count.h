/* From a sequence to its counted k-mers. */
#ifndef COUNT_H
#define COUNT_H

#include <stddef.h>

#include "sequence.h"
#include "table.h"

struct count_times {
    double collect, sort, write; /* seconds */
    unsigned passes;             /* over the sequence, those that only plan left out */
};

/* Feeds all k-mers of s, in order, to the table. Memory: at most the given bytes, s included. When the k-mers do not
 * fit, passes over the sequence each take a range of them. threads: so many are used. */
struct count_times count_kmers(const struct sequence *s, size_t memory, unsigned threads, struct table *table);

#endif
