/* The tables that ship with pel: one a measured processor, and the generic one. */
#include "lib/rule_rows.h"

static const struct pel_rule generic[] = {
#include "lib/tables/generic.def"
    PEL_END_OF_RULES};

const struct pel_rules pel_shipped_rules[] = {
    {"shipped, generic", NULL, generic, PEL_COUNT_RULES(generic)},
    {NULL, NULL, NULL, 0},
};
