#include "perf/program.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/outfile.h"
#include "lib/names.h"

static void complain(const char *format, va_list args, const char *end)
{
    fflush(stdout);
    fputs("pel: ", stderr);
    vfprintf(stderr, format, args);
    fputs(end, stderr);
}

noreturn void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain(format, args, "\n");
    va_end(args);
    outfile_discard_all();
    exit(EXIT_FAILED);
}

static const char *command = "";

void name_command(const char *name)
{
    command = name;
}

noreturn void bad_usage(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain(format, args, "; see pel ");
    va_end(args);
    fprintf(stderr, "%s%s--help\n", command, *command ? " " : "");
    exit(EXIT_USAGE);
}

int finish(int status)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        die("cannot write standard output: %s", strerror(errno));
    return status;
}

int print_usage(const char *usage)
{
    fputs(usage, stdout);
    return finish(EXIT_DONE);
}

size_t read_size(const char *what, const char *text, size_t low, size_t high)
{
    static const char suffixes[] = "KMG";
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    bool good = text[0] >= '0' && text[0] <= '9' && errno == 0;
    const char *suffix = *end ? strchr(suffixes, *end & ~0x20) : NULL;
    if (suffix) {
        unsigned shift = 10 * (unsigned)(suffix - suffixes + 1);
        good = good && value <= SIZE_MAX >> shift;
        value <<= shift;
        end++;
    }
    if (!good || *end || value < low || value > high)
        bad_usage("%s: '%s' is not a number from %zu to %zu", what, text, low, high);
    return (size_t)value;
}

double read_seconds(const char *what, const char *text)
{
    static const char units[] = "smh";
    static const double seconds[] = {1, 60, 3600};
    char *end;
    double value = strtod(text, &end);
    const char *unit = end != text && *end ? strchr(units, *end) : NULL;
    if (unit) {
        value *= seconds[unit - units];
        end++;
    }
    if (end == text || *end || !(value >= 0 && value <= 1e6))
        bad_usage("%s: '%s' is not a time such as 60s, 30m or 1h", what, text);
    return value;
}

enum pel_op read_op(const char *text)
{
    enum pel_op op = PEL_NOPS;
    if (!pel_op_named(text, strlen(text), &op))
        bad_usage("no operation '%s'", text);
    return op;
}

pel_dtype read_dtype(const char *text)
{
    pel_dtype dtype = PEL_F32;
    if (!pel_dtype_named(text, strlen(text), &dtype))
        bad_usage("no dtype '%s'", text);
    return dtype;
}

void *allocate(size_t bytes)
{
    void *memory = NULL;
    if (posix_memalign(&memory, 64, bytes ? bytes : 1) != 0)
        die("out of memory: %zu bytes", bytes);
    return memory;
}

double now_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
