/* pel bench: pel beside its variants and peers. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pel/pel.h>

#include "lib/names.h"
#include "lib/team.h"
#include "perf/bench.h"
#include "perf/commands.h"
#include "perf/program.h"

static const char usage[] =
    "usage: pel bench [options]\n"
    "\n"
    "Measures pel on random data, and with --peers the same work by others beside it, in turn, repetition by\n"
    "repetition. The table shows medians, the processors that were busy on average, and the standard deviation in per\n"
    "cent; \"vs best peer\" is how many times faster than the fastest of them. What only moves the data counts there\n"
    "where nobody else does the work.\n"
    "\n"
    "      --family F        reduce, scan, histogram, sort, stencil or dispatch (the cost of a pick)\n"
    "      --op O            one operation\n"
    "      --dtype T         f32, f64, i32, i64, u32 or u64\n"
    "      --n N[,N...]      elements; of a stencil, cells along an edge; K, M and G are binary\n"
    "      --grid N[xN...]   of stencils, cells along each axis, the slowest first (24x16)\n"
    "      --threads K[,K...]\n"
    "                        threads at hand (all)\n"
    "      --shape S         of stencils: star or box, dimensions, radius (star3d1r); star3d1r-variable,\n"
    "                        star3d4r-wave, star2d1r-acoustic\n"
    "      --steps N         of stencils, in a run (10)\n"
    "      --axis A          of columns, means over an axis of a field of n / 64800 x 180 x 360: that axis (0)\n"
    "      --length L        of sort_segments, keys of a segment on average (32); of sort_axis, elements of a series\n"
    "                        (the square root of N)\n"
    "      --boundary B      of stencils: fixed, periodic, constant or reflect (fixed; peers know no other)\n"
    "      --single          of stencils: each step is a call of its own\n"
    "      --data D          uniform, wide (many exponents) or few (distinct values)\n"
    "      --seed N          another set of random data\n"
    "      --fast            with PEL_FAST\n"
    "      --variant V       this variant, or with \"all\" every one that can run, beside pel's own choice\n"
    "      --peers           OpenMP loops, OpenBLAS, the C++ library, oneTBB and Highway, as far as pel was built with "
    "them\n"
    "      --repetitions R   repetitions (9)\n"
    "      --min-time S      seconds of a repetition at the least (0.02)\n"
    "      --json FILE       write every repetition as Google Benchmark does\n"
    "  -h, --help            print this and exit\n";

enum option_id {
    FAMILY = 256,
    OP,
    DTYPE,
    N,
    GRID,
    THREADS,
    SHAPE,
    STEPS,
    AXIS,
    LENGTH,
    BOUNDARY,
    SINGLE,
    DATA,
    SEED,
    FAST,
    VARIANT,
    PEERS,
    REPETITIONS,
    MIN_TIME,
    JSON
};

static void read_list(const char *what, const char *text, size_t low, size_t high, struct bench_list *list)
{
    size_t bytes = strlen(text) + 1;
    char *copy = memcpy(allocate(bytes), text, bytes), *rest = copy;
    list->count = 0;
    while (rest) {
        const char *entry = strsep(&rest, ",");
        if (list->count == BENCH_LIST)
            bad_usage("%s: more than %d values", what, BENCH_LIST);
        list->value[list->count++] = read_size(what, entry, low, high);
    }
    free(copy);
}

/* How many axes it has. */
static int read_grid(const char *text, size_t grid[3])
{
    size_t bytes = strlen(text) + 1, given[3];
    char *copy = memcpy(allocate(bytes), text, bytes), *rest = copy;
    int axes = 0;
    while (rest) {
        if (axes == 3)
            bad_usage("--grid: '%s' has more than three axes", text);
        given[axes++] = read_size("--grid", strsep(&rest, "x"), 1, PTRDIFF_MAX / 64);
    }
    for (int a = 0; a < 3; a++)
        grid[a] = a < 3 - axes ? 1 : given[a - 3 + axes];
    if (grid_cells(grid) > PTRDIFF_MAX / 64)
        bad_usage("--grid: '%s' has too many cells", text);
    free(copy);
    return axes;
}

