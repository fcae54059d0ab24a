/* Inputs made by someone who knows where sorts look for samples: at worst all samples lie apart from all other keys, so
 * that those fall between two of them. The order comes out right, and in a time of the same kind as that of other keys.
 * And quicksort whose cuts have all failed. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels/sort/random.h"
#include "tests/sort_oracle.h"
#include "tests/support.h"

/* quick.c once more, to choose the depth; its table gets another name. */
#define PEL_ISA scalar
#include "kernels/kernel.h"
#undef PEL_TABLE
#define PEL_TABLE(file) tested_##file
extern const struct pel_kernel tested_sort_quick[];
#include "kernels/sort/quick.c"

enum { LEAST_SAMPLES = 256, MOST_SAMPLES = 1 << 13, SLOW = 30, TRIES = 5 };

/* What all keys are but those at the places of samples, which are random. */
enum rest { NEAR, FEW, ASCENDING, UNIFORM, NRESTS };

static void put(const struct sort_type *type, void *keys, size_t i, uint64_t value)
{
    if (type->size == sizeof(uint32_t))
        ((uint32_t *)keys)[i] = (uint32_t)(value >> 32);
    else
        ((uint64_t *)keys)[i] = value;
}

static uint64_t rest_value(enum rest rest, size_t i, size_t n, struct test_random *random)
{
    switch (rest) {
    case NEAR:
        return (uint64_t)((1 << 20) + test_random_below(random, n)) << 32;
    case FEW:
        return UINT64_C(1) << 63 | (test_random_bits(random) & 0xff) << 32;
    case ASCENDING:
        return (uint64_t)i << 32;
    default:
        return test_random_bits(random);
    }
}

static void make_keys(const struct sort_type *type, void *keys, size_t n, size_t samples, enum rest rest,
                      struct test_random *random)
{
    size_t stride = n / samples;
    uint64_t state = n;
    for (size_t i = 0; i < n; i++)
        put(type, keys, i, rest_value(rest, i, n, random));
    for (size_t i = 0; i < samples; i++)
        put(type, keys, i * stride + random_below(&state, stride), test_random_bits(random));
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* An input, the order that must come out, and room for what does. */
struct adversary {
    const struct sort_type *type;
    size_t n;
    void *keys, *expected, *sorted;
    uint64_t *index;
};

/* Seconds that all operations take together. */
static double check_all(const struct adversary *a, int threads)
{
    const struct sort_type *type = a->type;
    pel_opts opts = PEL_OPTS_INIT;
    opts.threads = threads;
    memcpy(a->sorted, a->keys, a->n * type->size);
    double start = now();
    assert_int_equal(type->sort(a->sorted, a->n, &opts), PEL_OK);
    double seconds = now() - start;
    assert_memory_equal(a->sorted, a->expected, a->n * type->size);
    start = now();
    assert_int_equal(type->argsort(a->keys, a->n, a->index, &opts), PEL_OK);
    seconds += now() - start;
    for (size_t i = 0; i < a->n; i++)
        assert_memory_equal((char *)a->keys + a->index[i] * type->size, (char *)a->expected + i * type->size,
                            type->size);
    return seconds;
}

static double check_select(const struct adversary *a, int threads)
{
    pel_opts opts = PEL_OPTS_INIT;
    size_t k = a->n / 2;
    opts.threads = threads;
    memcpy(a->sorted, a->keys, a->n * a->type->size);
    double start = now();
    pel_status status = a->type->dtype == PEL_U64   ? pel_select_u64(a->sorted, a->n, k, &opts)
                        : a->type->dtype == PEL_U32 ? pel_select_u32(a->sorted, a->n, k, &opts)
                                                    : pel_select_f64(a->sorted, a->n, k, &opts);
    double seconds = now() - start;
    assert_int_equal(status, PEL_OK);
    assert_memory_equal((char *)a->sorted + k * a->type->size, (char *)a->expected + k * a->type->size, a->type->size);
    return seconds;
}

static double check_once(const struct adversary *a, bool select, int threads)
{
    return select ? check_select(a, threads) : check_all(a, threads);
}

static void check_type(const struct sort_type *type, size_t n, struct test_random *random)
{
    struct adversary a = {type, n, malloc(n * 8), malloc(n * 8), malloc(n * 8), malloc(n * 8)};
    double usual[2] = {0, 0};
    assert_true(a.keys && a.expected && a.sorted && a.index);
    for (int rest = UNIFORM; rest >= 0; rest--) {
        for (size_t samples = LEAST_SAMPLES; samples <= MOST_SAMPLES; samples *= 2) {
            make_keys(type, a.keys, n, samples, (enum rest)rest, random);
            memcpy(a.expected, a.keys, n * type->size);
            sort_expected(type, a.expected, n, false);
            int threads = 2 + (int)test_random_below(random, 7); /* one alone distributes larger ones only */
            for (int i = 0; i < 2; i++) {
                double seconds = check_once(&a, i, threads);
                usual[i] = rest == UNIFORM && seconds > usual[i] ? seconds : usual[i];
                for (int more = 0; more < TRIES && seconds > SLOW * usual[i]; more++) /* other processes, perhaps */
                    seconds = check_once(&a, i, threads);
                if (!test_slowed() && seconds > SLOW * usual[i])
                    fail_msg("%s, kind %d, %zu samples, %d threads: %.0f times as long as uniform keys", type->name,
                             rest, samples, threads, seconds / usual[i]);
            }
        }
    }
    free(a.keys);
    free(a.expected);
    free(a.sorted);
    free(a.index);
}

static void samples_that_tell_nothing(void **state)
{
    (void)state;
    struct test_random random = test_random_start(test_seed(), 1);
    for (int t = 0; t < SORT_TYPES; t++) {
        const struct sort_type *type = &sort_types[t];
        if (type->dtype == PEL_U64 || type->dtype == PEL_U32 || type->dtype == PEL_F64)
            check_type(type, (test_slowed() ? 1 << 16 : 1 << 18) + 12345, &random);
    }
}

static int compare_codes(const void *a, const void *b)
{
    int64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static void cuts_that_fail(void **state)
{
    enum { MOST = 6000 };
    static int64_t codes[MOST], expected[MOST];
    (void)state;
    struct test_random random = test_random_start(test_seed(), 2);
    for (int round = 0; round < 300; round++) {
        size_t n = test_random_below(&random, MOST);
        int depth = round % 4;
        struct quick_i64 quick = {test_random_bits(&random), NULL, false};
        for (size_t i = 0; i < n; i++)
            codes[i] = expected[i] = (int64_t)(test_random_bits(&random) >> (round % 5 * 14));
        qsort(expected, n, sizeof expected[0], compare_codes);
        quicksort_i64((void *)codes, n, depth, 0, &quick);
        assert_memory_equal(codes, expected, n * sizeof codes[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_that_tell_nothing),
        cmocka_unit_test(cuts_that_fail),
    };
    test_set_processors(8);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
