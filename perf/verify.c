/* pel verify: every variant against the scalar reference, bit for bit. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pel/pel.h>

#include "lib/cpu.h"
#include "lib/env.h"
#include "lib/names.h"
#include "lib/registry.h"
#include "lib/team.h"
#include "perf/commands.h"
#include "perf/program.h"
#include "perf/select.h"
#include "perf/workload.h"

static const char usage[] =
    "usage: pel verify [options]\n"
    "\n"
    "Runs every variant of every kernel on random data of many sizes, with one thread and with all, with its "
    "parameters\n"
    "at both ends of their range, and compares the results with the scalar reference, bit for bit (PEL_FAST variants:\n"
    "up to rounding). Exit status 1 if any differ.\n"
    "\n"
    "      --family F     reduce, scan, histogram, sort or stencil\n"
    "      --op O         one operation\n"
    "      --dtype T      f32, f64, i32, i64, u32 or u64\n"
    "      --seed N       another set of random data\n"
    "      --long         larger sizes too\n"
    "  -h, --help         print this and exit\n";

static const size_t sizes[] = {1, 2, 3, 7, 16, 31, 64, 100, 255, 1000, 4097, 20000, 65537, 1048575, 5000011};
static const struct shape shapes[] = {
    {3, 1, false, SHAPE_TAPS}, {1, 1, false, SHAPE_TAPS}, {1, 4, true, SHAPE_TAPS},      {2, 1, false, SHAPE_TAPS},
    {2, 2, true, SHAPE_TAPS},  {3, 1, true, SHAPE_TAPS},  {3, 4, false, SHAPE_WAVE},     {3, 4, false, SHAPE_TAPS},
    {2, 1, false, SHAPE_WAVE}, {1, 1, true, SHAPE_WAVE},  {3, 1, false, SHAPE_VARIABLE}, {2, 2, true, SHAPE_VARIABLE}};
static const size_t lengths[] = {5, 40, 1, 300, 16, 5000, 1000}; /* of segments and series */
enum {
    NLENGTHS = sizeof lengths / sizeof lengths[0],
    NSIZES = sizeof sizes / sizeof sizes[0],
    NLONG = 2, /* of them are only for --long; a stencil, whose reference is slow, gets as many less */
    NSHAPES = sizeof shapes / sizeof shapes[0],
    MAX_VARIANTS = 128
};

/* What became of one variant. */
struct outcome {
    const struct pel_kernel *kernel; /* NULL: pel as dispatched */
    size_t cases, failures;
    char failure[240]; /* the first */
    const char *barred;
};

/* The problems of one operation and dtype, in order: a counter of several digits. */
struct problems {
    struct workload_spec spec;
    size_t count, next;
    size_t sizes, shapes, boundaries;
    unsigned flag; /* with which every problem comes again; 0: none */
};

/* The flag under which results are others. */
static unsigned flag_of(enum pel_op op)
{
    switch (op) {
    case PEL_OP_SORT:
    case PEL_OP_ARGSORT:
    case PEL_OP_SORT_PAIRS:
    case PEL_OP_SELECT:
    case PEL_OP_PARTIAL_SORT:
    case PEL_OP_TOP_K:
    case PEL_OP_SORT_I8:
    case PEL_OP_SORT_U8:
    case PEL_OP_SORT_I16:
    case PEL_OP_SORT_U16:
    case PEL_OP_SORT_U128:
    case PEL_OP_SORT_SEGMENTS:
    case PEL_OP_SORT_AXIS:
    case PEL_OP_SEARCHSORTED:
    case PEL_OP_MERGE:
    case PEL_OP_UNIQUE:
        return PEL_DESCENDING;
    case PEL_OP_SCAN:
        return PEL_EXCLUSIVE;
    case PEL_OP_SCAN_MIN:
    case PEL_OP_SCAN_MAX:
        return PEL_EXCLUSIVE | PEL_NAN_SKIP;
    case PEL_OP_MIN:
    case PEL_OP_MAX:
    case PEL_OP_MINMAX:
    case PEL_OP_ARGMIN:
    case PEL_OP_ARGMAX:
        return PEL_NAN_SKIP;
    default:
        return 0;
    }
}

static struct problems start_problems(enum pel_op op, pel_dtype dtype, uint64_t seed, bool all_sizes)
{
    struct problems p = {.spec = {.op = op, .dtype = dtype, .seed = seed}};
    bool stencil = op == PEL_OP_STENCIL;
    p.sizes = (size_t)(NSIZES - (all_sizes ? 0 : NLONG) - (stencil ? NLONG : 0));
    p.flag = flag_of(op);
    p.shapes = stencil ? NSHAPES : 1;
    p.boundaries = stencil ? PEL_BOUNDARY_REFLECT + 1 : 1;
    p.count = p.sizes * NDATA * p.shapes * p.boundaries * (p.flag ? 2 : 1);
    return p;
}

/* The lowest digit of the counter, which it loses. */
static size_t digit(size_t *counter, size_t base)
{
    size_t value = *counter % base;
    *counter /= base;
    return value;
}

