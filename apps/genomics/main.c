/* pel-kmer: counts k-mers. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pel/pel.h>

#include "common/outfile.h"
#include "count.h"
#include "input.h"
#include "memory.h"
#include "reader.h"
#include "report.h"
#include "sequence.h"
#include "spectrum.h"
#include "table.h"
#include "workers.h"

static const char usage[] =
    "usage: pel-kmer count -k K [options] -o OUT.tsv IN...\n"
    "\n"
    "Counts the canonical k-mers of FASTA or FASTQ files, plain or gzip (\"-\" is standard input), and writes lines\n"
    "\"KMER<TAB>count\", sorted by k-mer. A k-mer and its reverse complement count as the smaller of the two.\n"
    "\n"
    "  -k, --kmer K          length of the k-mers, 1 to 32\n"
    "  -o, --output FILE     write the k-mers and their counts (\"-\": standard output)\n"
    "      --histogram FILE  write lines \"count<TAB>number of distinct k-mers\"\n"
    "  -c, --min-count N     leave k-mers seen less than N times out of the output, not out of the histogram (1)\n"
    "  -t, --threads N       threads to use (all processors)\n"
    "      --memory BYTES    most memory for sequence and k-mers, such as 800M or 4G (three quarters of the machine);\n"
    "                        more passes are made when it is short\n"
    "  -q, --quiet           no summary\n"
    "  -h, --help            print this and exit\n"
    "  -V, --version         print the version and exit\n";

struct arguments {
    unsigned k;
    unsigned threads; /* 0: decide */
    uint64_t min_count;
    size_t memory; /* 0: decide */
    const char *output, *histogram;
    bool quiet;
    char **inputs;
};

static noreturn void bad_usage(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("pel-kmer: ", stderr);
    vfprintf(stderr, format, args);
    fputs("; see pel-kmer --help\n", stderr);
    va_end(args);
    exit(2);
}

static noreturn void print_and_exit(const char *text)
{
    if (fputs(text, stdout) < 0 || fflush(stdout) != 0)
        die("cannot write standard output: %s", strerror(errno));
    exit(0);
}

/* A decimal number in low ... high, the binary suffixes K, M, G and T allowed if suffixes is. */
static uint64_t number(const char *name, const char *text, uint64_t low, uint64_t high, bool suffixes)
{
    static const char letters[] = "KMGT";
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    bool good = text[0] >= '0' && text[0] <= '9' && errno == 0;
    const char *letter = suffixes && *end ? strchr(letters, *end & ~0x20) : NULL;
    if (letter) {
        unsigned shift = 10 * (unsigned)(letter - letters + 1);
        good = good && value <= ULLONG_MAX >> shift;
        value <<= shift;
        end++;
    }
    if (!good || *end || value < low || value > high)
        bad_usage("%s: '%s' is not a number from %" PRIu64 " to %" PRIu64, name, text, low, high);
    return value;
}

enum { OPTION_HISTOGRAM = 256, OPTION_MEMORY };

static const struct option options[] = {
    {"kmer", required_argument, NULL, 'k'},      {"output", required_argument, NULL, 'o'},
    {"min-count", required_argument, NULL, 'c'}, {"histogram", required_argument, NULL, OPTION_HISTOGRAM},
    {"threads", required_argument, NULL, 't'},   {"memory", required_argument, NULL, OPTION_MEMORY},
    {"quiet", no_argument, NULL, 'q'},           {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},         {0},
};

static void take_option(struct arguments *a, int option, const char *value)
{
    switch (option) {
    case 'k':
        a->k = (unsigned)number("-k", value, 1, LONGEST_KMER, false);
        break;
    case 'o':
        a->output = value;
        break;
    case OPTION_HISTOGRAM:
        a->histogram = value;
        break;
    case 'c':
        a->min_count = number("--min-count", value, 1, UINT64_MAX, false);
        break;
    case 't':
        a->threads = (unsigned)number("--threads", value, 1, 4096, false);
        break;
    case OPTION_MEMORY:
        a->memory = (size_t)number("--memory", value, 1, SIZE_MAX, true);
        break;
    case 'q':
        a->quiet = true;
        break;
    case 'h':
        print_and_exit(usage);
    case 'V':
        print_and_exit("pel-kmer " PEL_VERSION "\n");
    default:
        exit(2); /* getopt_long has said why */
    }
}

