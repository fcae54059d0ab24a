/* What a search teaches about requests that it did not measure: a shallow decision tree for each operation, dtype, mode
 * and number of dimensions. */
#ifndef PEL_PERF_TUNE_LEARN_H
#define PEL_PERF_TUNE_LEARN_H

#include "perf/tune_table.h"

/* How much slower than the quickest candidate the choices are at sizes that were left out of the learning. A tree that
 * does not better the default there is dropped, and the default counts in its place. */
struct tune_regret {
    double mean, worst;  /* of the trees; 0.1: a tenth slower */
    double default_mean; /* of the defaults at the same places */
    struct tune_cell worst_cell;
    size_t places, unknown; /* that were judged; where the choice had not been measured, and another of its kernel's
                             * variants, or a fixed penalty, stands for it */
};

/* Rows for numbers of threads that were not measured, to follow those of the same operation that were; keys that were
 * measured get a last row, so that they never fall to these. To be freed with the history. */
size_t tune_learn(const struct tune_history *history, struct tune_row **rows, struct tune_regret *regret);

#endif