static pel_boundary read_boundary(const char *text)
{
    static const char *const names[] = {"fixed", "periodic", "constant", "reflect"};
    for (int i = PEL_BOUNDARY_FIXED; i <= PEL_BOUNDARY_REFLECT; i++) {
        if (strcmp(text, names[i]) == 0)
            return (pel_boundary)i;
    }
    bad_usage("--boundary: '%s' is neither fixed, periodic, constant nor reflect", text);
}

static enum data read_data(const char *text)
{
    static const char *const names[] = {"uniform", "wide", "few"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(text, names[i]) == 0)
            return (enum data)i;
    }
    bad_usage("--data: '%s' is neither uniform, wide nor few", text);
}

/* What to measure. */
static bool read_problem(struct bench *bench, enum option_id option, const char *text)
{
    switch (option) {
    case FAMILY:
        bench->dispatch = strcmp(text, "dispatch") == 0;
        if (!bench->dispatch)
            select_family(&bench->selection, text);
        break;
    case OP:
        select_op(&bench->selection, text);
        break;
    case DTYPE:
        select_dtype(&bench->selection, text);
        break;
    case N:
        read_list("--n", text, 1, PTRDIFF_MAX / 64, &bench->sizes);
        break;
    case GRID:
        bench->grid_axes = read_grid(text, bench->spec.grid);
        break;
    case THREADS:
        read_list("--threads", text, 1, 4096, &bench->threads);
        break;
    case SHAPE:
        if (!shape_named(text, &bench->spec.shape))
            bad_usage("--shape: no stencil '%s'; they are named such as star3d1r and box2d4r", text);
        break;
    case STEPS:
        bench->spec.steps = read_size("--steps", text, 1, 1000000);
        break;
    case AXIS:
        bench->spec.axis = (int)read_size("--axis", text, 0, 2);
        break;
    case LENGTH:
        bench->spec.length = read_size("--length", text, 1, PTRDIFF_MAX / 64);
        break;
    case BOUNDARY:
        bench->spec.boundary = read_boundary(text);
        break;
    case SINGLE:
        bench->spec.single = true;
        break;
    case DATA:
        bench->spec.data = read_data(text);
        break;
    case SEED:
        bench->spec.seed = read_size("--seed", text, 0, SIZE_MAX);
        break;
    default:
        return false;
    }
    return true;
}

/* How to measure it. */
static void read_rule(struct bench *bench, enum option_id option, const char *text)
{
    switch (option) {
    case FAST:
        bench->rules.flags |= PEL_FAST;
        break;
    case VARIANT:
        bench->rules.variant = text;
        break;
    case PEERS:
        bench->rules.peers = true;
        break;
    case REPETITIONS:
        bench->rules.repetitions = read_size("--repetitions", text, 1, 100000);
        break;
    case MIN_TIME:
        bench->rules.min_time = read_seconds("--min-time", text);
        break;
    case JSON:
        bench->json = text;
        break;
    default:
        break;
    }
}

static const struct option options[] = {{"family", required_argument, NULL, FAMILY},
                                        {"op", required_argument, NULL, OP},
                                        {"dtype", required_argument, NULL, DTYPE},
                                        {"n", required_argument, NULL, N},
                                        {"grid", required_argument, NULL, GRID},
                                        {"threads", required_argument, NULL, THREADS},
                                        {"shape", required_argument, NULL, SHAPE},
                                        {"steps", required_argument, NULL, STEPS},
                                        {"axis", required_argument, NULL, AXIS},
                                        {"length", required_argument, NULL, LENGTH},
                                        {"boundary", required_argument, NULL, BOUNDARY},
                                        {"single", no_argument, NULL, SINGLE},
                                        {"data", required_argument, NULL, DATA},
                                        {"seed", required_argument, NULL, SEED},
                                        {"fast", no_argument, NULL, FAST},
                                        {"variant", required_argument, NULL, VARIANT},
                                        {"peers", no_argument, NULL, PEERS},
                                        {"repetitions", required_argument, NULL, REPETITIONS},
                                        {"min-time", required_argument, NULL, MIN_TIME},
                                        {"json", required_argument, NULL, JSON},
                                        {"help", no_argument, NULL, 'h'},
                                        {0}};

