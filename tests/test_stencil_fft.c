/* Many steps at once under PEL_FAST, against steps in long double, one after the other. */
#include "tests/support.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <pel/pel.h>

#include "config.h"

#include "lib/stencil_fft.h"

enum { MOST = 500 };

static struct test_random rng;

static double between(double low, double high)
{
    return low + (high - low) * test_random_unit(&rng);
}

/* Taps at random places, whose coefficients make means, or take some away: nothing grows. */
static void random_taps(pel_tap *taps, size_t ntaps, int ndim)
{
    double rest = 1;
    bool signs = test_random_below(&rng, 2);
    for (size_t k = 1; k < ntaps; k++) {
        taps[k] = (pel_tap){{0, 0, 0}, between(0, 0.1)};
        rest -= taps[k].coef;
        for (int a = 0; a < ndim; a++)
            taps[k].offset[a] = (int32_t)test_random_below(&rng, 9) - 4;
        if (signs && test_random_below(&rng, 2))
            taps[k].coef = -taps[k].coef;
    }
    taps[0] = (pel_tap){{0, 0, 0}, rest};
}

static size_t cells_of(const pel_stencil_desc *desc)
{
    size_t cells = 1;
    for (int a = 0; a < desc->ndim; a++)
        cells *= desc->shape[a];
    return cells;
}

/* The cell that a tap reads from a cell. */
static size_t neighbour(const pel_stencil_desc *desc, size_t cell, const pel_tap *tap)
{
    size_t index = 0, stride = 1;
    for (int a = desc->ndim - 1; a >= 0; a--) {
        int64_t n = (int64_t)desc->shape[a], i = (int64_t)(cell % desc->shape[a]) + tap->offset[a];
        index += (size_t)((i % n + n) % n) * stride;
        stride *= desc->shape[a];
        cell /= desc->shape[a];
    }
    return index;
}

static void advance_slowly(const pel_stencil_desc *desc, const double *from, long double *u, size_t steps)
{
    size_t cells = cells_of(desc), *reads = malloc(cells * desc->ntaps * sizeof *reads);
    long double next[MOST];
    assert_non_null(reads);
    for (size_t i = 0; i < cells * desc->ntaps; i++)
        reads[i] = neighbour(desc, i / desc->ntaps, &desc->taps[i % desc->ntaps]);
    for (size_t i = 0; i < cells; i++)
        u[i] = from[i];
    for (size_t step = 0; step < steps; step++) {
        for (size_t i = 0; i < cells; i++) {
            next[i] = 0;
            for (size_t k = 0; k < desc->ntaps; k++)
                next[i] += desc->taps[k].coef * u[reads[i * desc->ntaps + k]];
        }
        memcpy(u, next, cells * sizeof *u);
    }
    free(reads);
}

static void compare(pel_stencil_desc *desc, size_t steps)
{
    pel_tap taps[7];
    double input[MOST], u[MOST];
    long double exact[MOST], largest = 0, furthest = 0;
    pel_opts opts = PEL_OPTS_INIT;
    size_t cells = cells_of(desc);
    pel_plan *plan = NULL;
    desc->taps = taps;
    desc->ntaps = 7;
    random_taps(taps, desc->ntaps, desc->ndim);
    for (int a = 0; a < desc->ndim; a++)
        desc->boundary[a][0] = desc->boundary[a][1] = PEL_BOUNDARY_PERIODIC;
    for (size_t i = 0; i < cells; i++)
        u[i] = input[i] = between(-1, 2);
    opts.flags = PEL_FAST;
    assert_int_equal(pel_stencil_plan(&plan, desc, &opts), PEL_OK);
    assert_true(pel_stencil_fft_suits(plan, steps));
    void *work = guard_alloc(pel_plan_work_bytes(plan), test_random_below(&rng, 70), true);
    assert_int_equal(pel_stencil_run(plan, u, work, steps), PEL_OK);
    guard_free(work);
    pel_plan_free(plan);
    advance_slowly(desc, input, exact, steps);
    for (size_t i = 0; i < cells; i++) {
        largest = fmaxl(largest, fmaxl(fabsl(exact[i]), fabs(input[i])));
        furthest = fmaxl(furthest, fabsl(exact[i] - u[i]));
    }
    if (!(furthest <= 1e-12L * largest))
        fail_msg("%zu cells, %zu steps: off by %.3Lg of %.3Lg", cells, steps, furthest, largest);
}

static void test_accuracy(void **state)
{
    static const size_t shapes[][3] = {{1},      {12},    {37},      {500},     {7, 9},
                                       {20, 25}, {1, 16}, {3, 5, 8}, {6, 6, 6}, {5, 1, 7}};
    (void)state;
    rng = test_random_start(test_seed(), 0);
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        pel_stencil_desc desc = PEL_STENCIL_DESC_INIT;
        desc.ndim = shapes[i][2] ? 3 : shapes[i][1] ? 2 : 1;
        memcpy(desc.shape, shapes[i], sizeof desc.shape);
        compare(&desc, 512);
        compare(&desc, 1000 + test_random_below(&rng, 1000));
        if (cells_of(&desc) <= 64)
            compare(&desc, 100000);
    }
}

/* Whatever it cannot do is done step by step, to the bits of a run without the flag. */
static void test_others(void **state)
{
    static const pel_tap taps[2] = {{{0}, 0.5}, {{1}, 0.5}};
    double u[10], v[10];
    pel_opts opts = PEL_OPTS_INIT;
    (void)state;
    opts.flags = PEL_FAST;
    for (int kind = 0; kind < 3; kind++) {
        pel_stencil_desc desc = PEL_STENCIL_DESC_INIT;
        pel_plan *fast = NULL, *plan = NULL;
        desc.ndim = 1;
        desc.shape[0] = 10;
        desc.ntaps = 2;
        desc.taps = taps;
        desc.now = kind == 1 ? 0.25 : 0;
        if (kind > 0)
            desc.boundary[0][0] = desc.boundary[0][1] = PEL_BOUNDARY_PERIODIC;
        for (int i = 0; i < 10; i++)
            u[i] = v[i] = i * 0.1;
        assert_int_equal(pel_stencil_plan(&fast, &desc, &opts), PEL_OK);
        assert_int_equal(pel_stencil_plan(&plan, &desc, NULL), PEL_OK);
        size_t steps = kind == 2 ? 511 : 600;
        assert_false(pel_stencil_fft_suits(fast, steps));
        assert_int_equal(pel_stencil_run(fast, u, NULL, steps), PEL_OK);
        assert_int_equal(pel_stencil_run(plan, v, NULL, steps), PEL_OK);
        assert_memory_equal(u, v, sizeof u);
        pel_plan_free(fast);
        pel_plan_free(plan);
    }
}

int main(void)
{
#if defined(PEL_HAVE_FFTW) && LDBL_MANT_DIG >= 64
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accuracy),
        cmocka_unit_test(test_others),
    };
    return cmocka_run_group_tests_name("many steps at once", tests, NULL, NULL);
#else
    (void)test_accuracy;
    (void)test_others;
    return 77;
#endif
}
