#include "tests/verbs.h"

#include <string.h>
#include <unistd.h>

#include "lib/team.h"
#include "tests/support.h"

static _Atomic(const char *) failed_file;
static atomic_int failed_line;

void expect(bool holds, const char *file, int line)
{
    int none = 0;
    if (!holds && atomic_compare_exchange_strong(&failed_line, &none, line))
        atomic_store(&failed_file, file);
}

bool nothing_failed(void)
{
    return atomic_load(&failed_line) == 0;
}

void assert_nothing_failed(void)
{
    if (!nothing_failed())
        fail_msg("%s:%d: the check failed", atomic_load(&failed_file), atomic_load(&failed_line));
}

/* Members come from the front, and none leaves. */
void crowd_join(struct crowd *crowd)
{
    pid_t self = gettid();
    for (size_t i = 0; i < CROWD; i++) {
        pid_t other = 0;
        if (atomic_compare_exchange_strong(&crowd->thread[i], &other, self) || other == self)
            return;
    }
}

bool crowd_has(struct crowd *crowd, pid_t thread)
{
    for (size_t i = 0; i < CROWD; i++) {
        if (atomic_load(&crowd->thread[i]) == thread)
            return true;
    }
    return false;
}

/* Threads to ask a verb for, and those that may be at work at a time. */
struct limits {
    int ask, most;
    struct crowd *team;
};

/* How many threads one use of a verb keeps busy. */
struct watch {
    const struct limits *limits;
    atomic_int busy, busiest;
};

/* Bodies nest where a thread that waits runs another one; it still is one thread. */
static _Thread_local int depth;

static void enter(struct watch *watch)
{
    EXPECT(!watch->limits->team || crowd_has(watch->limits->team, gettid()));
    if (depth++ > 0)
        return;
    int busy = atomic_fetch_add(&watch->busy, 1) + 1;
    for (int most = watch->busiest; most < busy && !atomic_compare_exchange_weak(&watch->busiest, &most, busy);)
        ;
}

static void leave(struct watch *watch)
{
    if (--depth == 0)
        atomic_fetch_sub(&watch->busy, 1);
}

static bool kept_limits(struct watch *watch)
{
    return watch->busy == 0 && watch->busiest <= watch->limits->most;
}

enum { MOST = 4096 };

/* Loops: each index of each phase once, and all of a phase before any of the next. */
struct marks {
    struct watch watch;
    size_t count, phases;
    atomic_size_t done;
    atomic_uchar mark[MOST];
};

static void mark_index(void *context, size_t phase, size_t index)
{
    struct marks *m = context;
    enter(&m->watch);
    EXPECT(index < m->count && phase < m->phases);
    EXPECT(atomic_fetch_add(&m->mark[index], 1) == phase);
    EXPECT(atomic_load(&m->done) >= phase * m->count);
    atomic_fetch_add(&m->done, 1);
    leave(&m->watch);
}

static void mark_once(void *context, size_t index)
{
    mark_index(context, 0, index);
}

static void use_loops(const struct limits *limits)
{
    static const size_t counts[] = {0, 1, 2, 7, 64, 129, 1000};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct marks m = {.watch = {.limits = limits}, .count = counts[i], .phases = 1};
        pel_team_for(limits->ask, m.count, mark_once, &m);
        EXPECT(m.done == m.count && kept_limits(&m.watch));
        struct marks p = {.watch = {.limits = limits}, .count = counts[i], .phases = 9};
        pel_team_phases(limits->ask, p.phases, p.count, mark_index, &p);
        EXPECT(p.done == p.phases * p.count && kept_limits(&p.watch));
    }
}

/* The tree, drawn: each merge makes one number of two in a way that shows their order. */
static uint64_t pair(uint64_t a, uint64_t b)
{
    return (a * 0x9e3779b97f4a7c15u) ^ (b + (a << 6) + (b >> 3));
}

struct tree {
    struct watch watch;
    uint64_t number[MOST];
};

static void merge_numbers(void *context, size_t a, size_t b)
{
    struct tree *tree = context;
    enter(&tree->watch);
    tree->number[a] = pair(tree->number[a], tree->number[b]);
    leave(&tree->watch);
}

