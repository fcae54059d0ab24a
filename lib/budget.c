#include "lib/budget.h"

#include <limits.h>
#include <omp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/cgroup.h"
#include "lib/env.h"
#include "lib/memory.h"

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* Processors in a thread's affinity mask; 0: the calling one's. The mask has room for more processors than Linux can be
 * built for: with less the call would fail on a large machine. */
static int processors_of(pid_t thread)
{
    cpu_set_t mask[16];
    if (sched_getaffinity(thread, sizeof mask, mask) == 0)
        return larger(1, CPU_COUNT_S(sizeof mask, mask));
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 && online < INT_MAX ? (int)online : 1;
}

/* Under OMP_PROC_BIND the thread is bound to one place, and its mask says nothing about those its team would get. */
static int processors_here(void)
{
    return omp_get_proc_bind() == omp_proc_bind_false ? processors_of(0) : larger(1, omp_get_num_procs());
}

/* Bytes of a stack that the runtime gives its threads; 0: unknown. */
static size_t stack_of_thread(void)
{
    pthread_attr_t attributes;
    size_t stack = pel_env()->stack;
    if (!stack && pthread_getattr_default_np(&attributes) == 0) {
        pthread_attr_getstacksize(&attributes, &stack);
        pthread_attr_destroy(&attributes);
    }
    return stack;
}

/* Stacks that still fit into a limited address space (ulimit -v), with as much again for everything else. A thread that
 * cannot be started ends the process, as the runtimes see it. */
static int stacks_that_fit(void)
{
    struct rlimit limit;
    size_t stack = stack_of_thread();
    unsigned long long used = 0;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return INT_MAX;
    FILE *statm = fopen("/proc/self/statm", "re");
    if (statm) {
        if (fscanf(statm, "%llu", &used) == 1)
            used *= (unsigned long long)sysconf(_SC_PAGESIZE);
        fclose(statm);
    }
    unsigned long long left = limit.rlim_cur > used ? limit.rlim_cur - used : 0;
    unsigned long long stacks = left / 2 / (stack ? stack : 8u << 20);
    return stacks < INT_MAX ? (int)stacks + 1 : INT_MAX;
}

/* What holds for the whole process. */
static struct {
    struct pel_cgroup cgroup;
    int stacks;
    int fixed; /* the smallest of these */
} process;
static atomic_int widest; /* mask of a thread seen so far */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void find_limits(void)
{
    pel_cgroup_read("", &process.cgroup);
    process.stacks = stacks_that_fit();
    process.fixed =
        pel_smaller(pel_smaller(process.cgroup.processors.value, process.cgroup.threads.value), process.stacks);
    atomic_store(&widest, processors_of(getpid()));
}

/* Processors that this thread may run on; 0: not yet known. */
static _Thread_local int known;

/* Brings the limits of the process along. */
static int mask_of_this_thread(void)
{
    if (!known) {
        pthread_once(&once, find_limits);
        known = processors_here();
        for (int seen = atomic_load(&widest); seen < known && !atomic_compare_exchange_weak(&widest, &seen, known);)
            ;
    }
    return known;
}

/* What OpenMP would give a parallel region here. */
static int threads_of_openmp(void)
{
    if (omp_get_active_level() >= omp_get_max_active_levels())
        return 1;
    return pel_smaller(omp_get_max_threads(), omp_get_thread_limit());
}

int pel_budget_threads(void)
{
    int own = pel_env()->num_threads, threads = mask_of_this_thread();
    threads = pel_smaller(threads, process.fixed);
    if (own)
        threads = pel_smaller(threads, own);
    return threads > 1 ? larger(1, pel_smaller(threads, threads_of_openmp())) : 1;
}

int pel_budget_process(void)
{
    mask_of_this_thread();
    return larger(1, pel_smaller(atomic_load_explicit(&widest, memory_order_relaxed), process.fixed));
}

static void *pass_through(void *gate)
{
    pthread_mutex_lock(gate);
    pthread_mutex_unlock(gate);
    return NULL;
}

/* How many threads like the runtime's, at most `wanted`, the system lets us have at the same time. */
static int start_threads(int wanted)
{
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    pthread_t *thread = pel_memory_new((size_t)wanted, sizeof *thread);
    pthread_attr_t like;
    int started = 0;
    if (pthread_attr_init(&like) != 0) {
        pel_memory_free(thread);
        return 0;
    }
    pthread_attr_setstacksize(&like, stack_of_thread()); /* refuses what runtimes do not take either */
    pthread_mutex_lock(&gate);
    while (thread && started < wanted && pthread_create(&thread[started], &like, pass_through, &gate) == 0)
        started++;
    pthread_mutex_unlock(&gate);
    for (int i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
    pthread_attr_destroy(&like);
    pel_memory_free(thread);
    return started;
}

int pel_budget_helpers(int wanted)
{
    static _Thread_local int had;
    wanted = pel_smaller(wanted, processors_here() - 1);
    if (wanted <= had)
        return wanted;
    return had = larger(had, start_threads(wanted));
}

/* One limit: "none" unless it is one. */
static void explain_limit(struct pel_text *text, const char *name, int value, const char *source)
{
    if (value == INT_MAX)
        pel_text_add(text, "  %-22s none\n", name);
    else
        pel_text_add(text, "  %-22s %d%s%s\n", name, value, *source ? ", by " : "", source);
}

void pel_budget_explain(struct pel_text *text)
{
    int own = pel_env()->num_threads;
    pel_text_add(text, "threads for a call: %d, the smallest of\n", pel_budget_threads());
    explain_limit(text, "processors", mask_of_this_thread(), "this thread's affinity mask");
    explain_limit(text, "CPU quota, rounded up", process.cgroup.processors.value, process.cgroup.processors.file);
    explain_limit(text, "task limit", process.cgroup.threads.value, process.cgroup.threads.file);
    explain_limit(text, "stacks that fit", process.stacks, "the limit on address space (ulimit -v)");
    explain_limit(text, "PEL_NUM_THREADS", own ? own : INT_MAX, "");
    explain_limit(text, "OpenMP's threads", omp_get_max_threads(), "OMP_NUM_THREADS or omp_set_num_threads");
    explain_limit(text, "OpenMP's thread limit", omp_get_thread_limit(), "OMP_THREAD_LIMIT");
    explain_limit(text, "OpenMP's active levels", omp_get_max_active_levels() > 0 ? INT_MAX : 1,
                  "OMP_MAX_ACTIVE_LEVELS");
}
