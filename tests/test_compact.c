/* Compactions: every variant of every dtype against a loop, with outputs that end where what is kept ends. */
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pel/pel.h>

#include "lib/registry.h"
#include "tests/scarcity.h"

enum { RELATIONS = PEL_GREATER + 1, BY_MASK = RELATIONS, NONZERO, WAYS };

#define TYPE(T, suffix)                                                                                                \
    static pel_status call_##suffix(int way, const void *x, const uint8_t *mask, size_t n, const void *value,          \
                                    void *out, size_t *count, const pel_opts *opts)                                    \
    {                                                                                                                  \
        if (way == BY_MASK)                                                                                            \
            return pel_compact_##suffix((const T *)x, mask, n, (T *)out, count, opts);                                 \
        if (way == NONZERO)                                                                                            \
            return pel_nonzero_##suffix((const T *)x, n, (uint64_t *)out, count, opts);                                \
        return pel_compact_if_##suffix((const T *)x, n, (pel_relation)way, *(const T *)value, (T *)out, count, opts);  \
    }                                                                                                                  \
    static bool wanted_##suffix(int way, const void *x_, const uint8_t *mask, size_t i, const void *value_)            \
    {                                                                                                                  \
        const T x = ((const T *)x_)[i], value = *(const T *)value_;                                                    \
        const bool holds[] = {x<value, x <= value, x == value, x != value, x >= value, x> value, mask[i] != 0,         \
                              x != 0};                                                                                 \
        return holds[way];                                                                                             \
    }                                                                                                                  \
    static void set_##suffix(void *x, size_t i, int value)                                                             \
    {                                                                                                                  \
        ((T *)x)[i] = (T)value;                                                                                        \
    }
TYPE(float, f32)
TYPE(double, f64)
TYPE(int32_t, i32)
TYPE(int64_t, i64)
TYPE(uint32_t, u32)
TYPE(uint64_t, u64)
#undef TYPE

static const struct type {
    pel_status (*call)(int, const void *, const uint8_t *, size_t, const void *, void *, size_t *, const pel_opts *);
    bool (*wanted)(int way, const void *x, const uint8_t *mask, size_t i, const void *value);
    void (*set)(void *x, size_t i, int value);
} types[PEL_NDTYPES] = {
#define TYPE(suffix)                                                                                                   \
    {                                                                                                                  \
        call_##suffix, wanted_##suffix, set_##suffix                                                                   \
    }
    [PEL_F32] = TYPE(f32), [PEL_F64] = TYPE(f64), [PEL_I32] = TYPE(i32),
    [PEL_I64] = TYPE(i64), [PEL_U32] = TYPE(u32), [PEL_U64] = TYPE(u64),
};

struct compact_case {
    pel_dtype dtype;
    int way;
    size_t n, size, kept, out_size;
    unsigned char *x, *mask, *expected;
    uint64_t value;
};

/* A few small values and any bits, so that relations hold and fail; masks from sparse to full. */
static struct compact_case make_case(pel_dtype dtype, int way, size_t n, struct test_random *random)
{
    const struct type *type = &types[dtype];
    size_t size = pel_dtype_size(dtype);
    struct compact_case made = {.dtype = dtype, .way = way, .n = n, .size = size};
    made.out_size = way == NONZERO ? sizeof(uint64_t) : size;
    made.x = guard_alloc(n * size, size * test_random_below(random, 9), test_random_below(random, 2));
    made.mask = guard_alloc(n, test_random_below(random, 70), test_random_below(random, 2));
    made.expected = malloc(n * made.out_size + 1);
    assert_non_null(made.expected);
    size_t density = test_random_below(random, 5);
    type->set(&made.value, 0, 2);
    test_random_fill(random, made.x, n * size);
    for (size_t i = 0; i < n; i++) {
        if (test_random_below(random, 4) > 0)
            type->set(made.x, i, (int)test_random_below(random, 4));
        made.mask[i] = test_random_below(random, 4) < density ? (unsigned char)(1 + test_random_below(random, 255)) : 0;
    }
    for (uint64_t i = 0; i < n; i++) {
        if (type->wanted(way, made.x, made.mask, i, &made.value))
            memcpy(made.expected + made.kept++ * made.out_size, way == NONZERO ? (void *)&i : made.x + i * size,
                   made.out_size);
    }
    return made;
}

static void free_case(struct compact_case *used)
{
    guard_free(used->x);
    guard_free(used->mask);
    free(used->expected);
}

static void check_call(const struct compact_case *given, const pel_opts *opts, size_t offset, bool end, bool in_place)
{
    size_t bytes = given->kept * given->out_size, count = SIZE_MAX;
    unsigned char *x = given->x, *out;
    if (in_place)
        out = x = memcpy(guard_alloc(given->n * given->size, 0, end), given->x, given->n * given->size);
    else
        out = guard_alloc(bytes, given->n % 3 ? offset * given->out_size : 0, end);
    pel_status status =
        types[given->dtype].call(given->way, x, given->mask, given->n, &given->value, out, &count, opts);
    size_t behind = in_place ? (given->n - given->kept) * given->size : 0;
    if (status != PEL_OK || count != given->kept || memcmp(out, given->expected, bytes) != 0 ||
        memcmp(out + bytes, given->x + given->kept * given->size, behind) != 0)
        fail_msg("way %d of %s n=%zu %s threads=%d offset=%zu end=%d in place=%d: status %d, %zu of %zu", given->way,
                 pel_dtype_name(given->dtype), given->n, opts->variant ? opts->variant : "dispatched", opts->threads,
                 offset, end, in_place, (int)status, count, given->kept);
    guard_free(out);
}

