/* What the program says on stderr. */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>

#include "common/die.h"

/* Lets progress be shown, where stderr is a terminal. */
void progress_enable(void);

/* A line that overwrites itself a few times a second. From the main thread. */
void progress(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Clears that line. */
void progress_end(void);

/* Monotonic clock, in seconds. */
double seconds(void);

#endif
