/* PEL_TOOLS_LIBS: a tool is told of each operation, with what was asked for and what was picked; what is no tool is
 * passed over. Each case is a process of its own, since tools are loaded once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pel/pel.h>

#include "tests/support.h"

static const char tool[] = "tests/.libs/tool_lines.so";

static bool is_there(const char *library)
{
    return access(library, R_OK) == 0;
}

/* In the child: a reduction by a variant that it names, a sort with a flag, a stencil. */
static int run_some(void)
{
    static double x[1000], sum;
    pel_opts one = PEL_OPTS_INIT, down = PEL_OPTS_INIT;
    one.threads = 1;
    one.variant = "scalar/loop";
    down.flags = PEL_DESCENDING;
    const pel_tap taps[] = {{{0, 0, 0}, 0.5}, {{1, 0, 0}, 0.5}};
    pel_stencil_desc desc = PEL_STENCIL_DESC_INIT;
    desc.dtype = PEL_F64;
    desc.ndim = 1;
    desc.shape[0] = 1000;
    desc.ntaps = 2;
    desc.taps = taps;
    pel_plan *plan;
    bool good = pel_max_f64(x, 1000, &sum, &one) == PEL_OK && pel_sort_f64(x, 1000, &down) == PEL_OK &&
                pel_stencil_plan(&plan, &desc, NULL) == PEL_OK;
    if (!good)
        return 1;
    good = pel_stencil_run(plan, x, NULL, 3) == PEL_OK;
    pel_plan_free(plan);
    return good ? 0 : 1;
}

static int count(const char *in, const char *what)
{
    int found = 0;
    for (; (in = strstr(in, what)); in += strlen(what))
        found++;
    return found;
}

static void operations_are_told(void **state)
{
    (void)state;
    if (!is_there(tool))
        skip();
    struct test_child child = test_rerun("some", "PEL_TOOLS_LIBS", tool);
    print_message("%s", child.out);
    assert_int_equal(child.status, 0);
    assert_int_equal(count(child.out, "begin "), 3);
    assert_int_equal(count(child.out, "end "), 3);
    assert_non_null(strstr(child.out, "begin max f64 n=1000 flags=0 threads=1 ndim=0 team=1 scalar/loop"));
    assert_non_null(strstr(child.out, ", by the call's options\nend max f64 n=1000"));
    assert_non_null(strstr(child.out, "begin sort f64 n=1000 flags=4 "));
    assert_non_null(strstr(child.out, "begin stencil f64 n=3000 "));
    assert_non_null(strstr(child.out, " ndim=1 "));
}

static void several_tools_may_watch(void **state)
{
    (void)state;
    char list[128];
    if (!is_there(tool))
        skip();
    snprintf(list, sizeof list, ":/no/such.so::%s:%s", tool, tool);
    struct test_child child = test_rerun("some", "PEL_TOOLS_LIBS", list);
    assert_int_equal(child.status, 0);
    assert_int_equal(count(child.out, "begin "), 6);
    assert_int_equal(count(child.out, "such.so"), 0);
}

/* Silent unless reports are wanted. */
static void what_is_no_tool_is_passed_over(void **state)
{
    (void)state;
    static const char *const libraries[] = {"/no/such.so", "/dev/null", "libm.so.6", tool};
    static const char *const reasons[] = {"cannot open", "", "it has no function pel_tool_start", "it does not start"};
    assert_int_equal(setenv("TOOL_LINES_REFUSES", "1", 1), 0);
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        if (libraries[i] == tool && !is_there(tool))
            continue;
        struct test_child child = test_rerun("some", "PEL_TOOLS_LIBS", libraries[i]);
        assert_int_equal(child.status, 0);
        assert_string_equal(child.out, "");
        assert_int_equal(setenv("PEL_VERBOSE", "dispatch", 1), 0);
        child = test_rerun("some", "PEL_TOOLS_LIBS", libraries[i]);
        unsetenv("PEL_VERBOSE");
        assert_int_equal(child.status, 0);
        assert_int_equal(count(child.out, "pel: env: PEL_TOOLS_LIBS="), 1);
        assert_non_null(strstr(child.out, reasons[i]));
    }
    unsetenv("TOOL_LINES_REFUSES");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_are_told),
        cmocka_unit_test(several_tools_may_watch),
        cmocka_unit_test(what_is_no_tool_is_passed_over),
    };
    if (argc > 1 && strcmp(argv[1], "some") == 0)
        return run_some();
    unsetenv("PEL_TOOLS_LIBS");
    unsetenv("PEL_VERBOSE");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
