/* pel-climate: statistics, smoothing and tables of fields in NetCDF files. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

static const char usage[] =
    "usage: pel-climate stat OP [--var NAME] [-t N] IN.nc OUT.nc\n"
    "       pel-climate run CASE [--steps N] [--diffusivity D] [--var NAME] [-t N] IN.nc OUT.nc\n"
    "       pel-climate run --list\n"
    "       pel-climate report [--var NAME] [-t N] IN.nc\n"
    "       pel-climate cells [--var NAME] IN.nc\n"
    "       pel-climate sample OUT.nc\n"
    "       pel-climate COMMAND --help | --help | --version\n"
    "\n"
    "Statistics, smoothing and tables of fields on longitude-latitude grids. Sums are exact and rounded once,\n"
    "and every result is the same bits for any number of threads.\n";

static const char usage_stat[] =
    "usage: pel-climate stat OP [--var NAME] [-t N] IN.nc OUT.nc\n"
    "\n"
    "Over the field, at each time:\n"
    "  fldmean            mean, weighted by the areas of the grid cells\n"
    "  fldmin, fldmax     smallest and largest value\n"
    "  fldpctl,P[,P...]   percentiles of the cells, unweighted\n"
    "Along time, at each cell:\n"
    "  timmean, timmin, timmax, timpctl,P[,P...]\n"
    "\n"
    "A mean is the quotient of two sums, each exact and rounded once. Percentiles are interpolated between the two\n"
    "nearest values in order. Missing values are left out.\n"
    "\n"
    "  --var NAME         this variable; may be repeated (default: all on a longitude-latitude grid)\n"
    "  -t, --threads N    at most N threads (default: as many as there are for this process)\n";

static const char usage_run[] =
    "usage: pel-climate run CASE [--steps N] [--diffusivity D] [--var NAME] [-t N] IN.nc OUT.nc\n"
    "       pel-climate run --list\n"
    "\n"
    "  diffusion          smooths each field by explicit diffusion between neighbouring cells of the grid,\n"
    "                     periodic in longitude (where the grid goes round the globe) and reflecting in latitude.\n"
    "                     Missing cells, such as land, are filled with the mean of their latitude before, and are\n"
    "                     masked again after.\n"
    "\n"
    "  --steps N          number of steps (default 10)\n"
    "  --diffusivity D    grid cells squared a step, from 0 to 0.25, beyond which it is unstable (default 0.2)\n"
    "  --var NAME         this variable; may be repeated (default: all on a longitude-latitude grid)\n"
    "  -t, --threads N    at most N threads (default: as many as there are for this process)\n"
    "  --list             lists the cases\n";

static const char usage_report[] =
    "usage: pel-climate report [--var NAME] [-t N] IN.nc\n"
    "\n"
    "Prints a table of each variable, a line for each time: area-weighted mean, smallest value, median and largest\n"
    "value of the cells, and the share of missing cells.\n"
    "\n"
    "  --var NAME         this variable; may be repeated (default: all on a longitude-latitude grid)\n"
    "  -t, --threads N    at most N threads (default: as many as there are for this process)\n";

static const char usage_cells[] =
    "usage: pel-climate cells [--var NAME] IN.nc\n"
    "\n"
    "Prints longitude, latitude and value of each cell, tabs between, of the first time and level. A missing value is\n"
    "\"-\", and an empty line ends each latitude.\n"
    "\n"
    "  --var NAME         this variable (default: the first on a longitude-latitude grid)\n";

static const char usage_sample[] = "usage: pel-climate sample OUT.nc\n"
                                   "\n"
                                   "Writes a small climatology made up by a formula, for a first try.\n";

enum { OPTION_HELP = 'h', OPTION_THREADS = 't', OPTION_VAR = 256, OPTION_STEPS, OPTION_DIFFUSIVITY, OPTION_LIST };

#define COMMON                                                                                                         \
    {                                                                                                                  \
        "help", no_argument, NULL, OPTION_HELP                                                                         \
    }
#define FIELDS                                                                                                         \
    {"var", required_argument, NULL, OPTION_VAR},                                                                      \
    {                                                                                                                  \
        "threads", required_argument, NULL, OPTION_THREADS                                                             \
    }

static const struct option no_options[] = {COMMON, {NULL, 0, NULL, 0}};
static const struct option field_options[] = {COMMON, FIELDS, {NULL, 0, NULL, 0}};
static const struct option run_options[] = {COMMON,
                                            FIELDS,
                                            {"steps", required_argument, NULL, OPTION_STEPS},
                                            {"diffusivity", required_argument, NULL, OPTION_DIFFUSIVITY},
                                            {"list", no_argument, NULL, OPTION_LIST},
                                            {NULL, 0, NULL, 0}};

static const struct command {
    const char *name;
    int (*execute)(const struct request *request);
    const char *usage;
    const struct option *options;
    size_t noperands;
    bool writes; /* the last operand is the output */
} commands[] = {
    {"stat", command_stat, usage_stat, field_options, 3, true},
    {"run", command_run, usage_run, run_options, 3, true},
    {"report", command_report, usage_report, field_options, 1, false},
    {"cells", command_cells, usage_cells, field_options, 1, false},
    {"sample", command_sample, usage_sample, no_options, 1, true},
};

