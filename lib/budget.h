/* The thread budget: how many threads this process may keep busy. The smallest of all limits counts: the processors in
 * the affinity mask, the quota and task limits of control groups, the address space that is left for stacks,
 * PEL_NUM_THREADS, and what OpenMP was told. */
#ifndef PEL_LIB_BUDGET_H
#define PEL_LIB_BUDGET_H

#include "lib/text.h"

/* The lesser of two limits. */
static inline int pel_smaller(int a, int b)
{
    return a < b ? a : b;
}

/* Threads for a call of this thread that stands in no parallel region, at least 1. Limits of the system are found out
 * at a thread's first call and kept; those of OpenMP may change from call to call. */
int pel_budget_threads(void);

/* Threads that all calls of the process may have at the same time, by the limits of the system, at least 1. */
int pel_budget_process(void);

/* Helpers that a team of this thread can have now, at most `wanted`. Its mask may have become narrower since the first
 * call; and a runtime that cannot start a thread ends the process, so before a team grows beyond those that this thread
 * has had, as many plain threads are started, and end again. */
int pel_budget_helpers(int wanted);

/* Tells every limit and where it comes from. */
void pel_budget_explain(struct pel_text *text);

#endif
