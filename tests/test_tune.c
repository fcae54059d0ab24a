/* pel tune: a valid table whatever happens. Searches run as children of this program, which stands in for `pel`; in
 * them, TEST_TUNE=what:VARIANT makes the runs of one variant misbehave. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <pel/pel.h>

#include "lib/cpu.h"
#include "lib/dispatch.h"
#include "lib/registry.h"
#include "perf/commands.h"
#include "perf/program.h"
#include "perf/tune_learn.h"
#include "perf/tune_table.h"
#include "perf/workload.h"
#include "tests/support.h"

#include "config.h"

enum { FILE_BYTES = 1 << 20, N = 512 };

static char folder[] = "/tmp/test_tune.XXXXXX";
static char text[FILE_BYTES];

/* Misbehaviour. */

static bool is_meant(const char *what, const struct entrant *entrant)
{
    const char *wish = getenv("TEST_TUNE"), *variant = entrant->opts.variant;
    size_t length = strlen(what);
    if (!wish || strncmp(wish, what, length) != 0 || wish[length] != ':' || !variant)
        return false;
    wish += length + 1;
    return strncmp(variant, wish, strlen(wish)) == 0 && strchr(":", variant[strlen(wish)]);
}

pel_status __real_entrant_run(struct entrant *, size_t);
pel_status __wrap_entrant_run(struct entrant *, size_t);
pel_status __wrap_entrant_run(struct entrant *entrant, size_t copy)
{
    if (is_meant("crash", entrant))
        raise(SIGABRT);
    while (is_meant("hang", entrant))
        pause();
    if (is_meant("wrong", entrant))
        return PEL_OK; /* before any work is done: the quickest of all */
    if (is_meant("slow", entrant)) {
        for (double start = now_seconds(); now_seconds() < start + 20e-6;) {
        }
    }
    return __real_entrant_run(entrant, copy);
}

/* Two kernels of the sort of u32 that run here: what a small array gets by default, and another. */
static void two_kernels(const char **usual, const char **other)
{
    struct pel_request request = {.op = PEL_OP_SORT, .dtype = PEL_U32, .threads = 1, .n = N};
    struct pel_pick pick;
    struct pel_registry_walk walk = {0};
    assert_int_equal(pel_dispatch(&request, NULL, &pick), PEL_OK);
    *usual = pick.kernel->name;
    *other = NULL;
    for (const struct pel_kernel *kernel; (kernel = pel_registry_next(&walk, PEL_OP_SORT, PEL_U32));) {
        if (kernel != pick.kernel && !pel_kernel_barred(kernel, &request) && !(kernel->traits & PEL_TRAIT_REFERENCE))
            *other = kernel->name;
    }
    assert_non_null(*other);
}

/* A path in the folder, in one of a few buffers. */
static const char *in_folder(const char *name)
{
    static char paths[4][512];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static const char *read_text(const char *name)
{
    FILE *file = fopen(in_folder(name), "r");
    assert_non_null(file);
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    return text;
}

static pid_t start_tune(const char *name, const char *budget, const char *more, const char *misbehaviour)
{
    const char *path = in_folder(name);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDERR_FILENO);
        dup2(null, STDOUT_FILENO);
        setenv("TEST_TUNE", misbehaviour, 1);
        execl("/proc/self/exe", "pel", "tune", "--only", "sort:u32", "--threads", "1", "--output", path, "--budget",
              budget, more, (char *)NULL);
        _exit(127);
    }
    return pid;
}

/* Runs pel tune to its end, which must come when the time is over. */
static int tune(const char *name, const char *budget, const char *more, const char *misbehaviour)
{
    double start = now_seconds();
    int status;
    pid_t pid = start_tune(name, budget, more, misbehaviour);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(now_seconds() - start < read_seconds("budget", budget) + 5);
    return status;
}

static size_t count(const char *in, const char *what)
{
    size_t found = 0;
    for (; (in = strstr(in, what)); in += strlen(what))
        found++;
    return found;
}

/* Searches where the usual kernel is made slow, until the table holds what is wanted: on a busy machine the tuner may
 * find everything too noisy. */
static void tune_until(bool (*done)(const char *name), const char *name, const char *budget, const char *more)
{
    enum { ATTEMPTS = 6 };
    const char *usual, *other;
    char slow[64];
    bool is_done = false;
    two_kernels(&usual, &other);
    snprintf(slow, sizeof slow, "slow:%s", usual);
    for (int attempt = 0; attempt < ATTEMPTS && !is_done; attempt++) {
        assert_int_equal(tune(name, budget, more, slow), 0);
        is_done = done(name);
    }
    assert_true(is_done);
}

