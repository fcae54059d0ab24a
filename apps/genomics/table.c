#include "table.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "sequence.h"
#include "workers.h"

enum {
    CHUNK = 1 << 14,                         /* k-mers whose text is written at once */
    LONGEST_LINE = LONGEST_KMER + 1 + 20 + 1 /* a tab, any 64-bit count, a newline */
};

/* k-mers that workers turn into text chunk by chunk, and write in turn. */
struct job {
    struct table *table;
    const uint64_t *kmers;
    size_t n;
    atomic_size_t next; /* chunk that no worker has taken */
    pthread_mutex_t lock;
    pthread_cond_t turned;
    size_t turn; /* chunk to be written next */
};

void table_init(struct table *table, struct outfile *out, unsigned k, uint64_t min_count)
{
    *table = (struct table){.out = out, .k = k, .min_count = min_count};
    for (unsigned four = 0; four < 256; four++)
        for (unsigned i = 0; i < 4; i++)
            table->quads[four][i] = "ACGT"[four >> (6 - 2 * i) & 3];
}

void table_free(struct table *table)
{
    spectrum_free(&table->spectrum);
}

static char *write_number(char *at, uint64_t number)
{
    char digits[20];
    int n = 0;
    do
        digits[n++] = (char)('0' + number % 10);
    while (number /= 10);
    while (n > 0)
        *at++ = digits[--n];
    return at;
}

/* Writes a line of at most LONGEST_LINE bytes, four letters at a time: surplus ones are overwritten by the count. */
static char *write_line(const struct table *table, char *at, uint64_t kmer, uint64_t count)
{
    uint64_t rest = kmer << (64 - 2 * table->k);
    for (unsigned i = 0; i < table->k; i += 4, rest <<= 8)
        memcpy(at + i, table->quads[rest >> 56], 4);
    at += table->k;
    *at++ = '\t';
    if (count < 10)
        *at++ = (char)('0' + count);
    else
        at = write_number(at, count);
    *at++ = '\n';
    return at;
}

/* The end of the run of equal k-mers that begins at or before at. Long ones are searched in growing steps. */
static size_t run_end(const uint64_t *kmers, size_t at, size_t n)
{
    const uint64_t kmer = kmers[at];
    size_t low = at, step = 1; /* kmers[low] is in the run */
    for (; step < n - low && kmers[low + step] == kmer; step *= 2)
        low += step;
    size_t high = step < n - low ? low + step : n;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (kmers[middle] == kmer)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* Counts the runs that begin in a chunk and writes their lines to text. Returns the end of the text. */
static char *count_chunk(const struct job *job, size_t begin, struct spectrum *spectrum, char *text)
{
    const struct table *table = job->table;
    const size_t end = job->n - begin < CHUNK ? job->n : begin + CHUNK;
    if (begin > 0 && job->kmers[begin] == job->kmers[begin - 1])
        begin = run_end(job->kmers, begin, job->n);
    for (size_t at = begin, next; at < end; at = next) {
        next = at + 1;
        if (next < job->n && job->kmers[next] == job->kmers[at])
            next = run_end(job->kmers, next, job->n);
        spectrum_add(spectrum, next - at);
        if (table->out && next - at >= table->min_count)
            text = write_line(table, text, job->kmers[at], next - at);
    }
    return text;
}

static void write_in_turn(struct job *job, size_t chunk, const char *text, size_t size)
{
    pthread_mutex_lock(&job->lock);
    while (job->turn != chunk)
        pthread_cond_wait(&job->turned, &job->lock);
    pthread_mutex_unlock(&job->lock);
    outfile_write(job->table->out, text, size);
    pthread_mutex_lock(&job->lock);
    job->turn++;
    pthread_cond_broadcast(&job->turned);
    pthread_mutex_unlock(&job->lock);
}

static void worker(void *arg)
{
    struct job *job = arg;
    const size_t chunks = (job->n + CHUNK - 1) / CHUNK;
    struct spectrum *spectrum = calloc(1, sizeof *spectrum);
    char *text = malloc((size_t)CHUNK * LONGEST_LINE);
    if (!spectrum || !text)
        die("out of memory");
    for (size_t chunk; (chunk = atomic_fetch_add(&job->next, 1)) < chunks;) {
        char *end = count_chunk(job, chunk * CHUNK, spectrum, text);
        if (job->table->out)
            write_in_turn(job, chunk, text, (size_t)(end - text));
    }
    free(text);
    pthread_mutex_lock(&job->lock);
    spectrum_merge(&job->table->spectrum, spectrum);
    pthread_mutex_unlock(&job->lock);
    free(spectrum);
}

void table_add(struct table *table, const uint64_t *kmers, size_t n, unsigned threads)
{
    struct job job = {.table = table, .kmers = kmers, .n = n};
    pthread_mutex_init(&job.lock, NULL);
    pthread_cond_init(&job.turned, NULL);
    workers_run(threads, worker, &job);
    pthread_cond_destroy(&job.turned);
    pthread_mutex_destroy(&job.lock);
}

void table_add_one(struct table *table, uint64_t kmer, uint64_t count)
{
    char line[LONGEST_LINE];
    spectrum_add(&table->spectrum, count);
    if (table->out && count >= table->min_count)
        outfile_write(table->out, line, (size_t)(write_line(table, line, kmer, count) - line));
}
