/* Workloads of the family stencil: rows, squares, cubes and any grids under named shapes. */
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "perf/data.h"
#include "perf/peers.h"
#include "perf/program.h"
#include "perf/workload.h"

/* Even, so that a sweep from one array to another and back ends where it began. */
enum { USUAL_STEPS = 10 };

void shape_name(const struct shape *shape, char name[SHAPE_NAME])
{
    static const char *const kinds[NSHAPE_KINDS] = {"", "-variable", "-wave", "-acoustic"};
    snprintf(name, SHAPE_NAME, "%s%dd%dr%s", shape->box ? "box" : "star", shape->ndim, shape->radius,
             kinds[shape->kind]);
}

static size_t count_taps(const struct shape *shape)
{
    size_t side = 2 * (size_t)shape->radius + 1;
    return shape->box ? shape_cells(shape, side) : 1 + (side - 1) * (size_t)shape->ndim;
}

bool shape_named(const char *name, struct shape *shape)
{
    char known[SHAPE_NAME];
    for (int i = 0; i < 3 * PEL_STENCIL_MAX_RADIUS * 2 * NSHAPE_KINDS; i++) {
        shape->ndim = 1 + i % 3;
        shape->radius = 1 + i / 3 % PEL_STENCIL_MAX_RADIUS;
        shape->box = i / (3 * PEL_STENCIL_MAX_RADIUS) % 2;
        shape->kind = (enum shape_kind)(i / (3 * PEL_STENCIL_MAX_RADIUS * 2));
        shape_name(shape, known);
        if (strcmp(name, known) == 0)
            return count_taps(shape) <= PEL_STENCIL_MAX_TAPS &&
                   (shape->kind != SHAPE_ACOUSTIC || (shape->ndim == 2 && shape->radius == 1 && !shape->box));
    }
    return false;
}

size_t grid_cells(const size_t grid[3])
{
    size_t cells;
    if (__builtin_mul_overflow(grid[0], grid[1], &cells) || __builtin_mul_overflow(cells, grid[2], &cells))
        return SIZE_MAX;
    return cells;
}

/* A row, square or cube. */
static void set_edges(const struct shape *shape, size_t edge, size_t grid[3])
{
    for (int a = 0; a < 3; a++)
        grid[a] = a < 3 - shape->ndim ? 1 : edge;
}

size_t shape_cells(const struct shape *shape, size_t edge)
{
    size_t grid[3];
    set_edges(shape, edge, grid);
    return grid_cells(grid);
}

/* The edge whose cells come closest to n. */
static size_t nearest_edge(const struct shape *shape, size_t n)
{
    size_t low = 1, high = n + 1;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (shape_cells(shape, middle) <= n)
            low = middle;
        else
            high = middle;
    }
    return n - shape_cells(shape, low) <= shape_cells(shape, low + 1) - n ? low : low + 1;
}

/* All offsets of the box, row by row; of a star those on an axis. */
static void list_offsets(const struct shape *shape, pel_tap *taps)
{
    int side = 2 * shape->radius + 1, corners = (int)shape_cells(shape, (size_t)side);
    for (int i = 0; i < corners; i++) {
        pel_tap tap = {{0, 0, 0}, 0};
        int rest = i, away = 0;
        for (int a = shape->ndim - 1; a >= 0; a--) {
            tap.offset[a] = rest % side - shape->radius;
            away += tap.offset[a] != 0;
            rest /= side;
        }
        if (shape->box || away <= 1)
            *taps++ = tap;
    }
}

/* Coefficients that differ, so that mixed-up taps show. They sum to 1, so that values neither grow nor die out; those
 * of waves sum to 0, and are small enough for the scheme to be stable. */
static void set_coefficients(struct stencil_problem *problem)
{
    double sum = 0;
    for (size_t k = 0; k < problem->ntaps; k++)
        sum += problem->taps[k].coef = 1 + (double)(5 * k % 7) / 8;
    for (size_t k = 0; k < problem->ntaps; k++) {
        problem->taps[k].coef /= sum;
        if (problem->shape.kind >= SHAPE_WAVE && k == problem->ntaps / 2)
            problem->taps[k].coef -= 1;
    }
}

static void put_array(void *array, pel_dtype dtype, size_t i, double value)
{
    if (dtype == PEL_F32)
        ((float *)array)[i] = (float)value;
    else
        ((double *)array)[i] = value;
}

