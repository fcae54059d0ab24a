/* One step in place: what the step writes goes through a ring that stays in the cache, and to the grid as soon as
 * nobody reads the old values any more. So a step reads and writes each cell of memory once.
 *
 * The grid is cut into boxes. A box is swept along one axis in slices at least as thick as the taps reach: once a slice
 * is computed, the one before it goes home. Cells that other boxes read wait in the second grid for the end of the
 * step. */
#include "lib/stencil_single.h"

#include <string.h>

#include "lib/team.h"

enum {
    BOXES_PER_THREAD = 4, /* so that a thread that comes late finds less to do */
    LEAST_PIECE = 8,      /* reaches and more that a box is long, so that few cells wait */
};

struct single {
    const struct pel_stencil_run *run;
    bool last;
    bool whole;       /* slices are made of whole rows, and lie in the ring as in the grid; else row by row */
    int axis;         /* that slices lie along */
    size_t slice;     /* cells of a slice along it */
    size_t pieces[3]; /* that each axis is cut into */
    size_t room;      /* cells of a slice in all */
};

struct box {
    const struct single *single;
    size_t begin[3], end[3];
    size_t own[3][2]; /* the part that no other box reads */
    struct pel_stencil_seat seat;
};

/* Cells [begin, end) of a row, of which the box alone reads [own, own_end). */
struct part {
    size_t row; /* its first cell, counted through the grid */
    size_t begin, own, own_end, end;
};

static size_t times(size_t cells, size_t part)
{
    return cells / part + (cells % part != 0);
}

/* Cuts the other axes so that a slice has room in half the ring. */
static void cut_across(struct single *single, size_t cells[3])
{
    const struct pel_stencil_axis *axis = single->run->plan->form.axis, *along = &axis[single->axis];
    size_t reach = pel_stencil_smaller(pel_stencil_larger(along->reach, 1), pel_stencil_computed(along));
    size_t row = single->run->plan->form.stride[1], fair = single->room / reach;
    single->whole = single->axis != 2 && row <= fair;
    single->slice = reach;
    if (single->axis == 2)
        single->slice = single->room;
    else if (!single->whole)
        cells[2] = fair;
    else if (single->axis == 1)
        single->slice = single->room / row;
    if (single->axis == 0)
        cells[1] = single->whole ? fair / row : 1;
}

static void cut(struct single *single)
{
    const struct pel_stencil_run *run = single->run;
    const struct pel_stencil_axis *axis = run->plan->form.axis;
    size_t cells[3] = {SIZE_MAX, SIZE_MAX, SIZE_MAX}, wanted = 1;
    single->axis = axis[0].n > 1 ? 0 : axis[1].n > 1 ? 1 : 2;
    single->room = pel_stencil_ring_bytes(run->plan) / 2 / run->plan->size;
    cut_across(single, cells);
    for (int a = 0; a < 3; a++)
        wanted *= single->pieces[a] = times(pel_stencil_computed(&axis[a]), cells[a]);
    wanted = run->threads > 1 ? times(BOXES_PER_THREAD * (size_t)run->threads, wanted) : 1;
    size_t least = pel_stencil_larger(single->slice, LEAST_PIECE * axis[single->axis].reach);
    size_t most = pel_stencil_computed(&axis[single->axis]) / pel_stencil_larger(least, 1);
    single->pieces[single->axis] = pel_stencil_larger(pel_stencil_smaller(wanted, most), 1);
}

static size_t count_boxes(const struct single *single)
{
    return single->pieces[0] * single->pieces[1] * single->pieces[2];
}

static void find_own(struct box *box, int a)
{
    const struct pel_stencil_axis *axis = &box->single->run->plan->form.axis[a];
    bool shared = box->single->pieces[a] > 1 || axis->periodic;
    size_t cells = box->end[a] - box->begin[a], reach = shared ? pel_stencil_smaller(axis->reach, cells) : 0;
    box->own[a][0] = box->begin[a] + reach;
    box->own[a][1] = pel_stencil_larger(box->own[a][0], box->end[a] - reach);
}

static struct box find_box(const struct single *single, size_t index)
{
    struct box box = {.single = single};
    for (int a = 2; a >= 0; a--) {
        const struct pel_stencil_axis *axis = &single->run->plan->form.axis[a];
        size_t i = index % single->pieces[a];
        index /= single->pieces[a];
        box.begin[a] = pel_stencil_piece(axis, i, single->pieces[a]);
        box.end[a] = pel_stencil_piece(axis, i + 1, single->pieces[a]);
        find_own(&box, a);
    }
    return box;
}

static struct part find_part(const struct box *box, size_t z, size_t y, size_t begin, size_t end)
{
    struct part part = {pel_stencil_row_start(&box->single->run->plan->form, z, y), begin, begin, begin, end};
    if (z < box->own[0][0] || z >= box->own[0][1] || y < box->own[1][0] || y >= box->own[1][1])
        return part;
    part.own = pel_stencil_smaller(pel_stencil_larger(box->own[2][0], begin), end);
    part.own_end = pel_stencil_larger(pel_stencil_smaller(box->own[2][1], end), part.own);
    return part;
}

