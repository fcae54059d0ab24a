#include "lib/trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void pel_trace_line(const char *topic, const char *format, ...)
{
    char line[1024];
    int head = snprintf(line, sizeof line, "pel: %s: ", topic);
    va_list args;
    va_start(args, format);
    int body = vsnprintf(line + head, sizeof line - (size_t)head - 1, format, args);
    va_end(args);
    size_t length = (size_t)head + (body > 0 ? (size_t)body : 0);
    if (length > sizeof line - 2)
        length = sizeof line - 2;
    line[length++] = '\n';
    /* A message that cannot be delivered has nowhere else to go. */
    ssize_t written = write(STDERR_FILENO, line, length);
    (void)written;
}
