#include "tests/sort_data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t root(size_t n)
{
    return (size_t)sqrt((double)n) + 1;
}

static void uniform(struct test_random *random, uint64_t *value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        value[i] = test_random_bits(random);
}

static void sorted(struct test_random *random, uint64_t *value, size_t n)
{
    size_t plateau = 1 + test_random_below(random, 3);
    for (size_t i = 0; i < n; i++)
        value[i] = i / plateau;
}

static void reversed(struct test_random *random, uint64_t *value, size_t n)
{
    sorted(random, value, n);
    for (size_t i = 0; i < n; i++)
        value[i] = n - value[i];
}

static void constant(struct test_random *random, uint64_t *value, size_t n)
{
    uint64_t all = test_random_bits(random);
    for (size_t i = 0; i < n; i++)
        value[i] = all;
}

static void almost_sorted(struct test_random *random, uint64_t *value, size_t n)
{
    sorted(random, value, n);
    for (size_t i = 0; n > 0 && i < root(n); i++) {
        size_t a = test_random_below(random, n), b = test_random_below(random, n);
        uint64_t swap = value[a];
        value[a] = value[b];
        value[b] = swap;
    }
}

static void last_is_first(struct test_random *random, uint64_t *value, size_t n)
{
    (void)random;
    for (size_t i = 0; i < n; i++)
        value[i] = (i + 1) % n;
}

static void root_duplicates(struct test_random *random, uint64_t *value, size_t n)
{
    (void)random;
    for (size_t i = 0; i < n; i++)
        value[i] = i % root(n);
}

/* Of a cyclic group: few values, or all of them, by n. */
static void powers(uint64_t *value, size_t n, int exponent)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t power = 1;
        for (int e = 0; e < exponent; e++)
            power = power * i % n;
        value[i] = (power + n / 2) % n;
    }
}

static void two_duplicates(struct test_random *random, uint64_t *value, size_t n)
{
    (void)random;
    powers(value, n, 2);
}

static void eight_duplicates(struct test_random *random, uint64_t *value, size_t n)
{
    (void)random;
    powers(value, n, 8);
}

/* Zipf's law by the inverse of its continuous distribution function; s is not 1. */
static void zipf(struct test_random *random, uint64_t *value, size_t n, double s)
{
    double range = pow((double)n, 1 - s) - 1;
    for (size_t i = 0; i < n; i++)
        value[i] = (uint64_t)pow(range * test_random_unit(random) + 1, 1 / (1 - s));
}

static void zipf_flat(struct test_random *random, uint64_t *value, size_t n)
{
    zipf(random, value, n, 0.75);
}

static void zipf_steep(struct test_random *random, uint64_t *value, size_t n)
{
    zipf(random, value, n, 1.5);
}

static void exponential(struct test_random *random, uint64_t *value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        value[i] = (uint64_t)(-log(1 - test_random_unit(random)) * 1000);
}

/* Nearly all bits are 1: a radix sort finds nearly all keys in one bucket, again and again. */
static void bit_exponential(struct test_random *random, uint64_t *value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        value[i] = UINT64_MAX;
        for (int few = 0; few < 5; few++)
            value[i] &= ~((uint64_t)(test_random_below(random, 3) == 0) << test_random_below(random, 64));
    }
}

static void mostly_one(struct test_random *random, uint64_t *value, size_t n)
{
    uint64_t frequent = test_random_below(random, n + 1);
    for (size_t i = 0; i < n; i++)
        value[i] = test_random_below(random, 20) == 0 ? test_random_below(random, n) : frequent;
}

static void two_values(struct test_random *random, uint64_t *value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        value[i] = test_random_bits(random) & 1;
}

static void runs(struct test_random *random, uint64_t *value, size_t n, size_t count)
{
    size_t length = n / count + 1;
    for (size_t i = 0; i < n; i++)
        value[i] = i % length * 7 + test_random_below(random, 7);
}

static void short_saw(struct test_random *random, uint64_t *value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        value[i] = i % 20;
    (void)random;
}

static void some_runs(struct test_random *random, uint64_t *value, size_t n)
{
    runs(random, value, n, 20 + test_random_below(random, 51));
}

static void few_runs(struct test_random *random, uint64_t *value, size_t n)
{
    runs(random, value, n, (size_t)log2((double)n + 2));
}

/* Runs of unequal length that rise or fall, few enough to be merged, and a few keys behind them now and then. */
static void runs_to_merge(struct test_random *random, uint64_t *value, size_t n)
{
    size_t tail = test_random_below(random, 3) == 0 ? n / 50 : 0, count = 1 + test_random_below(random, 4);
    for (size_t start = 0, run = 1; start < n; run++) {
        size_t end = run == count ? n - tail : n * run / count - test_random_below(random, n / 8 + 1) / count;
        bool falls = test_random_below(random, 3) == 0;
        end = end > start && end < n - tail ? end : n - tail;
        end = start < n - tail ? end : n;
        for (size_t i = start; i < end; i++) {
            uint64_t step = (falls ? end - i : i - start) * 7 + test_random_below(random, 7);
            value[i] = start < n - tail ? step : test_random_below(random, 7 * n);
        }
        start = end;
    }
}

static void organ_pipe(struct test_random *random, uint64_t *value, size_t n)
{
    (void)random;
    for (size_t i = 0; i < n; i++)
        value[i] = i < n - i ? i : n - i;
}

