#include "lib/cgroup.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Reads a line without its end. Over-long ones are skipped: no line of ours is that long. */
static bool next_line(FILE *file, char *line, int capacity)
{
    bool whole = true;
    while (fgets(line, capacity, file)) {
        size_t length = strcspn(line, "\n");
        bool ends = line[length] == '\n', is_line = whole;
        whole = ends;
        if (!is_line || (!ends && !feof(file)))
            continue;
        line[length] = '\0';
        return true;
    }
    return false;
}

/* Whether `word` is in a list with commas. */
static bool lists(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (; *list; list += strcspn(list, ","), list += *list == ',') {
        if (strcspn(list, ",") == length && memcmp(list, word, length) == 0)
            return true;
    }
    return false;
}

static bool copy(char *to, size_t capacity, const char *from)
{
    size_t length = strlen(from);
    if (length >= capacity)
        return false;
    memcpy(to, from, length + 1);
    return true;
}

/* A line is number:controllers:path; version 2 is number 0 and names no controllers. */
static bool path_of_line(char *line, const char *controller, char *path, size_t capacity)
{
    char *controllers = strchr(line, ':');
    char *start = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!start || start[1] != '/')
        return false;
    *controllers++ = *start++ = '\0';
    bool ours = *controller ? lists(controllers, controller) : strcmp(line, "0") == 0 && !*controllers;
    return ours && copy(path, capacity, start);
}

bool pel_cgroup_path(FILE *cgroup, const char *controller, char *path, size_t capacity)
{
    char line[2 * PEL_CGROUP_PATH];
    while (next_line(cgroup, line, sizeof line)) {
        if (path_of_line(line, controller, path, capacity))
            return true;
    }
    return false;
}

/* Mount points have blanks and backslashes written as \ooo. */
static bool unescape(char *to, size_t capacity, const char *from)
{
    size_t length = 0;
    while (*from && length + 1 < capacity) {
        if (from[0] == '\\' && strspn(from + 1, "01234567") >= 3) {
            to[length++] = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
            from += 4;
        } else {
            to[length++] = *from++;
        }
    }
    to[length] = '\0';
    return !*from;
}

enum { ROOT = 3, POINT = 4, FIXED_FIELDS = 6, TYPE = 0, OPTIONS = 2, LAST_FIELDS = 3 };

/* id parent device ROOT POINT options [tag ...] - TYPE source OPTIONS */
static bool mount_of_line(char *line, const char *controller, char *folder, char *top, size_t capacity)
{
    char *first[FIXED_FIELDS], *last[LAST_FIELDS], *rest = NULL;
    for (int i = 0; i < FIXED_FIELDS; i++) {
        if (!(first[i] = strtok_r(i ? NULL : line, " ", &rest)))
            return false;
    }
    const char *tag;
    do {
        if (!(tag = strtok_r(NULL, " ", &rest)))
            return false;
    } while (strcmp(tag, "-") != 0);
    for (int i = 0; i < LAST_FIELDS; i++) {
        if (!(last[i] = strtok_r(NULL, " ", &rest)))
            return false;
    }
    bool ours = *controller ? strcmp(last[TYPE], "cgroup") == 0 && lists(last[OPTIONS], controller)
                            : strcmp(last[TYPE], "cgroup2") == 0;
    return ours && unescape(folder, capacity, first[POINT]) && unescape(top, capacity, first[ROOT]);
}

bool pel_cgroup_mount(FILE *mountinfo, const char *controller, char *folder, char *top, size_t capacity)
{
    char line[4 * PEL_CGROUP_PATH];
    while (next_line(mountinfo, line, sizeof line)) {
        if (mount_of_line(line, controller, folder, top, capacity))
            return true;
    }
    return false;
}

/* A number that is all there is, or -1. */
static long long number(const char *text)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    return errno || end == text || end[strspn(end, " \n")] || value < 0 ? -1 : value;
}

int pel_cgroup_quota(const char *quota, const char *period)
{
    long long time = number(quota), of = number(period);
    if (time < 0 || of <= 0)
        return INT_MAX;
    long long processors = time / of + (time % of > 0);
    return processors < 1 ? 1 : processors < INT_MAX ? (int)processors : INT_MAX;
}

