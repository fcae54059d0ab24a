/* Wisdom as text, in the format that lib/wisdom_json.c reads. */
#include <string.h>

#include <pel/tune.h>
#include <pel/version.h>

#include "lib/cpu.h"
#include "lib/memory.h"
#include "lib/names.h"
#include "lib/online.h"
#include "lib/registry.h"
#include "lib/text.h"
#include "lib/wisdom.h"

static void add_params(struct pel_text *text, const struct pel_rule *rule)
{
    const struct pel_kernel *kernel = pel_registry_find(rule->op, rule->dtype, rule->variant, strlen(rule->variant));
    if (rule->team == PEL_TEAM_ALL)
        pel_text_add(text, ", \"team\": \"all\"");
    else
        pel_text_add(text, ", \"team\": %d", rule->team);
    pel_text_add(text, ", \"params\": {");
    for (int i = 0; kernel && i < PEL_MAX_PARAMS && kernel->params[i].name; i++)
        pel_text_add(text, "%s\"%s\": %d", i ? ", " : "", kernel->params[i].name, (int)rule->params[i]);
    pel_text_add(text, "}");
}

static void add_rule(struct pel_text *text, const struct pel_rule *rule)
{
    pel_text_add(text, "{\"op\": \"%s\", \"dtype\": \"%s\", \"mode\": \"%s\", \"ndim\": %d, \"threads\": %d, ",
                 pel_op_name(rule->op), pel_dtype_name(rule->dtype), rule->fast ? "fast" : "exact", rule->ndim,
                 rule->threads);
    if (rule->n_upto == SIZE_MAX)
        pel_text_add(text, "\"n_upto\": \"all\", \"variant\": \"%s\"", rule->variant);
    else
        pel_text_add(text, "\"n_upto\": %zu, \"variant\": \"%s\"", rule->n_upto, rule->variant);
    if (strcmp(rule->variant, PEL_RULE_DEFAULT) != 0)
        add_params(text, rule);
    pel_text_add(text, "}");
}

/* Rules as they are written, with commas between them. */
struct writer {
    struct pel_text *text;
    const char *separator;
};

static void write_rule(struct writer *writer, const struct pel_rule *rule)
{
    pel_text_add(writer->text, "%s", writer->separator);
    add_rule(writer->text, rule);
    writer->separator = ",\n ";
}

/* The rule of a table that serves requests of a key and of sizes just above n, or NULL. */
static const struct pel_rule *find_above(const struct pel_rules *rules, const struct pel_rule *key, size_t n)
{
    const struct pel_request request = {.op = key->op, .dtype = key->dtype, .threads = key->threads};
    for (size_t i = 0; rules && i < rules->count; i++) {
        if (pel_rule_fits(&rules->rule[i], &request) && rules->rule[i].n_upto > n)
            return &rules->rule[i];
    }
    return NULL;
}

/* What wisdom says of sizes just above n: the user's, the system's where that leaves it to the tables below, else the
 * default. */
static struct pel_rule rule_above(const struct pel_rule *key, size_t n)
{
    struct pel_rule rule = {.op = key->op, .dtype = key->dtype, .threads = key->threads, .n_upto = SIZE_MAX};
    rule.variant = PEL_RULE_DEFAULT;
    for (int origin = 0; origin < PEL_WISDOM_ORIGINS && strcmp(rule.variant, PEL_RULE_DEFAULT) == 0; origin++) {
        const struct pel_rule *found = find_above(pel_rules_wisdom((enum pel_wisdom_origin)origin), key, n);
        size_t most = rule.n_upto;
        if (found)
            rule = *found;
        if (rule.n_upto > most)
            rule.n_upto = most;
    }
    rule.threads = key->threads;
    return rule;
}

/* One key: what was learned online, and between that what wisdom says. */
static void write_learned(struct writer *writer, const struct pel_online_rule *learned, size_t count)
{
    const struct pel_rule *key = &learned[0].rule;
    for (size_t from = 0, i = 0; from < SIZE_MAX;) {
        bool here = i < count && learned[i].above <= from;
        struct pel_rule rule = here ? learned[i++].rule : rule_above(key, from);
        if (!here && i < count && learned[i].above < rule.n_upto)
            rule.n_upto = learned[i].above;
        from = rule.n_upto;
        if (from < SIZE_MAX || strcmp(rule.variant, PEL_RULE_DEFAULT) != 0)
            write_rule(writer, &rule);
    }
}

/* The better origin first: where it has no rule for a request the next one serves that, as it does for calls. */
static void write_wisdom(struct writer *writer, const struct pel_rules *learned)
{
    for (int origin = 0; origin < PEL_WISDOM_ORIGINS; origin++) {
        const struct pel_rules *rules = pel_rules_wisdom((enum pel_wisdom_origin)origin);
        for (size_t i = 0; rules && i < rules->count; i++) {
            if (!pel_rules_have_key(learned, &rules->rule[i]))
                write_rule(writer, &rules->rule[i]);
        }
    }
}

/* The rules of a text; false without memory. */
static bool write_rules(struct pel_text *text)
{
    struct writer writer = {text, "\n "};
    struct pel_online_rule *learned = pel_memory_new(PEL_ONLINE_RULES, sizeof *learned);
    struct pel_rule *keys = pel_memory_new(PEL_ONLINE_RULES, sizeof *keys);
    bool good = learned && keys;
    size_t count = good ? pel_online_rules(learned, PEL_ONLINE_RULES) : 0;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i; end < count && pel_rule_same_key(&learned[i].rule, &learned[end].rule); end++)
            keys[end] = learned[end].rule;
        write_learned(&writer, &learned[i], end - i);
    }
    if (good)
        write_wisdom(&writer, &(struct pel_rules){.rule = keys, .count = count});
    pel_memory_free(learned);
    pel_memory_free(keys);
    return good;
}

pel_status pel_wisdom_export(char *data, size_t capacity, size_t *length)
{
    struct pel_text text;
    pel_status status = pel_text_start(&text, data, capacity);
    if (status != PEL_OK)
        return status;
    pel_wisdom_consult();
    pel_text_add(&text,
                 "{\"format\": \"pel wisdom\", \"version\": %d, \"tables\": [\n{\"cpu\": \"%s\", \"pel\": \"%s\", ",
                 PEL_WISDOM_VERSION, pel_cpu()->id, pel_version());
    pel_text_add(&text, "\"compiler\": \"%s\", \"rules\": [", pel_compiler_name());
    if (!write_rules(&text))
        return PEL_ENOMEM;
    pel_text_add(&text, "\n]}\n]}");
    if (length)
        *length = text.length;
    return PEL_OK;
}
