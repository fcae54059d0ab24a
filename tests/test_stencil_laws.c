/* Stencils: laws that hold whatever the kernel, the conduct of a good guest, and refusals. */
#include "tests/support.h"

#include <fenv.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pel/pel.h>

#include "config.h"

#ifdef PEL_HAVE_FFTW
#include <fftw3.h>
#endif

enum { NX = 30, NY = 14, NZ = 12, CELLS = NX * NY * NZ, NTAPS = 9 };

static struct test_random rng;

static int restart(void **state)
{
    (void)state;
    rng = test_random_start(test_seed(), 1);
    return 0;
}

static double between(double low, double high)
{
    return low + (high - low) * test_random_unit(&rng);
}

/* A box of cells under some boundary on all sides, with taps at random places no further than 2 cells away. */
static pel_stencil_desc cuboid(pel_boundary boundary, pel_tap taps[NTAPS])
{
    pel_stencil_desc desc = PEL_STENCIL_DESC_INIT;
    desc.ndim = 3;
    desc.shape[0] = NZ;
    desc.shape[1] = NY;
    desc.shape[2] = NX;
    desc.ntaps = NTAPS;
    desc.taps = taps;
    for (int a = 0; a < 3; a++)
        desc.boundary[a][0] = desc.boundary[a][1] = boundary;
    for (size_t k = 0; k < NTAPS; k++) {
        taps[k].coef = between(-0.1, 0.2);
        for (int a = 0; a < 3; a++)
            taps[k].offset[a] = (int32_t)test_random_below(&rng, 5) - 2;
    }
    return desc;
}

static void random_cells(double *u)
{
    for (size_t i = 0; i < CELLS; i++)
        u[i] = between(-1, 1);
}

static pel_plan *plan_of(const pel_stencil_desc *desc)
{
    pel_plan *plan = NULL;
    assert_int_equal(pel_stencil_plan(&plan, desc, NULL), PEL_OK);
    return plan;
}

static void run(const pel_stencil_desc *desc, void *u, size_t steps)
{
    pel_plan *plan = plan_of(desc);
    assert_int_equal(pel_stencil_run(plan, u, NULL, steps), PEL_OK);
    pel_plan_free(plan);
}

/* Coefficients that add up to one, and numbers so round that nothing is ever rounded: the sum stays what it was. */
static void test_conservation(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        pel_tap taps[NTAPS];
        double u[CELLS], before = 0, after = 0;
        pel_stencil_desc desc = cuboid(PEL_BOUNDARY_PERIODIC, taps);
        for (size_t k = 0; k < NTAPS; k++)
            taps[k].coef = k == 0 ? 0.5 : 0.0625;
        for (size_t c = 0; c < CELLS; c++)
            before += u[c] = (double)test_random_below(&rng, 1000);
        run(&desc, u, 6);
        for (size_t c = 0; c < CELLS; c++)
            after += u[c];
        assert_true(before == after);
    }
}

static void mirror(double *u, int axis)
{
    for (size_t z = 0; z < NZ; z++) {
        for (size_t y = 0; y < NY; y++) {
            for (size_t x = 0; x < NX; x++) {
                size_t other[3] = {z, y, x};
                other[axis] = (size_t[]){NZ, NY, NX}[axis] - 1 - other[axis];
                size_t i = (z * NY + y) * NX + x, j = (other[0] * NY + other[1]) * NX + other[2];
                double swap = u[i];
                if (i < j) {
                    u[i] = u[j];
                    u[j] = swap;
                }
            }
        }
    }
}

/* The mirrored problem has the mirrored result, bit for bit. */
static void test_mirrors(void **state)
{
    (void)state;
    for (int boundary = PEL_BOUNDARY_FIXED; boundary <= PEL_BOUNDARY_REFLECT; boundary++) {
        for (int axis = 0; axis < 3; axis++) {
            pel_tap taps[NTAPS];
            double u[CELLS], v[CELLS];
            pel_stencil_desc desc = cuboid((pel_boundary)boundary, taps);
            random_cells(u);
            memcpy(v, u, sizeof u);
            run(&desc, u, 5);
            mirror(v, axis);
            for (size_t k = 0; k < NTAPS; k++)
                taps[k].offset[axis] = -taps[k].offset[axis];
            run(&desc, v, 5);
            mirror(v, axis);
            assert_memory_equal(u, v, sizeof u);
        }
    }
}

