/* Sorts of records, keys and what travels with them: argsort, sorts of pairs, and of keys of 128 bits. */
#ifndef PEL_LIB_KEYED_H
#define PEL_LIB_KEYED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pel/status.h>
#include <pel/types.h>

#include "kernels/sort/records.h"
#include "lib/memory.h"

/* What is to be sorted, and where it goes. */
struct pel_keyed_job {
    const void *keys;
    const void *loads; /* NULL: the indices of the keys */
    void *keys_out;    /* NULL: they are not wanted */
    void *loads_out;
    size_t n, size;             /* keys, and bytes of one */
    size_t load_size, out_size; /* bytes of a load on its way, and in the end */
    bool descending;
    int team;
    const struct pel_records_leaf *leaf;

    /* Keys of 128 bits: 64 of them, from bit `shift` on, are the keys of records, 64 their loads. */
    const struct pel_wide_leaf *wide; /* NULL: keys are no such */
    int shift;
    pel_u128 prefix; /* any of those keys */
};

/* Words for the order of n records have 8 bytes. If a result has as many, its memory serves; else NULL. */
uint64_t *pel_keyed_words(const struct pel_keyed_job *job);

/* Orders n records and brings them to their places, from `from` on. What the order lies in is written last. */
void pel_keyed_finish(const struct pel_keyed_job *job, const char *keys, const char *loads, uint64_t *order,
                      size_t from, size_t n);

/* Orders n records and makes them keys of 128 bits, from `from` on. Their order goes into the second half of their own
 * memory. */
void pel_keyed_finish_wide(const struct pel_keyed_job *job, char *words, char *loads, size_t from, size_t n);

/* Orders all records in one go. PEL_ENOMEM, with nothing done, where there is no memory. */
pel_status pel_keyed_alone(const struct pel_keyed_job *job, const pel_opts *opts);

/* Distributes the records over buckets of about so many bytes, and orders those. False, with nothing done, when the
 * records are too few or there is no memory. */
bool pel_keyed_spread(const struct pel_keyed_job *job, size_t bucket_bytes, const pel_opts *opts);

/* The most scratch that any number of threads uses for n keys with loads; 8 bytes each for the order, and alignment. */
size_t pel_keyed_work_bytes(pel_dtype dtype, size_t load_size, size_t n);

/* The next piece of the scratch. */
static inline void *pel_keyed_cut(char **scratch, size_t bytes)
{
    void *piece = *scratch;
    *scratch += (bytes + PEL_CACHE_LINE - 1) / PEL_CACHE_LINE * PEL_CACHE_LINE;
    return piece;
}

#endif