/* The content of folder/name, as far as it fits; the file's path is left behind. */
static bool read_text(const char *folder, const char *name, char path[PEL_CGROUP_PATH], char text[64])
{
    int length = snprintf(path, PEL_CGROUP_PATH, "%s/%s", folder, name);
    FILE *file = length < PEL_CGROUP_PATH ? fopen(path, "re") : NULL;
    if (!file)
        return false;
    text[fread(text, 1, 63, file)] = '\0';
    fclose(file);
    return true;
}

static void tighten(struct pel_cgroup_limit *limit, int value, const char *file)
{
    if (value >= limit->value)
        return;
    limit->value = value;
    copy(limit->file, sizeof limit->file, file);
}

/* Version 2: "quota period" in one file, "max" for none. */
static void read_cpu_max(const char *folder, struct pel_cgroup *cgroup)
{
    char path[PEL_CGROUP_PATH], text[64], *rest;
    if (!read_text(folder, "cpu.max", path, text))
        return;
    const char *quota = strtok_r(text, " ", &rest), *period = strtok_r(NULL, " ", &rest);
    if (quota && period)
        tighten(&cgroup->processors, pel_cgroup_quota(quota, period), path);
}

/* Version 1: two files, -1 for none. */
static void read_cfs_quota(const char *folder, struct pel_cgroup *cgroup)
{
    char path[PEL_CGROUP_PATH], quota[64], period[64];
    if (read_text(folder, "cpu.cfs_period_us", path, period) && read_text(folder, "cpu.cfs_quota_us", path, quota))
        tighten(&cgroup->processors, pel_cgroup_quota(quota, period), path);
}

static void read_pids(const char *folder, struct pel_cgroup *cgroup)
{
    char path[PEL_CGROUP_PATH], text[64];
    long long used = read_text(folder, "pids.current", path, text) ? number(text) : -1;
    long long most = read_text(folder, "pids.max", path, text) ? number(text) : -1;
    if (used < 0 || most < 0)
        return;
    long long left = most > used ? most - used : 0;
    tighten(&cgroup->threads, left < INT_MAX ? (int)left + 1 : INT_MAX, path);
}

static void read_both(const char *folder, struct pel_cgroup *cgroup)
{
    read_cpu_max(folder, cgroup);
    read_pids(folder, cgroup);
}

/* The part of the group's path below the one that is mounted. Where the group is not below it, as seen from within a
 * container, all that can be read is the mounted one. */
static const char *below(const char *path, const char *top)
{
    size_t length = strcmp(top, "/") == 0 ? 0 : strlen(top);
    if (strncmp(path, top, length) != 0 || (path[length] && path[length] != '/') || strstr(path, "/.."))
        return "";
    return strcmp(path + length, "/") == 0 ? "" : path + length;
}

static bool find_in(const char *root, const char *name, const char *controller, char *a, char *b)
{
    char path[PEL_CGROUP_PATH];
    int length = snprintf(path, sizeof path, "%s/proc/self/%s", root, name);
    FILE *file = length < (int)sizeof path ? fopen(path, "re") : NULL;
    if (!file)
        return false;
    bool found = b ? pel_cgroup_mount(file, controller, a, b, PEL_CGROUP_PATH)
                   : pel_cgroup_path(file, controller, a, PEL_CGROUP_PATH);
    fclose(file);
    return found;
}

/* Reads the group's folder and those above it. */
static void climb(const char *root, const char *controller, void (*read)(const char *, struct pel_cgroup *),
                  struct pel_cgroup *cgroup)
{
    char path[PEL_CGROUP_PATH], mount[PEL_CGROUP_PATH], top[PEL_CGROUP_PATH], folder[3 * PEL_CGROUP_PATH];
    if (!find_in(root, "cgroup", controller, path, NULL) || !find_in(root, "mountinfo", controller, mount, top))
        return;
    size_t least = strlen(root) + strlen(mount);
    int length = snprintf(folder, sizeof folder, "%s%s%s", root, mount, below(path, top));
    if (length < 0 || (size_t)length >= sizeof folder)
        return;
    read(folder, cgroup);
    for (char *slash; (slash = strrchr(folder + least, '/'));) {
        *slash = '\0';
        read(folder, cgroup);
    }
}

void pel_cgroup_read(const char *root, struct pel_cgroup *cgroup)
{
    *cgroup = (struct pel_cgroup){{INT_MAX, ""}, {INT_MAX, ""}};
    climb(root, "", read_both, cgroup);
    climb(root, "cpu", read_cfs_quota, cgroup);
    climb(root, "pids", read_pids, cgroup);
}
