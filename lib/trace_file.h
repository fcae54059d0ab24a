/* The file PEL_TRACE: an array of events in the JSON format of Chrome's tracer, which Perfetto reads. */
#ifndef PEL_LIB_TRACE_FILE_H
#define PEL_LIB_TRACE_FILE_H

#include <stdbool.h>
#include <time.h>

/* Whether events are kept: the file was asked for and could be opened, and by this process, not one that forked it. */
bool pel_trace_file_open(void);

/* Adds what the calling thread has done since `start`; the arguments are members of a JSON object, or empty. */
void pel_trace_file_add(const char *category, const char *name, const struct timespec *start, const char *arguments);

#endif
