/* What control groups, version 1 and 2, allow this process. OpenMP runtimes know nothing of them. */
#ifndef PEL_LIB_CGROUP_H
#define PEL_LIB_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { PEL_CGROUP_PATH = 1024 };

/* A limit and the file that sets it; INT_MAX and an empty name where there is none. */
struct pel_cgroup_limit {
    int value;
    char file[PEL_CGROUP_PATH];
};

struct pel_cgroup {
    struct pel_cgroup_limit processors; /* CPU quota, rounded up to whole processors */
    struct pel_cgroup_limit threads;    /* that may still be started, and this one */
};

/* Reads the limits of this process's group and all its ancestors that can be seen; the strictest hold. `root` stands
 * before all paths: "", or for tests the folder of an imitation. */
void pel_cgroup_read(const char *root, struct pel_cgroup *cgroup);

/* The parts, for tests. All take any content. */

/* Processors of a quota, in microseconds a period: rounded up, at least 1; INT_MAX for none, or nonsense. */
int pel_cgroup_quota(const char *quota, const char *period);

/* The group's path in the hierarchy of a controller ("" for version 2), from the text of /proc/self/cgroup. */
bool pel_cgroup_path(FILE *cgroup, const char *controller, char *path, size_t capacity);

/* Where that hierarchy is mounted: its folder, and the group that shows there, from /proc/self/mountinfo. */
bool pel_cgroup_mount(FILE *mountinfo, const char *controller, char *folder, char *top, size_t capacity);

#endif
