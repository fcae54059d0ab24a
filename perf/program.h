/* What every command of `pel` shares: how it ends, how it reads its arguments, how it prints. */
#ifndef PEL_PERF_PROGRAM_H
#define PEL_PERF_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

#include <pel/status.h>

#include "common/die.h"
#include "kernels/kernel.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* The command at hand, for bad_usage. */
void name_command(const char *name);

/* Prints "pel: ...; see pel COMMAND --help" on standard error and exits with 2. */
noreturn void bad_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends a command that has printed: the status, or 1 where standard output could not be written. */
int finish(int status);

/* Prints a command's usage, for --help. */
int print_usage(const char *usage);

/* Readers of arguments; `what` is named in the message of bad_usage when the text is none. Sizes may end in K, M or G
 * (binary). */
size_t read_size(const char *what, const char *text, size_t low, size_t high);
double read_seconds(const char *what, const char *text);
enum pel_op read_op(const char *text);
pel_dtype read_dtype(const char *text);

/* Memory for `bytes` bytes, aligned to a cache line; ends the program when there is none. */
void *allocate(size_t bytes);

/* Monotonic clock. */
double now_seconds(void);

#endif
