/* Running minima and maxima: every variant of every dtype against a loop, bit for bit. */
#include "tests/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pel/pel.h>

#include "lib/registry.h"

enum { LARGEST = 300000 };

/* What comes before goes on where the new element is not better; zeros are told apart by their signs. */
#define ORACLE(T, suffix, nothing_of_min, nothing_of_max, nan_of_x, sign_of_x)                                         \
    static void oracle_##suffix(const void *in_, void *out_, size_t n, bool largest, unsigned flags)                   \
    {                                                                                                                  \
        const T *in = in_, nothing = (T)(largest ? nothing_of_max : nothing_of_min);                                   \
        T *out = out_, best = nothing;                                                                                 \
        bool any = false, spoiled = false;                                                                             \
        for (size_t i = 0; i < n; i++) {                                                                               \
            T x = in[i], written = any && !spoiled ? best : nothing;                                                   \
            if (nan_of_x)                                                                                              \
                spoiled |= !(flags & PEL_NAN_SKIP);                                                                    \
            else if (!any || (largest ? x > best : x < best) || (x == best && (largest ? !(sign_of_x) : sign_of_x))) { \
                best = x;                                                                                              \
                any = true;                                                                                            \
            }                                                                                                          \
            if (!(flags & PEL_EXCLUSIVE))                                                                              \
                written = any && !spoiled ? best : nothing;                                                            \
            out[i] = written;                                                                                          \
        }                                                                                                              \
    }
