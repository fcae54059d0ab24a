/* Stencils: check and plan once; then cut the grid into boxes that the leaves advance, a phase of the team a step. */
#include <pel/stencil.h>

#include <string.h>

#include "lib/check.h"
#include "lib/fpenv.h"
#include "lib/memory.h"
#include "lib/stencil_plan.h"
#include "lib/team.h"
#include "lib/trace.h"

enum {
    BOXES_PER_THREAD = 4, /* so that a thread that comes late finds less to do */
    LEAST_ROW = 1024,     /* cells that a row is not cut below */
};

/* Steps alternate between the grid and the scratch. */
struct run {
    const struct pel_plan *plan;
    char *grid[2];
    char *pointers; /* of each box */
    size_t steps;
    size_t pieces[3]; /* that each axis is cut into */
};

static pel_status pick_kernel(struct pel_plan *plan, const pel_opts *opts)
{
    struct pel_request request = {.op = PEL_OP_STENCIL,
                                  .dtype = plan->dtype,
                                  .flags = pel_flags(opts),
                                  .threads = pel_team_threads(opts),
                                  .n = plan->cells,
                                  .stencil = &plan->shape};
    plan->threads = opts ? opts->threads : 0;
    return pel_dispatch(&request, opts, &plan->pick);
}

static pel_status make_plan(struct pel_plan **plan, const pel_stencil_desc *desc, const pel_opts *opts)
{
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = pel_stencil_check(desc);
    if (status != PEL_OK)
        return status;
    struct pel_plan *made = pel_stencil_make(desc);
    if (!made)
        return PEL_ENOMEM;
    status = pick_kernel(made, opts);
    if (status == PEL_OK)
        *plan = made;
    else
        pel_memory_free(made);
    return status;
}

pel_status pel_stencil_plan(pel_plan **plan, const pel_stencil_desc *desc, const pel_opts *opts)
{
    if (!plan)
        return PEL_EINVAL;
    pel_fpenv caller = pel_fpenv_enter();
    pel_status status = make_plan(plan, desc, opts);
    pel_fpenv_leave(caller);
    return status;
}

void pel_plan_free(pel_plan *plan)
{
    pel_memory_free(plan);
}

static size_t round_up(size_t bytes)
{
    return (bytes + PEL_CACHE_LINE - 1) / PEL_CACHE_LINE * PEL_CACHE_LINE;
}

/* A box's pointers, on cache lines of their own. */
static size_t pointer_bytes(const struct pel_plan *plan)
{
    return round_up(PEL_STENCIL_POINTERS * plan->form.ntaps * sizeof(void *));
}

/* The second grid, and the pointers of as many boxes as there can be. */
static size_t scratch_bytes(const struct pel_plan *plan)
{
    return round_up(plan->cells * plan->size) + (size_t)plan->pick.team * BOXES_PER_THREAD * pointer_bytes(plan);
}

size_t pel_plan_work_bytes(const pel_plan *plan)
{
    return plan ? scratch_bytes(plan) + PEL_CACHE_LINE : 0;
}

