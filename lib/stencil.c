/* Stencils: check and plan once; then march through space and time in boxes that the leaves advance. */
#include <pel/stencil.h>

#include <string.h>

#include "lib/check.h"
#include "lib/fpenv.h"
#include "lib/memory.h"
#include "lib/stencil_fft.h"
#include "lib/stencil_line.h"
#include "lib/stencil_plan.h"
#include "lib/stencil_run.h"
#include "lib/stencil_single.h"
#include "lib/stencil_watch.h"
#include "lib/team.h"
#include "lib/trace.h"

enum { MOST_HEIGHT = 1024, USUAL_KIB = 1024 };

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

static size_t param(const struct pel_plan *plan, const char *name, size_t otherwise)
{
    const struct pel_param *params = plan->pick.kernel->params;
    for (int i = 0; i < PEL_MAX_PARAMS && params[i].name; i++) {
        if (strcmp(params[i].name, name) == 0)
            return (size_t)plan->pick.params[i];
    }
    return otherwise;
}

static void choose_tiling(struct pel_plan *plan)
{
    size_t fixed = pel_stencil_array_bytes(plan);
    plan->space = (struct pel_stencil_space){.axis = plan->form.axis,
                                             .ndim = plan->shape.ndim,
                                             .unit = PEL_CACHE_LINE / plan->size,
                                             .splits_rows = true,
                                             .bytes = 2 * plan->size + fixed,
                                             .fixed_bytes = fixed,
                                             .swept_bytes = 3 * plan->size + fixed,
                                             .team = plan->pick.team,
                                             .cache = param(plan, "kib", USUAL_KIB) << 10,
                                             .most_height = param(plan, "height", MOST_HEIGHT)};
    pel_stencil_choose_tiling(&plan->space);
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
    if (status != PEL_OK) {
        pel_memory_free(made);
        return status;
    }
    choose_tiling(made);
    made->slices = pel_stencil_cut_slices(&made->space, made->form.stride, made->size);
    pel_stencil_fft_make(made, pel_flags(opts));
    *plan = made;
    return PEL_OK;
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
    if (plan)
        pel_stencil_fft_free(plan);
    pel_memory_free(plan);
}

size_t pel_plan_work_bytes(const pel_plan *plan)
{
    return plan ? pel_stencil_scratch_bytes(plan) + PEL_CACHE_LINE : 0;
}

/* Advances a box from grid to grid. */
static void sweep_box(void *context, char *seat, size_t step, const size_t begin[3], const size_t end[3])
{
    const struct pel_stencil_run *run = context;
    struct pel_sweep sweep = {.form = &run->plan->form,
                              .from = run->grid[step % 2],
                              .to = run->grid[1 - step % 2],
                              .pointers = pel_stencil_seat(run->plan, seat).pointers,
                              .notes = run->notes[step % 2],
                              .first = step == 0,
                              .last = step + (size_t)run->plan->levels >= run->steps};
    memcpy(sweep.begin, begin, sizeof sweep.begin);
    memcpy(sweep.end, end, sizeof sweep.end);
    run->plan->pick.kernel->run.sweep(&sweep, run->plan->pick.params);
}

/* Copies the whole rows that keep their values to the other grid, of plane z. */
static void copy_kept(void *context, size_t z)
{
    const struct pel_stencil_run *run = context;
    const struct pel_stencil_form *form = &run->plan->form;
    const struct pel_stencil_axis *axis = form->axis;
    size_t size = run->plan->size;
    bool all = z < axis[0].first || z >= axis[0].last || pel_stencil_computed(&axis[2]) == 0;
    for (size_t y = 0; y < axis[1].n; y++) {
        size_t at = pel_stencil_row_start(form, z, y) * size;
        if (all || y < axis[1].first || y >= axis[1].last)
            memcpy(run->grid[1] + at, run->grid[0] + at, axis[2].n * size);
    }
}

/* Steps from grid to grid. */
static void march(struct pel_stencil_run *run)
{
    pel_team_for(run->threads, run->plan->form.axis[0].n, copy_kept, run);
    pel_stencil_keep_notes(run);
    struct pel_stencil_march march = {.space = &run->plan->space,
                                      .steps = run->steps,
                                      .threads = run->threads,
                                      .seats = run->seats,
                                      .advance = sweep_box,
                                      .context = run};
    pel_stencil_march(&march);
}

/* Two steps end where they began. A step that is over goes first, in place. */
static void advance_one(struct pel_stencil_run *run, size_t steps)
{
    if (steps % 2)
        pel_stencil_run_single(run, steps == 1);
    run->steps = steps - steps % 2;
    if (run->steps > 0)
        march(run);
}

/* Both grids are the caller's, who finds the newer one first. */
static void advance_two(struct pel_stencil_run *run, size_t steps)
{
    char *other = run->grid[1];
    run->steps = steps;
    march(run);
    if (steps % 2) {
        run->grid[1] = run->grid[0];
        run->grid[0] = other;
    }
}

/* Several steps at once behind each other, too many for the way in place. */
static void advance_line(struct pel_stencil_run *run, size_t steps)
{
    run->steps = steps;
    pel_stencil_run_line(run);
}

static bool overlaps_array(const struct pel_plan *plan, const void *memory, size_t bytes, const void *array,
                           size_t size)
{
    return array && pel_overlap(memory, bytes, array, plan->extent * size);
}

