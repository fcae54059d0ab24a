#include "perf/energy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PACKAGES = 64 };

static struct package {
    int file;
    double range, last; /* of the counter, in microjoules */
} packages[PACKAGES];
static int count;
static double microjoules;

static double read_number(int file)
{
    char text[32];
    ssize_t length = pread(file, text, sizeof text - 1, 0);
    text[length > 0 ? length : 0] = '\0';
    return length > 0 ? strtod(text, NULL) : -1;
}

/* A package is intel-rapl:0, also on processors of AMD; intel-rapl:0:0 is a part of it. */
static bool is_package(const char *name)
{
    static const char prefix[] = "intel-rapl:";
    return strncmp(name, prefix, sizeof prefix - 1) == 0 && !strchr(name + sizeof prefix - 1, ':');
}

static int open_file(const char *root, const char *zone, const char *name)
{
    char path[512];
    if ((size_t)snprintf(path, sizeof path, "%s/%s/%s", root, zone, name) >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(path, O_RDONLY | O_CLOEXEC);
}

static const char *open_package(const char *root, const char *zone)
{
    int range = open_file(root, zone, "max_energy_range_uj");
    struct package *package = &packages[count];
    package->file = open_file(root, zone, "energy_uj");
    if (package->file < 0 || range < 0) {
        const char *why = strerror(errno);
        if (range >= 0)
            close(range);
        if (package->file >= 0)
            close(package->file);
        return why;
    }
    package->range = read_number(range);
    package->last = read_number(package->file);
    close(range);
    count++;
    return package->last < 0 || package->range <= 0 ? "a counter that cannot be read" : NULL;
}

const char *energy_open(const char *root)
{
    const char *why = NULL;
    DIR *folder = opendir(root);
    if (!folder)
        return strerror(errno);
    for (struct dirent *entry; !why && (entry = readdir(folder)) && count < PACKAGES;) {
        if (is_package(entry->d_name))
            why = open_package(root, entry->d_name);
    }
    closedir(folder);
    microjoules = 0;
    if (!why && count == 0)
        why = "no counter of a package";
    if (why)
        energy_close();
    return why;
}

void energy_close(void)
{
    while (count > 0)
        close(packages[--count].file);
}

bool energy_is_open(void)
{
    return count > 0;
}

double energy_joules(void)
{
    for (int i = 0; i < count; i++) {
        double now = read_number(packages[i].file), moved = now - packages[i].last;
        if (now < 0)
            continue;
        microjoules += moved < 0 ? moved + packages[i].range : moved;
        packages[i].last = now;
    }
    return microjoules * 1e-6;
}
