/* Online tuning: it finds what is quicker within its share of the time, tells what it learned, and changes no bit.
 * Times are made up, so that nothing depends on the machine. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <pel/pel.h>

#include "lib/dispatch.h"
#include "lib/online.h"
#include "lib/registry.h"
#include "lib/trace.h"
#include "tests/operations.h"
#include "tests/support.h"

#include "config.h"

enum { N = 5000, CALLS = 200000 };

static const struct pel_request request = {.op = PEL_OP_SORT, .dtype = PEL_U32, .threads = 2, .n = N};

static struct pel_pick default_pick(void)
{
    struct pel_pick pick;
    pel_online(0);
    assert_int_equal(pel_dispatch(&request, NULL, &pick), PEL_OK);
    pel_online(1);
    return pick;
}

/* A kernel other than the default's, that can run. */
static const struct pel_kernel *other_kernel(const struct pel_kernel *usual)
{
    struct pel_registry_walk walk = {0};
    const struct pel_kernel *kernel;
    while ((kernel = pel_registry_next(&walk, request.op, (int)request.dtype))) {
        if (kernel != usual && !pel_kernel_barred(kernel, &request) && !(kernel->traits & PEL_TRAIT_REFERENCE))
            return kernel;
    }
    fail_msg("only one kernel");
    return NULL;
}

/* Calls on and on; one kernel takes half the default's time, all others three times. Returns the share of the trials.
 */
static double call(const struct pel_kernel *quick, int calls, struct pel_pick *last)
{
    double trials = 0, all = 0;
    for (int i = 0; i < calls; i++) {
        *last = default_pick();
        pel_online_choose(&request, last);
        bool is_default = strcmp(last->source, "online tuning") != 0;
        double seconds = is_default ? 1e-5 : last->kernel == quick ? 0.5e-5 : 3e-5;
        seconds *= 1 + 0.02 * (i % 7); /* a little noise */
        trials += is_default || last->kernel == quick ? 0 : seconds;
        all += seconds;
        pel_online_note(last->arm, N, seconds);
    }
    return trials / all;
}

static void what_is_quicker_is_found_in_time(void **state)
{
    (void)state;
    struct pel_pick usual = default_pick(), last;
    const struct pel_kernel *quick = other_kernel(usual.kernel);
    char text[4096];
    double share = call(quick, CALLS, &last);
    print_message("%.2f %% of the time for trials\n", 100 * share);
    assert_true(share <= 0.011);
    assert_ptr_equal(last.kernel, quick);
    assert_string_equal(last.source, "online tuning");

    assert_int_equal(pel_wisdom_export(text, sizeof text, NULL), PEL_OK);
    print_message("%s\n", text);
    assert_non_null(strstr(text, "\"n_upto\": 4095, \"variant\": \"default\"}"));
    assert_non_null(strstr(text, "\"n_upto\": 6143, \"variant\": "));
    assert_non_null(strstr(text, quick->name));
}

#ifdef PEL_HAVE_JANSSON
static void what_was_learned_can_be_saved(void **state)
{
    (void)state;
    char text[4096];
    struct pel_pick usual = default_pick(), pick;
    assert_int_equal(pel_wisdom_export(text, sizeof text, NULL), PEL_OK);
    assert_int_equal(pel_wisdom_import_text(text, strlen(text)), PEL_OK);
    pick = default_pick();
    assert_string_equal(pick.source, "user's wisdom");
    assert_ptr_equal(pick.kernel, other_kernel(usual.kernel));
    pel_wisdom_forget();
    assert_ptr_equal(default_pick().kernel, usual.kernel);
}
#endif

static void some_calls_are_left_alone(void **state)
{
    (void)state;
    struct pel_request fast = request, stencil = request;
    struct pel_pick usual = default_pick(), pick = usual;
    fast.flags = PEL_FAST;
    pel_online_choose(&fast, &pick);
    assert_memory_equal(&pick, &usual, sizeof pick);
    stencil.op = PEL_OP_STENCIL;
    pel_online_choose(&stencil, &pick);
    assert_memory_equal(&pick, &usual, sizeof pick);
    pel_opts opts = PEL_OPTS_INIT;
    opts.variant = usual.kernel->name;
    assert_int_equal(pel_dispatch(&request, &opts, &pick), PEL_OK);
    assert_string_equal(pick.source, "the call's options");
    assert_int_equal(pick.arm, 0);
}

