/* The search itself: which cells, with how much effort, and what is concluded. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/names.h"
#include "lib/registry.h"
#include "lib/variant.h"
#include "perf/program.h"
#include "perf/tune_judge.h"
#include "perf/tune_race.h"
#include "perf/tune_record.h"

/* Samples of each candidate in three heats, of which a third goes on each time, and rounds of the final. */
static const struct effort {
    size_t heat[3], rounds;
} efforts[] = {{{3, 9, 27}, 27}, {{1, 3, 9}, 15}, {{1, 1, 3}, 9}};
enum { NEFFORTS = sizeof efforts / sizeof efforts[0], SECOND_HEAT = 16, THIRD_HEAT = 4 };

/* A narrower instruction set that is this much slower in the same algorithm will not catch up at larger sizes. */
static const double hopeless = 1.2;

/* Waking a team takes about as long as this much work. */
static const double wake_seconds = 2e-6;

/* Times this close are taken for equal. */
static const double equal = 0.01;

enum { MAX_KERNELS = 1024, LEVELS = 40 };

struct search {
    const struct tune_options *options;
    struct tune_history history;
    struct workload workload;
    bool opened;
    struct tune_cell of;                               /* what the workload was opened for */
    void *expected;                                    /* NULL: the reference would take too long */
    double reference_rate[PEL_NOPS][PEL_NDTYPES][4];   /* seconds an element; 0: not known */
    const struct pel_kernel *hopeless[4][MAX_KERNELS]; /* by dimensions */
    size_t nhopeless[4];
    struct pace {
        double seconds;
        size_t cells;
    } pace[LEVELS]; /* of the cells so far, by level_of */
};

static double seconds_left(const struct search *search)
{
    return search->options->until - now_seconds();
}

static const struct pel_kernel *reference_of(const struct tune_key *key)
{
    struct pel_registry_walk walk = {0};
    const struct pel_kernel *kernel;
    do
        kernel = pel_registry_next(&walk, key->op, (int)key->dtype);
    while (kernel && !(kernel->traits & PEL_TRAIT_REFERENCE));
    return kernel;
}

/* Keeps the result of the reference, unless earlier sizes show that it would take too much of what time is left. */
static void compute_expected(struct search *search)
{
    const struct tune_key *key = &search->of.key;
    double *rate = &search->reference_rate[key->op][key->dtype][key->ndim];
    const struct pel_kernel *reference = reference_of(key);
    double n = (double)search->workload.elements, start = now_seconds();
    if (!reference || tune_history_suspects(&search->history, reference) || *rate * n > seconds_left(search) / 50)
        return;
    struct entrant entrant;
    pel_opts opts = PEL_OPTS_INIT;
    opts.threads = 1;
    opts.variant = reference->name;
    tune_record_try(&search->of, reference->name);
    if (entrant_open(&entrant, &search->workload, &opts) != PEL_OK)
        return;
    if (entrant_run(&entrant, 0) == PEL_OK) {
        size_t bytes;
        const void *result = workload_result(&search->workload, &bytes);
        search->expected = memcpy(allocate(bytes), result, bytes);
    }
    entrant_close(&entrant);
    *rate = (now_seconds() - start) / (n > 0 ? n : 1);
}

static void close_workload(struct search *search)
{
    if (search->opened)
        workload_close(&search->workload);
    free(search->expected);
    search->expected = NULL;
    search->opened = false;
}

/* Cells that differ in threads alone share a workload. */
static void open_workload(struct search *search, const struct tune_cell *cell)
{
    struct tune_cell of = *cell;
    of.key.threads = 1;
    if (search->opened && tune_same_cell(&of, &search->of))
        return;
    struct workload_spec spec = tune_workload(cell);
    close_workload(search);
    workload_open(&search->workload, &spec);
    search->of = of;
    search->opened = true;
    compute_expected(search);
}

static bool is_hopeless(const struct search *search, const struct pel_kernel *kernel, int ndim)
{
    for (size_t i = 0; i < search->nhopeless[ndim]; i++) {
        if (search->hopeless[ndim][i] == kernel)
            return true;
    }
    return false;
}

