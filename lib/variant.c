#include "lib/variant.h"

#include <stdlib.h>
#include <string.h>

#include "lib/registry.h"

static int param_index(const struct pel_kernel *kernel, const char *name, size_t length)
{
    for (int i = 0; i < PEL_MAX_PARAMS && kernel->params[i].name; i++) {
        if (strlen(kernel->params[i].name) == length && memcmp(kernel->params[i].name, name, length) == 0)
            return i;
    }
    return -1;
}

/* Reads ":name=value" and moves past it. */
static bool parse_param(const char **text, const struct pel_kernel *kernel, int32_t *params)
{
    const char *name = *text + 1, *equals = strchr(name, '=');
    int i = equals ? param_index(kernel, name, (size_t)(equals - name)) : -1;
    if (i < 0)
        return false;
    char *end;
    long value = strtol(equals + 1, &end, 10);
    if (end == equals + 1 || value < kernel->params[i].low || value > kernel->params[i].high)
        return false;
    params[i] = (int32_t)value;
    *text = end;
    return true;
}

bool pel_variant_parse(const char *variant, const struct pel_request *request, struct pel_pick *pick)
{
    size_t length = strcspn(variant, ":");
    const struct pel_kernel *kernel = pel_registry_find(request->op, request->dtype, variant, length);
    if (!kernel || pel_kernel_barred(kernel, request))
        return false;
    *pick = (struct pel_pick){.kernel = kernel};
    const char *text = variant + length;
    while (*text == ':') {
        if (!parse_param(&text, kernel, pick->params))
            return false;
    }
    int32_t wanted[PEL_MAX_PARAMS];
    memcpy(wanted, pick->params, sizeof wanted);
    pel_variant_params(kernel, wanted, pick->params);
    return *text == '\0';
}

void pel_variant_params(const struct pel_kernel *kernel, const int32_t *wanted, int32_t *params)
{
    for (int i = 0; i < PEL_MAX_PARAMS; i++) {
        const struct pel_param *param = &kernel->params[i];
        int32_t value = param->name && wanted[i] ? wanted[i] : param->initial;
        if (value < param->low)
            value = param->low;
        if (value > param->high)
            value = param->high;
        params[i] = value;
    }
}
