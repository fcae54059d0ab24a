/* Stencils: every kernel on random problems, bit for bit against the oracle. */
#include "tests/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pel/pel.h>

#include "lib/registry.h"
#include "lib/stencil_plan.h"
#include "tests/stencil_oracle.h"

enum {
    MAX_TAPS = 40,
    MAX_THREADS = 8,
    MANY_THREADS = 256,
    PROBLEMS = 90,
    TILINGS = 90,
    LINES = 24,
    LONG_PROBLEMS = 20000
};

static struct test_random rng;

static size_t below(size_t bound)
{
    return test_random_below(&rng, bound);
}

/* A problem, its input and what must come out, for each level of time. */
struct problem {
    pel_stencil_desc desc;
    pel_tap taps[MAX_TAPS];
    const void *coefs[MAX_TAPS];
    void *arrays[MAX_TAPS + 3]; /* to be freed */
    size_t narrays;
    size_t bytes, steps;
    void *input[2], *expected[2];
};

/* A cell and its nearest neighbours, or those along the axes alone, mostly in order: what kernels may know by sight. */
static void neighbours(struct problem *problem)
{
    int ndim = problem->desc.ndim, cells = ndim == 3 ? 27 : ndim == 2 ? 9 : 3;
    bool star = below(2);
    size_t ntaps = 0;
    for (int k = 0; k < cells; k++) {
        pel_tap tap = {{0, 0, 0}, 2 * test_random_unit(&rng) - 1};
        int away = 0;
        for (int a = ndim - 1, rest = k; a >= 0; a--, rest /= 3) {
            tap.offset[a] = rest % 3 - 1;
            away += tap.offset[a] != 0;
        }
        if (!star || away <= 1)
            problem->taps[ntaps++] = tap;
    }
    problem->desc.taps = problem->taps;
    problem->desc.ntaps = ntaps;
    if (below(4) == 0) {
        pel_tap *other = &problem->taps[below(ntaps)], swap = problem->taps[0];
        problem->taps[0] = *other;
        *other = swap;
    }
}

static void random_taps(struct problem *problem)
{
    static const size_t counts[] = {1, 2, 3, 5, 7, 9, 13, 25, 27};
    if (below(3) == 0) {
        neighbours(problem);
        return;
    }
    size_t radius = below(4) ? 1 + below(3) : below(PEL_STENCIL_MAX_RADIUS + 1);
    problem->desc.taps = problem->taps;
    problem->desc.ntaps = below(2) ? counts[below(sizeof counts / sizeof counts[0])] : 1 + below(MAX_TAPS);
    for (size_t k = 0; k < problem->desc.ntaps; k++) {
        problem->taps[k].coef = 2 * test_random_unit(&rng) - 1;
        for (int a = 0; a < 3; a++)
            problem->taps[k].offset[a] = a < problem->desc.ndim ? (int32_t)below(2 * radius + 1) - (int32_t)radius : 0;
    }
}

static void random_axis(pel_stencil_desc *desc, int a)
{
    static const size_t most[2][4] = {{0, 0, 40, 14}, {0, 6000, 300, 150}};
    bool contiguous = a == desc->ndim - 1;
    desc->shape[a] = 1 + below(below(4) ? most[contiguous][desc->ndim] : 12);
    for (int side = 0; side < 2; side++)
        desc->boundary[a][side] = (pel_boundary)below(4);
    if (desc->boundary[a][0] == PEL_BOUNDARY_PERIODIC || desc->boundary[a][1] == PEL_BOUNDARY_PERIODIC)
        desc->boundary[a][0] = desc->boundary[a][1] = PEL_BOUNDARY_PERIODIC;
}

