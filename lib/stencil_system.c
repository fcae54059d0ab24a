/* Systems: check and plan once; then march through space and time, every stage of a step as a step of its own. */
#include "lib/stencil_system.h"

#include <string.h>

#include "lib/check.h"
#include "lib/fpenv.h"
#include "lib/memory.h"
#include "lib/stencil_watch.h"
#include "lib/team.h"
#include "lib/trace.h"

static pel_status make(struct pel_system **system, const pel_system_desc *desc, const pel_opts *opts)
{
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = pel_system_check(desc);
    if (status == PEL_OK && opts && opts->variant)
        status = PEL_ENOTSUP;
    if (status != PEL_OK)
        return status;
    struct pel_system *made = pel_system_make(desc, pel_team_threads(opts));
    if (!made)
        return PEL_ENOMEM;
    made->threads = opts ? opts->threads : 0;
    *system = made;
    return PEL_OK;
}

pel_status pel_system_plan(pel_system **system, const pel_system_desc *desc, const pel_opts *opts)
{
    if (!system)
        return PEL_EINVAL;
    pel_fpenv caller = pel_fpenv_enter();
    pel_status status = make(system, desc, opts);
    pel_fpenv_leave(caller);
    return status;
}

void pel_system_free(pel_system *system)
{
    pel_memory_free(system);
}

static size_t field_bytes(const struct pel_system *system, size_t field)
{
    return system->cells * system->fields[field].size;
}

/* A second array starts as far from a cache line as the first, lest code that looks at addresses tell them apart. */
static size_t array_bytes(const struct pel_system *system, size_t field)
{
    size_t bytes = field_bytes(system, field) + PEL_CACHE_LINE;
    return bytes + (PEL_CACHE_LINE - bytes % PEL_CACHE_LINE) % PEL_CACHE_LINE;
}

/* Scratch: pointers to the arrays, second arrays, seats. */
static size_t pointer_bytes(const struct pel_system *system)
{
    size_t bytes = system->nfields * sizeof(char *[2]);
    return bytes + (PEL_CACHE_LINE - bytes % PEL_CACHE_LINE) % PEL_CACHE_LINE;
}

static size_t scratch_bytes(const struct pel_system *system)
{
    size_t bytes = pointer_bytes(system) + pel_seats_bytes(pel_system_seat_bytes(system), system->space.team);
    for (size_t i = 0; i < system->nfields; i++)
        bytes += system->fields[i].turns ? array_bytes(system, i) : 0;
    return bytes;
}

size_t pel_system_work_bytes(const pel_system *system)
{
    return system ? scratch_bytes(system) + PEL_CACHE_LINE : 0;
}

static pel_status check_fields(const struct pel_system *system, void *const *fields, void *work)
{
    for (size_t i = 0; i < system->nfields; i++) {
        if (!fields[i] || (uintptr_t)fields[i] % system->fields[i].size)
            return PEL_EINVAL;
        if (work && pel_overlap(fields[i], field_bytes(system, i), work, pel_system_work_bytes(system)))
            return PEL_EINVAL;
        for (size_t k = 0; k < i; k++) {
            if (pel_overlap(fields[i], field_bytes(system, i), fields[k], field_bytes(system, k)))
                return PEL_EINVAL;
        }
    }
    return PEL_OK;
}

/* Lays out the scratch; returns what is left of it, for seats. */
static char *start(struct pel_system_run *run, const struct pel_system *system, void *const *fields, char *scratch)
{
    *run = (struct pel_system_run){.system = system, .arrays = (char *(*)[2])(void *)scratch};
    scratch += pointer_bytes(system);
    for (size_t i = 0; i < system->nfields; i++) {
        run->arrays[i][0] = run->arrays[i][1] = fields[i];
        if (system->fields[i].turns) {
            run->arrays[i][1] = scratch + (uintptr_t)fields[i] % PEL_CACHE_LINE;
            scratch += array_bytes(system, i);
        }
    }
    return scratch;
}

