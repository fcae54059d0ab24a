/* Wisdom as text, in the format that lib/wisdom_json.c reads. */
#include <string.h>

#include <pel/tune.h>
#include <pel/version.h>

#include "lib/cpu.h"
#include "lib/names.h"
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

static bool has_key(const struct pel_rules *rules, const struct pel_rule *key)
{
    for (size_t i = 0; rules && i < rules->count; i++) {
        if (pel_rule_same_key(&rules->rule[i], key))
            return true;
    }
    return false;
}

/* A key of a better origin hides those of the others, as it does for calls but for rules that say "default". */
static void add_rules(struct pel_text *text)
{
    const struct pel_rules *users = pel_rules_wisdom(PEL_WISDOM_USER);
    const char *separator = "\n ";
    for (int origin = 0; origin < PEL_WISDOM_ORIGINS; origin++) {
        const struct pel_rules *rules = pel_rules_wisdom((enum pel_wisdom_origin)origin);
        for (size_t i = 0; rules && i < rules->count; i++) {
            if (rules != users && has_key(users, &rules->rule[i]))
                continue;
            pel_text_add(text, "%s", separator);
            add_rule(text, &rules->rule[i]);
            separator = ",\n ";
        }
    }
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
    add_rules(&text);
    pel_text_add(&text, "\n]}\n]}");
    if (length)
        *length = text.length;
    return PEL_OK;
}