/* Ordinary values, or any bits at all: subnormals, infinities, every kind of NaN. */
static void random_cells(const pel_stencil_desc *desc, void *u)
{
    size_t cells = oracle_extent(desc), wild = below(3) ? SIZE_MAX : 1 + below(100);
    for (size_t i = 0; i < cells; i++) {
        double x = 2 * test_random_unit(&rng) - 1;
        if (desc->dtype == PEL_F32)
            ((float *)u)[i] = (float)x;
        else
            ((double *)u)[i] = x;
        if (i % wild == wild - 1)
            test_random_fill(&rng, (char *)u + i * (oracle_bytes(desc) / cells), oracle_bytes(desc) / cells);
    }
}

static void start_problem(struct problem *problem, int ndim)
{
    static const double outside[] = {0.0, -0.0, 1.5, 0.1, INFINITY, NAN};
    problem->desc = (pel_stencil_desc)PEL_STENCIL_DESC_INIT;
    problem->desc.dtype = below(2) ? PEL_F32 : PEL_F64;
    problem->desc.ndim = ndim;
    problem->desc.boundary_value = outside[below(sizeof outside / sizeof outside[0])];
}

/* An array laid out as the grid, between guard pages. */
static const void *random_array(struct problem *problem)
{
    size_t align = problem->desc.dtype == PEL_F32 ? 4 : 8;
    void *array = guard_alloc(oracle_bytes(&problem->desc), align * below(9), below(2));
    random_cells(&problem->desc, array);
    return problem->arrays[problem->narrays++] = array;
}

static const unsigned char *random_mask(struct problem *problem)
{
    size_t cells = oracle_extent(&problem->desc);
    unsigned char *mask = guard_alloc(cells, below(9), below(2));
    for (size_t i = 0; i < cells; i++)
        mask[i] = (unsigned char)(below(3) * below(100));
    return problem->arrays[problem->narrays++] = mask;
}

static void random_strides(pel_stencil_desc *desc)
{
    size_t least = 1;
    for (int a = desc->ndim - 1; a >= 0; a--) {
        desc->stride[a] = a == desc->ndim - 1 ? below(2) : below(2) ? least + below(9) : least;
        least = (desc->stride[a] ? desc->stride[a] : 1) * desc->shape[a];
    }
}

/* What a step may be besides taps. */
static void random_terms(struct problem *problem)
{
    pel_stencil_desc *desc = &problem->desc;
    if (below(2))
        random_strides(desc);
    for (size_t k = 0, arrays = below(2) ? 1 + below(3) : 0; arrays && k < desc->ntaps; k++)
        problem->coefs[k] = below(arrays) ? NULL : random_array(problem);
    desc->coefs = below(2) ? problem->coefs : NULL;
    desc->scale = below(2) ? random_array(problem) : NULL;
    desc->source = below(2) ? random_array(problem) : NULL;
    desc->mask = below(2) ? random_mask(problem) : NULL;
    desc->now = below(2) ? 0.1 : 0;
    desc->levels = 1 + (int)below(2);
    desc->before = desc->levels == 2 && below(4) ? -0.3 : 0;
}

/* Draws the input and asks the oracle. */
static void solve(struct problem *problem, size_t steps)
{
    problem->narrays = 0;
    memset(problem->coefs, 0, sizeof problem->coefs);
    if (below(2))
        random_terms(problem);
    problem->steps = steps;
    problem->bytes = oracle_bytes(&problem->desc);
    for (int i = 0; i < 2; i++) {
        problem->input[i] = malloc(problem->bytes);
        problem->expected[i] = malloc(problem->bytes);
        assert_true(problem->input[i] && problem->expected[i]);
        random_cells(&problem->desc, problem->input[i]);
        memcpy(problem->expected[i], problem->input[i], problem->bytes);
    }
    if (problem->desc.levels == 2)
        oracle_run_levels(&problem->desc, problem->expected, steps);
    else
        oracle_run(&problem->desc, problem->expected[0], steps);
}

static void random_problem(struct problem *problem)
{
    start_problem(problem, 1 + (int)below(3));
    for (int a = 0; a < problem->desc.ndim; a++)
        random_axis(&problem->desc, a);
    random_taps(problem);
    solve(problem, below(3) ? below(6) : below(41));
}

