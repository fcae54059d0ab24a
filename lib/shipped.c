/* The tables that ship with pel: one a measured processor, and the generic one. */
#include "lib/rule_rows.h"

static const struct pel_rule generic[] = {
#include "lib/tables/generic.def"
};

#define PEL_SHIPPED(source, cpu, rules)                                                                                \
    {                                                                                                                  \
        source, cpu, rules, sizeof rules / sizeof rules[0]                                                             \
    }

const struct pel_rules pel_shipped_rules[] = {
    PEL_SHIPPED("shipped, generic", NULL, generic),
    {NULL, NULL, NULL, 0},
};
