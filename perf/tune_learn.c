#include "perf/tune_learn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/variant.h"
#include "perf/program.h"
#include "perf/tune_space.h"

enum { PLACES = 256, CHOICES = 192, DEPTH = 4, NODES = 1 << (DEPTH + 1) };

/* A choice other than the default, and a split, must save so much, in logarithms of time summed over its places, and
 * lose nowhere more than this to the default; what was never measured counts as so much slower than the best. */
static const double least_saving = 0.05, most_lost = 0.02, penalty = 0.3;

/* The first choice of each group; another one must have proved itself in several places. */
enum { DEFAULT = 0, LEAST_PLACES = 2 };

/* One operation, dtype, mode and number of dimensions: the places that were measured, and who ran there. */
struct group {
    struct tune_key key;
    size_t nplaces, nchoices;
    struct place {
        struct tune_cell cell;
        double best; /* logarithm of the least time */
        const char *base;
    } place[PLACES];
    struct pel_pick choice[CHOICES]; /* its team left to the model; no kernel: the default */
    double cost[PLACES][CHOICES];    /* logarithm of time; NAN: not measured */
};

/* A node asks for size or threads; a leaf has a choice. Children are 2 i + 1 and 2 i + 2. */
struct tree {
    struct node {
        int choice;      /* of a leaf; -1: it asks */
        bool by_threads; /* else by size */
        double limit;    /* up to it: left */
    } node[NODES];
};

static bool same_group(const struct tune_key *a, const struct tune_key *b)
{
    struct tune_key x = *a, y = *b;
    x.threads = y.threads = 0;
    return tune_same_key(&x, &y);
}

static struct place *place_of(struct group *group, const struct tune_cell *cell)
{
    for (size_t i = 0; i < group->nplaces; i++) {
        if (tune_same_cell(&group->place[i].cell, cell))
            return &group->place[i];
    }
    return NULL;
}

/* The choice of a pick, which is added where it is new; -1: there is no room. */
static int choice_of(struct group *group, const struct pel_pick *pick)
{
    for (size_t i = DEFAULT + 1; i < group->nchoices; i++) {
        if (tune_same_pick(&group->choice[i], pick))
            return (int)i;
    }
    if (group->nchoices == CHOICES)
        return -1;
    for (size_t p = 0; p < PLACES; p++)
        group->cost[p][group->nchoices] = NAN;
    group->choice[group->nchoices] = *pick;
    return (int)group->nchoices++;
}

/* How a run compares as a choice that leaves the team to the model: from which size on a team pays is what trees are
 * worst at, between sizes that lie far apart. */
static void add_run(struct group *group, const struct tune_run *run)
{
    struct place *place = place_of(group, &run->cell);
    struct pel_pick pick, base;
    if (!place || run->lap != TUNE_RAN || run->seconds <= 0 ||
        !pel_variant_parse(run->variant, group->key.op, group->key.dtype, &pick) ||
        !pel_variant_parse(place->base, group->key.op, group->key.dtype, &base))
        return;
    double cost = log(run->seconds), *costs = group->cost[place - group->place];
    place->best = fmin(place->best, cost);
    if (tune_same_pick(&pick, &base))
        costs[DEFAULT] = fmin(costs[DEFAULT], cost);
    if (pick.team != base.team)
        return;
    pick.team = 0;
    int choice = choice_of(group, &pick);
    if (choice >= 0)
        costs[choice] = fmin(costs[choice], cost);
}

/* The default by the final against it: raced in pairs, that counts for more than the heats. */
static void add_final(struct group *group, const struct tune_history *history, const struct tune_result *result)
{
    struct place *place = place_of(group, &result->cell);
    struct pel_pick base;
    double cost = tune_cost(history, &result->cell, result->best) + result->gain.mid;
    if (!place || result->verdict == TUNE_NOISY || result->gain.mid == 0 || isnan(cost) ||
        !pel_variant_parse(place->base, group->key.op, group->key.dtype, &base))
        return;
    base.team = 0;
    int choice = choice_of(group, &base);
    double *costs = group->cost[place - group->place];
    place->best = fmin(place->best, cost);
    costs[DEFAULT] = cost;
    if (choice >= 0)
        costs[choice] = cost;
}

/* The places of the group that starts at this result, and returns where the next one does. */
static size_t fill_group(struct group *group, const struct tune_history *history, size_t from)
{
    size_t i = from;
    group->key = history->results[from].cell.key;
    group->nplaces = 0;
    group->nchoices = DEFAULT + 1;
    for (; i < history->count && same_group(&group->key, &history->results[i].cell.key); i++) {
        const struct tune_result *result = &history->results[i];
        if (result->verdict == TUNE_BROKEN || group->nplaces == PLACES)
            continue;
        group->cost[group->nplaces][DEFAULT] = NAN;
        group->place[group->nplaces++] = (struct place){result->cell, HUGE_VAL, result->base};
    }
    for (size_t r = 0; r < history->nruns; r++) {
        if (same_group(&group->key, &history->runs[r].cell.key))
            add_run(group, &history->runs[r]);
    }
    for (size_t r = from; r < i; r++)
        add_final(group, history, &history->results[r]);
    return i;
}