#define CALL(T, suffix)                                                                                                \
    static pel_status call_##suffix(const void *in, void *out, size_t n, bool largest, const pel_opts *opts)           \
    {                                                                                                                  \
        return (largest ? pel_scan_max_##suffix : pel_scan_min_##suffix)((const T *)in, (T *)out, n, opts);            \
    }
ORACLE(float, f32, NAN, NAN, isnan(x), signbit(x))
ORACLE(double, f64, NAN, NAN, isnan(x), signbit(x))
ORACLE(int32_t, i32, INT32_MAX, INT32_MIN, false, false)
ORACLE(int64_t, i64, INT64_MAX, INT64_MIN, false, false)
ORACLE(uint32_t, u32, UINT32_MAX, 0, false, false)
ORACLE(uint64_t, u64, UINT64_MAX, 0, false, false)
CALL(float, f32)
CALL(double, f64)
CALL(int32_t, i32)
CALL(int64_t, i64)
CALL(uint32_t, u32)
CALL(uint64_t, u64)

static const struct type {
    void (*oracle)(const void *in, void *out, size_t n, bool largest, unsigned flags);
    pel_status (*call)(const void *in, void *out, size_t n, bool largest, const pel_opts *opts);
} types[PEL_NDTYPES] = {
    [PEL_F32] = {oracle_f32, call_f32}, [PEL_F64] = {oracle_f64, call_f64}, [PEL_I32] = {oracle_i32, call_i32},
    [PEL_I64] = {oracle_i64, call_i64}, [PEL_U32] = {oracle_u32, call_u32}, [PEL_U64] = {oracle_u64, call_u64},
};

/* Any bits; a slow descent or climb, so that every stretch changes the result; zeros, with a rare NaN. */
enum kind { BITS, SLOPE, ZEROS, KINDS };

static void fill(void *data, pel_dtype dtype, size_t n, enum kind kind, struct test_random *random)
{
    size_t size = pel_dtype_size(dtype);
    bool down = test_random_below(random, 2);
    test_random_fill(random, data, n * size);
    for (size_t i = 0; i < n && kind != BITS; i++) {
        int64_t slope = (down ? -(int64_t)i : (int64_t)i) * 3 + (int64_t)test_random_below(random, 100);
        double zero = test_random_below(random, n + 50) == 0 ? NAN : test_random_below(random, 2) ? 0.0 : -0.0;
        if (dtype == PEL_F32)
            ((float *)data)[i] = kind == SLOPE ? (float)slope : (float)zero;
        else if (dtype == PEL_F64)
            ((double *)data)[i] = kind == SLOPE ? (double)slope : zero;
        else if (size == 4)
            ((uint32_t *)data)[i] = kind == SLOPE ? (uint32_t)(slope + 1000000) : (uint32_t)(zero < 0);
        else
            ((uint64_t *)data)[i] = kind == SLOPE ? (uint64_t)(slope + 1000000) : (uint64_t)(zero < 0);
    }
}

struct running_case {
    pel_dtype dtype;
    size_t n, bytes;
    bool largest;
    unsigned flags;
    unsigned char *input, *expected;
};

static void check_call(const struct running_case *given, const pel_opts *opts, size_t offset, bool end, bool in_place)
{
    size_t at = offset * pel_dtype_size(given->dtype);
    unsigned char *in = guard_alloc(given->bytes, at, end), *out = in;
    memcpy(in, given->input, given->bytes);
    if (!in_place)
        out = guard_alloc(given->bytes, given->n % 3 ? at : 0, !end);
    pel_status status = types[given->dtype].call(in, out, given->n, given->largest, opts);
    if (status != PEL_OK || memcmp(out, given->expected, given->bytes) != 0 ||
        (!in_place && memcmp(in, given->input, given->bytes) != 0))
        fail_msg("%s of %s n=%zu %s threads=%d flags=%u offset=%zu end=%d in place=%d: status %d",
                 given->largest ? "maxima" : "minima", pel_dtype_name(given->dtype), given->n,
                 opts->variant ? opts->variant : "dispatched", opts->threads, opts->flags, offset, end, in_place,
                 (int)status);
    guard_free(in);
    if (!in_place)
        guard_free(out);
}

static void check_variants(const struct running_case *given, int threads, struct test_random *random)
{
    struct pel_registry_walk walk = {0};
    const struct pel_kernel *kernel;
    char name[64];
    do {
        kernel = pel_registry_next(&walk, given->largest ? PEL_OP_SCAN_MAX : PEL_OP_SCAN_MIN, (int)given->dtype);
        pel_opts opts = PEL_OPTS_INIT;
        opts.threads = threads;
        opts.flags = given->flags;
        snprintf(name, sizeof name, "%s%s", kernel ? kernel->name : "",
                 kernel && kernel->params[0].name ? ":tile_kib=64" : "");
        opts.variant = kernel ? name : NULL;
        if (kernel && types[given->dtype].call(NULL, NULL, 0, given->largest, &opts) == PEL_ENOTSUP)
            continue;
        size_t offset = test_random_below(random, 128 / pel_dtype_size(given->dtype));
        int way = (int)test_random_below(random, 4);
        check_call(given, &opts, offset, way & 1, way & 2);
    } while (kernel);
}

static void check_size(size_t n, int threads, struct test_random *random)
{
    static const unsigned flags[] = {0, PEL_EXCLUSIVE, PEL_NAN_SKIP, PEL_EXCLUSIVE | PEL_NAN_SKIP};
    for (int dtype = 0; dtype < PEL_NDTYPES; dtype++) {
        for (int round = 0; round < 2 * KINDS; round++) {
            size_t bytes = n * pel_dtype_size((pel_dtype)dtype);
            struct running_case given = {.dtype = (pel_dtype)dtype,
                                         .n = n,
                                         .bytes = bytes,
                                         .largest = round % 2,
                                         .flags = flags[test_random_below(random, 4)],
                                         .input = malloc(bytes + 1),
                                         .expected = malloc(bytes + 1)};
            assert_true(given.input && given.expected);
            fill(given.input, given.dtype, n, (enum kind)(round / 2), random);
            types[dtype].oracle(given.input, given.expected, n, given.largest, given.flags);
            check_variants(&given, threads, random);
            free(given.input);
            free(given.expected);
        }
    }
}

static void one_thread(void **state)
{
    static const size_t sizes[] = {0,  1,  2,  3,   4,   5,   7,    8,    9,    15,   16,   17,   31,   32,
                                   33, 63, 64, 127, 128, 511, 1023, 2049, 4095, 4096, 4097, 8193, 20000};
    (void)state;
    struct test_random random = test_random_start(test_seed(), 1);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        check_size(sizes[i], 1, &random);
}

static void many_threads(void **state)
{
    (void)state;
    struct test_random random = test_random_start(test_seed(), 2);
    for (int threads = 2; threads <= 8; threads += 2)
        check_size((size_t)threads * (1 << 15) + 1 + test_random_below(&random, 5000), threads, &random);
    check_size(LARGEST, 3, &random);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_thread), cmocka_unit_test(many_threads)};
    test_set_processors(8);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
