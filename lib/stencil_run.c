#include "lib/stencil_run.h"

#include "lib/memory.h"
#include "lib/stencil_fft.h"
#include "lib/stencil_line.h"

static size_t round_up(size_t bytes)
{
    return (bytes + PEL_CACHE_LINE - 1) / PEL_CACHE_LINE * PEL_CACHE_LINE;
}

static size_t pointer_bytes(const struct pel_plan *plan)
{
    return round_up(PEL_STENCIL_POINTERS * plan->form.ntaps * sizeof(void *));
}

static size_t seat_bytes(const struct pel_plan *plan)
{
    return pointer_bytes(plan) + pel_stencil_ring_bytes(plan);
}

static size_t grid_bytes(const struct pel_plan *plan)
{
    size_t grid = plan->levels == 2 ? 0 : plan->extent * plan->size;
    return round_up(pel_stencil_larger(grid, pel_stencil_fft_bytes(plan)));
}

size_t pel_stencil_ring_bytes(const struct pel_plan *plan)
{
    size_t slices = plan->slices.slots * (plan->slices.room * plan->size + PEL_CACHE_LINE);
    return round_up(pel_stencil_larger(slices, pel_stencil_line_bytes(plan)));
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