static bool has_rule(const char *name)
{
    return count(read_text(name), "PEL_RULE") > 0;
}

static size_t count_files(void)
{
    size_t files = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    while (readdir(dir))
        files++;
    closedir(dir);
    return files - 2;
}

static void assert_valid_def(const char *name)
{
    const char *def = read_text(name);
    char cpu[128];
    snprintf(cpu, sizeof cpu, "#define PEL_TABLE_CPU \"%s\"\n", pel_cpu()->id);
    assert_ptr_equal(strstr(def, "/* Made by pel tune "), def);
    assert_int_equal(count(def, cpu), 1);
    const char *row = strstr(def, cpu) + strlen(cpu);
    assert_int_equal(strncmp(row, "#define PEL_TABLE_MADE \"", 24), 0);
    row = strchr(row, '\n') + 1;
    while (*row) {
        assert_int_equal(strncmp(row, "PEL_RULE(SORT, u32, exact, 0, 1, ", 33), 0);
        row = strchr(row, '\n') + 1;
    }
}

/* Sanitizers slow kernels down by as much as those differ, and unevenly: nothing may be found to be a gain. */
static void skip_where_time_means_nothing(void)
{
#ifdef PEL_SANITIZED
    skip();
#endif
}

static void a_table_is_written_in_time(void **state)
{
    (void)state;
    assert_int_equal(tune("plain.def", "1s", NULL, ""), 0);
    assert_valid_def("plain.def");
    assert_true(count(read_text("plain.def.record"), "\"cell\"") > 0);
    assert_int_equal(count_files(), 2);
}

static void no_time_gives_an_empty_table(void **state)
{
    (void)state;
    assert_int_equal(tune("none.def", "0s", NULL, ""), 0);
    assert_valid_def("none.def");
    assert_int_equal(count(text, "PEL_RULE"), 0);
}

static void a_better_kernel_is_accepted(void **state)
{
    (void)state;
    skip_where_time_means_nothing();
    tune_until(has_rule, "better.def", "3s", NULL);
    assert_valid_def("better.def");
    assert_int_equal(count(read_text("better.def.record"), "\"accepted\", \"default\": \"none\""), 0);
    assert_true(count(text, "\"accepted\"") > 0);
}

static void a_wrong_kernel_is_never_chosen(void **state)
{
    (void)state;
    const char *usual, *other;
    char wrong[64], row[80];
    two_kernels(&usual, &other);
    snprintf(wrong, sizeof wrong, "wrong:%s", other);
    assert_int_equal(tune("wrong.def", "2s", NULL, wrong), 0);
    assert_valid_def("wrong.def");
    snprintf(row, sizeof row, "\"%s\"", other);
    assert_int_equal(count(text, row), 0);
    assert_true(count(read_text("wrong.def.record"), "\"cell\"") > 0);
}

static void a_wrong_default_is_told(void **state)
{
    (void)state;
    const char *usual, *other;
    char wrong[64];
    two_kernels(&usual, &other);
    snprintf(wrong, sizeof wrong, "wrong:%s", usual);
    assert_int_equal(tune("wrong.def", "2s", NULL, wrong), 0);
    assert_valid_def("wrong.def");
    assert_int_equal(count(text, "PEL_RULE"), 0);
    assert_true(count(read_text("wrong.def.record"), "\"broken\"") > 0);
}

static void a_crash_costs_one_candidate(void **state)
{
    (void)state;
    const char *usual, *other;
    char crash[64], row[80];
    two_kernels(&usual, &other);
    snprintf(crash, sizeof crash, "crash:%s", other);
    assert_int_equal(tune("crash.def", "3s", NULL, crash), 0);
    assert_valid_def("crash.def");
    snprintf(row, sizeof row, "\"%s\"", other);
    assert_int_equal(count(text, row), 0);
    assert_non_null(strstr(text, "crashes 1\n"));
    assert_int_equal(count(read_text("crash.def.record"), "{\"died\": 6}"), 1);
    assert_true(count(text, "\"cell\"") > 0);
}

static void a_hang_ends_with_the_time(void **state)
{
    (void)state;
    const char *usual, *other;
    char hang[64];
    two_kernels(&usual, &other);
    snprintf(hang, sizeof hang, "hang:%s", usual);
    assert_int_equal(tune("hang.def", "1s", NULL, hang), 0);
    assert_valid_def("hang.def");
}

static const struct timespec nap = {0, 20000000};

