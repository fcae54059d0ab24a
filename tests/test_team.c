/* Teams: the verbs work wherever they are called from, on no more threads than they were given, and leave the caller's
 * floating-point environment alone. */
#include <fenv.h>
#include <omp.h>
#include <pthread.h>
#include <unistd.h>

#include "lib/fpenv.h"
#include "lib/team.h"
#include "tests/support.h"
#include "tests/verbs.h"

enum { PROCESSORS = 8, REGION = 5 };

static void outside(void **state)
{
    (void)state;
    for (int threads = 1; threads <= PROCESSORS; threads++)
        verbs_use(threads, threads, NULL);
    assert_nothing_failed();
}

static int threads_for(int wanted)
{
    pel_opts opts = PEL_OPTS_INIT;
    opts.threads = wanted;
    return pel_team_threads(&opts);
}

static void budget_caps_what_is_asked(void **state)
{
    (void)state;
    assert_int_equal(pel_team_threads(NULL), PROCESSORS);
    assert_int_equal(threads_for(0), PROCESSORS);
    assert_int_equal(threads_for(3), 3);
    assert_int_equal(threads_for(1000), PROCESSORS);
    omp_set_num_threads(4);
    assert_int_equal(threads_for(1000), 4);
    verbs_use(1000, 4, NULL);
    omp_set_num_threads(PROCESSORS);
    omp_set_max_active_levels(0);
    assert_int_equal(threads_for(1000), 1);
    verbs_use(1000, 1, NULL);
    omp_set_max_active_levels(1);
    assert_nothing_failed();
}

static void dynamic_teams(void **state)
{
    (void)state;
    omp_set_dynamic(1);
    verbs_use(PROCESSORS, PROCESSORS, NULL);
    omp_set_dynamic(0);
    assert_nothing_failed();
}

/* Places in a caller's parallel region; every thread of it comes by. */
static void everywhere(struct crowd *team)
{
    for (int ask = 1; ask <= REGION + 1; ask++)
        verbs_use(ask, ask < REGION ? ask : REGION, team);
}

static void in_single(struct crowd *team)
{
#pragma omp single
    verbs_use(REGION, REGION, team);
}

static void in_master(struct crowd *team)
{
#pragma omp master
    verbs_use(REGION, REGION, team);
}

static void in_critical(struct crowd *team)
{
#pragma omp critical
    verbs_use(REGION, REGION, team);
}

static void in_sections(struct crowd *team)
{
#pragma omp sections
    {
#pragma omp section
        verbs_use(REGION, REGION, team);
#pragma omp section
        verbs_use(2, 2, team);
    }
}

static void in_ordered_loop(struct crowd *team)
{
#pragma omp for ordered schedule(dynamic)
    for (int i = 0; i < REGION; i++) {
#pragma omp ordered
        verbs_use(2 + i % 3, 2 + i % 3, team);
    }
}

static void in_tasks(struct crowd *team)
{
#pragma omp single
    for (int i = 0; i < 2 * REGION; i++) {
#pragma omp task firstprivate(i)
        verbs_use(1 + i % REGION, 1 + i % REGION, team);
    }
}

static void in_untied_final_tasks(struct crowd *team)
{
#pragma omp single
    for (int i = 0; i < REGION; i++) {
#pragma omp task untied
        verbs_use(REGION, REGION, team);
#pragma omp task final(1)
        verbs_use(REGION, REGION, team);
    }
}

static void in_taskloop(struct crowd *team)
{
#pragma omp single
#pragma omp taskloop
    for (int i = 0; i < 2 * REGION; i++)
        verbs_use(REGION, REGION, team);
}

/* Tasks of the caller's wait for a lock that it holds while it calls; the call must not run them on its thread. */
static void with_lock_held(struct crowd *team)
{
#pragma omp single
    {
        omp_lock_t lock;
        omp_init_lock(&lock);
        omp_set_lock(&lock);
        for (int i = 0; i < 2; i++) {
#pragma omp task shared(lock)
            {
                omp_set_lock(&lock);
                omp_unset_lock(&lock);
            }
        }
        verbs_use(REGION, REGION, team);
        omp_unset_lock(&lock);
#pragma omp taskwait
        omp_destroy_lock(&lock);
    }
}

static void in_nested_inactive_region(struct crowd *team)
{
#pragma omp parallel num_threads(1)
    verbs_use(REGION, 1, team);
}

static void in_nested_region(struct crowd *team)
{
    (void)team;
    omp_set_max_active_levels(2);
    struct crowd inner = {{0}};
#pragma omp parallel num_threads(2)
    {
        crowd_join(&inner);
#pragma omp barrier
        verbs_use(REGION, omp_get_num_threads(), &inner);
    }
}

static void inside_a_callers_region(void **state)
{
    static const struct {
        const char *name;
        void (*visit)(struct crowd *team);
    } places[] = {
        {"everywhere", everywhere},
        {"in single", in_single},
        {"in master", in_master},
        {"in critical", in_critical},
        {"in sections", in_sections},
        {"in ordered loop", in_ordered_loop},
        {"in tasks", in_tasks},
        {"in untied final tasks", in_untied_final_tasks},
        {"in taskloop", in_taskloop},
        {"with lock held", with_lock_held},
        {"in nested inactive region", in_nested_inactive_region},
        {"in nested region", in_nested_region},
    };
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct crowd team = {{0}};
#pragma omp parallel num_threads(REGION)
        {
            crowd_join(&team);
#pragma omp barrier
            EXPECT(pel_team_threads(NULL) == REGION);
            places[i].visit(&team);
        }
        omp_set_max_active_levels(1);
        print_message("  %s\n", places[i].name);
        assert_nothing_failed();
    }
}