static bool next_problem(struct problems *p)
{
    size_t counter = p->next++;
    if (counter == p->count)
        return false;
    p->spec.n = sizes[digit(&counter, p->sizes)];
    p->spec.data = (enum data)digit(&counter, NDATA);
    p->spec.shape = shapes[digit(&counter, p->shapes)];
    p->spec.boundary = (pel_boundary)digit(&counter, p->boundaries);
    p->spec.flags = digit(&counter, 2) ? p->flag : 0;
    p->spec.steps = 1 + p->next % 3;
    p->spec.length = lengths[p->next % NLENGTHS];
    p->spec.axis = (int)(p->next % 3);
    p->spec.seed++;
    return true;
}

/* The variants of an operation; the reference first. */
static size_t list_variants(enum pel_op op, pel_dtype dtype, struct outcome *outcomes)
{
    struct pel_registry_walk walk = {0};
    size_t count = 0;
    for (const struct pel_kernel *kernel; (kernel = pel_registry_next(&walk, op, (int)dtype));) {
        if (count == MAX_VARIANTS - 1)
            die("more than %d variants of %s", MAX_VARIANTS - 1, pel_op_name(op));
        outcomes[count++] = (struct outcome){.kernel = kernel};
        if (kernel->traits & PEL_TRAIT_REFERENCE && kernel->isa == PEL_ISA_SCALAR) {
            struct outcome first = outcomes[0];
            outcomes[0] = outcomes[count - 1];
            outcomes[count - 1] = first;
        }
    }
    outcomes[count++] = (struct outcome){0};
    return count;
}

/* Writes the variant with every parameter at its initial value, its lowest or its highest. */
static bool name_setting(const struct pel_kernel *kernel, int setting, char *name, size_t capacity)
{
    size_t length = (size_t)snprintf(name, capacity, "%s", kernel->name);
    for (int i = 0; setting > 0 && i < PEL_MAX_PARAMS && kernel->params[i].name && length < capacity; i++) {
        const struct pel_param *param = &kernel->params[i];
        length += (size_t)snprintf(name + length, capacity - length, ":%s=%d", param->name,
                                   (int)(setting == 1 ? param->low : param->high));
    }
    return setting == 0 || kernel->params[0].name;
}

static void note_failure(struct outcome *outcome, const struct workload_spec *spec, const pel_opts *opts,
                         const char *what)
{
    char shape[SHAPE_NAME];
    shape_name(&spec->shape, shape);
    if (outcome->failures++ > 0)
        return;
    int length = snprintf(
        outcome->failure, sizeof outcome->failure, "%s: %s n=%zu data=%d flags=%u seed=%" PRIu64 " threads=%d", what,
        opts->variant ? opts->variant : "pel", spec->n, (int)spec->data, spec->flags, spec->seed, opts->threads);
    if (spec->op == PEL_OP_STENCIL)
        snprintf(outcome->failure + length, sizeof outcome->failure - (size_t)length, " %s boundary=%d steps=%zu",
                 shape, (int)spec->boundary, spec->steps);
}

/* Runs once; PEL_ENOTSUP when this variant does not serve this problem. */
static pel_status run_once(struct workload *workload, const pel_opts *opts)
{
    struct entrant entrant;
    pel_status status = entrant_open(&entrant, workload, opts);
    workload_reset(workload, 0, 1);
    if (status == PEL_OK)
        status = entrant_run(&entrant, 0);
    entrant_close(&entrant);
    return status;
}

struct expected {
    void *result;
    pel_status status;
};

static void check_case(struct outcome *outcome, struct workload *workload, const struct expected *expected,
                       const pel_opts *opts)
{
    size_t bytes;
    bool fast = opts->flags & PEL_FAST;
    pel_status status = run_once(workload, opts);
    const void *result = workload_result(workload, &bytes);
    if (status == PEL_ENOTSUP && opts->variant && expected->status != PEL_ENOTSUP)
        return;
    outcome->cases++;
    if (status != expected->status)
        note_failure(outcome, &workload->spec, opts, pel_strerror(status));
    else if (fast ? !workload_agrees(workload, result, expected->result) : memcmp(result, expected->result, bytes) != 0)
        note_failure(outcome, &workload->spec, opts, "wrong result");
}

static void check_variant(struct outcome *outcome, struct workload *workload, const struct expected *expected)
{
    char name[160];
    pel_opts opts = PEL_OPTS_INIT;
    const struct pel_kernel *kernel = outcome->kernel;
    int all = pel_team_threads(NULL);
    bool fast = kernel && kernel->traits & PEL_TRAIT_FAST;
    if (fast && workload->spec.data == DATA_BITS)
        return; /* it may overflow where the exact result does not */
    for (int setting = 0; setting < (kernel ? 3 : 1); setting++) {
        if (kernel && !name_setting(kernel, setting, name, sizeof name))
            continue;
        opts.variant = kernel ? name : NULL;
        opts.flags = fast ? PEL_FAST : 0;
        opts.threads = 1;
        check_case(outcome, workload, expected, &opts);
        opts.threads = all;
        if (all > 1)
            check_case(outcome, workload, expected, &opts);
    }
}