static size_t computed(const struct pel_stencil_axis *axis)
{
    return axis->last - axis->first;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Cuts the slowest axes first: boxes of whole rows are the longest to stream through. Returns the boxes. */
static size_t cut(struct run *run, int threads)
{
    const struct pel_stencil_axis *axis = run->plan->form.axis;
    size_t wanted = threads > 1 ? (size_t)threads * BOXES_PER_THREAD : 1;
    for (int a = 0; a < 3; a++) {
        size_t most = a < 2 ? computed(&axis[a]) : computed(&axis[a]) / LEAST_ROW;
        run->pieces[a] = wanted > 1 && most > 1 ? smaller(wanted, most) : 1;
        wanted /= run->pieces[a];
    }
    return run->pieces[0] * run->pieces[1] * run->pieces[2];
}

/* The start of piece i of `pieces` about equal ones. */
static size_t piece(const struct pel_stencil_axis *axis, size_t i, size_t pieces)
{
    size_t count = computed(axis);
    return axis->first + count / pieces * i + smaller(i, count % pieces);
}

static void find_box(const struct run *run, size_t index, size_t begin[3], size_t end[3])
{
    for (int a = 2; a >= 0; a--) {
        size_t i = index % run->pieces[a];
        index /= run->pieces[a];
        begin[a] = piece(&run->plan->form.axis[a], i, run->pieces[a]);
        end[a] = piece(&run->plan->form.axis[a], i + 1, run->pieces[a]);
    }
}

/* Copies the cells [first, last), rows and planes counted through, from one grid to the other. */
static void copy_cells(const struct run *run, int from, size_t first, size_t last)
{
    size_t size = run->plan->size;
    memcpy(run->grid[1 - from] + first * size, run->grid[from] + first * size, (last - first) * size);
}

/* Takes the result of an odd number of steps from the scratch to the grid. */
static void bring_home(const struct run *run, const size_t begin[3], const size_t end[3])
{
    const struct pel_stencil_axis *axis = run->plan->form.axis;
    for (size_t z = begin[0]; z < end[0]; z++) {
        for (size_t y = begin[1]; y < end[1]; y++) {
            size_t row = (z * axis[1].n + y) * axis[2].n;
            copy_cells(run, 1, row + begin[2], row + end[2]);
        }
    }
}

static void run_box(void *context, size_t phase, size_t index)
{
    const struct run *run = context;
    const struct pel_plan *plan = run->plan;
    struct pel_sweep sweep = {.form = &plan->form,
                              .from = run->grid[phase % 2],
                              .to = run->grid[1 - phase % 2],
                              .pointers = (const void **)(run->pointers + index * pointer_bytes(plan)),
                              .first = phase == 0 && run->steps > 1,
                              .last = phase + 1 == run->steps};
    find_box(run, index, sweep.begin, sweep.end);
    if (phase == run->steps)
        bring_home(run, sweep.begin, sweep.end);
    else
        plan->pick.kernel->run.sweep(&sweep, plan->pick.params);
}

/* Copies the whole rows and planes that keep their values to the scratch, of plane z. */
static void copy_kept(void *context, size_t z)
{
    const struct run *run = context;
    const struct pel_stencil_axis *axis = run->plan->form.axis;
    size_t nx = axis[2].n, plane = z * axis[1].n * nx, end = plane + axis[1].n * nx;
    if (z < axis[0].first || z >= axis[0].last) {
        copy_cells(run, 0, plane, end);
    } else {
        copy_cells(run, 0, plane, plane + axis[1].first * nx);
        copy_cells(run, 0, plane + axis[1].last * nx, end);
    }
}

static void advance(const struct pel_plan *plan, char *u, char *work, size_t steps, int threads)
{
    struct run run = {.plan = plan, .grid = {u, work}, .steps = steps};
    run.pointers = work + round_up(plan->cells * plan->size);
    size_t boxes = cut(&run, threads);
    if (steps > 1)
        pel_team_for(threads, plan->form.axis[0].n, copy_kept, &run);
    pel_team_phases(threads, steps + steps % 2, boxes, run_box, &run);
}

/* Whether scratch of this plan's size overlaps its grid. */
static bool overlap(const struct pel_plan *plan, const void *u, const void *work)
{
    uintptr_t grid = (uintptr_t)u, scratch = (uintptr_t)work;
    return grid < scratch ? scratch - grid < plan->cells * plan->size : grid - scratch < pel_plan_work_bytes(plan);
}

pel_status pel_stencil_run(const pel_plan *plan, void *u, void *work, size_t steps)
{
    if (!plan || !u || (uintptr_t)u % plan->size || (work && overlap(plan, u, work)))
        return PEL_EINVAL;
    if (steps == 0)
        return PEL_OK;
    if (steps > SIZE_MAX / 2)
        return PEL_ERANGE;
    for (int a = 0; a < 3; a++) {
        if (computed(&plan->form.axis[a]) == 0)
            return PEL_OK;
    }
    pel_opts opts = PEL_OPTS_INIT;
    opts.threads = plan->threads;
    opts.work = work;
    opts.work_bytes = work ? pel_plan_work_bytes(plan) : 0;
    struct pel_scratch scratch;
    if (!pel_scratch_take(&scratch, scratch_bytes(plan), &opts))
        return PEL_ENOMEM;
    struct pel_span span;
    pel_trace_begin(&span, &plan->pick, plan->cells * steps);
    advance(plan, u, scratch.data, steps, (int)smaller((size_t)plan->pick.team, (size_t)pel_team_threads(&opts)));
    pel_trace_end(&span);
    pel_scratch_drop(&scratch);
    return PEL_OK;
}

pel_status pel_plan_explain(const pel_plan *plan, char *data, size_t capacity, size_t *length)
{
    struct pel_text text;
    pel_status status = plan ? pel_text_start(&text, data, capacity) : PEL_EINVAL;
    if (status != PEL_OK)
        return status;
    const struct pel_pick *pick = &plan->pick;
    const struct pel_stencil_axis *axis = plan->form.axis;
    pel_text_add(&text, "stencil %s, %zu taps of radius %d on %zu x %zu x %zu cells\n", pel_dtype_name(plan->dtype),
                 plan->form.ntaps, plan->shape.radius, axis[0].n, axis[1].n, axis[2].n);
    pel_text_add(&text, "runs %s on %d thread%s, named by %s\n", pick->kernel->name, pick->team,
                 pick->team == 1 ? "" : "s", pick->source);
    for (int i = 0; i < PEL_MAX_PARAMS && pick->kernel->params[i].name; i++)
        pel_text_add(&text, "  %s = %d\n", pick->kernel->params[i].name, (int)pick->params[i]);
    pel_text_add(&text, "each step reads and writes %zu bytes a point\n", 2 * plan->size);
    if (length)
        *length = text.length;
    return PEL_OK;
}
