/* Scans: every variant of every dtype against the plain loop of the definition, bit for bit. */
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pel/pel.h>

#include "kernels/reduce/acc.h"
#include "lib/registry.h"

enum { ROW = 16, TILE = 4096, LARGEST = 300000 };

/* The definition, in its own words; and the sum of integers in 128 bits. NaN is compared as one bit pattern. */
#define FLOAT_ORACLE(T, U, suffix, canonical)                                                                          \
    static bool oracle_##suffix(const void *in_, void *out_, size_t n, bool exclusive)                                 \
    {                                                                                                                  \
        const T *in = in_;                                                                                             \
        T *out = out_, carry = (T)-0.0, last = (T)0.0, s[ROW];                                                         \
        const U nan = canonical;                                                                                       \
        for (size_t tile = 0; tile < n; tile += TILE) {                                                                \
            T local = (T)-0.0;                                                                                         \
            for (size_t row = tile; row < tile + TILE && row < n; row += ROW) {                                        \
                for (size_t i = 0; i < ROW; i++)                                                                       \
                    s[i] = row + i < n ? in[row + i] : (T)-0.0;                                                        \
                for (size_t d = 1; d < ROW; d *= 2)                                                                    \
                    for (size_t i = 0; i < ROW; i++)                                                                   \
                        if (i & d)                                                                                     \
                            s[i] = s[i / d * d - 1] + s[i];                                                            \
                for (size_t i = 0; i < ROW && row + i < n; i++) {                                                      \
                    T sum = carry + (local + s[i]);                                                                    \
                    if (sum != sum)                                                                                    \
                        memcpy(&sum, &nan, sizeof sum);                                                                \
                    memcpy(&out[row + i], exclusive ? &last : &sum, sizeof sum);                                       \
                    memcpy(&last, &sum, sizeof sum);                                                                   \
                }                                                                                                      \
                local = local + s[ROW - 1];                                                                            \
            }                                                                                                          \
            carry = carry + local;                                                                                     \
        }                                                                                                              \
        return true;                                                                                                   \
    }
#define INTEGER_ORACLE(T, suffix)                                                                                      \
    static bool oracle_##suffix(const void *in_, void *out_, size_t n, bool exclusive)                                 \
    {                                                                                                                  \
        const T *in = in_;                                                                                             \
        T *out = out_;                                                                                                 \
        pel_i128 sum = 0;                                                                                              \
        for (size_t i = 0; i < n; i++) {                                                                               \
            pel_i128 written = exclusive ? sum : sum + in[i];                                                          \
            sum += in[i];                                                                                              \
            out[i] = (T)written;                                                                                       \
            if (out[i] != written)                                                                                     \
                return false;                                                                                          \
        }                                                                                                              \
        return true;                                                                                                   \
    }
#define CALL(T, suffix)                                                                                                \
    static pel_status call_##suffix(const void *in, void *out, size_t n, const pel_opts *opts)                         \
    {                                                                                                                  \
        return pel_scan_##suffix((const T *)in, (T *)out, n, opts);                                                    \
    }

FLOAT_ORACLE(float, uint32_t, f32, 0x7fc00000)
FLOAT_ORACLE(double, uint64_t, f64, UINT64_C(0x7ff8) << 48)
INTEGER_ORACLE(int32_t, i32)
INTEGER_ORACLE(int64_t, i64)
INTEGER_ORACLE(uint32_t, u32)
INTEGER_ORACLE(uint64_t, u64)
CALL(float, f32)
CALL(double, f64)
CALL(int32_t, i32)
CALL(int64_t, i64)
CALL(uint32_t, u32)
CALL(uint64_t, u64)

static const struct type {
    bool (*oracle)(const void *in, void *out, size_t n, bool exclusive); /* whether all sums fit */
    pel_status (*call)(const void *in, void *out, size_t n, const pel_opts *opts);
} types[PEL_NDTYPES] = {
    [PEL_F32] = {oracle_f32, call_f32}, [PEL_F64] = {oracle_f64, call_f64}, [PEL_I32] = {oracle_i32, call_i32},
    [PEL_I64] = {oracle_i64, call_i64}, [PEL_U32] = {oracle_u32, call_u32}, [PEL_U64] = {oracle_u64, call_u64},
};

static bool is_float(pel_dtype dtype)
{
    return dtype == PEL_F32 || dtype == PEL_F64;
}

/* What the elements are. */
enum kind {
    SMALL,   /* sums that fit; floats of one size */
    LARGE,   /* floats of every size, integers so large that sums come near the edge, on either side of it */
    BITS,    /* any bits: infinities and NaN, sums that do not fit */
    SPECIAL, /* of zeros of both signs, infinities, NaN and the largest numbers, a few */
    KINDS
};

