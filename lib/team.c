/* The only file of the library with OpenMP directives. */
#include "lib/team.h"

#include <limits.h>
#include <omp.h>
#include <pthread.h>
#include <stdalign.h>
#include <stdbool.h>
#include <sys/single_threaded.h>
#include <unistd.h>

#include "lib/budget.h"
#include "lib/env.h"
#include "lib/fpenv.h"
#include "lib/memory.h"
#include "lib/trace.h"

/* A runtime that had started threads waits for them for ever in a child of fork. Whose threads they were cannot be
 * told: any thread at all counts. */
static atomic_bool had_threads, orphaned;

static void before_fork(void)
{
    atomic_store(&had_threads, !__libc_single_threaded);
}

static void in_child(void)
{
    if (atomic_load(&had_threads))
        atomic_store(&orphaned, true);
}

/* When the library is loaded: a host may start its own team and fork before its first call to us. */
__attribute__((constructor)) static void watch_forks(void)
{
    pthread_atfork(before_fork, NULL, in_child);
}

static bool is_orphaned(void)
{
    return atomic_load_explicit(&orphaned, memory_order_relaxed);
}

/* Inside a parallel region of the caller's. One that it made inactive counts, too: it asked for one thread. */
static bool is_guest(void)
{
    return omp_get_level() > 0;
}

/* A region that may be cancelled could drop our tasks, so there the caller's thread works alone. */
static int threads_of_host(void)
{
    int own = pel_env()->num_threads, team = omp_get_cancellation() ? 1 : omp_get_num_threads();
    return own ? pel_smaller(team, own) : team;
}

int pel_team_threads(const pel_opts *opts)
{
    if (is_orphaned() || (opts && opts->threads == 1))
        return 1;
    int threads = is_guest() ? threads_of_host() : pel_budget_threads();
    return opts && opts->threads ? pel_smaller(threads, opts->threads) : threads;
}

/* Threads that our teams have in use, beyond the callers' own. */
static atomic_int helpers;

/* Takes up to `wanted` helpers out of the process's budget. */
static int take_helpers(int wanted)
{
    int limit = pel_budget_process() - 1;
    wanted = pel_budget_helpers(wanted);
    int used = atomic_load_explicit(&helpers, memory_order_relaxed), taken;
    do {
        taken = pel_smaller(wanted, limit - used);
        if (taken <= 0)
            return 0;
    } while (!atomic_compare_exchange_weak_explicit(&helpers, &used, used + taken, memory_order_relaxed,
                                                    memory_order_relaxed));
    return taken;
}

static void return_helpers(int taken)
{
    if (taken)
        atomic_fetch_sub_explicit(&helpers, taken, memory_order_relaxed);
}

/* Indices are dealt in equal blocks, one a thread, each with a counter on its own cache line. A team that is larger
 * than this shares blocks. */
enum { BLOCKS = 64 };

struct block {
    alignas(PEL_CACHE_LINE) atomic_size_t next;
    size_t end;
};

struct deal {
    struct block block[BLOCKS];
};

/* Phases of a loop; the deals take turns, so that one can be renewed while the other is in use. */
struct loop {
    struct deal deal[2];
    int threads, blocks;
    size_t phases, count;
    pel_team_phase *body;
    void *context;
};

/* Deals blocks first, first + stride, ... anew. */
static void deal_blocks(struct loop *loop, size_t phase, int first, int stride)
{
    struct deal *deal = &loop->deal[phase % 2];
    size_t blocks = (size_t)loop->blocks, share = loop->count / blocks, rest = loop->count % blocks;
    for (size_t b = (size_t)first; b < blocks; b += (size_t)stride) {
        size_t start = b * share + (b < rest ? b : rest);
        deal->block[b].end = start + share + (b < rest);
        atomic_store_explicit(&deal->block[b].next, start, memory_order_relaxed);
    }
}