static const char *algorithm(const struct pel_kernel *kernel)
{
    return strchr(kernel->name, '/');
}

static void note_hopeless(struct search *search, int ndim, const struct tune_candidate *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            const struct pel_pick *slow = &list[i].pick, *quick = &list[j].pick;
            if (slow->kernel->isa < quick->kernel->isa && slow->team == quick->team && list[j].seconds > 0 &&
                list[i].seconds > hopeless * list[j].seconds &&
                strcmp(algorithm(slow->kernel), algorithm(quick->kernel)) == 0 &&
                !is_hopeless(search, slow->kernel, ndim) && search->nhopeless[ndim] < MAX_KERNELS)
                search->hopeless[ndim][search->nhopeless[ndim]++] = slow->kernel;
        }
    }
}

/* Those that somebody else found for this cell; what this build lacks, or cannot run, is left out. */
static size_t list_proposals(const struct search *search, const struct tune_cell *cell,
                             const struct pel_request *request, struct tune_candidate *list)
{
    size_t count = 0;
    for (size_t i = 0; i < search->options->nproposals && count < TUNE_MAX_CANDIDATES; i++) {
        const struct tune_run *proposal = &search->options->proposals[i];
        struct tune_candidate candidate = {0};
        if (!tune_same_cell(&proposal->cell, cell) ||
            !pel_variant_parse(proposal->variant, request->op, request->dtype, &candidate.pick) ||
            pel_kernel_barred(candidate.pick.kernel, request))
            continue;
        if (candidate.pick.team == 0 || candidate.pick.team > request->threads)
            candidate.pick.team = request->threads;
        list[count++] = candidate;
    }
    return count;
}

/* Leaves out what crashed, with a coarse grid what lost at smaller sizes, and unless `teams` all teams but one. */
static size_t list_candidates(const struct search *search, const struct tune_cell *cell,
                              const struct pel_request *request, const struct pel_pick *base, bool teams,
                              struct tune_candidate *list)
{
    bool proposed = search->options->proposals;
    size_t count = 0;
    size_t all = proposed ? list_proposals(search, cell, request, list) : tune_list_candidates(request, list);
    for (size_t i = 0; i < all; i++) {
        const struct pel_pick *pick = &list[i].pick;
        if (tune_history_suspects(&search->history, pick->kernel) || (!teams && pick->team != base->team) ||
            (!search->options->dense && !proposed && is_hopeless(search, pick->kernel, search->of.key.ndim)))
            continue;
        list[count++] = list[i];
    }
    return count;
}

/* The greatest effort that takes no more than this time, by what one run takes; NULL when even the least takes more. */
static const struct effort *affordable(size_t candidates, double seconds, double time)
{
    for (size_t i = 0; i < NEFFORTS; i++) {
        const struct effort *effort = &efforts[i];
        size_t runs = candidates * (1 + effort->heat[0]) + SECOND_HEAT * (1 + effort->heat[1]) +
                      THIRD_HEAT * (1 + effort->heat[2]) + 2 * (3 * effort->rounds + 2);
        if (1.5 * (double)runs * seconds < time)
            return effort;
    }
    return NULL;
}

static int quickest_first(const void *a, const void *b)
{
    const struct tune_candidate *x = a, *y = b;
    if ((x->lap == TUNE_RAN) != (y->lap == TUNE_RAN))
        return x->lap == TUNE_RAN ? -1 : 1;
    return (x->seconds > y->seconds) - (x->seconds < y->seconds);
}

/* Runs all and puts the quickest first; returns how many ran and were right, 0 too when time is over. */
static size_t run_heat(struct tune_race *race, struct tune_candidate *list, size_t count, size_t samples)
{
    size_t right = 0;
    for (size_t i = 0; i < count; i++) {
        enum tune_lap lap = tune_race_run(race, &list[i], samples);
        if (lap == TUNE_LATE)
            return 0;
        right += lap == TUNE_RAN;
    }
    qsort(list, count, sizeof *list, quickest_first);
    return right;
}