enum { PIECE = 1 << 16 }; /* bytes that are taken home at once */

struct homecoming {
    char *to;
    const char *from;
    size_t bytes;
};

static void copy_piece(void *context, size_t i)
{
    const struct homecoming *home = context;
    size_t at = i * PIECE;
    memcpy(home->to + at, home->from + at, pel_stencil_smaller(PIECE, home->bytes - at));
}

/* After an odd number of turns a field is in its second array. */
static void take_home(const struct pel_system_run *run, size_t steps, int threads)
{
    const struct pel_system *system = run->system;
    for (size_t i = 0; i < system->nfields; i++) {
        struct homecoming home = {run->arrays[i][0], run->arrays[i][1], field_bytes(system, i)};
        if (steps * system->fields[i].turns % 2)
            pel_team_for(threads, (home.bytes + PIECE - 1) / PIECE, copy_piece, &home);
    }
}

static void advance(void *context, size_t first, size_t steps)
{
    const struct pel_stencil_march *frame = context;
    struct pel_system_run run = *(const struct pel_system_run *)frame->context;
    struct pel_stencil_march march = *frame;
    run.first = first;
    march.context = &run;
    march.steps = steps * run.system->nstages;
    pel_stencil_march(&march);
    take_home(&run, steps, march.threads);
}

pel_status pel_system_run_watched(const pel_system *system, void *const *fields, void *work, size_t steps,
                                  pel_progress *progress, void *context, size_t *done)
{
    struct pel_stencil_watch watch = {.steps = steps, .progress = progress, .context = context, .done = done};
    pel_stencil_watch_set(&watch, 0);
    if (!system || !fields)
        return PEL_EINVAL;
    pel_status status = check_fields(system, fields, work);
    if (status != PEL_OK || steps == 0)
        return status;
    if (steps > SIZE_MAX / 2 / system->nstages)
        return PEL_ERANGE;
    pel_opts opts = PEL_OPTS_INIT;
    opts.threads = system->threads;
    opts.work = work;
    opts.work_bytes = work ? pel_system_work_bytes(system) : 0;
    struct pel_scratch scratch;
    if (!pel_scratch_take(&scratch, scratch_bytes(system), &opts))
        return PEL_ENOMEM;
    int threads = pel_team_threads(&opts);
    struct pel_system_run run;
    struct pel_stencil_march march = {.space = &system->space, .advance = pel_system_advance, .context = &run};
    march.threads = threads < system->space.team ? threads : system->space.team;
    pel_seats_start(&march.seats, start(&run, system, fields, scratch.data), pel_system_seat_bytes(system),
                    march.threads);
    struct pel_span span;
    pel_trace_begin_own(&span, "system", system->dtype, march.threads, system->cells * system->nstages * steps);
    pel_stencil_watch(&watch, &system->space, system->cells * system->nstages, advance, &march);
    pel_trace_end(&span);
    pel_scratch_drop(&scratch);
    return PEL_OK;
}

pel_status pel_system_run(const pel_system *system, void *const *fields, void *work, size_t steps)
{
    return pel_system_run_watched(system, fields, work, steps, NULL, NULL, NULL);
}

pel_status pel_system_explain(const pel_system *system, char *data, size_t capacity, size_t *length)
{
    struct pel_text text;
    pel_status status = system ? pel_text_start(&text, data, capacity) : PEL_EINVAL;
    if (status != PEL_OK)
        return status;
    const struct pel_stencil_axis *axis = system->axis;
    pel_text_add(&text, "system of %zu fields on %zu x %zu x %zu cells, %zu stages a step, on %d thread%s\n",
                 system->nfields, axis[0].n, axis[1].n, axis[2].n, system->nstages, system->space.team,
                 system->space.team == 1 ? "" : "s");
    pel_text_add(&text, "every stage counts as a step in what follows\n");
    pel_stencil_explain_tiling(&system->space, &text);
    if (length)
        *length = text.length;
    return PEL_OK;
}
