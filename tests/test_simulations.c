/* Systems as simulations are written: an acoustic wave, shallow water on a C-grid, Gray and Scott's reaction and
 * diffusion, each bit for bit the plain loops over whole arrays. */
#include "tests/support.h"

#include <string.h>

#include <pel/pel.h>

#include "lib/stencil_system.h"

enum { NY = 61, NX = 1100, CELLS = NY * NX, FIELDS = 3, STEPS = 13, MAX_THREADS = 8 };

static const size_t west_and_south[2][2] = {{1, 0}, {1, 0}}, east_and_north[2][2] = {{0, 1}, {0, 1}},
                    around[2][2] = {{1, 1}, {1, 1}}, nowhere[2][2] = {{0, 0}, {0, 0}};

/* A stage that is not there ends the list. */
struct simulation {
    const char *name;
    size_t nfields, nstages;
    struct {
        pel_row_function *row;
        void (*plain)(double *const *old, double *const *new, const size_t y[3], const size_t x[3]);
        struct {
            size_t field;
            const size_t (*reach)[2];
        } reads[FIELDS];
        size_t nreads, writes[FIELDS], nwrites;
    } stages[2];
};

/* A cell of the plain loops: y[0], y[1], y[2] are its row and those below and above it, x likewise. */
#define AT(field, j, i) (old[field][y[j] * NX + x[i]])
#define SET(field)      (new[field][y[1] * NX + x[1]])

/* Acoustic wave: p pressure, w its rate of change, c what the speed of sound comes to. */
enum { P, W, C };

static void wave_rate_row(const pel_row *row, void *context)
{
    const double *p = pel_row_read(row, 0, 0, 0), *below = pel_row_read(row, 0, 0, -1),
                 *above = pel_row_read(row, 0, 0, 1), *c = pel_row_read(row, 1, 0, 0);
    double *w = row->write[0];
    (void)context;
    for (ptrdiff_t x = 0; x < (ptrdiff_t)row->count; x++)
        w[x] += c[x] * (p[x - 1] + p[x + 1] + below[x] + above[x] - 4 * p[x]);
}

static void wave_rate(double *const *old, double *const *new, const size_t y[3], const size_t x[3])
{
    SET(W) = AT(W, 1, 1) + AT(C, 1, 1) * (AT(P, 1, 0) + AT(P, 1, 2) + AT(P, 0, 1) + AT(P, 2, 1) - 4 * AT(P, 1, 1));
}

static void wave_pressure_row(const pel_row *row, void *context)
{
    const double *w = pel_row_read(row, 0, 0, 0);
    double *p = row->write[0];
    (void)context;
    for (size_t x = 0; x < row->count; x++)
        p[x] += 0.5 * w[x];
}

static void wave_pressure(double *const *old, double *const *new, const size_t y[3], const size_t x[3])
{
    SET(P) = AT(P, 1, 1) + 0.5 * AT(W, 1, 1);
}

/* Shallow water: velocities on the west and the south face of a cell, height in it. */
enum { U, V, H };

static void water_velocity_row(const pel_row *row, void *context)
{
    const double *h = pel_row_read(row, 0, 0, 0), *south = pel_row_read(row, 0, 0, -1);
    double *u = row->write[0], *v = row->write[1];
    (void)context;
    for (ptrdiff_t x = 0; x < (ptrdiff_t)row->count; x++) {
        u[x] -= 0.3 * (h[x] - h[x - 1]);
        v[x] -= 0.3 * (h[x] - south[x]);
    }
}

static void water_velocity(double *const *old, double *const *new, const size_t y[3], const size_t x[3])
{
    SET(U) = AT(U, 1, 1) - 0.3 * (AT(H, 1, 1) - AT(H, 1, 0));
    SET(V) = AT(V, 1, 1) - 0.3 * (AT(H, 1, 1) - AT(H, 0, 1));
}

static void water_height_row(const pel_row *row, void *context)
{
    const double *u = pel_row_read(row, 0, 0, 0), *v = pel_row_read(row, 1, 0, 0), *north = pel_row_read(row, 1, 0, 1);
    double *h = row->write[0];
    (void)context;
    for (size_t x = 0; x < row->count; x++)
        h[x] -= 0.25 * (1 + h[x]) * (u[x + 1] - u[x] + north[x] - v[x]);
}

static void water_height(double *const *old, double *const *new, const size_t y[3], const size_t x[3])
{
    SET(H) = AT(H, 1, 1) - 0.25 * (1 + AT(H, 1, 1)) * (AT(U, 1, 2) - AT(U, 1, 1) + AT(V, 2, 1) - AT(V, 1, 1));
}

