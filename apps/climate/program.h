/* What every room of the program shares: the request of one command line, and the way to give up.
 *
 * The program is short-lived: an error it cannot mend is told in one line and ends it. Nothing is left behind,
 * because die removes the unfinished output. */
#ifndef CLIMATE_PROGRAM_H
#define CLIMATE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include <pel/pel.h>

#include "common/die.h"

enum { EXIT_BAD_USAGE = 2 };

/* One parsed command line. */
struct request {
    const char **operands; /* the words that are no options: operation, input, output */
    size_t noperands;
    const char **variables; /* the values of --var; none: every suitable variable */
    size_t nvariables;
    long steps;
    double diffusivity;
    bool list;
    char *history; /* the command without what cannot change the result: threads and the output's name */
    pel_opts opts;
};

int command_stat(const struct request *request);
int command_run(const struct request *request);
int command_report(const struct request *request);
int command_cells(const struct request *request);
int command_sample(const struct request *request);

/* Prints "pel-climate: ..." and ends the program with 2: the command line is at fault. */
noreturn void bad_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Go on if the status is success; else die, naming what was worked on. */
void check_nc(int status, const char *what);
void check_pel(pel_status status, const char *what);

/* Zeroed memory for count objects of a size; fails where there is none. Free with free(). */
void *allocate(size_t count, size_t size);

/* A new string, formatted as by printf. */
char *format_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The number that the whole text stands for; false if it stands for none. */
bool parse_number(const char *text, double *number);

#endif
