/* The wisdom file's format:
 *     {"format": "pel wisdom", "version": 1, "tables": [{"cpu": "GenuineIntel-6-207", "rules": [RULE, ...]}, ...]}
 * where RULE is
 *     {"op": "sort", "dtype": "f64", "mode": "exact", "ndim": 0, "threads": 2, "n_upto": 65536 or "all",
 *      "variant": "avx512/quick", "team": 1 or "all", "params": {"leaf": 256}}
 * The variant "default" leaves its requests to the tables below. ndim, threads, n_upto, team and params may be left
 * out: any, any, all, the model's choice, the initial values. Members not named here are for people. */
#include "lib/wisdom.h"

#include <string.h>

#include "lib/cpu.h"
#include "lib/names.h"
#include "lib/variant.h"

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#ifdef PEL_HAVE_JANSSON
#include <jansson.h>

/* An integer member in its range; left out, it stays as it is. */
static bool read_number(const json_t *object, const char *name, json_int_t low, json_int_t high, json_int_t *value)
{
    const json_t *member = json_object_get(object, name);
    if (!member)
        return true;
    *value = json_integer_value(member);
    return json_is_integer(member) && *value >= low && *value <= high;
}

/* As read_number, but "all" is a value too. */
static bool read_number_or_all(const json_t *object, const char *name, json_int_t high, json_int_t all,
                               json_int_t *value)
{
    const char *word = json_string_value(json_object_get(object, name));
    if (!word)
        return read_number(object, name, 0, high, value);
    *value = all;
    return strcmp(word, "all") == 0;
}

static bool read_mode(const char *word, bool *fast)
{
    *fast = word && strcmp(word, "fast") == 0;
    return *fast || (word && strcmp(word, "exact") == 0);
}

/* The requests that the rule serves. */
static bool read_key(const json_t *object, struct pel_rule *rule)
{
    json_int_t ndim = 0, threads = 0, n_upto = -1;
    bool good = read_mode(json_string_value(json_object_get(object, "mode")), &rule->fast) &&
                read_number(object, "ndim", 0, 3, &ndim) && read_number(object, "threads", 0, 1 << 16, &threads) &&
                read_number_or_all(object, "n_upto", PTRDIFF_MAX, -1, &n_upto);
    rule->ndim = (int)ndim;
    rule->threads = (int)threads;
    rule->n_upto = (size_t)n_upto;
    return good;
}

/* What it names; *known turns false where this build has no such operation, kernel, parameter or value. */
static bool read_choice(const json_t *object, struct pel_rule *rule, bool *known)
{
    const char *op = json_string_value(json_object_get(object, "op")), *name;
    const char *dtype = json_string_value(json_object_get(object, "dtype"));
    const char *variant = json_string_value(json_object_get(object, "variant"));
    json_t *params = json_object_get(object, "params"), *param;
    json_int_t team = 0;
    struct pel_pick pick;
    if (!op || !dtype || !variant || !read_number_or_all(object, "team", 1 << 16, PEL_TEAM_ALL, &team) ||
        (params && !json_is_object(params)))
        return false;
    *known = pel_op_named(op, strlen(op), &rule->op) && pel_dtype_named(dtype, strlen(dtype), &rule->dtype);
    if (strcmp(variant, PEL_RULE_DEFAULT) == 0) {
        rule->variant = PEL_RULE_DEFAULT;
        return true;
    }
    *known = *known && !strchr(variant, ':') && pel_variant_parse(variant, rule->op, rule->dtype, &pick);
    json_object_foreach(params, name, param)
    {
        if (!json_is_integer(param))
            return false;
        *known = *known && pel_variant_set(&pick, name, strlen(name), (long)json_integer_value(param));
    }
    if (*known) {
        rule->variant = pick.kernel->name;
        rule->team = (int)team;
        memcpy(rule->params, pick.params, sizeof rule->params);
    }
    return true;
}

static bool read_rules(const json_t *list, struct pel_rule *rule, size_t *count)
{
    size_t index;
    json_t *object;
    json_array_foreach(list, index, object)
    {
        struct pel_rule read = {0};
        bool known;
        if (!read_key(object, &read) || !read_choice(object, &read, &known) || *count == PEL_WISDOM_MAX_RULES)
            return false;
        if (known)
            rule[(*count)++] = read;
    }
    return true;
}

static const char *read_tables(const json_t *list, struct pel_rule *rule, size_t *count)
{
    size_t index;
    json_t *table;
    json_array_foreach(list, index, table)
    {
        const char *cpu = json_string_value(json_object_get(table, "cpu"));
        const json_t *rules = json_object_get(table, "rules");
        if (!cpu || !json_is_array(rules))
            return "a table without cpu or rules";
        if (strcmp(cpu, pel_cpu()->id) == 0 && !read_rules(rules, rule, count))
            return "a rule that makes no sense, or too many of them";
    }
    return NULL;
}

static pel_status read_file(const json_t *root, struct pel_rule *rule, size_t *count, const char **why)
{
    const char *format = json_string_value(json_object_get(root, "format"));
    const json_t *version = json_object_get(root, "version"), *tables = json_object_get(root, "tables");
    *why = "not a wisdom file";
    if (!format || strcmp(format, "pel wisdom") != 0 || !json_is_integer(version))
        return PEL_ECORRUPT;
    *why = "of another version of the format";
    if (json_integer_value(version) != PEL_WISDOM_VERSION)
        return PEL_ENOTSUP;
    *why = json_is_array(tables) ? read_tables(tables, rule, count) : "no tables";
    return *why ? PEL_ECORRUPT : PEL_OK;
}

pel_status pel_wisdom_parse(const char *text, size_t length, struct pel_rule *rule, size_t *count, const char **why)
{
    json_error_t error;
    *count = 0;
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    /* jansson has no words for most allocations that fail. */
    bool starved = !root && (!error.text[0] || json_error_code(&error) == json_error_out_of_memory);
    *why = starved ? "out of memory" : "not JSON";
    if (!root)
        return starved ? PEL_ENOMEM : PEL_ECORRUPT;
    pel_status status = read_file(root, rule, count, why);
    json_decref(root);
    return status;
}

#else

pel_status pel_wisdom_parse(const char *text, size_t length, struct pel_rule *rule, size_t *count, const char **why)
{
    (void)text, (void)length, (void)rule;
    *count = 0;
    *why = "built without jansson";
    return PEL_ENOTSUP;
}

#endif