static double regret_at(const struct group *group, size_t place, int choice)
{
    double cost = group->cost[place][choice];
    return isnan(cost) ? penalty : cost - group->place[place].best;
}

/* The summed regret of a choice; HUGE_VAL where it is somewhere worse than the default. */
static double summed_regret(const struct group *group, const bool *in, int choice)
{
    double sum = 0;
    for (size_t p = 0; p < group->nplaces; p++) {
        if (in[p] && regret_at(group, p, choice) > regret_at(group, p, DEFAULT) + most_lost)
            return HUGE_VAL;
        sum += in[p] ? regret_at(group, p, choice) : 0;
    }
    return sum;
}

/* The choice that is best for these places, and its summed regret. */
static int best_choice(const struct group *group, const bool *in, double *least)
{
    int best = DEFAULT;
    size_t places = 0;
    for (size_t p = 0; p < group->nplaces; p++)
        places += in[p];
    double usual = summed_regret(group, in, DEFAULT);
    *least = usual;
    for (int c = DEFAULT + 1; places >= LEAST_PLACES && c < (int)group->nchoices; c++) {
        double sum = summed_regret(group, in, c);
        if (sum < usual - least_saving && sum < *least) {
            *least = sum;
            best = c;
        }
    }
    return best;
}

static double feature(const struct group *group, size_t place, bool by_threads)
{
    const struct tune_cell *cell = &group->place[place].cell;
    return by_threads ? (double)cell->key.threads : log((double)cell->n);
}

/* Divides the places at a limit; false when one side is empty. */
static bool divide(const struct group *group, const bool *in, bool by_threads, double limit, bool *left, bool *right)
{
    bool some_left = false, some_right = false;
    for (size_t p = 0; p < group->nplaces; p++) {
        bool low = feature(group, p, by_threads) <= limit;
        left[p] = in[p] && low;
        right[p] = in[p] && !low;
        some_left |= left[p];
        some_right |= right[p];
    }
    return some_left && some_right;
}

/* Between the greatest feature on the left and the least on the right. */
static double middle(const struct group *group, const bool *left, const bool *right, bool by_threads)
{
    double low = -HUGE_VAL, high = HUGE_VAL;
    for (size_t p = 0; p < group->nplaces; p++) {
        double x = feature(group, p, by_threads);
        low = left[p] && x > low ? x : low;
        high = right[p] && x < high ? x : high;
    }
    return 0.5 * (low + high);
}

/* The split that saves the most; HUGE_VAL is left in *least where there is none. */
static struct node best_split(const struct group *group, const bool *in, double *least)
{
    struct node best = {.choice = -1};
    bool left[PLACES], right[PLACES];
    *least = HUGE_VAL;
    for (int by_threads = 0; by_threads < 2; by_threads++) {
        for (size_t p = 0; p < group->nplaces; p++) {
            double limit = feature(group, p, by_threads), low, high;
            if (!in[p] || !divide(group, in, by_threads, limit, left, right))
                continue;
            best_choice(group, left, &low);
            best_choice(group, right, &high);
            if (low + high >= *least)
                continue;
            *least = low + high;
            best.by_threads = by_threads;
            best.limit = middle(group, left, right, by_threads);
        }
    }
    return best;
}

static void grow(const struct group *group, struct tree *tree, size_t at, int depth, const bool *in)
{
    bool left[PLACES], right[PLACES];
    double whole, parts = HUGE_VAL;
    struct node leaf = {.choice = best_choice(group, in, &whole)}, split = {0};
    if (depth < DEPTH && whole > least_saving)
        split = best_split(group, in, &parts);
    tree->node[at] = whole - parts > least_saving ? split : leaf;
    if (tree->node[at].choice >= 0)
        return;
    divide(group, in, split.by_threads, split.limit, left, right);
    grow(group, tree, 2 * at + 1, depth + 1, left);
    grow(group, tree, 2 * at + 2, depth + 1, right);
}

static int ask(const struct tree *tree, double log_n, double threads)
{
    size_t at = 0;
    while (tree->node[at].choice < 0) {
        const struct node *node = &tree->node[at];
        at = 2 * at + 1 + ((node->by_threads ? threads : log_n) > node->limit);
    }
    return tree->node[at].choice;
}

/* What a choice that was not measured here stands for: the best of its kernel's. */
static double cost_of_like(const struct group *group, size_t place, int choice)
{
    double least = NAN;
    for (size_t c = DEFAULT + 1; c < group->nchoices; c++) {
        if (group->choice[c].kernel == group->choice[choice].kernel)
            least = fmin(least, group->cost[place][c]);
    }
    return isnan(least) ? group->place[place].best + penalty : least;
}

static void judge(const struct group *group, size_t place, int choice, struct tune_regret *regret)
{
    const struct place *at = &group->place[place];
    double cost = group->cost[place][choice];
    regret->unknown += isnan(cost) ? 1 : 0;
    if (isnan(cost))
        cost = cost_of_like(group, place, choice);
    double lost = expm1(cost - at->best);
    regret->mean += lost;
    regret->places++;
    if (lost < regret->worst)
        return;
    regret->worst = lost;
    regret->worst_cell = at->cell;
}

