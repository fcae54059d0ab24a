/* Wisdom files: what is read, merged, forgotten and refused; hostile files; files read while others pick. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pel/pel.h>

#include "lib/dispatch.h"
#include "lib/memory.h"
#include "lib/registry.h"
#include "lib/wisdom.h"
#include "tests/support.h"
#include "tests/wisdom_sample.h"

#include "config.h"

enum { TEXT_BYTES = 4096 };

static char folder[] = "/tmp/test_wisdom.XXXXXX";
static char file_name[64];

/* Fails the allocation of this number, counted down; 0: none. */
static int starve_at;

void *__real_pel_memory_new(size_t, size_t);
void *__wrap_pel_memory_new(size_t, size_t);
void *__wrap_pel_memory_new(size_t count, size_t size)
{
    if (starve_at > 0 && --starve_at == 0)
        return NULL;
    return __real_pel_memory_new(count, size);
}

static void write_bytes(const char *text, size_t length)
{
    FILE *file = fopen(file_name, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

#ifdef PEL_HAVE_JANSSON

static pel_status import(const char *text)
{
    write_bytes(text, strlen(text));
    return pel_wisdom_import(file_name);
}

static void import_sample(void)
{
    char text[TEXT_BYTES];
    wisdom_sample(text, sizeof text);
    assert_int_equal(import(text), PEL_OK);
}

/* The team that a sort of 64 threads would get; the sample marks its rules by it. */
static int team_of(pel_dtype dtype, size_t n)
{
    struct pel_request request = {.op = PEL_OP_SORT, .dtype = dtype, .threads = 64, .n = n};
    struct pel_pick pick;
    assert_int_equal(pel_dispatch(&request, NULL, &pick), PEL_OK);
    return strstr(pick.source, "wisdom") ? pick.team : 0;
}

static void assert_sample_in_force(void)
{
    assert_int_equal(team_of(PEL_U64, 1000), 11);
    assert_int_equal(team_of(PEL_U64, 1001), 64);
    assert_int_equal(team_of(PEL_U32, 5), 13);
    assert_int_equal(team_of(PEL_F64, 5), 0);
}

static void assert_nothing_in_force(void)
{
    assert_int_equal(team_of(PEL_U64, 1000), 0);
    assert_int_equal(team_of(PEL_U32, 1000), 0);
}

static void picks_follow(void **state)
{
    (void)state;
    assert_nothing_in_force();
    import_sample();
    assert_sample_in_force();
    pel_wisdom_forget();
    assert_nothing_in_force();
}

/* A sample with the rule of u32 alone, with another team. */
static pel_status import_other(int team)
{
    char text[TEXT_BYTES], *rules, other[TEXT_BYTES];
    wisdom_sample(text, sizeof text);
    rules = strstr(text, "{\"op\": \"sort\", \"dtype\": \"u64\", \"mode\": \"exact\", \"ndim\"");
    char *last = strstr(text, "{\"op\": \"sort\", \"dtype\": \"u32\"");
    char *mark = strstr(last, "13");
    snprintf(other, sizeof other, "%.*s%.*s%d%s", (int)(rules - text), text, (int)(mark - last), last, team, mark + 2);
    return import(other);
}

static void imports_merge(void **state)
{
    (void)state;
    import_sample();
    assert_int_equal(import_other(17), PEL_OK);
    assert_int_equal(team_of(PEL_U32, 5), 17);
    assert_int_equal(team_of(PEL_U64, 1000), 11);
    import_sample();
    assert_sample_in_force();
    for (int i = 0; i < 2000; i++)
        import_sample();
    assert_sample_in_force();
    assert_true(pel_rules_wisdom(PEL_WISDOM_USER)->count == 3);
    pel_wisdom_forget();
}

static void the_user_outranks_the_system(void **state)
{
    (void)state;
    import_sample();
    char text[TEXT_BYTES], *mark;
    wisdom_sample(text, sizeof text);
    mark = strstr(strstr(text, "\"u32\""), "13");
    memcpy(mark, "23", 2);
    write_bytes(text, strlen(text));
    assert_int_equal(pel_wisdom_read(file_name, PEL_WISDOM_SYSTEM), PEL_OK);
    assert_sample_in_force();
    pel_wisdom_forget();
    assert_int_equal(pel_wisdom_read(file_name, PEL_WISDOM_SYSTEM), PEL_OK);
    assert_int_equal(team_of(PEL_U32, 5), 23);
    pel_wisdom_forget();
    assert_nothing_in_force();
}

/* What is exported puts the same rules in force elsewhere. */
static void exports_import(void **state)
{
    (void)state;
    char text[TEXT_BYTES], again[TEXT_BYTES];
    size_t length, needed;
    import_sample();
    assert_int_equal(pel_wisdom_export(NULL, 0, &needed), PEL_OK);
    assert_int_equal(pel_wisdom_export(text, sizeof text, &length), PEL_OK);
    assert_true(length == needed && length == strlen(text) && length < sizeof text);
    pel_wisdom_forget();
    assert_nothing_in_force();
    assert_int_equal(pel_wisdom_import_text(text, length), PEL_OK);
    assert_sample_in_force();
    assert_int_equal(pel_wisdom_export(again, sizeof again, NULL), PEL_OK);
    assert_string_equal(text, again);
    assert_int_equal(pel_wisdom_import_text(text, length / 2), PEL_ECORRUPT);
    assert_int_equal(pel_wisdom_import_text(NULL, 5), PEL_EINVAL);
    assert_int_equal(pel_wisdom_import_text(text, PEL_WISDOM_MAX_BYTES + 1), PEL_ECORRUPT);
    assert_int_equal(pel_wisdom_export(NULL, 5, NULL), PEL_EINVAL);
    assert_sample_in_force();
    pel_wisdom_forget();
    assert_int_equal(pel_wisdom_export(text, sizeof text, &length), PEL_OK);
    assert_int_equal(pel_wisdom_import_text(text, length), PEL_OK);
    assert_nothing_in_force();
    pel_wisdom_forget();
}

/* Where the user's wisdom ends, that of the system is exported. */
static void exports_have_the_rules_of_all_origins(void **state)
{
    (void)state;
    char text[TEXT_BYTES], *mark;
    wisdom_sample(text, sizeof text);
    write_bytes(text, strlen(text));
    assert_int_equal(pel_wisdom_read(file_name, PEL_WISDOM_SYSTEM), PEL_OK);
    mark = strstr(text, "\"all\"");
    memcpy(mark, "2000 ", 5);
    assert_int_equal(import(text), PEL_OK);
    assert_int_equal(team_of(PEL_U64, 1000), 11);
    assert_int_equal(team_of(PEL_U64, 3000), 64);
    assert_int_equal(pel_wisdom_export(text, sizeof text, NULL), PEL_OK);
    pel_wisdom_forget();
    assert_int_equal(pel_wisdom_import_text(text, strlen(text)), PEL_OK);
    assert_int_equal(team_of(PEL_U64, 1000), 11);
    assert_int_equal(team_of(PEL_U64, 3000), 64);
    pel_wisdom_forget();
}

static void assert_refused(const char *path, pel_status expected)
{
    assert_int_equal(pel_wisdom_import(path), expected);
    assert_sample_in_force();
}

static void files_that_are_none_are_refused(void **state)
{
    (void)state;
    char fifo[80];
    import_sample();
    assert_refused(NULL, PEL_EINVAL);
    assert_refused("", PEL_EIO);
    assert_refused("/nonexistent/wisdom", PEL_EIO);
    assert_refused(folder, PEL_EIO);
    assert_refused("/dev/zero", PEL_EIO);
    snprintf(fifo, sizeof fifo, "%s/fifo", folder);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_refused(fifo, PEL_EIO);
    assert_int_equal(unlink(fifo), 0);
    pel_wisdom_forget();
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        " ",
        "{",
        "[]",
        "null",
        "1e999",
        "{}",
        "{\"format\": \"pel wisdom\"}",
        "{\"format\": \"pel wisdom\", \"version\": \"1\", \"tables\": []}",
        "{\"format\": \"another\", \"version\": 1, \"tables\": []}",
        "{\"format\": \"pel wisdom\", \"version\": 1, \"tables\": {}}",
        "{\"format\": \"pel wisdom\", \"version\": 1, \"tables\": [1]}",
        "{\"format\": \"pel wisdom\", \"version\": 1, \"tables\": [{\"cpu\": \"x\"}]}",
        "{\"format\": \"pel wisdom\", \"version\": 1, \"version\": 1, \"tables\": []}",
    };
    import_sample();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        write_bytes(texts[i], strlen(texts[i]));
        assert_refused(file_name, PEL_ECORRUPT);
    }
    write_bytes("{\"format\": \"pel wisdom\", \"version\": 2}", 38);
    assert_refused(file_name, PEL_ENOTSUP);
    pel_wisdom_forget();
}

