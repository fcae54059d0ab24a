/* pel info, pel explain: what the library says of itself. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pel/pel.h>

#include "lib/names.h"
#include "lib/registry.h"
#include "perf/commands.h"
#include "perf/program.h"

struct question {
    enum pel_op op;
    pel_dtype dtype;
    size_t n;
    pel_opts opts;
};

typedef pel_status teller(const struct question *question, char *text, size_t capacity, size_t *length);

static pel_status tell_info(const struct question *question, char *text, size_t capacity, size_t *length)
{
    (void)question;
    return pel_info(text, capacity, length);
}

static pel_status tell_pick(const struct question *question, char *text, size_t capacity, size_t *length)
{
    return pel_explain(pel_op_name(question->op), question->dtype, question->n, &question->opts, text, capacity,
                       length);
}

/* Prints a text of any length; nearly all fit at once, so that what is reported on the way is reported once. */
static pel_status print_told(teller *tell, const struct question *question)
{
    size_t capacity = 1 << 16, length = 0;
    char *text = allocate(capacity);
    pel_status status = tell(question, text, capacity, &length);
    if (status == PEL_OK && length >= capacity) {
        free(text);
        text = allocate(length + 1);
        status = tell(question, text, length + 1, NULL);
    }
    if (status == PEL_OK)
        fputs(text, stdout);
    free(text);
    return status;
}

int command_info(int argc, char **argv)
{
    static const char usage[] = "usage: pel info\n"
                                "\n"
                                "Prints processor, instruction sets, caches, threads at hand, and tables in force.\n";
    static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
    for (int option; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        if (option == 'h')
            return print_usage(usage);
        return EXIT_USAGE;
    }
    if (optind < argc)
        bad_usage("info takes no arguments");
    pel_status status = print_told(tell_info, NULL);
    if (status != PEL_OK)
        die("info: %s", pel_strerror(status));
    return finish(EXIT_DONE);
}

static const char explain_usage[] =
    "usage: pel explain [options] FAMILY OP DTYPE N\n"
    "\n"
    "Prints the kernel that a call would run, what named it, and why each other candidate was passed over:\n"
    "pel explain sort sort u64 1000000\n"
    "\n"
    "      --threads K    threads that the call may use\n"
    "      --fast         for a PEL_FAST call\n"
    "      --variant V    for a call that names this variant\n"
    "  -h, --help         print this and exit\n"
    "\n"
    "N counts elements; of a stencil, the cells of a 3-dimensional 7-point problem. K, M and G are binary.\n";

static struct question read_question(char **arguments)
{
    struct question question = {.opts = PEL_OPTS_INIT};
    question.op = read_op(arguments[1]);
    question.dtype = read_dtype(arguments[2]);
    question.n = read_size("N", arguments[3], 0, SIZE_MAX);
    if (strcmp(arguments[0], pel_op_family(question.op)) != 0)
        bad_usage("'%s' is an operation of the family '%s', not of '%s'", arguments[1], pel_op_family(question.op),
                  arguments[0]);
    struct pel_registry_walk walk = {0};
    if (!pel_registry_next(&walk, question.op, (int)question.dtype))
        bad_usage("there is no such operation for this dtype");
    return question;
}

int command_explain(int argc, char **argv)
{
    enum { THREADS = 256, FAST, VARIANT };
    static const struct option options[] = {{"threads", required_argument, NULL, THREADS},
                                            {"fast", no_argument, NULL, FAST},
                                            {"variant", required_argument, NULL, VARIANT},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    pel_opts opts = PEL_OPTS_INIT;
    for (int option; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        switch (option) {
        case THREADS:
            opts.threads = (int)read_size("--threads", optarg, 1, 4096);
            break;
        case FAST:
            opts.flags |= PEL_FAST;
            break;
        case VARIANT:
            opts.variant = optarg;
            break;
        case 'h':
            return print_usage(explain_usage);
        default:
            return EXIT_USAGE;
        }
    }
    if (argc - optind != 4)
        bad_usage("explain takes FAMILY OP DTYPE N");
    struct question question = read_question(argv + optind);
    question.opts = opts;
    pel_status status = print_told(tell_pick, &question);
    if (status == PEL_ENOTSUP && opts.variant)
        die("no variant '%s' of %s %s can run here; pel explain without --variant lists them", opts.variant,
            argv[optind + 1], argv[optind + 2]);
    if (status != PEL_OK)
        die("explain: %s", pel_strerror(status));
    return finish(EXIT_DONE);
}
