/* Wisdom in force: files are read into tables, tables of one origin merged, and the result given to the dispatcher. */
#include "lib/wisdom.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pel/tune.h>

#include "lib/dispatch.h"
#include "lib/env.h"
#include "lib/memory.h"
#include "lib/trace.h"

/* A table that was once in force is never freed: a call that runs now may still read it. The chain keeps all of them
 * within reach. */
struct table {
    struct table *older;
    struct pel_rules rules;
    struct pel_rule rule[];
};

static _Atomic(struct table *) newest;

static void keep(struct table *table)
{
    table->older = atomic_load(&newest);
    while (!atomic_compare_exchange_weak(&newest, &table->older, table)) {
    }
}

/* The fresh rules, then those of the old ones whose key they lack. NULL without memory. */
static struct table *merge(const struct pel_rules *fresh, const struct pel_rules *old)
{
    size_t count = fresh->count + (old ? old->count : 0);
    struct table *merged = pel_memory_new(1, sizeof *merged + count * sizeof merged->rule[0]);
    if (!merged)
        return NULL;
    merged->rules = (struct pel_rules){.rule = merged->rule, .count = fresh->count};
    memcpy(merged->rule, fresh->rule, fresh->count * sizeof merged->rule[0]);
    for (size_t i = 0; old && i < old->count; i++) {
        if (!pel_rules_have_key(fresh, &old->rule[i]))
            merged->rule[merged->rules.count++] = old->rule[i];
    }
    return merged;
}

/* Somebody else may put rules in force at the same time: then merges with those. */
static pel_status put_in_force(const struct pel_rules *fresh, enum pel_wisdom_origin origin, const char **why)
{
    for (;;) {
        const struct pel_rules *old = pel_rules_wisdom(origin);
        struct table *merged = merge(fresh, old);
        if (!merged)
            return PEL_ENOMEM;
        bool fits = merged->rules.count <= PEL_WISDOM_MAX_RULES;
        if (fits && pel_dispatch_adopt(origin, old, &merged->rules)) {
            keep(merged);
            return PEL_OK;
        }
        pel_memory_free(merged);
        *why = "too many rules";
        if (!fits)
            return PEL_ECORRUPT;
    }
}

/* Reads up to capacity bytes. */
static pel_status read_all(int fd, char *text, size_t capacity, size_t *length)
{
    *length = 0;
    while (*length < capacity) {
        ssize_t n = read(fd, text + *length, capacity - *length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return PEL_EIO;
        if (n == 0)
            break;
        *length += (size_t)n;
    }
    return PEL_OK;
}

/* Never blocks on a pipe, and never follows one without an end. */
static pel_status load(const char *path, char *text, size_t capacity, size_t *length, const char **why)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    *why = fd < 0 ? "it cannot be opened" : "not a regular file";
    if (fd < 0)
        return PEL_EIO;
    pel_status status = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? PEL_OK : PEL_EIO;
    if (status == PEL_OK) {
        status = read_all(fd, text, capacity, length);
        *why = "it cannot be read";
    }
    close(fd);
    return status;
}

/* Where wisdom comes from: a file, or if that is NULL a text. */
struct origin {
    const char *path, *text;
    size_t length;
};

static pel_status read_file(const char *path, struct pel_rule *rule, size_t *count, const char **why)
{
    enum { CAPACITY = PEL_WISDOM_MAX_BYTES + 1 };
    size_t length = 0;
    char *text = pel_memory_new(1, CAPACITY);
    if (!text)
        return PEL_ENOMEM;
    pel_status status = load(path, text, CAPACITY, &length, why);
    if (status == PEL_OK && length == CAPACITY) {
        status = PEL_ECORRUPT;
        *why = "larger than 1 MiB";
    }
    if (status == PEL_OK)
        status = pel_wisdom_parse(text, length, rule, count, why);
    pel_memory_free(text);
    return status;
}

static pel_status take(const struct origin *from, enum pel_wisdom_origin origin)
{
    const char *why = "out of memory", *name = from->path ? from->path : "a text";
    pel_status status = PEL_ENOMEM;
    struct pel_rules fresh = {0};
    struct pel_rule *rule = pel_memory_new(PEL_WISDOM_MAX_RULES, sizeof *rule);
    if (rule)
        status = from->path ? read_file(from->path, rule, &fresh.count, &why)
                            : pel_wisdom_parse(from->text, from->length, rule, &fresh.count, &why);
    fresh.rule = rule;
    if (status == PEL_OK)
        status = put_in_force(&fresh, origin, &why);
    pel_memory_free(rule);
    if (pel_env()->verbose_dispatch && status == PEL_OK)
        pel_trace_line("wisdom", "%s: %zu rules for this processor", name, fresh.count);
    else if (status != PEL_OK && pel_env_reports())
        pel_trace_line("wisdom", "%s ignored: %s", name, why);
    return status;
}

pel_status pel_wisdom_read(const char *path, enum pel_wisdom_origin origin)
{
    return take(&(struct origin){.path = path}, origin);
}

/* A system without wisdom is the usual case and not worth a word. */
static void consult(void)
{
    if (access(PEL_SYSTEM_WISDOM, F_OK) == 0)
        pel_wisdom_read(PEL_SYSTEM_WISDOM, PEL_WISDOM_SYSTEM);
    if (pel_env()->wisdom)
        pel_wisdom_read(pel_env()->wisdom, PEL_WISDOM_USER);
}

void pel_wisdom_consult(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, consult);
}

void pel_wisdom_tell_files(struct pel_text *text)
{
    const char *named = pel_env()->wisdom;
    pel_text_add(text, "files of wisdom: %s%s, system's %s%s\n", named ? "user's " : "none named by PEL_WISDOM",
                 named ? named : "", PEL_SYSTEM_WISDOM, access(PEL_SYSTEM_WISDOM, F_OK) == 0 ? "" : " (absent)");
}

pel_status pel_wisdom_import(const char *path)
{
    if (!path)
        return PEL_EINVAL;
    pel_wisdom_consult();
    return pel_wisdom_read(path, PEL_WISDOM_USER);
}

pel_status pel_wisdom_import_text(const char *text, size_t length)
{
    if (!text)
        return PEL_EINVAL;
    pel_wisdom_consult();
    if (length > PEL_WISDOM_MAX_BYTES)
        return PEL_ECORRUPT;
    return take(&(struct origin){.text = text, .length = length}, PEL_WISDOM_USER);
}

void pel_wisdom_forget(void)
{
    pel_wisdom_consult();
    for (int i = 0; i < PEL_WISDOM_ORIGINS; i++) {
        enum pel_wisdom_origin origin = (enum pel_wisdom_origin)i;
        while (!pel_dispatch_adopt(origin, pel_rules_wisdom(origin), NULL)) {
        }
    }
}