static void drop_problem(struct problem *problem)
{
    for (int i = 0; i < 2; i++) {
        free(problem->input[i]);
        free(problem->expected[i]);
    }
    for (size_t i = 0; i < problem->narrays; i++)
        guard_free(problem->arrays[i]);
}

/* Any value of a parameter, small ones more often: they make many little tiles. */
static int random_value(const struct pel_param *param)
{
    size_t range = (size_t)(param->high - param->low) + 1, most = range;
    while (most > 1 && below(4))
        most = (most + 1) / 2;
    return param->low + (int)below(most);
}

/* "avx2/blocked:height=7", each parameter at random within its range. */
static void random_variant(const struct pel_kernel *kernel, char *text, size_t capacity)
{
    size_t length = (size_t)snprintf(text, capacity, "%s", kernel->name);
    for (int i = 0; i < PEL_MAX_PARAMS && kernel->params[i].name; i++) {
        const struct pel_param *param = &kernel->params[i];
        length += (size_t)snprintf(text + length, capacity - length, ":%s=%d", param->name, random_value(param));
    }
}

static void tell(const struct problem *problem, const char *variant, int threads)
{
    const pel_stencil_desc *desc = &problem->desc;
    print_message("%s on %d threads: %zu steps of %zu taps on %s, %d levels, coefs %d, scale %d, source %d, mask %d",
                  variant, threads, problem->steps, desc->ntaps, pel_dtype_name(desc->dtype), desc->levels,
                  desc->coefs != NULL, desc->scale != NULL, desc->source != NULL, desc->mask != NULL);
    for (int a = 0; a < desc->ndim; a++)
        print_message(", %zu cells (%d, %d)", desc->shape[a], (int)desc->boundary[a][0], (int)desc->boundary[a][1]);
    print_message("\n");
}

/* Runs the problem between guard pages, on so many threads however small it is; false when the variant cannot run
 * here. */
static bool run_variant(const struct problem *problem, const char *variant, int threads, bool *tiled)
{
    pel_opts opts = PEL_OPTS_INIT;
    opts.variant = variant;
    opts.threads = threads;
    pel_plan *plan = NULL;
    pel_status status = pel_stencil_plan(&plan, &problem->desc, &opts);
    if (status == PEL_ENOTSUP)
        return false;
    assert_int_equal(status, PEL_OK);
    plan->pick.team = threads;
    *tiled = !plan->space.tiling.why_not;
    size_t align = problem->desc.dtype == PEL_F32 ? 4 : 8;
    void *levels[2] = {NULL, NULL};
    for (int i = 0; i < problem->desc.levels; i++) {
        levels[i] = guard_alloc(problem->bytes, align * below(9), below(2));
        memcpy(levels[i], problem->input[i], problem->bytes);
    }
    void *work = below(3) ? guard_alloc(pel_plan_work_bytes(plan), below(70), below(2)) : NULL;
    if (problem->desc.levels == 2)
        assert_int_equal(pel_stencil_run_levels(plan, levels, work, problem->steps, NULL, NULL, NULL), PEL_OK);
    else
        assert_int_equal(pel_stencil_run(plan, levels[0], work, problem->steps), PEL_OK);
    for (int i = 0; i < problem->desc.levels; i++) {
        if (memcmp(levels[i], problem->expected[i], problem->bytes) != 0) {
            tell(problem, variant, threads);
            fail_msg("level %d differs from the oracle", i);
        }
        guard_free(levels[i]);
    }
    if (work)
        guard_free(work);
    pel_plan_free(plan);
    return true;
}

/* Every kernel with random parameters; returns how many could run. */
static size_t run_kernels(const struct problem *problem)
{
    size_t runs = 0;
    struct pel_registry_walk walk = {0};
    for (const struct pel_kernel *kernel;
         (kernel = pel_registry_next(&walk, PEL_OP_STENCIL, (int)problem->desc.dtype));) {
        char variant[200];
        bool tiled;
        random_variant(kernel, variant, sizeof variant);
        runs += run_variant(problem, variant, 1 + (int)below(MAX_THREADS), &tiled);
    }
    return runs;
}

