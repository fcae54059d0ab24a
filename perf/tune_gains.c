/* What a search has brought, as a table for people. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/names.h"
#include "perf/tune_table.h"

/* The results of one operation and dtype. */
struct summary {
    size_t cells, improved, noisy;
    double sum;                     /* of the gains */
    const struct tune_result *best; /* the greatest */
};

static bool same_operation(const struct tune_result *a, const struct tune_result *b)
{
    return a->cell.key.op == b->cell.key.op && a->cell.key.dtype == b->cell.key.dtype;
}

static void add(struct summary *summary, const struct tune_result *result)
{
    summary->cells++;
    summary->noisy += result->verdict == TUNE_NOISY;
    if (result->verdict != TUNE_ACCEPTED)
        return;
    summary->improved++;
    summary->sum += result->gain.mid;
    if (!summary->best || result->gain.mid > summary->best->gain.mid)
        summary->best = result;
}

static double percent(double logarithm)
{
    return 100 * expm1(logarithm);
}

static void print_summary(FILE *file, const struct summary *summary)
{
    const struct tune_result *best = summary->best;
    char name[32];
    if (!best)
        return;
    snprintf(name, sizeof name, "%s %s", pel_op_name(best->cell.key.op), pel_dtype_name(best->cell.key.dtype));
    fprintf(file, "%-18s %4zu of %-4zu %+6.1f %%  %+6.1f %% (%+.1f to %+.1f)  n=%zu, %d thread%s: %s\n", name,
            summary->improved, summary->cells, percent(summary->sum / (double)summary->improved),
            percent(best->gain.mid), percent(best->gain.low), percent(best->gain.high), best->cell.n,
            best->cell.key.threads, best->cell.key.threads == 1 ? "" : "s", best->best);
}

void tune_print_gains(FILE *file, const struct tune_history *history)
{
    struct summary all = {0}, one = {0};
    fputs("operation          improved cells   mean    best, with its 95 % interval\n", file);
    for (size_t i = 0; i < history->count; i++) {
        const struct tune_result *result = &history->results[i];
        add(&one, result);
        add(&all, result);
        if (i + 1 == history->count || !same_operation(result, result + 1)) {
            print_summary(file, &one);
            one = (struct summary){0};
        }
    }
    fprintf(file,
            "all: %zu of %zu cells improved, %zu too noisy; over all of them the geometric mean gain is %.1f %%\n",
            all.improved, all.cells, all.noisy, all.cells ? percent(all.sum / (double)all.cells) : 0);
}
