/* k-mers: numbers of 2k bits whose numeric order is the alphabetical order. */
#ifndef KMER_H
#define KMER_H

#include <stddef.h>
#include <stdint.h>

#include "sequence.h"

/* Reads the canonical k-mers of a sequence one after another: of each k-mer and its reverse complement the smaller. */
struct kmer_cursor {
    const struct sequence *sequence;
    size_t run;
    uint64_t next;             /* the base to take in next */
    uint64_t forward, reverse; /* the latest k bases, and their reverse complement */
};

/* Goes to the k-mer of this index, below sequence_kmers. */
void kmer_seek(struct kmer_cursor *cursor, const struct sequence *s, uint64_t index);

/* Writes the next count k-mers to out; so many there must be. */
void kmer_read(struct kmer_cursor *cursor, uint64_t *out, size_t count);

/* The largest k-mer, all T. */
static inline uint64_t kmer_last(unsigned k)
{
    return UINT64_MAX >> (64 - 2 * k);
}

#endif
