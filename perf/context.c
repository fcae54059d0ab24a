#include "perf/context.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/names.h"
#include "lib/rules.h"

/* The first line of a file of the system; false if there is none. */
static bool read_line(const char *path, char *line, int capacity)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    bool read = fgets(line, capacity, file);
    fclose(file);
    if (read)
        line[strcspn(line, "\n")] = '\0';
    return read;
}

static bool read_cache_file(int index, const char *what, char *line, int capacity)
{
    char path[96];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/%s", index, what);
    return read_line(path, line, capacity);
}

/* Processors of a mask such as "00000000,00000003". */
static int count_sharers(const char *mask)
{
    int count = 0;
    for (; *mask; mask++) {
        char digit[2] = {*mask, '\0'};
        count += __builtin_popcount((unsigned)strtoul(digit, NULL, 16));
    }
    return count;
}

static void find_caches(struct context *context)
{
    char line[1024];
    for (int i = 0; i < CONTEXT_CACHES && read_cache_file(i, "size", line, sizeof line); i++) {
        struct context_cache *cache = &context->cache[context->ncaches++];
        cache->bytes = (size_t)strtoull(line, NULL, 10) * 1024;
        if (read_cache_file(i, "level", line, sizeof line))
            cache->level = atoi(line);
        if (read_cache_file(i, "type", line, sizeof line))
            snprintf(cache->type, sizeof cache->type, "%.15s", line);
        if (read_cache_file(i, "shared_cpu_map", line, sizeof line))
            cache->sharers = count_sharers(line);
    }
}

/* The highest clock that the system names, else what it shows just now. */
static int find_mhz(void)
{
    char line[256];
    if (read_line("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", line, sizeof line))
        return (int)(strtol(line, NULL, 10) / 1000);
    FILE *file = fopen("/proc/cpuinfo", "r");
    double mhz = 0;
    while (file && mhz == 0 && fgets(line, sizeof line, file))
        sscanf(line, "cpu MHz : %lf", &mhz);
    if (file)
        fclose(file);
    return (int)(mhz + 0.5);
}

static bool find_scaling(void)
{
    char line[64];
    return read_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", line, sizeof line) &&
           strcmp(line, "performance") != 0;
}

/* FNV-1a. */
static uint64_t hash(uint64_t h, const char *text)
{
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return h;
}

static uint64_t hash_rule(uint64_t h, const struct pel_rule *rule)
{
    char text[320];
    int length =
        snprintf(text, sizeof text, "%s %s %d %d %d %zu %s %d", pel_op_name(rule->op), pel_dtype_name(rule->dtype),
                 rule->fast, rule->ndim, rule->threads, rule->n_upto, rule->variant, rule->team);
    for (int i = 0; i < PEL_MAX_PARAMS && length > 0 && (size_t)length < sizeof text; i++)
        length += snprintf(text + length, sizeof text - (size_t)length, " %d", (int)rule->params[i]);
    return hash(hash(h, text), "\n");
}

static uint64_t fingerprint(void)
{
    struct pel_rules table;
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t rank = 0; pel_rules_of_rank(rank, &table); rank++) {
        for (size_t i = 0; i < table.count; i++)
            h = hash_rule(h, &table.rule[i]);
    }
    return h;
}

static void find_date(struct context *context)
{
    time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc))
        strftime(context->date, sizeof context->date, "%Y-%m-%dT%H:%M:%S+00:00", &utc);
}

void context_find(struct context *context)
{
    *context = (struct context){.processors = (int)sysconf(_SC_NPROCESSORS_ONLN)};
    find_date(context);
    if (gethostname(context->host, sizeof context->host - 1) != 0)
        context->host[0] = '\0';
    ssize_t length = readlink("/proc/self/exe", context->executable, sizeof context->executable - 1);
    context->executable[length > 0 ? length : 0] = '\0';
    context->mhz = find_mhz();
    context->scaling = find_scaling();
    if (getloadavg(context->load, 3) != 3)
        memset(context->load, 0, sizeof context->load);
    find_caches(context);
    context->tables = fingerprint();
}
