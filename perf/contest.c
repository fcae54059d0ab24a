#include "perf/contest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dispatch.h"
#include "lib/names.h"
#include "lib/registry.h"
#include "lib/team.h"
#include "perf/peers.h"
#include "perf/program.h"
#include "perf/stats.h"

enum { MAX_CONTESTANTS = 96 };

static struct contestant *next_place(struct contest *contest)
{
    if (contest->count == MAX_CONTESTANTS)
        die("more than %d variants and peers at once", MAX_CONTESTANTS);
    struct contestant *place = &contest->contestant[contest->count];
    *place = (struct contestant){0};
    return place;
}

static pel_status enter_variant(struct contest *contest, const char *variant)
{
    struct contestant *place = next_place(contest);
    struct pel_request request;
    struct pel_stencil_shape shape;
    struct pel_pick pick;
    pel_opts opts = PEL_OPTS_INIT;
    opts.threads = contest->rules.threads;
    opts.flags = contest->rules.flags;
    opts.variant = variant;
    workload_request(&contest->workload, &opts, &request, &shape);
    pel_status status = pel_dispatch(&request, &opts, &pick);
    if (status == PEL_OK)
        status = entrant_open(&place->entrant, &contest->workload, &opts);
    if (status != PEL_OK)
        return status;
    snprintf(place->label, sizeof place->label, "%s, team of %d", pick.kernel->name, pick.team);
    contest->count++;
    return PEL_OK;
}

static void enter_every_variant(struct contest *contest)
{
    const struct workload_spec *spec = &contest->workload.spec;
    struct pel_registry_walk walk = {0};
    for (const struct pel_kernel *kernel; (kernel = pel_registry_next(&walk, spec->op, (int)spec->dtype));) {
        pel_status status = enter_variant(contest, kernel->name);
        if (status != PEL_OK && status != PEL_ENOTSUP)
            die("%s: %s", kernel->name, pel_strerror(status));
    }
}

static void enter_peers(struct contest *contest)
{
    const struct workload *workload = &contest->workload;
    const char *op = pel_op_name(workload->spec.op);
    char shape[SHAPE_NAME] = "";
    pel_opts opts = PEL_OPTS_INIT;
    opts.threads = contest->rules.threads;
    if (workload->stencil)
        shape_name(&workload->stencil->shape, shape);
    const struct peer *peer;
    if (workload->spec.boundary != PEL_BOUNDARY_FIXED)
        return;
    for (size_t rank = 0; (peer = peer_of_rank(rank, op, shape, workload->spec.dtype)); rank++) {
        struct contestant *place = next_place(contest);
        entrant_open_peer(&place->entrant, &contest->workload, peer, pel_team_threads(&opts));
        snprintf(place->label, sizeof place->label, "%s%s%s", peer->origin, peer->parallel ? "" : ", serial",
                 peer->yardstick ? ", moves the data and no more" : "");
        contest->count++;
    }
}

static pel_status line_up(struct contest *contest)
{
    const char *variant = contest->rules.variant;
    bool all = variant && strcmp(variant, "all") == 0;
    pel_status status = enter_variant(contest, all ? NULL : variant);
    if (status == PEL_OK && all)
        enter_every_variant(contest);
    if (status == PEL_OK && contest->rules.peers)
        enter_peers(contest);
    return status;
}

static void require(pel_status status, const struct contestant *contestant)
{
    if (status != PEL_OK)
        die("%s: %s", contestant->entrant.name, pel_strerror(status));
}

bool contest_is_yardstick(const struct contestant *contestant)
{
    return contestant->entrant.peer && contestant->entrant.peer->yardstick;
}

/* Whoever does other work than the first is not to be compared with it. */
static void check_results(struct contest *contest)
{
    struct workload *workload = &contest->workload;
    void *expected = NULL;
    for (size_t i = 0; i < contest->count; i++) {
        struct contestant *contestant = &contest->contestant[i];
        size_t bytes;
        workload_reset(workload, 0, 1);
        require(entrant_run(&contestant->entrant, 0), contestant);
        const void *result = workload_result(workload, &bytes);
        if (i == 0)
            expected = memcpy(allocate(bytes), result, bytes);
        else
            contestant->wrong = !contest_is_yardstick(contestant) && !workload_agrees(workload, expected, result);
    }
    free(expected);
}

static void measure(struct contest *contest, struct contestant *contestant, size_t repetition)
{
    if (contest->count > 1)
        require(measure_settle(&contestant->entrant), contestant);
    require(measure_runs(&contestant->entrant, contestant->runs, &contestant->time[repetition]), contestant);
}

/* Every other repetition goes backwards, so that nobody always runs after the same one. */
static void measure_all(struct contest *contest)
{
    const struct contest_rules *rules = &contest->rules;
    for (size_t i = 0; i < contest->count; i++) {
        struct contestant *contestant = &contest->contestant[i];
        contestant->time = allocate(rules->repetitions * sizeof *contestant->time);
        require(measure_calibrate(&contestant->entrant, rules->min_time, &contestant->runs), contestant);
    }
    for (size_t repetition = 0; repetition < rules->repetitions; repetition++) {
        for (size_t i = 0; i < contest->count; i++) {
            size_t place = repetition % 2 ? contest->count - 1 - i : i;
            measure(contest, &contest->contestant[place], repetition);
        }
    }
}

static void evaluate_one(struct contestant *contestant, size_t repetitions, double *seconds)
{
    double real = 0, cpu = 0;
    for (size_t i = 0; i < repetitions; i++) {
        seconds[i] = contestant->time[i].real / (double)contestant->runs;
        real += contestant->time[i].real;
        cpu += contestant->time[i].cpu;
    }
    contestant->spread = stats_stddev(seconds, repetitions) / stats_mean(seconds, repetitions);
    contestant->median = stats_median(seconds, repetitions);
    contestant->busy = cpu / real;
}

/* The fastest; a yardstick where nobody else is there. */
static bool is_best(const struct contestant *peer, const struct contestant *best)
{
    if (best && contest_is_yardstick(peer) != contest_is_yardstick(best))
        return contest_is_yardstick(best);
    return !best || peer->median < best->median;
}

static void evaluate(struct contest *contest)
{
    double *seconds = allocate(contest->rules.repetitions * sizeof *seconds);
    for (size_t i = 0; i < contest->count; i++) {
        struct contestant *contestant = &contest->contestant[i];
        evaluate_one(contestant, contest->rules.repetitions, seconds);
        if (contestant->entrant.peer && !contestant->wrong && is_best(contestant, contest->best_peer))
            contest->best_peer = contestant;
    }
    free(seconds);
}

pel_status contest_hold(struct contest *contest, const struct workload_spec *spec, const struct contest_rules *rules)
{
    *contest = (struct contest){.rules = *rules};
    contest->contestant = allocate(MAX_CONTESTANTS * sizeof *contest->contestant);
    workload_open(&contest->workload, spec);
    pel_status status = line_up(contest);
    if (status != PEL_OK)
        return status;
    check_results(contest);
    measure_all(contest);
    evaluate(contest);
    return PEL_OK;
}

void contest_close(struct contest *contest)
{
    for (size_t i = 0; i < contest->count; i++) {
        entrant_close(&contest->contestant[i].entrant);
        free(contest->contestant[i].time);
    }
    workload_close(&contest->workload);
    free(contest->contestant);
}