static void check_variants(const struct compact_case *given, int threads, struct test_random *random)
{
    struct pel_registry_walk walk = {0};
    const struct pel_kernel *kernel;
    do {
        kernel = pel_registry_next(&walk, PEL_OP_COMPACT, (int)given->dtype);
        pel_opts opts = PEL_OPTS_INIT;
        size_t count;
        opts.threads = threads;
        opts.variant = kernel ? kernel->name : NULL;
        if (kernel &&
            types[given->dtype].call(given->way, NULL, NULL, 0, &given->value, NULL, &count, &opts) == PEL_ENOTSUP)
            continue;
        check_call(given, &opts, test_random_below(random, 16), test_random_below(random, 2), false);
        if (given->way != NONZERO)
            check_call(given, &opts, 0, test_random_below(random, 2), true);
    } while (kernel);
}

static void check_size(size_t n, int threads, struct test_random *random)
{
    for (int dtype = 0; dtype < PEL_NDTYPES; dtype++) {
        for (int way = 0; way < WAYS; way++) {
            struct compact_case given = make_case((pel_dtype)dtype, way, n, random);
            check_variants(&given, threads, random);
            free_case(&given);
        }
    }
}

static void one_thread(void **state)
{
    static const size_t sizes[] = {0,  1,  2,  3,  4,   5,   7,    8,    9,    15,   16,   17,   31,
                                   32, 33, 63, 64, 127, 129, 1023, 1025, 4095, 4096, 4097, 20000};
    (void)state;
    struct test_random random = test_random_start(test_seed(), 1);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        check_size(sizes[i], 1, &random);
}

static void many_threads(void **state)
{
    (void)state;
    struct test_random random = test_random_start(test_seed(), 2);
    for (int threads = 2; threads <= 8; threads += 3)
        check_size((size_t)threads * (1 << 15) + 1 + test_random_below(&random, 5000), threads, &random);
}

static void refused(void **state)
{
    _Alignas(16) static unsigned char room[512], before[512];
    pel_opts bad = PEL_OPTS_INIT, unknown = PEL_OPTS_INIT, many = PEL_OPTS_INIT;
    unsigned char *out = room + 256, *mask = room + 128;
    size_t count = 77;
    uint64_t value = 0;
    (void)state;
    bad.flags = 1u << 30;
    unknown.variant = "scalar/none";
    many.threads = 4;
    memset(mask, 1, 8);
    memset(before + 128, 1, 8);
    for (int dtype = 0; dtype < PEL_NDTYPES; dtype++) {
        const struct type *type = &types[dtype];
        size_t size = pel_dtype_size((pel_dtype)dtype);
        for (int way = 0; way < WAYS; way++) {
            assert_int_equal(type->call(way, room, mask, 4, &value, out, &count, &bad), PEL_EINVAL);
            assert_int_equal(type->call(way, room, mask, 4, &value, out, &count, &unknown), PEL_ENOTSUP);
            assert_int_equal(type->call(way, NULL, mask, 4, &value, out, &count, NULL), PEL_EINVAL);
            assert_int_equal(type->call(way, room, mask, 4, &value, NULL, &count, NULL), PEL_EINVAL);
            assert_int_equal(type->call(way, room, mask, 4, &value, out, NULL, NULL), PEL_EINVAL);
            assert_int_equal(type->call(way, room + 1, mask, 4, &value, out, &count, NULL), PEL_EINVAL);
            assert_int_equal(type->call(way, room, mask, 4, &value, out + 1, &count, NULL), PEL_EINVAL);
            assert_int_equal(type->call(way, room, mask, SIZE_MAX / 4, &value, out, &count, NULL), PEL_ERANGE);
        }
        assert_int_equal(type->call(BY_MASK, room, NULL, 4, &value, out, &count, NULL), PEL_EINVAL);
        assert_int_equal(type->call(BY_MASK, room, mask, 4, &value, room + size, &count, NULL), PEL_EINVAL);
        assert_int_equal(type->call(BY_MASK, room, mask, 8, &value, mask, &count, NULL), PEL_EINVAL);
        assert_int_equal(type->call(RELATIONS + 7, room, mask, 4, &value, out, &count, NULL), PEL_EINVAL);
        assert_true(count == 77);
        assert_memory_equal(room, before, sizeof room);
    }
    static float x[1 << 17], y[1 << 17];
    starved = true;
    assert_int_equal(pel_compact_if_f32(x, 1 << 17, PEL_EQUAL, 0, y, &count, &many), PEL_ENOMEM);
    starved = false;
    assert_true(count == 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_thread), cmocka_unit_test(many_threads),
                                       cmocka_unit_test(refused)};
    test_set_processors(8);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
