/* Floating-point environments that callers may have. */
#ifndef PEL_TESTS_ENVIRONMENTS_H
#define PEL_TESTS_ENVIRONMENTS_H

#include <fenv.h>
#include <stddef.h>

#include "lib/fpenv.h"

enum { MOST_ENVIRONMENTS = 8 };

/* How many there are: other rounding; flags that are up or not; subnormals taken for zeros; signals for all exceptions.
 */
static inline size_t test_environments(pel_fpenv env[MOST_ENVIRONMENTS])
{
    static const int modes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    size_t count = 0;
    pel_fpenv before = pel_fpenv_read();
    for (; count < sizeof modes / sizeof modes[0]; count++) {
        fesetround(modes[count]);
        env[count] = pel_fpenv_read();
        pel_fpenv_write(before);
    }
#if defined(__SSE2__)
    env[count++] = PEL_FPENV_DEFAULT;
    env[count++] = PEL_FPENV_DEFAULT | 0x20;
    env[count++] = PEL_FPENV_DEFAULT | 0x8040;
    env[count++] = PEL_FPENV_DEFAULT & ~0x1f80;
#elif defined(__aarch64__)
    env[count++] = 1u << 24;
#endif
    return count;
}

#endif
