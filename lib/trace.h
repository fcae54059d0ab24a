/* What pel says when it is asked to: lines on standard error under PEL_VERBOSE. */
#ifndef PEL_LIB_TRACE_H
#define PEL_LIB_TRACE_H

/* Writes "pel: topic: text" as one write, so that lines of several threads do not mix. */
void pel_trace_line(const char *topic, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
