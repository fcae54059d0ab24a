/* pel tune: measures which kernel serves which request best on this machine, and writes a table. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <pel/tune.h>

#include "common/outfile.h"
#include "lib/names.h"
#include "lib/team.h"
#include "perf/commands.h"
#include "perf/energy.h"
#include "perf/program.h"
#include "perf/tune_eval.h"
#include "perf/tune_learn.h"
#include "perf/tune_record.h"
#include "perf/tune_space.h"
#include "perf/tune_supervise.h"
#include "perf/tune_t4.h"
#include "perf/tune_table.h"
#include "perf/tune_trial.h"

static const char usage[] =
    "usage: pel tune [options]\n"
    "\n"
    "Times the kernels on this machine and writes a table of those that beat the default choice beyond doubt: wisdom,\n"
    "which PEL_WISDOM=FILE puts in force, or a .def file, which is compiled into the library. Results of calls never\n"
    "depend on it. A record of what was measured is kept beside the table, in FILE.record.\n"
    "\n"
    "      --budget T         time to take: 60s (the default), 30m, 1h; from 10m on with a finer grid\n"
    "      --only OP[:DTYPE]  one operation, or one dtype of it\n"
    "      --threads K        the most threads to tune for\n"
    "      --output FILE      the table; wisdom.json unless given. Wisdom that is there is added to\n"
    "      --format F         json (wisdom) or def; by the name of FILE unless given\n"
    "      --resume [RECORD]  go on from the record of an earlier run\n"
    "      --objective O      what to make small: time (unless given), or energy of all processors, by RAPL\n"
    "      --powercap DIR     where its counters are (" ENERGY_ROOT ")\n"
    "      --fine             the finer grid, with any budget; for one operation a minute does\n"
    "      --learn            add rules for numbers of threads that were not measured, by decision trees, and print "
    "how\n"
    "                         well those choose at sizes that they have not seen\n"
    "      --quiet            no table of gains at the end\n"
    "      --t4 FILE          write what was measured as T4, the JSON that autotuners exchange\n"
    "      --propose FILE     read T4: the configurations that it holds to be correct, and no others, are raced\n"
    "\n"
    "For a tuner from elsewhere, about the one problem that --only, --n, --threads, --fast and --ndim name:\n"
    "\n"
    "      --space            print the search space: the ConfigurationSpace of T1, the input that goes with T4\n"
    "      --eval CONFIG      measure one configuration and print the result as a line of T4, in milliseconds. CONFIG "
    "is\n"
    "                         JSON, such as {\"kernel\": \"avx2/quick\", \"team\": 2}, or avx2/quick:team=2\n"
    "      --n N              elements; of a stencil, cells. Also tunes for this size alone\n"
    "      --fast             calls with PEL_FAST\n"
    "      --ndim D           dimensions of a stencil (3)\n"
    "\n"
    "Trials of the tuner itself, on requests drawn at random:\n"
    "\n"
    "      --control TRIALS   let the default race itself, and print how often it is accepted as a gain\n"
    "      --held-out N       race the tables in force, PEL_WISDOM's too, against the generic one at sizes off the "
    "grid\n"
    "      --seed N           draw others\n"
    "\n"
    "  -h, --help             print this and exit\n";

struct job {
    struct tune_options options;
    const char *output, *format, *record, *t4, *propose, *eval, *powercap;
    char *made; /* the name of the record, where it was not given */
    bool space, is_child, fine, quiet, energy, learn;
    size_t control, held_out; /* trials */
};

static void read_only(struct selection *selection, char *text)
{
    char *colon = strchr(text, ':');
    if (colon)
        *colon = '\0';
    select_op(selection, text);
    if (colon) {
        select_dtype(selection, colon + 1);
        *colon = ':';
    }
}

/* --resume takes its argument with = or as the next word. */
static const char *optional_word(int argc, char **argv)
{
    if (!optarg && optind < argc && argv[optind][0] != '-')
        return argv[optind++];
    return optarg;
}

