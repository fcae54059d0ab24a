#include "lib/variant.h"

#include <stdlib.h>
#include <string.h>

#include "lib/model.h"
#include "lib/registry.h"
#include "lib/text.h"

/* A team that is larger than the threads at hand is cut to them. */
static const struct pel_param team = {"team", 0, 1, 1 << 16, 0};

static bool is_named(const struct pel_param *param, const char *name, size_t length)
{
    return strlen(param->name) == length && memcmp(param->name, name, length) == 0;
}

bool pel_variant_set(struct pel_pick *pick, const char *name, size_t length, long value)
{
    const struct pel_param *param = pick->kernel->params;
    for (int i = 0; i < PEL_MAX_PARAMS && param[i].name; i++) {
        if (is_named(&param[i], name, length) && value >= param[i].low && value <= param[i].high) {
            pick->params[i] = (int32_t)value;
            return true;
        }
    }
    if (!is_named(&team, name, length) || value < team.low || value > team.high)
        return false;
    pick->team = (int)value;
    return true;
}

/* Reads ":name=value" and moves past it. */
static bool parse_param(const char **text, struct pel_pick *pick)
{
    const char *name = *text + 1, *equals = strchr(name, '=');
    char *end;
    if (!equals)
        return false;
    long value = strtol(equals + 1, &end, 10);
    if (end == equals + 1 || !pel_variant_set(pick, name, (size_t)(equals - name), value))
        return false;
    *text = end;
    return true;
}

/* What this thread named last, for some operations: programs name the same variant call after call, of an operation
 * that may be made of several, and the tuner would otherwise measure how long the registry takes to search. */
enum { SLOTS = 16 };

struct memory {
    enum pel_op op;
    pel_dtype dtype;
    char variant[64];
    struct pel_pick pick;
};

static _Thread_local struct memory memories[SLOTS];

static bool recall(const char *variant, enum pel_op op, pel_dtype dtype, struct pel_pick *pick)
{
    const struct memory *memory = &memories[op % SLOTS];
    if (!memory->pick.kernel || memory->op != op || memory->dtype != dtype || strcmp(memory->variant, variant) != 0)
        return false;
    *pick = memory->pick;
    return true;
}

static void remember(const char *variant, enum pel_op op, pel_dtype dtype, const struct pel_pick *pick)
{
    struct memory *memory = &memories[op % SLOTS];
    size_t bytes = strlen(variant) + 1;
    if (bytes > sizeof memory->variant)
        return;
    memory->op = op;
    memory->dtype = dtype;
    memcpy(memory->variant, variant, bytes);
    memory->pick = *pick;
}

static bool parse(const char *variant, enum pel_op op, pel_dtype dtype, struct pel_pick *pick)
{
    static const int32_t initial[PEL_MAX_PARAMS];
    size_t length = strcspn(variant, ":");
    const struct pel_kernel *kernel = pel_registry_find(op, dtype, variant, length);
    if (!kernel)
        return false;
    *pick = (struct pel_pick){.kernel = kernel};
    pel_variant_params(kernel, initial, pick->params);
    const char *text = variant + length;
    while (*text == ':') {
        if (!parse_param(&text, pick))
            return false;
    }
    return *text == '\0';
}

bool pel_variant_parse(const char *variant, enum pel_op op, pel_dtype dtype, struct pel_pick *pick)
{
    if (recall(variant, op, dtype, pick))
        return true;
    if (!parse(variant, op, dtype, pick))
        return false;
    remember(variant, op, dtype, pick);
    return true;
}

void pel_variant_format(const struct pel_pick *pick, char *data, size_t capacity)
{
    const struct pel_param *param = pick->kernel->params;
    struct pel_text text;
    pel_text_start(&text, data, capacity);
    pel_text_add(&text, "%s", pick->kernel->name);
    if (pick->team > 0)
        pel_text_add(&text, ":%s=%d", team.name, pick->team);
    for (int i = 0; i < PEL_MAX_PARAMS && param[i].name; i++)
        pel_text_add(&text, ":%s=%d", param[i].name, (int)pick->params[i]);
}

void pel_variant_params(const struct pel_kernel *kernel, const int32_t *wanted, int32_t *params)
{
    for (int i = 0; i < PEL_MAX_PARAMS; i++) {
        const struct pel_param *param = &kernel->params[i];
        int32_t value = param->name && wanted[i] ? wanted[i] : pel_model_param(param);
        if (value < param->low)
            value = param->low;
        if (value > param->high)
            value = param->high;
        params[i] = value;
    }
}
