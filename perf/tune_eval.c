#include "perf/tune_eval.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/names.h"
#include "lib/registry.h"
#include "lib/variant.h"
#include "perf/program.h"
#include "perf/tune_race.h"
#include "perf/tune_supervise.h"
#include "perf/tune_t4.h"

/* Samples of one configuration, and names of parameters. */
enum { SAMPLES = 9, MAX_NAMES = 32 };

/* Up to this size the plain reference says what is right, which may be a hundred times as slow; beyond, the default,
 * which the tests of the library hold to it. */
static const size_t reference_bytes = 4 << 20;

static struct workload *open_workload(const struct tune_cell *cell)
{
    static struct workload workload; /* until the process ends */
    struct workload_spec spec = tune_workload(cell);
    workload_open(&workload, &spec);
    return &workload;
}

/* The names of all parameters, each once. */
static size_t list_params(const struct tune_candidate *list, size_t count, const char **names, size_t most)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        const struct pel_param *params = list[i].pick.kernel->params;
        for (int p = 0; p < PEL_MAX_PARAMS && params[p].name; p++) {
            size_t known = 0;
            while (known < n && strcmp(names[known], params[p].name) != 0)
                known++;
            if (known == n && n < most)
                names[n++] = params[p].name;
        }
    }
    return n;
}

static const struct pel_param *param_named(const struct pel_kernel *kernel, const char *name)
{
    for (int p = 0; p < PEL_MAX_PARAMS && kernel->params[p].name; p++) {
        if (strcmp(kernel->params[p].name, name) == 0)
            return &kernel->params[p];
    }
    return NULL;
}

/* The kernels of the list, each once, that have the parameter; NULL: all. */
static void print_kernels(const struct tune_candidate *list, size_t count, const char *param)
{
    const char *separator = "";
    for (size_t i = 0; i < count; i++) {
        const struct pel_kernel *kernel = list[i].pick.kernel;
        if ((i > 0 && kernel == list[i - 1].pick.kernel) || (param && !param_named(kernel, param)))
            continue;
        printf("%s'%s'", separator, kernel->name);
        separator = ", ";
    }
}

static void print_param(const struct tune_candidate *list, size_t count, const char *name)
{
    int64_t low = INT32_MAX, high = 0;
    for (size_t i = 0; i < count; i++) {
        const struct pel_param *param = param_named(list[i].pick.kernel, name);
        low = param && param->low < low ? param->low : low;
        high = param && param->high > high ? param->high : high;
    }
    printf(",\n  {\"Name\": \"%s\", \"Type\": \"int\", \"Default\": \"0\", \"Values\": \"[0", name);
    for (int64_t value = low > 0 ? low : 1; value <= high; value *= 2)
        printf(", %lld", (long long)value);
    printf("]\"}");
}

static void print_team(int threads, int usual)
{
    printf(",\n  {\"Name\": \"team\", \"Type\": \"int\", \"Default\": \"%d\", \"Values\": \"[1", usual);
    for (int team = 2; team < threads; team *= 2)
        printf(", %d", team);
    if (threads > 1)
        printf(", %d", threads);
    printf("]\"}");
}

static void print_conditions(const struct tune_candidate *list, size_t count, const char **names, size_t nnames)
{
    for (size_t i = 0; i < nnames; i++) {
        printf("%s\n  {\"Parameters\": [\"%s\", \"kernel\"], \"Expression\": \"%s == 0 or kernel in [", i ? "," : "",
               names[i], names[i]);
        print_kernels(list, count, names[i]);
        printf("]\"}");
    }
}

void tune_print_space(const struct tune_cell *cell)
{
    struct tune_candidate list[TUNE_MAX_CANDIDATES];
    const struct tune_key *key = &cell->key;
    struct pel_stencil_shape shape;
    struct pel_pick usual;
    const char *names[MAX_NAMES];
    struct pel_request request = tune_request(open_workload(cell), key->threads, &shape);
    size_t count = tune_list_candidates(&request, list), nnames = list_params(list, count, names, MAX_NAMES);
    if (pel_dispatch(&request, NULL, &usual) != PEL_OK)
        die("nothing can run here");
    printf("{\"General\": {\"FormatVersion\": 1, \"TimeUnit\": \"Milliseconds\"},\n \"Problem\": {\"op\": \"%s\", "
           "\"dtype\": \"%s\", \"mode\": \"%s\", \"ndim\": %d, \"threads\": %d, \"n\": %zu},\n",
           pel_op_name(key->op), pel_dtype_name(key->dtype), key->fast ? "fast" : "exact", key->ndim, key->threads,
           cell->n);
    printf(" \"ConfigurationSpace\": {\"TuningParameters\": [\n  {\"Name\": \"kernel\", \"Type\": \"string\", "
           "\"Default\": \"%s\", \"Values\": \"[",
           usual.kernel->name);
    print_kernels(list, count, NULL);
    printf("]\"}");
    print_team(key->threads, usual.team);
    for (size_t i = 0; i < nnames; i++)
        print_param(list, count, names[i]);
    printf("\n ], \"Conditions\": [");
    print_conditions(list, count, names, nnames);
    printf("\n ]}}\n");
}

