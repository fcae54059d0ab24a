#include "memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "report.h"

/* The number in a file of one number; UINT64_MAX if there is none ("max", or no such file). */
static uint64_t limit_in(const char *path)
{
    uint64_t limit = UINT64_MAX;
    FILE *file = fopen(path, "re");
    if (!file)
        return limit;
    if (fscanf(file, "%" SCNu64, &limit) != 1)
        limit = UINT64_MAX;
    fclose(file);
    return limit;
}

/* The lowest limit of a control group and those around it. */
static uint64_t group_limit(const char *root, char *group, const char *file)
{
    uint64_t limit = UINT64_MAX;
    for (;;) {
        char path[4096];
        int length = snprintf(path, sizeof path, "%s%s/%s", root, group, file);
        if (length > 0 && (size_t)length < sizeof path) {
            uint64_t here = limit_in(path);
            limit = here < limit ? here : limit;
        }
        char *slash = strrchr(group, '/');
        if (!slash)
            return limit;
        *slash = '\0';
    }
}

/* Lines of /proc/self/cgroup: "0::/group" (version 2), "4:memory:/group" (version 1). */
static uint64_t cgroup_limit(void)
{
    uint64_t limit = UINT64_MAX;
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (!file)
        return limit;
    char line[4096];
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        char *version1 = strstr(line, ":memory:/");
        uint64_t here = UINT64_MAX;
        if (strncmp(line, "0::/", 4) == 0)
            here = group_limit("/sys/fs/cgroup", line + 3, "memory.max");
        else if (version1)
            here = group_limit("/sys/fs/cgroup/memory", version1 + 8, "memory.limit_in_bytes");
        limit = here < limit ? here : limit;
    }
    fclose(file);
    return limit;
}

size_t memory_default(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    uint64_t physical = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : (uint64_t)1 << 30;
    uint64_t group = cgroup_limit();
    uint64_t limit = (group < physical ? group : physical) / 4 * 3;
    return limit < SIZE_MAX ? (size_t)limit : SIZE_MAX;
}

void *memory_large(size_t size)
{
    const size_t huge_page = (size_t)1 << 21;
    if (size > SIZE_MAX - huge_page)
        die("out of memory");
    size = size / huge_page * huge_page + huge_page;
    void *memory = aligned_alloc(huge_page, size);
    if (!memory)
        die("out of memory: no %zu bytes at once", size);
    madvise(memory, size, MADV_HUGEPAGE);
    return memory;
}
