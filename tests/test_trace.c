/* The file PEL_TRACE: events of every operation and of each thread's share in it, as JSON that other tools read. Each
 * case is a process of its own, since the environment is read once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pel/pel.h>

#include "config.h"
#include "lib/team.h"
#include "tests/operations.h"
#include "tests/support.h"

#ifdef PEL_HAVE_JANSSON
#include <jansson.h>
#endif

enum { PROCESSORS = 4 };

static char folder[] = "/tmp/pel-trace-XXXXXX";

/* In the child: every operation once, on one thread. */
static int run_each(void)
{
    return operations_digest(1000, &(pel_opts){.size = sizeof(pel_opts), .threads = 1}) ? 0 : 1;
}

static void pass(void *context, size_t index)
{
    (void)context;
    (void)index;
    usleep(1000);
}

/* In the child: a loop of a team, and threads of the caller's that all write at the same time. */
static int run_together(void)
{
    test_set_processors(PROCESSORS);
    pel_team_for(PROCESSORS, 8, pass, NULL);
#pragma omp parallel num_threads(PROCESSORS)
    for (int i = 0; i < 20; i++)
        run_each();
    return 0;
}

/* In the child: a fork, of which nothing may be seen. */
static int run_forked(void)
{
    double x[3] = {1, 2, 3}, sum;
    if (pel_sum_f64(x, 3, &sum, NULL) != PEL_OK)
        return 1;
    pid_t child = fork();
    if (child == 0)
        exit(pel_max_f64(x, 3, &sum, NULL) != PEL_OK);
    int status;
    return waitpid(child, &status, 0) == child && status == 0 ? 0 : 1;
}

static int run_killed(void)
{
    run_each();
    _exit(0);
}

static const struct task {
    const char *name;
    int (*run)(void);
} tasks[] = {{"each", run_each}, {"together", run_together}, {"forked", run_forked}, {"killed", run_killed}};

#ifdef PEL_HAVE_JANSSON
/* What the task leaves in its file, ended so. */
static json_t *traced(const char *task, const char *end)
{
    char path[64];
    snprintf(path, sizeof path, "%s/%s", folder, task);
    struct test_child child = test_rerun(task, "PEL_TRACE", path);
    assert_int_equal(child.status, 0);
    assert_string_equal(child.out, "");
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    fputs(end, file);
    fclose(file);
    json_error_t error;
    json_t *events = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    unlink(path);
    if (!events)
        fail_msg("%s:%d: %s", path, error.line, error.text);
    assert_true(json_is_array(events));
    return events;
}

static const char *word(const json_t *event, const char *key)
{
    const char *value = json_string_value(json_object_get(event, key));
    return value ? value : "";
}

