/* The table that was tuned when this library was built; compiled without it (PEL_UNTUNED) for the first stage, which
 * does the tuning. */
#include "lib/rule_rows.h"

static const struct pel_rule rules[] = {
#ifndef PEL_UNTUNED
#include "tuned.def"
#endif
    PEL_END_OF_RULES};

#ifndef PEL_TABLE_CPU
#define PEL_TABLE_CPU NULL
#endif

#ifndef PEL_TABLE_MADE
#define PEL_TABLE_MADE NULL
#endif

const struct pel_rules pel_tuned_rules = {"tuned at build", PEL_TABLE_CPU, PEL_TABLE_MADE, rules,
                                          PEL_COUNT_RULES(rules)};