/* Each change makes a rule of this processor senseless. */
static void rules_out_of_range_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } changes[] = {
        {"\"ndim\": 0", "\"ndim\": 4"},
        {"\"ndim\": 0", "\"ndim\": -1"},
        {"\"ndim\": 0", "\"ndim\": 0.5"},
        {"\"threads\": 64", "\"threads\": 65537"},
        {"\"threads\": 64", "\"threads\": \"\""},
        {"\"n_upto\": 1000", "\"n_upto\": -1"},
        {"\"n_upto\": 1000", "\"n_upto\": 1e3"},
        {"\"n_upto\": 1000", "\"n_upto\": 99999999999999999999"},
        {"\"all\"", "\"any\""},
        {"\"team\": 11", "\"team\": -1"},
        {"\"team\": 11", "\"team\": 65537"},
        {"\"params\": {}", "\"params\": 5"},
        {"\"params\": {}", "\"params\": {\"x\": \"y\"}"},
        {"\"ndim\": 0", "\"variant\": 1"},
    };
    char text[TEXT_BYTES], changed[TEXT_BYTES];
    import_sample();
    wisdom_sample(text, sizeof text);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char *at = strstr(text, changes[i].from);
        assert_non_null(at);
        snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, changes[i].to,
                 at + strlen(changes[i].from));
        write_bytes(changed, strlen(changed));
        assert_refused(file_name, PEL_ECORRUPT);
    }
    pel_wisdom_forget();
}

