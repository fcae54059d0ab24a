/* Plain sweeps: step after step, of boxes. Whole rows are the longest to stream through, so slow axes are cut first. */
#include "lib/stencil_space.h"

#include "lib/team.h"

enum {
    BOXES_PER_THREAD = 4, /* so that a thread that comes late finds less to do */
    LEAST_ROW = 1024,     /* cells that a row is not cut below */
};

struct plain {
    const struct pel_stencil_march *march;
    size_t pieces[3]; /* that each axis is cut into */
};

static size_t cut(struct plain *plain)
{
    const struct pel_stencil_space *space = plain->march->space;
    size_t wanted = plain->march->threads > 1 ? (size_t)plain->march->threads * BOXES_PER_THREAD : 1;
    for (int a = 0; a < 3; a++) {
        size_t cells = pel_stencil_computed(&space->axis[a]);
        size_t most = a < 2 ? cells : cells / pel_stencil_larger(LEAST_ROW, space->unit);
        plain->pieces[a] = wanted > 1 && most > 1 ? pel_stencil_smaller(wanted, most) : 1;
        wanted /= plain->pieces[a];
    }
    return plain->pieces[0] * plain->pieces[1] * plain->pieces[2];
}

/* Where piece i of axis a begins. */
static size_t start_of(const struct plain *plain, int a, size_t i)
{
    const struct pel_stencil_space *space = plain->march->space;
    size_t start = pel_stencil_piece(&space->axis[a], i, plain->pieces[a]);
    return a < 2 || i == 0 || i == plain->pieces[a] ? start : start - start % space->unit;
}

static void run_box(void *context, size_t step, size_t index)
{
    const struct plain *plain = context;
    const struct pel_stencil_march *march = plain->march;
    size_t begin[3], end[3];
    for (int a = 2; a >= 0; a--) {
        size_t i = plain->pieces[a] > 1 ? index % plain->pieces[a] : 0;
        index = plain->pieces[a] > 1 ? index / plain->pieces[a] : index;
        begin[a] = start_of(plain, a, i);
        end[a] = start_of(plain, a, i + 1);
    }
    char *seat = pel_seats_take(&march->seats);
    march->advance(march->context, seat, step, begin, end);
    pel_seats_leave(&march->seats, seat);
}

void pel_stencil_march_plain(const struct pel_stencil_march *march)
{
    struct plain plain = {.march = march};
    size_t boxes = cut(&plain);
    pel_team_phases(march->threads, march->steps, boxes, run_box, &plain);
}