/* Gray and Scott: two substances that react and spread. */
static void reaction_row(const pel_row *row, void *context)
{
    const double *in[2], *below[2], *above[2];
    double *u = row->write[0], *v = row->write[1];
    (void)context;
    for (size_t i = 0; i < 2; i++) {
        in[i] = pel_row_read(row, i, 0, 0);
        below[i] = pel_row_read(row, i, 0, -1);
        above[i] = pel_row_read(row, i, 0, 1);
    }
    for (ptrdiff_t x = 0; x < (ptrdiff_t)row->count; x++) {
        double lap_u = in[0][x - 1] + in[0][x + 1] + below[0][x] + above[0][x] - 4 * in[0][x];
        double lap_v = in[1][x - 1] + in[1][x + 1] + below[1][x] + above[1][x] - 4 * in[1][x];
        double rate = in[0][x] * in[1][x] * in[1][x];
        u[x] = in[0][x] + (0.16 * lap_u - rate + 0.035 * (1 - in[0][x]));
        v[x] = in[1][x] + (0.08 * lap_v + rate - 0.1 * in[1][x]);
    }
}

static void reaction(double *const *old, double *const *new, const size_t y[3], const size_t x[3])
{
    double lap_u = AT(0, 1, 0) + AT(0, 1, 2) + AT(0, 0, 1) + AT(0, 2, 1) - 4 * AT(0, 1, 1);
    double lap_v = AT(1, 1, 0) + AT(1, 1, 2) + AT(1, 0, 1) + AT(1, 2, 1) - 4 * AT(1, 1, 1);
    double rate = AT(0, 1, 1) * AT(1, 1, 1) * AT(1, 1, 1);
    SET(0) = AT(0, 1, 1) + (0.16 * lap_u - rate + 0.035 * (1 - AT(0, 1, 1)));
    SET(1) = AT(1, 1, 1) + (0.08 * lap_v + rate - 0.1 * AT(1, 1, 1));
}

static const struct simulation simulations[] = {
    {"acoustic wave",
     3,
     2,
     {{wave_rate_row, wave_rate, {{P, around}, {C, nowhere}, {W, nowhere}}, 3, {W}, 1},
      {wave_pressure_row, wave_pressure, {{W, nowhere}, {P, nowhere}}, 2, {P}, 1}}},
    {"shallow water",
     3,
     2,
     {{water_velocity_row, water_velocity, {{H, west_and_south}, {U, nowhere}, {V, nowhere}}, 3, {U, V}, 2},
      {water_height_row, water_height, {{U, east_and_north}, {V, east_and_north}, {H, nowhere}}, 3, {H}, 1}}},
    {"Gray and Scott", 2, 1, {{reaction_row, reaction, {{0, around}, {1, around}}, 2, {0, 1}, 2}}},
};

/* The plain loops keep the arrays within a frame of cells that stand for what is beyond the sides: index n is row or
 * column -1, index n + 1 is the one behind the last; FIXED cells are left out instead. */
struct frame {
    pel_boundary boundary;
    size_t outside; /* in place of an index */
};

static size_t resolve(const struct frame *frame, size_t i, int by, size_t n)
{
    if ((by < 0 && i > 0) || by == 0 || (by > 0 && i + 1 < n))
        return i + (size_t)by;
    if (frame->boundary == PEL_BOUNDARY_PERIODIC)
        return by < 0 ? n - 1 : 0;
    return frame->boundary == PEL_BOUNDARY_REFLECT ? i : frame->outside;
}

static void plain_stage(const struct simulation *simulation, size_t s, double *const *fields, pel_boundary boundary)
{
    static double copies[FIELDS][CELLS + NX];
    double *old[FIELDS] = {copies[0], copies[1], copies[2]};
    size_t low = 0, high = 0;
    for (size_t f = 0; f < simulation->nfields; f++)
        memcpy(old[f], fields[f], CELLS * sizeof(double));
    for (size_t i = 0; boundary == PEL_BOUNDARY_FIXED && i < simulation->stages[s].nreads; i++) {
        low = low || simulation->stages[s].reads[i].reach[0][0];
        high = high || simulation->stages[s].reads[i].reach[0][1];
    }
    /* Row NY of the copies stands for what is outside, and so does any cell of it. */
    for (size_t y = low; y < NY - high; y++) {
        for (size_t x = low; x < NX - high; x++) {
            struct frame rows = {boundary, NY}, columns = {boundary, 0};
            size_t ys[3], xs[3];
            for (int by = -1; by <= 1; by++) {
                ys[by + 1] = resolve(&rows, y, by, NY);
                xs[by + 1] = resolve(&columns, x, by, NX);
            }
            /* Beyond the east and the west the row outside serves as well: its index comes in place of the cell's. */
            if (boundary == PEL_BOUNDARY_CONSTANT) {
                xs[0] = x > 0 ? x - 1 : (NY - y) * NX;
                xs[2] = x + 1 < NX ? x + 1 : (NY - y) * NX;
            }
            simulation->stages[s].plain(old, fields, ys, xs);
        }
    }
}

static void plain_run(const struct simulation *simulation, double *const *fields, pel_boundary boundary)
{
    for (int step = 0; step < STEPS; step++) {
        for (size_t s = 0; s < simulation->nstages; s++)
            plain_stage(simulation, s, fields, boundary);
    }
}