static struct arguments parse_options(int argc, char **argv)
{
    struct arguments a = {.min_count = 1};
    for (int option; (option = getopt_long(argc, argv, "k:o:c:t:qhV", options, NULL)) != -1;)
        take_option(&a, option, optarg);
    a.inputs = argv + optind;
    return a;
}

static struct arguments parse(int argc, char **argv)
{
    struct arguments a = parse_options(argc, argv);
    if (!a.inputs[0])
        bad_usage("no command");
    if (strcmp(a.inputs[0], "count") != 0)
        bad_usage("no command '%s'", a.inputs[0]);
    a.inputs++;
    if (!a.k)
        bad_usage("no -k");
    if (!a.output && !a.histogram)
        bad_usage("neither -o nor --histogram");
    if (a.output && a.histogram && strcmp(a.output, a.histogram) == 0)
        bad_usage("-o and --histogram name the same file");
    if (!a.inputs[0])
        bad_usage("no input file");
    return a;
}

/* How many threads the program may use: what was asked for, as far as pel may use that many here. */
static unsigned threads_allowed(const struct arguments *a)
{
    pel_opts opts = PEL_OPTS_INIT;
    opts.threads = (int)a->threads;
    return (unsigned)pel_threads(&opts);
}

/* Reading ahead takes a thread, and is left out where one is all there is. */
static void read_inputs(char **paths, unsigned threads, struct sequence *s)
{
    for (char **path = paths; *path; path++) {
        struct input *in = input_open(*path, threads > 1);
        reader_read(in, s);
        input_close(in);
    }
}

static void summarise(const struct arguments *a, const struct sequence *s, const struct table *table,
                      const struct count_times *times, double read, double total)
{
    if (a->quiet)
        return;
    fprintf(stderr, "pel-kmer: %" PRIu64 " %u-mers, %" PRIu64 " distinct, in %u %s\n", sequence_kmers(s), a->k,
            spectrum_distinct(&table->spectrum), times->passes, times->passes == 1 ? "pass" : "passes");
    fprintf(stderr, "pel-kmer: read %.2f s, collect %.2f s, sort %.2f s, count and write %.2f s, in all %.2f s\n", read,
            times->collect, times->sort, times->write, total);
}

static void count(const struct arguments *a)
{
    double start = seconds();
    unsigned threads = threads_allowed(a);
    struct outfile output, histogram;
    if (a->output)
        outfile_open_stream(&output, a->output);
    if (a->histogram)
        outfile_open_stream(&histogram, a->histogram);

    struct sequence sequence;
    size_t memory = a->memory ? a->memory : memory_default();
    sequence_init(&sequence, a->k, memory);
    read_inputs(a->inputs, threads, &sequence);
    double read = seconds() - start;

    struct table table;
    table_init(&table, a->output ? &output : NULL, a->k, a->min_count);
    struct count_times times = count_kmers(&sequence, memory, threads, &table);
    if (a->output)
        outfile_close(&output);
    if (a->histogram) {
        spectrum_write(&table.spectrum, &histogram);
        outfile_close(&histogram);
        outfile_publish(&histogram);
    }
    if (a->output)
        outfile_publish(&output);
    progress_end();
    summarise(a, &sequence, &table, &times, read, seconds() - start);
    table_free(&table);
    sequence_free(&sequence);
}

int main(int argc, char **argv)
{
    static char name[] = "pel-kmer";
    if (argc > 0)
        argv[0] = name; /* for messages of getopt_long */
    struct arguments arguments = parse(argc, argv);
    outfile_catch_signals();
    if (!arguments.quiet)
        progress_enable();
    count(&arguments);
    return 0;
}
