#include "perf/tune_race.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/team.h"
#include "lib/variant.h"
#include "perf/energy.h"
#include "perf/measure.h"
#include "perf/program.h"
#include "perf/tune_record.h"

/* Long against a look at the clock, short against a turn of the scheduler. */
static const double sample_seconds = 50e-6;

/* Counters of energy move once a millisecond. */
static const double energy_sample_seconds = 20e-3;

/* Longer than a turn of the scheduler, which otherwise goes unseen. */
static const double spin_seconds = 6e-3;

/* So much slower than the quickest, a candidate needs no more samples. */
static const double beaten = 2;

enum { MAX_ROUNDS = 256 };

struct runner {
    char variant[TUNE_VARIANT];
    pel_opts opts;
    struct entrant entrant;
};

/* The runner must stay where it is: its entrant points into it. */
static bool open_runner(struct runner *runner, const struct tune_race *race, const struct tune_candidate *candidate)
{
    pel_variant_format(&candidate->pick, runner->variant, sizeof runner->variant);
    runner->opts = (pel_opts)PEL_OPTS_INIT;
    runner->opts.threads = race->cell->key.threads;
    runner->opts.flags = race->workload->spec.flags;
    runner->opts.variant = runner->variant;
    tune_record_try(race->cell, runner->variant);
    return entrant_open(&runner->entrant, race->workload, &runner->opts) == PEL_OK;
}

static bool is_right(struct tune_race *race)
{
    size_t bytes;
    const void *result = workload_result(race->workload, &bytes);
    const void *expected = race->expected ? race->expected : race->first;
    if (!expected) {
        race->first = memcpy(allocate(bytes), result, bytes);
        return true;
    }
    return race->cell->key.fast ? workload_agrees(race->workload, result, expected)
                                : memcmp(result, expected, bytes) == 0;
}

/* A run whose result is checked; it warms up too. */
static enum tune_lap verify(struct tune_race *race, struct runner *runner)
{
    workload_reset(race->workload, 0, 1);
    if (entrant_run(&runner->entrant, 0) != PEL_OK)
        return TUNE_FAILED;
    return is_right(race) ? TUNE_RAN : TUNE_WRONG;
}

/* Seconds, or joules, of one run, from a sample. */
static bool time_sample(struct tune_race *race, struct runner *runner, double *seconds)
{
    struct measure_time time;
    if (measure_runs(&runner->entrant, race->runs, &time) != PEL_OK)
        return false;
    race->sample = time.real;
    *seconds = (energy_is_open() ? time.joules : time.real) / (double)race->runs;
    return *seconds > 0;
}

static bool is_late(const struct tune_race *race)
{
    return now_seconds() > race->until;
}

/* The least but one stands for all: a clock that is set may make one sample too short, other work one too long. */
static void add_sample(struct tune_candidate *candidate, double seconds)
{
    size_t before = candidate->samples++;
    if (before == 0 || seconds < candidate->least) {
        candidate->seconds = before == 0 ? seconds : candidate->least;
        candidate->least = seconds;
    } else if (before == 1 || seconds < candidate->seconds) {
        candidate->seconds = seconds;
    }
}

static enum tune_lap run_samples(struct tune_race *race, struct runner *runner, struct tune_candidate *candidate,
                                 size_t samples)
{
    enum tune_lap lap = verify(race, runner);
    if (lap != TUNE_RAN)
        return lap;
    for (size_t i = 0; i < samples; i++) {
        double seconds;
        if (is_late(race))
            return TUNE_LATE;
        if (!time_sample(race, runner, &seconds))
            return TUNE_FAILED;
        add_sample(candidate, seconds);
        if (race->leader == 0 || candidate->seconds < race->leader)
            race->leader = candidate->seconds;
        if (i > 0 && candidate->seconds > beaten * race->leader)
            break;
    }
    return TUNE_RAN;
}

enum tune_lap tune_race_run(struct tune_race *race, struct tune_candidate *candidate, size_t samples)
{
    struct runner runner;
    enum tune_lap lap = TUNE_FAILED;
    if (is_late(race))
        return TUNE_LATE;
    if (open_runner(&runner, race, candidate)) {
        lap = run_samples(race, &runner, candidate, samples);
        entrant_close(&runner.entrant);
    }
    candidate->lap = lap;
    return lap;
}

enum tune_lap tune_race_calibrate(struct tune_race *race, struct tune_candidate *candidate)
{
    struct runner runner;
    enum tune_lap lap = TUNE_FAILED;
    double long_enough = energy_is_open() ? energy_sample_seconds : sample_seconds;
    race->runs = 1;
    if (!open_runner(&runner, race, candidate))
        return TUNE_FAILED;
    lap = verify(race, &runner);
    if (lap == TUNE_RAN && measure_calibrate(&runner.entrant, long_enough, &race->runs) != PEL_OK)
        lap = TUNE_FAILED;
    if (lap == TUNE_RAN)
        lap = run_samples(race, &runner, candidate, 1);
    entrant_close(&runner.entrant);
    return lap;
}

/* The samples of a final, as logarithms. */
struct samples {
    double gain[MAX_ROUNDS], control[MAX_ROUNDS];
};

static enum tune_lap run_rounds(struct tune_race *race, struct runner *base, struct runner *best, size_t rounds,
                                struct samples *samples)
{
    if (verify(race, base) != TUNE_RAN || verify(race, best) != TUNE_RAN)
        return TUNE_FAILED;
    for (size_t i = 0; i < rounds; i++) {
        double before, between, after;
        if (is_late(race))
            return TUNE_LATE;
        if (!time_sample(race, base, &before) || !time_sample(race, best, &between) || !time_sample(race, base, &after))
            return TUNE_FAILED;
        samples->gain[i] = 0.5 * (log(before) + log(after)) - log(between);
        samples->control[i] = log(before) - log(after);
    }
    return TUNE_RAN;
}

static double thread_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Spins for a while; the context is true when the processor was away meanwhile. */
static void spin(void *crowded, size_t index)
{
    double start = now_seconds(), busy = thread_seconds();
    while (now_seconds() < start + spin_seconds) {
    }
    if (thread_seconds() - busy < 0.9 * (now_seconds() - start))
        atomic_store((atomic_bool *)crowded, true);
    (void)index;
}

bool tune_is_crowded(int threads)
{
    atomic_bool crowded = false;
    double start = now_seconds();
    pel_team_for(threads, (size_t)threads, spin, &crowded);
    return atomic_load(&crowded) || now_seconds() - start > 1.5 * spin_seconds;
}

enum tune_lap tune_race_final(struct tune_race *race, const struct tune_candidate *base,
                              const struct tune_candidate *best, size_t rounds, struct tune_final *final)
{
    struct runner first, second;
    struct samples samples;
    enum tune_lap lap = TUNE_FAILED;
    if (rounds > MAX_ROUNDS)
        rounds = MAX_ROUNDS;
    if (!open_runner(&first, race, base))
        return TUNE_FAILED;
    if (open_runner(&second, race, best)) {
        lap = run_rounds(race, &first, &second, rounds, &samples);
        entrant_close(&second.entrant);
    }
    entrant_close(&first.entrant);
    if (lap == TUNE_RAN)
        *final = (struct tune_final){stats_typical(samples.gain, rounds), stats_typical(samples.control, rounds)};
    return lap;
}

void tune_race_close(struct tune_race *race)
{
    free(race->first);
}
