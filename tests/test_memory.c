/* Memory that runs out: for every operation, each allocation in turn fails once. The call then says PEL_ENOMEM and
 * leaves its outputs as they were, or finds a way without; nothing leaks, and the next call works. */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"
#ifdef PEL_HAVE_JANSSON
#include <jansson.h>
#endif

#include "lib/memory.h"
#include "tests/operations.h"
#include "tests/support.h"
#include "tests/wisdom_sample.h"

/* Allocations until the one that fails, none if negative; how many there were; blocks in use. */
static atomic_long countdown = -1, allocations, in_use;

static bool is_doomed(void)
{
    atomic_fetch_add(&allocations, 1);
    if (atomic_load(&countdown) < 0 || atomic_fetch_sub(&countdown, 1) != 0)
        return false;
    errno = ENOMEM;
    return true;
}

static void *counted(void *block)
{
    if (block)
        atomic_fetch_add(&in_use, 1);
    return block;
}

/* The linker sends the library here for what lib/memory.c calls, and calls of __real_... to the C library. */
void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void __real_free(void *block);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void __wrap_free(void *block);

void *__wrap_malloc(size_t bytes)
{
    return is_doomed() ? NULL : counted(__real_malloc(bytes));
}

void *__wrap_calloc(size_t count, size_t bytes)
{
    return is_doomed() ? NULL : counted(__real_calloc(count, bytes));
}

void __wrap_free(void *block)
{
    if (block)
        atomic_fetch_sub(&in_use, 1);
    __real_free(block);
}

enum { N = 1 << 18, PROCESSORS = 4 };

/* Inputs; outputs before and after a call, and as they should be. Shared with child processes. */
static char *x, *y, *before, *after, *right;

static void *share(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(memory != MAP_FAILED);
    return memory;
}

static size_t bytes_of(const struct operation *op)
{
    return op->in_place ? N * pel_dtype_size(op->dtype) : 8;
}

/* Runs an operation with the k-th allocation failing; whether it came to that. */
static bool run_short(const struct operation *op, const pel_opts *opts, long k, pel_status *status)
{
    memcpy(after, before, bytes_of(op));
    atomic_store(&countdown, k);
    *status = op->run(x, y, N, after, opts);
    return atomic_exchange(&countdown, -1) < 0 && k >= 0;
}

static bool is_right(const struct operation *op)
{
    return memcmp(after, right, bytes_of(op)) == 0;
}

static bool is_untouched(const struct operation *op)
{
    return memcmp(after, before, bytes_of(op)) == 0;
}

/* A first call of a process also makes what later calls find. To be run in a child: how its exit tells the outcome.
 * Where the build can look for leaks, exit does. */
enum outcome { RAN_SHORT, RAN_THROUGH, MISBEHAVED };

static int first_call(const struct operation *op, long k)
{
    pel_status status, again;
    bool ran_short = run_short(op, NULL, k, &status);
    if (status == PEL_OK ? !is_right(op) : status != PEL_ENOMEM || !ran_short || !is_untouched(op))
        return MISBEHAVED;
    run_short(op, NULL, -1, &again);
    if (again != PEL_OK || !is_right(op))
        return MISBEHAVED;
    return ran_short ? RAN_SHORT : RAN_THROUGH;
}

static int learn_right_result(const struct operation *op, long k)
{
    pel_status status;
    run_short(op, NULL, k, &status);
    memcpy(right, after, bytes_of(op));
    return status == PEL_OK ? RAN_THROUGH : MISBEHAVED;
}

