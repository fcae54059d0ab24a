#include "lib/stencil_run.h"

#include "lib/memory.h"
#include "lib/stencil_fft.h"
#include "lib/stencil_line.h"

static size_t round_up(size_t bytes)
{
    return (bytes + PEL_CACHE_LINE - 1) / PEL_CACHE_LINE * PEL_CACHE_LINE;
}

enum {
    SMALL_GRID = 1 << 18, /* bytes: a sweep takes microseconds */
    MOST_NOTES = 1 << 15, /* bytes for each of two grids: beside those in the cache */
};

/* Room for the notes of a sweep of the whole grid, if that is small and one thread's: one of each row, and one for each
 * cell of it that is near an end. Longer rows are cut, and may find too little. */
static size_t notes_bytes(const struct pel_plan *plan)
{
    const struct pel_stencil_axis *axis = plan->form.axis;
    size_t rows = pel_stencil_computed(&axis[0]) * pel_stencil_computed(&axis[1]);
    size_t notes = 1 + pel_stencil_computed(&axis[2]) - (axis[2].inner_last - axis[2].inner);
    size_t note = PEL_SWEEP_NOTE + 2 * plan->form.ntaps * sizeof(void *);
    if (plan->pick.team > 1 || !plan->space.tiling.why_not || plan->extent * plan->size > SMALL_GRID)
        return 0;
    return round_up(sizeof(struct pel_sweep_notes) + pel_stencil_smaller(rows * notes * note, MOST_NOTES));
}

static size_t pointer_bytes(const struct pel_plan *plan)
{
    return round_up(PEL_STENCIL_POINTERS * plan->form.ntaps * sizeof(void *));
}

static size_t seat_bytes(const struct pel_plan *plan)
{
    size_t ring = pel_stencil_larger(pel_stencil_ring_bytes(plan), pel_stencil_line_bytes(plan));
    return pointer_bytes(plan) + pel_stencil_larger(ring, 2 * notes_bytes(plan));
}

static size_t grid_bytes(const struct pel_plan *plan)
{
    size_t grid = plan->levels == 2 ? 0 : plan->extent * plan->size;
    return round_up(pel_stencil_larger(grid, pel_stencil_fft_bytes(plan)));
}

size_t pel_stencil_ring_bytes(const struct pel_plan *plan)
{
    return round_up(plan->slices.slots * (plan->slices.room * plan->size + PEL_CACHE_LINE));
}

size_t pel_stencil_scratch_bytes(const struct pel_plan *plan)
{
    return grid_bytes(plan) + pel_seats_bytes(seat_bytes(plan), plan->pick.team);
}

void pel_stencil_start(struct pel_stencil_run *run, const struct pel_plan *plan, char *u, char *scratch, int threads)
{
    *run = (struct pel_stencil_run){.plan = plan, .grid = {u, scratch}, .threads = threads};
    pel_seats_start(&run->seats, scratch + grid_bytes(plan), seat_bytes(plan), threads);
}

struct pel_stencil_seat pel_stencil_seat(const struct pel_plan *plan, char *seat)
{
    return (struct pel_stencil_seat){(const void **)(void *)seat, seat + pointer_bytes(plan)};
}

void pel_stencil_keep_notes(struct pel_stencil_run *run)
{
    size_t bytes = notes_bytes(run->plan);
    if (run->threads > 1 || run->steps <= 2 || bytes == 0)
        return;
    char *seat = pel_seats_take(&run->seats), *ring = pel_stencil_seat(run->plan, seat).ring;
    for (size_t turn = 0; turn < 2; turn++) {
        run->notes[turn] = (struct pel_sweep_notes *)(void *)(ring + turn * bytes);
        *run->notes[turn] = (struct pel_sweep_notes){.room = bytes - sizeof *run->notes[turn], .complete = true};
    }
    pel_seats_leave(&run->seats, seat);
}
