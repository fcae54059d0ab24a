/* The table that was tuned when this library was built; compiled without it (PEL_UNTUNED) for the first stage, which
 * does the tuning. */
#include "lib/rule_rows.h"

#ifndef PEL_UNTUNED
#include "tuned.def"
#endif

#ifdef PEL_TUNED_RULES
static const struct pel_rule rules[] = {PEL_TUNED_RULES};
const struct pel_rules pel_tuned_rules = {"tuned at build", PEL_TUNED_CPU, rules, sizeof rules / sizeof rules[0]};
#else
const struct pel_rules pel_tuned_rules = {"tuned at build", NULL, NULL, 0};
#endif
