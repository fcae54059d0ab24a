#include "tests/float_data.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

double float_data_get(pel_dtype dtype, const void *x, size_t i)
{
    return dtype == PEL_F32 ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

void float_data_put(pel_dtype dtype, void *x, size_t i, double value)
{
    if (dtype == PEL_F32)
        ((float *)x)[i] = (float)value;
    else
        ((double *)x)[i] = value;
}

const char *float_data_name(enum float_data kind)
{
    static const char *const names[DATA_KINDS] = {
        "unit",  "integers", "wide", "finite", "special", "steps", "outlier",
        "large", "tiny",     "ill",  "cancel", "ties",    "zeros", "minus zeros",
    };
    return names[kind];
}

static double sign(struct test_random *random)
{
    return test_random_bits(random) & 1 ? -1 : 1;
}

static double unit(struct test_random *random)
{
    return 2 * test_random_unit(random) - 1;
}

/* A number in [1, 2) times 2^exponent, of either sign. */
static double scaled(struct test_random *random, int exponent)
{
    return sign(random) * ldexp(1 + test_random_unit(random), exponent);
}

static int between(struct test_random *random, int low, int high)
{
    return low + (int)test_random_below(random, (size_t)(high - low + 1));
}

/* A format, as far as the data care: the exponents of its smallest subnormal and largest number. */
static int lowest_of(pel_dtype dtype)
{
    return dtype == PEL_F32 ? -149 : -1074;
}

static int highest_of(pel_dtype dtype)
{
    return dtype == PEL_F32 ? 127 : 1023;
}

static double any_bits(pel_dtype dtype, struct test_random *random)
{
    double f64;
    float f32;
    test_random_fill(random, &f64, sizeof f64);
    test_random_fill(random, &f32, sizeof f32);
    return dtype == PEL_F32 ? (double)f32 : f64;
}

static double any_finite(pel_dtype dtype, struct test_random *random)
{
    double x = any_bits(dtype, random);
    return isfinite(x) ? x : any_finite(dtype, random);
}

static double special(pel_dtype dtype, size_t n, struct test_random *random)
{
    static const double values[] = {INFINITY, -INFINITY, INFINITY, NAN};
    return test_random_below(random, n) == 0 ? values[test_random_below(random, 4)] : any_finite(dtype, random);
}

static double large(pel_dtype dtype, struct test_random *random)
{
    double most = dtype == PEL_F32 ? FLT_MAX : DBL_MAX;
    return sign(random) * most * (1 - test_random_unit(random) / (1 << between(random, 0, 20)));
}

/* Kinds whose elements do not depend on each other. */
static double element(enum float_data kind, pel_dtype dtype, size_t i, size_t n, struct test_random *random)
{
    int lowest = lowest_of(dtype), highest = highest_of(dtype), middle = highest - 40;
    switch (kind) {
    case DATA_INTEGERS:
        return between(random, -1000, 1000);
    case DATA_WIDE:
        return scaled(random, between(random, -60, 60));
    case DATA_FINITE:
        return any_finite(dtype, random);
    case DATA_SPECIAL:
        return special(dtype, n, random);
    case DATA_STEPS:
        return ldexp(unit(random), (int)((i / 300 * 7919) % (size_t)(middle - lowest)) + lowest);
    case DATA_OUTLIER:
        return i == 0 ? scaled(random, middle) : i == 1 ? scaled(random, lowest + 60) : unit(random);
    case DATA_LARGE:
        return large(dtype, random);
    case DATA_TINY:
        return sign(random) * ldexp(test_random_unit(random), lowest + between(random, 0, 70));
    case DATA_ZEROS:
        return sign(random) * 0.0;
    case DATA_MINUS_ZEROS:
        return -0.0;
    default:
        return unit(random);
    }
}

/* A sum that loses nothing: numbers of which each is but a rounding error beside the next (J. R. Shewchuk, "Adaptive
 * precision floating-point arithmetic and fast robust geometric predicates", 1997, Grow-Expansion). */
struct expansion {
    size_t count;
    double part[2100]; /* of one bit each, at the worst */
};

static void expansion_add(struct expansion *sum, double x)
{
    size_t kept = 0;
    for (size_t i = 0; i < sum->count; i++) {
        volatile double part = sum->part[i], total = x + part, back = total - x, from_part = part - back;
        volatile double from_x = x - (total - back), rest = from_x + from_part;
        if (rest != 0)
            sum->part[kept++] = rest;
        x = total;
    }
    if (x != 0)
        sum->part[kept++] = x;
    sum->count = kept;
}

/* The first half spreads over half the binades there are; the second cancels what has come together so far down to a
 * term that gets smaller and smaller: T. Ogita, S. M. Rump, S. Oishi, "Accurate sum and dot product" (2005), algorithm
 * 6.1. */
static void fill_ill(pel_dtype dtype, void *x, size_t n, struct test_random *random)
{
    int range = highest_of(dtype) / 2;
    struct expansion sum = {0, {0}};
    for (size_t i = 0; i < n; i++) {
        double share = n > 1 ? (double)i / (double)(n - 1) : 0;
        int exponent = i < n / 2 ? between(random, -range, range) : (int)(range * (3 - 4 * share));
        double term = scaled(random, i == 0 ? range : exponent);
        bool cancels = i >= n / 2 && sum.count > 0;
        float_data_put(dtype, x, i, cancels ? term - sum.part[sum.count - 1] : term);
        expansion_add(&sum, float_data_get(dtype, x, i));
    }
}

static void fill_cancel(pel_dtype dtype, void *x, size_t n, struct test_random *random)
{
    for (size_t i = 0; i + 1 < n; i += 2) {
        double term = test_random_below(random, 2) ? unit(random) : any_finite(dtype, random);
        float_data_put(dtype, x, i, term);
        float_data_put(dtype, x, i + 1, -float_data_get(dtype, x, i));
    }
    if (n % 2 == 1)
        float_data_put(dtype, x, n - 1, 0);
}

/* An odd or even number in the last place of 2^e, half a unit more, and perhaps a tiny bit beside it. */
static void fill_ties(pel_dtype dtype, void *x, size_t n, struct test_random *random)
{
    int digits = dtype == PEL_F32 ? 24 : 53, lowest = lowest_of(dtype);
    int exponent =
        test_random_below(random, 4) ? between(random, lowest + digits + 1, highest_of(dtype)) : highest_of(dtype);
    bool top = test_random_below(random, 2);
    double unit_in_last_place = ldexp(1, exponent - digits + 1);
    double significand = top ? ldexp(1, digits) - 1 : ldexp(1, digits - 1) + between(random, 0, 1);
    double sign_of_all = sign(random), tiny = between(random, -1, 1) * ldexp(1, lowest);
    const double terms[] = {significand * unit_in_last_place, unit_in_last_place / 2, tiny};
    for (size_t i = 0; i < n; i++)
        float_data_put(dtype, x, i, i < 3 ? sign_of_all * terms[i] : sign(random) * 0.0);
}

static void shuffle(pel_dtype dtype, void *x, size_t n, struct test_random *random)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = test_random_below(random, i);
        double a = float_data_get(dtype, x, i - 1), b = float_data_get(dtype, x, j);
        float_data_put(dtype, x, i - 1, b);
        float_data_put(dtype, x, j, a);
    }
}

void float_data_fill(enum float_data kind, pel_dtype dtype, void *x, size_t n, struct test_random *random)
{
    if (kind == DATA_ILL)
        fill_ill(dtype, x, n, random);
    else if (kind == DATA_CANCEL)
        fill_cancel(dtype, x, n, random);
    else if (kind == DATA_TIES)
        fill_ties(dtype, x, n, random);
    else
        for (size_t i = 0; i < n; i++)
            float_data_put(dtype, x, i, element(kind, dtype, i, n, random));
    if (kind != DATA_STEPS)
        shuffle(dtype, x, n, random);
}
