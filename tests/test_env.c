/* The environment: good values arrive, bad ones are reported when reports are wanted and otherwise ignored, none harms;
 * in a setuid program nothing is read. Each value has a process of its own, since the environment is read once. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pel/pel.h>

#include "config.h"
#include "lib/cpu.h"
#include "lib/env.h"
#include "lib/names.h"
#include "tests/operations.h"
#include "tests/support.h"

/* In the child: tells on standard error what was read. */
static int tell(void)
{
    const struct pel_env *env = pel_env();
    fprintf(stderr, "stack=%zu threads=%d isa=%s wisdom=%s dispatch=%d profile=%d", env->stack, env->num_threads,
            env->max_isa == PEL_NISAS ? "any" : pel_isa_name(env->max_isa), env->wisdom ? env->wisdom : "none",
            env->verbose_dispatch, env->verbose_profile);
    for (int i = 0; i < env->nforces; i++)
        fprintf(stderr, " %s:%s=%s", pel_op_name(env->force[i].op),
                env->force[i].dtype < 0 ? "any" : pel_dtype_name((pel_dtype)env->force[i].dtype),
                env->force[i].variant);
    return 0;
}

/* In the child: works, whatever the environment says. */
static int work(void)
{
    return operations_digest(1000, NULL) != 0 ? 0 : 1;
}

/* What the child says, between its start and its end. */
static struct test_child told(const char *variable, const char *value)
{
    struct test_child child = test_rerun("tell", variable, value);
    assert_true(WIFEXITED(child.status) && WEXITSTATUS(child.status) == 0);
    return child;
}