static double number(const json_t *event, const char *key)
{
    json_t *value = json_object_get(event, key);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

/* How many events have this category and name; the last of them. */
static size_t count_events(const json_t *events, const char *category, const char *name, const json_t **last)
{
    size_t found = 0;
    for (size_t i = 0; i < json_array_size(events); i++) {
        const json_t *event = json_array_get(events, i);
        if (strcmp(word(event, "cat"), category) != 0 || strcmp(word(event, "name"), name) != 0)
            continue;
        assert_string_equal(word(event, "ph"), "X");
        assert_true(number(event, "ts") > 0 && number(event, "dur") >= 0);
        assert_true(number(event, "pid") > 0 && number(event, "tid") > 0);
        *last = event;
        found++;
    }
    return found;
}

static void operations_are_kept(void **state)
{
    (void)state;
    json_t *events = traced("each", "");
    for (const struct operation *op = operations; op->name; op++) {
        char name[64];
        const json_t *event = NULL;
        snprintf(name, sizeof name, "%.*s %s", (int)strcspn(op->name, " "), op->name, pel_dtype_name(op->dtype));
        if (count_events(events, "operation", name, &event) == 0) {
            snprintf(name, sizeof name, "%.*s of types of its own", (int)strcspn(op->name, " "), op->name);
            if (count_events(events, "operation", name, &event) == 0)
                fail_msg("no event for %s", op->name);
        }
        const json_t *arguments = json_object_get(event, "args");
        assert_true(number(arguments, "n") > 0);
        assert_true(number(arguments, "team") == 1);
        assert_true(strlen(word(arguments, "kernel")) > 0);
        assert_true(strlen(word(arguments, "named by")) > 0);
    }
    json_decref(events);
}

/* Each thread that took part has a share, on its own line of the picture; no event is torn or lost: threads that write
 * together leave as many as one does alone. */
static void threads_are_kept(void **state)
{
    (void)state;
    json_t *events = traced("together", ""), *alone = traced("each", "");
    const json_t *event = NULL;
    size_t shares = count_events(events, "team", "share of a loop", &event);
    size_t sums = count_events(events, "operation", "sum f64", &event);
    size_t each = count_events(alone, "operation", "sum f64", &event);
    print_message("%zu shares, %zu sums of %zu\n", shares, sums, each * PROCESSORS * 20);
    assert_true(each > 0);
    assert_int_equal(shares, PROCESSORS);
    assert_int_equal(sums, each * PROCESSORS * 20);
    json_decref(events);
    json_decref(alone);
}

static void children_stay_out(void **state)
{
    (void)state;
    json_t *events = traced("forked", "");
    const json_t *event = NULL;
    assert_int_equal(count_events(events, "operation", "sum f64", &event), 1);
    assert_int_equal(count_events(events, "operation", "max f64", &event), 0);
    json_decref(events);
}

/* The format lets an array go without its end. */
static void a_killed_process_leaves_what_it_did(void **state)
{
    (void)state;
    json_t *events = traced("killed", "\n]\n");
    const json_t *event = NULL;
    assert_true(count_events(events, "operation", "sort f64", &event) > 0);
    json_decref(events);
}
#else
static void operations_are_kept(void **state)
{
    (void)state;
    skip();
}
#define threads_are_kept                    operations_are_kept
#define children_stay_out                   operations_are_kept
#define a_killed_process_leaves_what_it_did operations_are_kept
#endif

static void the_path_may_name_the_process(void **state)
{
    char pattern[64], command[128];
    (void)state;
    snprintf(pattern, sizeof pattern, "%s/of-%%p-and-%%p", folder);
    assert_int_equal(test_rerun("each", "PEL_TRACE", pattern).status, 0);
    snprintf(command, sizeof command, "cd %s && set -- of-* && test $# = 1 && case $1 in *%%*) false;; esac && rm $1",
             folder);
    assert_int_equal(system(command), 0);
}

static void what_cannot_be_opened_is_ignored(void **state)
{
    (void)state;
    struct test_child child = test_rerun("each", "PEL_TRACE", "/nowhere/trace.json");
    assert_int_equal(child.status, 0);
    assert_string_equal(child.out, "");
    assert_int_equal(setenv("PEL_VERBOSE", "profile", 1), 0);
    child = test_rerun("each", "PEL_TRACE", "/nowhere/trace.json");
    unsetenv("PEL_VERBOSE");
    assert_int_equal(child.status, 0);
    assert_non_null(strstr(child.out, "PEL_TRACE=/nowhere/trace.json ignored: "));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_are_kept),
        cmocka_unit_test(threads_are_kept),
        cmocka_unit_test(children_stay_out),
        cmocka_unit_test(a_killed_process_leaves_what_it_did),
        cmocka_unit_test(the_path_may_name_the_process),
        cmocka_unit_test(what_cannot_be_opened_is_ignored),
    };
    for (size_t i = 0; argc > 1 && i < sizeof tasks / sizeof tasks[0]; i++) {
        if (strcmp(argv[1], tasks[i].name) == 0)
            return tasks[i].run();
    }
    unsetenv("PEL_TRACE");
    unsetenv("PEL_VERBOSE");
    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