/* A parameter that the kernel lacks is another build's: its rule is skipped, the others count. */
static void rules_of_other_builds_are_skipped(void **state)
{
    (void)state;
    static const char from[] = "\"params\": {}", to[] = "\"params\": {\"none\": 1}";
    char text[TEXT_BYTES], changed[TEXT_BYTES];
    wisdom_sample(text, sizeof text);
    char *at = strstr(text, from);
    snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    assert_int_equal(import(changed), PEL_OK);
    assert_int_equal(team_of(PEL_U64, 1000), 64);
    assert_int_equal(team_of(PEL_U32, 5), 13);
    pel_wisdom_forget();
}

static void size_is_capped(void **state)
{
    (void)state;
    size_t bytes = PEL_WISDOM_MAX_BYTES + 1;
    char *text = malloc(bytes);
    assert_non_null(text);
    memset(text, ' ', bytes);
    wisdom_sample(text, TEXT_BYTES);
    text[strlen(text)] = ' ';
    write_bytes(text, bytes - 1);
    assert_int_equal(pel_wisdom_import(file_name), PEL_OK);
    write_bytes(text, bytes);
    assert_refused(file_name, PEL_ECORRUPT);
    free(text);
    pel_wisdom_forget();
}

static void too_many_rules_are_refused(void **state)
{
    (void)state;
    char text[TEXT_BYTES];
    wisdom_sample(text, sizeof text);
    char *last = strrchr(text, '{'), *end = strchr(last, '}') + 1;
    size_t head = (size_t)(last - text), rule = (size_t)(end - last);
    size_t capacity = sizeof text + (rule + 1) * (PEL_WISDOM_MAX_RULES + 1);
    char *many = malloc(capacity), *to = many + head;
    memcpy(many, text, head);
    for (int i = 0; i < PEL_WISDOM_MAX_RULES + 1; i++) {
        memcpy(to, last, rule);
        to[rule] = ',';
        to += rule + 1;
    }
    strcpy(to - 1, end);
    import_sample();
    write_bytes(many, strlen(many));
    assert_refused(file_name, PEL_ECORRUPT);
    free(many);
    pel_wisdom_forget();
}

