#include "kmer.h"

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Takes in count bases and writes the canonical k-mer after each, unless out is NULL. */
static void roll(struct kmer_cursor *cursor, uint64_t *out, uint64_t count)
{
    const unsigned top = 2 * (cursor->sequence->k - 1);
    const uint64_t mask = kmer_last(cursor->sequence->k);
    uint64_t forward = cursor->forward, reverse = cursor->reverse;
    while (count > 0) {
        uint64_t offset = cursor->next % BASES_PER_WORD;
        uint64_t word = cursor->sequence->words[cursor->next / BASES_PER_WORD] << 2 * offset;
        uint64_t n = smaller(count, BASES_PER_WORD - offset);
        for (uint64_t i = 0; i < n; i++, word <<= 2) {
            uint64_t base = word >> 62;
            forward = (forward << 2 | base) & mask;
            reverse = reverse >> 2 | (BASE_T - base) << top;
            if (out)
                *out++ = smaller(forward, reverse);
        }
        cursor->next += n;
        count -= n;
    }
    cursor->forward = forward;
    cursor->reverse = reverse;
}

/* The index of the first k-mer of a run: each run has k - 1 k-mers fewer than bases. */
static uint64_t first_kmer(const struct sequence *s, size_t run)
{
    return sequence_run_start(s, run) - run * (s->k - 1);
}

void kmer_seek(struct kmer_cursor *cursor, const struct sequence *s, uint64_t index)
{
    size_t low = 0, high = s->runs; /* the run is in low ... high - 1 */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (first_kmer(s, middle) <= index)
            low = middle;
        else
            high = middle;
    }
    *cursor = (struct kmer_cursor){.sequence = s, .run = low};
    cursor->next = sequence_run_start(s, low) + (index - first_kmer(s, low));
    roll(cursor, NULL, s->k - 1);
}

void kmer_read(struct kmer_cursor *cursor, uint64_t *out, size_t count)
{
    const struct sequence *s = cursor->sequence;
    while (count > 0) {
        if (cursor->next == s->ends[cursor->run]) {
            cursor->run++;
            roll(cursor, NULL, s->k - 1);
        }
        uint64_t n = smaller(count, s->ends[cursor->run] - cursor->next);
        roll(cursor, out, n);
        out += n;
        count -= n;
    }
}