/* A third goes on, rounded up. */
static size_t third(size_t count, size_t most)
{
    count = (count + 2) / 3;
    return count < most ? count : most;
}

/* Keeps what is known of those that go no further. */
static void record_runs(const struct tune_race *race, const struct tune_candidate *list, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        struct tune_run run = {.cell = *race->cell, .lap = list[i].lap, .seconds = list[i].seconds};
        pel_variant_format(&list[i].pick, run.variant, sizeof run.variant);
        tune_record_run(&run);
    }
}

/* Brings the quickest candidates to the front and returns how many; 0 when time is over, or nothing runs. */
static size_t run_heats(struct search *search, struct tune_race *race, const struct effort *effort,
                        struct tune_candidate *list, size_t count)
{
    size_t all = count, right = run_heat(race, list, count, effort->heat[0]);
    note_hopeless(search, race->cell->key.ndim, list, count);
    size_t left = count = third(right, SECOND_HEAT / 2);
    record_runs(race, list, left, all);
    for (size_t i = 0; i < left && count < SECOND_HEAT && !search->options->proposals; i++)
        count = tune_add_neighbours(&list[i], search->options->dense, list, count);
    all = count;
    count = third(run_heat(race, list, count, effort->heat[1]), THIRD_HEAT);
    record_runs(race, list, count, all);
    right = run_heat(race, list, count, effort->heat[2]);
    record_runs(race, list, 0, count);
    return right;
}

/* Of those that are as good as the quickest the default, else the one with the smallest team. */
static void prefer_plain(struct tune_candidate *list, size_t count, const struct pel_pick *base)
{
    size_t best = 0;
    for (size_t i = 1; i < count; i++) {
        bool plainer = tune_same_pick(&list[i].pick, base) ||
                       (list[i].pick.team < list[best].pick.team && !tune_same_pick(&list[best].pick, base));
        if (list[i].lap == TUNE_RAN && list[i].seconds < (1 + equal) * list[0].seconds && plainer)
            best = i;
    }
    struct tune_candidate chosen = list[best];
    list[best] = list[0];
    list[0] = chosen;
}

/* Races the candidates; false when there is no time to come to a verdict. */
static bool race_cell(struct search *search, struct tune_race *race, struct tune_candidate *base,
                      const struct pel_request *request, struct tune_result *result)
{
    struct tune_candidate list[TUNE_MAX_CANDIDATES];
    bool teams = request->threads > 1 && race->sample / (double)race->runs * base->pick.team > wake_seconds;
    bool crowded = teams && tune_is_crowded(request->threads), late = false;
    size_t count = list_candidates(search, race->cell, request, &base->pick, teams && !crowded, list);
    if (count == 0)
        return true; /* nothing of what was proposed can run here */
    const struct effort *effort = affordable(count, race->sample, race->until - now_seconds());
    count = effort ? run_heats(search, race, effort, list, count) : 0;
    if (count == 0)
        return false;
    prefer_plain(list, count, &base->pick);
    pel_variant_format(&list[0].pick, result->best, sizeof result->best);
    if (!tune_same_pick(&list[0].pick, &base->pick))
        result->verdict = tune_judge(race, effort->rounds, base, &list[0], result, &late);
    if (crowded && result->verdict == TUNE_KEPT)
        result->verdict = TUNE_NOISY;
    return !late;
}

/* Comes to a verdict on a cell within this time; false when there is too little of it. */
static bool search_cell(struct search *search, const struct tune_cell *cell, double time, struct tune_result *result)
{
    struct pel_stencil_shape shape;
    struct tune_candidate base = {0};
    open_workload(search, cell);
    struct pel_request request = tune_request(&search->workload, cell->key.threads, &shape);
    struct tune_race race = {
        .cell = cell, .workload = &search->workload, .expected = search->expected, .until = now_seconds() + time};
    *result = (struct tune_result){.cell = *cell, .verdict = TUNE_BROKEN, .base = "none", .best = "none"};
    if (pel_dispatch(&request, NULL, &base.pick) != PEL_OK)
        return true;
    pel_variant_format(&base.pick, result->base, sizeof result->base);
    if (tune_history_suspects(&search->history, base.pick.kernel))
        return true;
    enum tune_lap lap = tune_race_calibrate(&race, &base);
    bool done = lap == TUNE_FAILED || lap == TUNE_WRONG;
    if (lap == TUNE_RAN) {
        result->verdict = TUNE_KEPT;
        done = race_cell(search, &race, &base, &request, result);
    }
    tune_race_close(&race);
    return done;
}

