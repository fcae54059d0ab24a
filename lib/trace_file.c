#include "lib/trace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/env.h"
#include "lib/trace.h"

static struct {
    int file;
    pid_t owner;
} trace = {-1, 0};
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Threads add events without a lock, so each is one write to the end of the file. One that finds no room is lost: that
 * is told once, and no error of the call that it is about. */
static void append(const char *text, size_t length)
{
    static atomic_bool told;
    ssize_t written = write(trace.file, text, length);
    if (written != (ssize_t)length && pel_env_reports() && !atomic_exchange(&told, true))
        pel_trace_line("env", "PEL_TRACE: events are lost: %s", written < 0 ? strerror(errno) : "no room");
}

/* The path with each %p replaced by the process, so that those which share an environment have files of their own. */
static bool expand(const char *pattern, char *path, size_t capacity)
{
    size_t length = 0;
    for (; *pattern && length < capacity; pattern++) {
        if (pattern[0] == '%' && pattern[1] == 'p') {
            length += (size_t)snprintf(path + length, capacity - length, "%ld", (long)getpid());
            pattern++;
        } else {
            path[length++] = *pattern;
        }
    }
    if (length >= capacity)
        return false;
    path[length] = '\0';
    return true;
}

/* A program that runs without standard streams must not find the trace in the place of one. */
static int clear_of_streams(int file)
{
    if (file < 0 || file > STDERR_FILENO)
        return file;
    int moved = fcntl(file, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    close(file);
    return moved;
}

static void open_file(void)
{
    char path[PEL_ENV_PATH], head[128];
    const char *pattern = pel_env()->trace;
    if (!pattern || !expand(pattern, path, sizeof path))
        return;
    trace.file = clear_of_streams(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666));
    trace.owner = getpid();
    if (trace.file >= 0) {
        int length =
            snprintf(head, sizeof head,
                     "[\n{\"ph\": \"M\", \"name\": \"process_name\", \"pid\": %ld, \"args\": {\"name\": \"pel\"}}",
                     (long)trace.owner);
        append(head, (size_t)length);
    } else if (pel_env_reports()) {
        pel_trace_line("env", "PEL_TRACE=%s ignored: %s", path, strerror(errno));
    }
}

/* The array reads as well without its end, as it is while the process runs or when it was killed. */
__attribute__((destructor)) static void end_array(void)
{
    if (trace.file < 0 || trace.owner != getpid())
        return;
    append("\n]\n", 3);
}

bool pel_trace_file_open(void)
{
    if (!pel_env()->trace)
        return false;
    pthread_once(&once, open_file);
    return trace.file >= 0 && trace.owner == getpid();
}

static long long nanoseconds(const struct timespec *time)
{
    return 1000000000LL * time->tv_sec + time->tv_nsec;
}

void pel_trace_file_add(const char *category, const char *name, const struct timespec *start, const char *arguments)
{
    char event[512];
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    long long from = nanoseconds(start), took = nanoseconds(&end) - from;
    /* Microseconds from whole numbers: a program's locale may write fractions with a comma. */
    int length = snprintf(event, sizeof event,
                          ",\n{\"ph\": \"X\", \"cat\": \"%s\", \"name\": \"%s\", \"pid\": %ld, \"tid\": %ld, "
                          "\"ts\": %lld.%03lld, \"dur\": %lld.%03lld, \"args\": {%s}}",
                          category, name, (long)trace.owner, (long)gettid(), from / 1000, from % 1000, took / 1000,
                          took % 1000, arguments);
    if (length > 0 && (size_t)length < sizeof event)
        append(event, (size_t)length);
}
