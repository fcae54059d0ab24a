/* The dispatcher: masks, precedence, explanations, tables, and picks from many threads at once.
 *
 * The program brings its own table "tuned at build", and two wraps: one adds a kernel that refuses odd sizes to the
 * registry, one fails allocations. What the environment decides is tested in children of this program. */
#include <limits.h>
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <pel/pel.h>

#include "lib/cpu.h"
#include "lib/dispatch.h"
#include "lib/memory.h"
#include "lib/names.h"
#include "lib/registry.h"
#include "lib/rules.h"
#include "lib/variant.h"
#include "tests/support.h"

static char tuned_cpu[64];
static struct pel_rule tuned_rule;
const struct pel_rules pel_tuned_rules = {"tuned at build", tuned_cpu, NULL, &tuned_rule, 1};

static const char *refuse_odd(const struct pel_request *request)
{
    return request->n % 2 ? "odd sizes" : NULL;
}

static const struct pel_kernel even = {
    .name = "scalar/even", .isa = PEL_ISA_SCALAR, .op = PEL_OP_SORT, .dtype = PEL_U64, .why_not = refuse_odd};
static atomic_bool even_exists;

const struct pel_kernel *__real_pel_registry_find(enum pel_op, pel_dtype, const char *, size_t);
const struct pel_kernel *__wrap_pel_registry_find(enum pel_op, pel_dtype, const char *, size_t);
const struct pel_kernel *__wrap_pel_registry_find(enum pel_op op, pel_dtype dtype, const char *name, size_t length)
{
    bool wanted =
        op == even.op && dtype == even.dtype && length == strlen(even.name) && memcmp(name, even.name, length) == 0;
    return wanted && atomic_load(&even_exists) ? &even : __real_pel_registry_find(op, dtype, name, length);
}

static atomic_bool starved;

void *__real_pel_memory_new(size_t, size_t);
void *__wrap_pel_memory_new(size_t, size_t);
void *__wrap_pel_memory_new(size_t count, size_t size)
{
    return atomic_load(&starved) ? NULL : __real_pel_memory_new(count, size);
}

static void adopt(enum pel_wisdom_origin origin, const struct pel_rules *rules)
{
    while (!pel_dispatch_adopt(origin, pel_rules_wisdom(origin), rules)) {
    }
}

static struct pel_request request_of(size_t n)
{
    return (struct pel_request){.op = PEL_OP_SORT, .dtype = PEL_U64, .threads = 2, .n = n};
}

static struct pel_pick pick_of(const struct pel_request *request, const char *variant)
{
    pel_opts opts = PEL_OPTS_INIT;
    opts.variant = variant;
    struct pel_pick pick;
    assert_int_equal(pel_dispatch(request, &opts, &pick), PEL_OK);
    assert_non_null(pick.kernel);
    assert_true(pick.team >= 1 && pick.team <= request->threads);
    return pick;
}

static struct pel_rule rule_of(size_t n_upto, const char *variant, int team)
{
    return (struct pel_rule){.op = PEL_OP_SORT, .dtype = PEL_U64, .n_upto = n_upto, .variant = variant, .team = team};
}

/* Requests of every kind that the dispatcher tells apart. */
static const size_t sizes[] = {0, 1, 100, 1000, 50000, 10000000};
static const int teams[] = {1, 2, 3, 64};
static const struct pel_stencil_shape shapes[] = {
    {0}, {1, 1000, 3, 1, false}, {2, 100, 5, 1, true}, {3, 100, 7, 1, false}, {3, 10, 343, 3, true}};

typedef void visitor(const struct pel_request *request);

static bool is_served(enum pel_op op, pel_dtype dtype)
{
    struct pel_registry_walk walk = {0};
    return pel_registry_next(&walk, op, (int)dtype);
}

static void each_size(struct pel_request request, visitor *visit)
{
    for (size_t t = 0; t < sizeof teams / sizeof *teams; t++) {
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            request.threads = teams[t];
            request.n = sizes[s];
            visit(&request);
        }
    }
}