/* The result that candidates are held to. */
static void *compute_expected(struct workload *workload, int threads)
{
    const struct workload_spec *spec = &workload->spec;
    struct pel_registry_walk walk = {0};
    const struct pel_kernel *kernel;
    struct entrant entrant;
    pel_opts opts = PEL_OPTS_INIT;
    opts.threads = threads;
    while ((kernel = pel_registry_next(&walk, spec->op, (int)spec->dtype)) && workload->bytes <= reference_bytes) {
        if (kernel->traits & PEL_TRAIT_REFERENCE)
            opts.variant = kernel->name;
    }
    pel_status status = entrant_open(&entrant, workload, &opts);
    if (status == PEL_ENOTSUP) {
        opts.variant = NULL;
        status = entrant_open(&entrant, workload, &opts);
    }
    workload_reset(workload, 0, 1);
    if (status != PEL_OK || entrant_run(&entrant, 0) != PEL_OK)
        die("the default fails on this problem");
    size_t bytes;
    const void *result = workload_result(workload, &bytes);
    void *expected = memcpy(allocate(bytes), result, bytes);
    entrant_close(&entrant);
    return expected;
}

static void print_invalid(const struct tune_run *run, const char *invalidity)
{
    struct tune_t4 t4 = {.invalidity = invalidity};
    tune_t4_print(stdout, run, &t4);
    putchar('\n');
}

/* The quickest of all samples stands for the run; each is kept. */
static enum tune_lap sample(struct tune_race *race, struct tune_candidate *candidate, double *seconds, size_t *samples)
{
    enum tune_lap lap = tune_race_calibrate(race, candidate);
    for (*samples = 0; lap == TUNE_RAN && *samples < SAMPLES; ++*samples) {
        candidate->seconds = race->leader = 0;
        lap = tune_race_run(race, candidate, 1);
        seconds[*samples] = candidate->seconds;
    }
    for (size_t i = 0; i < *samples; i++)
        candidate->seconds = fmin(candidate->seconds, seconds[i]);
    return lap;
}

/* Measures a configuration that can run. */
static void measure(const struct tune_options *options, struct tune_run *run, struct workload *workload,
                    struct tune_candidate *candidate)
{
    double seconds[SAMPLES], start = now_seconds();
    size_t samples;
    void *expected = compute_expected(workload, run->cell.key.threads);
    double validation = now_seconds() - start;
    struct tune_race race = {.cell = &run->cell, .workload = workload, .expected = expected, .until = options->until};
    enum tune_lap lap = sample(&race, candidate, seconds, &samples);
    run->seconds = candidate->seconds;
    struct tune_t4 t4 = {seconds, lap == TUNE_RAN ? samples : 0, validation, tune_t4_invalidity(lap)};
    tune_t4_print(stdout, run, &t4);
    putchar('\n');
    free(expected);
}

void tune_eval_here(const struct tune_options *options, const char *configuration)
{
    struct tune_run run = {.cell = options->cell};
    struct tune_candidate candidate = {0};
    struct pel_stencil_shape shape;
    const char *why = tune_t4_configuration(configuration, &run);
    if (why)
        bad_usage("--eval: %s", why);
    struct workload *workload = open_workload(&run.cell);
    struct pel_request request = tune_request(workload, run.cell.key.threads, &shape);
    bool can_run = pel_variant_parse(run.variant, request.op, request.dtype, &candidate.pick) &&
                   !pel_kernel_barred(candidate.pick.kernel, &request) && candidate.pick.team <= request.threads;
    if (!can_run) {
        print_invalid(&run, "constraints");
        return;
    }
    if (candidate.pick.team == 0)
        candidate.pick.team = request.threads;
    pel_variant_format(&candidate.pick, run.variant, sizeof run.variant);
    measure(options, &run, workload, &candidate);
}

void tune_eval(const struct tune_options *options, const char *configuration, int argc, char **argv)
{
    struct tune_run run = {.cell = options->cell};
    const char *why = tune_t4_configuration(configuration, &run);
    if (why)
        bad_usage("--eval: %s", why);
    enum tune_end end = tune_supervise_once(options, argc, argv);
    if (end == TUNE_END_FAILED)
        exit(EXIT_FAILED);
    if (end != TUNE_END_DONE)
        print_invalid(&run, end == TUNE_END_LATE ? "timeout" : "runtime");
}