static double special(struct test_random *random, pel_dtype dtype)
{
    double most = dtype == PEL_F32 ? 0x1.fffffep127 : 0x1.fffffffffffffp1023;
    const double values[] = {0.0, -0.0, -0.0, -0.0, most, -most, 1.0 / 0.0, -1.0 / 0.0, 0.0 / 0.0, 1.0};
    size_t rare = test_random_below(random, 64);
    return rare < sizeof values / sizeof values[0] ? values[rare] : -0.0;
}

static double make_float(enum kind kind, struct test_random *random, pel_dtype dtype)
{
    double unit = 2 * test_random_unit(random) - 1;
    if (kind == SPECIAL)
        return special(random, dtype);
    return kind == LARGE ? unit * (double)(1ull << test_random_below(random, 60)) : unit;
}

/* Of so many bits that n of them just fit, or nearly. */
static uint64_t make_integer(enum kind kind, struct test_random *random, pel_dtype dtype, size_t n)
{
    unsigned width = (unsigned)(8 * pel_dtype_size(dtype)), bits = kind == LARGE ? width : width - 4;
    for (; n > 0 && bits > 1; n /= 2)
        bits--;
    uint64_t value = test_random_bits(random) >> (64 - bits);
    bool negative = (dtype == PEL_I32 || dtype == PEL_I64) && (kind == SMALL || test_random_below(random, 8) == 0);
    return negative && (test_random_bits(random) & 1) ? -value : value;
}

static void fill(void *data, pel_dtype dtype, size_t n, enum kind kind, struct test_random *random)
{
    size_t size = pel_dtype_size(dtype);
    if (kind == BITS)
        test_random_fill(random, data, n * size);
    for (size_t i = 0; i < n && kind != BITS; i++) {
        if (dtype == PEL_F32)
            ((float *)data)[i] = (float)make_float(kind, random, dtype);
        else if (dtype == PEL_F64)
            ((double *)data)[i] = make_float(kind, random, dtype);
        else if (size == 4)
            ((uint32_t *)data)[i] = (uint32_t)make_integer(kind, random, dtype, n);
        else
            ((uint64_t *)data)[i] = make_integer(kind, random, dtype, n);
    }
}

/* An input, and what must come of it. */
struct scan_case {
    pel_dtype dtype;
    size_t n, bytes;
    bool exclusive, fits;
    unsigned char *input, *expected;
};

static struct scan_case make_case(pel_dtype dtype, size_t n, enum kind kind, bool exclusive, struct test_random *random)
{
    size_t bytes = n * pel_dtype_size(dtype);
    struct scan_case made = {dtype, n, bytes, exclusive, true, malloc(bytes + 1), malloc(bytes + 1)};
    assert_non_null(made.input);
    assert_non_null(made.expected);
    fill(made.input, dtype, n, kind, random);
    made.fits = types[dtype].oracle(made.input, made.expected, n, exclusive);
    return made;
}

static void free_case(struct scan_case *used)
{
    free(used->input);
    free(used->expected);
}

/* What is wrong with an output, or NULL; `old` is what must still be there after an error. */
static const char *verdict(const struct scan_case *given, pel_status status, const void *out, const void *old)
{
    if (status != (given->fits ? PEL_OK : PEL_ERANGE))
        return "status";
    if (memcmp(out, given->fits ? given->expected : old, given->bytes) != 0)
        return given->fits ? "wrong result" : "touched";
    return NULL;
}

static void check_call(const struct scan_case *given, const pel_opts *opts, size_t offset, bool end, bool in_place)
{
    size_t at = offset * pel_dtype_size(given->dtype);
    unsigned char *in = guard_alloc(given->bytes, at, end), *out = in, *old = malloc(given->bytes + 1);
    assert_non_null(old);
    memcpy(in, given->input, given->bytes);
    if (!in_place)
        out = guard_alloc(given->bytes, given->n % 3 ? at : 0, !end);
    memcpy(old, out, given->bytes);
    pel_status status = types[given->dtype].call(in, out, given->n, opts);
    const char *what = verdict(given, status, out, old);
    if (!what && !in_place && memcmp(in, given->input, given->bytes) != 0)
        what = "input changed";
    if (what)
        fail_msg("%s: %s n=%zu %s threads=%d flags=%u offset=%zu end=%d in place=%d: status %d", what,
                 pel_dtype_name(given->dtype), given->n, opts->variant ? opts->variant : "dispatched", opts->threads,
                 opts->flags, offset, end, in_place, (int)status);
    free(old);
    guard_free(in);
    if (!in_place)
        guard_free(out);
}

