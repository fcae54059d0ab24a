#include "lib/stencil_run.h"

#include <stdatomic.h>

#include "lib/memory.h"

/* The head of a seat; its pointers and its ring follow, on cache lines of their own. */
struct head {
    atomic_flag taken;
};

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
    return PEL_CACHE_LINE + pointer_bytes(plan) + round_up(pel_stencil_ring_bytes(plan));
}

static size_t grid_bytes(const struct pel_plan *plan)
{
    return round_up(plan->cells * plan->size);
}

/* The other half of the cache is for what a step reads. */
size_t pel_stencil_ring_bytes(const struct pel_plan *plan)
{
    return pel_stencil_smaller(plan->cache / 2, 2 * plan->cells * plan->size);
}

size_t pel_stencil_scratch_bytes(const struct pel_plan *plan)
{
    return grid_bytes(plan) + (size_t)plan->pick.team * seat_bytes(plan);
}

static struct head *head_of(const struct pel_stencil_run *run, int seat)
{
    return (struct head *)(void *)(run->seats + (size_t)seat * seat_bytes(run->plan));
}

void pel_stencil_start(struct pel_stencil_run *run, const struct pel_plan *plan, char *u, char *scratch, int threads)
{
    *run = (struct pel_stencil_run){.plan = plan, .grid = {u, scratch}, .threads = threads};
    run->seats = scratch + grid_bytes(plan);
    for (int seat = 0; seat < threads; seat++)
        atomic_flag_clear_explicit(&head_of(run, seat)->taken, memory_order_relaxed);
}

struct pel_stencil_seat pel_stencil_sit(const struct pel_stencil_run *run)
{
    int seat = 0;
    while (run->threads > 1 && atomic_flag_test_and_set_explicit(&head_of(run, seat)->taken, memory_order_acquire))
        seat = (seat + 1) % run->threads;
    char *pointers = (char *)head_of(run, seat) + PEL_CACHE_LINE;
    return (struct pel_stencil_seat){(const void **)(void *)pointers, pointers + pointer_bytes(run->plan)};
}

void pel_stencil_rise(const struct pel_stencil_run *run, struct pel_stencil_seat seat)
{
    if (run->threads > 1) {
        struct head *head = (struct head *)(void *)((char *)seat.pointers - PEL_CACHE_LINE);
        atomic_flag_clear_explicit(&head->taken, memory_order_release);
    }
}
