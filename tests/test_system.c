/* Systems: random fields, stages and sides, against loops over whole copies of the fields. Elements are mixed as
 * integers, so that every cell that is missed, read too early or read too late shows. */
#include "tests/support.h"

#include <stdlib.h>
#include <string.h>

#include <pel/pel.h>

#include "lib/stencil_system.h"

enum { FIELDS = 5, STAGES = 4, MAX_THREADS = 8, SYSTEMS = 100, LONG_SYSTEMS = 20000 };

static struct test_random rng;

static size_t below(size_t bound)
{
    return test_random_below(&rng, bound);
}

/* What the context of a stage points to: the stage itself, and the types of its fields. */
struct recipe {
    pel_access reads[FIELDS];
    size_t writes[FIELDS];
    size_t nreads, nwrites;
    const pel_field *fields;
    int ndim;
};

struct problem {
    pel_system_desc desc;
    pel_field fields[FIELDS];
    pel_stage stages[STAGES];
    struct recipe recipes[STAGES];
    size_t cells, steps;
    void *input[FIELDS], *expected[FIELDS];
};

/* Elements as numbers that every type holds exactly. */
static uint64_t get(pel_dtype dtype, const void *array, ptrdiff_t i)
{
    switch (dtype) {
    case PEL_F32:
        return (uint64_t)((const float *)array)[i];
    case PEL_F64:
        return (uint64_t)((const double *)array)[i];
    case PEL_I32:
    case PEL_U32:
        return ((const uint32_t *)array)[i];
    default:
        return ((const uint64_t *)array)[i];
    }
}

static void put(pel_dtype dtype, void *array, ptrdiff_t i, uint64_t mixed)
{
    switch (dtype) {
    case PEL_F32:
        ((float *)array)[i] = (float)(mixed >> 40);
        break;
    case PEL_F64:
        ((double *)array)[i] = (double)(mixed >> 12);
        break;
    case PEL_I32:
    case PEL_U32:
        ((uint32_t *)array)[i] = (uint32_t)(mixed >> 33);
        break;
    default:
        ((uint64_t *)array)[i] = mixed >> 1;
    }
}

static uint64_t mix(uint64_t acc, uint64_t value)
{
    return (acc ^ value) * 0x9e3779b97f4a7c15u + (acc >> 29);
}

/* Reach of an access along axis a of three, the slow ones of a smaller grid missing. */
static int reach(const struct recipe *recipe, const pel_access *access, int a, int side)
{
    int missing = 3 - recipe->ndim;
    return a < missing ? 0 : access->reach[a - missing][side];
}

static void row_function(const pel_row *row, void *context)
{
    const struct recipe *recipe = context;
    for (ptrdiff_t x = 0; x < (ptrdiff_t)row->count; x++) {
        uint64_t acc = row->step;
        for (int a = 0; a < 3; a++)
            acc = mix(acc, row->at[a] + (a == 2 ? (size_t)x : 0));
        for (size_t i = 0; i < recipe->nreads; i++) {
            const pel_access *access = &recipe->reads[i];
            for (int dz = -reach(recipe, access, 0, 0); dz <= reach(recipe, access, 0, 1); dz++)
                for (int dy = -reach(recipe, access, 1, 0); dy <= reach(recipe, access, 1, 1); dy++)
                    for (int dx = -reach(recipe, access, 2, 0); dx <= reach(recipe, access, 2, 1); dx++)
                        acc = mix(acc, get(recipe->fields[access->field].dtype, pel_row_read(row, i, dz, dy), x + dx));
        }
        for (size_t i = 0; i < recipe->nwrites; i++) {
            acc = mix(acc, i);
            put(recipe->fields[recipe->writes[i]].dtype, row->write[i], x, acc);
        }
    }
}

/* The oracle: cell by cell from copies of all fields, as the words of pel/system.h have it. */
struct oracle {
    const struct problem *problem;
    const struct recipe *recipe;
    void *old[FIELDS];
    size_t n[3], step;
};

static int64_t find(pel_boundary boundary, int64_t i, int64_t n)
{
    while (i < 0 || i >= n) {
        if (boundary == PEL_BOUNDARY_CONSTANT)
            return -1;
        if (boundary == PEL_BOUNDARY_PERIODIC)
            i = i < 0 ? i + n : i - n;
        else
            i = i < 0 ? -1 - i : 2 * n - 1 - i;
    }
    return i;
}

static bool keeps(const struct oracle *oracle, const size_t at[3])
{
    const struct recipe *recipe = oracle->recipe;
    for (size_t i = 0; i < recipe->nreads; i++) {
        const pel_access *access = &recipe->reads[i];
        for (int a = 3 - recipe->ndim; a < 3; a++) {
            const pel_boundary *boundary = recipe->fields[access->field].boundary[a - (3 - recipe->ndim)];
            if (boundary[0] == PEL_BOUNDARY_FIXED && at[a] < (size_t)reach(recipe, access, a, 0))
                return true;
            if (boundary[1] == PEL_BOUNDARY_FIXED && at[a] + (size_t)reach(recipe, access, a, 1) >= oracle->n[a])
                return true;
        }
    }
    return false;
}

