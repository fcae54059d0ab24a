/* Counters of energy, on files that stand for those of powercap. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "perf/energy.h"
#include "tests/support.h"

static char root[] = "/tmp/test_energy.XXXXXX";
static const char *const zones[] = {"intel-rapl:0", "intel-rapl:1", "intel-rapl:0:0"};

static void write_counter(const char *zone, const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s/%s", root, zone, name);
    FILE *file = fopen(path, "w");
    assert_true(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void set(const char *first, const char *second, const char *part)
{
    const char *const texts[] = {first, second, part};
    for (int i = 0; i < 3; i++)
        write_counter(zones[i], "energy_uj", texts[i]);
}

static void packages_are_added_up(void **state)
{
    (void)state;
    set("5000000\n", "100\n", "7\n");
    assert_null(energy_open(root));
    assert_true(energy_is_open());
    assert_true(energy_joules() == 0);
    set("6000000\n", "500100\n", "9000000\n");
    assert_true(energy_joules() == 1.5);
    assert_true(energy_joules() == 1.5);
    energy_close();
    assert_false(energy_is_open());
}

static void a_counter_may_start_anew(void **state)
{
    (void)state;
    set("9000000\n", "0\n", "0\n");
    assert_null(energy_open(root));
    set("2000000\n", "0\n", "0\n"); /* 1 J to its end, 2 J from its start */
    assert_true(energy_joules() == 3);
    energy_close();
}

static void what_cannot_be_read_is_told(void **state)
{
    (void)state;
    assert_string_equal(energy_open("/no/such/folder"), strerror(ENOENT));
    assert_string_equal(energy_open("/"), "no counter of a package");
    set("", "0\n", "0\n");
    assert_string_equal(energy_open(root), "a counter that cannot be read");
    assert_false(energy_is_open());
}

static int make_folders(void **state)
{
    (void)state;
    char path[128];
    if (!mkdtemp(root))
        return -1;
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", root, zones[i]);
        mkdir(path, 0700);
        write_counter(zones[i], "max_energy_range_uj", "10000000\n");
    }
    return 0;
}

static int remove_folders(void **state)
{
    (void)state;
    static const char *const files[] = {"max_energy_range_uj", "energy_uj", ""};
    char path[128];
    for (int i = 0; i < 3; i++) {
        for (int f = 0; f < 3; f++) {
            snprintf(path, sizeof path, "%s/%s/%s", root, zones[i], files[f]);
            remove(path);
        }
    }
    return rmdir(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packages_are_added_up),
        cmocka_unit_test(a_counter_may_start_anew),
        cmocka_unit_test(what_cannot_be_read_is_told),
    };
    return cmocka_run_group_tests(tests, make_folders, remove_folders);
}