/* The default is known to take so long. */
static void know_default(const struct pel_request *of, double seconds)
{
    for (int i = 0; i < 6; i++) {
        struct pel_pick pick;
        pel_online(0);
        assert_int_equal(pel_dispatch(of, NULL, &pick), PEL_OK);
        pel_online(1);
        pel_online_choose(of, &pick);
        pel_online_note(pick.arm, N, seconds);
    }
}

/* Calls that borrow the kernels of an operation leave no word of it, though there is time for all the trials. */
static void what_borrows_a_kernel_says_nothing(void **state)
{
    (void)state;
    static double x[N], results[1];
    static const size_t offsets[] = {0, N};
    static const enum pel_op lent[] = {PEL_OP_SORT, PEL_OP_SUM, PEL_OP_SCAN};
    char text[4096];
    pel_opts one = PEL_OPTS_INIT;
    one.threads = 1;
    know_default(&(struct pel_request){.op = PEL_OP_MAX, .dtype = PEL_F64, .threads = 1, .n = N}, 1e9);
    for (size_t i = 0; i < sizeof lent / sizeof *lent; i++)
        know_default(&(struct pel_request){.op = lent[i], .dtype = PEL_F64, .threads = 1, .n = N}, 1);
    for (int i = 0; i < 200; i++) {
        int sorted;
        assert_int_equal(pel_is_sorted_f64(x, N, &sorted, &one), PEL_OK);
        assert_int_equal(pel_segment_sum_f64(x, offsets, 1, results, &one), PEL_OK);
        assert_int_equal(pel_scan_segments_f64(x, offsets, 1, x, &one), PEL_OK);
    }
    assert_int_equal(pel_wisdom_export(text, sizeof text, NULL), PEL_OK);
    assert_null(strstr(text, "f64"));
}

/* Trials that end at once for want of memory are no gain. */
static void what_fails_says_nothing(void **state)
{
    (void)state;
    const struct pel_request of = {.op = PEL_OP_MIN, .dtype = PEL_F32, .threads = 2, .n = N};
    char text[4096];
    know_default(&(struct pel_request){.op = PEL_OP_MAX, .dtype = PEL_F64, .threads = 1, .n = N}, 1e9);
    know_default(&of, 1);
    for (int i = 0; i < 200; i++) {
        struct pel_pick pick;
        struct pel_span span;
        assert_int_equal(pel_dispatch(&of, NULL, &pick), PEL_OK);
        pel_trace_begin(&span, &pick, N);
        pel_trace_end_with(&span, PEL_ENOMEM);
    }
    assert_int_equal(pel_wisdom_export(text, sizeof text, NULL), PEL_OK);
    assert_null(strstr(text, "f32"));
}

/* In the child: every operation again and again gives the same bits. */
static int digest_again_and_again(void)
{
    uint64_t first = operations_digest(3000, NULL);
    for (int i = 0; i < 300; i++) {
        if (operations_digest(3000, NULL) != first)
            return 1;
    }
    return pel_online_is_on() ? 0 : 2;
}

static void no_bit_changes(void **state)
{
    (void)state;
    struct test_child child = test_rerun("digest", "PEL_ONLINE", "1");
    assert_int_equal(child.status, 0);
    assert_string_equal(child.out, "");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(some_calls_are_left_alone),
        cmocka_unit_test(what_is_quicker_is_found_in_time),
#ifdef PEL_HAVE_JANSSON
        cmocka_unit_test(what_was_learned_can_be_saved),
#endif
        cmocka_unit_test(what_borrows_a_kernel_says_nothing), /* after those that count trials */
        cmocka_unit_test(what_fails_says_nothing),
        cmocka_unit_test(no_bit_changes),
    };
    if (argc > 1 && strcmp(argv[1], "digest") == 0)
        return digest_again_and_again();
    unsetenv("PEL_ONLINE");
    unsetenv("PEL_FORCE");
    unsetenv("PEL_WISDOM");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