/* A power of two of bytes, up to which cells take about the same time. */
static int level_of(const struct tune_cell *cell)
{
    int level = 0;
    while (level < LEVELS - 1 && cell->n * pel_dtype_size(cell->key.dtype) >> level > 1)
        level++;
    return level;
}

/* Seconds that a cell of this level takes: as the others did, or those of smaller levels. The time grows with the size,
 * but slower, as small cells are all overhead. */
static double expected_seconds(const struct search *search, int level)
{
    double growth = 1;
    for (; level >= 0; level--, growth *= 1.4) {
        const struct pace *pace = &search->pace[level];
        if (pace->cells > 0)
            return growth * pace->seconds / (double)pace->cells;
    }
    return 0;
}

/* What the cells from `at` on will take, as far as time is left. */
static double seconds_to_go(const struct search *search, const struct tune_cell *cells, size_t at, size_t count)
{
    double sum = 0, left = seconds_left(search);
    for (size_t i = at; i < count && sum < left; i++) {
        if (!tune_history_find(&search->history, &cells[i]))
            sum += expected_seconds(search, level_of(&cells[i]));
    }
    return sum < left ? sum : left;
}

/* On a terminal one line that is rewritten, elsewhere a line now and then. */
static void show_progress(const struct search *search, const struct tune_cell *cells, size_t at, size_t count)
{
    static double shown = -1e9;
    const struct tune_cell *cell = &cells[at];
    double now = now_seconds(), left = seconds_left(search);
    bool terminal = isatty(STDERR_FILENO);
    if (now < shown + (terminal ? 0.1 : 10))
        return;
    shown = now;
    fprintf(stderr, "%spel tune: %zu of %zu cells, %s %s n=%zu threads=%d, about %.0f s to go, at most %.0f s%s",
            terminal ? "\r" : "", at, count, pel_op_name(cell->key.op), pel_dtype_name(cell->key.dtype), cell->n,
            cell->key.threads, seconds_to_go(search, cells, at, count), left > 0 ? left : 0,
            terminal ? "\033[K" : "\n");
}

/* At first a cell may take several times its share of the time left, as most take far less; then, for those that it was
 * too little for, all of it. */
static double share(const struct search *search, size_t cells_left, int pass)
{
    double left = seconds_left(search), usual = 6 * left / (double)cells_left;
    return pass == 0 && usual < left / 2 ? usual : pass == 0 ? left / 2 : left;
}

/* Goes through the cells that have no result yet, or one that a quieter moment may better. */
static void pass_through(struct search *search, const struct tune_cell *cells, size_t count, int pass)
{
    tune_history_free(&search->history);
    tune_history_read(search->options->record, &search->history);
    for (size_t i = 0; i < count && seconds_left(search) > 0; i++) {
        struct tune_result result;
        const struct tune_result *known = tune_history_find(&search->history, &cells[i]);
        if (known && known->verdict != TUNE_NOISY)
            continue;
        show_progress(search, cells, i, count);
        double start = now_seconds();
        if (search_cell(search, &cells[i], share(search, count - i, pass), &result))
            tune_record_result(&result);
        struct pace *pace = &search->pace[level_of(&cells[i])];
        pace->seconds += now_seconds() - start;
        pace->cells++;
    }
}

void tune_search(const struct tune_options *options)
{
    struct search *search = allocate(sizeof *search);
    struct tune_cell *cells;
    size_t count = tune_list_cells(options, &cells);
    *search = (struct search){.options = options};
    tune_record_open(options->record);
    for (int pass = 0; pass < 2; pass++)
        pass_through(search, cells, count, pass);
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    close_workload(search);
    tune_history_free(&search->history);
    free(cells);
    free(search);
}