/* Tells whether the tiling came about. */
static bool run_tiling(const struct problem *problem)
{
    bool terms = problem->desc.coefs || problem->desc.scale || problem->desc.source || problem->desc.mask ||
                 problem->desc.now != 0 || problem->desc.levels == 2;
    static const char *const isas[] = {"avx512", "avx2", "neon", "scalar"};
    bool tiled = false;
    for (size_t i = below(2); i < sizeof isas / sizeof isas[0]; i++) {
        char variant[200];
        snprintf(variant, sizeof variant, "%s/%s:kib=%zu:height=%zu", isas[i], terms ? "terms" : "blocked",
                 1 + below(below(2) ? 100 : 3), below(2) ? 1 + below(20) : 1024);
        if (run_variant(problem, variant, 1 + (int)below(MAX_THREADS), &tiled))
            break;
    }
    return tiled;
}

static void test_random_problems(void **state)
{
    (void)state;
    size_t runs = 0, problems = test_long() ? LONG_PROBLEMS : PROBLEMS;
    for (size_t i = 0; i < problems; i++) {
        struct problem problem;
        rng = test_random_start(test_seed(), i);
        random_problem(&problem);
        runs += run_kernels(&problem);
        drop_problem(&problem);
    }
    print_message("%zu problems, %zu runs\n", problems, runs);
    assert_true(runs >= 2 * problems);
}

/* Each pair of sides an axis may have, on every axis, where taps reach past short axes more than once. */
static void test_every_boundary(void **state)
{
    static const pel_boundary pairs[10][2] = {{0, 0}, {0, 2}, {0, 3}, {1, 1}, {2, 0},
                                              {2, 2}, {2, 3}, {3, 0}, {3, 2}, {3, 3}};
    (void)state;
    rng = test_random_start(test_seed(), SIZE_MAX);
    for (size_t i = 0; i < 1000; i++) {
        struct problem problem;
        start_problem(&problem, 3);
        for (size_t a = 0, rest = i; a < 3; a++, rest /= 10) {
            problem.desc.shape[a] = 1 + below(9);
            memcpy(problem.desc.boundary[a], pairs[rest % 10], sizeof pairs[0]);
        }
        random_taps(&problem);
        solve(&problem, 1 + below(3));
        run_kernels(&problem);
        drop_problem(&problem);
    }
}

/* Tilings of space and time: steps enough for several rows of tiles, and parameters that make the tiles tiny. */
static void test_tilings(void **state)
{
    static const size_t most[4][3] = {{0}, {5000}, {90, 160}, {36, 36, 40}};
    size_t tiled = 0, problems = test_long() ? LONG_PROBLEMS : TILINGS;
    (void)state;
    for (size_t i = 0; i < problems; i++) {
        struct problem problem;
        rng = test_random_start(test_seed(), i);
        start_problem(&problem, 1 + (int)(i % 3));
        for (int a = 0; a < problem.desc.ndim; a++) {
            random_axis(&problem.desc, a);
            problem.desc.shape[a] = most[problem.desc.ndim][a] / 2 + below(most[problem.desc.ndim][a] / 2);
        }
        size_t kind = below(8);
        if (kind < 2) /* a step in place has short slices */
            problem.desc.shape[problem.desc.ndim - 1] = (problem.desc.dtype == PEL_F32 ? 60 : 28) + below(10);
        else if (kind < 4) /* few rows, so long that it cuts them */
            for (int a = 0; a < problem.desc.ndim; a++)
                problem.desc.shape[a] = a + 1 < problem.desc.ndim ? 3 + below(4) : 2000 + below(3000);
        random_taps(&problem);
        solve(&problem, 1 + below(40));
        for (int k = 0; k < 3; k++)
            tiled += run_tiling(&problem);
        drop_problem(&problem);
    }
    print_message("%zu problems, %zu tiled\n", problems, tiled);
    assert_true(tiled >= problems / 2);
}