static void each_shape(struct pel_request request, visitor *visit)
{
    if (request.op != PEL_OP_STENCIL)
        each_size(request, visit);
    for (size_t s = 1; request.op == PEL_OP_STENCIL && s < sizeof shapes / sizeof *shapes; s++) {
        request.stencil = &shapes[s];
        each_size(request, visit);
    }
}

static void each_request(visitor *visit)
{
    static const unsigned flags[] = {0, PEL_FAST, PEL_DESCENDING, PEL_NAN_SKIP};
    for (unsigned op = 0; op < PEL_NOPS; op++) {
        for (unsigned dtype = 0; dtype < PEL_NDTYPES; dtype++) {
            for (size_t f = 0; f < sizeof flags / sizeof *flags; f++) {
                if (is_served((enum pel_op)op, (pel_dtype)dtype))
                    each_shape((struct pel_request){(enum pel_op)op, (pel_dtype)dtype, flags[f], 1, 0, NULL, false},
                               visit);
            }
        }
    }
}

static void check_pick(const struct pel_request *request)
{
    struct pel_pick pick = pick_of(request, NULL);
    assert_int_equal(pick.kernel->op, request->op);
    assert_int_equal(pick.kernel->dtype, request->dtype);
    assert_null(pel_kernel_barred(pick.kernel, request));
    for (int i = 0; i < PEL_MAX_PARAMS && pick.kernel->params[i].name; i++) {
        assert_true(pick.params[i] >= pick.kernel->params[i].low);
        assert_true(pick.params[i] <= pick.kernel->params[i].high);
    }
}

static void every_request_is_served(void **state)
{
    (void)state;
    each_request(check_pick);
}

static void assert_child_passes(const char *task, const char *variable, const char *value)
{
    struct test_child child = test_rerun(task, variable, value);
    if (child.status != 0)
        fail_msg("%s with %s=%s: %s", task, variable, value, child.out);
}

static enum pel_isa mask;

static void check_masked_pick(const struct pel_request *request)
{
    struct pel_pick pick = pick_of(request, NULL);
    assert_true(pick.kernel->isa <= mask);
    check_pick(request);
}

/* Child: picks obey the mask, and a variant beyond it is refused. */
static void obeys_mask(const char *value)
{
    mask = pel_isa_named(value);
    each_request(check_masked_pick);
    struct pel_registry_walk walk = {0};
    struct pel_request request = request_of(1000);
    for (const struct pel_kernel *kernel; (kernel = pel_registry_next(&walk, request.op, (int)request.dtype));) {
        pel_opts opts = PEL_OPTS_INIT;
        opts.variant = kernel->name;
        struct pel_pick pick;
        bool willing = !(kernel->traits & PEL_TRAIT_FAST) && !(kernel->why_not && kernel->why_not(&request));
        bool allowed = kernel->isa <= mask && pel_cpu()->has[kernel->isa] && willing;
        assert_int_equal(pel_dispatch(&request, &opts, &pick), allowed ? PEL_OK : PEL_ENOTSUP);
    }
}

static void masks_hold(void **state)
{
    (void)state;
    for (int isa = 0; isa < PEL_NISAS; isa++) {
        if (pel_isa_is_of_this_family((enum pel_isa)isa))
            assert_child_passes("mask", "PEL_MAX_ISA", pel_isa_name((enum pel_isa)isa));
    }
}

