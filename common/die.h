/* How the programs give up. Each brings its own: it knows its name, and what it has on the screen. */
#ifndef PEL_COMMON_DIE_H
#define PEL_COMMON_DIE_H

#include <stdnoreturn.h>

/* Prints one line "PROGRAM: ...", removes unfinished output files and exits with 1. */
noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