enum {
    BUDGET = 256,
    ONLY,
    THREADS,
    OUTPUT,
    FORMAT,
    RESUME,
    UNTIL,
    FINE,
    LEARN,
    OBJECTIVE,
    POWERCAP,
    QUIET,
    CONTROL,
    HELD_OUT,
    SEED,
    T4,
    PROPOSE,
    SPACE,
    EVAL,
    SIZE,
    FAST,
    NDIM
};

/* Uses other than making a table. */
static void read_other_use(struct job *job, int option)
{
    switch (option) {
    case T4:
        job->t4 = optarg;
        break;
    case PROPOSE:
        job->propose = optarg;
        break;
    case CONTROL:
        job->control = read_size("--control", optarg, 1, 1000000);
        break;
    case HELD_OUT:
        job->held_out = read_size("--held-out", optarg, 1, 1000000);
        break;
    case SEED:
        job->options.seed = read_size("--seed", optarg, 0, SIZE_MAX);
        break;
    case SPACE:
        job->space = true;
        break;
    default:
        job->eval = optarg;
    }
}

/* Which cells; false: the option is none of those. */
static bool read_cells(struct job *job, int option)
{
    struct tune_options *options = &job->options;
    switch (option) {
    case ONLY:
        read_only(&options->selected, optarg);
        break;
    case THREADS:
        options->threads = (int)read_size("--threads", optarg, 1, 4096);
        break;
    case FINE:
        job->fine = true;
        break;
    case SIZE:
        options->cell.n = read_size("--n", optarg, 1, TUNE_MAX_N);
        break;
    case FAST:
        options->cell.key.fast = true;
        break;
    case NDIM:
        options->cell.key.ndim = (int)read_size("--ndim", optarg, 1, 3);
        break;
    default:
        return false;
    }
    return true;
}

static void read_objective(struct job *job)
{
    job->energy = strcmp(optarg, "energy") == 0;
    if (!job->energy && strcmp(optarg, "time") != 0)
        bad_usage("--objective: '%s' is neither time nor energy", optarg);
}

static void read_option(struct job *job, int option, int argc, char **argv)
{
    switch (option) {
    case BUDGET:
        job->options.budget = read_seconds("--budget", optarg);
        break;
    case UNTIL: /* the child's */
        job->options.until = strtod(optarg, NULL);
        job->is_child = true;
        break;
    case OUTPUT:
        job->output = optarg;
        break;
    case FORMAT:
        job->format = optarg;
        break;
    case OBJECTIVE:
        read_objective(job);
        break;
    case POWERCAP:
        job->powercap = optarg;
        break;
    case LEARN:
        job->learn = true;
        break;
    case QUIET:
        job->quiet = true;
        break;
    case RESUME:
        job->options.resume = true;
        job->record = optional_word(argc, argv);
        break;
    default:
        if (!read_cells(job, option))
            read_other_use(job, option);
    }
}

static bool ends_in(const char *name, const char *ending)
{
    size_t length = strlen(name), tail = strlen(ending);
    return length >= tail && strcmp(name + length - tail, ending) == 0;
}

/* The one problem that was named, if it was; the dimensions of a stencil tell nothing of other operations. */
static void settle_cell(struct tune_options *options)
{
    const struct selection *selected = &options->selected;
    struct tune_cell *cell = &options->cell;
    bool stencil = selected->op == PEL_OP_STENCIL;
    if (cell->n > 0 && (selected->op < 0 || selected->dtype < 0))
        bad_usage("--n needs --only OP:DTYPE");
    if (cell->key.ndim > 0 && !stencil)
        bad_usage("--ndim is about stencils");
    cell->key.op = selected->op < 0 ? (enum pel_op)0 : (enum pel_op)selected->op;
    cell->key.dtype = selected->dtype < 0 ? PEL_F32 : (pel_dtype)selected->dtype;
    cell->key.threads = options->threads;
    if (stencil && cell->key.ndim == 0)
        cell->key.ndim = 3;
}

