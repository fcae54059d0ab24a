/* What figures depend on: the machine, its state, and this build. */
#ifndef PEL_PERF_CONTEXT_H
#define PEL_PERF_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct context_cache {
    char type[16]; /* Data, Instruction, Unified */
    int level, sharers;
    size_t bytes;
};

enum { CONTEXT_CACHES = 8 };

struct context {
    char date[32]; /* of now, ISO 8601 */
    char host[80];
    char executable[256];
    int processors; /* of the machine */
    int mhz;        /* 0: not known */
    bool scaling;   /* the clock is left to a governor other than "performance" */
    double load[3];
    int ncaches;
    struct context_cache cache[CONTEXT_CACHES];
    uint64_t tables; /* fingerprint of all rules in force */
};

void context_find(struct context *context);

#endif
