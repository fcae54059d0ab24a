/* Fuzzes the reader of wisdom with libFuzzer: whatever the text, it ends in a status, and rules that pass are within
 * their ranges. `make fuzz` builds and runs it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cpu.h"
#include "lib/registry.h"
#include "lib/wisdom.h"
#include "tests/wisdom_sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

static void check(const struct pel_rule *rule)
{
    if (strcmp(rule->variant, PEL_RULE_DEFAULT) == 0)
        return;
    const struct pel_kernel *kernel = pel_registry_find(rule->op, rule->dtype, rule->variant, strlen(rule->variant));
    if (!kernel || rule->ndim < 0 || rule->ndim > 3 || rule->threads < 0 || rule->threads > 1 << 16 ||
        rule->team < PEL_TEAM_ALL || rule->team > 1 << 16)
        abort();
    for (int i = 0; i < PEL_MAX_PARAMS; i++) {
        if (rule->params[i] < kernel->params[i].low || rule->params[i] > kernel->params[i].high)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct pel_rule rule[PEL_WISDOM_MAX_RULES];
    size_t count = 0;
    const char *why = NULL;
    if (pel_wisdom_parse((const char *)data, size, rule, &count, &why) != PEL_OK && !why)
        abort();
    if (count > PEL_WISDOM_MAX_RULES)
        abort();
    for (size_t i = 0; i < count; i++)
        check(&rule[i]);
    return 0;
}

/* Starts from a valid text, which chance would hardly find. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    char text[4096];
    size_t length = wisdom_sample(text, sizeof text);
    if (size < 16 && seed % 2 == 0 && length <= max_size) {
        memcpy(data, text, length);
        size = length;
    }
    return LLVMFuzzerMutate(data, size, max_size);
}
