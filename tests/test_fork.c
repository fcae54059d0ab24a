/* Children of fork: every operation works there, in time and with the same bits, whatever the parent was doing. */
#include <omp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/team.h"
#include "tests/operations.h"
#include "tests/support.h"
#include "tests/verbs.h"

enum { PROCESSORS = 4, TIME_LIMIT = 120, SIZE = 1 << 17 };

static uint64_t expected;

/* What a child does; 0 if all is well. */
static int work_on(int threads)
{
    verbs_use(PROCESSORS, threads, NULL);
    bool well = pel_team_threads(NULL) == threads && operations_digest(SIZE, NULL) == expected;
    return well && nothing_failed() ? 0 : 1;
}

static int work_alone(void)
{
    return work_on(1);
}

static int work_with_a_team(void)
{
    return work_on(PROCESSORS);
}

static int work_alone_two_forks_down(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(work_alone());
    int status = -1;
    return child > 0 && waitpid(child, &status, 0) == child ? status : 1;
}

/* A thread of the child's own calls. */
static void *call_work_alone(void *context)
{
    *(int *)context = work_alone();
    return context;
}

static int work_alone_in_a_thread(void)
{
    int result = 1;
    pthread_t thread;
    return pthread_create(&thread, NULL, call_work_alone, &result) || pthread_join(thread, NULL) ? 1 : result;
}

/* The exit status of a child that does `work` within the time limit, or -1. */
static int in_child(int (*work)(void))
{
    pid_t child = fork();
    if (child == 0) {
        signal(SIGALRM, SIG_DFL);
        alarm(TIME_LIMIT);
        _exit(work());
    }
    int status;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Comes first: no thread has been started yet, so the child may have threads of its own. */
static void before_the_parent_had_threads(void **state)
{
    (void)state;
    assert_int_equal(in_child(work_with_a_team), 0);
}

static void after_the_parent_used_its_team(void **state)
{
    (void)state;
    assert_true(operations_digest(SIZE, NULL) == expected);
    assert_int_equal(in_child(work_alone), 0);
    assert_int_equal(in_child(work_alone_two_forks_down), 0);
    assert_int_equal(in_child(work_alone_in_a_thread), 0);
    assert_int_equal(pel_team_threads(NULL), PROCESSORS);
    verbs_use(PROCESSORS, PROCESSORS, NULL);
    assert_nothing_failed();
}

static void within_a_parallel_region(void **state)
{
    (void)state;
    int failed = 0;
#pragma omp parallel num_threads(PROCESSORS) reduction(+ : failed)
    {
#pragma omp single nowait
        failed += in_child(work_alone) != 0;
#pragma omp critical
        failed += in_child(work_alone) != 0;
    }
    assert_int_equal(failed, 0);
}

static void within_a_task(void **state)
{
    (void)state;
    int failed = 0;
#pragma omp parallel num_threads(PROCESSORS)
#pragma omp single
    {
#pragma omp task shared(failed)
        failed = in_child(work_alone);
    }
    assert_int_equal(failed, 0);
}

/* Calls that find nothing resolved yet, over and over, so that forks meet them at all their stages. */
static atomic_bool enough;

static void *keep_calling(void *context)
{
    while (!enough) {
        pel_wisdom_forget();
        EXPECT(operations_digest(1000, NULL) != 0);
    }
    return context;
}

/* gcc 12's address sanitizer does not take the locks of its allocator over a fork: a child hangs that is born while
 * another thread allocates, in programs that do nothing else as well. */
static void while_others_call(void **state)
{
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip();
#endif
    pthread_t caller[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&caller[i], NULL, keep_calling, NULL), 0);
    for (int i = 0; i < (test_long() ? 100 : 5); i++)
        assert_int_equal(in_child(work_alone), 0);
    enough = true;
    for (int i = 0; i < 2; i++)
        pthread_join(caller[i], NULL);
    assert_nothing_failed();
}

/* For the record: what would happen without care. */
static int use_the_runtime(void)
{
    alarm(2);
#pragma omp parallel num_threads(PROCESSORS)
    EXPECT(true);
    return 0;
}

static void tell_what_the_runtime_does(void)
{
    print_message("  a region of the OpenMP runtime itself %s in such a child\n",
                  in_child(use_the_runtime) == 0 ? "works" : "hangs");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_the_parent_had_threads),
        cmocka_unit_test(after_the_parent_used_its_team),
        cmocka_unit_test(within_a_parallel_region),
        cmocka_unit_test(within_a_task),
        cmocka_unit_test(while_others_call),
    };
    alarm(300);
    test_set_processors(PROCESSORS);
    test_seed();
    pel_opts serial = PEL_OPTS_INIT;
    serial.threads = 1;
    expected = operations_digest(SIZE, &serial);
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    tell_what_the_runtime_does();
    return failures;
}