static void inside_an_inactive_region(void **state)
{
    (void)state;
    struct crowd self = {{0}};
    crowd_join(&self);
#pragma omp parallel if (0)
    {
        EXPECT(pel_team_threads(NULL) == 1);
        verbs_use(PROCESSORS, 1, &self);
    }
    assert_nothing_failed();
}

static void inside_a_region_of_one(void **state)
{
    (void)state;
    struct crowd self = {{0}};
    crowd_join(&self);
#pragma omp parallel num_threads(1)
#pragma omp task
    verbs_use(PROCESSORS, 1, &self);
    assert_nothing_failed();
}

/* Many callers at once share the budget: all threads at work are the callers and at most the rest of it. */
static atomic_int at_work, most_at_work;

static void work_a_little(void *context, size_t index)
{
    (void)context;
    (void)index;
    int now = atomic_fetch_add(&at_work, 1) + 1;
    for (int most = most_at_work; most < now && !atomic_compare_exchange_weak(&most_at_work, &most, now);)
        ;
    usleep(100);
    atomic_fetch_sub(&at_work, 1);
}

static void *call_often(void *context)
{
    for (int i = 0; i < 5; i++) {
        pel_team_for(PROCESSORS, 40, work_a_little, NULL);
        verbs_use(PROCESSORS, PROCESSORS, NULL);
    }
    return context;
}

static void many_callers_share_the_budget(void **state)
{
    enum { CALLERS = 6 };
    (void)state;
    pthread_t caller[CALLERS];
    for (int i = 0; i < CALLERS; i++)
        assert_int_equal(pthread_create(&caller[i], NULL, call_often, NULL), 0);
    for (int i = 0; i < CALLERS; i++)
        pthread_join(caller[i], NULL);
    assert_in_range(most_at_work, 2, CALLERS + PROCESSORS - 1);
    assert_nothing_failed();
    most_at_work = 0;
    pel_team_for(PROCESSORS, 100, work_a_little, NULL);
    assert_in_range(most_at_work, 2, PROCESSORS);
}

/* Bodies round to nearest and keep subnormals, whatever the caller has set, on every thread. */
static volatile double tiny = 0x1p-1060, one = 1, epsilon = 0x1p-53;

static void compute(void *context, size_t index)
{
    (void)context;
    (void)index;
    EXPECT(tiny / 4 > 0);
    EXPECT(one + epsilon == 1 && -one - epsilon == -1);
}

static void compute_phase(void *context, size_t phase, size_t index)
{
    compute(context, phase + index);
}

static void compute_task(void *context)
{
    compute(context, 0);
}

static void fork_computations(void *context)
{
    compute(context, 0);
    for (int i = 0; i < 50; i++)
        pel_team_fork(compute_task, NULL);
    pel_team_wait();
    compute(context, 0);
}

static void compute_by_all_verbs(int threads)
{
    size_t first[51] = {0};
    _Atomic(int32_t) pending[50] = {0};
    struct pel_team_graph loose = {50, first, NULL, pending};
    pel_team_for(threads, 50, compute, NULL);
    pel_team_phases(threads, 3, 50, compute_phase, NULL);
    pel_team_reduce(threads, 50, compute_phase, NULL);
    pel_team_run(threads, fork_computations, NULL);
    pel_team_graph(threads, &loose, compute, NULL);
}

/* Flush to zero, as -ffast-math sets it. */
#if defined(__SSE2__)
enum { FLUSH = 0x8040 };
#elif defined(__aarch64__)
enum { FLUSH = 1 << 24 };
#else
enum { FLUSH = 0 };
#endif

/* Computes with a perverted environment and checks that it is as it was: modes and exception flags. */
static void compute_in_odd_environment(int threads)
{
    pel_fpenv before = pel_fpenv_read();
    fesetround(FE_UPWARD);
    feraiseexcept(FE_OVERFLOW);
    pel_fpenv_write(pel_fpenv_read() | FLUSH);
    pel_fpenv odd = pel_fpenv_read();
    compute_by_all_verbs(threads);
    EXPECT(pel_fpenv_read() == odd);
    EXPECT(one + epsilon > 1);
    pel_fpenv_write(before);
}

static void environment_is_set_and_restored(void **state)
{
    (void)state;
    for (int threads = 1; threads <= PROCESSORS; threads++)
        compute_in_odd_environment(threads);
#pragma omp parallel num_threads(REGION)
    compute_in_odd_environment(REGION);
    assert_nothing_failed();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outside),
        cmocka_unit_test(budget_caps_what_is_asked),
        cmocka_unit_test(dynamic_teams),
        cmocka_unit_test(inside_a_callers_region),
        cmocka_unit_test(inside_an_inactive_region),
        cmocka_unit_test(inside_a_region_of_one),
        cmocka_unit_test(many_callers_share_the_budget),
        cmocka_unit_test(environment_is_set_and_restored),
    };
    alarm(300); /* a deadlock must not last */
    test_set_processors(PROCESSORS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