/* Rules of so many keys, which differ in threads from `first` on. */
static pel_status import_keys(int first, int count)
{
    char sample[TEXT_BYTES];
    wisdom_sample(sample, sizeof sample);
    char *last = strrchr(sample, '{'), *end = strchr(last, '}');
    size_t capacity = sizeof sample + (size_t)count * ((size_t)(end - last) + 32), length = (size_t)(last - sample);
    char *text = malloc(capacity);
    assert_non_null(text);
    memcpy(text, sample, length);
    for (int i = 0; i < count; i++)
        length += (size_t)snprintf(text + length, capacity - length, "%s%.*s, \"threads\": %d}", i > 0 ? ",\n" : "",
                                   (int)(end - last), last, first + i);
    snprintf(text + length, capacity - length, "%s", end + 1);
    pel_status status = import(text);
    free(text);
    return status;
}

/* Each file alone would do. */
static void too_many_merged_rules_are_refused(void **state)
{
    (void)state;
    enum { MANY = PEL_WISDOM_MAX_RULES * 3 / 4 };
    assert_int_equal(import_keys(1000, MANY), PEL_OK);
    size_t before = pel_rules_wisdom(PEL_WISDOM_USER)->count;
    assert_true(before >= MANY);
    assert_int_equal(import_keys(1000 + MANY, MANY), PEL_ECORRUPT);
    assert_true(pel_rules_wisdom(PEL_WISDOM_USER)->count == before);
    assert_int_equal(import_keys(1000, MANY), PEL_OK);
    assert_true(pel_rules_wisdom(PEL_WISDOM_USER)->count == before);
    pel_wisdom_forget();
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    char text[TEXT_BYTES];
    wisdom_sample(text, sizeof text);
    import_sample();
    int failures = 0;
    for (int k = 1;; k++) {
        starve_at = k;
        pel_status status = import_other(17);
        bool reached = starve_at == 0;
        starve_at = 0;
        if (!reached) {
            assert_int_equal(status, PEL_OK);
            break;
        }
        assert_int_equal(status, PEL_ENOMEM);
        assert_sample_in_force();
        failures++;
    }
    assert_true(failures >= 2);
    pel_wisdom_forget();
}

/* Changes a few bytes at random: some turn into others, some go, some come twice. */
static size_t mutate(struct test_random *random, char *text, size_t length)
{
    static const char tokens[] = "{}[]\",:0123456789-+eE.\\ unlfatrs\0\x80\xff";
    for (size_t changes = 1 + test_random_below(random, 4); changes > 0; changes--) {
        size_t at = test_random_below(random, length), span = test_random_below(random, length - at);
        span = span > 40 ? 40 : span;
        switch (test_random_below(random, 3)) {
        case 0:
            text[at] = tokens[test_random_below(random, sizeof tokens)];
            break;
        case 1:
            memmove(text + at, text + at + span, length - at - span);
            length -= length > span ? span : 0;
            break;
        default:
            memmove(text + at + span, text + at, length - at);
            length += span;
        }
    }
    return length;
}