/* Works on a thread's own block, then on what is left of the others. */
static void take_indices(struct loop *loop, size_t phase, int who)
{
    struct deal *deal = &loop->deal[phase % 2];
    for (int k = 0; k < loop->blocks; k++) {
        struct block *block = &deal->block[(who + k) % loop->blocks];
        for (size_t i; (i = atomic_fetch_add_explicit(&block->next, 1, memory_order_relaxed)) < block->end;)
            loop->body(loop->context, phase, i);
    }
}

static void take_share(struct loop *loop, size_t phase, int who)
{
    struct pel_share share;
    pel_trace_begin_share(&share);
    pel_fpenv caller = pel_fpenv_enter();
    take_indices(loop, phase, who);
    pel_fpenv_leave(caller);
    pel_trace_end_share(&share, "share of a loop");
}

/* One phase in a caller's team. The thread that calls takes a share at once, and would finish the loop alone if the
 * others were busy. The undeferred task keeps the wait to our own tasks: a runtime
 * may pick up others that descend from the waiting one, and those of the caller may want a lock that it holds now. */
static void phase_as_guest(struct loop *loop, size_t phase)
{
    deal_blocks(loop, phase, 0, 1);
#pragma omp task if (0) default(none) firstprivate(loop, phase)
#pragma omp taskgroup
    {
        for (int who = 1; who < loop->threads; who++) {
#pragma omp task default(none) firstprivate(loop, phase, who)
            take_share(loop, phase, who);
        }
        take_share(loop, phase, 0);
    }
}

static void loop_in_team(struct loop *loop)
{
    deal_blocks(loop, 0, 0, 1);
#pragma omp parallel num_threads(loop->threads) default(none) firstprivate(loop)
    {
        int who = omp_get_thread_num(), team = omp_get_num_threads();
        struct pel_share share;
        pel_trace_begin_share(&share);
        pel_fpenv caller = pel_fpenv_enter();
        for (size_t phase = 0; phase < loop->phases; phase++) {
            if (phase > 0) {
#pragma omp barrier
            }
            if (phase + 1 < loop->phases)
                deal_blocks(loop, phase + 1, who, team);
            take_indices(loop, phase, who);
        }
        pel_fpenv_leave(caller);
        pel_trace_end_share(&share, "share of a loop");
    }
}

static void loop_alone(size_t phases, size_t count, pel_team_phase *body, void *context)
{
    pel_fpenv caller = pel_fpenv_enter();
    for (size_t phase = 0; phase < phases; phase++) {
        for (size_t i = 0; i < count; i++)
            body(context, phase, i);
    }
    pel_fpenv_leave(caller);
}

static void loop_together(int threads, size_t phases, size_t count, pel_team_phase *body, void *context)
{
    struct loop loop;
    loop.threads = threads;
    loop.blocks = pel_smaller(threads, BLOCKS);
    loop.phases = phases;
    loop.count = count;
    loop.body = body;
    loop.context = context;
    if (!is_guest()) {
        loop_in_team(&loop);
        return;
    }
    for (size_t phase = 0; phase < phases; phase++)
        phase_as_guest(&loop, phase);
}

/* A call on one thread, the usual one for little data, stays clear of the runtime. */
void pel_team_phases(int threads, size_t phases, size_t count, pel_team_phase *body, void *context)
{
    int taken = 0;
    if (threads > 1)
        threads = pel_smaller(threads, count < INT_MAX ? (int)count : INT_MAX);
    if (threads > 1)
        threads = pel_smaller(threads, pel_team_threads(NULL));
    if (threads > 1 && !is_guest())
        threads = 1 + (taken = take_helpers(threads - 1));
    if (threads > 1)
        loop_together(threads, phases, count, body, context);
    else
        loop_alone(phases, count, body, context);
    return_helpers(taken);
}

struct plain {
    pel_team_body *body;
    void *context;
};

static void call_plain(void *context, size_t phase, size_t index)
{
    const struct plain *plain = context;
    (void)phase;
    plain->body(plain->context, index);
}

