/* Bases at two bits each, in runs of at least k: what all passes over the input read. */
#ifndef SEQUENCE_H
#define SEQUENCE_H

#include <stddef.h>
#include <stdint.h>

enum { BASES_PER_WORD = 32, LONGEST_KMER = 32 };

/* What a byte of a sequence line means: a base's code, or: */
enum base {
    BASE_A, /* the codes are in alphabetical order; lower case means the same */
    BASE_C,
    BASE_G,
    BASE_T,
    BASE_BREAK, /* any other printable character: no k-mer reaches over it */
    BASE_RETURN,
    BASE_NEWLINE,
    BASE_BAD, /* no sequence file has this byte */
};

struct sequence {
    unsigned k;
    size_t limit;               /* most bytes to use */
    uint64_t *words;            /* bases from the top bits down; the runs follow one another without gaps */
    size_t words_size;          /* allocated elements */
    uint64_t *ends;             /* run i holds the bases from ends[i - 1], or 0, up to ends[i] */
    size_t ends_size;           /* allocated elements */
    size_t runs;                /* complete runs */
    uint64_t bases;             /* in words, the unfinished run included */
    uint64_t last_word;         /* the unfinished word, its latest base in the lowest bits */
    unsigned char meaning[256]; /* an enum base for each byte */
};

void sequence_init(struct sequence *s, unsigned k, size_t limit);
void sequence_free(struct sequence *s);

/* Appends the bases from at up to end or to the first byte that is none; returns where it stopped. */
const unsigned char *sequence_append(struct sequence *s, const unsigned char *at, const unsigned char *end);

/* Ends the run. Needed before the k-mers are read. */
void sequence_break(struct sequence *s);

/* The first base of a run. */
static inline uint64_t sequence_run_start(const struct sequence *s, size_t run)
{
    return run > 0 ? s->ends[run - 1] : 0;
}

/* Memory in use, and k-mers in the complete runs. */
size_t sequence_bytes(const struct sequence *s);
uint64_t sequence_kmers(const struct sequence *s);

#endif