/* Every variant on this many threads; PEL_ENOTSUP where the processor lacks it. */
static void check_variants(const struct scan_case *given, int threads, struct test_random *random)
{
    struct pel_registry_walk walk = {0};
    const struct pel_kernel *kernel;
    char name[64];
    do {
        kernel = pel_registry_next(&walk, PEL_OP_SCAN, (int)given->dtype);
        pel_opts opts = PEL_OPTS_INIT;
        opts.threads = threads;
        opts.flags = given->exclusive ? PEL_EXCLUSIVE : 0;
        snprintf(name, sizeof name, "%s%s", kernel ? kernel->name : "",
                 kernel && kernel->params[0].name ? ":tile_kib=64" : "");
        opts.variant = kernel ? name : NULL;
        if (kernel && types[given->dtype].call(NULL, NULL, 0, &opts) == PEL_ENOTSUP)
            continue;
        size_t offset = test_random_below(random, 128 / pel_dtype_size(given->dtype));
        for (int way = 0; way < 4; way++)
            check_call(given, &opts, offset, way & 1, way & 2);
    } while (kernel);
}

static void check_size(size_t n, int threads, struct test_random *random)
{
    for (int dtype = 0; dtype < PEL_NDTYPES; dtype++) {
        for (enum kind kind = SMALL; kind < (is_float((pel_dtype)dtype) ? KINDS : SPECIAL); kind++) {
            struct scan_case given = make_case((pel_dtype)dtype, n, kind, test_random_below(random, 2), random);
            check_variants(&given, threads, random);
            free_case(&given);
            if (n > TILE + 1)
                continue;
            given = make_case((pel_dtype)dtype, n, kind, !given.exclusive, random);
            check_variants(&given, threads, random);
            free_case(&given);
        }
    }
}

static void one_thread(void **state)
{
    static const size_t sizes[] = {0,        1,           2,    3,    4,        5,    7,        8,
                                   9,        15,          16,   17,   31,       32,   33,       63,
                                   64,       65,          127,  128,  129,      511,  512,      513,
                                   1023,     1024,        1025, 2047, TILE - 1, TILE, TILE + 1, 2 * TILE - 1,
                                   2 * TILE, 2 * TILE + 1};
    (void)state;
    struct test_random random = test_random_start(test_seed(), 1);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        check_size(sizes[i], 1, &random);
    for (int i = 0; i < (test_long() ? 100 : 4); i++)
        check_size(test_random_below(&random, 5 * TILE), 1, &random);
}

/* Enough for eight threads: the model gives each at least 2^15 elements. */
static void many_threads(void **state)
{
    (void)state;
    struct test_random random = test_random_start(test_seed(), 2);
    for (int threads = 2; threads <= 8; threads++) {
        check_size((size_t)threads * (1 << 15), threads, &random);
        check_size((size_t)threads * (1 << 15) + 1 + test_random_below(&random, TILE), threads, &random);
    }
    check_size(LARGEST, 3, &random);
}

/* Outputs that are stored past the caches, at every place within a vector. */
static void streamed(void **state)
{
    enum { N = 20 << 20 };
    (void)state;
    struct test_random random = test_random_start(test_seed(), 3);
    pel_opts opts = PEL_OPTS_INIT;
    static const pel_dtype dtypes[] = {PEL_F64, PEL_I64};
    for (size_t i = 0; i < 2; i++) {
        struct scan_case given = make_case(dtypes[i], (size_t)N / (test_long() ? 1 : 4), SMALL, i, &random);
        opts.flags = given.exclusive ? PEL_EXCLUSIVE : 0;
        for (size_t offset = 0; offset < 8; offset += 3) {
            opts.threads = 1 + (int)offset;
            check_call(&given, &opts, offset, offset & 1, false);
        }
        free_case(&given);
    }
}