static int in_child(int (*call)(const struct operation *op, long k), const struct operation *op, long k)
{
    int status;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        exit(call(op, k));
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void prepare(const struct operation *op)
{
    operations_fill(op->dtype, x, N, 1);
    operations_fill(op->dtype, y, N, 2);
    memset(before, 0x5a, 8);
    if (op->in_place)
        memcpy(before, x, bytes_of(op));
    assert_int_equal(in_child(learn_right_result, op, -1), RAN_THROUGH);
}

/* Types of two sizes stand for all where children take long. */
static bool is_worth_children(const struct operation *op)
{
    return test_long() || !test_slowed() || op->dtype == PEL_F64 || op->dtype == PEL_U32;
}

static void first_calls(void **state)
{
    (void)state;
    for (const struct operation *op = operations; op->name; op++) {
        if (!is_worth_children(op))
            continue;
        int outcome = RAN_SHORT;
        long k = 0;
        prepare(op);
        for (; outcome == RAN_SHORT; k++)
            outcome = in_child(first_call, op, k);
        if (outcome != RAN_THROUGH)
            fail_msg("%s %s, allocation %ld: exit %d", op->name, pel_dtype_name(op->dtype), k, outcome);
        assert_true(k > 1); /* the schedule at least */
    }
}

/* Later calls allocate only what they give back. */
static void later_calls(void **state)
{
    (void)state;
    for (const struct operation *op = operations; op->name; op++) {
        pel_status status;
        prepare(op);
        run_short(op, NULL, -1, &status);
        long used = in_use;
        bool ran_short = true;
        for (long k = 0; ran_short; k++) {
            ran_short = run_short(op, NULL, k, &status);
            bool well = status == PEL_OK ? is_right(op) : status == PEL_ENOMEM && ran_short && is_untouched(op);
            if (!well || in_use != used)
                fail_msg("%s %s, allocation %ld: status %d, %ld blocks left", op->name, pel_dtype_name(op->dtype), k,
                         (int)status, in_use - used);
        }
    }
}

/* A caller who brings enough scratch has no allocation in a call. */
static void callers_scratch(void **state)
{
    (void)state;
    pel_opts opts = PEL_OPTS_INIT;
    for (const struct operation *op = operations; op->name; op++) {
        pel_status status;
        if (strcmp(op->name, "sort") != 0)
            continue;
        prepare(op);
        run_short(op, NULL, -1, &status);
        opts.work_bytes = pel_sort_work_bytes(op->dtype, N);
        opts.work = guard_alloc(opts.work_bytes, 3, true);
        long made = allocations;
        run_short(op, &opts, -1, &status);
        assert_true(status == PEL_OK && is_right(op));
        assert_int_equal(allocations, made);
        guard_free(opts.work);
    }
}

static void callers_scratch_of_a_plan(void **state)
{
    (void)state;
    static const pel_tap taps[] = {{{0, 0, 0}, 0.5}, {{0, 1, 0}, 0.25}};
    pel_stencil_desc desc = PEL_STENCIL_DESC_INIT;
    desc.ndim = 2;
    desc.shape[0] = desc.shape[1] = 500;
    desc.ntaps = 2;
    desc.taps = taps;
    pel_plan *plan;
    assert_int_equal(pel_stencil_plan(&plan, &desc, NULL), PEL_OK);
    size_t bytes = pel_plan_work_bytes(plan);
    void *work = guard_alloc(bytes, 5, true);
    operations_fill(PEL_F64, after, 500 * 500, 1);
    long made = allocations;
    assert_int_equal(pel_stencil_run(plan, after, work, 4), PEL_OK);
    assert_int_equal(allocations, made);
    guard_free(work);
    pel_plan_free(plan);
}

/* Reading wisdom, in which the JSON library allocates, too. It cannot always tell a string that found no memory from
 * one that makes no sense, and does without some of its memory. */
static void wisdom(void **state)
{
    (void)state;
#ifdef PEL_HAVE_JANSSON
    char text[8192], path[] = "/tmp/pel-memory-XXXXXX";
    size_t length = wisdom_sample(text, sizeof text);
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, text, length) == (ssize_t)length && close(fd) == 0);
    json_set_alloc_funcs(__wrap_malloc, __wrap_free);
    assert_int_equal(pel_wisdom_import(path), PEL_OK);
    pel_wisdom_forget();
    long used = in_use;
    long k = 0;
    for (bool ran_short = true; ran_short; k++) {
        atomic_store(&countdown, k);
        pel_status status = pel_wisdom_import(path);
        ran_short = atomic_exchange(&countdown, -1) < 0;
        used += status == PEL_OK; /* the table, which stays within reach */
        pel_wisdom_forget();
        assert_true(status == PEL_OK || (ran_short && (status == PEL_ENOMEM || status == PEL_ECORRUPT)));
        assert_int_equal(in_use, used);
    }
    json_set_alloc_funcs(malloc, free);
    unlink(path);
    assert_true(k > 10);
#else
    skip();
#endif
}

static int set_up(void **state)
{
    (void)state;
    char **buffers[] = {&x, &y, &before, &after, &right};
    for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
        *buffers[i] = share(8 * N);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_calls), /* at first: children of a process without threads have all theirs */
        cmocka_unit_test(later_calls), cmocka_unit_test(callers_scratch), cmocka_unit_test(callers_scratch_of_a_plan),
        cmocka_unit_test(wisdom),
    };
    test_set_processors(PROCESSORS);
    return cmocka_run_group_tests(tests, set_up, NULL);
}
