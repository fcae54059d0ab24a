/* pel wisdom: looks into wisdom files, merges them, writes what is in force. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pel/tune.h>

#include "common/outfile.h"
#include "lib/wisdom.h"
#include "perf/commands.h"
#include "perf/program.h"

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

static const char usage[] =
    "usage: pel wisdom show FILE...\n"
    "       pel wisdom merge [-o OUT] FILE...\n"
    "       pel wisdom export [-o OUT]\n"
    "\n"
    "show tells what is in files of wisdom. merge makes one of several: per processor, and per operation, dtype, "
    "mode,\n"
    "dimensions and threads, the rules that more time was spent on, then those with the narrower intervals, then the\n"
    "later ones. export writes the wisdom that is in force here: that of PEL_WISDOM and the system's.\n"
    "\n"
    "  -o, --output OUT   instead of standard output\n"
    "  -h, --help         print this and exit\n";

static void write_text(const char *path, const char *text)
{
    struct outfile out;
    if (!path) {
        puts(text);
        return;
    }
    outfile_open_stream(&out, path);
    fprintf(outfile_stream(&out), "%s\n", text);
    outfile_close(&out);
    outfile_publish(&out);
}

static void export_wisdom(const char *output)
{
    size_t length;
    if (pel_wisdom_export(NULL, 0, &length) != PEL_OK)
        die("cannot tell the wisdom in force");
    char *text = allocate(length + 1);
    pel_wisdom_export(text, length + 1, NULL);
    write_text(output, text);
    free(text);
}

#ifdef PEL_HAVE_JANSSON
#include "perf/json.h"

/* The tables of a file, which the library must be able to read. */
static json_t *load_tables(const char *path)
{
    json_error_t error;
    pel_status status = pel_wisdom_import(path);
    if (status != PEL_OK)
        die("%s: %s", path, pel_strerror(status));
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    json_t *tables = json_object_get(root, "tables");
    if (!tables)
        die("%s: %s", path, error.text);
    json_incref(tables);
    json_decref(root);
    return tables;
}

static const char *word(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value ? value : "";
}

/* A word of a file that anybody may have written, so that it cannot command the terminal. */
static void print_word(const char *between, const char *text)
{
    fputs(*text ? between : "", stdout);
    for (; *text; text++)
        putchar(*text >= ' ' && *text <= '~' ? *text : '?');
}

static void show(const char *path)
{
    static const char *const origins[] = {"brand", "compiler", "date"};
    json_t *tables = load_tables(path), *table, *rule;
    size_t index, r;
    json_array_foreach(tables, index, table)
    {
        const json_t *rules = json_object_get(table, "rules");
        printf("%s: ", path);
        print_word("", word(table, "cpu"));
        printf(", %zu rules", json_array_size(rules));
        for (size_t i = 0; i < sizeof origins / sizeof *origins; i++)
            print_word(", ", word(table, origins[i]));
        printf(", %.0f s\n", json_number_value(json_object_get(table, "seconds")));
        json_array_foreach(rules, r, rule)
        {
            char *line = json_dumps(rule, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_SORT_KEYS | JSON_REAL_PRECISION(5));
            printf("  %s\n", line ? line : "");
            free(line);
        }
    }
    json_decref(tables);
}

/* Whether two rules serve the same requests but for their size. */
static bool same_key(const json_t *a, const json_t *b)
{
    static const char *const words[] = {"op", "dtype", "mode"}, *const numbers[] = {"ndim", "threads"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(word(a, words[i]), word(b, words[i])) != 0)
            return false;
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (json_integer_value(json_object_get(a, numbers[i])) != json_integer_value(json_object_get(b, numbers[i])))
            return false;
    }
    return true;
}

/* The mean width of the intervals that a table's rules of this key have; large where they have none. */
static double mean_width(const json_t *table, const json_t *key)
{
    double sum = 0;
    size_t count = 0, index;
    json_t *rule;
    json_array_foreach(json_object_get(table, "rules"), index, rule)
    {
        const json_t *gain = json_object_get(rule, "gain");
        if (!same_key(rule, key) || json_array_size(gain) != 3)
            continue;
        sum += json_number_value(json_array_get(gain, 2)) - json_number_value(json_array_get(gain, 0));
        count++;
    }
    return count ? sum / (double)count : 1e9;
}

