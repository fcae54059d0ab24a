/* From results to a table: rows of size thresholds, written as C or as wisdom. */
#ifndef PEL_PERF_TUNE_TABLE_H
#define PEL_PERF_TUNE_TABLE_H

#include <stdio.h>

#include "perf/tune_record.h"

struct tune_row {
    struct tune_key key;
    size_t n_upto;              /* SIZE_MAX: all */
    struct pel_pick pick;       /* no kernel: the default */
    struct stats_interval gain; /* the least of the sizes that the row is for */
    const char *base;           /* the default there; NULL: the row was learned, for a request that was not measured */
};

/* Whether the row is for all threads at hand. */
bool tune_takes_all(const struct tune_row *row);

/* Logarithm of the least time that a variant took in a cell; NAN where it did not run. */
double tune_cost(const struct tune_history *history, const struct tune_cell *cell, const char *variant);

/* The rows that the results call for, in ascending order; none of a key whose default is nowhere beaten. To be freed;
 * they point into the history. */
size_t tune_make_rows(const struct tune_history *history, bool dense, struct tune_row **rows);

/* The sizes of a key that its results speak for: those above one and up to the other, SIZE_MAX for all. */
struct tune_range {
    struct tune_key key;
    size_t above, upto;
};

/* One of each key; to be freed. The results are in the order that tune_make_rows leaves. */
size_t tune_list_ranges(const struct tune_history *history, bool dense, struct tune_range **ranges);

/* Where and how a table was measured. */
struct tune_provenance {
    const struct tune_options *options;
    const struct tune_history *history;
    double seconds; /* that the search took */
    size_t cells, verdicts[TUNE_VERDICTS];
};

/* Writes the rows as a file for lib/tables. */
void tune_write_def(FILE *file, const struct tune_row *rows, size_t count, const struct tune_provenance *provenance);

/* Writes the rows as wisdom, together with those of `path`, if it is there, that are about other processors and about
 * keys that were not measured. Ends the program when that file is no wisdom. */
void tune_write_wisdom(FILE *file, const char *path, const struct tune_row *rows, size_t count,
                       const struct tune_provenance *provenance);

/* Ends the program unless tune_write_wisdom can do it. */
void tune_check_wisdom(const char *path);

/* Prints where the results, in the order that tune_make_rows leaves, are gains: a line an operation. */
void tune_print_gains(FILE *file, const struct tune_history *history);

/* One line each, plain ASCII, in a buffer that the next call overwrites. */
const char *tune_date(void);
const char *tune_brand(void);
const char *tune_openmp(void);
const char *tune_caches(void);

#endif
