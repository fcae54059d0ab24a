#include "sequence.h"

#include <stdlib.h>

#include "report.h"

static void set_meanings(unsigned char *meaning)
{
    static const char codes[] = "ACGT";
    for (int byte = 0; byte < 256; byte++)
        meaning[byte] = byte >= ' ' && byte <= '~' ? BASE_BREAK : BASE_BAD;
    meaning['\t'] = BASE_BREAK;
    meaning['\r'] = BASE_RETURN;
    meaning['\n'] = BASE_NEWLINE;
    for (unsigned char code = BASE_A; code <= BASE_T; code++)
        meaning[codes[code] | 0x20] = meaning[(int)codes[code]] = code;
}

void sequence_init(struct sequence *s, unsigned k, size_t limit)
{
    *s = (struct sequence){.k = k, .limit = limit};
    set_meanings(s->meaning);
}

void sequence_free(struct sequence *s)
{
    free(s->words);
    free(s->ends);
}

size_t sequence_bytes(const struct sequence *s)
{
    return sizeof *s->words * (s->bases / BASES_PER_WORD + 1) + sizeof *s->ends * s->runs;
}

/* Grows an array by half when it has fewer than wanted elements. */
static void reserve(struct sequence *s, uint64_t **array, size_t *size, size_t wanted)
{
    if (wanted <= *size)
        return;
    if (sequence_bytes(s) > s->limit)
        die("the sequence alone, at four bases a byte, takes more than the %zu bytes of memory allowed", s->limit);
    size_t larger = wanted + wanted / 2;
    uint64_t *moved = realloc(*array, larger * sizeof *moved);
    if (!moved)
        die("out of memory");
    *array = moved;
    *size = larger;
}

const unsigned char *sequence_append(struct sequence *s, const unsigned char *at, const unsigned char *end)
{
    reserve(s, &s->words, &s->words_size, (s->bases + (size_t)(end - at)) / BASES_PER_WORD + 1);
    uint64_t word = s->last_word, bases = s->bases;
    for (; at < end && s->meaning[*at] <= BASE_T; at++) {
        word = word << 2 | s->meaning[*at];
        if (++bases % BASES_PER_WORD == 0)
            s->words[bases / BASES_PER_WORD - 1] = word;
    }
    s->last_word = word;
    s->bases = bases;
    return at;
}

/* Takes back a run too short for a k-mer, so of at most 31 bases: it began in the unfinished word, or within the one
 * before. */
static void drop_run(struct sequence *s)
{
    uint64_t start = sequence_run_start(s, s->runs);
    uint64_t excess = s->bases - start;
    if (s->bases / BASES_PER_WORD == start / BASES_PER_WORD)
        s->last_word >>= 2 * excess;
    else
        s->last_word = s->words[start / BASES_PER_WORD] >> (64 - 2 * (start % BASES_PER_WORD));
    s->bases = start;
}

/* Stores the unfinished word for readers; appending goes on from last_word. */
static void flush(struct sequence *s)
{
    uint64_t fill = s->bases % BASES_PER_WORD;
    if (fill)
        s->words[s->bases / BASES_PER_WORD] = s->last_word << (64 - 2 * fill);
}

void sequence_break(struct sequence *s)
{
    uint64_t length = s->bases - sequence_run_start(s, s->runs);
    if (length == 0)
        return;
    if (length < s->k) {
        drop_run(s);
        return;
    }
    flush(s);
    reserve(s, &s->ends, &s->ends_size, s->runs + 1);
    s->ends[s->runs++] = s->bases;
}

uint64_t sequence_kmers(const struct sequence *s)
{
    return sequence_run_start(s, s->runs) - s->runs * (s->k - 1);
}
