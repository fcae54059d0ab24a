/* Teams: the only door to threads. Bodies run with the floating-point environment that kernels count on: round to
 * nearest, no flush to zero; the caller's is restored afterwards.
 *
 * Inside a caller's parallel region the verbs make tasks of that team and never open a second one. In a child of fork
 * they run serial where the runtime's threads did not survive. Teams of several callers share the process's budget: who
 * comes later gets fewer threads. No verb fails, and none runs on more threads than it was told; each may run on fewer,
 * so a thread count must never shape a result.
 *
 * The verbs may not be called from within a body; only pel_team_fork and pel_team_wait may. */
#ifndef PEL_LIB_TEAM_H
#define PEL_LIB_TEAM_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <pel/types.h>

/* Threads at hand for a call, at least 1: the smallest of opts->threads and the budget (lib/budget.h), or inside a
 * parallel region of that team's size and PEL_NUM_THREADS. */
int pel_team_threads(const pel_opts *opts);

/* Where part i of n things begins that are shared out evenly among some parts; the last has the rest, and ends at n,
 * where part `parts` would begin. */
static inline size_t pel_part_start(size_t n, size_t parts, size_t i)
{
    return i >= parts ? n : n / parts * i;
}

/* Calls body for each index from 0 to count - 1, in any order; returns when all are done. Threads start on shares of
 * neighbouring indices, equal ones in every call with these counts, and help each other out when they are done. */
typedef void pel_team_body(void *context, size_t index);
void pel_team_for(int threads, size_t count, pel_team_body *body, void *context);

/* The same, phase after phase: phase p starts when all of phase p - 1 is done. The team stays together, and an index
 * tends to stay with its thread. */
typedef void pel_team_phase(void *context, size_t phase, size_t index);
void pel_team_phases(int threads, size_t phases, size_t count, pel_team_phase *body, void *context);

/* Combines items 0 ... count-1 into item 0 over a fixed binary tree: merge(context, a, b) folds item b into item a,
 * pairs at distance 1, 2, 4, ... The tree depends on count alone. */
typedef void pel_team_merge(void *context, size_t a, size_t b);
void pel_team_reduce(int threads, size_t count, pel_team_merge *merge, void *context);

/* Runs root as the first task of a team; returns when it and all that it forked are done. Within it pel_team_fork
 * starts a task, or runs it on the spot when no thread is to spare, and pel_team_wait waits for those the current task
 * forked. What a context points to must live until then. */
typedef void pel_team_task(void *context);
void pel_team_run(int threads, pel_team_task *root, void *context);
void pel_team_fork(pel_team_task *task, void *context);
void pel_team_wait(void);

/* A graph of small tasks: node i runs after all its predecessors. next[first[i] ... first[i+1]) are the nodes after i;
 * pending[i] is the number of its predecessors, and is used up. At most INT32_MAX nodes, no cycle. */
struct pel_team_graph {
    size_t count;
    const size_t *first;
    const size_t *next;
    _Atomic(int32_t) *pending;
};
void pel_team_graph(int threads, const struct pel_team_graph *graph, pel_team_body *body, void *context);

#endif