/* Each source names the same kernel with a team of its own, and takes over from the one before. */
static void sources_take_precedence(void **state)
{
    (void)state;
    struct pel_request request = request_of(1000);
    request.threads = 512;
    static struct pel_rule user, system;
    static const struct pel_rules users = {NULL, NULL, NULL, &user, 1}, systems = {NULL, NULL, NULL, &system, 1};
    const char *kernel = pick_of(&request, NULL).kernel->name;
    system = rule_of(SIZE_MAX, kernel, 11);
    user = rule_of(SIZE_MAX, kernel, 12);

    tuned_rule = rule_of(SIZE_MAX, kernel, 10);
    snprintf(tuned_cpu, sizeof tuned_cpu, "%s", pel_cpu()->id);
    adopt(PEL_WISDOM_USER, NULL);
    assert_string_equal(pick_of(&request, NULL).source, "tuned at build");
    assert_int_equal(pick_of(&request, NULL).team, 10);
    adopt(PEL_WISDOM_SYSTEM, &systems);
    assert_int_equal(pick_of(&request, NULL).team, 11);
    adopt(PEL_WISDOM_USER, &users);
    assert_int_equal(pick_of(&request, NULL).team, 12);
    char variant[128];
    snprintf(variant, sizeof variant, "%s:team=14", kernel);
    assert_int_equal(pick_of(&request, variant).team, 14);

    adopt(PEL_WISDOM_SYSTEM, NULL);
    assert_int_equal(pick_of(&request, NULL).team, 12);
    adopt(PEL_WISDOM_USER, NULL);
    assert_int_equal(pick_of(&request, NULL).team, 10);
    strcpy(tuned_cpu, "another");
    adopt(PEL_WISDOM_USER, NULL);
    assert_string_not_equal(pick_of(&request, NULL).source, "tuned at build");
    tuned_cpu[0] = '\0';
}

/* Child: PEL_FORCE outranks wisdom, and a call's variant outranks it. */
static void obeys_force(const char *value)
{
    (void)value;
    struct pel_request request = request_of(1000);
    request.threads = 512;
    struct pel_rule user = rule_of(SIZE_MAX, "scalar/even", 12);
    const struct pel_rules users = {NULL, NULL, NULL, &user, 1};
    atomic_store(&even_exists, true);
    adopt(PEL_WISDOM_USER, &users);
    struct pel_pick pick = pick_of(&request, NULL);
    assert_string_equal(pick.source, "PEL_FORCE");
    assert_int_equal(pick.team, 13);
    assert_int_equal(pick_of(&request, "scalar/even:team=14").team, 14);
    request.dtype = PEL_U32;
    assert_string_not_equal(pick_of(&request, NULL).source, "PEL_FORCE");
}

static void force_outranks_tables(void **state)
{
    (void)state;
    struct pel_request request = request_of(1000);
    char force[128];
    snprintf(force, sizeof force, "sort:u64=%s:team=13", pick_of(&request, NULL).kernel->name);
    assert_child_passes("force", "PEL_FORCE", force);
}

/* Child: a bad PEL_FORCE changes nothing, and is reported. */
static void survives_force(const char *value)
{
    (void)value;
    struct pel_request request = request_of(1000);
    assert_string_not_equal(pick_of(&request, NULL).source, "PEL_FORCE");
}

static void bad_force_is_reported(void **state)
{
    (void)state;
    setenv("PEL_VERBOSE", "dispatch", 1);
    static const char *const bad[] = {"sort:u64=scalar/none",
                                      "sort:u64=avx2",
                                      "sort=scalar/even:team=0",
                                      "none=avx2/quick",
                                      "sort:u65=avx2/x",
                                      "sort",
                                      "sort:u64=",
                                      "=,,:=:,sort:u64:"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct test_child child = test_rerun("bad-force", "PEL_FORCE", bad[i]);
        assert_int_equal(child.status, 0);
        assert_non_null(strstr(child.out, "PEL_FORCE"));
    }
    unsetenv("PEL_VERBOSE");
    assert_string_equal(test_rerun("bad-force", "PEL_FORCE", bad[0]).out, "");
}

static void unknown_rules_are_skipped(void **state)
{
    (void)state;
    struct pel_request request = request_of(1000);
    const char *kernel = pick_of(&request, NULL).kernel->name;
    struct pel_rule rule[] = {rule_of(SIZE_MAX, "avx2/none", 3), rule_of(SIZE_MAX, "none", 3),
                              rule_of(SIZE_MAX, "", 3),          rule_of(500, kernel, 1),
                              rule_of(700, PEL_RULE_DEFAULT, 3), rule_of(SIZE_MAX, kernel, PEL_TEAM_ALL)};
    static struct pel_rules rules;
    rules = (struct pel_rules){NULL, NULL, NULL, rule, sizeof rule / sizeof *rule};
    request.threads = 7;
    adopt(PEL_WISDOM_USER, &rules);
    assert_int_equal(pick_of(&request, NULL).team, 7);
    request.n = 500;
    assert_int_equal(pick_of(&request, NULL).team, 1);
    request.n = 501;
    assert_string_not_equal(pick_of(&request, NULL).source, "user's wisdom");
    request.n = 701;
    assert_int_equal(pick_of(&request, NULL).team, 7);
    adopt(PEL_WISDOM_USER, NULL);
}

