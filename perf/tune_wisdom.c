/* A table as wisdom; the format is told in lib/wisdom_json.c. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pel/version.h>

#include "lib/cpu.h"
#include "lib/names.h"
#include "lib/wisdom.h"
#include "perf/program.h"
#include "perf/tune_table.h"

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#ifdef PEL_HAVE_JANSSON
#include "perf/json.h"

/* The wisdom that is there, or an empty one. */
static json_t *load(const char *path)
{
    json_error_t error;
    if (access(path, F_OK) != 0)
        return good(json_pack("{s:s, s:i, s:[]}", "format", "pel wisdom", "version", PEL_WISDOM_VERSION, "tables"));
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    const char *format = json_string_value(json_object_get(root, "format"));
    if (!format || strcmp(format, "pel wisdom") != 0 || !json_is_array(json_object_get(root, "tables")) ||
        json_integer_value(json_object_get(root, "version")) != PEL_WISDOM_VERSION)
        die("%s is there, and is no wisdom that could be added to", path);
    return root;
}

void tune_check_wisdom(const char *path)
{
    json_decref(load(path));
}

static json_t *number_or_all(size_t number, bool all)
{
    return good(all ? json_string("all") : json_integer((json_int_t)number));
}

static json_t *pack_row(const struct tune_row *row)
{
    const struct tune_key *key = &row->key;
    const struct pel_kernel *kernel = row->pick.kernel;
    json_t *rule = good(json_pack(
        "{s:s, s:s, s:s, s:i, s:i, s:o, s:s}", "op", pel_op_name(key->op), "dtype", pel_dtype_name(key->dtype), "mode",
        key->fast ? "fast" : "exact", "ndim", key->ndim, "threads", key->threads, "n_upto",
        number_or_all(row->n_upto, row->n_upto == SIZE_MAX), "variant", kernel ? kernel->name : PEL_RULE_DEFAULT));
    if (!kernel)
        return rule;
    bool all = tune_takes_all(row);
    json_t *params = good(json_object());
    for (int i = 0; i < PEL_MAX_PARAMS && kernel->params[i].name; i++)
        json_object_set_new(params, kernel->params[i].name, good(json_integer(row->pick.params[i])));
    json_object_set_new(rule, "team", number_or_all((size_t)row->pick.team, all));
    json_object_set_new(rule, "params", params);
    if (!row->base)
        return rule;
    json_object_set_new(rule, "over", good(json_string(row->base)));
    json_object_set_new(rule, "gain", good(json_pack("[f, f, f]", row->gain.low, row->gain.mid, row->gain.high)));
    return rule;
}

static json_t *pack_table(const struct tune_row *rows, size_t count, const struct tune_provenance *from)
{
    char kernels[32];
    snprintf(kernels, sizeof kernels, "%016llx", (unsigned long long)tune_kernels_fingerprint());
    json_t *rules = good(json_array());
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rules, pack_row(&rows[i]));
    return good(json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:f, s:i, s:o}", "objective",
                          tune_objective(), "cpu", pel_cpu()->id, "brand", tune_brand(), "caches", tune_caches(),
                          "compiler", pel_compiler_name(), "openmp", tune_openmp(), "pel", pel_version(), "date",
                          tune_date(), "kernels", kernels, "threads", from->options->threads, "seconds", from->seconds,
                          "noisy", (int)from->verdicts[TUNE_NOISY], "rules", rules));
}

static bool is_word(const json_t *rule, const char *name, const char *word)
{
    const char *value = json_string_value(json_object_get(rule, name));
    return value && strcmp(value, word) == 0;
}

/* The key of a rule of ours. */
static bool read_key(const json_t *rule, struct tune_key *key)
{
    const char *op = json_string_value(json_object_get(rule, "op"));
    const char *dtype = json_string_value(json_object_get(rule, "dtype"));
    *key = (struct tune_key){.fast = is_word(rule, "mode", "fast"),
                             .ndim = (int)json_integer_value(json_object_get(rule, "ndim")),
                             .threads = (int)json_integer_value(json_object_get(rule, "threads"))};
    return op && dtype && pel_op_named(op, strlen(op), &key->op) && pel_dtype_named(dtype, strlen(dtype), &key->dtype);
}

static bool is_of_key(const json_t *rule, const struct tune_key *key)
{
    return is_word(rule, "op", pel_op_name(key->op)) && is_word(rule, "dtype", pel_dtype_name(key->dtype)) &&
           is_word(rule, "mode", key->fast ? "fast" : "exact") &&
           json_integer_value(json_object_get(rule, "ndim")) == key->ndim &&
           json_integer_value(json_object_get(rule, "threads")) == key->threads;
}

/* Whether the rule's key was measured now, so that what it said of it is out of date. */
static bool was_measured(const json_t *rule, const struct tune_history *history)
{
    for (size_t i = 0; i < history->count; i++) {
        if (is_of_key(rule, &history->results[i].cell.key))
            return true;
    }
    return false;
}

static size_t upto(const json_t *rule)
{
    const json_t *n = json_object_get(rule, "n_upto");
    return json_is_integer(n) ? (size_t)json_integer_value(n) : SIZE_MAX;
}

