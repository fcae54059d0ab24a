/* Histograms: what is refused, and the caller's scratch. */
#include "tests/support.h"

#include <math.h>
#include <string.h>

#include <pel/pel.h>

#include "tests/histogram_calls.h"

static bool is_float(pel_dtype dtype)
{
    return dtype == PEL_F32 || dtype == PEL_F64;
}

static void refused(void **state)
{
    _Alignas(16) static unsigned char room[512], before[512];
    pel_opts bad = PEL_OPTS_INIT, unknown = PEL_OPTS_INIT;
    uint64_t *out = (uint64_t *)(void *)(room + 256);
    pel_outside *misplaced = (pel_outside *)(void *)(room + 260);
    const double nan = NAN, inf = INFINITY, low[2] = {0, 0}, high[2] = {1, 1};
    const size_t too_many[2] = {1 << 15, (1 << 15) + 1}, none[2] = {3, 0}, few[2] = {2, 2};
    (void)state;
    bad.flags = 1u << 30;
    unknown.variant = "scalar/none";
    for (int dtype = 0; dtype < PEL_NDTYPES; dtype++) {
        const struct histogram_calls *type = &histogram_calls[dtype];
        size_t size = pel_dtype_size((pel_dtype)dtype);
        const struct {
            pel_status expected;
            const void *x;
            size_t n;
            double low, high;
            size_t bins;
            uint64_t *counts;
            const pel_opts *opts;
        } cases[] = {
            {PEL_EINVAL, room, 4, 0, 1, 4, out, &bad},
            {PEL_ENOTSUP, room, 4, 0, 1, 4, out, &unknown},
            {PEL_EINVAL, NULL, 4, 0, 1, 4, out, NULL},
            {PEL_EINVAL, room + size / 2, 4, 0, 1, 4, out, NULL},
            {PEL_EINVAL, room, 4, 0, 1, 4, NULL, NULL},
            {PEL_EINVAL, room, 4, 0, 1, 4, (uint64_t *)(void *)(room + 257), NULL},
            {PEL_EINVAL, room, 64, 0, 1, 4, (uint64_t *)(void *)(room + 64 * size - 8), NULL},
            {PEL_EINVAL, room, 4, 0, 1, 0, out, NULL},
            {PEL_EINVAL, room, 4, 1, 1, 4, out, NULL},
            {PEL_EINVAL, room, 4, 1, 0, 4, out, NULL},
            {PEL_EINVAL, room, 4, nan, 1, 4, out, NULL},
            {PEL_EINVAL, room, 4, 0, nan, 4, out, NULL},
            {PEL_EINVAL, room, 4, 0, inf, 4, out, NULL},
            {PEL_EINVAL, room, 4, -1e308, 1e308, 4, out, NULL},
            {PEL_ERANGE, room, SIZE_MAX / 4, 0, 1, 4, out, NULL},
            {PEL_ERANGE, room, 4, 0, 1, PEL_HISTOGRAM_MOST_BINS + (size_t)1, out, NULL},
        };
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
            assert_int_equal(type->uniform(cases[i].x, cases[i].n, cases[i].low, cases[i].high, cases[i].bins,
                                           cases[i].counts, NULL, cases[i].opts),
                             cases[i].expected);
        assert_int_equal(type->uniform(room, 4, 0, 1, 4, out + 8, misplaced, NULL), PEL_EINVAL);
        assert_int_equal(type->uniform(room, 4, 0, 1, 4, out, (pel_outside *)(void *)(out + 3), NULL), PEL_EINVAL);
        assert_int_equal(type->given(room, 4, NULL, 2, out, NULL, NULL), PEL_EINVAL);
        assert_int_equal(type->given(room, 4, out, 2, out, NULL, NULL), PEL_EINVAL);
        assert_int_equal(type->digitize(room, 4, room, 2, (uint64_t *)(void *)room, NULL), PEL_EINVAL);
        assert_int_equal(type->digitize(room, 4, NULL, 2, out, NULL), PEL_EINVAL);
        assert_int_equal(type->plane(room, NULL, 4, low, high, few, out, NULL, NULL), PEL_EINVAL);
        assert_int_equal(type->plane(room, room, 4, low, high, none, out, NULL, NULL), PEL_EINVAL);
        assert_int_equal(type->plane(room, room, 4, low, high, too_many, out, NULL, NULL), PEL_ERANGE);
        assert_int_equal(type->plane(room, room, 4, low, high, NULL, out, NULL, NULL), PEL_EINVAL);
        type->set(room, 0, 2);
        type->set(room, 1, 1);
        assert_int_equal(type->given(room + 64, 4, room, 1, out, NULL, NULL), PEL_EINVAL);
        assert_int_equal(type->digitize(room + 64, 4, room, 2, out, NULL), PEL_EINVAL);
        if (is_float((pel_dtype)dtype)) {
            type->set(room, 1, nan);
            assert_int_equal(type->digitize(room + 64, 4, room, 2, out, NULL), PEL_EINVAL);
            assert_int_equal(type->digitize(room + 64, 4, (char *)room + size, 1, out, NULL), PEL_EINVAL);
        }
        memset(room, 0, 16);
        assert_memory_equal(room, before, sizeof room);
        assert_int_equal(type->digitize(room, 4, NULL, 0, out, NULL), PEL_OK);
        assert_int_equal(type->uniform(NULL, 0, 0, 1, 4, out, NULL, NULL), PEL_OK);
        assert_memory_equal(room, before, sizeof room);
    }
}

/* What a caller's scratch is for. */
static void in_given_scratch(void **state)
{
    enum { N = 100000 };
    static float x[N];
    static unsigned char work[1 << 20];
    static uint64_t first[256], second[256];
    pel_opts opts = PEL_OPTS_INIT;
    (void)state;
    for (int i = 0; i < N; i++)
        x[i] = (float)(i % 1009) / 1009;
    assert_int_equal(pel_histogram_f32(x, N, 0, 1, 256, first, NULL, NULL), PEL_OK);
    opts.work = work + 1;
    opts.work_bytes = sizeof work - 1;
    assert_int_equal(pel_histogram_f32(x, N, 0, 1, 256, second, NULL, &opts), PEL_OK);
    assert_memory_equal(first, second, sizeof first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(refused), cmocka_unit_test(in_given_scratch)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