/* Lines long enough for many steps at once, under a cell and its neighbours in order, between sides of every kind. */
static void test_lines(void **state)
{
    (void)state;
    rng = test_random_start(test_seed(), SIZE_MAX - 1);
    for (size_t i = 0; i < LINES; i++) {
        struct problem problem;
        start_problem(&problem, 1);
        random_axis(&problem.desc, 0);
        problem.desc.shape[0] = 4100 + below(9000);
        problem.desc.taps = problem.taps;
        problem.desc.ntaps = 3;
        for (int k = 0; k < 3; k++)
            problem.taps[k] = (pel_tap){{k - 1, 0, 0}, 2 * test_random_unit(&rng) - 1};
        solve(&problem, 8 + below(below(4) ? 40 : 500));
        run_kernels(&problem);
        bool tiled;
        run_variant(&problem, NULL, 1 + (int)below(MAX_THREADS), &tiled);
        drop_problem(&problem);
    }
}

/* A line of ones whose fixed ends are NaN of these bits; false where the variant cannot run. */
static bool keeps_ends(const char *variant)
{
    enum { CELLS = 3000, STEPS = 8 };
    static double u[CELLS];
    const uint64_t quiet = 0x7ff8000000000123, signalling = 0xfff0000000000777;
    const pel_tap taps[3] = {{{-1, 0, 0}, 0.25}, {{0, 0, 0}, 0.5}, {{1, 0, 0}, 0.25}};
    pel_stencil_desc desc = PEL_STENCIL_DESC_INIT;
    pel_opts opts = PEL_OPTS_INIT;
    pel_plan *plan;
    opts.variant = variant;
    desc.dtype = PEL_F64;
    desc.ndim = 1;
    desc.shape[0] = CELLS;
    desc.taps = taps;
    desc.ntaps = 3;
    for (size_t i = 0; i < CELLS; i++)
        u[i] = 1;
    memcpy(&u[0], &quiet, sizeof quiet);
    memcpy(&u[CELLS - 1], &signalling, sizeof signalling);
    pel_status status = pel_stencil_plan(&plan, &desc, &opts);
    if (status == PEL_ENOTSUP)
        return false;
    assert_int_equal(status, PEL_OK);
    assert_int_equal(pel_stencil_run(plan, u, NULL, STEPS), PEL_OK);
    pel_plan_free(plan);
    assert_memory_equal(&u[0], &quiet, sizeof quiet);
    assert_memory_equal(&u[CELLS - 1], &signalling, sizeof signalling);
    for (size_t i = 1; i < CELLS - 1; i++)
        assert_true(isnan(u[i]) == (i <= STEPS || i + 1 >= CELLS - STEPS) && (isnan(u[i]) || u[i] == 1));
    return true;
}

/* However many and small the parts are that the line is taken in. */
static void lines_keep_their_ends(void **state)
{
    static const char *const kernels[] = {"scalar", "avx2", "avx512", "neon"};
    size_t ran = 0;
    (void)state;
    test_set_processors(MANY_THREADS);
    for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++) {
        for (int threads = 1; threads <= MANY_THREADS; threads *= 4) {
            char variant[64];
            snprintf(variant, sizeof variant, "%s/blocked:team=%d", kernels[k], threads);
            ran += keeps_ends(variant);
        }
    }
    test_set_processors(MAX_THREADS);
    assert_true(ran > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_problems), cmocka_unit_test(test_every_boundary),   cmocka_unit_test(test_tilings),
        cmocka_unit_test(test_lines),           cmocka_unit_test(lines_keep_their_ends),
    };
    test_set_processors(MAX_THREADS);
    return cmocka_run_group_tests_name("stencil", tests, NULL, NULL);
}