/* A rule is for its class of thread counts, mode and dtype alone. */
static void rules_keep_to_their_key(void **state)
{
    (void)state;
    struct pel_request request = request_of(1000);
    struct pel_rule rule = rule_of(SIZE_MAX, pick_of(&request, NULL).kernel->name, 2);
    rule.threads = 6;
    static struct pel_rules rules;
    rules = (struct pel_rules){NULL, NULL, NULL, &rule, 1};
    adopt(PEL_WISDOM_USER, &rules);
    static const struct {
        int threads;
        bool fits;
    } cases[] = {{4, false}, {5, true}, {8, true}, {9, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        request.threads = cases[i].threads;
        assert_int_equal(strcmp(pick_of(&request, NULL).source, "user's wisdom") == 0, cases[i].fits);
    }
    request.threads = 5;
    request.flags = PEL_FAST;
    assert_string_not_equal(pick_of(&request, NULL).source, "user's wisdom");
    adopt(PEL_WISDOM_USER, NULL);
}

/* The thresholds that are kept for a key say at every size what the rules themselves say, however many there are. */
static void every_threshold_counts(void **state)
{
    enum { RULES = 300 };
    static struct pel_rule rule[RULES];
    static struct pel_rules rules = {NULL, NULL, NULL, rule, RULES};
    static struct pel_pick expected[2 * RULES];
    static const char *const variants[] = {"scalar/quick", "scalar/radix", PEL_RULE_DEFAULT, "none/such"};
    (void)state;
    struct test_random random = test_random_start(test_seed(), 7);
    for (size_t i = 0, n = 0; i < RULES; i++, n += 1 + test_random_below(&random, 100))
        rule[i] = rule_of(n, variants[test_random_below(&random, 4)], 1 + (int)test_random_below(&random, 2));
    adopt(PEL_WISDOM_USER, &rules);
    atomic_store(&starved, true); /* no thresholds are kept */
    for (size_t i = 0; i < 2 * RULES; i++) {
        struct pel_request request = request_of(rule[i / 2].n_upto + i % 2);
        expected[i] = pick_of(&request, NULL);
    }
    atomic_store(&starved, false);
    for (size_t i = 0; i < 2 * RULES; i++) {
        struct pel_request request = request_of(rule[i / 2].n_upto + i % 2);
        struct pel_pick pick = pick_of(&request, NULL);
        assert_ptr_equal(pick.kernel, expected[i].kernel);
        assert_ptr_equal(pick.source, expected[i].source);
        assert_int_equal(pick.team, expected[i].team);
    }
    adopt(PEL_WISDOM_USER, NULL);
}

/* A kernel that refuses the first request of a key still serves the next. */
static void refusals_are_per_request(void **state)
{
    (void)state;
    struct pel_rule rule = rule_of(SIZE_MAX, even.name, 0);
    static struct pel_rules rules;
    rules = (struct pel_rules){NULL, NULL, NULL, &rule, 1};
    atomic_store(&even_exists, true);
    adopt(PEL_WISDOM_USER, &rules);
    for (size_t n = 1001; n < 1005; n++) {
        struct pel_request request = request_of(n);
        bool served = pick_of(&request, NULL).kernel == &even;
        assert_int_equal(served, n % 2 == 0);
    }
    adopt(PEL_WISDOM_USER, NULL);
    atomic_store(&even_exists, false);
}

static void picks_need_no_memory(void **state)
{
    (void)state;
    adopt(PEL_WISDOM_USER, NULL);
    atomic_store(&starved, true);
    each_request(check_pick);
    atomic_store(&starved, false);
}

static void explanations_name_every_candidate(void **state)
{
    (void)state;
    struct pel_registry_walk walk = {0};
    for (const struct pel_kernel *kernel; (kernel = pel_registry_next(&walk, PEL_NOPS, -1));) {
        char text[8192], line[128];
        assert_int_equal(pel_explain(pel_op_name(kernel->op), kernel->dtype, 1000, NULL, text, sizeof text, NULL), 0);
        snprintf(line, sizeof line, "\n  %s ", kernel->name);
        assert_non_null(strstr(text, line));
        assert_non_null(strstr(text, " chosen\n"));
        assert_non_null(strstr(text, "the model"));
    }
}

static void explanations_give_reasons(void **state)
{
    (void)state;
    char text[8192];
    struct pel_text sink;
    struct pel_request request = request_of(1001);
    struct pel_rule rule = rule_of(SIZE_MAX, even.name, 0);
    static struct pel_rules rules;
    rules = (struct pel_rules){NULL, NULL, NULL, &rule, 1};
    adopt(PEL_WISDOM_USER, &rules);
    atomic_store(&even_exists, true);
    struct pel_pick pick = pick_of(&request, NULL);
    pel_text_start(&sink, text, sizeof text);
    pel_dispatch_explain(&request, &pick, &sink);
    assert_non_null(strstr(text, "user's wisdom        1 rules in force; says nothing of this request"));
    request.n = 1000;
    pick = pick_of(&request, NULL);
    pel_text_start(&sink, text, sizeof text);
    pel_dispatch_explain(&request, &pick, &sink);
    assert_non_null(strstr(text, "named by user's wisdom"));
    assert_non_null(strstr(text, "could run; user's wisdom prefers scalar/even"));
    adopt(PEL_WISDOM_USER, NULL);
    atomic_store(&even_exists, false);
}

static void refused_explanations_write_nothing(void **state)
{
    (void)state;
    char text[8] = "before";
    size_t length = 7;
    pel_opts opts = PEL_OPTS_INIT;
    assert_int_equal(pel_explain("median", PEL_F64, 9, NULL, text, sizeof text, &length), PEL_EINVAL);
    assert_int_equal(pel_explain("sum", PEL_F64, 9, NULL, NULL, 1, &length), PEL_EINVAL);
    assert_int_equal(pel_explain("stencil", PEL_I32, 9, NULL, text, sizeof text, &length), PEL_ENOTSUP);
    opts.variant = "scalar/none";
    assert_int_equal(pel_explain("sum", PEL_F64, 9, &opts, text, sizeof text, &length), PEL_ENOTSUP);
    assert_string_equal(text, "before");
    assert_int_equal(length, 7);
}

static void variants_are_written_as_read(void **state)
{
    (void)state;
    struct pel_registry_walk walk = {0};
    for (const struct pel_kernel *kernel; (kernel = pel_registry_next(&walk, PEL_NOPS, -1));) {
        struct pel_pick pick = {.kernel = kernel, .team = 3}, again;
        for (int i = 0; i < PEL_MAX_PARAMS && kernel->params[i].name; i++)
            pick.params[i] = kernel->params[i].high;
        char text[256];
        pel_variant_format(&pick, text, sizeof text);
        assert_true(pel_variant_parse(text, kernel->op, kernel->dtype, &again));
        assert_ptr_equal(again.kernel, kernel);
        assert_int_equal(again.team, 3);
        assert_memory_equal(again.params, pick.params, sizeof pick.params);
    }
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The best of many rounds: a busy machine slows most of them, a slow dispatcher all. */
static void warm_picks_are_quick(void **state)
{
    (void)state;
    enum { ROUNDS = 200, PICKS = 1000 };
    struct pel_request request = request_of(1000);
    double best = 1;
    for (int round = 0; round < ROUNDS; round++) {
        double start = seconds();
        for (int i = 0; i < PICKS; i++) {
            struct pel_pick pick;
            request.n = (size_t)i;
            pel_dispatch(&request, NULL, &pick);
        }
        double spent = (seconds() - start) / PICKS;
        best = spent < best ? spent : best;
    }
    printf("a warm pick takes %.1f ns\n", 1e9 * best);
    assert_true(best < (test_slowed() ? 2e-6 : 2e-7));
}

enum { PICKERS = 16, ROUNDS = 30 };
static pthread_barrier_t start_line;
static atomic_int failures;

static void expect_runnable(const struct pel_request *request)
{
    struct pel_pick pick;
    if (pel_dispatch(request, NULL, &pick) != PEL_OK || pel_kernel_barred(pick.kernel, request) || pick.team < 1)
        atomic_fetch_add(&failures, 1);
}

/* Assertions belong to the main thread; this one counts. */
static void *pick_at_once(void *nothing)
{
    (void)nothing;
    for (int round = 0; round < ROUNDS; round++) {
        pthread_barrier_wait(&start_line);
        each_request(expect_runnable);
    }
    return NULL;
}

static void first_picks_may_be_concurrent(void **state)
{
    (void)state;
    pthread_t picker[PICKERS];
    assert_int_equal(pthread_barrier_init(&start_line, NULL, PICKERS + 1), 0);
    for (int i = 0; i < PICKERS; i++)
        assert_int_equal(pthread_create(&picker[i], NULL, pick_at_once, NULL), 0);
    for (int round = 0; round < ROUNDS; round++) {
        adopt(PEL_WISDOM_USER, NULL);
        pthread_barrier_wait(&start_line);
        for (int i = 0; i < round; i++)
            adopt(PEL_WISDOM_SYSTEM, NULL);
    }
    for (int i = 0; i < PICKERS; i++)
        assert_int_equal(pthread_join(picker[i], NULL), 0);
    pthread_barrier_destroy(&start_line);
    assert_int_equal(atomic_load(&failures), 0);
}

static atomic_bool resolving_ends;

static void *resolve_on_and_on(void *nothing)
{
    (void)nothing;
    struct pel_request request = request_of(1000);
    while (!atomic_load(&resolving_ends)) {
        struct pel_pick pick;
        adopt(PEL_WISDOM_USER, NULL);
        pel_dispatch(&request, NULL, &pick);
    }
    return NULL;
}

/* A child finds the dispatcher usable whatever other threads did when it was made. */
static void forks_find_no_lock(void **state)
{
    (void)state;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, resolve_on_and_on, NULL), 0);
    for (int i = 0; i < 100; i++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            alarm(20);
            adopt(PEL_WISDOM_USER, NULL);
            struct pel_request request = request_of(1000);
            struct pel_pick pick;
            _exit(pel_dispatch(&request, NULL, &pick) == PEL_OK ? 0 : 1);
        }
        int status;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
    }
    atomic_store(&resolving_ends, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

/* A failed assertion outside a test aborts, which the parent sees. */
static int run_task(const char *task, const char *value)
{
    static const struct {
        const char *name;
        void (*run)(const char *value);
    } tasks[] = {{"mask", obeys_mask}, {"force", obeys_force}, {"bad-force", survives_force}};
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++) {
        if (strcmp(task, tasks[i].name) == 0) {
            tasks[i].run(value);
            return 0;
        }
    }
    return 2;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_request_is_served),
        cmocka_unit_test(masks_hold),
        cmocka_unit_test(sources_take_precedence),
        cmocka_unit_test(force_outranks_tables),
        cmocka_unit_test(bad_force_is_reported),
        cmocka_unit_test(unknown_rules_are_skipped),
        cmocka_unit_test(rules_keep_to_their_key),
        cmocka_unit_test(every_threshold_counts),
        cmocka_unit_test(refusals_are_per_request),
        cmocka_unit_test(picks_need_no_memory),
        cmocka_unit_test(explanations_name_every_candidate),
        cmocka_unit_test(explanations_give_reasons),
        cmocka_unit_test(refused_explanations_write_nothing),
        cmocka_unit_test(variants_are_written_as_read),
        cmocka_unit_test(warm_picks_are_quick),
        cmocka_unit_test(first_picks_may_be_concurrent),
        cmocka_unit_test(forks_find_no_lock),
    };
    if (argc == 3)
        return run_task(argv[1], argv[2]);
    unsetenv("PEL_FORCE");
    unsetenv("PEL_MAX_ISA");
    unsetenv("PEL_WISDOM");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
