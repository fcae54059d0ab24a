#include "report.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "common/outfile.h"

static bool enabled; /* progress is shown */
static double shown; /* when it was last */

/* From any thread: only the first caller is heard. */
noreturn void die(const char *format, ...)
{
    static atomic_flag dying = ATOMIC_FLAG_INIT;
    while (atomic_flag_test_and_set(&dying))
        pause();
    progress_end();
    va_list args;
    va_start(args, format);
    fputs("pel-kmer: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    outfile_discard_all();
    _exit(1);
}

void progress_enable(void)
{
    enabled = isatty(STDERR_FILENO) == 1;
}

void progress(const char *format, ...)
{
    double now = seconds();
    if (!enabled || now - shown < 0.2)
        return;
    shown = now;
    va_list args;
    va_start(args, format);
    fputs("\r\033[K", stderr);
    vfprintf(stderr, format, args);
    va_end(args);
}

void progress_end(void)
{
    if (enabled && shown > 0)
        fputs("\r\033[K", stderr);
    shown = 0;
}

double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