/* Whether memory that a run writes holds any of the plan's arrays. */
static bool overlaps_arrays(const struct pel_plan *plan, const void *memory, size_t bytes)
{
    const struct pel_stencil_terms *terms = &plan->terms;
    for (size_t k = 0; terms->coef && k < plan->form.ntaps; k++) {
        if (overlaps_array(plan, memory, bytes, terms->coef[k], plan->size))
            return true;
    }
    return overlaps_array(plan, memory, bytes, terms->scale, plan->size) ||
           overlaps_array(plan, memory, bytes, terms->source, plan->size) ||
           overlaps_array(plan, memory, bytes, terms->mask, 1);
}

/* Whether a grid is where it may be. */
static bool good_grid(const struct pel_plan *plan, const void *grid, const void *work)
{
    size_t bytes = plan->extent * plan->size;
    return grid && (uintptr_t)grid % plan->size == 0 &&
           !(work && pel_overlap(grid, bytes, work, pel_plan_work_bytes(plan))) && !overlaps_arrays(plan, grid, bytes);
}

static bool good_levels(const struct pel_plan *plan, void *const *levels, const void *work)
{
    for (int i = 0; i < plan->levels; i++) {
        if (!good_grid(plan, levels[i], work))
            return false;
    }
    if (work && overlaps_arrays(plan, work, pel_plan_work_bytes(plan)))
        return false;
    return plan->levels == 1 ||
           !pel_overlap(levels[0], plan->extent * plan->size, levels[1], plan->extent * plan->size);
}

static bool keeps_all(const struct pel_plan *plan)
{
    for (int a = 0; a < 3; a++) {
        if (pel_stencil_computed(&plan->form.axis[a]) == 0)
            return true;
    }
    return false;
}

static void run_portion(void *context, size_t first, size_t steps)
{
    struct pel_stencil_run *run = context;
    (void)first;
    if (pel_stencil_fft_suits(run->plan, steps))
        pel_stencil_fft_run(run->plan, (double *)(void *)run->grid[0], run->grid[1], steps, run->threads);
    else if (run->plan->levels == 2)
        advance_two(run, steps);
    else if (pel_stencil_line_suits(run->plan, steps))
        advance_line(run, steps);
    else
        advance_one(run, steps);
}

pel_status pel_stencil_run_levels(const pel_plan *plan, void **levels, void *work, size_t steps, pel_progress *progress,
                                  void *context, size_t *done)
{
    struct pel_stencil_watch watch = {.steps = steps, .progress = progress, .context = context, .done = done};
    pel_stencil_watch_set(&watch, 0);
    if (!plan || !levels || !good_levels(plan, levels, work))
        return PEL_EINVAL;
    if (steps > SIZE_MAX / 2)
        return PEL_ERANGE;
    if (steps == 0 || (plan->levels == 1 && keeps_all(plan))) {
        pel_stencil_watch_set(&watch, steps);
        return PEL_OK;
    }
    pel_opts opts = PEL_OPTS_INIT;
    opts.threads = plan->threads;
    opts.work = work;
    opts.work_bytes = work ? pel_plan_work_bytes(plan) : 0;
    struct pel_scratch scratch;
    if (!pel_scratch_take(&scratch, pel_stencil_scratch_bytes(plan), &opts))
        return PEL_ENOMEM;
    struct pel_span span;
    pel_trace_begin(&span, &plan->pick, plan->cells * steps);
    int threads = pel_team_threads(&opts);
    struct pel_stencil_run run;
    pel_stencil_start(&run, plan, levels[0], scratch.data, threads < plan->pick.team ? threads : plan->pick.team);
    if (plan->levels == 2)
        run.grid[1] = levels[1];
    pel_stencil_watch(&watch, &plan->space, plan->cells, run_portion, &run);
    for (int i = 0; i < plan->levels; i++)
        levels[i] = run.grid[i];
    pel_trace_end(&span);
    pel_scratch_drop(&scratch);
    return PEL_OK;
}

pel_status pel_stencil_run_watched(const pel_plan *plan, void *u, void *work, size_t steps, pel_progress *progress,
                                   void *context, size_t *done)
{
    if (plan && plan->levels > 1)
        plan = NULL;
    return pel_stencil_run_levels(plan, &u, work, steps, progress, context, done);
}

pel_status pel_stencil_run(const pel_plan *plan, void *u, void *work, size_t steps)
{
    return pel_stencil_run_watched(plan, u, work, steps, NULL, NULL, NULL);
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
    if (pel_stencil_line_suits(plan, SIZE_MAX))
        pel_text_add(&text, "many steps: parts of the line that stay in the cache, several steps behind each other\n");
    pel_stencil_explain_tiling(&plan->space, &text);
    if (plan->fft)
        pel_text_add(&text, "many steps: all at once, by transforms of FFTW\n");
    if (plan->levels == 1)
        pel_text_add(&text,
                     "a single step, and the first of an odd number: in place through a ring of %zu KiB, %zu bytes a "
                     "point\n",
                     pel_stencil_ring_bytes(plan) >> 10, plan->space.swept_bytes - plan->size);
    if (length)
        *length = text.length;
    return PEL_OK;
}