/* Waits until the record has the result of a cell: the others are still to come, and take longer. */
static void await_cell(const char *record, pid_t writer)
{
    for (double start = now_seconds(); now_seconds() < start + 20; nanosleep(&nap, NULL)) {
        if (access(in_folder(record), F_OK) == 0 && count(read_text(record), "{\"cell\"") > 0)
            return;
    }
    kill(writer, SIGKILL);
    fail_msg("%s: no cell within 20 s", record);
}

/* Waits until nothing has been added to the record for a second. */
static void await_end(const char *record)
{
    size_t length = 0;
    double start = now_seconds(), moved = start;
    for (; now_seconds() < moved + 1; nanosleep(&nap, NULL)) {
        if (strlen(read_text(record)) != length)
            moved = now_seconds();
        length = strlen(text);
        if (moved > start + 20)
            fail_msg("%s: still written after 20 s", record);
    }
}

static void a_killed_search_resumes(void **state)
{
    (void)state;
    skip_where_time_means_nothing();
    int status;
    pid_t pid = start_tune("killed.def", "30s", NULL, "");
    await_cell("killed.def.record", pid);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    await_end("killed.def.record"); /* of its child */
    char first[128] = "";
    size_t before = count(read_text("killed.def.record"), "{\"cell\"");
    assert_int_equal(sscanf(strstr(text, "{\"cell\""), "%127[^,]", first), 1);
    bool stands = count(text, "\"noisy\"") == 0; /* else it is measured again */
    assert_int_not_equal(access(in_folder("killed.def"), F_OK), 0);

    FILE *record = fopen(in_folder("killed.def.record"), "a");
    assert_true(record && fputs("{\"cell\": \"sort u3", record) >= 0 && fclose(record) == 0);
    assert_int_equal(tune("killed.def", "3s", "--resume", ""), 0);
    assert_valid_def("killed.def");
    assert_true(count(read_text("killed.def.record"), "{\"cell\"") >= before + 1);
    assert_true(!stands || count(text, first) == 1);
    assert_int_equal(count(text, "\"tuning\""), 1);
}

static void a_foreign_record_is_refused(void **state)
{
    (void)state;
    FILE *record = fopen(in_folder("foreign.def.record"), "w");
    assert_true(record && fputs("{\"tuning\": 1}\n", record) >= 0 && fclose(record) == 0);
    int status = tune("foreign.def", "1s", "--resume", "");
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILED);
    assert_int_not_equal(access(in_folder("foreign.def"), F_OK), 0);
    assert_string_equal(read_text("foreign.def.record"), "{\"tuning\": 1}\n");
}

#ifdef PEL_HAVE_JANSSON
static bool has_gain(const char *name)
{
    return count(read_text(name), "\"gain\"") > 0;
}

/* Whether this wisdom serves a small array by another kernel than is usual. */
static bool serves_otherwise(const char *name)
{
    const char *usual, *other;
    struct pel_request request = {.op = PEL_OP_SORT, .dtype = PEL_U32, .threads = 1, .n = N};
    struct pel_pick pick;
    two_kernels(&usual, &other);
    assert_int_equal(pel_wisdom_import(in_folder(name)), PEL_OK);
    assert_int_equal(pel_dispatch(&request, NULL, &pick), PEL_OK);
    pel_wisdom_forget();
    return strcmp(pick.source, "user's wisdom") == 0 && strcmp(pick.kernel->name, usual) != 0;
}

static void wisdom_is_added_to(void **state)
{
    (void)state;
    skip_where_time_means_nothing();
    FILE *file = fopen(in_folder("wisdom.json"), "w");
    assert_non_null(file);
    fprintf(file,
            "{\"format\": \"pel wisdom\", \"version\": 1, \"tables\": [{\"cpu\": \"another\", \"rules\": []}, "
            "{\"cpu\": \"%s\", \"rules\": [{\"op\": \"sort\", \"dtype\": \"f64\", \"mode\": \"exact\", \"ndim\": 0, "
            "\"threads\": 1, \"variant\": \"default\"}, {\"op\": \"sort\", \"dtype\": \"u32\", \"mode\": \"exact\", "
            "\"ndim\": 0, \"threads\": 1, \"n_upto\": %d, \"variant\": \"replaced\"}]}]}\n",
            pel_cpu()->id, N);
    assert_int_equal(fclose(file), 0);
    tune_until(serves_otherwise, "wisdom.json", "3s", NULL);
    read_text("wisdom.json");
    assert_int_equal(count(text, "\"another\""), 1);
    assert_int_equal(count(text, "\"f64\""), 1);
    assert_int_equal(count(text, "\"replaced\""), 0);
    assert_true(count(text, "\"u32\"") > 0);
}

