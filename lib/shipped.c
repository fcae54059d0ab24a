/* The tables that ship with pel: one a measured processor, and the generic one. */
#include "lib/rule_rows.h"

static const struct pel_rule zen3[] = {
#include "lib/tables/zen3.def"
    PEL_END_OF_RULES};
static const char zen3_cpu[] = PEL_TABLE_CPU, zen3_made[] = PEL_TABLE_MADE;
#undef PEL_TABLE_CPU
#undef PEL_TABLE_MADE

static const struct pel_rule zen4[] = {
#include "lib/tables/zen4.def"
    PEL_END_OF_RULES};
static const char zen4_cpu[] = PEL_TABLE_CPU, zen4_made[] = PEL_TABLE_MADE;
#undef PEL_TABLE_CPU
#undef PEL_TABLE_MADE

static const struct pel_rule generic[] = {
#include "lib/tables/generic.def"
    PEL_END_OF_RULES};

const struct pel_rules pel_shipped_rules[] = {
    {"shipped, Zen 3", zen3_cpu, zen3_made, zen3, PEL_COUNT_RULES(zen3)},
    {"shipped, Zen 4", zen4_cpu, zen4_made, zen4, PEL_COUNT_RULES(zen4)},
    {"shipped, generic", NULL, NULL, generic, PEL_COUNT_RULES(generic)},
    {NULL, NULL, NULL, NULL, 0},
};
