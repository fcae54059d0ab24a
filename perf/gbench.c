#include "config.h"

#include "perf/gbench.h"

#include "perf/program.h"

#ifdef PEL_HAVE_JANSSON

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include <pel/version.h>

#include "common/outfile.h"
#include "lib/cpu.h"
#include "lib/env.h"
#include "lib/names.h"
#include "perf/context.h"
#include "perf/stats.h"

extern char **environ;

struct gbench {
    struct outfile file;
    FILE *stream;
    json_t *benchmarks;
    size_t families;
};

/* Whatever jansson returns here is NULL only when memory is short. */
static json_t *made(json_t *value)
{
    if (!value)
        die("out of memory");
    return value;
}

static void set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, made(value)) != 0)
        die("out of memory");
}

/* Names of hosts and files need not be UTF-8. */
static void set_string(json_t *object, const char *key, const char *text)
{
    json_t *value = json_string(text);
    set(object, key, value ? value : json_string(""));
}

static void append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, made(value)) != 0)
        die("out of memory");
}

static json_t *describe_caches(const struct context *context)
{
    json_t *caches = made(json_array());
    for (int i = 0; i < context->ncaches; i++) {
        const struct context_cache *cache = &context->cache[i];
        append(caches, json_pack("{s:s, s:i, s:I, s:i}", "type", cache->type, "level", cache->level, "size",
                                 (json_int_t)cache->bytes, "num_sharing", cache->sharers));
    }
    return caches;
}

/* The variables that steer pel and OpenMP. */
static json_t *describe_environment(void)
{
    static const char *const prefixes[] = {"PEL_", "OMP_", "GOMP_", "KMP_"};
    json_t *object = made(json_object());
    for (char **entry = environ; *entry; entry++) {
        char name[64];
        size_t length = strcspn(*entry, "=");
        for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
            if (strncmp(*entry, prefixes[i], strlen(prefixes[i])) != 0 || length >= sizeof name || !(*entry)[length])
                continue;
            memcpy(name, *entry, length);
            name[length] = '\0';
            set_string(object, name, *entry + length + 1);
        }
    }
    return object;
}

static json_t *describe_isas(void)
{
    json_t *isas = made(json_array());
    for (int isa = 0; isa < PEL_NISAS; isa++) {
        if (pel_cpu()->has[isa] && pel_env_allows((enum pel_isa)isa))
            append(isas, json_string(pel_isa_name((enum pel_isa)isa)));
    }
    return isas;
}

static json_t *describe_context(void)
{
    struct context context;
    char fingerprint[24];
    context_find(&context);
    snprintf(fingerprint, sizeof fingerprint, "%016llx", (unsigned long long)context.tables);
    json_t *object = made(json_object());
    set_string(object, "date", context.date);
    set_string(object, "host_name", context.host);
    set_string(object, "executable", context.executable);
    set(object, "num_cpus", json_integer(context.processors));
    set(object, "mhz_per_cpu", json_integer(context.mhz));
    set(object, "cpu_scaling_enabled", json_boolean(context.scaling));
    set(object, "caches", describe_caches(&context));
    set(object, "load_avg", json_pack("[f, f, f]", context.load[0], context.load[1], context.load[2]));
    set(object, "library_build_type", json_string("release"));
    set_string(object, "pel_version", pel_version());
    set_string(object, "pel_cpu", pel_cpu()->id);
    set_string(object, "pel_cpu_brand", pel_cpu()->brand);
    set(object, "pel_isas", describe_isas());
    set_string(object, "pel_compiler", pel_compiler_name());
    set_string(object, "pel_tables", fingerprint);
    set(object, "environment", describe_environment());
    return object;
}

struct gbench *gbench_open(const char *path)
{
    if (!path)
        return NULL;
    struct gbench *gbench = allocate(sizeof *gbench);
    *gbench = (struct gbench){.benchmarks = made(json_array())};
    outfile_catch_signals();
    outfile_open_stream(&gbench->file, path);
    gbench->stream = outfile_stream(&gbench->file);
    return gbench;
}