static pel_system *plan_of(const struct simulation *simulation, pel_boundary boundary)
{
    pel_field fields[FIELDS];
    pel_access reads[2][FIELDS];
    pel_stage stages[2];
    pel_system_desc desc = PEL_SYSTEM_DESC_INIT;
    desc.ndim = 2;
    desc.shape[0] = NY;
    desc.shape[1] = NX;
    desc.nfields = simulation->nfields;
    desc.nstages = simulation->nstages;
    desc.fields = fields;
    desc.stages = stages;
    for (size_t f = 0; f < FIELDS; f++) {
        fields[f] = (pel_field)PEL_FIELD_INIT;
        for (int side = 0; side < 4; side++)
            fields[f].boundary[side / 2][side % 2] = boundary;
    }
    for (size_t s = 0; s < simulation->nstages; s++) {
        stages[s] = (pel_stage){.row = simulation->stages[s].row,
                                .nreads = simulation->stages[s].nreads,
                                .nwrites = simulation->stages[s].nwrites,
                                .reads = reads[s],
                                .writes = simulation->stages[s].writes};
        for (size_t i = 0; i < stages[s].nreads; i++) {
            reads[s][i] = (pel_access){.field = simulation->stages[s].reads[i].field};
            for (int side = 0; side < 4; side++)
                reads[s][i].reach[side / 2][side % 2] = (int)simulation->stages[s].reads[i].reach[side / 2][side % 2];
        }
    }
    pel_system *system = NULL;
    assert_int_equal(pel_system_plan(&system, &desc, NULL), PEL_OK);
    return system;
}

static void fill(double fields[FIELDS][CELLS])
{
    struct test_random rng = test_random_start(test_seed(), 0);
    for (size_t i = 0; i < (size_t)FIELDS * CELLS; i++)
        fields[i / CELLS][i % CELLS] = 0.2 * test_random_unit(&rng);
}

static void test_against_loops(void **state)
{
    static double input[FIELDS][CELLS], expected[FIELDS][CELLS], got[FIELDS][CELLS];
    double *plain[FIELDS] = {expected[0], expected[1], expected[2]};
    void *fields[FIELDS] = {got[0], got[1], got[2]};
    size_t tiled = 0;
    (void)state;
    fill(input);
    for (size_t i = 0; i < sizeof simulations / sizeof simulations[0]; i++) {
        for (int boundary = PEL_BOUNDARY_FIXED; boundary <= PEL_BOUNDARY_REFLECT; boundary++) {
            memcpy(expected, input, sizeof input);
            plain_run(&simulations[i], plain, (pel_boundary)boundary);
            pel_system *system = plan_of(&simulations[i], (pel_boundary)boundary);
            for (int threads = 1; threads <= MAX_THREADS; threads++) {
                system->space.team = 1 + threads % 2;
                system->space.cache = (size_t)(threads % 3 ? 300 : 700) << 10;
                pel_stencil_choose_tiling(&system->space);
                system->space.team = threads;
                tiled += !system->space.tiling.why_not;
                memcpy(got, input, sizeof input);
                assert_int_equal(pel_system_run(system, fields, NULL, STEPS), PEL_OK);
                if (memcmp(got, expected, sizeof got) != 0)
                    fail_msg("%s differs, sides %d, %d threads", simulations[i].name, boundary, threads);
            }
            pel_system_free(system);
        }
    }
    assert_true(tiled >= 24);
}

/* Stops after so many calls. */
struct patience {
    int calls;
    size_t done;
};

static int count_down(void *context, size_t done, size_t steps)
{
    struct patience *patience = context;
    assert_true(done > patience->done && done < steps);
    patience->done = done;
    return --patience->calls == 0;
}

/* A run that is stopped leaves what a run of as many steps leaves. */
static void test_cancelling(void **state)
{
    static double stopped[FIELDS][CELLS], other[FIELDS][CELLS];
    void *fields[FIELDS] = {stopped[0], stopped[1], stopped[2]}, *others[FIELDS] = {other[0], other[1], other[2]};
    pel_system *system = plan_of(&simulations[2], PEL_BOUNDARY_PERIODIC);
    struct patience patience = {.calls = 1};
    size_t done = 77;
    (void)state;
    fill(stopped);
    memcpy(other, stopped, sizeof other);
    assert_int_equal(pel_system_run_watched(system, fields, NULL, 1000000, count_down, &patience, &done), PEL_OK);
    assert_int_equal(done, patience.done);
    assert_true(done > 0 && done < 20000);
    assert_int_equal(pel_system_run(system, others, NULL, done), PEL_OK);
    assert_memory_equal(stopped, other, sizeof other);
    assert_int_equal(pel_system_run_watched(system, fields, NULL, 3, count_down, &patience, &done), PEL_OK);
    assert_int_equal(done, 3);
    assert_int_equal(pel_system_run_watched(system, NULL, NULL, 3, NULL, NULL, &done), PEL_EINVAL);
    assert_int_equal(done, 0);
    pel_system_free(system);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_loops),
        cmocka_unit_test(test_cancelling),
    };
    test_set_processors(MAX_THREADS);
    return cmocka_run_group_tests_name("simulations", tests, NULL, NULL);
}