/* Coefficients that vary from cell to cell; the factor of waves lies between 0 and 1. */
static void make_arrays(struct stencil_problem *problem, pel_dtype dtype, size_t cells)
{
    bool wave = problem->shape.kind != SHAPE_VARIABLE;
    if (problem->shape.kind == SHAPE_TAPS)
        return;
    problem->narrays = wave ? 1 : problem->ntaps;
    problem->arrays = allocate(problem->narrays * sizeof *problem->arrays);
    for (size_t k = 0; k < problem->narrays; k++) {
        double most = wave ? 1 : problem->taps[k].coef;
        problem->arrays[k] = allocate(cells * pel_dtype_size(dtype));
        for (size_t i = 0; i < cells; i++)
            put_array(problem->arrays[k], dtype, i, most * (1 - (double)((7 * i + k) % 11) / 64));
    }
}

static struct stencil_problem *make_problem(const struct workload_spec *spec)
{
    static const struct shape usual = {.ndim = 3, .radius = 1, .box = false};
    struct stencil_problem *problem = allocate(sizeof *problem);
    *problem = (struct stencil_problem){0};
    problem->shape = spec->shape.ndim > 0 ? spec->shape : usual;
    if (spec->grid[0])
        memcpy(problem->grid, spec->grid, sizeof problem->grid);
    else
        set_edges(&problem->shape, nearest_edge(&problem->shape, spec->n), problem->grid);
    problem->steps = spec->steps > 0 ? spec->steps : USUAL_STEPS;
    problem->ntaps = count_taps(&problem->shape);
    problem->taps = allocate(problem->ntaps * sizeof *problem->taps);
    list_offsets(&problem->shape, problem->taps);
    set_coefficients(problem);
    return problem;
}

static bool serves(enum pel_op op, pel_dtype dtype)
{
    return op == PEL_OP_STENCIL && (dtype == PEL_F32 || dtype == PEL_F64);
}

/* Levels of time, the newer first, or fields of a system: one after the other in the data. */
static size_t count_levels(const struct stencil_problem *problem)
{
    return problem->shape.kind >= SHAPE_WAVE ? 2 : 1;
}

static void open(struct workload *workload)
{
    const struct workload_spec *spec = &workload->spec;
    struct stencil_problem *problem = make_problem(spec);
    size_t cells = grid_cells(problem->grid), levels = count_levels(problem);
    make_arrays(problem, spec->dtype, cells);
    workload->stencil = problem;
    workload->n = cells;
    workload->elements = cells * problem->steps;
    workload->extent = levels * cells * pel_dtype_size(spec->dtype);
    workload->bytes = (2 + problem->narrays) * cells * pel_dtype_size(spec->dtype) * problem->steps;
    workload->x = allocate(workload->extent);
    data_fill(workload->x, spec->dtype, levels * cells, spec->data, spec->seed, 0);
}

static void close(struct workload *workload)
{
    for (size_t k = 0; k < workload->stencil->narrays; k++)
        free(workload->stencil->arrays[k]);
    free(workload->stencil->arrays);
    free(workload->stencil->taps);
    free(workload->stencil);
}

/* What a run needs: a plan, or a system, and its scratch, which a caller would keep from run to run. */
struct bound {
    pel_plan *plan;
    pel_system *system;
    void *work;
};

/* Fields: pressure, its rate of change, and the factor. */
static pel_status bind_system(struct entrant *entrant)
{
    static const pel_access rate[3] = {{0, {{1, 1}, {1, 1}}}, {1, {{0, 0}}}, {2, {{0, 0}}}},
                            pressure[2] = {{0, {{0, 0}}}, {1, {{0, 0}}}};
    static const size_t written[2] = {1, 0};
    const struct workload *workload = entrant->workload;
    const struct acoustic_rows *rows = peer_acoustic_rows(workload->spec.dtype);
    pel_stage stages[2] = {{rows->rate, workload->stencil->taps, 3, 1, rate, &written[0]},
                           {rows->pressure, NULL, 2, 1, pressure, &written[1]}};
    pel_field fields[3] = {PEL_FIELD_INIT, PEL_FIELD_INIT, PEL_FIELD_INIT};
    pel_system_desc desc = PEL_SYSTEM_DESC_INIT;
    desc.ndim = 2;
    memcpy(desc.shape, workload->stencil->grid + 1, 2 * sizeof *desc.shape);
    desc.nfields = 3;
    desc.nstages = 2;
    desc.fields = fields;
    desc.stages = stages;
    for (int i = 0; i < 12; i++) {
        fields[i / 4].dtype = workload->spec.dtype;
        fields[i / 4].boundary[i / 2 % 2][i % 2] = workload->spec.boundary;
    }
    pel_system *system;
    pel_status status = pel_system_plan(&system, &desc, &entrant->opts);
    if (status != PEL_OK)
        return status;
    struct bound *bound = entrant->bound = allocate(sizeof *bound);
    *bound = (struct bound){.system = system, .work = allocate(pel_system_work_bytes(system))};
    return PEL_OK;
}

