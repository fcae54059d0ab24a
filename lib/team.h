/* Teams: the only door to threads. Bodies run with the floating-point environment that kernels count on: round to
 * nearest, no flush to zero; the caller's is restored afterwards.
 *
 * Inside a caller's parallel region the verbs make tasks of that team and never open a second one. In a child of fork
 * they run serial: the runtime's threads did not survive. */
#ifndef PEL_LIB_TEAM_H
#define PEL_LIB_TEAM_H

#include <stddef.h>
#include <stdint.h>

#include <pel/types.h>

/* Threads at hand for a call, at least 1: opts->threads, else PEL_NUM_THREADS, else what OpenMP was told, capped by
 * cpuset and cgroup quota; inside a parallel region, that team's size. */
int pel_team_threads(const pel_opts *opts);

typedef void pel_team_body(void *context, size_t index);

/* Calls body for each index from 0 to count - 1, on as many as `threads` threads, in any order; returns when all are
 * done. */
void pel_team_for(int threads, size_t count, pel_team_body *body, void *context);

/* Combines items 0 ... count-1 into item 0 over a fixed binary tree: merge(context, a, b) folds item b into item a,
 * pairs at distance 1, 2, 4, ... The tree depends on count alone. */
typedef void pel_team_merge(void *context, size_t a, size_t b);
void pel_team_reduce(int threads, size_t count, pel_team_merge *merge, void *context);

/* Runs root as the first task of a team; within it, pel_team_fork starts a task and pel_team_wait waits for those the
 * current task forked. The body of a forked task must not outlive its context. */
typedef void pel_team_task(void *context);
void pel_team_run(int threads, pel_team_task *root, void *context);
void pel_team_fork(pel_team_task *task, void *context);
void pel_team_wait(void);

/* A graph of small tasks: node i runs after all its predecessors. next[first[i] ... first[i+1]) are the nodes after i;
 * pending[i] is the number of its predecessors, and is used up. */
struct pel_team_graph {
    size_t count;
    const size_t *first;
    const size_t *next;
    int32_t *pending;
};
void pel_team_graph(int threads, const struct pel_team_graph *graph, pel_team_body *body, void *context);

#endif
