/* The notation of the table files (*.def), one rule a line:
 *     PEL_RULE(op, dtype, mode, ndim, threads, n_upto, variant, team, params ...)
 * with mode exact or fast; ndim and threads a number, 0 for any; n_upto a number or ALL; variant a kernel, or "default"
 * to leave the request to the tables below; team a number, ALL for every thread at hand, or 0 for the model's choice;
 * params in the order of the kernel's table, 0 for the initial value. A file that is about one processor defines
 * PEL_TABLE_CPU, its pel_cpu()->id, and PEL_TABLE_MADE, where it comes from. It is included between braces, before
 * PEL_END_OF_RULES. */
#include <stdint.h>

#include "lib/rules.h"

#define PEL_RULE_exact 0
#define PEL_RULE_fast  1
#define ALL            (-1)

#define PEL_RULE(op_, dtype_, mode_, ndim_, threads_, n_, variant_, team_, ...)                                        \
    {.op = PEL_OP_##op_,                                                                                               \
     .dtype = PEL_DTYPE_##dtype_,                                                                                      \
     .fast = PEL_RULE_##mode_,                                                                                         \
     .ndim = ndim_,                                                                                                    \
     .threads = threads_,                                                                                              \
     .n_upto = (size_t)(n_),                                                                                           \
     .variant = variant_,                                                                                              \
     .team = team_,                                                                                                    \
     .params = {__VA_ARGS__}},

/* A table may be empty, and an array may not. */
#define PEL_END_OF_RULES                                                                                               \
    {                                                                                                                  \
        .variant = NULL                                                                                                \
    }
#define PEL_COUNT_RULES(rules) (sizeof(rules) / sizeof(rules)[0] - 1)
