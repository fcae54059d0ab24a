/* The same bits from every operation: on any number of threads, inside regions and tasks, from many callers at once,
 * and on every instruction set. */
#include <inttypes.h>
#include <omp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "lib/cpu.h"
#include "tests/operations.h"
#include "tests/support.h"
#include "tests/verbs.h"

enum { PROCESSORS = 8, SMALL = 5000 };

/* Enough for a team of four in most operations; of two where a sanitizer or an emulator takes its time, which then also
 * sees fewer numbers of threads. */
static size_t large = (1 << 18) + 77;
static int next_team = 1;

static void take_less_time(void)
{
    large = (1 << 17) + 77;
    next_team = 3;
}

/* By one thread. */
static uint64_t expected_large, expected_small;

static pel_opts with_threads(int threads)
{
    pel_opts opts = PEL_OPTS_INIT;
    opts.threads = threads;
    return opts;
}

static void on_any_number_of_threads(void **state)
{
    (void)state;
    for (int threads = 2; threads <= PROCESSORS; threads += next_team) {
        pel_opts opts = with_threads(threads);
        assert_true(operations_digest(large, &opts) == expected_large);
    }
    assert_true(operations_digest(SMALL, NULL) == expected_small);
}

static void inside_a_region(void **state)
{
    (void)state;
#pragma omp parallel num_threads(3)
    {
#pragma omp single
        EXPECT(operations_digest(large, NULL) == expected_large);
        EXPECT(operations_digest(SMALL, NULL) == expected_small);
    }
    assert_nothing_failed();
}

static void inside_tasks(void **state)
{
    (void)state;
#pragma omp parallel num_threads(4)
#pragma omp single
    for (int i = 0; i < 4; i++) {
#pragma omp task firstprivate(i)
        {
            pel_opts opts = with_threads(i + 1);
            EXPECT(operations_digest(large, &opts) == expected_large);
            EXPECT(operations_digest(SMALL, &opts) == expected_small);
        }
#pragma omp task final(1)
        EXPECT(operations_digest(SMALL, NULL) == expected_small);
    }
    assert_nothing_failed();
}

static void inside_a_nested_region(void **state)
{
    (void)state;
    omp_set_max_active_levels(2);
#pragma omp parallel num_threads(2)
#pragma omp parallel num_threads(2)
    {
#pragma omp single
        EXPECT(operations_digest(SMALL, NULL) == expected_small);
    }
    omp_set_max_active_levels(1);
    assert_nothing_failed();
}

static void *call_from_thread(void *context)
{
    EXPECT(operations_digest(SMALL, NULL) == expected_small);
    EXPECT(operations_digest(large, NULL) == expected_large);
    return context;
}

static void from_many_callers(void **state)
{
    enum { CALLERS = 4 };
    (void)state;
    pthread_t caller[CALLERS];
    for (int i = 0; i < CALLERS; i++)
        assert_int_equal(pthread_create(&caller[i], NULL, call_from_thread, NULL), 0);
    for (int i = 0; i < CALLERS; i++)
        pthread_join(caller[i], NULL);
    assert_nothing_failed();
}

/* Hosts run their threads, and have OpenMP run its, on stacks of any size. */
static void on_small_stacks(void **state)
{
    (void)state;
    char expected[32];
    pthread_t caller;
    pthread_attr_t attributes;
#ifdef PEL_SANITIZED
    skip(); /* they need stack of their own */
#endif
    pthread_attr_init(&attributes);
    assert_int_equal(pthread_attr_setstacksize(&attributes, 128 << 10), 0);
    assert_int_equal(pthread_create(&caller, &attributes, call_from_thread, NULL), 0);
    pthread_join(caller, NULL);
    assert_nothing_failed();
    snprintf(expected, sizeof expected, "%" PRIu64, expected_large);
    assert_int_equal(test_rerun(expected, "OMP_STACKSIZE", "128K").status, 0);
}

/* In a process of its own, since the environment is read once. */
static void under_every_mask(void **state)
{
    (void)state;
#ifdef PEL_SANITIZED
    skip(); /* a mask chooses other kernels, which have tests of their own to be looked at in */
#endif
    char expected[32];
    snprintf(expected, sizeof expected, "%" PRIu64, expected_large);
    for (int isa = 0; isa < PEL_NISAS; isa++) {
        const char *mask = pel_isa_name((enum pel_isa)isa);
        print_message("  PEL_MAX_ISA=%s\n", mask);
        assert_int_equal(test_rerun(expected, "PEL_MAX_ISA", mask).status, 0);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest processor[] = {
        cmocka_unit_test(on_any_number_of_threads),
        cmocka_unit_test(under_every_mask),
    };
    const struct CMUnitTest callers[] = {
        cmocka_unit_test(inside_a_region),        cmocka_unit_test(inside_tasks),
        cmocka_unit_test(inside_a_nested_region), cmocka_unit_test(from_many_callers),
        cmocka_unit_test(on_small_stacks),
    };
    test_set_processors(PROCESSORS);
    test_seed();
    if (test_slowed())
        take_less_time();
    if (argc > 1)
        return operations_digest(large, NULL) == strtoull(argv[1], NULL, 10) ? 0 : 1;
    pel_opts serial = with_threads(1);
    expected_large = operations_digest(large, &serial);
    expected_small = operations_digest(SMALL, &serial);
    int failed = cmocka_run_group_tests(processor, NULL, NULL);
#ifdef __x86_64__
    if (getenv("PEL_TEST_EMULATOR"))
        return failed; /* one for x86 meets its callers natively; an emulator would take minutes over them */
#endif
    return failed + cmocka_run_group_tests(callers, NULL, NULL);
}