static uint64_t look(const struct oracle *oracle, size_t f, const size_t at[3], const int offset[3])
{
    const pel_field *field = &oracle->problem->fields[f];
    int missing = 3 - oracle->recipe->ndim;
    size_t index = 0;
    for (int a = 0; a < 3; a++) {
        int64_t i = (int64_t)at[a] + offset[a];
        if (a >= missing)
            i = find(field->boundary[a - missing][i >= 0], i, (int64_t)oracle->n[a]);
        if (i < 0)
            return (uint64_t)field->boundary_value;
        index = index * oracle->n[a] + (size_t)i;
    }
    return get(field->dtype, oracle->old[f], (ptrdiff_t)index);
}

static void oracle_cell(const struct oracle *oracle, const size_t at[3], size_t index)
{
    const struct recipe *recipe = oracle->recipe;
    uint64_t acc = oracle->step;
    for (int a = 0; a < 3; a++)
        acc = mix(acc, at[a]);
    for (size_t i = 0; i < recipe->nreads; i++) {
        const pel_access *access = &recipe->reads[i];
        int offset[3];
        for (offset[0] = -reach(recipe, access, 0, 0); offset[0] <= reach(recipe, access, 0, 1); offset[0]++)
            for (offset[1] = -reach(recipe, access, 1, 0); offset[1] <= reach(recipe, access, 1, 1); offset[1]++)
                for (offset[2] = -reach(recipe, access, 2, 0); offset[2] <= reach(recipe, access, 2, 1); offset[2]++)
                    acc = mix(acc, look(oracle, access->field, at, offset));
    }
    for (size_t i = 0; i < recipe->nwrites; i++) {
        acc = mix(acc, i);
        put(recipe->fields[recipe->writes[i]].dtype, oracle->problem->expected[recipe->writes[i]], (ptrdiff_t)index,
            acc);
    }
}

static size_t field_bytes(const struct problem *problem, size_t f)
{
    return problem->cells * pel_dtype_size(problem->fields[f].dtype);
}

static void oracle_stage(const struct problem *problem, size_t step, size_t stage)
{
    struct oracle oracle = {problem, &problem->recipes[stage], {NULL}, {1, 1, 1}, step};
    for (int a = 0; a < problem->desc.ndim; a++)
        oracle.n[3 - problem->desc.ndim + a] = problem->desc.shape[a];
    for (size_t f = 0; f < problem->desc.nfields; f++) {
        oracle.old[f] = malloc(field_bytes(problem, f));
        assert_non_null(oracle.old[f]);
        memcpy(oracle.old[f], problem->expected[f], field_bytes(problem, f));
    }
    size_t at[3], index = 0;
    for (at[0] = 0; at[0] < oracle.n[0]; at[0]++)
        for (at[1] = 0; at[1] < oracle.n[1]; at[1]++)
            for (at[2] = 0; at[2] < oracle.n[2]; at[2]++, index++)
                if (!keeps(&oracle, at))
                    oracle_cell(&oracle, at, index);
    for (size_t f = 0; f < problem->desc.nfields; f++)
        free(oracle.old[f]);
}

static void random_field(pel_field *field, int ndim)
{
    *field = (pel_field)PEL_FIELD_INIT;
    field->dtype = (pel_dtype)below(6);
    field->boundary_value = (double)below(1000);
    for (int a = 0; a < ndim; a++) {
        for (int side = 0; side < 2; side++)
            field->boundary[a][side] = (pel_boundary)below(4);
        if (field->boundary[a][0] == PEL_BOUNDARY_PERIODIC || field->boundary[a][1] == PEL_BOUNDARY_PERIODIC)
            field->boundary[a][0] = field->boundary[a][1] = PEL_BOUNDARY_PERIODIC;
    }
}

static void random_access(pel_access *access, size_t field, int ndim, size_t most)
{
    *access = (pel_access){.field = field};
    for (int a = 0; a < ndim; a++) {
        for (int side = 0; side < 2; side++)
            access->reach[a][side] = below(2) ? (int)below(most + 1) : 0;
    }
}

static void random_stage(struct problem *problem, size_t s, size_t most)
{
    struct recipe *recipe = &problem->recipes[s];
    *recipe = (struct recipe){.fields = problem->fields, .ndim = problem->desc.ndim};
    for (size_t f = 0; f < problem->desc.nfields; f++) {
        if (below(3))
            random_access(&recipe->reads[recipe->nreads++], f, problem->desc.ndim, most);
        if (below(2))
            recipe->writes[recipe->nwrites++] = f;
    }
    if (recipe->nwrites == 0)
        recipe->writes[recipe->nwrites++] = below(problem->desc.nfields);
    problem->stages[s] = (pel_stage){.row = row_function,
                                     .context = recipe,
                                     .nreads = recipe->nreads,
                                     .nwrites = recipe->nwrites,
                                     .reads = recipe->reads,
                                     .writes = recipe->writes};
}