static void check_rule(const struct pel_rule *rule)
{
    if (strcmp(rule->variant, PEL_RULE_DEFAULT) == 0)
        return;
    const struct pel_kernel *kernel = pel_registry_find(rule->op, rule->dtype, rule->variant, strlen(rule->variant));
    assert_non_null(kernel);
    assert_true(rule->ndim >= 0 && rule->ndim <= 3 && rule->threads >= 0 && rule->threads <= 1 << 16);
    assert_true(rule->team >= PEL_TEAM_ALL && rule->team <= 1 << 16);
    for (int i = 0; i < PEL_MAX_PARAMS; i++)
        assert_true(rule->params[i] >= kernel->params[i].low && rule->params[i] <= kernel->params[i].high);
}

static void mutants_end_in_a_status(void **state)
{
    (void)state;
    struct test_random random = test_random_start(test_seed(), 1);
    struct pel_rule *rule = calloc(PEL_WISDOM_MAX_RULES, sizeof *rule);
    int accepted = 0, refused = 0;
    for (int i = test_long() ? 2000000 : 30000; i > 0; i--) {
        char text[TEXT_BYTES];
        size_t count = 0, length = mutate(&random, text, wisdom_sample(text, sizeof text));
        const char *why = NULL;
        char *exact = malloc(length ? length : 1); /* so that the sanitizer sees every byte beyond */
        memcpy(exact, text, length);
        pel_status status = pel_wisdom_parse(exact, length, rule, &count, &why);
        free(exact);
        assert_true(status == PEL_OK || ((status == PEL_ECORRUPT || status == PEL_ENOTSUP) && why));
        for (size_t r = 0; status == PEL_OK && r < count; r++)
            check_rule(&rule[r]);
        status == PEL_OK ? accepted++ : refused++;
    }
    free(rule);
    printf("%d mutants accepted, %d refused\n", accepted, refused);
    assert_true(accepted > 0 && refused > 0);
}

static atomic_bool picking_ends;
static atomic_int strange_picks;

static void *pick_on_and_on(void *nothing)
{
    (void)nothing;
    uint64_t keys[300];
    while (!atomic_load(&picking_ends)) {
        for (size_t i = 0; i < 300; i++)
            keys[i] = i * 2654435761u % 1000;
        bool sorted = pel_sort_u64(keys, 300, NULL) == PEL_OK;
        for (size_t i = 1; i < 300; i++)
            sorted = sorted && keys[i - 1] <= keys[i];
        struct pel_request request = {.op = PEL_OP_SORT, .dtype = PEL_U32, .threads = 64, .n = 5};
        struct pel_pick pick;
        if (!sorted || pel_dispatch(&request, NULL, &pick) != PEL_OK ||
            (strstr(pick.source, "wisdom") && pick.team != 13 && pick.team != 17))
            atomic_fetch_add(&strange_picks, 1);
    }
    return NULL;
}

static void imports_may_meet_calls(void **state)
{
    (void)state;
    enum { PICKERS = 4 };
    pthread_t picker[PICKERS];
    for (int i = 0; i < PICKERS; i++)
        assert_int_equal(pthread_create(&picker[i], NULL, pick_on_and_on, NULL), 0);
    for (int i = 0; i < 100; i++) {
        import_sample();
        assert_sample_in_force();
        assert_int_equal(import_other(17), PEL_OK);
        assert_int_equal(team_of(PEL_U32, 5), 17);
        pel_wisdom_forget();
        assert_nothing_in_force();
    }
    atomic_store(&picking_ends, true);
    for (int i = 0; i < PICKERS; i++)
        assert_int_equal(pthread_join(picker[i], NULL), 0);
    assert_int_equal(atomic_load(&strange_picks), 0);
}

static void *import_on_and_on(void *path)
{
    for (int i = 0; i < 100; i++)
        pel_wisdom_import(path);
    return NULL;
}