static void check_problem(const struct workload_spec *spec, struct outcome *outcomes, size_t count)
{
    struct workload workload;
    struct expected expected;
    pel_opts opts = PEL_OPTS_INIT;
    size_t bytes;
    workload_open(&workload, spec);
    opts.threads = 1;
    opts.variant = outcomes[0].kernel->name;
    expected.status = run_once(&workload, &opts);
    const void *result = workload_result(&workload, &bytes);
    expected.result = memcpy(allocate(bytes), result, bytes);
    for (size_t i = 1; i < count; i++) {
        if (!outcomes[i].barred)
            check_variant(&outcomes[i], &workload, &expected);
    }
    free(expected.result);
    workload_close(&workload);
}

struct tally {
    size_t verified, failed, skipped;
};

/* Family, operation, dtype and variant. */
#define COLUMNS "%-9s %-13s %-4s %-24s "

static void report(enum pel_op op, pel_dtype dtype, const struct outcome *outcome, struct tally *tally)
{
    printf(COLUMNS, pel_op_family(op), pel_op_name(op), pel_dtype_name(dtype),
           outcome->kernel ? outcome->kernel->name : "(as dispatched)");
    if (outcome->failures > 0) {
        printf("FAILED %zu of %zu; %s\n", outcome->failures, outcome->cases, outcome->failure);
        tally->failed++;
    } else if (outcome->barred || outcome->cases == 0) {
        printf("skipped: %s\n", outcome->barred ? outcome->barred : "it serves none of these problems");
        tally->skipped++;
    } else {
        printf("verified, %zu cases\n", outcome->cases);
        tally->verified++;
    }
}

/* What keeps a kernel from running here, whatever the problem. */
static const char *barred_here(const struct pel_kernel *kernel)
{
    if (!pel_cpu()->has[kernel->isa])
        return "this processor lacks the instruction set";
    return pel_env_allows(kernel->isa) ? NULL : "masked by PEL_MAX_ISA";
}

static void verify_operation(struct problems *problems, struct tally *tally)
{
    struct outcome outcomes[MAX_VARIANTS];
    enum pel_op op = problems->spec.op;
    pel_dtype dtype = problems->spec.dtype;
    size_t count = list_variants(op, dtype, outcomes);
    for (size_t i = 0; i + 1 < count; i++)
        outcomes[i].barred = barred_here(outcomes[i].kernel);
    while (next_problem(problems))
        check_problem(&problems->spec, outcomes, count);
    printf(COLUMNS "the reference\n", pel_op_family(op), pel_op_name(op), pel_dtype_name(dtype),
           outcomes[0].kernel->name);
    for (size_t i = 1; i < count; i++)
        report(op, dtype, &outcomes[i], tally);
    fflush(stdout);
}

struct arguments {
    struct selection selection;
    uint64_t seed;
    bool long_run, help;
};

/* False at an unknown option. */
static bool read_arguments(int argc, char **argv, struct arguments *a)
{
    enum { FAMILY = 256, OP, DTYPE, SEED, LONG };
    static const struct option options[] = {{"family", required_argument, NULL, FAMILY},
                                            {"op", required_argument, NULL, OP},
                                            {"dtype", required_argument, NULL, DTYPE},
                                            {"seed", required_argument, NULL, SEED},
                                            {"long", no_argument, NULL, LONG},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    for (int option; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        switch (option) {
        case FAMILY:
            select_family(&a->selection, optarg);
            break;
        case OP:
            select_op(&a->selection, optarg);
            break;
        case DTYPE:
            select_dtype(&a->selection, optarg);
            break;
        case SEED:
            a->seed = read_size("--seed", optarg, 0, SIZE_MAX);
            break;
        case LONG:
            a->long_run = true;
            break;
        case 'h':
            a->help = true;
            break;
        default:
            return false;
        }
    }
    if (optind < argc)
        bad_usage("verify takes options only, not '%s'", argv[optind]);
    select_check(&a->selection);
    return true;
}

int command_verify(int argc, char **argv)
{
    struct arguments a = {.selection = SELECT_ALL, .seed = 1};
    struct tally tally = {0, 0, 0};
    if (!read_arguments(argc, argv, &a))
        return EXIT_USAGE;
    if (a.help)
        return print_usage(usage);
    enum pel_op op = (enum pel_op)0;
    pel_dtype dtype = (pel_dtype)0;
    for (bool next = false; select_next(&a.selection, next, &op, &dtype); next = true) {
        struct problems problems = start_problems(op, dtype, a.seed, a.long_run);
        verify_operation(&problems, &tally);
    }
    printf("%zu verified, %zu failed, %zu skipped\n", tally.verified, tally.failed, tally.skipped);
    return finish(tally.failed > 0 ? EXIT_FAILED : EXIT_DONE);
}