static json_t *bounded(const json_t *rule, size_t n)
{
    json_t *copy = good(json_copy((json_t *)(uintptr_t)rule));
    json_object_set_new(copy, "n_upto", number_or_all(n, n == SIZE_MAX));
    return copy;
}

/* Adds what the old rules of the key say of sizes above `from`, up to `to`; returns up to where they do. */
static size_t keep_rules(json_t *rules, const json_t *old, const struct tune_key *key, size_t from, size_t to)
{
    size_t index;
    json_t *rule;
    json_array_foreach(old, index, rule)
    {
        if (from >= to || !is_of_key(rule, key) || upto(rule) <= from)
            continue;
        from = upto(rule) < to ? upto(rule) : to;
        json_array_append_new(rules, bounded(rule, from));
    }
    return from;
}

static void add_default(json_t *rules, const struct tune_key *key, size_t n_upto)
{
    struct tune_row row = {.key = *key, .n_upto = n_upto};
    json_array_append_new(rules, pack_row(&row));
}

/* Whether there are rules for any number of threads, which those that were measured must not fall to. */
static bool has_learned(const json_t *fresh, const struct tune_key *key)
{
    struct tune_key any = *key;
    size_t index;
    json_t *rule;
    any.threads = 0;
    json_array_foreach(fresh, index, rule)
    {
        if (is_of_key(rule, &any))
            return true;
    }
    return false;
}

/* The rules of a key that was measured at some sizes: those of the table, and around these sizes the old ones. */
static void join_rules(json_t *rules, const json_t *fresh, const json_t *old, const struct tune_range *range)
{
    const struct tune_key *key = &range->key;
    size_t start = json_array_size(rules), end;
    end = keep_rules(rules, old, key, 0, range->above);
    if (end < range->above)
        add_default(rules, key, range->above);
    end = keep_rules(rules, fresh, key, range->above, range->upto);
    if (end < range->upto)
        add_default(rules, key, range->upto);
    end = keep_rules(rules, old, key, range->upto, SIZE_MAX);
    if (has_learned(fresh, key)) {
        if (end < SIZE_MAX)
            add_default(rules, key, SIZE_MAX);
        return;
    }
    for (size_t last; (last = json_array_size(rules)) > start; json_array_remove(rules, last - 1)) {
        if (!is_word(json_array_get(rules, last - 1), "variant", PEL_RULE_DEFAULT))
            return;
    }
}

/* Whether the fresh rules have the key of an old one. */
static bool is_learned_anew(const json_t *old, const json_t *fresh)
{
    struct tune_key key;
    size_t index;
    json_t *rule;
    json_array_foreach(fresh, index, rule)
    {
        if (read_key(rule, &key) && is_of_key(old, &key))
            return true;
    }
    return false;
}

/* The rules of all keys that were measured now, then the old ones of the others, then those that were learned. */
static json_t *join_all(const json_t *fresh, const json_t *old, const struct tune_history *history, bool dense)
{
    struct tune_range *ranges;
    json_t *rules = good(json_array()), *rule;
    size_t count = tune_list_ranges(history, dense, &ranges), index;
    for (size_t i = 0; i < count; i++)
        join_rules(rules, fresh, old, &ranges[i]);
    json_array_foreach(old, index, rule)
    {
        if (!was_measured(rule, history) && !is_learned_anew(rule, fresh))
            json_array_append(rules, rule);
    }
    json_array_foreach(fresh, index, rule)
    {
        if (!was_measured(rule, history))
            json_array_append(rules, rule);
    }
    free(ranges);
    return rules;
}

/* Puts the table in the place of an older one of this processor, of which it takes over what was not measured now. */
static void put_table(json_t *root, json_t *table, const struct tune_provenance *from)
{
    json_t *tables = json_object_get(root, "tables"), *old = good(json_array());
    for (size_t i = json_array_size(tables); i-- > 0;) {
        if (!is_word(json_array_get(tables, i), "cpu", pel_cpu()->id))
            continue;
        json_array_extend(old, json_object_get(json_array_get(tables, i), "rules"));
        json_array_remove(tables, i);
    }
    json_t *rules = join_all(json_object_get(table, "rules"), old, from->history, from->options->dense);
    json_object_set_new(table, "rules", rules);
    json_decref(old);
    json_array_append_new(tables, table);
}

void tune_write_wisdom(FILE *file, const char *path, const struct tune_row *rows, size_t count,
                       const struct tune_provenance *provenance)
{
    json_t *root = load(path);
    put_table(root, pack_table(rows, count, provenance), provenance);
    if (json_dumpf(root, file, JSON_OF_WISDOM) != 0)
        die("cannot write %s", path);
    fputc('\n', file);
    json_decref(root);
}

#else

void tune_check_wisdom(const char *path)
{
    die("cannot write %s: pel was built without jansson, and wisdom is JSON", path);
}

void tune_write_wisdom(FILE *file, const char *path, const struct tune_row *rows, size_t count,
                       const struct tune_provenance *provenance)
{
    (void)file, (void)rows, (void)count, (void)provenance;
    tune_check_wisdom(path);
}

#endif
