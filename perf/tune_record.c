#include "perf/tune_record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pel/version.h>

#include "lib/cpu.h"
#include "lib/names.h"
#include "lib/registry.h"
#include "perf/energy.h"
#include "perf/program.h"

enum { LINE = 1024 };

static const char *const laps[TUNE_LAPS] = {"ran", "failed", "wrong", "late"};
static const char *const verdicts[TUNE_VERDICTS] = {"kept", "accepted", "noisy", "broken"};

/* Each line is written and read by one format. */
#define CELL_OUT "%s %s %s %d %d %zu"
#define CELL_IN  "%15[a-z] %3[a-z0-9] %5[a-z] %d %d %zu"
#define HEAD                                                                                                           \
    "{\"tuning\": 1, \"objective\": \"%s\", \"pel\": \"%s\", \"cpu\": \"%s\", \"kernels\": \"%016" PRIx64 "\"}\n"
#define TRY_OUT "{\"try\": \"" CELL_OUT "\", \"variant\": \"%s\"}\n"
#define TRY_IN  "{\"try\": \"" CELL_IN "\", \"variant\": \"%127[^\"]\"}"
#define RUN_OUT "{\"run\": \"" CELL_OUT "\", \"variant\": \"%s\", \"lap\": \"%s\", \"seconds\": %.4g}\n"
#define RUN_IN  "{\"run\": \"" CELL_IN "\", \"variant\": \"%127[^\"]\", \"lap\": \"%15[a-z]\", \"seconds\": %lf}"
#define DONE_OUT                                                                                                       \
    "{\"cell\": \"" CELL_OUT "\", \"verdict\": \"%s\", \"default\": \"%s\", \"best\": \"%s\", "                        \
    "\"gain\": [%.5f, %.5f, %.5f], \"control\": %.5f}\n"
#define DONE_IN                                                                                                        \
    "{\"cell\": \"" CELL_IN "\", \"verdict\": \"%15[a-z]\", \"default\": \"%127[^\"]\", \"best\": \"%127[^\"]\", "     \
    "\"gain\": [%lf, %lf, %lf], \"control\": %lf}"
#define DEATH "{\"died\": %d}\n"

const char *tune_objective(void)
{
    return energy_is_open() ? "energy" : "time";
}

/* FNV-1a of G. Fowler, L. C. Noll and K.-P. Vo. */
static uint64_t mix(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash;
}

uint64_t tune_kernels_fingerprint(void)
{
    uint64_t hash = 0xcbf29ce484222325u;
    struct pel_registry_walk walk = {0};
    for (const struct pel_kernel *kernel; (kernel = pel_registry_next(&walk, PEL_NOPS, -1));) {
        char text[64];
        snprintf(text, sizeof text, ";%d %d ", (int)kernel->op, (int)kernel->dtype);
        hash = mix(mix(hash, text), kernel->name);
        for (int i = 0; i < PEL_MAX_PARAMS && kernel->params[i].name; i++) {
            const struct pel_param *param = &kernel->params[i];
            snprintf(text, sizeof text, ":%.16s %d %d %d", param->name, param->initial, param->low, param->high);
            hash = mix(hash, text);
        }
    }
    return hash;
}

static int record = -1;
static const char *record_path;
static bool record_is_empty; /* and is of no use to anybody if it stays so */

