/* The thread budget and its sources: control groups, real and imitated, the environment, limits of the process; and the
 * machine that hwloc sees. */
#include <limits.h>
#include <omp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"
#include "lib/budget.h"
#include "lib/cgroup.h"
#include "lib/team.h"
#include "lib/topology.h"
#include "tests/support.h"
#include "tests/verbs.h"

static void quotas_are_rounded_up(void **state)
{
    static const struct {
        const char *quota, *period;
        int processors;
    } cases[] = {
        {"100000", "100000", 1},
        {"100001", "100000", 2},
        {"150000\n", "100000\n", 2},
        {"1", "100000", 1},
        {"0", "100000", 1},
        {"800000", "100000", 8},
        {"9223372036854775807", "1", INT_MAX},
        {"max", "100000", INT_MAX},
        {"-1", "100000", INT_MAX},
        {"100000", "0", INT_MAX},
        {"100000", "-5", INT_MAX},
        {"99999999999999999999999", "100000", INT_MAX},
        {"100000x", "100000", INT_MAX},
        {"", "", INT_MAX},
        {" ", "1", INT_MAX},
        {"1e5", "100000", INT_MAX},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(pel_cgroup_quota(cases[i].quota, cases[i].period), cases[i].processors);
}

/* Lines as /proc has them, plain and strange. NULL: not found. */
static void paths_are_found(void **state)
{
    static const struct {
        const char *text, *controller, *path;
    } cases[] = {
        {"0::/user.slice/a\n", "", "/user.slice/a"},
        {"0::/", "", "/"},
        {"5:cpu,cpuacct:/docker/x\n0::/y\n", "cpu", "/docker/x"},
        {"5:cpu,cpuacct:/docker/x\n0::/y\n", "", "/y"},
        {"5:cpuacct:/x\n6:cpuset:/z\n", "cpu", NULL},
        {"5:cpuacct,cpu:/a:b\n", "cpu", "/a:b"},
        {"1:name=systemd:/x\n", "", NULL},
        {"10::/x\n", "", NULL},
        {"0::relative\n", "", NULL},
        {"0:\n:\n::\n\n0\n", "", NULL},
        {"", "", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[PEL_CGROUP_PATH] = "";
        FILE *file = fmemopen((void *)(uintptr_t)cases[i].text, strlen(cases[i].text) + 1, "r");
        bool found = pel_cgroup_path(file, cases[i].controller, path, sizeof path);
        fclose(file);
        assert_int_equal(found, cases[i].path != NULL);
        if (found)
            assert_string_equal(path, cases[i].path);
    }
}

static void mounts_are_found(void **state)
{
    static const struct {
        const char *text, *controller, *folder, *top;
    } cases[] = {
        {"30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n", "", "/sys/fs/cgroup", "/"},
        {"30 23 0:26 /a/b /c rw - cgroup2 none rw\n", "", "/c", "/a/b"},
        {"30 23 0:26 /a /c\\040d\\134 rw - cgroup2 none rw\n", "", "/c d\\", "/a"},
        {"32 31 0:29 / /cg/cpu rw tag:1 tag:2 - cgroup cgroup rw,cpuacct,cpu\n", "cpu", "/cg/cpu", "/"},
        {"32 31 0:29 / /cg/cpuset rw - cgroup cgroup rw,cpuset\n", "cpu", NULL, NULL},
        {"32 31 0:29 / /cg/cpu rw - cgroup cgroup rw,cpu\n", "", NULL, NULL},
        {"32 31 0:29 / /x rw - ext4 /dev/cgroup2 rw,cpu\n", "cpu", NULL, NULL},
        {"32 31 0:29 / /x rw cgroup2 cgroup2 rw\n", "", NULL, NULL},
        {"- - - - - - - cgroup2\n - cgroup2 \n\n-", "", NULL, NULL},
        {"", "", NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char folder[PEL_CGROUP_PATH], top[PEL_CGROUP_PATH];
        FILE *file = fmemopen((void *)(uintptr_t)cases[i].text, strlen(cases[i].text) + 1, "r");
        bool found = pel_cgroup_mount(file, cases[i].controller, folder, top, sizeof folder);
        fclose(file);
        assert_int_equal(found, cases[i].folder != NULL);
        if (found) {
            assert_string_equal(folder, cases[i].folder);
            assert_string_equal(top, cases[i].top);
        }
    }
}

/* A line that is longer than any of ours must not be mistaken for several, nor hide the one behind it. */
static void long_lines_are_skipped(void **state)
{
    (void)state;
    size_t length = 3 * 4 * PEL_CGROUP_PATH;
    char *text = malloc(length + 64), path[PEL_CGROUP_PATH];
    assert_non_null(text);
    for (size_t i = 0; i < length; i += 5)
        memcpy(text + i, "0::/a", 5);
    snprintf(text + length / 5 * 5, 64, "\n0::/right\n");
    FILE *file = fmemopen(text, strlen(text), "r");
    assert_true(pel_cgroup_path(file, "", path, sizeof path));
    fclose(file);
    assert_string_equal(path, "/right");
    free(text);
}

/* Bytes of no meaning, and lines of ours with a few bytes changed: anything but a crash. */
static void garbage_is_survived(void **state)
{
    static const char *const seeds[] = {
        "30 23 0:26 /a /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n",
        "5:cpu,cpuacct:/docker/x\n0::/y\n",
        "32 31 0:29 / /cg/cpu\\040x rw tag:1 - cgroup cgroup rw,cpu\n",
    };
    (void)state;
    struct test_random random = test_random_start(test_seed(), 1);
    for (int round = 0; round < 3000; round++) {
        char text[256], a[PEL_CGROUP_PATH], b[PEL_CGROUP_PATH];
        test_random_fill(&random, text, sizeof text);
        size_t length = 1 + test_random_below(&random, sizeof text - 1);
        if (round % 2) {
            snprintf(text, sizeof text, "%s", seeds[test_random_below(&random, 3)]);
            length = strlen(text);
            for (int changes = 0; changes < 3; changes++)
                text[test_random_below(&random, length)] = (char)test_random_bits(&random);
        }
        FILE *file = fmemopen(text, length, "r");
        assert_non_null(file);
        pel_cgroup_path(file, round & 2 ? "" : "cpu", a, sizeof a);
        rewind(file);
        pel_cgroup_mount(file, round & 2 ? "" : "cpu", a, b, round & 4 ? 8 : sizeof a);
        fclose(file);
        text[sizeof text - 1] = '\0';
        assert_true(pel_cgroup_quota(text, "100000") >= 1);
    }
}

/* An imitation of /proc and /sys under a temporary folder. */
static char root[] = "/tmp/pel-budget-XXXXXX";

static void put(const char *path, const char *text)
{
    char full[512];
    snprintf(full, sizeof full, "%s%s", root, path);
    for (char *slash = full + sizeof root; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(full, 0700);
        *slash = '/';
    }
    FILE *file = fopen(full, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static int make_root(void **state)
{
    (void)state;
    strcpy(root + sizeof root - 7, "XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
    char command[64];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

static void assert_limit(const struct pel_cgroup_limit *limit, int value, const char *file)
{
    char full[512] = "";
    if (*file)
        snprintf(full, sizeof full, "%s%s", root, file);
    assert_int_equal(limit->value, value);
    assert_string_equal(limit->file, full);
}

static const char unified[] = "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";

static void strictest_of_version_2(void **state)
{
    (void)state;
    struct pel_cgroup found;
    put("/proc/self/cgroup", "0::/a/b/c\n");
    put("/proc/self/mountinfo", unified);
    pel_cgroup_read(root, &found);
    assert_limit(&found.processors, INT_MAX, "");
    assert_limit(&found.threads, INT_MAX, "");
    put("/sys/fs/cgroup/a/b/c/cpu.max", "max 100000\n");
    put("/sys/fs/cgroup/a/b/cpu.max", "250000 100000\n");
    put("/sys/fs/cgroup/a/cpu.max", "400000 100000\n");
    put("/sys/fs/cgroup/a/pids.max", "100\n");
    put("/sys/fs/cgroup/a/pids.current", "95\n");
    put("/sys/fs/cgroup/a/b/c/pids.max", "max\n");
    put("/sys/fs/cgroup/a/b/c/pids.current", "3\n");
    pel_cgroup_read(root, &found);
    assert_limit(&found.processors, 3, "/sys/fs/cgroup/a/b/cpu.max");
    assert_limit(&found.threads, 6, "/sys/fs/cgroup/a/pids.max");
    put("/sys/fs/cgroup/cpu.max", "50000 100000\n");
    put("/sys/fs/cgroup/a/pids.current", "200\n");
    pel_cgroup_read(root, &found);
    assert_limit(&found.processors, 1, "/sys/fs/cgroup/cpu.max");
    assert_limit(&found.threads, 1, "/sys/fs/cgroup/a/pids.max");
}

/* A container that sees only its own part of the hierarchy, named from outside, from within, or as a stranger. */
static void containers(void **state)
{
    static const struct {
        const char *path, *mount;
    } views[] = {
        {"0::/docker/abc/sub\n", "30 23 0:26 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"},
        {"0::/sub\n", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"},
        {"0::/../../other\n", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"},
        {"0::/docker/abcd\n", "30 23 0:26 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"},
        {"0::/docker/abc\n", "30 23 0:26 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"},
        {"0::/\n", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"},
    };
    (void)state;
    put("/sys/fs/cgroup/cpu.max", "200000 100000\n");
    put("/sys/fs/cgroup/sub/cpu.max", "300000 100000\n");
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        struct pel_cgroup found;
        put("/proc/self/cgroup", views[i].path);
        put("/proc/self/mountinfo", views[i].mount);
        pel_cgroup_read(root, &found);
        assert_limit(&found.processors, 2, "/sys/fs/cgroup/cpu.max");
    }
}

static void strictest_of_version_1(void **state)
{
    (void)state;
    struct pel_cgroup found;
    put("/proc/self/cgroup", "7:pids:/p\n4:cpu,cpuacct:/a/b\n0::/c\n");
    put("/proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
                                "32 23 0:29 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n");
    put("/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_period_us", "100000\n");
    put("/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us", "-1\n");
    put("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "50000\n");
    put("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "175000\n");
    put("/sys/fs/cgroup/pids/p/pids.max", "12\n");
    put("/sys/fs/cgroup/pids/p/pids.current", "4\n");
    pel_cgroup_read(root, &found);
    assert_limit(&found.processors, 4, "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us");
    assert_limit(&found.threads, 9, "/sys/fs/cgroup/pids/p/pids.max");
}

static void no_system_at_all(void **state)
{
    (void)state;
    struct pel_cgroup found;
    pel_cgroup_read("/nowhere/at/all", &found);
    assert_limit(&found.processors, INT_MAX, "");
    put("/proc/self/cgroup", "0::/a\n");
    pel_cgroup_read(root, &found);
    assert_limit(&found.processors, INT_MAX, "");
}

/* Runs in a process of its own; the exit status tells how many threads pel used, 99 that a check failed. */
enum { PROCESSORS = 8, FAILED = 99 };

static int count_threads(void)
{
    int told = omp_get_max_threads(), threads;
    test_set_processors(PROCESSORS);
    omp_set_num_threads(told);
    threads = pel_team_threads(NULL);
    verbs_use(PROCESSORS, threads, NULL);
    return nothing_failed() ? threads : FAILED;
}

/* Room for three more stacks of 64 MiB, and as much again. */
static int count_threads_in_little_memory(void)
{
    pthread_attr_t attributes;
    struct rlimit limit = {2u * 3 * (64u << 20) + (512u << 20), RLIM_INFINITY};
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 64u << 20);
    pthread_setattr_default_np(&attributes);
    return setrlimit(RLIMIT_AS, &limit) == 0 ? count_threads() : FAILED;
}

/* A user who may not have one more process. To start a thread is then refused, also to one who could before. */
static int work_without_threads(void)
{
    enum { NOBODY = 65534 };
    struct rlimit one = {1, 1};
    test_set_processors(PROCESSORS);
    if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0 || setrlimit(RLIMIT_NPROC, &one) != 0)
        return FAILED;
    verbs_use(PROCESSORS, 1, NULL);
    return nothing_failed() ? PROCESSORS : FAILED;
}

/* With stacks, as the environment asks for, that no system has room for. */
static int work_in_large_stacks(void)
{
    test_set_processors(PROCESSORS);
    verbs_use(PROCESSORS, 1, NULL);
    return nothing_failed() ? PROCESSORS : FAILED;
}

/* The mask becomes narrower when a team has been at work. */
static int work_on_fewer_processors(void)
{
    test_set_processors(PROCESSORS);
    verbs_use(PROCESSORS, PROCESSORS, NULL);
    test_set_processors(2);
    omp_set_num_threads(PROCESSORS);
    verbs_use(PROCESSORS, 2, NULL);
    return nothing_failed() ? 2 : FAILED;
}

/* What is called in a region that is being cancelled works nevertheless. */
static int work_while_cancelled(void)
{
    if (!omp_get_cancellation())
        return FAILED;
#pragma omp parallel num_threads(4)
    {
        if (omp_get_thread_num() == 0) {
#pragma omp cancel parallel
        }
        verbs_use(4, 4, NULL);
    }
    return nothing_failed() ? 1 : FAILED;
}

static int count_places(void)
{
    const struct pel_machine *m = pel_topology_machine();
    char text[2000];
    struct pel_text explained;
    pel_text_start(&explained, text, sizeof text);
    pel_topology_explain(&explained);
    bool as_drawn = m->packages == 2 && m->nodes == 4 && m->cores == 32 && m->processors == 64 &&
                    m->cache[2].sharers == 8 && strstr(text, "8 places");
    return as_drawn ? m->places : FAILED;
}

static const struct {
    const char *name;
    int (*run)(void);
} tasks[] = {
    {"threads", count_threads},
    {"little-memory", count_threads_in_little_memory},
    {"no-threads", work_without_threads},
    {"fewer-processors", work_on_fewer_processors},
    {"cancelled", work_while_cancelled},
    {"places", count_places},
    {"large-stacks", work_in_large_stacks},
};

static int exit_of(const char *task, const char *variable, const char *value)
{
    struct test_child child = test_rerun(task, variable, value);
    return WIFEXITED(child.status) ? WEXITSTATUS(child.status) : -1;
}

static void environment_limits_threads(void **state)
{
    static const struct {
        const char *variable, *value;
        int threads;
    } cases[] = {
        {"OMP_NUM_THREADS", "1", 1},       {"OMP_NUM_THREADS", "5", 5},
        {"OMP_NUM_THREADS", "3,7", 3},     {"OMP_NUM_THREADS", "100", PROCESSORS},
        {"OMP_MAX_ACTIVE_LEVELS", "0", 1}, {"OMP_THREAD_LIMIT", "1", 1},
        {"OMP_DYNAMIC", "true", -1},       {"OMP_PROC_BIND", "true", -1},
        {"PEL_NUM_THREADS", "1", 1},       {"PEL_NUM_THREADS", "rubbish", -1},
    };
    (void)state;
    int usual = exit_of("threads", "PEL_VERBOSE", "");
    assert_in_range(usual, 1, PROCESSORS);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("  %s=%s\n", cases[i].variable, cases[i].value);
        int expected = cases[i].threads < 0 ? usual : cases[i].threads;
        assert_int_equal(exit_of("threads", cases[i].variable, cases[i].value), expected);
    }
}

static void address_space_limits_threads(void **state)
{
    (void)state;
#ifdef PEL_SANITIZED
    skip();
#endif
    assert_in_range(exit_of("little-memory", "OMP_NUM_THREADS", "8"), 2, 7);
}

static void processes_limit_threads(void **state)
{
    (void)state;
#ifdef PEL_SANITIZED
    skip();
#endif
    if (geteuid() != 0)
        skip();
    assert_int_equal(exit_of("no-threads", "OMP_NUM_THREADS", "8"), PROCESSORS);
}

static void stacks_limit_threads(void **state)
{
    (void)state;
#ifdef PEL_SANITIZED
    skip();
#endif
    assert_int_equal(exit_of("large-stacks", "OMP_STACKSIZE", "65536G"), PROCESSORS);
}

static void masks_may_become_narrower(void **state)
{
    (void)state;
    assert_int_equal(exit_of("fewer-processors", "OMP_NUM_THREADS", "8"), 2);
}

static void cancelled_regions(void **state)
{
    (void)state;
    assert_int_equal(exit_of("cancelled", "OMP_CANCELLATION", "true"), 1);
}

static void imitated_machine(void **state)
{
    (void)state;
#ifdef PEL_HAVE_HWLOC
    assert_int_equal(exit_of("places", "HWLOC_SYNTHETIC", "pack:2 numa:2 l3:2 core:4 pu:2"), 8);
#else
    skip();
#endif
}

static void this_machine(void **state)
{
    (void)state;
    const struct pel_machine *m = pel_topology_machine();
    assert_true(m->packages >= 1 && m->nodes >= 1 && m->places >= 1 && m->cores >= 1 && m->processors >= m->cores);
    for (int level = 1; level <= 3; level++)
        assert_in_range(pel_topology_cache(level), 1 << 10, (size_t)1 << 32);
    char text[4000];
    struct pel_text told;
    pel_text_start(&told, text, sizeof text);
    pel_budget_explain(&told);
    assert_true(told.length < sizeof text && strstr(text, "affinity") && strstr(text, "OMP_NUM_THREADS"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotas_are_rounded_up),
        cmocka_unit_test(paths_are_found),
        cmocka_unit_test(mounts_are_found),
        cmocka_unit_test(long_lines_are_skipped),
        cmocka_unit_test(garbage_is_survived),
        cmocka_unit_test_setup_teardown(strictest_of_version_2, make_root, remove_root),
        cmocka_unit_test_setup_teardown(containers, make_root, remove_root),
        cmocka_unit_test_setup_teardown(strictest_of_version_1, make_root, remove_root),
        cmocka_unit_test_setup_teardown(no_system_at_all, make_root, remove_root),
        cmocka_unit_test(environment_limits_threads),
        cmocka_unit_test(address_space_limits_threads),
        cmocka_unit_test(processes_limit_threads),
        cmocka_unit_test(stacks_limit_threads),
        cmocka_unit_test(masks_may_become_narrower),
        cmocka_unit_test(cancelled_regions),
        cmocka_unit_test(imitated_machine),
        cmocka_unit_test(this_machine),
    };
    for (size_t i = 0; argc > 1 && i < sizeof tasks / sizeof tasks[0]; i++) {
        if (strcmp(argv[1], tasks[i].name) == 0)
            return tasks[i].run();
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