void pel_team_for(int threads, size_t count, pel_team_body *body, void *context)
{
    struct plain plain = {body, context};
    pel_team_phases(threads, 1, count, call_plain, &plain);
}

/* The tree is made of whole subtrees of `group` items, which are joined in parallel, and a small top. */
struct tree {
    size_t count, group;
    pel_team_merge *merge;
    void *context;
};

/* Joins what stands at from, from + distance, ... before to. */
static void join(const struct tree *tree, size_t from, size_t to, size_t distance)
{
    for (; distance < to - from; distance *= 2) {
        for (size_t a = from; to - a > distance; a += 2 * distance) {
            tree->merge(tree->context, a, a + distance);
            if (to - a <= 2 * distance)
                break;
        }
    }
}

static void join_group(void *context, size_t index)
{
    const struct tree *tree = context;
    size_t from = index * tree->group, left = tree->count - from;
    join(tree, from, from + (left < tree->group ? left : tree->group), 1);
}

void pel_team_reduce(int threads, size_t count, pel_team_merge *merge, void *context)
{
    struct tree tree = {count, 1, merge, context};
    size_t enough = threads > 1 ? 8 * (size_t)threads : 1;
    while (count > 0 && (count - 1) / tree.group + 1 > enough)
        tree.group *= 2;
    if (count > 0 && tree.group > 1)
        pel_team_for(threads, (count - 1) / tree.group + 1, join_group, &tree);
    pel_fpenv caller = pel_fpenv_enter();
    join(&tree, 0, count, tree.group);
    pel_fpenv_leave(caller);
}

struct walk;

/* A call's use of tasks, and how many more it may have under way. */
struct run {
    int seats;
    atomic_int free;
    const struct walk *walk; /* of a graph */
};

/* The run that the current task belongs to. */
static _Thread_local struct run *current;

/* Tasks that a thread runs while it waits nest in one another, so the run before is that of the task below. */
static void call_task(struct run *run, pel_team_task *task, void *context)
{
    struct run *below = current;
    current = run;
    struct pel_share share;
    pel_trace_begin_share(&share);
    pel_fpenv caller = pel_fpenv_enter();
    task(context);
    pel_fpenv_leave(caller);
    pel_trace_end_share(&share, "task");
    current = below;
}

static bool take_seat(struct run *run)
{
    int free = atomic_load_explicit(&run->free, memory_order_relaxed);
    while (free > 0 && !atomic_compare_exchange_weak_explicit(&run->free, &free, free - 1, memory_order_relaxed,
                                                              memory_order_relaxed))
        ;
    return free > 0;
}

static void call_seated(struct run *run, pel_team_task *task, void *context)
{
    call_task(run, task, context);
    atomic_fetch_add_explicit(&run->free, 1, memory_order_relaxed);
}

/* For one who has taken a seat. */
static void spawn(struct run *run, pel_team_task *task, void *context)
{
#pragma omp task default(none) firstprivate(run, task, context)
    call_seated(run, task, context);
}

/* In an undeferred task, for the reason given above, and so that pel_team_wait waits for nothing of the caller's. */
static void run_as_guest(struct run *run, pel_team_task *root, void *context)
{
#pragma omp task if (0) default(none) firstprivate(run, root, context)
#pragma omp taskgroup
    call_task(run, root, context);
}

static void run_in_team(struct run *run, int threads, pel_team_task *root, void *context)
{
#pragma omp parallel num_threads(threads) default(none) firstprivate(run, root, context)
#pragma omp single
    call_task(run, root, context);
}

/* A team with nobody else in it is kept busy by this many tasks a thread; more would only wait in the runtime. Among
 * other threads of the caller's, a seat is a thread. */
static int seats_for(int threads, int team)
{
    return threads < team ? threads - 1 : pel_smaller(team, INT_MAX / 16) * 16;
}