/* Steps may be done in any portions. */
static void test_portions(void **state)
{
    (void)state;
    for (int boundary = PEL_BOUNDARY_FIXED; boundary <= PEL_BOUNDARY_REFLECT; boundary++) {
        pel_tap taps[NTAPS];
        double u[CELLS], v[CELLS];
        pel_stencil_desc desc = cuboid((pel_boundary)boundary, taps);
        random_cells(u);
        u[test_random_below(&rng, CELLS)] = NAN;
        memcpy(v, u, sizeof u);
        run(&desc, u, 9);
        for (size_t left = 9, steps; left > 0; left -= steps) {
            steps = 1 + test_random_below(&rng, left);
            run(&desc, v, steps);
            run(&desc, v, 0);
        }
        assert_memory_equal(u, v, sizeof u);
    }
}

/* Stops at the first question. */
static int stop(void *context, size_t done, size_t steps)
{
    *(size_t *)context += done;
    return done < steps;
}

/* A run that is stopped leaves what a run of as many steps leaves, and tells how many. */
static void test_stopping(void **state)
{
    (void)state;
    pel_tap taps[NTAPS];
    double u[CELLS], v[CELLS];
    pel_stencil_desc desc = cuboid(PEL_BOUNDARY_REFLECT, taps);
    size_t told = 0, done = 0;
    random_cells(u);
    memcpy(v, u, sizeof u);
    pel_plan *plan = plan_of(&desc);
    assert_int_equal(pel_stencil_run_watched(plan, u, NULL, 1000001, stop, &told, &done), PEL_OK);
    assert_true(done > 0 && done < 1000001 && told == done);
    run(&desc, v, done);
    assert_memory_equal(u, v, sizeof u);
    assert_int_equal(pel_stencil_run_watched(plan, u, NULL, 3, stop, &told, &done), PEL_OK);
    assert_true(done == 3 && told < 1000001);
    run(&desc, v, 3);
    assert_memory_equal(u, v, sizeof u);
    assert_int_equal(pel_stencil_run_watched(plan, NULL, NULL, 3, stop, &told, &done), PEL_EINVAL);
    assert_int_equal(done, 0);
    pel_plan_free(plan);
}

/* The caller's rounding mode and flags neither change the result nor are they changed. */
static void test_environment(void **state)
{
    static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    (void)state;
    pel_tap taps[NTAPS];
    double u[CELLS], expected[CELLS], got[CELLS];
    pel_stencil_desc desc = cuboid(PEL_BOUNDARY_CONSTANT, taps);
    desc.boundary_value = 0.1;
    random_cells(u);
    for (int f32 = 0; f32 < 2; f32++) {
        desc.dtype = f32 ? PEL_F32 : PEL_F64;
        memcpy(expected, u, sizeof u);
        run(&desc, expected, 3);
        for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
            memcpy(got, u, sizeof u);
            fesetround(modes[i]);
            feclearexcept(FE_ALL_EXCEPT);
            run(&desc, got, 3);
            int mode = fegetround(), raised = fetestexcept(FE_ALL_EXCEPT);
            fesetround(FE_TONEAREST);
            assert_int_equal(mode, modes[i]);
            assert_int_equal(raised, 0);
            assert_memory_equal(got, expected, sizeof got);
        }
    }
}

/* Cells that keep their values keep their bits; computed ones that are NaN become the one canonical NaN. */
static void test_nan(void **state)
{
    static const pel_tap taps[] = {{{0, 0, 0}, 1}, {{-1, 0, 0}, 1}};
    uint64_t u[] = {0x7ff0000000000001, 0x3ff0000000000000, 0xfff8000000000123, 0x4000000000000000, 0x3ff0000000000000};
    const uint64_t expected[] = {0x7ff0000000000001, 0x7ff8000000000000, 0x7ff8000000000000, 0x7ff8000000000000,
                                 0x4008000000000000};
    pel_stencil_desc desc = PEL_STENCIL_DESC_INIT;
    (void)state;
    desc.ndim = 1;
    desc.shape[0] = 5;
    desc.ntaps = 2;
    desc.taps = taps;
    run(&desc, u, 0);
    assert_int_equal(u[2], 0xfff8000000000123);
    run(&desc, u, 1);
    assert_memory_equal(u, expected, sizeof u);
}

