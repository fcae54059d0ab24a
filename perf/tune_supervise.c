#include "perf/tune_supervise.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "perf/program.h"
#include "perf/tune_record.h"

extern char **environ;

/* Past the end of the time, for a run to end; without a line in the record, for a candidate to count as hung. */
static const double grace = 1, patience = 60;
enum { MAX_DEATHS = 20 };

static void warn(const char *what, const char *why)
{
    fprintf(stderr, "pel tune: %s%s%s\n", what, why[0] ? ": " : "", why);
}

static pid_t start(const struct tune_options *options, int argc, char **argv)
{
    static char program[] = "pel", command[] = "tune", until[] = "--until", time[32];
    char **args = allocate(((size_t)argc + 5) * sizeof *args);
    int n = 0;
    pid_t child;
    snprintf(time, sizeof time, "%.3f", options->until);
    args[n++] = program;
    args[n++] = command;
    args[n++] = until;
    args[n++] = time;
    for (int i = 1; i < argc; i++)
        args[n++] = argv[i];
    args[n] = NULL;
    int error = posix_spawn(&child, "/proc/self/exe", NULL, NULL, args, environ);
    free(args);
    if (error != 0)
        warn("cannot start the search", strerror(error));
    return error == 0 ? child : -1;
}

static off_t size_of(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? status.st_size : 0;
}

/* Waits for the child, kills it when it is overdue; *hung tells that it stood still. */
static int await(const struct tune_options *options, pid_t child, bool *hung)
{
    static const struct timespec nap = {0, 20000000};
    off_t size = size_of(options->record);
    double moved = now_seconds();
    int status = 0;
    *hung = false;
    while (waitpid(child, &status, WNOHANG) == 0) {
        off_t grown = size_of(options->record);
        if (grown != size)
            moved = now_seconds();
        size = grown;
        *hung = now_seconds() > moved + patience;
        if (*hung || now_seconds() > options->until + grace)
            kill(child, SIGKILL);
        nanosleep(&nap, NULL);
    }
    return status;
}

void tune_supervise(const struct tune_options *options, int argc, char **argv)
{
    for (int deaths = 0; now_seconds() < options->until; deaths++) {
        bool hung;
        pid_t child = deaths < MAX_DEATHS ? start(options, argc, argv) : -1;
        if (child < 0) {
            warn("the search is given up, what it has found so far counts", "");
            return;
        }
        int status = await(options, child, &hung);
        if (now_seconds() >= options->until || (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_DONE))
            return;
        if (WIFEXITED(status)) {
            warn("the search ended early, what it has found so far counts", "");
            return;
        }
        warn(hung ? "a candidate does not end" : "a candidate crashes", strsignal(WTERMSIG(status)));
        tune_record_death(options->record, hung ? 0 : WTERMSIG(status));
    }
}

enum tune_end tune_supervise_once(const struct tune_options *options, int argc, char **argv)
{
    static const struct timespec nap = {0, 2000000};
    int status = 0;
    pid_t child = start(options, argc, argv);
    if (child < 0)
        return TUNE_END_FAILED;
    while (waitpid(child, &status, WNOHANG) == 0) {
        if (now_seconds() > options->until + grace)
            kill(child, SIGKILL);
        nanosleep(&nap, NULL);
    }
    if (WIFEXITED(status))
        return WEXITSTATUS(status) == EXIT_DONE ? TUNE_END_DONE : TUNE_END_FAILED;
    return now_seconds() > options->until + grace ? TUNE_END_LATE : TUNE_END_CRASHED;
}
