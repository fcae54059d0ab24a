/* Fuzzes the readers of gzip, FASTA and FASTQ with libFuzzer: whatever the file, they end in a message or in runs of
 * bases that are in order. `make fuzz` builds and runs it. */
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "apps/genomics/reader.h"
#include "apps/genomics/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

enum { K = 3, LIMIT = 1 << 20 };

static jmp_buf given_up;

/* In place of the program's: a bad file ends this reading alone. */
noreturn void die(const char *format, ...)
{
    (void)format;
    longjmp(given_up, 1);
}

void progress(const char *format, ...)
{
    (void)format;
}

static void check(const struct sequence *s)
{
    uint64_t kmers = 0;
    for (size_t i = 0; i < s->runs; i++) {
        uint64_t start = sequence_run_start(s, i);
        if (s->ends[i] < start + K || s->ends[i] > s->bases)
            abort();
        kmers += s->ends[i] - start - (K - 1);
    }
    if (kmers != sequence_kmers(s) || sequence_bytes(s) > LIMIT)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sequence s;
    static struct input *volatile in;
    static int file = -1;
    char path[64];
    if (file < 0)
        file = memfd_create("sequence", 0);
    if (file < 0 || ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    in = NULL;
    sequence_init(&s, K, LIMIT);
    if (setjmp(given_up) == 0) {
        in = input_open(path, false);
        reader_read(in, &s);
        sequence_break(&s);
        check(&s);
    }
    if (in)
        input_close(in);
    sequence_free(&s);
    return 0;
}

/* Starts from valid records, which chance would take long to find. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    static const char *const samples[] = {">a b\nACGTNacgt\nTTTT\n>c\r\nGG\r\n",
                                          "@a\nACGT\nAC\n+a\nIIII\nII\n@b\nA\n+\nI\n"};
    const char *sample = samples[seed / 4 % 2];
    if (size < 8 && seed % 4 == 0 && strlen(sample) <= max_size) {
        size = strlen(sample);
        memcpy(data, sample, size);
    }
    return LLVMFuzzerMutate(data, size, max_size);
}