#ifdef PEL_HAVE_FFTW
/* What a step multiplies the mode (z, y, x) with. */
static void symbol(const pel_stencil_desc *desc, const size_t at[3], double factor[2])
{
    factor[0] = factor[1] = 0;
    for (size_t k = 0; k < desc->ntaps; k++) {
        double angle = 0;
        for (int a = 0; a < 3; a++)
            angle += 2 * 3.14159265358979323846 * (double)at[a] * desc->taps[k].offset[a] / (double)desc->shape[a];
        factor[0] += desc->taps[k].coef * cos(angle);
        factor[1] += desc->taps[k].coef * sin(angle);
    }
}

static void advance_mode(const pel_stencil_desc *desc, fftw_complex *mode, const size_t at[3], size_t steps)
{
    double factor[2];
    symbol(desc, at, factor);
    for (size_t step = 0; step < steps; step++) {
        double real = (*mode)[0] * factor[0] - (*mode)[1] * factor[1];
        (*mode)[1] = (*mode)[0] * factor[1] + (*mode)[1] * factor[0];
        (*mode)[0] = real;
    }
}

static void advance_spectrally(const pel_stencil_desc *desc, double *u, size_t steps)
{
    enum { HALF = NX / 2 + 1 };
    fftw_complex *modes = fftw_malloc(sizeof *modes * NZ * NY * HALF);
    fftw_plan forward = fftw_plan_dft_r2c_3d(NZ, NY, NX, u, modes, FFTW_ESTIMATE);
    fftw_plan backward = fftw_plan_dft_c2r_3d(NZ, NY, NX, modes, u, FFTW_ESTIMATE);
    fftw_execute(forward);
    for (size_t i = 0; i < (size_t)NZ * NY * HALF; i++)
        advance_mode(desc, &modes[i], (size_t[3]){i / HALF / NY, i / HALF % NY, i % HALF}, steps);
    fftw_execute(backward);
    for (size_t i = 0; i < CELLS; i++)
        u[i] /= CELLS;
    fftw_destroy_plan(forward);
    fftw_destroy_plan(backward);
    fftw_free(modes);
}
#endif

/* Under periodic boundaries a step multiplies each Fourier mode with a number. */
static void test_spectrum(void **state)
{
    (void)state;
#ifdef PEL_HAVE_FFTW
    for (int i = 0; i < 10; i++) {
        pel_tap taps[NTAPS];
        double u[CELLS], v[CELLS], largest = 0, furthest = 0;
        pel_stencil_desc desc = cuboid(PEL_BOUNDARY_PERIODIC, taps);
        random_cells(u);
        memcpy(v, u, sizeof u);
        run(&desc, u, 8);
        advance_spectrally(&desc, v, 8);
        for (size_t c = 0; c < CELLS; c++) {
            largest = fmax(largest, fabs(v[c]));
            furthest = fmax(furthest, fabs(u[c] - v[c]));
        }
        assert_true(largest > 0 && furthest <= 1e-12 * largest);
    }
#else
    print_message("built without FFTW\n");
    skip();
#endif
}

static const pel_tap two_taps[] = {{{0, 0, 0}, 0.5}, {{1, 0, 0}, 0.5}};

static pel_stencil_desc line(void)
{
    pel_stencil_desc desc = PEL_STENCIL_DESC_INIT;
    desc.ndim = 1;
    desc.shape[0] = 10;
    desc.ntaps = 2;
    desc.taps = two_taps;
    return desc;
}

static void refused(pel_stencil_desc desc, const pel_opts *opts, pel_status expected)
{
    pel_plan *const untouched = (pel_plan *)&rng;
    pel_plan *plan = untouched;
    assert_int_equal(pel_stencil_plan(&plan, &desc, opts), expected);
    assert_ptr_equal(plan, untouched);
}

/* Calls refused() on a good description after one change. */
#define REFUSED(status, change)                                                                                        \
    do {                                                                                                               \
        pel_stencil_desc desc = line();                                                                                \
        pel_tap taps[2] = {two_taps[0], two_taps[1]};                                                                  \
        desc.taps = taps;                                                                                              \
        change;                                                                                                        \
        refused(desc, NULL, status);                                                                                   \
    } while (0)