/* An edge, where all are alike. */
static void grid_name(const struct stencil_problem *problem, char *text, size_t capacity)
{
    const size_t *grid = problem->grid;
    int ndim = problem->shape.ndim;
    if (ndim == 3 && (grid[0] != grid[1] || grid[1] != grid[2]))
        snprintf(text, capacity, "%zux%zux%zu", grid[0], grid[1], grid[2]);
    else if (ndim == 2 && grid[1] != grid[2])
        snprintf(text, capacity, "%zux%zu", grid[1], grid[2]);
    else
        snprintf(text, capacity, "%zu", grid[2]);
}

static void title(const struct contest *contest, char *text, size_t capacity)
{
    const struct workload *workload = &contest->workload;
    char shape[SHAPE_NAME + 1] = "", n[64];
    snprintf(n, sizeof n, "%zu", workload->elements);
    if (workload->stencil) {
        shape[0] = '/';
        shape_name(&workload->stencil->shape, shape + 1);
        grid_name(workload->stencil, n, sizeof n);
    }
    snprintf(text, capacity, "%s/%s%s%s/n:%s/threads:%d", pel_op_name(workload->spec.op),
             pel_dtype_name(workload->spec.dtype), contest->rules.flags & PEL_FAST ? "/fast" : "", shape, n,
             contest->rules.threads);
}

/* One line a contestant; elements of a stencil are updates of cells. */
static void print_contestant(FILE *table, const struct contest *contest, const struct contestant *contestant)
{
    double ns = 1e9 * contestant->median;
    fprintf(table, "  %-24s %12.4f %10.3f %10.2f %6.2f %7.1f%%", contestant->entrant.name,
            ns / (double)contest->workload.elements, (double)contest->workload.elements / ns,
            (double)contest->workload.bytes / ns, contestant->busy, 100 * contestant->spread);
    if (contest->best_peer)
        fprintf(table, " %12.2f", contest->best_peer->median / contestant->median);
    fprintf(table, "  %s%s\n", contestant->wrong ? "WRONG RESULT, " : "", contestant->label);
}

static void print_contest(FILE *table, const struct contest *contest)
{
    char name[160];
    title(contest, name, sizeof name);
    fprintf(table, "%s\n  %-24s %12s %10s %10s %6s %8s%s\n", name, "",
            contest->workload.stencil ? "ns/update" : "ns/element", contest->workload.stencil ? "GLUP/s" : "Gelem/s",
            "GB/s", "CPUs", "spread", contest->best_peer ? " vs best peer" : "");
    for (size_t i = 0; i < contest->count; i++)
        print_contestant(table, contest, &contest->contestant[i]);
    fflush(table);
}

static void record_contest(const struct contest *contest, struct gbench *gbench)
{
    char name[160], full[256];
    title(contest, name, sizeof name);
    for (size_t i = 0; i < contest->count; i++) {
        const struct contestant *contestant = &contest->contestant[i];
        snprintf(full, sizeof full, "%s/%s", name, contestant->entrant.name);
        gbench_add(gbench, &(struct gbench_result){.name = full,
                                                   .label = contestant->label,
                                                   .threads = contest->rules.threads,
                                                   .repetitions = contest->rules.repetitions,
                                                   .runs = contestant->runs,
                                                   .time = contestant->time,
                                                   .items = (double)contest->workload.elements,
                                                   .bytes = (double)contest->workload.bytes,
                                                   .wrong = contestant->wrong,
                                                   .yardstick = contest_is_yardstick(contestant)});
    }
}

