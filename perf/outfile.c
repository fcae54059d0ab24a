#include "perf/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "perf/program.h"

static const char *final_name;
static char *volatile temporary;
static FILE *stream;

static void interrupted(int number)
{
    outfile_discard();
    signal(number, SIG_DFL);
    raise(number);
}

static void catch_signals(void)
{
    static const int ending[] = {SIGHUP, SIGINT, SIGTERM};
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
        if (signal(ending[i], SIG_IGN) != SIG_IGN)
            signal(ending[i], interrupted);
    }
    signal(SIGXFSZ, SIG_IGN); /* shows as a write error then */
}

static int open_temporary(const char *path)
{
    char *name;
    if (asprintf(&name, "%s.XXXXXX", path) < 0)
        die("out of memory");
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd < 0)
        die("cannot create %s: %s", path, strerror(errno));
    temporary = name;
    mode_t mask = umask(0);
    umask(mask);
    if (fchmod(fd, 0666 & ~mask) != 0)
        die("cannot set the permissions of %s: %s", path, strerror(errno));
    return fd;
}

FILE *outfile_open(const char *path)
{
    struct stat status;
    bool direct = stat(path, &status) == 0 && !S_ISREG(status.st_mode);
    catch_signals();
    final_name = path;
    int fd = direct ? open(path, O_WRONLY | O_CLOEXEC) : open_temporary(path);
    stream = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!stream)
        die("cannot open %s: %s", path, strerror(errno));
    return stream;
}

/* Writes to the disk what was written to a file or folder. Some file systems cannot be asked to. */
static bool synchronise(int fd)
{
    return fsync(fd) == 0 || errno == EINVAL;
}

/* A folder may be one to write to, but not to read: then its entries reach the disk when the system sees fit. */
static void synchronise_folder(const char *path)
{
    char *copy = strdup(path);
    if (!copy)
        die("out of memory");
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && !synchronise(fd))
        die("cannot write the folder of %s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    free(copy);
}

/* Only what is on the disk is renamed: else a crash could leave an empty file under the final name. */
void outfile_publish(void)
{
    bool written = !ferror(stream) && fflush(stream) == 0 && (!temporary || synchronise(fileno(stream)));
    if (!written || fclose(stream) != 0)
        die("cannot write %s: %s", final_name, strerror(errno));
    if (!temporary)
        return;
    if (rename(temporary, final_name) != 0)
        die("cannot rename %s to %s: %s", temporary, final_name, strerror(errno));
    free(temporary);
    temporary = NULL;
    synchronise_folder(final_name);
}

void outfile_discard(void)
{
    if (temporary)
        unlink(temporary);
}
