#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <netcdf.h>

#include "common/outfile.h"

#include "program.h"

static void complain(const char *format, va_list arguments, const char *ending)
{
    fputs("pel-climate: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs(ending, stderr);
}

void die(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain(format, arguments, "\n");
    va_end(arguments);
    outfile_discard_all();
    exit(EXIT_FAILURE);
}

void bad_usage(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain(format, arguments, "; see pel-climate --help\n");
    va_end(arguments);
    exit(EXIT_BAD_USAGE);
}

void check_nc(int status, const char *what)
{
    if (status != NC_NOERR)
        die("%s: %s", what, nc_strerror(status));
}

void check_pel(pel_status status, const char *what)
{
    if (status != PEL_OK)
        die("%s: %s", what, pel_strerror(status));
}

void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);

    if (!memory)
        die("out of memory (%zu times %zu bytes)", count, size);
    return memory;
}

char *format_text(const char *format, ...)
{
    va_list arguments;
    int length;
    char *text;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        die("a text cannot be formatted");

    text = allocate((size_t)length + 1, 1);
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

bool parse_number(const char *text, double *number)
{
    char *end;

    *number = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*number);
}