static void open_energy(const char *root)
{
    root = root ? root : ENERGY_ROOT;
    const char *why = energy_open(root);
    if (why)
        die("--objective energy is not available here: %s: %s", root, why);
}

/* Fills in what was not said. */
static void settle(struct job *job)
{
    struct tune_options *options = &job->options;
    int at_hand = pel_team_threads(NULL);
    if (!job->format)
        job->format = job->output && ends_in(job->output, ".def") ? "def" : "json";
    if (strcmp(job->format, "def") != 0 && strcmp(job->format, "json") != 0)
        bad_usage("--format: '%s' is neither json nor def", job->format);
    if (job->output && strcmp(job->output, "-") == 0)
        bad_usage("--output: a table has its record beside it, so it needs a file of its own, not '-'");
    if (job->record && access(job->record, R_OK) != 0)
        die("cannot read %s: %s", job->record, strerror(errno));
    if (!job->output)
        job->output = strcmp(job->format, "def") == 0 ? "tuned.def" : "wisdom.json";
    if (options->threads == 0 || options->threads > at_hand)
        options->threads = at_hand;
    options->dense = job->fine || options->budget >= TUNE_DENSE_SECONDS;
    select_check(&options->selected);
    if (job->energy)
        open_energy(job->powercap);
    settle_cell(options);
    if ((job->space || job->eval) && options->cell.n == 0)
        bad_usage("--%s needs --only OP:DTYPE and --n", job->space ? "space" : "eval");
    if (job->propose)
        options->nproposals = tune_t4_read(job->propose, &options->cell, &options->proposals);
    options->record = job->record;
    if (!job->record) {
        job->made = allocate(strlen(job->output) + sizeof ".record");
        options->record = strcat(strcpy(job->made, job->output), ".record");
    }
}