/* Leaves each size out once, and judges what a tree that is grown from the others says of it, or else the default. The
 * means are left as sums. */
static struct tune_regret cross_validate(const struct group *group, bool by_tree)
{
    struct tune_regret regret = {0};
    struct tree tree;
    bool in[PLACES];
    for (size_t out = 0; out < group->nplaces; out++) {
        size_t n = group->place[out].cell.n, first = 0, rest = 0;
        while (group->place[first].cell.n != n)
            first++;
        for (size_t p = 0; p < group->nplaces; p++) {
            in[p] = group->place[p].cell.n != n && group->place[p].best < HUGE_VAL;
            rest += in[p];
        }
        if (first != out || rest == 0)
            continue;
        tree.node[0].choice = DEFAULT;
        if (by_tree)
            grow(group, &tree, 0, 0, in);
        for (size_t p = out; p < group->nplaces; p++) {
            const struct tune_cell *cell = &group->place[p].cell;
            if (cell->n == n && group->place[p].best < HUGE_VAL)
                judge(group, p, ask(&tree, log((double)n), cell->key.threads), &regret);
        }
    }
    return regret;
}

static void add_regret(struct tune_regret *all, const struct tune_regret *one)
{
    all->mean += one->mean;
    all->places += one->places;
    all->unknown += one->unknown;
    if (one->worst < all->worst)
        return;
    all->worst = one->worst;
    all->worst_cell = one->worst_cell;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void list_limits(const struct tree *tree, size_t at, double *limits, size_t *count)
{
    const struct node *node = &tree->node[at];
    if (node->choice >= 0)
        return;
    if (!node->by_threads)
        limits[(*count)++] = node->limit;
    list_limits(tree, 2 * at + 1, limits, count);
    list_limits(tree, 2 * at + 2, limits, count);
}

/* The tree at a number of threads, as thresholds of size. */
static size_t add_thresholds(const struct group *group, const struct tree *tree, int threads, struct tune_row *rows)
{
    double limits[NODES];
    size_t count = 0, nrows = 0;
    list_limits(tree, 0, limits, &count);
    qsort(limits, count, sizeof *limits, ascending);
    limits[count++] = HUGE_VAL;
    for (size_t i = 0; i < count; i++) {
        int choice = ask(tree, limits[i], threads);
        struct tune_row row = {.key = group->key, .pick = group->choice[choice]};
        row.key.threads = 0;
        row.n_upto = limits[i] < HUGE_VAL ? (size_t)exp(limits[i]) : SIZE_MAX;
        if (nrows > 0 && tune_same_pick(&rows[nrows - 1].pick, &row.pick))
            rows[nrows - 1].n_upto = row.n_upto;
        else
            rows[nrows++] = row;
    }
    return nrows > 1 || rows[0].pick.kernel ? nrows : 0;
}

/* So that what was measured never falls to what was learned. */
static size_t add_ends(const struct group *group, struct tune_row *rows)
{
    size_t count = 0;
    for (size_t p = 0; p < group->nplaces; p++) {
        size_t known = 0;
        while (known < count && rows[known].key.threads != group->place[p].cell.key.threads)
            known++;
        if (known == count)
            rows[count++] = (struct tune_row){.key = group->place[p].cell.key, .n_upto = SIZE_MAX};
    }
    return count;
}

/* The rows of a group's tree; returns how many. */
static size_t add_tree(const struct group *group, struct tune_row *rows)
{
    struct tree tree;
    bool in[PLACES];
    int threads = 1;
    for (size_t p = 0; p < group->nplaces; p++) {
        in[p] = group->place[p].best < HUGE_VAL;
        threads = group->place[p].cell.key.threads > threads ? group->place[p].cell.key.threads : threads;
    }
    grow(group, &tree, 0, 0, in);
    size_t ends = add_ends(group, rows), learned = add_thresholds(group, &tree, threads, rows + ends);
    return learned ? ends + learned : 0;
}

size_t tune_learn(const struct tune_history *history, struct tune_row **rows, struct tune_regret *regret)
{
    struct group *group = allocate(sizeof *group);
    size_t count = 0;
    *regret = (struct tune_regret){0};
    *rows = allocate((history->count + 1) * (NODES + 1) * sizeof **rows);
    for (size_t i = 0; i < history->count;) {
        i = fill_group(group, history, i);
        struct tune_regret of_tree = cross_validate(group, true), of_default = cross_validate(group, false);
        bool trusted = of_tree.mean < of_default.mean;
        if (trusted)
            count += add_tree(group, *rows + count);
        add_regret(regret, trusted ? &of_tree : &of_default);
        regret->default_mean += of_default.mean;
    }
    if (regret->places > 0) {
        regret->mean /= (double)regret->places;
        regret->default_mean /= (double)regret->places;
    }
    free(group);
    return count;
}
