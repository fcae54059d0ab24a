/* The tests' own tools: a guard that does not hold would make other tests pass for nothing. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support.h"

/* Whether reading this byte kills a process. */
static bool is_forbidden(const volatile unsigned char *byte)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL);
        _exit(*byte == 0 ? 1 : 0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status);
}

static void guards_hold(void **state)
{
    (void)state;
    for (size_t bytes = 0; bytes < 20000; bytes += 4999) {
        unsigned char *front = guard_alloc(bytes, 0, false), *back = guard_alloc(bytes, 0, true);
        assert_true(is_forbidden(front - 1));
        assert_true(is_forbidden(back + bytes));
        if (bytes > 0) {
            assert_false(is_forbidden(front));
            assert_false(is_forbidden(back + bytes - 1));
        }
        guard_free(front);
        guard_free(back);
    }
}

static void offsets_shift(void **state)
{
    (void)state;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char *front = guard_alloc(100, 12, false), *back = guard_alloc(100, 12, true);
    assert_int_equal((uintptr_t)front % page, 12);
    assert_int_equal(((uintptr_t)back + 100) % page, page - 12);
    assert_true(is_forbidden(front - 13));
    assert_false(is_forbidden(front - 12));
    assert_true(is_forbidden(back + 112));
    assert_false(is_forbidden(back + 111));
    guard_free(front);
    guard_free(back);
}

static void streams_repeat_and_differ(void **state)
{
    (void)state;
    struct test_random a = test_random_start(test_seed(), 1), b = test_random_start(test_seed(), 1);
    struct test_random c = test_random_start(test_seed(), 2);
    int same = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t bits = test_random_bits(&a);
        assert_true(bits == test_random_bits(&b));
        same += bits == test_random_bits(&c);
        assert_true(test_random_below(&c, 10) < 10);
        double unit = test_random_unit(&c);
        assert_true(unit >= 0 && unit < 1);
    }
    assert_int_equal(same, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guards_hold),
        cmocka_unit_test(offsets_shift),
        cmocka_unit_test(streams_repeat_and_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
