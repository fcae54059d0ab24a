#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report.h"

/* The temporary names in use, for cleaning up. Slots are filled and emptied by the main thread only. */
enum { SLOTS = 2 };
static char *volatile in_use[SLOTS];

static void replace_slot(char *from, char *to)
{
    for (int i = 0; i < SLOTS; i++)
        if (in_use[i] == from) {
            in_use[i] = to;
            return;
        }
}

static void open_temporary(struct outfile *file)
{
    if (asprintf(&file->temporary, "%s.XXXXXX", file->path) < 0)
        die("out of memory");
    file->fd = mkostemp(file->temporary, O_CLOEXEC);
    if (file->fd < 0)
        die("cannot create %s: %s", file->path, strerror(errno));
    replace_slot(NULL, file->temporary);
    mode_t mask = umask(0);
    umask(mask);
    if (fchmod(file->fd, 0666 & ~mask) != 0)
        die("cannot set the permissions of %s: %s", file->path, strerror(errno));
}

void outfile_open(struct outfile *file, const char *path)
{
    *file = (struct outfile){.path = path, .fd = STDOUT_FILENO};
    if (strcmp(path, "-") == 0) {
        file->path = "standard output";
        return;
    }
    struct stat status;
    if (stat(path, &status) != 0 || S_ISREG(status.st_mode)) {
        open_temporary(file);
        return;
    }
    file->fd = open(path, O_WRONLY | O_CLOEXEC);
    if (file->fd < 0)
        die("cannot open %s: %s", path, strerror(errno));
}

void outfile_write(struct outfile *file, const void *data, size_t size)
{
    const char *at = data;
    while (size > 0) {
        ssize_t written = write(file->fd, at, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            die("cannot write %s: %s", file->path, strerror(errno));
        at += written;
        size -= (size_t)written;
    }
}

void outfile_close(struct outfile *file)
{
    if (close(file->fd) != 0)
        die("cannot write %s: %s", file->path, strerror(errno));
}

void outfile_publish(struct outfile *file)
{
    if (!file->temporary)
        return;
    if (rename(file->temporary, file->path) != 0)
        die("cannot rename %s to %s: %s", file->temporary, file->path, strerror(errno));
    replace_slot(file->temporary, NULL);
    free(file->temporary);
}

void outfile_discard_all(void)
{
    for (int i = 0; i < SLOTS; i++)
        if (in_use[i])
            unlink(in_use[i]);
}

static void interrupted(int number)
{
    outfile_discard_all();
    signal(number, SIG_DFL);
    raise(number);
}

void outfile_catch_signals(void)
{
    static const int ending[] = {SIGHUP, SIGINT, SIGTERM};
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++)
        if (signal(ending[i], SIG_IGN) != SIG_IGN)
            signal(ending[i], interrupted);
    /* These two then show as write errors, with their message. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}
