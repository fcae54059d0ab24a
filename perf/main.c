/* pel: the command. Each of its own commands is a row here. */
#include <stdio.h>
#include <string.h>

#include <pel/version.h>

#include "perf/commands.h"
#include "perf/program.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *arguments, *purpose;
} commands[] = {
    {"info", command_info, "", "the machine as pel sees it, and the tables in force"},
    {"explain", command_explain, "FAMILY OP DTYPE N", "which kernel would serve a request, and why"},
    {"bench", command_bench, "[options]", "pel beside its variants and peers, as a table and as JSON"},
    {"tune", command_tune, "[options]", "measure this machine, and write the table of what serves it best"},
    {"verify", command_verify, "[options]", "every variant against the scalar reference, bit for bit"},
    {"wisdom", command_wisdom, "show|merge|export ...", "files of tuned tables"},
};
enum { NCOMMANDS = sizeof commands / sizeof commands[0] };

static void print_commands(FILE *stream)
{
    fputs("usage: pel COMMAND [ARGUMENTS]\n"
          "\n"
          "Looks at, measures, tunes and verifies the kernels of pel, the Parallel Execution Layer.\n"
          "\n",
          stream);
    for (int i = 0; i < NCOMMANDS; i++)
        fprintf(stream, "  %-8s %-18s %s\n", commands[i].name, commands[i].arguments, commands[i].purpose);
    fputs("\n"
          "pel COMMAND --help tells the arguments of a command. Exit status: 0 done, 1 failed, 2 bad usage.\n",
          stream);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_commands(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_commands(stdout);
        return finish(EXIT_DONE);
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("pel %s\n", pel_version());
        return finish(EXIT_DONE);
    }
    for (int i = 0; i < NCOMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            static char name[] = "pel";
            argv[1] = name; /* for messages of getopt_long */
            name_command(commands[i].name);
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    bad_usage("no command '%s'", argv[1]);
}
