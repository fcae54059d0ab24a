#include "lib/env.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cpu.h"
#include "lib/names.h"
#include "lib/trace.h"

static struct pel_env env;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void complain(const char *variable, const char *value, const char *why)
{
    if (env.verbose_dispatch || env.verbose_profile)
        pel_trace_line("env", "%s=%.80s ignored: %s", variable, value, why);
}

static void read_verbose(const char *value)
{
    while (*value) {
        size_t length = strcspn(value, ",");
        if (length == 8 && memcmp(value, "dispatch", length) == 0)
            env.verbose_dispatch = true;
        else if (length == 7 && memcmp(value, "profile", length) == 0)
            env.verbose_profile = true;
        value += length + (value[length] == ',');
    }
}

static void read_threads(const char *value)
{
    char *end;
    errno = 0;
    long threads = strtol(value, &end, 10);
    if (errno || end == value || *end || threads < 1 || threads > 1 << 16)
        complain("PEL_NUM_THREADS", value, "not a number from 1 to 65536");
    else
        env.num_threads = (int)threads;
}

static void read_max_isa(const char *value)
{
    env.max_isa = pel_isa_named(value);
    if (env.max_isa == PEL_NISAS)
        complain("PEL_MAX_ISA", value, "not one of scalar, avx2, avx512, neon");
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
    for (const char *entry = value; *entry;) {
        size_t length = strcspn(entry, ",");
        if (env.nforces < PEL_ENV_FORCES && read_force(entry, length, &env.force[env.nforces]))
            env.nforces++;
        else
            complain("PEL_FORCE", entry, "not op[:dtype]=variant");
        entry += length + (entry[length] == ',');
    }
}

static void read_wisdom(const char *value)
{
    env.wisdom = value;
}

static void read_all(void)
{
    static const struct {
        const char *name;
        void (*read)(const char *value);
    } variables[] = {
        {"PEL_VERBOSE", read_verbose}, /* first: the others complain through it */
        {"PEL_NUM_THREADS", read_threads}, {"PEL_MAX_ISA", read_max_isa},
        {"PEL_FORCE", read_forces},        {"PEL_WISDOM", read_wisdom},
    };
    env.max_isa = PEL_NISAS;
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *value = secure_getenv(variables[i].name);
        if (value && *value)
            variables[i].read(value);
    }
}

const struct pel_env *pel_env(void)
{
    pthread_once(&once, read_all);
    return &env;
}

/* scalar < avx2 < avx512 on one family of processors, scalar < neon on the other. */
bool pel_env_allows(enum pel_isa isa)
{
    return isa == PEL_ISA_SCALAR || isa <= pel_env()->max_isa;
}