static void values_arrive(void **state)
{
    static const struct {
        const char *variable, *value, *told;
    } cases[] = {
        {"PEL_NUM_THREADS", "7", "threads=7 isa=any"},
        {"PEL_NUM_THREADS", "65536", "threads=65536 isa=any"},
        {"PEL_NUM_THREADS", "", "threads=0 isa=any"},
#ifdef __aarch64__
        {"PEL_MAX_ISA", "neon", "isa=neon"},
#else
        {"PEL_MAX_ISA", "avx2", "isa=avx2"},
#endif
        {"PEL_MAX_ISA", "scalar", "isa=scalar"},
        {"PEL_WISDOM", "/some/where", "wisdom=/some/where"},
        {"PEL_VERBOSE", "dispatch", "dispatch=1 profile=0"},
        {"PEL_VERBOSE", ",,profile,,", "dispatch=0 profile=1"},
        {"PEL_VERBOSE", "profile,dispatch", "dispatch=1 profile=1"},
        {"PEL_VERBOSE", "all", "dispatch=1 profile=1"},
        {"OMP_STACKSIZE", "3", "stack=3072"},
        {"OMP_STACKSIZE", "2 g", "stack=2147483648"},
        {"GOMP_STACKSIZE", "4096B", "stack=4096"},
        {"KMP_STACKSIZE", "8M", "stack=8388608"},
        {"OMP_STACKSIZE", "8X", "stack=0"},
        {"OMP_STACKSIZE", "999999999999G", "stack=0"},
        {"PEL_FORCE", "sort:u64=avx512/radix", "profile=0 sort:u64=avx512/radix"},
        {"PEL_FORCE", ",sum=scalar/x:tile=4,,min:f32=y,", "profile=0 sum:any=scalar/x:tile=4 min:f32=y"},
        {"PEL_FORCE", "sum=a=b", "profile=0 sum:any=a=b"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct test_child child = told(cases[i].variable, cases[i].value);
        print_message("  %s=%s: %s\n", cases[i].variable, cases[i].value, child.out);
        assert_non_null(strstr(child.out, cases[i].told));
        assert_null(strstr(child.out, "ignored"));
    }
}

static const char nothing[] = "stack=0 threads=0 isa=any wisdom=none dispatch=0 profile=0";

/* Reported under PEL_VERBOSE, silent without. */
static void bad_values_are_ignored(void **state)
{
    static const struct {
        const char *variable, *value, *why;
    } cases[] = {
        {"PEL_NUM_THREADS", "0", "not a number from 1 to 65536"},
        {"PEL_NUM_THREADS", "-3", "not a number from 1 to 65536"},
        {"PEL_NUM_THREADS", "65537", "not a number from 1 to 65536"},
        {"PEL_NUM_THREADS", "99999999999999999999", "not a number from 1 to 65536"},
        {"PEL_NUM_THREADS", "4 threads", "not a number from 1 to 65536"},
        {"PEL_NUM_THREADS", "\x1b[2J\n", "PEL_NUM_THREADS=?[2J? ignored"},
        {"PEL_MAX_ISA", "AVX2", "not one of scalar, avx2, avx512, neon"},
#ifdef __aarch64__
        {"PEL_MAX_ISA", "avx2", "of another family of processors"},
#else
        {"PEL_MAX_ISA", "neon", "of another family of processors"},
#endif
        {"PEL_ONLINE", "2", "neither 0 nor 1"},
        {"PEL_FORCE", "sort", "not op[:dtype]=variant"},
        {"PEL_FORCE", "sort:f16=x", "not op[:dtype]=variant"},
        {"PEL_FORCE", "sort=", "not op[:dtype]=variant"},
        {"PEL_FORCE", "=x", "not op[:dtype]=variant"},
        {"PEL_FORCE", ":=", "not op[:dtype]=variant"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(told(cases[i].variable, cases[i].value).out, nothing);
        assert_int_equal(setenv("PEL_VERBOSE", "profile,gossip", 1), 0);
        struct test_child child = told(cases[i].variable, cases[i].value);
        unsetenv("PEL_VERBOSE");
        print_message("  %s", child.out);
        assert_non_null(strstr(child.out, cases[i].why));
        assert_non_null(strstr(child.out, "PEL_VERBOSE=gossip ignored"));
        assert_non_null(strstr(child.out, "threads=0 isa=any wisdom=none"));
    }
    assert_string_equal(told("PEL_VERBOSE", "gossip").out, nothing);
}

static const char *const variables[] = {"PEL_NUM_THREADS", "PEL_MAX_ISA", "PEL_FORCE",     "PEL_WISDOM",
                                        "PEL_VERBOSE",     "PEL_ONLINE",  "PEL_TOOLS_LIBS"};
enum { VARIABLES = sizeof variables / sizeof variables[0] };

/* A value as long as the system takes one, and lists of more entries than are kept. */
static void huge_values_are_survived(void **state)
{
    (void)state;
    static const char *const units[] = {"9", "avx2", "sum:f64=scalar/none,", "/x", "dispatch,", "1", "/x:"};
    size_t length = 100000;
    char *value = malloc(length + 32);
    assert_non_null(value);
    for (int i = 0; i < VARIABLES; i++) {
        size_t unit = strlen(units[i]), n = 0;
        for (; n < length; n += unit)
            memcpy(value + n, units[i], unit);
        value[n] = '\0';
        assert_int_equal(test_rerun("work", variables[i], value).status, 0);
        told(variables[i], value);
    }
    free(value);
}

/* Random bytes, and lists of pieces that mean something. */
static void random_values_are_survived(void **state)
{
    static const char *const pieces[] = {"sum", "sort", "stencil",  ":",       ":",     "=", "=",
                                         ",",   ",",    "f64",      "u32",     "avx2/", "/", "x",
                                         "=4",  "999",  "dispatch", "profile", "\xff",  " ", "scalar/"};
    (void)state;
    struct test_random random = test_random_start(test_seed(), 1);
    for (int round = 0; round < (test_long() ? 2000 : 60); round++) {
        char value[256] = "";
        if (round % 2) {
            test_random_fill(&random, value, sizeof value - 1);
        } else {
            while (strlen(value) < sizeof value - 16)
                strcat(value, pieces[test_random_below(&random, sizeof pieces / sizeof pieces[0])]);
        }
        const char *variable = variables[test_random_below(&random, VARIABLES)];
        if (test_rerun("work", variable, value).status != 0)
            fail_msg("%s=%s", variable, value);
    }
}

/* Copies this program, for another user to run as its owner. */
static void copy_self(const char *path)
{
    char command[64];
    snprintf(command, sizeof command, "cp /proc/%d/exe %s", (int)getpid(), path);
    assert_int_equal(system(command), 0);
}

/* In the child: every operation once, on doubles. */
static int run_each(void)
{
    static double x[512], y[512];
    for (const struct operation *op = operations; op->name; op++) {
        double result;
        if (op->dtype == PEL_F64 && op->run(x, y, 512, op->in_place ? x : &result, NULL) != PEL_OK)
            return 1;
    }
    return 0;
}

static void profile_reports_each_call(void **state)
{
    (void)state;
    struct test_child child = test_rerun("each", "PEL_VERBOSE", "profile");
    assert_int_equal(child.status, 0);
    print_message("%s", child.out);
    for (const struct operation *op = operations; op->name; op++) {
        char line[64];
        snprintf(line, sizeof line, "pel: profile: %.*s f64 n=", (int)strcspn(op->name, " "), op->name);
        if (op->dtype != PEL_F64)
            continue;
        if (!strstr(child.out, line))
            fail_msg("no line for %s:\n%s", op->name, child.out);
    }
    assert_non_null(strstr(child.out, " ns an element\n"));
    assert_null(strstr(child.out, "pel: dispatch: "));
    assert_string_equal(test_rerun("each", "PEL_VERBOSE", "").out, "");
}

static void setuid_programs_read_nothing(void **state)
{
    enum { NOBODY = 65534 };
    char path[] = "/tmp/pel-setuid-XXXXXX";
    (void)state;
#ifdef PEL_SANITIZED
    skip(); /* they cannot look into a setuid program */
#endif
    if (geteuid() != 0)
        skip();
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    copy_self(path);
    assert_int_equal(chown(path, NOBODY, NOBODY), 0);
    assert_int_equal(chmod(path, 04755), 0);
    pid_t child = fork();
    if (child == 0) {
        setenv("PEL_NUM_THREADS", "3", 1);
        setenv("PEL_TOOLS_LIBS", "/any", 1);
        execl(path, path, "secure", (char *)NULL);
        _exit(127);
    }
    int status;
    waitpid(child, &status, 0);
    unlink(path);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        skip(); /* /tmp is mounted without setuid */
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int read_in_setuid_program(void)
{
    if (geteuid() == getuid())
        return 77;
    return pel_env()->num_threads == 0 && !pel_env()->tools ? 0 : 1;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_arrive),
        cmocka_unit_test(bad_values_are_ignored),
        cmocka_unit_test(huge_values_are_survived),
        cmocka_unit_test(random_values_are_survived),
        cmocka_unit_test(profile_reports_each_call),
        cmocka_unit_test(setuid_programs_read_nothing),
    };
    if (argc > 1 && strcmp(argv[1], "tell") == 0)
        return tell();
    if (argc > 1 && strcmp(argv[1], "work") == 0)
        return work();
    if (argc > 1 && strcmp(argv[1], "each") == 0)
        return run_each();
    if (argc > 1 && strcmp(argv[1], "secure") == 0)
        return read_in_setuid_program();
    for (int i = 0; i < VARIABLES; i++)
        unsetenv(variables[i]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