/* LLVM's runtime, as of version 14, corrupts its memory when a thread other than the first ends whose team has run
 * tasks; loops are safe. The function is one that only this runtime has. */
extern void kmp_set_defaults(const char *settings) __attribute__((weak));

static bool may_open_team_for_tasks(void)
{
    return !kmp_set_defaults || gettid() == getpid();
}

void pel_team_run(int threads, pel_team_task *root, void *context)
{
    threads = pel_smaller(threads, pel_team_threads(NULL));
    bool guest = is_guest();
    int taken = !guest && threads > 1 && may_open_team_for_tasks() ? take_helpers(threads - 1) : 0;
    struct run run = {0, 0, NULL};
    if (taken)
        run.seats = seats_for(taken + 1, taken + 1);
    else if (guest && threads > 1)
        run.seats = seats_for(threads, omp_get_num_threads());
    atomic_store_explicit(&run.free, run.seats, memory_order_relaxed);
    if (taken)
        run_in_team(&run, taken + 1, root, context);
    else if (run.seats)
        run_as_guest(&run, root, context);
    else
        call_task(&run, root, context);
    return_helpers(taken);
}

void pel_team_fork(pel_team_task *task, void *context)
{
    if (take_seat(current))
        spawn(current, task, context);
    else
        task(context);
}

void pel_team_wait(void)
{
    if (current->seats == 0)
        return;
#pragma omp taskwait
}

/* A way through a graph. */
struct walk {
    const struct pel_team_graph *graph;
    pel_team_body *body;
    void *context;
};

/* Nodes that are ready, linked through `pending`, which they no longer need; -1 ends it. */
struct chain {
    const struct walk *walk;
    int32_t top;
};

static void push(struct chain *chain, size_t node)
{
    atomic_store_explicit(&chain->walk->graph->pending[node], chain->top, memory_order_relaxed);
    chain->top = (int32_t)node;
}

static int32_t below_top(const struct chain *chain)
{
    return atomic_load_explicit(&chain->walk->graph->pending[chain->top], memory_order_relaxed);
}

static size_t pop(struct chain *chain)
{
    size_t node = (size_t)chain->top;
    chain->top = below_top(chain);
    return node;
}

static void start_node(void *pending);

/* Leaves all but one of the nodes to others, as far as there are seats. */
static void share_out(struct chain *chain)
{
    while (chain->top >= 0 && below_top(chain) >= 0 && take_seat(current))
        spawn(current, start_node, &chain->walk->graph->pending[pop(chain)]);
}

static void walk_along(struct chain *chain)
{
    const struct pel_team_graph *graph = chain->walk->graph;
    share_out(chain);
    while (chain->top >= 0) {
        size_t node = pop(chain);
        chain->walk->body(chain->walk->context, node);
        for (size_t i = graph->first[node]; i < graph->first[node + 1]; i++) {
            if (atomic_fetch_sub_explicit(&graph->pending[graph->next[i]], 1, memory_order_acq_rel) == 1)
                push(chain, graph->next[i]);
        }
        share_out(chain);
    }
}

/* A task's context is one pointer: the node's place in `pending` says which one it is. */
static void start_node(void *pending)
{
    struct chain chain = {current->walk, -1};
    push(&chain, (size_t)((_Atomic(int32_t) *)pending - chain.walk->graph->pending));
    walk_along(&chain);
}

/* Finds all nodes that are ready before the first one runs, and makes others ready. */
static void start_graph(void *context)
{
    struct chain chain = {context, -1};
    current->walk = context;
    for (size_t node = chain.walk->graph->count; node-- > 0;) {
        if (atomic_load_explicit(&chain.walk->graph->pending[node], memory_order_relaxed) == 0)
            push(&chain, node);
    }
    walk_along(&chain);
}

void pel_team_graph(int threads, const struct pel_team_graph *graph, pel_team_body *body, void *context)
{
    struct walk walk = {graph, body, context};
    pel_team_run(threads, start_graph, &walk);
}
