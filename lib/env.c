#include "lib/env.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cpu.h"
#include "lib/names.h"
#include "lib/trace.h"

_Atomic(const struct pel_env *) pel_env_known;
static struct pel_env env;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Shows the first part of a value of any content on one line. */
static void complain(const char *variable, const char *value, size_t length, const char *why)
{
    char shown[80];
    size_t n = 0;
    if (!env.verbose_dispatch &&
        !env.verbose_profile) /* not by pel_env_reports: it would wait for this reading to end */
        return;
    for (; n < length && n < sizeof shown - 1; n++)
        shown[n] = value[n] >= ' ' && value[n] <= '~' ? value[n] : '?';
    shown[n] = '\0';
    pel_trace_line("env", "%s=%s%s ignored: %s", variable, shown, n < length ? "..." : "", why);
}

/* A list with commas, entry by entry; empty ones do not count. */
static const char *next_entry(const char **list, size_t *length)
{
    *list += strspn(*list, ",");
    const char *entry = *list;
    *length = strcspn(entry, ",");
    *list += *length;
    return *length ? entry : NULL;
}

static bool is_word(const char *entry, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(entry, word, length) == 0;
}

/* Complains only when all is read: a later word may turn complaints on. */
static void read_verbose(const char *value)
{
    size_t length;
    const char *entry, *list = value, *bad = NULL;
    while ((entry = next_entry(&list, &length))) {
        bool all = is_word(entry, length, "all"), dispatch = is_word(entry, length, "dispatch");
        bool profile = is_word(entry, length, "profile");
        env.verbose_dispatch |= dispatch || all;
        env.verbose_profile |= profile || all;
        bad = all || dispatch || profile ? bad : entry;
    }
    if (bad)
        complain("PEL_VERBOSE", bad, strcspn(bad, ","), "not dispatch, profile or all");
}

static void read_threads(const char *value)
{
    char *end;
    errno = 0;
    long threads = strtol(value, &end, 10);
    if (errno || end == value || *end || threads < 1 || threads > 1 << 16)
        complain("PEL_NUM_THREADS", value, strlen(value), "not a number from 1 to 65536");
    else
        env.num_threads = (int)threads;
}

static void read_max_isa(const char *value)
{
    enum pel_isa isa = pel_isa_named(value);
    if (isa == PEL_NISAS)
        complain("PEL_MAX_ISA", value, strlen(value), "not one of scalar, avx2, avx512, neon");
    else if (!pel_isa_is_of_this_family(isa))
        complain("PEL_MAX_ISA", value, strlen(value), "of another family of processors");
    else
        env.max_isa = isa;
}

/* Reads one op[:dtype]=variant; false if it is no such thing. */
static bool read_force(const char *entry, size_t length, struct pel_force *force)
{
    const char *equals = memchr(entry, '=', length);
    if (!equals)
        return false;
    size_t key = (size_t)(equals - entry), variant = length - key - 1;
    const char *colon = memchr(entry, ':', key);
    size_t op = colon ? (size_t)(colon - entry) : key;
    force->dtype = -1;
    if (colon) {
        pel_dtype dtype;
        if (!pel_dtype_named(colon + 1, key - op - 1, &dtype))
            return false;
        force->dtype = (int)dtype;
    }
    if (!pel_op_named(entry, op, &force->op) || variant == 0 || variant >= sizeof force->variant)
        return false;
    memcpy(force->variant, equals + 1, variant);
    force->variant[variant] = '\0';
    return true;
}

static void read_forces(const char *value)
{
    size_t length;
    for (const char *entry; (entry = next_entry(&value, &length));) {
        if (env.nforces == PEL_ENV_FORCES) {
            complain("PEL_FORCE", entry, strlen(entry), "more entries than pel keeps");
            return;
        }
        if (read_force(entry, length, &env.force[env.nforces]))
            env.nforces++;
        else
            complain("PEL_FORCE", entry, length, "not op[:dtype]=variant");
    }
}

/* A copy: the host may change its environment later. NULL when it is too long to be a path. */
static const char *copy_path(const char *variable, const char *value, char path[PEL_ENV_PATH])
{
    size_t length = strlen(value);
    if (length >= PEL_ENV_PATH) {
        complain(variable, value, length, "too long for a path");
        return NULL;
    }
    return memcpy(path, value, length + 1);
}

static void read_wisdom(const char *value)
{
    static char path[PEL_ENV_PATH];
    env.wisdom = copy_path("PEL_WISDOM", value, path);
}

static void read_trace(const char *value)
{
    static char path[PEL_ENV_PATH];
    env.trace = copy_path("PEL_TRACE", value, path);
}

static void read_tools(const char *value)
{
    static char paths[PEL_ENV_PATH];
    env.tools = copy_path("PEL_TOOLS_LIBS", value, paths);
}

static void read_online(const char *value)
{
    env.online = strcmp(value, "1") == 0;
    if (!env.online && strcmp(value, "0") != 0)
        complain("PEL_ONLINE", value, strlen(value), "neither 0 nor 1");
}

/* A number of KiB, or of the unit that follows it. The largest counts of what several runtimes understand. */
static void read_stack(const char *value)
{
    static const char units[] = "bkmg";
    char *end;
    errno = 0;
    unsigned long long size = strtoull(value, &end, 10);
    end += strspn(end, " \t");
    const char *unit = *end ? strchr(units, *end | 0x20) : units + 1;
    int shift = unit ? 10 * (int)(unit - units) : 0;
    if (end == value || errno || !unit || size > SIZE_MAX >> shift)
        return; /* the runtime says so */
    size_t bytes = (size_t)size << shift;
    env.stack = bytes > env.stack ? bytes : env.stack;
}

static void read_all(void)
{
    static const struct {
        const char *name;
        void (*read)(const char *value);
    } variables[] = {
        {"PEL_VERBOSE", read_verbose}, /* first: the others complain through it */
        {"PEL_NUM_THREADS", read_threads}, {"PEL_MAX_ISA", read_max_isa}, {"PEL_FORCE", read_forces},
        {"PEL_WISDOM", read_wisdom},       {"PEL_TRACE", read_trace},     {"PEL_TOOLS_LIBS", read_tools},
        {"PEL_ONLINE", read_online},       {"OMP_STACKSIZE", read_stack}, {"GOMP_STACKSIZE", read_stack},
        {"KMP_STACKSIZE", read_stack},
    };
    env.max_isa = PEL_NISAS;
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *value = secure_getenv(variables[i].name);
        if (value && *value)
            variables[i].read(value);
    }
    env.watches = env.verbose_profile || env.trace || env.tools;
    atomic_store_explicit(&pel_env_known, &env, memory_order_release);
}

const struct pel_env *pel_env_read(void)
{
    pthread_once(&once, read_all);
    return &env;
}

bool pel_env_reports(void)
{
    return pel_env()->verbose_dispatch || pel_env()->verbose_profile;
}

/* scalar < avx2 < avx512 on one family of processors, scalar < neon on the other. */
bool pel_env_allows(enum pel_isa isa)
{
    return isa == PEL_ISA_SCALAR || isa <= pel_env()->max_isa;
}