/* What repetitions and aggregates have in common. */
static json_t *start_entry(const struct gbench *gbench, const struct gbench_result *result, const char *name,
                           const char *type)
{
    json_t *entry = made(json_object());
    set_string(entry, "name", name);
    set(entry, "family_index", json_integer((json_int_t)gbench->families));
    set(entry, "per_family_instance_index", json_integer(0));
    set_string(entry, "run_name", result->name);
    set_string(entry, "run_type", type);
    set(entry, "repetitions", json_integer((json_int_t)result->repetitions));
    set(entry, "threads", json_integer(result->threads));
    set_string(entry, "label", result->label);
    set_string(entry, "time_unit", "ns");
    if (result->wrong) {
        set(entry, "error_occurred", json_true());
        set_string(entry, "error_message", "wrong result");
    }
    if (result->yardstick)
        set(entry, "pel_yardstick", json_true());
    return entry;
}

static void set_times(json_t *entry, double real, double cpu)
{
    set(entry, "real_time", json_real(real));
    set(entry, "cpu_time", json_real(cpu));
}

static void add_repetition(struct gbench *gbench, const struct gbench_result *result, size_t repetition, double real,
                           double cpu)
{
    json_t *entry = start_entry(gbench, result, result->name, "iteration");
    set(entry, "repetition_index", json_integer((json_int_t)repetition));
    set(entry, "iterations", json_integer((json_int_t)result->runs));
    set_times(entry, real, cpu);
    if (result->items > 0)
        set(entry, "items_per_second", json_real(result->items / real * 1e9));
    if (result->bytes > 0)
        set(entry, "bytes_per_second", json_real(result->bytes / real * 1e9));
    append(gbench->benchmarks, entry);
}

static void add_aggregate(struct gbench *gbench, const struct gbench_result *result, const char *aggregate, double real,
                          double cpu)
{
    char name[256];
    snprintf(name, sizeof name, "%s_%s", result->name, aggregate);
    json_t *entry = start_entry(gbench, result, name, "aggregate");
    set_string(entry, "aggregate_name", aggregate);
    set_string(entry, "aggregate_unit", strcmp(aggregate, "cv") == 0 ? "percentage" : "time");
    set(entry, "iterations", json_integer((json_int_t)result->repetitions));
    set_times(entry, real, cpu);
    append(gbench->benchmarks, entry);
}

void gbench_add(struct gbench *gbench, const struct gbench_result *result)
{
    if (!gbench)
        return;
    size_t n = result->repetitions;
    double *real = allocate(n * sizeof *real), *cpu = allocate(n * sizeof *cpu);
    for (size_t i = 0; i < n; i++) {
        real[i] = 1e9 * result->time[i].real / (double)result->runs;
        cpu[i] = 1e9 * result->time[i].cpu / (double)result->runs;
        add_repetition(gbench, result, i, real[i], cpu[i]);
    }
    double mean = stats_mean(real, n), cpu_mean = stats_mean(cpu, n);
    double deviation = stats_stddev(real, n), cpu_deviation = stats_stddev(cpu, n);
    add_aggregate(gbench, result, "mean", mean, cpu_mean);
    add_aggregate(gbench, result, "median", stats_median(real, n), stats_median(cpu, n));
    add_aggregate(gbench, result, "stddev", deviation, cpu_deviation);
    add_aggregate(gbench, result, "cv", deviation / mean, cpu_mean > 0 ? cpu_deviation / cpu_mean : 0);
    gbench->families++;
    free(real);
    free(cpu);
}

void gbench_close(struct gbench *gbench)
{
    if (!gbench)
        return;
    json_t *root = made(json_object());
    set(root, "context", describe_context());
    set(root, "benchmarks", gbench->benchmarks);
    json_dumpf(root, gbench->stream, JSON_INDENT(2)); /* errors show when the file is closed */
    fputc('\n', gbench->stream);
    outfile_close(&gbench->file);
    outfile_publish(&gbench->file);
    json_decref(root);
    free(gbench);
}

#else

struct gbench *gbench_open(const char *path)
{
    if (path)
        die("--json: this pel was built without jansson, which writes it");
    return NULL;
}

void gbench_add(struct gbench *gbench, const struct gbench_result *result)
{
    (void)gbench;
    (void)result;
}

void gbench_close(struct gbench *gbench)
{
    (void)gbench;
}

#endif