static void copy(const struct box *box, int to, size_t begin, size_t end, const char *from)
{
    size_t size = box->single->run->plan->size;
    memcpy(box->single->run->grid[to] + begin * size, from, (end - begin) * size);
}

/* Takes a computed part of a row from the ring. */
static void leave_ring(const struct box *box, const struct part *part, const char *from)
{
    size_t size = box->single->run->plan->size;
    copy(box, 1, part->row + part->begin, part->row + part->own, from);
    copy(box, 0, part->row + part->own, part->row + part->own_end, from + (part->own - part->begin) * size);
    copy(box, 1, part->row + part->own_end, part->row + part->end, from + (part->own_end - part->begin) * size);
}

/* Calls body for what lies in one piece in the ring, with its place there. */
typedef void layer_body(const struct box *box, const size_t begin[3], const size_t end[3], char *ring);
static void for_layers(const struct box *box, const size_t begin[3], const size_t end[3], char *ring, layer_body *body)
{
    const struct pel_plan *plan = box->single->run->plan;
    bool whole = box->single->whole;
    size_t rows = whole ? end[1] - begin[1] : 1, row = whole ? plan->form.stride[1] : end[2] - begin[2];
    for (size_t z = begin[0]; z < end[0]; z++) {
        for (size_t y = begin[1]; y < end[1]; y += rows, ring += rows * row * plan->size)
            body(box, (size_t[]){z, y, begin[2]}, (size_t[]){z + 1, y + rows, end[2]}, ring);
    }
}

/* The cell of the grid that a layer in the ring starts with. */
static size_t origin_of(const struct box *box, const size_t begin[3])
{
    size_t row = pel_stencil_row_start(&box->single->run->plan->form, begin[0], begin[1]);
    return box->single->whole ? row : row + begin[2];
}

static void compute_layer(const struct box *box, const size_t begin[3], const size_t end[3], char *ring)
{
    const struct pel_stencil_run *run = box->single->run;
    struct pel_sweep sweep = {.form = &run->plan->form,
                              .from = run->grid[0],
                              .to = ring,
                              .origin = origin_of(box, begin),
                              .pointers = box->seat.pointers,
                              .last = box->single->last};
    memcpy(sweep.begin, begin, sizeof sweep.begin);
    memcpy(sweep.end, end, sizeof sweep.end);
    run->plan->pick.kernel->run.sweep(&sweep, run->plan->pick.params);
}

static void take_home(const struct box *box, const size_t begin[3], const size_t end[3], char *ring)
{
    size_t size = box->single->run->plan->size, origin = origin_of(box, begin);
    for (size_t y = begin[1]; y < end[1]; y++) {
        struct part part = find_part(box, begin[0], y, begin[2], end[2]);
        leave_ring(box, &part, ring + (part.row + part.begin - origin) * size);
    }
}

/* Slice i of a box. */
static void for_slice(const struct box *box, size_t i, layer_body *body)
{
    const struct single *single = box->single;
    size_t begin[3], end[3];
    memcpy(begin, box->begin, sizeof begin);
    memcpy(end, box->end, sizeof end);
    begin[single->axis] += i * single->slice;
    end[single->axis] = pel_stencil_smaller(end[single->axis], begin[single->axis] + single->slice);
    for_layers(box, begin, end, box->seat.ring + i % 2 * single->room * single->run->plan->size, body);
}

static void run_box(void *context, size_t index)
{
    const struct single *single = context;
    struct box box = find_box(single, index);
    size_t slices = times(box.end[single->axis] - box.begin[single->axis], single->slice);
    char *seat = pel_seats_take(&single->run->seats);
    box.seat = pel_stencil_seat(single->run->plan, seat);
    for (size_t i = 0; i <= slices; i++) {
        if (i < slices)
            for_slice(&box, i, compute_layer);
        if (i > 0)
            for_slice(&box, i - 1, take_home);
    }
    pel_seats_leave(&single->run->seats, seat);
}

/* What has waited goes home. */
static void finish_box(void *context, size_t index)
{
    const struct single *single = context;
    const struct pel_stencil_run *run = single->run;
    struct box box = find_box(single, index);
    for (size_t z = box.begin[0]; z < box.end[0]; z++) {
        for (size_t y = box.begin[1]; y < box.end[1]; y++) {
            struct part part = find_part(&box, z, y, box.begin[2], box.end[2]);
            const char *waiting = run->grid[1] + part.row * run->plan->size;
            copy(&box, 0, part.row + part.begin, part.row + part.own, waiting + part.begin * run->plan->size);
            copy(&box, 0, part.row + part.own_end, part.row + part.end, waiting + part.own_end * run->plan->size);
        }
    }
}

void pel_stencil_run_single(const struct pel_stencil_run *run, bool last)
{
    struct single single = {.run = run, .last = last};
    cut(&single);
    pel_team_for(run->threads, count_boxes(&single), run_box, &single);
    pel_team_for(run->threads, count_boxes(&single), finish_box, &single);
}