/* What one size says replaces nothing beyond its neighbourhood. */
static void rules_around_a_named_size_stay(void **state)
{
    (void)state;
    skip_where_time_means_nothing();
    const char *usual, *other;
    two_kernels(&usual, &other);
    FILE *file = fopen(in_folder("around.json"), "w");
    assert_non_null(file);
    fprintf(file,
            "{\"format\": \"pel wisdom\", \"version\": 1, \"tables\": [{\"cpu\": \"%s\", \"rules\": [{\"op\": "
            "\"sort\", \"dtype\": \"u32\", \"mode\": \"exact\", \"ndim\": 0, \"threads\": 1, \"team\": 1, "
            "\"n_upto\": \"all\", \"variant\": \"%s\", \"mark\": 1}]}]}\n",
            pel_cpu()->id, usual);
    assert_int_equal(fclose(file), 0);
    tune_until(has_gain, "around.json", "2s", "--n=512");
    assert_int_equal(count(text, "\"gain\""), 1);
    assert_int_equal(count(text, "\"mark\""), 2);
    assert_int_equal(count(text, "\"n_upto\": 181"), 1);
    assert_int_equal(count(text, "\"n_upto\": 1448"), 1);
    assert_int_equal(count(text, "\"n_upto\": \"all\""), 1);
    const char *gain = strstr(text, "\"gain\"");
    assert_true(strstr(text, "\"mark\"") < gain && strstr(gain, "\"mark\""));
    assert_int_equal(pel_wisdom_import(in_folder("around.json")), PEL_OK);
    pel_wisdom_forget();
}

static void other_files_are_not_replaced(void **state)
{
    (void)state;
    FILE *file = fopen(in_folder("precious.json"), "w");
    assert_true(file && fputs("{\"precious\": 1}", file) >= 0 && fclose(file) == 0);
    int status = tune("precious.json", "1s", NULL, "");
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILED);
    assert_string_equal(read_text("precious.json"), "{\"precious\": 1}");
}
#endif

/* Results of one key at these sizes. */
static void add_result(struct tune_history *history, int threads, size_t n, enum tune_verdict verdict, const char *best,
                       double low)
{
    struct tune_result *result = &history->results[history->count++];
    *result = (struct tune_result){.cell = {{PEL_OP_SORT, PEL_U32, false, 0, threads}, n}, .verdict = verdict};
    result->gain = (struct stats_interval){low, low + 0.1, low + 0.2};
    snprintf(result->base, sizeof result->base, "base%zu", n);
    snprintf(result->best, sizeof result->best, "%s", best);
}

static void results_collapse_to_thresholds(void **state)
{
    (void)state;
    const char *a, *b;
    two_kernels(&a, &b);
    struct tune_result results[16];
    struct tune_history history = {.results = results};
    struct tune_row *rows;
    add_result(&history, 1, 16384, TUNE_KEPT, a, 0.5);
    add_result(&history, 1, 50, TUNE_ACCEPTED, a, 0.3);
    add_result(&history, 1, 400, TUNE_ACCEPTED, a, 0.2);
    add_result(&history, 1, 1600, TUNE_NOISY, b, 0.9);
    add_result(&history, 1, 6400, TUNE_ACCEPTED, b, 0.4);
    add_result(&history, 2, 50, TUNE_ACCEPTED, a, 0.3);
    add_result(&history, 2, 1 << 24, TUNE_ACCEPTED, "none/such", 0.3);
    add_result(&history, 3, 1 << 24, TUNE_ACCEPTED, b, 0.3);
    add_result(&history, 4, 100, TUNE_KEPT, b, 0.3);
    size_t nrows = tune_make_rows(&history, false, &rows);
    static const struct {
        int threads;
        size_t n_upto;
    } expected[] = {{1, 800}, {1, 3200}, {1, 10240}, {2, 28963}, {3, 5931641}, {3, SIZE_MAX}};
    assert_int_equal(nrows, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < nrows; i++) {
        assert_int_equal(rows[i].key.threads, expected[i].threads);
        assert_true(rows[i].n_upto == expected[i].n_upto);
    }
    assert_string_equal(rows[0].pick.kernel->name, a);
    assert_true(rows[0].gain.low == 0.2);
    assert_string_equal(rows[0].base, "base400");
    assert_null(rows[1].pick.kernel);
    assert_string_equal(rows[2].pick.kernel->name, b);
    free(rows);
}