static void test_refused_problems(void **state)
{
    const void *odd_arrays[2] = {NULL, (const char *)&rng + 4};
    (void)state;
    REFUSED(PEL_EINVAL, desc.size--);
    REFUSED(PEL_EINVAL, desc.dtype = PEL_I32);
    REFUSED(PEL_EINVAL, desc.dtype = (pel_dtype)77);
    REFUSED(PEL_EINVAL, desc.ndim = 0);
    REFUSED(PEL_EINVAL, desc.ndim = 4);
    REFUSED(PEL_EINVAL, desc.shape[0] = 0);
    REFUSED(PEL_EINVAL, desc.ntaps = 0);
    REFUSED(PEL_EINVAL, desc.ntaps = PEL_STENCIL_MAX_TAPS + 1);
    REFUSED(PEL_EINVAL, desc.taps = NULL);
    REFUSED(PEL_EINVAL, taps[1].offset[0] = PEL_STENCIL_MAX_RADIUS + 1);
    REFUSED(PEL_EINVAL, taps[1].offset[0] = INT32_MIN);
    REFUSED(PEL_EINVAL, taps[1].offset[1] = 1);
    REFUSED(PEL_EINVAL, taps[1].offset[2] = -1);
    REFUSED(PEL_EINVAL, taps[0].coef = NAN);
    REFUSED(PEL_EINVAL, taps[0].coef = INFINITY);
    REFUSED(PEL_EINVAL, (desc.dtype = PEL_F32, taps[0].coef = 1e300));
    REFUSED(PEL_EINVAL, desc.boundary[0][0] = PEL_BOUNDARY_PERIODIC);
    REFUSED(PEL_EINVAL, desc.boundary[0][1] = PEL_BOUNDARY_PERIODIC);
    REFUSED(PEL_EINVAL, desc.boundary[0][1] = (pel_boundary)4);
    REFUSED(PEL_EINVAL, desc.stride[0] = 2);
    REFUSED(PEL_EINVAL, (desc.ndim = 2, desc.shape[1] = 5, desc.stride[0] = 4));
    REFUSED(PEL_EINVAL, desc.scale = (const char *)&rng + 4);
    REFUSED(PEL_EINVAL, desc.source = (const char *)&rng + 4);
    REFUSED(PEL_EINVAL, desc.coefs = odd_arrays);
    REFUSED(PEL_EINVAL, desc.now = NAN);
    REFUSED(PEL_EINVAL, desc.levels = 0);
    REFUSED(PEL_EINVAL, desc.levels = 3);
    REFUSED(PEL_EINVAL, desc.before = 1);
    REFUSED(PEL_EINVAL, (desc.levels = 2, desc.before = INFINITY));
    REFUSED(PEL_ERANGE, (desc.ndim = 2, desc.shape[1] = 5, desc.stride[0] = SIZE_MAX / 8));
    REFUSED(PEL_ERANGE, desc.shape[0] = SIZE_MAX);
    REFUSED(PEL_ERANGE, desc.shape[0] = SIZE_MAX / 8 + 2);
    REFUSED(PEL_ERANGE, (desc.ndim = 3, desc.shape[0] = desc.shape[1] = desc.shape[2] = (size_t)1 << 22));
    REFUSED(PEL_ERANGE, (desc.dtype = PEL_F32, desc.shape[0] = (size_t)1 << 61));
}

static void test_refused_options(void **state)
{
    (void)state;
    pel_opts opts = PEL_OPTS_INIT;
    pel_stencil_desc desc = line();
    assert_int_equal(pel_stencil_plan(NULL, &desc, NULL), PEL_EINVAL);
    pel_plan *plan = NULL;
    assert_int_equal(pel_stencil_plan(&plan, NULL, NULL), PEL_EINVAL);
    assert_null(plan);
    opts.flags = 1u << 30;
    refused(desc, &opts, PEL_EINVAL);
    opts.flags = 0;
    opts.threads = -1;
    refused(desc, &opts, PEL_EINVAL);
    opts.threads = 0;
    opts.variant = "scalar/nothing";
    refused(desc, &opts, PEL_ENOTSUP);
    opts.variant = "scalar/naive:speed=11";
    refused(desc, &opts, PEL_ENOTSUP);
}