static void use_tree(const struct limits *limits)
{
    for (size_t count = 0; count < MOST; count = count * 5 / 3 + 1) {
        uint64_t plain[MOST] = {0};
        struct tree tree = {.watch = {.limits = limits}};
        for (size_t i = 0; i < count; i++)
            tree.number[i] = plain[i] = i;
        for (size_t distance = 1; distance < count; distance *= 2) {
            for (size_t a = 0; a + distance < count; a += 2 * distance)
                plain[a] = pair(plain[a], plain[a + distance]);
        }
        pel_team_reduce(limits->ask, count, merge_numbers, &tree);
        EXPECT(tree.number[0] == plain[0] && kept_limits(&tree.watch));
    }
}

/* Recursive tasks: the Fibonacci numbers, whose tree of calls is lopsided. */
struct fibonacci {
    struct watch *watch;
    int n;
    long value;
};

static void count_rabbits(void *context)
{
    struct fibonacci *f = context;
    struct fibonacci left = {f->watch, f->n - 1, 0}, right = {f->watch, f->n - 2, 0};
    enter(f->watch);
    if (f->n >= 2) {
        pel_team_fork(count_rabbits, &left);
        count_rabbits(&right);
        pel_team_wait();
    }
    f->value = f->n < 2 ? f->n : left.value + right.value;
    leave(f->watch);
}

static void use_tasks(const struct limits *limits)
{
    struct watch watch = {.limits = limits};
    struct fibonacci f = {&watch, 16, 0};
    pel_team_run(limits->ask, count_rabbits, &f);
    EXPECT(f.value == 987 && kept_limits(&watch));
}

/* Tasks that nobody waits for are done when the run is. */
enum { LOOSE = 100 };

static void fork_loose(void *context)
{
    struct fibonacci *f = context;
    for (int i = 0; i < LOOSE; i++)
        pel_team_fork(count_rabbits, &f[i]);
}

static void use_loose_tasks(const struct limits *limits)
{
    struct watch watch = {.limits = limits};
    struct fibonacci f[LOOSE];
    for (int i = 0; i < LOOSE; i++)
        f[i] = (struct fibonacci){&watch, 7, 0};
    pel_team_run(limits->ask, fork_loose, f);
    for (int i = 0; i < LOOSE; i++)
        EXPECT(f[i].value == 13);
    EXPECT(kept_limits(&watch));
}

/* A random graph: edges lead from lower to higher nodes. */
enum { NODES = 400, EDGES = 1200 };

struct graph {
    struct pel_team_graph edges;
    size_t first[NODES + 1], next[EDGES];
    _Atomic(int32_t) pending[NODES];
    atomic_int left[NODES]; /* predecessors that have not run, as the test counts them; -1: has run itself */
    atomic_size_t done;
    struct watch watch;
};

static void make_graph(struct graph *g, uint64_t stream)
{
    struct test_random random = test_random_start(test_seed(), stream);
    memset(g, 0, sizeof *g);
    g->edges = (struct pel_team_graph){NODES, g->first, g->next, g->pending};
    size_t made = 0;
    for (size_t node = 0; node < NODES; node++) {
        g->first[node] = made;
        size_t degree = test_random_below(&random, 2 * EDGES / NODES);
        for (size_t i = 0; i < degree && made < EDGES && node + 1 < NODES; i++) {
            size_t to = node + 1 + test_random_below(&random, NODES - node - 1);
            g->next[made++] = to;
            g->pending[to]++;
            g->left[to]++;
        }
    }
    g->first[NODES] = made;
}

static void visit_node(void *context, size_t node)
{
    struct graph *g = context;
    enter(&g->watch);
    EXPECT(atomic_fetch_sub(&g->left[node], 1) == 0);
    for (size_t i = g->first[node]; i < g->first[node + 1]; i++)
        atomic_fetch_sub(&g->left[g->next[i]], 1);
    atomic_fetch_add(&g->done, 1);
    leave(&g->watch);
}

static void use_graph(const struct limits *limits)
{
    for (uint64_t stream = 0; stream < 4; stream++) {
        struct graph g;
        make_graph(&g, stream);
        g.watch.limits = limits;
        pel_team_graph(limits->ask, &g.edges, visit_node, &g);
        EXPECT(g.done == NODES && kept_limits(&g.watch));
    }
}

void verbs_use(int ask, int most, struct crowd *team)
{
    const struct limits limits = {ask, most, team};
    use_loops(&limits);
    use_tree(&limits);
    use_tasks(&limits);
    use_loose_tasks(&limits);
    use_graph(&limits);
}
