#include "common/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/die.h"

/* The temporary names in use, for cleaning up. Slots are filled and emptied by the main thread only. */
enum { SLOTS = 2 };
#define SUFFIX ".XXXXXX"
static char *volatile in_use[SLOTS];

static void replace_slot(char *from, char *to)
{
    for (int i = 0; i < SLOTS; i++)
        if (in_use[i] == from) {
            in_use[i] = to;
            return;
        }
}

static char *copy_of(const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        die("out of memory");
    return copy;
}

/* A name in the folder of another one, which may be relative to it; NULL where there is no such folder. */
static char *beside(const char *path, const char *name)
{
    char *copy = copy_of(path), *folder = realpath(dirname(copy), NULL), *joined = NULL;
    if (name[0] == '/')
        joined = copy_of(name);
    else if (folder && asprintf(&joined, "%s/%s", folder, name) < 0)
        die("out of memory");
    free(copy);
    free(folder);
    return joined;
}

/* The one name of a file that may not be there yet. Links are followed, as far as the system would. */
static char *resolve(const char *path)
{
    enum { LINKS = 40 };
    char link[PATH_MAX], *target = realpath(path, NULL), *name = copy_of(path);
    ssize_t length;
    for (int i = 0; !target && name && i < LINKS && (length = readlink(name, link, sizeof link - 1)) > 0; i++) {
        char *last = name;
        link[length] = '\0';
        name = beside(last, link);
        free(last);
    }
    if (!target && name) {
        char *copy = copy_of(name);
        target = beside(name, basename(copy));
        free(copy);
    }
    if (!target)
        return name ? name : copy_of(path);
    free(name);
    return target;
}

static bool is_open(const char *target)
{
    size_t length = strlen(target);
    for (int i = 0; i < SLOTS; i++)
        if (in_use[i] && strlen(in_use[i]) == length + strlen(SUFFIX) && strncmp(in_use[i], target, length) == 0)
            return true;
    return false;
}

void outfile_open(struct outfile *file, const char *path)
{
    *file = (struct outfile){.path = path, .target = resolve(path)};
    struct stat status;
    bool here = stat(path, &status) == 0;
    if (!here && errno != ENOENT)
        die("cannot create %s: %s", path, strerror(errno));
    if (here && !S_ISREG(status.st_mode))
        die("%s exists and is not a regular file", path);
    if (is_open(file->target))
        die("%s would be written twice", path);
    if (asprintf(&file->temporary, "%s" SUFFIX, file->target) < 0)
        die("out of memory");
    file->fd = mkostemp(file->temporary, O_CLOEXEC);
    if (file->fd < 0)
        die("cannot create %s: %s", path, strerror(errno));
    replace_slot(NULL, file->temporary);
    mode_t mask = umask(0);
    umask(mask);
    if (fchmod(file->fd, 0666 & ~mask) != 0)
        die("cannot set the permissions of %s: %s", path, strerror(errno));
}

void outfile_open_stream(struct outfile *file, const char *path)
{
    *file = (struct outfile){.path = path, .fd = STDOUT_FILENO};
    if (strcmp(path, "-") == 0) {
        file->path = "standard output";
        return;
    }
    struct stat status;
    if (stat(path, &status) != 0 || S_ISREG(status.st_mode)) {
        outfile_open(file, path);
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

FILE *outfile_stream(struct outfile *file)
{
    file->stream = fdopen(file->fd, "w");
    if (!file->stream)
        die("cannot open %s: %s", file->path, strerror(errno));
    return file->stream;
}

/* Writes to the disk what was written to a file or folder. Some file systems cannot be asked to. */
static bool synchronise(int fd)
{
    return fsync(fd) == 0 || errno == EINVAL;
}

void outfile_close(struct outfile *file)
{
    bool written = !file->stream || (!ferror(file->stream) && fflush(file->stream) == 0);
    written = written && (!file->temporary || synchronise(file->fd));
    if (!written || (file->stream ? fclose(file->stream) : close(file->fd)) != 0)
        die("cannot write %s: %s", file->path, strerror(errno));
}

/* A folder may be one to write to, but not to read: then its entries reach the disk when the system sees fit. */
static void synchronise_folder(const char *path)
{
    char *copy = copy_of(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && !synchronise(fd))
        die("cannot write the folder of %s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    free(copy);
}

/* Only what is on the disk is renamed: else a crash could leave an empty file under the final name. */
void outfile_publish(struct outfile *file)
{
    if (!file->temporary)
        return;
    if (rename(file->temporary, file->target) != 0)
        die("cannot rename %s to %s: %s", file->temporary, file->target, strerror(errno));
    replace_slot(file->temporary, NULL);
    free(file->temporary);
    synchronise_folder(file->target);
    free(file->target);
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