/* Several imports at once lose nothing: each brings rules of its own dtype. */
static void imports_may_meet_imports(void **state)
{
    (void)state;
    pthread_t importer;
    char text[TEXT_BYTES], path[80];
    import_sample();
    wisdom_sample(text, sizeof text);
    for (char *dtype = text; (dtype = strstr(dtype, "\"u64\""));)
        memcpy(dtype, "\"f32\"", 5);
    snprintf(path, sizeof path, "%s/other", folder);
    FILE *file = fopen(path, "w");
    assert_true(file && fputs(text, file) >= 0 && fclose(file) == 0);
    pel_wisdom_forget();
    assert_int_equal(pthread_create(&importer, NULL, import_on_and_on, path), 0);
    import_on_and_on(file_name);
    assert_int_equal(pthread_join(importer, NULL), 0);
    assert_sample_in_force();
    assert_int_equal(team_of(PEL_F32, 1000), 11);
    assert_int_equal(unlink(path), 0);
    pel_wisdom_forget();
}

/* Child: the file that PEL_WISDOM names was read before the first pick. */
static void reads_environment(const char *path)
{
    (void)path;
    assert_sample_in_force();
}

/* Child: PEL_WISDOM names no such file. */
static void survives_environment(const char *path)
{
    (void)path;
    assert_nothing_in_force();
}

/* Child: what was forgotten before the first pick stays forgotten. */
static void forgets_environment(const char *path)
{
    (void)path;
    pel_wisdom_forget();
    assert_nothing_in_force();
}

static void the_environment_names_a_file(void **state)
{
    (void)state;
    import_sample();
    setenv("PEL_VERBOSE", "dispatch", 1);
    struct test_child child = test_rerun("read", "PEL_WISDOM", file_name);
    assert_int_equal(child.status, 0);
    assert_non_null(strstr(child.out, "3 rules for this processor"));
    assert_int_equal(test_rerun("forget", "PEL_WISDOM", file_name).status, 0);
    write_bytes("{", 1);
    child = test_rerun("survive", "PEL_WISDOM", file_name);
    assert_int_equal(child.status, 0);
    assert_non_null(strstr(child.out, "ignored: not JSON"));
    unsetenv("PEL_VERBOSE");
    child = test_rerun("survive", "PEL_WISDOM", folder);
    assert_int_equal(child.status, 0);
    assert_string_equal(child.out, "");
    pel_wisdom_forget();
}

static int run_task(const char *task, const char *path)
{
    if (strcmp(task, "read") == 0)
        reads_environment(path);
    else if (strcmp(task, "forget") == 0)
        forgets_environment(path);
    else
        survives_environment(path);
    return 0;
}

#else

static void imports_are_not_supported(void **state)
{
    (void)state;
    write_bytes("{}", 2);
    assert_int_equal(pel_wisdom_import(file_name), PEL_ENOTSUP);
    assert_int_equal(pel_wisdom_import(NULL), PEL_EINVAL);
    pel_wisdom_forget();
}

#endif

static int make_folder(void **state)
{
    (void)state;
    unsetenv("PEL_FORCE");
    unsetenv("PEL_MAX_ISA");
    unsetenv("PEL_WISDOM");
    if (!mkdtemp(folder))
        return -1;
    snprintf(file_name, sizeof file_name, "%s/wisdom.json", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(file_name);
    return rmdir(folder);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
#ifdef PEL_HAVE_JANSSON
        cmocka_unit_test(picks_follow),
        cmocka_unit_test(imports_merge),
        cmocka_unit_test(exports_import),
        cmocka_unit_test(exports_have_the_rules_of_all_origins),
        cmocka_unit_test(the_user_outranks_the_system),
        cmocka_unit_test(files_that_are_none_are_refused),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(rules_out_of_range_are_refused),
        cmocka_unit_test(rules_of_other_builds_are_skipped),
        cmocka_unit_test(size_is_capped),
        cmocka_unit_test(too_many_rules_are_refused),
        cmocka_unit_test(too_many_merged_rules_are_refused),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(mutants_end_in_a_status),
        cmocka_unit_test(imports_may_meet_calls),
        cmocka_unit_test(imports_may_meet_imports),
        cmocka_unit_test(the_environment_names_a_file),
#else
        cmocka_unit_test(imports_are_not_supported),
#endif
    };
#ifdef PEL_HAVE_JANSSON
    if (argc == 3)
        return run_task(argv[1], argv[2]);
#endif
    (void)argc, (void)argv;
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
