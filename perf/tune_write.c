/* A table as C, and what both formats tell of its origin. */
#include <link.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pel/version.h>

#include "lib/cpu.h"
#include "lib/names.h"
#include "lib/text.h"
#include "lib/topology.h"
#include "perf/tune_table.h"

/* Today, or the day that SOURCE_DATE_EPOCH asks reproducible builds to write. */
const char *tune_date(void)
{
    static char date[32];
    const char *fixed = getenv("SOURCE_DATE_EPOCH");
    time_t now = fixed ? (time_t)strtoll(fixed, NULL, 10) : time(NULL);
    struct tm parts;
    if (!gmtime_r(&now, &parts) || strftime(date, sizeof date, "%Y-%m-%d", &parts) == 0)
        return "unknown";
    return date;
}

/* What the processor calls itself, without anything that could end a comment or a string. */
const char *tune_brand(void)
{
    static char brand[sizeof pel_cpu()->brand];
    snprintf(brand, sizeof brand, "%s", pel_cpu()->brand);
    for (char *c = brand; *c; c++)
        *c = *c >= ' ' && *c <= '~' && *c != '*' && *c != '"' && *c != '\\' ? *c : ' ';
    return brand;
}

static int note_openmp(struct dl_phdr_info *info, size_t size, void *text)
{
    static const char *const runtimes[] = {"libgomp", "libomp", "libiomp5"};
    const char *file = strrchr(info->dlpi_name, '/');
    (void)size;
    for (size_t i = 0; file && i < sizeof runtimes / sizeof *runtimes; i++) {
        size_t length = strlen(runtimes[i]);
        if (strncmp(file + 1, runtimes[i], length) == 0 && file[1 + length] == '.')
            pel_text_add(text, "%s%s", ((struct pel_text *)text)->length ? " and " : "", runtimes[i]);
    }
    return 0;
}

/* The runtimes that are loaded: a library that we use may bring its own. */
const char *tune_openmp(void)
{
    static char names[64];
    struct pel_text text;
    pel_text_start(&text, names, sizeof names);
    dl_iterate_phdr(note_openmp, &text);
    return names;
}

const char *tune_caches(void)
{
    static char text[96];
    snprintf(text, sizeof text, "L1 %zu KiB, L2 %zu KiB, L3 %zu KiB", pel_topology_cache(1) >> 10,
             pel_topology_cache(2) >> 10, pel_topology_cache(3) >> 10);
    return text;
}

static void write_origin(FILE *file, const struct tune_provenance *from)
{
    fprintf(file, "/* Made by pel tune %s on %s in %.0f s.\n", pel_version(), tune_date(), from->seconds);
    fprintf(file, " *   processor  %s, %s\n", pel_cpu()->id, tune_brand());
    fprintf(file, " *   caches     %s\n", tune_caches());
    fprintf(file, " *   threads    1 to %d, %s\n", from->options->threads, tune_openmp());
    fprintf(file, " *   compiler   %s\n", pel_compiler_name());
    fprintf(file, " *   objective  %s\n", tune_objective());
    fprintf(file, " *   kernels    %016llx\n", (unsigned long long)tune_kernels_fingerprint());
    size_t kept = from->verdicts[TUNE_KEPT], improved = from->verdicts[TUNE_ACCEPTED];
    size_t noisy = from->verdicts[TUNE_NOISY], broken = from->verdicts[TUNE_BROKEN];
    size_t reached = kept + improved + noisy + broken;
    fprintf(
        file,
        " *   cells      %zu; kept %zu, improved %zu, too noisy %zu, default fails %zu, not reached %zu; crashes %zu\n",
        from->cells, kept, improved, noisy, broken, from->cells > reached ? from->cells - reached : 0,
        from->history->nsuspects);
    fputs(" * Behind each row: its least gain over the default, with the 95 % interval. doc/tuning.md tells more. */\n",
          file);
}

static double percent(double logarithm)
{
    return 100 * expm1(logarithm);
}

static void write_number(FILE *file, bool all, size_t number)
{
    if (all)
        fputs("ALL, ", file);
    else
        fprintf(file, "%zu, ", number);
}

static void write_row(FILE *file, const struct tune_row *row)
{
#define SYMBOL(symbol, family, name) [PEL_OP_##symbol] = #symbol,
    static const char *const symbols[PEL_NOPS] = {PEL_OPS(SYMBOL)};
    const struct tune_key *key = &row->key;
    const struct pel_kernel *kernel = row->pick.kernel;
    fprintf(file, "PEL_RULE(%s, %s, %s, %d, %d, ", symbols[key->op], pel_dtype_name(key->dtype),
            key->fast ? "fast" : "exact", key->ndim, key->threads);
    write_number(file, row->n_upto == SIZE_MAX, row->n_upto);
    if (!kernel) {
        fprintf(file, "\"%s\", 0, 0)\n", PEL_RULE_DEFAULT);
        return;
    }
    fprintf(file, "\"%s\", ", kernel->name);
    write_number(file, tune_takes_all(row), (size_t)row->pick.team);
    fprintf(file, "%d", (int)row->pick.params[0]);
    for (int i = 1; i < PEL_MAX_PARAMS && kernel->params[i].name; i++)
        fprintf(file, ", %d", (int)row->pick.params[i]);
    if (!row->base) {
        fputs(") /* learned */\n", file);
        return;
    }
    fprintf(file, ") /* +%.1f %% (%.1f to %.1f) over %s */\n", percent(row->gain.mid), percent(row->gain.low),
            percent(row->gain.high), row->base);
}

void tune_write_def(FILE *file, const struct tune_row *rows, size_t count, const struct tune_provenance *provenance)
{
    write_origin(file, provenance);
    fprintf(file, "#define PEL_TABLE_CPU \"%s\"\n", pel_cpu()->id);
    fprintf(file, "#define PEL_TABLE_MADE \"%s, %s, %s\"\n", tune_date(), pel_compiler_name(), tune_brand());
    for (size_t i = 0; i < count; i++)
        write_row(file, &rows[i]);
}