static void one_outlier(struct test_random *random, uint64_t *value, size_t n)
{
    constant(random, value, n);
    if (n > 0)
        value[test_random_below(random, n)] = test_random_bits(random);
}

static void shared_high_bits(struct test_random *random, uint64_t *value, size_t n)
{
    uint64_t high = test_random_bits(random);
    for (size_t i = 0; i < n; i++)
        value[i] = (high & ~(uint64_t)0x3ff000003ff) | (test_random_bits(random) & 0x3ff000003ff);
}

/* What a sampler sees that looks at equal distances is not what there is. */
static void stride_killer(struct test_random *random, uint64_t *value, size_t n)
{
    size_t stride = (size_t)1 << test_random_below(random, 12);
    for (size_t i = 0; i < n; i++)
        value[i] = i % stride == 0 ? i : n + test_random_below(random, n);
}

static void special(struct test_random *random, uint64_t *value, size_t n)
{
    uniform(random, value, n);
}

const struct sort_data sort_data[] = {
    {"uniform", SORT_BITS, uniform},
    {"sorted", SORT_NUMBERS, sorted},
    {"reversed", SORT_NUMBERS, reversed},
    {"constant", SORT_BITS, constant},
    {"almost sorted", SORT_NUMBERS, almost_sorted},
    {"last is first", SORT_NUMBERS, last_is_first},
    {"root duplicates", SORT_NUMBERS, root_duplicates},
    {"two duplicates", SORT_NUMBERS, two_duplicates},
    {"eight duplicates", SORT_NUMBERS, eight_duplicates},
    {"zipf 0.75", SORT_NUMBERS, zipf_flat},
    {"zipf 1.5", SORT_NUMBERS, zipf_steep},
    {"exponential", SORT_NUMBERS, exponential},
    {"bit-exponential", SORT_BITS, bit_exponential},
    {"mostly one value", SORT_NUMBERS, mostly_one},
    {"two values", SORT_BITS, two_values},
    {"short saw", SORT_NUMBERS, short_saw},
    {"some runs", SORT_NUMBERS, some_runs},
    {"few runs", SORT_NUMBERS, few_runs},
    {"runs to merge", SORT_NUMBERS, runs_to_merge},
    {"organ pipe", SORT_NUMBERS, organ_pipe},
    {"one outlier", SORT_BITS, one_outlier},
    {"shared high bits", SORT_BITS, shared_high_bits},
    {"stride killer", SORT_NUMBERS, stride_killer},
    {"special values", SORT_SPECIAL, special},
    {NULL, SORT_BITS, NULL},
};

/* Zeros, smallest and largest numbers, infinities, and quiet and signalling NaNs; every one with both signs. For
 * integers these bits are numbers around zero and around the ends of the range. */
static uint64_t special_bits(pel_dtype dtype, uint64_t index)
{
    bool narrow = pel_dtype_size(dtype) == 4;
    int significand = narrow ? 23 : 52;
    uint64_t one = 1, sign = one << (narrow ? 31 : 63), infinity = sign - (one << significand);
    uint64_t quiet = infinity + (one << (significand - 1));
    const uint64_t bits[] = {0,         1,     2,         infinity - 1, infinity, infinity + 1, infinity + 7,
                             quiet - 1, quiet, quiet + 5, sign - 1};
    uint64_t magnitude = bits[index / 2 % (sizeof bits / sizeof bits[0])];
    return index % 2 ? sign | magnitude : magnitude;
}

static void put(void *keys, size_t i, const void *key, size_t size)
{
    memcpy((char *)keys + i * size, key, size);
}

static void put_bits(pel_dtype dtype, void *keys, size_t i, uint64_t bits)
{
    uint32_t low = (uint32_t)bits;
    bool narrow = pel_dtype_size(dtype) == sizeof low;
    put(keys, i, narrow ? (const void *)&low : &bits, narrow ? sizeof low : sizeof bits);
}

static void put_number(pel_dtype dtype, void *keys, size_t i, int64_t number)
{
    float single = (float)number / 2;
    double twice = (double)number / 2;
    if (dtype == PEL_F32)
        put(keys, i, &single, sizeof single);
    else if (dtype == PEL_F64)
        put(keys, i, &twice, sizeof twice);
    else
        put_bits(dtype, keys, i, (uint64_t)number);
}

const struct sort_data *sort_data_named(const char *name)
{
    const struct sort_data *data = sort_data;
    while (data->name && strcmp(data->name, name) != 0)
        data++;
    assert_non_null(data->name);
    return data;
}

void sort_data_make(const struct sort_data *data, pel_dtype dtype, void *keys, size_t n, uint64_t stream)
{
    struct test_random random = test_random_start(test_seed(), stream);
    uint64_t *value = calloc(n + 1, sizeof *value);
    assert_non_null(value);
    data->fill(&random, value, n);
    for (size_t i = 0; i < n; i++) {
        bool is_signed = dtype != PEL_U32 && dtype != PEL_U64;
        if (data->meaning == SORT_NUMBERS)
            put_number(dtype, keys, i, (int64_t)value[i] - (is_signed ? (int64_t)n / 2 : 0));
        else
            put_bits(dtype, keys, i, data->meaning == SORT_BITS ? value[i] : special_bits(dtype, value[i]));
    }
    free(value);
}
