#include "perf/tune_t4.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/outfile.h"
#include "lib/names.h"
#include "lib/text.h"
#include "lib/variant.h"
#include "perf/energy.h"
#include "perf/program.h"

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

const char *tune_t4_invalidity(enum tune_lap lap)
{
    static const char *const words[TUNE_LAPS] = {"correct", "runtime", "correctness", "timeout"};
    return words[lap];
}

/* ":name=value" of a variant as a member. */
static void print_parameters(FILE *file, const char *text)
{
    while (*text == ':') {
        size_t name = strcspn(text + 1, "=");
        char *end;
        long value = strtol(text + 1 + name + 1, &end, 10);
        fprintf(file, ", \"%.*s\": %ld", (int)name, text + 1, value);
        text = end;
    }
}

static void print_configuration(FILE *file, const struct tune_run *run)
{
    const struct tune_key *key = &run->cell.key;
    size_t kernel = strcspn(run->variant, ":");
    fprintf(file,
            "{\"op\": \"%s\", \"dtype\": \"%s\", \"mode\": \"%s\", \"ndim\": %d, \"threads\": %d, \"n\": %zu, "
            "\"kernel\": \"%.*s\"",
            pel_op_name(key->op), pel_dtype_name(key->dtype), key->fast ? "fast" : "exact", key->ndim, key->threads,
            run->cell.n, (int)kernel, run->variant);
    print_parameters(file, run->variant + kernel);
    fputs("}", file);
}

static void print_times(FILE *file, const struct tune_t4 *t4)
{
    fprintf(file, "{\"compilation_time\": 0, \"framework\": 0, \"search_algorithm\": 0, \"validation\": %.6g, ",
            1e3 * t4->validation);
    fputs("\"runtimes\": [", file);
    for (size_t i = 0; i < t4->samples && !energy_is_open(); i++)
        fprintf(file, "%s%.6g", i ? ", " : "", 1e3 * t4->seconds[i]);
    fputs("]}", file);
}

void tune_t4_print(FILE *file, const struct tune_run *run, const struct tune_t4 *t4)
{
    bool right = strcmp(t4->invalidity, "correct") == 0;
    fputs("{\"configuration\": ", file);
    print_configuration(file, run);
    fprintf(file, ", \"objectives\": [\"%s\"], \"times\": ", tune_objective());
    print_times(file, t4);
    fprintf(file, ", \"invalidity\": \"%s\", \"correctness\": %d, \"measurements\": [", t4->invalidity, right);
    if (right && energy_is_open())
        fprintf(file, "{\"name\": \"energy\", \"value\": %.6g, \"unit\": \"J\"}", run->seconds);
    else if (right)
        fprintf(file, "{\"name\": \"time\", \"value\": %.6g, \"unit\": \"ms\"}", 1e3 * run->seconds);
    fputs("]}", file);
}

/* A later line about the same candidate in the same cell knows more. */
static bool is_superseded(const struct tune_history *history, size_t i)
{
    const struct tune_run *run = &history->runs[i];
    for (size_t j = i + 1; j < history->nruns; j++) {
        if (!tune_same_cell(&run->cell, &history->runs[j].cell))
            return false;
        if (strcmp(run->variant, history->runs[j].variant) == 0)
            return true;
    }
    return false;
}

void tune_t4_write(const char *path, const struct tune_history *history)
{
    struct outfile out;
    const char *separator = "\n";
    outfile_open_stream(&out, path);
    FILE *file = outfile_stream(&out);
    fputs("{\"schema_version\": \"1.0.0\", \"results\": [", file);
    for (size_t i = 0; i < history->nruns; i++) {
        const struct tune_run *run = &history->runs[i];
        struct tune_t4 t4 = {&run->seconds, run->lap == TUNE_RAN, 0, tune_t4_invalidity(run->lap)};
        if ((run->lap == TUNE_RAN && run->seconds == 0) || run->lap == TUNE_LATE || is_superseded(history, i))
            continue;
        fputs(separator, file);
        tune_t4_print(file, run, &t4);
        separator = ",\n";
    }
    fputs("\n]}\n", file);
    outfile_close(&out);
    outfile_publish(&out);
}

/* What is wrong with the text of a variant, which need not exist: a kernel, then any number of ":name=number". Nothing
 * else may get into the results. */
static const char *check_variant(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_/", digits[] = "0123456789";
    text += strspn(text, letters);
    while (*text == ':') {
        text += 1 + strspn(text + 1, letters);
        if (*text != '=')
            return "no variant";
        text += text[1] == '-' ? 2 : 1;
        text += strspn(text, digits);
    }
    return *text ? "no variant" : NULL;
}

#ifdef PEL_HAVE_JANSSON
#include <jansson.h>