static pel_status bind(struct entrant *entrant)
{
    const struct workload *workload = entrant->workload;
    const struct stencil_problem *problem = workload->stencil;
    pel_stencil_desc desc = PEL_STENCIL_DESC_INIT;
    if (problem->shape.kind == SHAPE_ACOUSTIC)
        return bind_system(entrant);
    desc.dtype = workload->spec.dtype;
    desc.ndim = problem->shape.ndim;
    desc.ntaps = problem->ntaps;
    desc.taps = problem->taps;
    if (problem->shape.kind == SHAPE_VARIABLE)
        desc.coefs = (const void *const *)problem->arrays;
    if (problem->shape.kind == SHAPE_WAVE) {
        desc.scale = problem->arrays[0];
        desc.now = 2;
        desc.before = -1;
        desc.levels = 2;
    }
    memcpy(desc.shape, problem->grid + 3 - desc.ndim, (size_t)desc.ndim * sizeof *desc.shape);
    for (int a = 0; a < desc.ndim; a++)
        desc.boundary[a][0] = desc.boundary[a][1] = workload->spec.boundary;
    pel_plan *plan;
    pel_status status = pel_stencil_plan(&plan, &desc, &entrant->opts);
    if (status != PEL_OK)
        return status;
    struct bound *bound = entrant->bound = allocate(sizeof *bound);
    *bound = (struct bound){.plan = plan, .work = allocate(pel_plan_work_bytes(plan))};
    return PEL_OK;
}

static void unbind(struct entrant *entrant)
{
    struct bound *bound = entrant->bound;
    pel_plan_free(bound->plan);
    pel_system_free(bound->system);
    free(bound->work);
    free(bound);
}

/* The pointers trade places with every step; brings the grids back after an odd number. */
static void restore_order(void *levels[2], void *first, size_t bytes)
{
    if (levels[0] == first)
        return;
    void *copy = memcpy(allocate(bytes), first, bytes);
    memcpy(first, levels[0], bytes);
    memcpy(levels[0], copy, bytes);
    free(copy);
}

static pel_status run(struct entrant *entrant, void *data)
{
    const struct bound *bound = entrant->bound;
    const struct workload *workload = entrant->workload;
    size_t calls = workload->spec.single ? workload->stencil->steps : 1, steps = workload->stencil->steps / calls;
    size_t bytes = workload->extent / count_levels(workload->stencil);
    void *levels[2] = {data, (char *)data + bytes};
    pel_status status = PEL_OK;
    void *fields[3] = {levels[0], levels[1], workload->stencil->arrays ? workload->stencil->arrays[0] : NULL};
    for (size_t call = 0; call < calls && status == PEL_OK; call++) {
        if (bound->system)
            status = pel_system_run(bound->system, fields, bound->work, steps);
        else
            status = pel_stencil_run_levels(bound->plan, levels, bound->work, steps, NULL, NULL, NULL);
    }
    if (count_levels(workload->stencil) == 2)
        restore_order(levels, data, bytes);
    return status;
}

/* Values stay within [-1, 1]; each tap of each step may lose half a unit in the last place. Waves carry errors on with
 * their speed. */
static double tolerance(const struct workload *workload)
{
    const struct stencil_problem *problem = workload->stencil;
    double unit = workload->spec.dtype == PEL_F32 ? FLT_EPSILON : DBL_EPSILON;
    double steps = (double)problem->steps, carried = problem->shape.kind >= SHAPE_WAVE ? 4 * steps : 1;
    return unit * (double)problem->ntaps * steps * carried;
}

const struct workload_family workload_stencil = {
    .serves = serves,
    .open = open,
    .close = close,
    .bind = bind,
    .unbind = unbind,
    .run = run,
    .in_place = true,
    .tolerance = tolerance,
};