/* Holds one contest; whether all results were right. */
static bool bench_problem(const struct bench *bench, const struct workload_spec *spec, int threads)
{
    struct contest contest;
    struct contest_rules rules = bench->rules;
    pel_opts opts = PEL_OPTS_INIT;
    opts.threads = threads;
    rules.threads = pel_team_threads(&opts);
    pel_status status = contest_hold(&contest, spec, &rules);
    if (status == PEL_ENOTSUP && rules.variant)
        die("no variant '%s' of %s %s can run here; pel explain lists them", rules.variant, pel_op_name(spec->op),
            pel_dtype_name(spec->dtype));
    if (status != PEL_OK)
        die("%s %s: %s", pel_op_name(spec->op), pel_dtype_name(spec->dtype), pel_strerror(status));
    print_contest(bench->table, &contest);
    record_contest(&contest, bench->gbench);
    bool right = true;
    for (size_t i = 0; i < contest.count; i++)
        right = right && !contest.contestant[i].wrong;
    contest_close(&contest);
    return right;
}

/* Sizes that fit the first cache, the second, and none. */
static struct bench_list usual_sizes(const struct workload_spec *spec)
{
    static const size_t edges[] = {0, 1 << 22, 1 << 11, 1 << 8};
    if (spec->op == PEL_OP_STENCIL)
        return (struct bench_list){1, {edges[spec->shape.ndim]}};
    if (strcmp(pel_op_family(spec->op), "sort") == 0)
        return (struct bench_list){3, {1 << 10, 1 << 16, 1 << 20}};
    return (struct bench_list){3, {1 << 11, 1 << 16, 1 << 24}};
}

static bool bench_operation(const struct bench *bench, enum pel_op op, pel_dtype dtype)
{
    static const struct bench_list all_threads = {1, {0}};
    struct workload_spec spec = bench->spec;
    spec.op = op;
    spec.dtype = dtype;
    struct bench_list sizes = bench->grid_axes     ? (struct bench_list){1, {1}}
                              : bench->sizes.count ? bench->sizes
                                                   : usual_sizes(&spec);
    const struct bench_list *threads = bench->threads.count ? &bench->threads : &all_threads;
    bool right = true;
    for (size_t i = 0; i < sizes.count; i++) {
        for (size_t k = 0; k < threads->count; k++) {
            spec.n = op == PEL_OP_STENCIL ? shape_cells(&spec.shape, sizes.value[i]) : sizes.value[i];
            right = bench_problem(bench, &spec, (int)threads->value[k]) && right;
        }
    }
    return right;
}

static bool bench_all(const struct bench *bench)
{
    enum pel_op op = (enum pel_op)0;
    pel_dtype dtype = (pel_dtype)0;
    bool right = true;
    for (bool next = false; select_next(&bench->selection, next, &op, &dtype); next = true)
        right = bench_operation(bench, op, dtype) && right;
    return right;
}

int command_bench(int argc, char **argv)
{
    struct bench bench = {.selection = SELECT_ALL,
                          .spec = {.seed = 1, .shape = {.ndim = 3, .radius = 1, .box = false}},
                          .rules = {.repetitions = 9, .min_time = 0.02}};
    for (int option; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        if (option == 'h')
            return print_usage(usage);
        if (option == '?')
            return EXIT_USAGE;
        if (!read_problem(&bench, (enum option_id)option, optarg))
            read_rule(&bench, (enum option_id)option, optarg);
    }
    if (optind < argc)
        bad_usage("bench takes options only, not '%s'", argv[optind]);
    select_check(&bench.selection);
    if (bench.dispatch && (bench.sizes.count > 0 || bench.threads.count > 0 || bench.rules.variant ||
                           bench.rules.peers || bench.rules.flags))
        bad_usage("--family dispatch takes no --n, --threads, --variant, --peers or --fast");
    if (bench.grid_axes && (bench.sizes.count > 0 || bench.grid_axes != bench.spec.shape.ndim))
        bad_usage("--grid takes the place of --n, with as many axes as the --shape has");
    bench.table = bench.json && strcmp(bench.json, "-") == 0 ? stderr : stdout;
    bench.gbench = gbench_open(bench.json);
    bool right = true;
    if (bench.dispatch)
        bench_dispatch(&bench);
    else
        right = bench_all(&bench);
    gbench_close(bench.gbench);
    return finish(right ? EXIT_DONE : EXIT_FAILED);
}
