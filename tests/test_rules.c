/* The tables built in: each row names a kernel that exists, and is reached. */
#include <stdio.h>
#include <string.h>

#include <pel/tune.h>

#include "config.h"
#include "lib/cpu.h"
#include "lib/registry.h"
#include "lib/rules.h"
#include "lib/variant.h"
#include "tests/support.h"

static void check_rule(const struct pel_rules *rules, size_t i)
{
    const struct pel_rule *rule = &rules->rule[i];
    char isa[16] = "";
    if (strcmp(rule->variant, PEL_RULE_DEFAULT) == 0)
        return;
    assert_int_equal(sscanf(rule->variant, "%15[a-z0-9]/", isa), 1);
    struct pel_registry_walk walk = {0};
    bool built = false;
    for (const struct pel_kernel *kernel; (kernel = pel_registry_next(&walk, PEL_NOPS, -1));)
        built |= strcmp(isa, pel_isa_name(kernel->isa)) == 0;
    assert_int_not_equal(pel_isa_named(isa), PEL_NISAS);
    if (!built)
        return;
#ifndef PEL_HAVE_OPENBLAS
    if (strstr(rule->variant, "/blas"))
        return;
#endif
    const struct pel_kernel *kernel = pel_registry_find(rule->op, rule->dtype, rule->variant, strlen(rule->variant));
    if (!kernel)
        fail_msg("%s: row %zu names %s, which does not exist", rules->source, i, rule->variant);
    assert_true(rule->fast || !(kernel->traits & PEL_TRAIT_FAST));
    int32_t params[PEL_MAX_PARAMS];
    pel_variant_params(kernel, rule->params, params);
    for (int p = 0; p < PEL_MAX_PARAMS; p++)
        assert_true(rule->params[p] == 0 || rule->params[p] == params[p]);
}

/* Rules of one key stand in ascending order, or the later ones would never be reached. */
static void check_order(const struct pel_rules *rules, size_t i)
{
    const struct pel_rule *a = &rules->rule[i], *b;
    for (size_t j = i + 1; j < rules->count; j++) {
        b = &rules->rule[j];
        bool shadowed = a->op == b->op && a->dtype == b->dtype && a->fast == b->fast && a->ndim == b->ndim &&
                        a->threads == b->threads && a->n_upto >= b->n_upto && strcmp(a->variant, b->variant) == 0;
        if (shadowed)
            fail_msg("%s: row %zu is never reached, row %zu serves its requests", rules->source, j, i);
    }
}

static void check_rules(const struct pel_rules *rules)
{
    for (size_t i = 0; i < rules->count; i++) {
        check_rule(rules, i);
        check_order(rules, i);
    }
}

static void every_shipped_row_resolves(void **state)
{
    (void)state;
    for (const struct pel_rules *rules = pel_shipped_rules; rules->source; rules++) {
        assert_true(rules->count > 0);
        check_rules(rules);
    }
}

/* A processor that we pretend to be; NULL: this one. */
static const char *pretended;

const struct pel_cpu *__real_pel_cpu(void);
const struct pel_cpu *__wrap_pel_cpu(void);
const struct pel_cpu *__wrap_pel_cpu(void)
{
    static struct pel_cpu cpu;
    if (!pretended)
        return __real_pel_cpu();
    cpu = *__real_pel_cpu();
    snprintf(cpu.id, sizeof cpu.id, "%s", pretended);
    return &cpu;
}

static size_t count_in_force(const char *source)
{
    struct pel_rules table;
    for (size_t rank = 0; pel_rules_of_rank(rank, &table); rank++) {
        if (strcmp(table.source, source) == 0)
            return table.count;
    }
    fail_msg("no table %s", source);
    return 0;
}

static void a_table_is_in_force_on_its_processor_alone(void **state)
{
    (void)state;
    size_t of_processors = 0;
    char text[4096], line[256];
    for (const struct pel_rules *rules = pel_shipped_rules; rules->source; rules++) {
        pretended = rules->cpu ? rules->cpu : "another";
        assert_int_equal(count_in_force(rules->source), rules->count);
        pretended = "another";
        assert_int_equal(count_in_force(rules->source), rules->cpu ? 0 : rules->count);
        if (!rules->cpu)
            continue;
        of_processors++;
        assert_int_equal(pel_info(text, sizeof text, NULL), PEL_OK);
        snprintf(line, sizeof line, "\n  %s: 0 rules in force; measured %s; they are for %s alone\n", rules->source,
                 rules->made, rules->cpu);
        assert_non_null(strstr(text, line));
    }
    pretended = NULL;
    assert_true(of_processors > 0);
}

static void every_tuned_row_resolves(void **state)
{
    (void)state;
    if (pel_tuned_rules.count == 0)
        skip();
    assert_string_equal(pel_tuned_rules.cpu, pel_cpu()->id);
    assert_non_null(pel_tuned_rules.made);
    check_rules(&pel_tuned_rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shipped_row_resolves),
        cmocka_unit_test(a_table_is_in_force_on_its_processor_alone),
        cmocka_unit_test(every_tuned_row_resolves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
