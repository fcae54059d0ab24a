/* The only file of the library with OpenMP directives. */
#include "lib/team.h"

#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "lib/env.h"
#include "lib/fpenv.h"
#include "lib/topology.h"

static atomic_bool forked;

static void note_fork(void)
{
    atomic_store(&forked, true);
}

/* Registered when the library is loaded: a host may start its own team and fork before its first call to us. */
__attribute__((constructor)) static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, note_fork);
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

int pel_team_threads(const pel_opts *opts)
{
    int wanted = opts ? opts->threads : 0;
    if (atomic_load_explicit(&forked, memory_order_relaxed))
        return 1;
    if (omp_in_parallel())
        return wanted ? smaller(wanted, omp_get_num_threads()) : omp_get_num_threads();
    if (!wanted)
        wanted = pel_env()->num_threads;
    if (!wanted)
        wanted = omp_get_max_threads();
    return smaller(smaller(wanted, pel_topology_processors()), omp_get_thread_limit());
}

static void call_task(pel_team_task *task, void *context)
{
    pel_fpenv caller = pel_fpenv_enter();
    task(context);
    pel_fpenv_leave(caller);
}

/* A loop whose indices are handed out one by one. */
struct loop {
    atomic_size_t next;
    size_t count;
    pel_team_body *body;
    void *context;
};

static void take_indices(void *context)
{
    struct loop *loop = context;
    for (size_t i; (i = atomic_fetch_add_explicit(&loop->next, 1, memory_order_relaxed)) < loop->count;)
        loop->body(loop->context, i);
}

/* Runs a share on each thread of a team: tasks of the caller's team, or a team of our own. */
static void run_shares(int threads, pel_team_task *share, void *context)
{
    if (omp_in_parallel()) {
#pragma omp taskgroup
        for (int i = 0; i < threads; i++) {
#pragma omp task default(none) firstprivate(share, context)
            call_task(share, context);
        }
        return;
    }
#pragma omp parallel num_threads(threads) default(none) firstprivate(share, context)
    call_task(share, context);
}

void pel_team_for(int threads, size_t count, pel_team_body *body, void *context)
{
    struct loop loop = {.count = count, .body = body, .context = context};
    if (count < (size_t)threads)
        threads = (int)count;
    if (threads <= 1)
        call_task(take_indices, &loop);
    else
        run_shares(threads, take_indices, &loop);
}

/* One level of the tree: pair i joins items 2 i distance and (2 i + 1) distance. */
struct level {
    size_t distance;
    pel_team_merge *merge;
    void *context;
};

static void merge_pair(void *context, size_t i)
{
    const struct level *level = context;
    size_t a = 2 * i * level->distance;
    level->merge(level->context, a, a + level->distance);
}

void pel_team_reduce(int threads, size_t count, pel_team_merge *merge, void *context)
{
    struct level level = {1, merge, context};
    for (; level.distance < count; level.distance *= 2) {
        size_t pairs = (count - level.distance + 2 * level.distance - 1) / (2 * level.distance);
        pel_team_for(threads, pairs, merge_pair, &level);
    }
}

void pel_team_run(int threads, pel_team_task *root, void *context)
{
    if (threads <= 1 || omp_in_parallel()) {
#pragma omp taskgroup
        call_task(root, context);
        return;
    }
#pragma omp parallel num_threads(threads) default(none) firstprivate(root, context)
#pragma omp single
    call_task(root, context);
}

void pel_team_fork(pel_team_task *task, void *context)
{
#pragma omp task default(none) firstprivate(task, context)
    call_task(task, context);
}

void pel_team_wait(void)
{
#pragma omp taskwait
}

struct walk {
    const struct pel_team_graph *graph;
    pel_team_body *body;
    void *context;
};

/* Runs a node, then starts what became ready; the last of those is run here, to stay in this core's cache. */
static void run_node(const struct walk *walk, size_t node)
{
    const struct pel_team_graph *graph = walk->graph;
    for (size_t follower = SIZE_MAX;; node = follower, follower = SIZE_MAX) {
        pel_fpenv caller = pel_fpenv_enter();
        walk->body(walk->context, node);
        pel_fpenv_leave(caller);
        for (size_t i = graph->first[node]; i < graph->first[node + 1]; i++) {
            int32_t left;
#pragma omp atomic capture acq_rel
            left = --graph->pending[graph->next[i]];
            if (left > 0)
                continue;
            if (follower != SIZE_MAX) {
#pragma omp task default(none) firstprivate(walk, follower)
                run_node(walk, follower);
            }
            follower = graph->next[i];
        }
        if (follower == SIZE_MAX)
            return;
    }
}

static void start_graph(void *context)
{
    const struct walk *walk = context;
    for (size_t node = 0; node < walk->graph->count; node++) {
        int32_t pending;
#pragma omp atomic read acquire
        pending = walk->graph->pending[node];
        if (pending == 0) {
#pragma omp task default(none) firstprivate(walk, node)
            run_node(walk, node);
        }
    }
}

void pel_team_graph(int threads, const struct pel_team_graph *graph, pel_team_body *body, void *context)
{
    struct walk walk = {graph, body, context};
    pel_team_run(threads, start_graph, &walk);
}
