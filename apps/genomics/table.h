/* The text of counted k-mers: lines "KMER<TAB>count". */
#ifndef TABLE_H
#define TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "common/outfile.h"
#include "spectrum.h"

struct table {
    struct outfile *out; /* NULL: only the spectrum is wanted */
    unsigned k;
    uint64_t min_count; /* k-mers seen less often get no line */
    struct spectrum spectrum;
    char quads[256][4]; /* the letters of four bases */
};

void table_init(struct table *table, struct outfile *out, unsigned k, uint64_t min_count);

/* Counts n sorted k-mers and writes them, all larger than those written before. */
void table_add(struct table *table, const uint64_t *kmers, size_t n, unsigned threads);

/* Writes one k-mer with its count. */
void table_add_one(struct table *table, uint64_t kmer, uint64_t count);

void table_free(struct table *table);

#endif
