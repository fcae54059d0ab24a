/* For libFuzzer: the reader of the environment, each variable with any value; the first byte says which. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/env.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is wrong is formatted, as the library does, and goes nowhere. */
void pel_trace_line(const char *topic, const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    (void)topic;
}

/* Whatever the value, what was read is in range. */
static void check(void)
{
    bool good = env.num_threads >= 0 && env.num_threads <= 1 << 16 && env.max_isa <= PEL_NISAS && env.nforces >= 0 &&
                env.nforces <= PEL_ENV_FORCES;
    for (int i = 0; i < env.nforces; i++)
        good = good && env.force[i].op < PEL_NOPS && env.force[i].dtype >= -1 && env.force[i].dtype < PEL_NDTYPES &&
               memchr(env.force[i].variant, '\0', PEL_ENV_VARIANT);
    if (!good)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"PEL_VERBOSE", "PEL_NUM_THREADS", "PEL_MAX_ISA",   "PEL_FORCE", "PEL_WISDOM",
                                        "PEL_TRACE",   "PEL_TOOLS_LIBS",  "OMP_STACKSIZE", "PEL_ONLINE"};
    static char verbose[] = "PEL_VERBOSE=all";
    enum { NAMES = sizeof names / sizeof names[0] };
    if (size == 0)
        return 0;
    const char *name = names[data[0] % NAMES];
    char *entry =
        calloc(1, strlen(name) + 1 + size); /* for putenv: what setenv is given the C library keeps for good */
    if (!entry)
        return 0;
    sprintf(entry, "%s=", name);
    memcpy(entry + strlen(entry), data + 1, size - 1);
    putenv(verbose); /* so that complaints are made */
    putenv(entry);
    memset(&env, 0, sizeof env);
    read_all();
    check();
    unsetenv(name);
    free(entry);
    return 0;
}
