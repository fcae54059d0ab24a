/* The output file: it appears under its name only when it is complete. One at a time. */
#ifndef PEL_PERF_OUTFILE_H
#define PEL_PERF_OUTFILE_H

#include <stdio.h>

/* Opens a temporary file beside path, early, so that a folder that cannot be written is found before the work. Ends
 * the program where that fails; path must outlive the file. */
FILE *outfile_open(const char *path);

/* Writes it out and gives it its name; ends the program, without a file, where that fails. */
void outfile_publish(void);

/* Removes the temporary file, if there is one; safe in a signal handler. */
void outfile_discard(void);

#endif
