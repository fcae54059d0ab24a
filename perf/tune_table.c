#include "perf/tune_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/variant.h"
#include "perf/program.h"
#include "perf/tune_space.h"

/* By all that a rule is about, the size last. */
static int ascending(const void *a, const void *b)
{
    const struct tune_cell *x = &((const struct tune_result *)a)->cell, *y = &((const struct tune_result *)b)->cell;
    const size_t p[] = {x->key.op, x->key.dtype, x->key.fast, (size_t)x->key.ndim, (size_t)x->key.threads, x->n};
    const size_t q[] = {y->key.op, y->key.dtype, y->key.fast, (size_t)y->key.ndim, (size_t)y->key.threads, y->n};
    for (size_t i = 0; i < sizeof p / sizeof *p; i++) {
        if (p[i] != q[i])
            return p[i] < q[i] ? -1 : 1;
    }
    return 0;
}

/* What serves the cell best; a kernel that this build lacks leaves the default. */
static struct pel_pick choice(const struct tune_result *result)
{
    struct pel_pick pick;
    const struct tune_key *key = &result->cell.key;
    if (result->verdict != TUNE_ACCEPTED || !pel_variant_parse(result->best, key->op, key->dtype, &pick))
        return (struct pel_pick){0};
    return pick;
}

static bool same_choice(const struct pel_pick *a, const struct pel_pick *b)
{
    return a->kernel == b->kernel && (!a->kernel || tune_same_pick(a, b));
}

double tune_cost(const struct tune_history *history, const struct tune_cell *cell, const char *variant)
{
    double least = NAN;
    for (size_t i = 0; i < history->nruns; i++) {
        const struct tune_run *run = &history->runs[i];
        if (run->lap == TUNE_RAN && run->seconds > 0 && !(log(run->seconds) >= least) &&
            tune_same_cell(&run->cell, cell) && strcmp(run->variant, variant) == 0)
            least = log(run->seconds);
    }
    return least;
}

static const char *served_by(const struct tune_result *result)
{
    return result->verdict == TUNE_ACCEPTED ? result->best : result->base;
}

/* Where the times of the two cells' choices cross, as a share of the way from one to the other; halfway where they are
 * not known, as sizes go. */
static double crossing(const struct tune_history *history, const struct tune_result *low,
                       const struct tune_result *high)
{
    const char *a = served_by(low), *b = served_by(high);
    double lost_low = tune_cost(history, &low->cell, b) - tune_cost(history, &low->cell, a);
    double lost_high = tune_cost(history, &high->cell, a) - tune_cost(history, &high->cell, b);
    return lost_low > 0 && lost_high > 0 ? lost_low / (lost_low + lost_high) : 0.5;
}

/* Up to where the result speaks; the largest size of the grid for all larger ones. */
static size_t bound_after(const struct tune_history *history, const struct tune_result *result,
                          const struct tune_result *next, bool dense)
{
    double n = (double)result->cell.n;
    if (next)
        return (size_t)(n * pow((double)next->cell.n / n, crossing(history, result, next)));
    if (tune_is_largest(&result->cell))
        return SIZE_MAX;
    return (size_t)(n * sqrt((double)tune_grid_factor(dense)));
}

/* The smallest size of the grid speaks for all smaller ones, one that was named does not. */
static size_t bound_before(const struct tune_result *result, bool dense)
{
    if (tune_is_smallest(&result->cell))
        return 0;
    return (size_t)((double)result->cell.n / sqrt((double)tune_grid_factor(dense)));
}

/* The rows of one key, whose results are given; returns how many. */
static size_t add_rows(const struct tune_history *history, const struct tune_result *results, size_t count, bool dense,
                       struct tune_row *rows)
{
    size_t nrows = 0, end = bound_before(&results[0], dense);
    if (end > 0)
        rows[nrows++] = (struct tune_row){.key = results[0].cell.key, .n_upto = end};
    for (size_t i = 0; i < count; i++) {
        const struct tune_result *result = &results[i];
        struct tune_row row = {result->cell.key, 0, choice(result), result->gain, result->base}, *last = NULL;
        if (nrows > 0 && same_choice(&rows[nrows - 1].pick, &row.pick))
            last = &rows[nrows - 1];
        else
            last = &rows[nrows++], *last = row;
        if (row.gain.low < last->gain.low)
            last->gain = row.gain, last->base = row.base;
        last->n_upto = bound_after(history, result, i + 1 < count ? result + 1 : NULL, dense);
    }
    return nrows > 0 && !rows[nrows - 1].pick.kernel ? nrows - 1 : nrows;
}

/* The end of the results that share a key with the one at `from`. */
static size_t end_of_key(const struct tune_history *history, size_t from)
{
    size_t end = from + 1;
    while (end < history->count && tune_same_key(&history->results[from].cell.key, &history->results[end].cell.key))
        end++;
    return end;
}

size_t tune_make_rows(const struct tune_history *history, bool dense, struct tune_row **rows)
{
    size_t nrows = 0;
    *rows = allocate(2 * history->count * sizeof **rows);
    if (history->count > 1)
        qsort(history->results, history->count, sizeof *history->results, ascending);
    for (size_t i = 0, end; i < history->count; i = end) {
        end = end_of_key(history, i);
        nrows += add_rows(history, &history->results[i], end - i, dense, *rows + nrows);
    }
    return nrows;
}

size_t tune_list_ranges(const struct tune_history *history, bool dense, struct tune_range **ranges)
{
    size_t count = 0;
    *ranges = allocate(history->count * sizeof **ranges);
    for (size_t i = 0, end; i < history->count; i = end) {
        const struct tune_result *first = &history->results[i];
        end = end_of_key(history, i);
        (*ranges)[count++] = (struct tune_range){first->cell.key, bound_before(first, dense),
                                                 bound_after(history, &history->results[end - 1], NULL, dense)};
    }
    return count;
}

bool tune_takes_all(const struct tune_row *row)
{
    return row->pick.team == PEL_TEAM_ALL || (row->pick.team > 1 && row->pick.team == row->key.threads);
}
