#include "lib/rules.h"

#include <limits.h>
#include <stdatomic.h>
#include <string.h>

#include "lib/cpu.h"

static const char *const wisdom_names[] = {
    [PEL_WISDOM_USER] = "user's wisdom", [PEL_WISDOM_SYSTEM] = "system's wisdom"};
static _Atomic(const struct pel_rules *) wisdom[PEL_WISDOM_ORIGINS];

const struct pel_rules *pel_rules_wisdom(enum pel_wisdom_origin origin)
{
    return atomic_load_explicit(&wisdom[origin], memory_order_acquire);
}

void pel_rules_set_wisdom(enum pel_wisdom_origin origin, const struct pel_rules *rules)
{
    atomic_store_explicit(&wisdom[origin], rules, memory_order_release);
}

bool pel_rules_of_rank(size_t rank, struct pel_rules *table)
{
    if (rank < PEL_WISDOM_ORIGINS) {
        const struct pel_rules *rules = pel_rules_wisdom((enum pel_wisdom_origin)rank);
        *table = rules ? *rules : (struct pel_rules){0};
        table->source = wisdom_names[rank];
        return true;
    }
    rank -= PEL_WISDOM_ORIGINS;
    *table = rank == 0 ? pel_tuned_rules : pel_shipped_rules[rank - 1];
    if (table->cpu && strcmp(table->cpu, pel_cpu()->id) != 0)
        table->count = 0;
    return table->source != NULL;
}

int pel_thread_class(int threads)
{
    int class = threads > 1 ? (int)sizeof(unsigned) * CHAR_BIT - __builtin_clz((unsigned)threads - 1) : 0;
    return class < PEL_THREAD_CLASSES - 1 ? class : PEL_THREAD_CLASSES - 1;
}

int pel_request_ndim(const struct pel_request *request)
{
    return request->stencil ? request->stencil->ndim : 0;
}

bool pel_rule_same_key(const struct pel_rule *a, const struct pel_rule *b)
{
    return a->op == b->op && a->dtype == b->dtype && a->fast == b->fast && a->ndim == b->ndim &&
           a->threads == b->threads;
}

bool pel_rules_have_key(const struct pel_rules *rules, const struct pel_rule *key)
{
    for (size_t i = 0; rules && i < rules->count; i++) {
        if (pel_rule_same_key(&rules->rule[i], key))
            return true;
    }
    return false;
}

bool pel_rule_fits(const struct pel_rule *rule, const struct pel_request *request)
{
    return rule->op == request->op && rule->dtype == request->dtype && rule->fast == !!(request->flags & PEL_FAST) &&
           (rule->ndim == 0 || rule->ndim == pel_request_ndim(request)) &&
           (rule->threads == 0 || pel_thread_class(rule->threads) == pel_thread_class(request->threads));
}