static void test_refused_runs(void **state)
{
    (void)state;
    pel_stencil_desc desc = line();
    pel_plan *plan = plan_of(&desc);
    size_t bytes = pel_plan_work_bytes(plan);
    char memory[4096], before[4096];
    assert_true(bytes >= 80 && bytes <= 2048);
    memset(memory, 7, sizeof memory);
    memcpy(before, memory, sizeof memory);
    char *u = memory + 2048;
    assert_int_equal(pel_stencil_run(NULL, u, NULL, 1), PEL_EINVAL);
    assert_int_equal(pel_stencil_run(plan, NULL, NULL, 1), PEL_EINVAL);
    assert_int_equal(pel_stencil_run(plan, u + 4, NULL, 1), PEL_EINVAL);
    assert_int_equal(pel_stencil_run(plan, u, u, 1), PEL_EINVAL);
    assert_int_equal(pel_stencil_run(plan, u, u + 79, 1), PEL_EINVAL);
    assert_int_equal(pel_stencil_run(plan, u, u - bytes + 1, 1), PEL_EINVAL);
    assert_memory_equal(memory, before, sizeof memory);
    assert_int_equal(pel_stencil_run(plan, u, u + 80, 1), PEL_OK);
    assert_int_equal(pel_stencil_run(plan, u, u - bytes, 1), PEL_OK);
    pel_plan_free(plan);
    pel_plan_free(NULL);
    assert_int_equal(pel_plan_work_bytes(NULL), 0);
}

/* Two levels have a call of their own; arrays may not lie where grids do. */
static void test_refused_levels(void **state)
{
    double memory[40] = {0};
    pel_stencil_desc desc = line();
    void *levels[2] = {memory, memory + 10}, *same[2] = {memory, memory + 9}, *array[2] = {memory, memory + 15};
    size_t done = 7;
    (void)state;
    desc.levels = 2;
    desc.source = memory + 20;
    pel_plan *plan = plan_of(&desc);
    assert_int_equal(pel_stencil_run(plan, memory, NULL, 1), PEL_EINVAL);
    assert_int_equal(pel_stencil_run_levels(plan, NULL, NULL, 1, NULL, NULL, NULL), PEL_EINVAL);
    assert_int_equal(pel_stencil_run_levels(plan, same, NULL, 1, NULL, NULL, &done), PEL_EINVAL);
    assert_int_equal(done, 0);
    assert_int_equal(pel_stencil_run_levels(plan, array, NULL, 1, NULL, NULL, NULL), PEL_EINVAL);
    assert_int_equal(pel_stencil_run_levels(plan, levels, NULL, 3, NULL, NULL, &done), PEL_OK);
    assert_int_equal(done, 3);
    assert_true(levels[0] == memory + 10 && levels[1] == memory);
    pel_plan_free(plan);
}

static void test_explanation(void **state)
{
    (void)state;
    pel_stencil_desc desc = line();
    pel_plan *plan = plan_of(&desc);
    char whole[1000], part[8];
    size_t length = 0, again = 0;
    assert_int_equal(pel_plan_explain(plan, whole, sizeof whole, &length), PEL_OK);
    assert_int_equal(length, strlen(whole));
    assert_non_null(strstr(whole, "/"));
    assert_non_null(strstr(whole, "named by"));
    assert_int_equal(pel_plan_explain(plan, part, sizeof part, &again), PEL_OK);
    assert_int_equal(again, length);
    assert_int_equal(strlen(part), sizeof part - 1);
    assert_memory_equal(part, whole, sizeof part - 1);
    assert_int_equal(pel_plan_explain(plan, NULL, 0, &again), PEL_OK);
    assert_int_equal(again, length);
    assert_int_equal(pel_plan_explain(plan, NULL, 0, NULL), PEL_OK);
    assert_int_equal(pel_plan_explain(plan, NULL, 1, NULL), PEL_EINVAL);
    assert_int_equal(pel_plan_explain(NULL, whole, sizeof whole, NULL), PEL_EINVAL);
    pel_plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_conservation, restart),
        cmocka_unit_test_setup(test_mirrors, restart),
        cmocka_unit_test_setup(test_portions, restart),
        cmocka_unit_test_setup(test_stopping, restart),
        cmocka_unit_test_setup(test_environment, restart),
        cmocka_unit_test_setup(test_nan, restart),
        cmocka_unit_test_setup(test_spectrum, restart),
        cmocka_unit_test(test_refused_problems),
        cmocka_unit_test(test_refused_options),
        cmocka_unit_test(test_refused_runs),
        cmocka_unit_test(test_refused_levels),
        cmocka_unit_test(test_explanation),
    };
    return cmocka_run_group_tests_name("laws of stencils", tests, NULL, NULL);
}