/* Grids long enough for tiles of several steps, or with axes shorter than what stages reach. */
static void random_system(struct problem *problem)
{
    static const size_t most[4][3] = {{0}, {3000}, {60, 1200}, {24, 36, 24}};
    *problem = (struct problem){.desc = PEL_SYSTEM_DESC_INIT, .cells = 1};
    problem->desc.ndim = below(6) ? 2 + (int)below(2) : 1;
    problem->desc.nfields = 1 + below(FIELDS);
    problem->desc.nstages = 1 + below(STAGES);
    problem->desc.fields = problem->fields;
    problem->desc.stages = problem->stages;
    bool small = below(4) == 0;
    for (int a = 0; a < problem->desc.ndim; a++) {
        size_t half = most[problem->desc.ndim][a] / 2;
        problem->desc.shape[a] = small ? 1 + below(12) : half + below(half);
        problem->cells *= problem->desc.shape[a];
    }
    for (size_t f = 0; f < problem->desc.nfields; f++)
        random_field(&problem->fields[f], problem->desc.ndim);
    for (size_t s = 0; s < problem->desc.nstages; s++)
        random_stage(problem, s, small && below(4) == 0 ? PEL_STENCIL_MAX_RADIUS : 1);
    problem->steps = below(7);
}

static void solve(struct problem *problem)
{
    for (size_t f = 0; f < problem->desc.nfields; f++) {
        problem->input[f] = malloc(field_bytes(problem, f));
        problem->expected[f] = malloc(field_bytes(problem, f));
        assert_true(problem->input[f] && problem->expected[f]);
        for (size_t i = 0; i < problem->cells; i++)
            put(problem->fields[f].dtype, problem->input[f], (ptrdiff_t)i, test_random_bits(&rng));
        memcpy(problem->expected[f], problem->input[f], field_bytes(problem, f));
    }
    for (size_t step = 0; step < problem->steps; step++) {
        for (size_t s = 0; s < problem->desc.nstages; s++)
            oracle_stage(problem, step, s);
    }
}

static void drop(struct problem *problem)
{
    for (size_t f = 0; f < problem->desc.nfields; f++) {
        free(problem->input[f]);
        free(problem->expected[f]);
    }
}

/* A plan whose tiles are as small as chance wants them. */
static pel_system *plan_of(const struct problem *problem, int threads)
{
    pel_opts opts = PEL_OPTS_INIT;
    opts.threads = threads;
    pel_system *system = NULL;
    assert_int_equal(pel_system_plan(&system, &problem->desc, &opts), PEL_OK);
    system->space.team = 1 + (int)below(2);
    system->space.cache = (1 + below(below(2) ? 200 : 20)) << 10;
    system->space.most_height = 2 + below(12);
    pel_stencil_choose_tiling(&system->space);
    system->space.team = threads;
    return system;
}

static bool run(const struct problem *problem, int threads)
{
    pel_system *system = plan_of(problem, threads);
    bool tiled = !system->space.tiling.why_not;
    void *fields[FIELDS];
    for (size_t f = 0; f < problem->desc.nfields; f++) {
        fields[f] = guard_alloc(field_bytes(problem, f), 8 * below(9), below(2));
        memcpy(fields[f], problem->input[f], field_bytes(problem, f));
    }
    void *work = below(3) ? guard_alloc(pel_system_work_bytes(system), below(70), below(2)) : NULL;
    assert_int_equal(pel_system_run(system, fields, work, problem->steps), PEL_OK);
    for (size_t f = 0; f < problem->desc.nfields; f++) {
        if (memcmp(fields[f], problem->expected[f], field_bytes(problem, f)) != 0)
            fail_msg("field %zu differs: %d threads, tiled %d, %d axes, %zu stages, %zu steps", f, threads, tiled,
                     problem->desc.ndim, problem->desc.nstages, problem->steps);
        guard_free(fields[f]);
    }
    if (work)
        guard_free(work);
    pel_system_free(system);
    return tiled;
}

static void test_random_systems(void **state)
{
    size_t tiled = 0, systems = test_long() ? LONG_SYSTEMS : SYSTEMS;
    (void)state;
    for (size_t i = 0; i < systems; i++) {
        struct problem problem;
        rng = test_random_start(test_seed(), i);
        random_system(&problem);
        solve(&problem);
        for (int k = 0; k < 3; k++)
            tiled += run(&problem, 1 + (int)below(MAX_THREADS));
        drop(&problem);
    }
    print_message("%zu systems, %zu runs tiled in time\n", systems, tiled);
    assert_true(tiled >= systems / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_systems),
    };
    test_set_processors(MAX_THREADS);
    return cmocka_run_group_tests_name("systems", tests, NULL, NULL);
}