static struct job read_job(int argc, char **argv)
{
    static const struct option known[] = {{"budget", required_argument, NULL, BUDGET},
                                          {"only", required_argument, NULL, ONLY},
                                          {"threads", required_argument, NULL, THREADS},
                                          {"output", required_argument, NULL, OUTPUT},
                                          {"format", required_argument, NULL, FORMAT},
                                          {"resume", optional_argument, NULL, RESUME},
                                          {"until", required_argument, NULL, UNTIL},
                                          {"objective", required_argument, NULL, OBJECTIVE},
                                          {"powercap", required_argument, NULL, POWERCAP},
                                          {"fine", no_argument, NULL, FINE},
                                          {"learn", no_argument, NULL, LEARN},
                                          {"quiet", no_argument, NULL, QUIET},
                                          {"t4", required_argument, NULL, T4},
                                          {"propose", required_argument, NULL, PROPOSE},
                                          {"control", required_argument, NULL, CONTROL},
                                          {"held-out", required_argument, NULL, HELD_OUT},
                                          {"seed", required_argument, NULL, SEED},
                                          {"space", no_argument, NULL, SPACE},
                                          {"eval", required_argument, NULL, EVAL},
                                          {"n", required_argument, NULL, SIZE},
                                          {"fast", no_argument, NULL, FAST},
                                          {"ndim", required_argument, NULL, NDIM},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    struct job job = {.options = {.budget = 60, .selected = SELECT_ALL}};
    for (int option; (option = getopt_long(argc, argv, "h", known, NULL)) != -1;) {
        if (option == 'h')
            exit(print_usage(usage));
        if (option == '?')
            exit(EXIT_USAGE);
        read_option(&job, option, argc, argv);
    }
    if (optind < argc)
        bad_usage("tune: '%s' is no option", argv[optind]);
    settle(&job);
    return job;
}

static void count_verdicts(const struct tune_history *history, struct tune_provenance *provenance)
{
    for (size_t i = 0; i < history->count; i++)
        provenance->verdicts[history->results[i].verdict]++;
}

/* Adds the rows that are learned, and tells how far they can be trusted. */
static struct tune_row *add_learned(const struct tune_history *history, struct tune_row *rows, size_t *count)
{
    struct tune_regret regret;
    struct tune_row *learned;
    size_t more = tune_learn(history, &learned, &regret);
    struct tune_row *all = allocate((*count + more) * sizeof *all);
    memcpy(all, rows, *count * sizeof *all);
    memcpy(all + *count, learned, more * sizeof *all);
    *count += more;
    free(rows);
    free(learned);
    const struct tune_cell *worst = &regret.worst_cell;
    printf("learned: each size left out once, %zu choices lose %.1f %% on average to the best there (the defaults %.1f "
           "%%), "
           "%.0f %% at worst: %s %s n=%zu threads=%d; %zu were not measured there\n",
           regret.places, 100 * regret.mean, 100 * regret.default_mean, 100 * regret.worst, pel_op_name(worst->key.op),
           pel_dtype_name(worst->key.dtype), worst->n, worst->key.threads, regret.unknown);
    return all;
}

static void write_table(const struct job *job, struct outfile *out, double seconds)
{
    FILE *file = outfile_stream(out);
    struct tune_history history;
    struct tune_row *rows;
    struct tune_cell *cells;
    tune_history_read(job->options.record, &history);
    struct tune_provenance provenance = {.options = &job->options,
                                         .history = &history,
                                         .seconds = seconds,
                                         .cells = tune_list_cells(&job->options, &cells)};
    size_t count = tune_make_rows(&history, job->options.dense, &rows);
    if (job->learn)
        rows = add_learned(&history, rows, &count);
    count_verdicts(&history, &provenance);
    if (strcmp(job->format, "def") == 0)
        tune_write_def(file, rows, count, &provenance);
    else
        tune_write_wisdom(file, job->output, rows, count, &provenance);
    outfile_close(out);
    outfile_publish(out);
    if (job->t4)
        tune_t4_write(job->t4, &history);
    if (!job->quiet)
        tune_print_gains(stdout, &history);
    fprintf(stderr, "pel tune: %s: %zu rows from %zu of %zu cells, %zu too noisy, in %.0f s\n", job->output, count,
            history.count, provenance.cells, provenance.verdicts[TUNE_NOISY], seconds);
    tune_history_free(&history);
    free(rows);
    free(cells);
}

/* The default is what this library picks without being told otherwise. */
static void ignore_preferences(void)
{
    unsetenv("PEL_FORCE");
    unsetenv("PEL_WISDOM");
    pel_wisdom_forget();
}

/* What needs no table; false: the job is to make one. */
static bool serve_without_table(const struct job *job, int argc, char **argv)
{
    const struct tune_options *options = &job->options;
    if (job->space)
        tune_print_space(&options->cell);
    else if (job->control)
        tune_try_control(options, job->control);
    else if (job->held_out)
        tune_try_held_out(options, job->held_out);
    else if (job->eval && !job->is_child)
        tune_eval(options, job->eval, argc, argv);
    else if (job->eval)
        tune_eval_here(options, job->eval);
    else if (job->is_child)
        tune_search(options);
    else
        return false;
    return true;
}

static void make_table(const struct job *job, double start, int argc, char **argv)
{
    struct outfile out;
    if (strcmp(job->format, "json") == 0)
        tune_check_wisdom(job->output);
    outfile_catch_signals();
    outfile_open_stream(&out, job->output);
    tune_record_begin(job->options.record, job->options.resume);
    tune_supervise(&job->options, argc, argv);
    write_table(job, &out, now_seconds() - start);
}

int command_tune(int argc, char **argv)
{
    double start = now_seconds();
    struct job job = read_job(argc, argv);
    if (!job.held_out)
        ignore_preferences();
    if (job.is_child)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    else
        job.options.until = start + job.options.budget;
    if (!serve_without_table(&job, argc, argv))
        make_table(&job, start, argc, argv);
    free(job.options.proposals);
    free(job.made);
    return finish(EXIT_DONE);
}
