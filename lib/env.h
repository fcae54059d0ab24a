/* The environment, read once; the only file that reads it. A bad value is reported through PEL_VERBOSE and ignored;
 * in a setuid program none is read. */
#ifndef PEL_LIB_ENV_H
#define PEL_LIB_ENV_H

#include <stdatomic.h>
#include <stdbool.h>

#include "kernels/kernel.h"

enum { PEL_ENV_FORCES = 32, PEL_ENV_VARIANT = 64, PEL_ENV_PATH = 4096 };

/* One entry of PEL_FORCE: op[:dtype]=variant. */
struct pel_force {
    enum pel_op op;
    int dtype; /* -1: every one */
    char variant[PEL_ENV_VARIANT];
};

struct pel_env {
    int num_threads;      /* PEL_NUM_THREADS; 0: not set */
    enum pel_isa max_isa; /* PEL_MAX_ISA; PEL_NISAS: not set */
    int nforces;          /* PEL_FORCE */
    struct pel_force force[PEL_ENV_FORCES];
    const char *wisdom; /* PEL_WISDOM; NULL: not set */
    const char *trace;  /* PEL_TRACE; NULL: not set */
    const char *tools;  /* PEL_TOOLS_LIBS; NULL: not set */
    bool online;        /* PEL_ONLINE */
    bool verbose_dispatch, verbose_profile;
    bool watches; /* anyone is told of the operations that run: a profile, a trace or tools */
    size_t stack; /* that OpenMP's threads are to have; 0: not set */
};

/* NULL: it is still to be read. */
extern _Atomic(const struct pel_env *) pel_env_known;
const struct pel_env *pel_env_read(void);

/* One load, as calls of few elements ask several times. */
static inline const struct pel_env *pel_env(void)
{
    const struct pel_env *known = atomic_load_explicit(&pel_env_known, memory_order_acquire);
    return known ? known : pel_env_read();
}

/* Whether what is wrong is to be reported: under any topic of PEL_VERBOSE. */
bool pel_env_reports(void);

/* Whether PEL_MAX_ISA lets this instruction set run. */
bool pel_env_allows(enum pel_isa isa);

#endif