/* The first rule of a key, which tells where all of them come from. */
static const json_t *rule_of(const json_t *table, const json_t *key)
{
    size_t index;
    json_t *rule;
    json_array_foreach(json_object_get(table, "rules"), index, rule)
    {
        if (same_key(rule, key))
            return rule;
    }
    return NULL;
}

/* Whether what table a says of the key is worth more than what b says: by effort, then interval, then date. */
static bool outranks(const json_t *a, const json_t *b, const json_t *key)
{
    const json_t *p = rule_of(a, key), *q = rule_of(b, key);
    double x = json_number_value(json_object_get(p, "seconds")), y = json_number_value(json_object_get(q, "seconds"));
    if (x != y)
        return x > y;
    double v = mean_width(a, key), w = mean_width(b, key);
    if (v != w)
        return v < w;
    return strcmp(word(p, "date"), word(q, "date")) > 0;
}

/* Notes with each rule what its table tells of the search, lest it is lost when rules of several are mixed. */
static void note_origin(const json_t *table)
{
    static const char *const members[] = {"seconds", "date"};
    size_t index;
    json_t *rule;
    json_array_foreach(json_object_get(table, "rules"), index, rule)
    {
        for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
            json_t *value = json_object_get(table, members[i]);
            if (value && !json_object_get(rule, members[i]))
                json_object_set(rule, members[i], value);
        }
    }
}

/* Takes the rules of one table into the other, of the same processor: key by key the better ones. */
static void merge_table(json_t *into, const json_t *from)
{
    json_t *merged = good(json_array()), *rule;
    size_t index;
    json_array_foreach(json_object_get(into, "rules"), index, rule)
    {
        if (!rule_of(from, rule) || !outranks(from, into, rule))
            json_array_append(merged, rule);
    }
    json_array_foreach(json_object_get(from, "rules"), index, rule)
    {
        if (!rule_of(into, rule) || outranks(from, into, rule))
            json_array_append(merged, rule);
    }
    json_object_set_new(into, "rules", merged);
    if (json_number_value(json_object_get(from, "seconds")) > json_number_value(json_object_get(into, "seconds")))
        json_object_set(into, "seconds", json_object_get(from, "seconds"));
}

static void merge_file(json_t *merged, const char *path)
{
    json_t *tables = load_tables(path), *table, *known;
    size_t index, k;
    json_array_foreach(tables, index, table)
    {
        bool found = false;
        note_origin(table);
        json_array_foreach(merged, k, known)
        {
            if (strcmp(word(known, "cpu"), word(table, "cpu")) == 0) {
                merge_table(known, table);
                found = true;
            }
        }
        if (!found)
            json_array_append(merged, table);
    }
    json_decref(tables);
}

static void merge(const char *output, char **paths, int count)
{
    json_t *tables = good(json_array());
    for (int i = 0; i < count; i++)
        merge_file(tables, paths[i]);
    json_t *root =
        good(json_pack("{s:s, s:i, s:o}", "format", "pel wisdom", "version", PEL_WISDOM_VERSION, "tables", tables));
    char *text = json_dumps(root, JSON_OF_WISDOM);
    if (!text)
        die("out of memory");
    write_text(output, text);
    free(text);
    json_decref(root);
}

#else

static void show(const char *path)
{
    die("cannot read %s: pel was built without jansson, and wisdom is JSON", path);
}

static void merge(const char *output, char **paths, int count)
{
    (void)output, (void)count;
    show(paths[0]);
}

#endif

int command_wisdom(int argc, char **argv)
{
    static const struct option known[] = {
        {"output", required_argument, NULL, 'o'}, {"help", no_argument, NULL, 'h'}, {0}};
    const char *output = NULL;
    for (int option; (option = getopt_long(argc, argv, "o:h", known, NULL)) != -1;) {
        if (option == 'h')
            return print_usage(usage);
        if (option == '?')
            return EXIT_USAGE;
        output = optarg;
    }
    const char *verb = optind < argc ? argv[optind++] : "";
    char **files = argv + optind;
    int count = argc - optind;
    outfile_catch_signals();
    if (strcmp(verb, "export") == 0 && count == 0)
        export_wisdom(output);
    else if (strcmp(verb, "merge") == 0 && count > 0)
        merge(output, files, count);
    else if (strcmp(verb, "show") == 0 && count > 0 && !output)
        while (count-- > 0)
            show(*files++);
    else
        bad_usage("wisdom takes show FILE..., merge FILE... or export");
    return finish(EXIT_DONE);
}
