/* The line is cut into parts, and the steps into passes from grid to grid. A part is advanced through a pass by itself:
 * it reads as many cells beyond its ends as the pass has steps, and computes them, too, as long as they count. */
#include "lib/stencil_line.h"

#include "lib/team.h"

enum {
    ROOM_BYTES = 32768,   /* of a part and what it reads beyond: about the first-level cache */
    LEAST_BYTES = 8192,   /* with less, too much is computed twice */
    CELLS_A_STEP = 20,    /* of the room for each step of a pass: a twentieth of the work is done twice */
    LEAST_STEPS = 8,      /* that are worth a pass there and one back */
    PARTS_PER_THREAD = 4, /* below so many, as many for each thread */
    LEAST_CELLS = 256, /* of a part: what kernels compute one by one at the ends of the line must fit, and be little */
};

struct pass {
    const struct pel_stencil_run *run;
    size_t passes, parts;
};

/* Half of the cache at most: the rest of it is for what a part is read from and written to. */
static size_t room_bytes(const struct pel_plan *plan)
{
    return pel_stencil_smaller(plan->space.cache / 2, ROOM_BYTES);
}

static size_t room_cells(const struct pel_plan *plan)
{
    return (room_bytes(plan) - PEL_LINE_ROOM) / plan->size;
}

bool pel_stencil_line_suits(const struct pel_plan *plan, size_t steps)
{
    return plan->pick.kernel->line && plan->shape.ndim == 1 && plan->form.near == PEL_STENCIL_STAR1 &&
           plan->levels == 1 && plan->space.most_height > 1 && steps >= LEAST_STEPS &&
           room_bytes(plan) >= LEAST_BYTES && plan->cells >= room_cells(plan) / 2;
}

size_t pel_stencil_line_bytes(const struct pel_plan *plan)
{
    return pel_stencil_line_suits(plan, SIZE_MAX) ? room_bytes(plan) : 0;
}

/* Piece i of `pieces` about equal ones. */
static size_t start_of(size_t count, size_t i, size_t pieces)
{
    return count / pieces * i + pel_stencil_smaller(i, count % pieces);
}

static void run_part(void *context, size_t i, size_t part)
{
    const struct pass *pass = context;
    const struct pel_stencil_run *run = pass->run;
    size_t n = run->plan->cells;
    char *seat = pel_seats_take(&run->seats);
    struct pel_line line = {.form = &run->plan->form,
                            .from = run->grid[i % 2],
                            .to = run->grid[1 - i % 2],
                            .room = pel_stencil_seat(run->plan, seat).ring,
                            .begin = start_of(n, part, pass->parts),
                            .end = start_of(n, part + 1, pass->parts),
                            .steps = start_of(run->steps, i + 1, pass->passes) - start_of(run->steps, i, pass->passes),
                            .last = i + 1 == pass->passes};
    run->plan->pick.kernel->line(&line);
    pel_seats_leave(&run->seats, seat);
}

/* An even number of passes ends where it began. */
void pel_stencil_run_line(const struct pel_stencil_run *run)
{
    size_t cells = room_cells(run->plan), threads = (size_t)run->threads;
    struct pass pass = {.run = run, .passes = 2 * pel_stencil_divide_up(run->steps, 2 * (cells / CELLS_A_STEP))};
    pass.parts = pel_stencil_divide_up(run->plan->cells, cells - 2 * pel_stencil_divide_up(run->steps, pass.passes));
    if (pass.parts < PARTS_PER_THREAD * threads)
        pass.parts =
            pel_stencil_smaller(pel_stencil_divide_up(pass.parts, threads) * threads, run->plan->cells / LEAST_CELLS);
    pel_team_phases(run->threads, pass.passes, pass.parts, run_part, &pass);
}