static void append(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void append(const char *format, ...)
{
    char line[LINE];
    va_list args;
    if (record < 0)
        return;
    va_start(args, format);
    int length = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (length < 0 || length >= LINE)
        die("cannot write %s: a line is too long", record_path);
    for (int at = 0; at < length;) {
        ssize_t written = write(record, line + at, (size_t)(length - at));
        if (written < 0 && errno != EINTR) {
            int reason = errno;
            if (record_is_empty)
                unlink(record_path);
            die("cannot write %s: %s", record_path, strerror(reason));
        }
        at += written > 0 ? (int)written : 0;
    }
}

void tune_record_open(const char *path)
{
    record_path = path;
    record = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (record < 0)
        die("cannot open %s: %s", path, strerror(errno));
}

static void write_head(char *line)
{
    snprintf(line, LINE, HEAD, tune_objective(), pel_version(), pel_cpu()->id, tune_kernels_fingerprint());
}

/* Whether the file begins with this line; *torn when it ends within one. */
static bool begins_with(const char *path, const char *head, bool *torn)
{
    char line[LINE] = "";
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    bool same = fgets(line, sizeof line, file) && strcmp(line, head) == 0;
    *torn = fseek(file, -1, SEEK_END) == 0 && fgetc(file) != '\n';
    fclose(file);
    return same;
}

void tune_record_begin(const char *path, bool resume)
{
    char head[LINE];
    bool torn = false, old = access(path, F_OK) == 0;
    write_head(head);
    bool same = resume && begins_with(path, head, &torn);
    if (resume && old && !same)
        die("%s is not a record of this processor, these kernels and this objective; without --resume it is begun anew",
            path);
    if (!same && unlink(path) != 0 && errno != ENOENT)
        die("cannot replace %s: %s", path, strerror(errno));
    tune_record_open(path);
    record_is_empty = !same;
    if (!same)
        append("%s", head);
    else if (torn)
        append("\n");
    record_is_empty = false;
    close(record);
}

#define CELL_ARGUMENTS(cell)                                                                                           \
    pel_op_name((cell)->key.op), pel_dtype_name((cell)->key.dtype), (cell)->key.fast ? "fast" : "exact",               \
        (cell)->key.ndim, (cell)->key.threads, (cell)->n

void tune_record_try(const struct tune_cell *cell, const char *variant)
{
    append(TRY_OUT, CELL_ARGUMENTS(cell), variant);
}

void tune_record_run(const struct tune_run *run)
{
    append(RUN_OUT, CELL_ARGUMENTS(&run->cell), run->variant, laps[run->lap], run->seconds);
}

void tune_record_result(const struct tune_result *result)
{
    append(DONE_OUT, CELL_ARGUMENTS(&result->cell), verdicts[result->verdict], result->base, result->best,
           result->gain.low, result->gain.mid, result->gain.high, result->control);
    if (record >= 0)
        fsync(record);
}

void tune_record_death(const char *path, int number)
{
    tune_record_open(path);
    append(DEATH, number);
    close(record);
}

/* A cell as it stands in a line. */
struct words {
    char op[16], dtype[4], mode[6];
    struct tune_cell cell;
};

static bool read_words(struct words *words)
{
    struct tune_key *key = &words->cell.key;
    key->fast = strcmp(words->mode, "fast") == 0;
    return pel_op_named(words->op, strlen(words->op), &key->op) &&
           pel_dtype_named(words->dtype, strlen(words->dtype), &key->dtype);
}

/* The place of a word in a list; count when it is not there. */
static int place_of(const char *word, const char *const *list, int count)
{
    int i = 0;
    while (i < count && strcmp(list[i], word) != 0)
        i++;
    return i;
}

static bool read_run(const char *line, struct tune_run *run)
{
    struct words w;
    char lap[16];
    int read = sscanf(line, RUN_IN, w.op, w.dtype, w.mode, &w.cell.key.ndim, &w.cell.key.threads, &w.cell.n,
                      run->variant, lap, &run->seconds);
    if (read != 9 || !read_words(&w))
        return false;
    run->cell = w.cell;
    run->lap = (enum tune_lap)place_of(lap, laps, TUNE_LAPS);
    return run->lap != TUNE_LAPS;
}

static bool read_result(const char *line, struct tune_result *result)
{
    struct words w;
    char verdict[16];
    int read =
        sscanf(line, DONE_IN, w.op, w.dtype, w.mode, &w.cell.key.ndim, &w.cell.key.threads, &w.cell.n, verdict,
               result->base, result->best, &result->gain.low, &result->gain.mid, &result->gain.high, &result->control);
    if (read != 13 || !read_words(&w))
        return false;
    result->cell = w.cell;
    result->verdict = (enum tune_verdict)place_of(verdict, verdicts, TUNE_VERDICTS);
    return result->verdict != TUNE_VERDICTS;
}

static bool read_try(const char *line, struct tune_suspect *suspect)
{
    struct words w;
    int read =
        sscanf(line, TRY_IN, w.op, w.dtype, w.mode, &w.cell.key.ndim, &w.cell.key.threads, &w.cell.n, suspect->kernel);
    if (read != 7 || !read_words(&w))
        return false;
    suspect->op = w.cell.key.op;
    suspect->dtype = w.cell.key.dtype;
    suspect->kernel[strcspn(suspect->kernel, ":")] = '\0';
    return true;
}

bool tune_same_key(const struct tune_key *a, const struct tune_key *b)
{
    return a->op == b->op && a->dtype == b->dtype && a->fast == b->fast && a->ndim == b->ndim &&
           a->threads == b->threads;
}

bool tune_same_cell(const struct tune_cell *a, const struct tune_cell *b)
{
    return tune_same_key(&a->key, &b->key) && a->n == b->n;
}

static void *grown(void *list, size_t count, size_t size)
{
    if (count & (count - 1))
        return list;
    list = realloc(list, (count ? 2 * count : 1) * size);
    if (!list)
        die("out of memory");
    return list;
}

/* A later result of a cell replaces the earlier one. */
static void add_result(struct tune_history *history, const struct tune_result *result)
{
    for (size_t i = 0; i < history->count; i++) {
        if (tune_same_cell(&history->results[i].cell, &result->cell)) {
            history->results[i] = *result;
            return;
        }
    }
    history->results = grown(history->results, history->count, sizeof *result);
    history->results[history->count++] = *result;
}

static void read_line(const char *line, struct tune_history *history, struct tune_suspect *running)
{
    struct tune_result result;
    struct tune_run run;
    int number;
    if (read_run(line, &run)) {
        history->runs = grown(history->runs, history->nruns, sizeof run);
        history->runs[history->nruns++] = run;
    } else if (read_result(line, &result)) {
        add_result(history, &result);
        running->kernel[0] = '\0';
    } else if (sscanf(line, DEATH, &number) == 1 && running->kernel[0]) {
        history->suspects = grown(history->suspects, history->nsuspects, sizeof *running);
        history->suspects[history->nsuspects++] = *running;
        running->kernel[0] = '\0';
    } else {
        read_try(line, running);
    }
}

void tune_history_read(const char *path, struct tune_history *history)
{
    char line[LINE];
    struct tune_suspect running = {.kernel = ""};
    FILE *file = fopen(path, "r");
    *history = (struct tune_history){0};
    while (file && fgets(line, sizeof line, file))
        read_line(line, history, &running);
    if (file)
        fclose(file);
}

void tune_history_free(struct tune_history *history)
{
    free(history->results);
    free(history->runs);
    free(history->suspects);
}

const struct tune_result *tune_history_find(const struct tune_history *history, const struct tune_cell *cell)
{
    for (size_t i = 0; i < history->count; i++) {
        if (tune_same_cell(&history->results[i].cell, cell))
            return &history->results[i];
    }
    return NULL;
}

bool tune_history_suspects(const struct tune_history *history, const struct pel_kernel *kernel)
{
    for (size_t i = 0; i < history->nsuspects; i++) {
        const struct tune_suspect *suspect = &history->suspects[i];
        if (suspect->op == kernel->op && suspect->dtype == kernel->dtype && strcmp(suspect->kernel, kernel->name) == 0)
            return true;
    }
    return false;
}