/* A member that says something of the cell; false when it is none of those, *why when its value makes no sense. */
static bool read_cell_member(const char *name, const json_t *value, struct tune_cell *cell, const char **why)
{
    struct tune_key *key = &cell->key;
    const char *word = json_string_value(value);
    json_int_t number = json_integer_value(value);
    bool good = false;
    if (strcmp(name, "op") == 0)
        good = word && pel_op_named(word, strlen(word), &key->op);
    else if (strcmp(name, "dtype") == 0)
        good = word && pel_dtype_named(word, strlen(word), &key->dtype);
    else if (strcmp(name, "mode") == 0)
        good = word && ((key->fast = strcmp(word, "fast") == 0) || strcmp(word, "exact") == 0);
    else if (strcmp(name, "ndim") == 0)
        good = number >= 0 && number <= 3 && (key->ndim = (int)number) == number;
    else if (strcmp(name, "threads") == 0)
        good = number >= 1 && number <= 4096 && (key->threads = (int)number) == number;
    else if (strcmp(name, "n") == 0)
        good = number >= 1 && number <= TUNE_MAX_N && (cell->n = (size_t)number) > 0;
    else
        return false;
    *why = good ? NULL : "a value that makes no sense";
    return true;
}

/* Fills in the cell and the variant. */
static const char *read_object(json_t *object, struct tune_run *run)
{
    const char *kernel = json_string_value(json_object_get(object, "kernel")), *name, *why = NULL;
    struct pel_text text;
    json_t *value;
    if (!kernel)
        return "no kernel";
    pel_text_start(&text, run->variant, sizeof run->variant);
    pel_text_add(&text, "%s", kernel);
    json_object_foreach(object, name, value)
    {
        if (strcmp(name, "kernel") == 0 || read_cell_member(name, value, &run->cell, &why)) {
            if (why)
                return why;
            continue;
        }
        if (!json_is_number(value) || json_number_value(value) != rint(json_number_value(value)))
            return "a parameter that is no whole number";
        if (json_number_value(value) != 0)
            pel_text_add(&text, ":%s=%.0f", name, json_number_value(value));
    }
    return text.length < sizeof run->variant ? check_variant(run->variant) : "too long a variant";
}

static const char *read_json(const char *text, struct tune_run *run)
{
    json_error_t error;
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    const char *why = json_is_object(object) ? read_object(object, run) : "not JSON";
    json_decref(object);
    return why;
}

/* The value of the first objective; of results without one, more than any. */
static double objective(const json_t *result)
{
    const char *name = json_string_value(json_array_get(json_object_get(result, "objectives"), 0)), *said;
    size_t index;
    json_t *measurement;
    json_array_foreach(json_object_get(result, "measurements"), index, measurement)
    {
        const json_t *value = json_object_get(measurement, "value");
        said = json_string_value(json_object_get(measurement, "name"));
        if (json_is_number(value) && (!name || (said && strcmp(said, name) == 0)))
            return json_number_value(value);
    }
    return HUGE_VAL;
}

static int quickest_first(const void *a, const void *b)
{
    const struct tune_run *x = a, *y = b;
    return (x->seconds > y->seconds) - (x->seconds < y->seconds);
}

size_t tune_t4_read(const char *path, const struct tune_cell *usual, struct tune_run **runs)
{
    json_error_t error;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error), *result;
    const json_t *results = json_object_get(root, "results");
    size_t count = 0, index;
    if (!root)
        die("%s: %s", path, error.text);
    if (!json_is_array(results))
        die("%s is no file of T4 results", path);
    *runs = allocate(json_array_size(results) * sizeof **runs);
    json_array_foreach(results, index, result)
    {
        struct tune_run *run = &(*runs)[count];
        const char *invalidity = json_string_value(json_object_get(result, "invalidity"));
        *run = (struct tune_run){.cell = *usual, .seconds = objective(result)};
        if (!invalidity || strcmp(invalidity, "correct") != 0)
            continue;
        const char *why = read_object(json_object_get(result, "configuration"), run);
        if (why)
            die("%s: result %zu: %s", path, index, why);
        count++;
    }
    json_decref(root);
    qsort(*runs, count, sizeof **runs, quickest_first);
    return count;
}

#else

static const char *read_json(const char *text, struct tune_run *run)
{
    (void)text, (void)run;
    return "JSON, which pel was built without";
}

size_t tune_t4_read(const char *path, const struct tune_cell *usual, struct tune_run **runs)
{
    (void)usual, (void)runs;
    die("cannot read %s: pel was built without jansson", path);
}

#endif

const char *tune_t4_configuration(const char *text, struct tune_run *run)
{
    if (text[0] == '{')
        return read_json(text, run);
    if (strlen(text) >= sizeof run->variant)
        return "too long a variant";
    strcpy(run->variant, text);
    return check_variant(text);
}