/* What does not fit is found in the first place and in the last, and only where it would be written. */
static void edges_of_the_range(void **state)
{
    enum { N = 1 << 18 };
    static int32_t x[N], out[N];
    static uint64_t y[N], result[N];
    pel_opts opts = PEL_OPTS_INIT;
    (void)state;
    for (int threads = 1; threads <= 8; threads += 7) {
        opts.threads = threads;
        opts.flags = 0;
        memset(x, 0, sizeof x);
        memset(y, 0, sizeof y);
        memset(out, 7, sizeof out);
        x[0] = INT32_MAX;
        x[N / 2] = -1;
        x[N - 1] = 1;
        assert_int_equal(pel_scan_i32(x, out, N, &opts), PEL_OK);
        assert_int_equal(out[N - 1], INT32_MAX);
        x[N - 1] = 2;
        out[0] = out[N - 1] = 5;
        assert_int_equal(pel_scan_i32(x, out, N, &opts), PEL_ERANGE);
        assert_true(out[0] == 5 && out[N - 1] == 5);
        y[0] = UINT64_MAX - 1;
        y[1] = y[N - 1] = 1;
        assert_int_equal(pel_scan_u64(y, result, N, &opts), PEL_ERANGE);
        opts.flags = PEL_EXCLUSIVE;
        assert_int_equal(pel_scan_u64(y, result, N, &opts), PEL_OK);
        assert_true(result[0] == 0 && result[1] == UINT64_MAX - 1 && result[N - 1] == UINT64_MAX);
        assert_int_equal(pel_scan_i32(x, out, N, &opts), PEL_OK);
        assert_int_equal(out[N - 1], INT32_MAX - 1);
    }
}

/* If no input is negative, the result never decreases; and it is nearer to the truth than a plain loop's. */
static void order_and_error(void **state)
{
    enum { N = 1 << 20 };
    float *x = malloc(N * sizeof *x), *out = malloc(N * sizeof *out);
    struct test_random random = test_random_start(test_seed(), 4);
    double exact = 0, ours = 0, plain = 0;
    float sum = 0;
    (void)state;
    assert_true(x && out);
    for (int i = 0; i < N; i++)
        x[i] = (float)test_random_unit(&random);
    assert_int_equal(pel_scan_f32(x, out, N, NULL), PEL_OK);
    for (int i = 0; i < N; i++) {
        exact += (double)x[i];
        sum += x[i];
        ours += ((double)out[i] - exact) * ((double)out[i] - exact);
        plain += ((double)sum - exact) * ((double)sum - exact);
        assert_true(i == 0 || out[i] >= out[i - 1]);
    }
    assert_true(ours < plain);
    free(x);
    free(out);
}

static void refused(void **state)
{
    _Alignas(8) static unsigned char room[256], before[256];
    pel_opts size = PEL_OPTS_INIT, flags = PEL_OPTS_INIT, threads = PEL_OPTS_INIT, variant = PEL_OPTS_INIT;
    (void)state;
    size.size = 4;
    flags.flags = 1u << 30;
    threads.threads = -1;
    variant.variant = "scalar/none";
    for (int dtype = 0; dtype < PEL_NDTYPES; dtype++) {
        pel_status (*call)(const void *, void *, size_t, const pel_opts *) = types[dtype].call;
        size_t element = pel_dtype_size((pel_dtype)dtype);
        const pel_opts *bad[] = {&size, &flags, &threads};
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(call(room, room + 128, 4, bad[i]), PEL_EINVAL);
        assert_int_equal(call(room, room + 128, 4, &variant), PEL_ENOTSUP);
        assert_int_equal(call(NULL, room, 1, NULL), PEL_EINVAL);
        assert_int_equal(call(room, NULL, 1, NULL), PEL_EINVAL);
        assert_int_equal(call(room + element / 2, room + 128, 1, NULL), PEL_EINVAL);
        assert_int_equal(call(room, room + 128 + element / 2, 1, NULL), PEL_EINVAL);
        assert_int_equal(call(room, room + element, 2, NULL), PEL_EINVAL);
        assert_int_equal(call(room + 3 * element, room, 4, NULL), PEL_EINVAL);
        assert_int_equal(call(room, room, SIZE_MAX, NULL), PEL_ERANGE);
        assert_int_equal(call(room, room, PTRDIFF_MAX / element + 1, NULL), PEL_ERANGE);
        assert_memory_equal(room, before, sizeof room);
        assert_int_equal(call(NULL, NULL, 0, NULL), PEL_OK);
        assert_int_equal(call(room + 4 * element, room, 4, NULL), PEL_OK);
        flags.flags = PEL_STABLE | PEL_DESCENDING | PEL_FAST;
        assert_int_equal(call(room, room, 4, &flags), PEL_OK);
        flags.flags = 1u << 30;
        memset(room, 0, sizeof room);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_thread),         cmocka_unit_test(many_threads),    cmocka_unit_test(streamed),
        cmocka_unit_test(edges_of_the_range), cmocka_unit_test(order_and_error), cmocka_unit_test(refused),
    };
    test_set_processors(8);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