/* The time of a variant where add_result put one. */
static void add_run(struct tune_history *history, int threads, size_t n, const char *variant, double seconds)
{
    struct tune_run *run = &history->runs[history->nruns++];
    *run = (struct tune_run){.cell = {{PEL_OP_SORT, PEL_U32, false, 0, threads}, n}, .seconds = seconds};
    snprintf(run->variant, sizeof run->variant, "%s", variant);
}

/* One loses a factor of two where it loses, the other eight: they cross nearer to the former place. */
static void thresholds_are_where_times_cross(void **state)
{
    (void)state;
    const char *a, *b;
    two_kernels(&a, &b);
    struct tune_result results[2];
    struct tune_run runs[4];
    struct tune_history history = {.results = results, .runs = runs};
    struct tune_row *rows;
    add_result(&history, 1, 64, TUNE_ACCEPTED, a, 0.3);
    add_result(&history, 1, 1024, TUNE_ACCEPTED, b, 0.3);
    add_run(&history, 1, 64, a, 1);
    add_run(&history, 1, 64, b, 2);
    add_run(&history, 1, 1024, a, 8);
    add_run(&history, 1, 1024, b, 1);
    assert_int_equal(tune_make_rows(&history, false, &rows), 2);
    assert_true(rows[0].n_upto == 128); /* 64 * 16^(log 2 / (log 2 + log 8)) */
    free(rows);
}

/* What is quicker at some sizes with one thread and with two is believed for four as well. */
static void what_was_not_measured_is_learned(void **state)
{
    (void)state;
    const char *a, *b;
    two_kernels(&a, &b);
    struct tune_result results[16];
    struct tune_run runs[32];
    struct tune_history history = {.results = results, .runs = runs};
    struct tune_regret regret;
    struct tune_row *rows;
    for (int threads = 1; threads <= 2; threads++) {
        for (size_t n = 100; n < 1000000; n *= 8) {
            add_result(&history, threads, n, TUNE_KEPT, a, 0);
            snprintf(results[history.count - 1].base, TUNE_VARIANT, "%s:team=1", a);
            add_run(&history, threads, n, results[history.count - 1].base, 1e-3);
            char other[TUNE_VARIANT];
            snprintf(other, sizeof other, "%s:team=1", b);
            add_run(&history, threads, n, other, n < 10000 ? 0.5e-3 : 2e-3);
        }
    }
    size_t count = tune_learn(&history, &rows, &regret);
    assert_int_equal(count, 4);
    for (size_t i = 0; i < 2; i++)
        assert_true(rows[i].key.threads == (int)i + 1 && rows[i].n_upto == SIZE_MAX && !rows[i].pick.kernel);
    assert_true(rows[2].key.threads == 0 && rows[2].n_upto > 6400 && rows[2].n_upto < 51200);
    assert_string_equal(rows[2].pick.kernel->name, b);
    assert_int_equal(rows[2].pick.team, 0);
    assert_true(!rows[3].pick.kernel && rows[3].n_upto == SIZE_MAX);
    assert_int_equal(regret.places, 10);
    assert_true(regret.mean < regret.default_mean && regret.worst >= regret.mean);
    free(rows);
}

static int make_folder(void **state)
{
    (void)state;
    static const char *const variables[] = {"PEL_FORCE", "PEL_MAX_ISA", "PEL_WISDOM", "PEL_NUM_THREADS"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        unsetenv(variables[i]);
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        unlink(in_folder(entry->d_name));
    if (dir)
        closedir(dir);
    return rmdir(folder);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_written_in_time),
        cmocka_unit_test(no_time_gives_an_empty_table),
        cmocka_unit_test(a_better_kernel_is_accepted),
        cmocka_unit_test(a_wrong_kernel_is_never_chosen),
        cmocka_unit_test(a_wrong_default_is_told),
        cmocka_unit_test(a_crash_costs_one_candidate),
        cmocka_unit_test(a_hang_ends_with_the_time),
        cmocka_unit_test(a_killed_search_resumes),
        cmocka_unit_test(a_foreign_record_is_refused),
#ifdef PEL_HAVE_JANSSON
        cmocka_unit_test(wisdom_is_added_to),
        cmocka_unit_test(rules_around_a_named_size_stay),
        cmocka_unit_test(other_files_are_not_replaced),
#endif
        cmocka_unit_test(results_collapse_to_thresholds),
        cmocka_unit_test(thresholds_are_where_times_cross),
        cmocka_unit_test(what_was_not_measured_is_learned),
    };
    if (argc > 1 && strcmp(argv[1], "tune") == 0)
        return command_tune(argc - 1, argv + 1);
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