/* A whole number from low to high. */
static long parse_whole(const char *option, const char *text, long low, long high)
{
    char *end;
    long number;

    errno = 0;
    number = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number < low || number > high)
        bad_usage("%s: %s is not a whole number from %ld to %ld", option, text, low, high);
    return number;
}

static void append(char **line, const char *word)
{
    char *longer = format_text("%s %s", *line, word);

    free(*line);
    *line = longer;
}

static void append_option(char **line, const char *option, const char *value)
{
    append(line, option);
    append(line, value);
}

static void take_variable(struct request *request, const char *name)
{
    for (size_t i = 0; i < request->nvariables; i++)
        if (strcmp(request->variables[i], name) == 0)
            bad_usage("--var %s is given twice", name);
    request->variables[request->nvariables++] = name;
}

static void take_option(struct request *request, int option, const char *command, char **argv)
{
    switch (option) {
    case OPTION_THREADS:
        request->opts.threads = (int)parse_whole("-t", optarg, 1, 65536);
        break;
    case OPTION_VAR:
        take_variable(request, optarg);
        append_option(&request->history, "--var", optarg);
        break;
    case OPTION_STEPS:
        request->steps = parse_whole("--steps", optarg, 0, 1000000000);
        append_option(&request->history, "--steps", optarg);
        break;
    case OPTION_DIFFUSIVITY:
        if (!parse_number(optarg, &request->diffusivity))
            bad_usage("--diffusivity: %s is not a number", optarg);
        append_option(&request->history, "--diffusivity", optarg);
        break;
    case OPTION_LIST:
        request->list = true;
        break;
    case ':':
        bad_usage("%s: option %s needs a value", command, argv[optind - 1]);
    default:
        bad_usage("%s: unknown option %s", command, argv[optind - 1]);
    }
}

/* Parses the words after the command's name, argv[0]. Returns false if they ask for help. */
static bool parse(struct request *request, const struct command *command, int argc, char **argv)
{
    const char *letters = command->options == no_options ? ":h" : ":ht:";
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, letters, command->options, NULL)) != -1) {
        if (option == OPTION_HELP)
            return false;
        take_option(request, option, command->name, argv);
    }
    for (int i = optind; i < argc; i++) {
        request->operands[request->noperands++] = argv[i];
        if (!command->writes || i < argc - 1)
            append(&request->history, argv[i]);
    }
    if (request->noperands != command->noperands && !request->list)
        bad_usage("%s: %s operands", command->name, request->noperands < command->noperands ? "missing" : "too many");
    return true;
}

static int execute(const struct command *command, int argc, char **argv)
{
    struct request request = {.steps = 10, .diffusivity = 0.2, .opts = PEL_OPTS_INIT};
    int code = EXIT_SUCCESS;

    request.operands = allocate((size_t)argc, sizeof *request.operands);
    request.variables = allocate((size_t)argc, sizeof *request.variables);
    request.history = format_text("pel-climate %s", command->name);
    if (parse(&request, command, argc, argv))
        code = command->execute(&request);
    else
        fputs(command->usage, stdout);
    free(request.operands);
    free(request.variables);
    free(request.history);
    return code;
}

/* Runs what the first word names. */
static int dispatch(int argc, char **argv)
{
    if (argc < 2)
        bad_usage("no command");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return execute(&commands[i], argc - 1, argv + 1);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        fputs(usage, stdout);
    else if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
        printf("pel-climate %s\n", pel_version());
    else
        bad_usage("no command %s", argv[1]);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    int code = dispatch(argc, argv);

    if (fflush(stdout) != 0 || ferror(stdout))
        die("standard output: %s", strerror(errno));
    return code;
}
