/* One step in place: what the step writes goes through a ring that stays in the cache, and to the grid as soon as
 * nobody reads the old values any more. So a step reads and writes each cell of memory once.
 *
 * The grid is cut into boxes. A box is swept along one axis in slices at least as thick as the taps reach: once a slice
 * is computed, the one before it may go home. Where the ring has room for three slices, the leaf carries the one before
 * that while it computes, which hides the copy. Cells that other boxes read wait in the second grid for the end of the
 * step. */
#include "lib/stencil_single.h"

#include <string.h>

#include "lib/memory.h"
#include "lib/team.h"

enum {
    BOXES_PER_THREAD = 4, /* so that a thread that comes late finds less to do */
    LEAST_PIECE = 8,      /* reaches and more that a box is long, so that few cells wait */
    STRETCH = 2048,       /* bytes */
    SLICE_BYTES = 8192,   /* where the reach admits: a slice goes home before it has left the first-level cache */
};

struct single {
    const struct pel_stencil_run *run;
    bool last;
    bool whole;       /* slices are made of whole rows, and lie in the ring as in the grid; else row by row */
    bool solid;       /* and of whole planes */
    bool waits;       /* some cells of a box are read by others */
    int axis;         /* that slices lie along */
    size_t slice;     /* cells of a slice along it */
    size_t pieces[3]; /* that each axis is cut into */
    size_t room;      /* cells of a slice in all */
    size_t stretch;   /* bytes that are copied at a time */
    size_t lag;       /* a slice goes home once so many others behind it are computed */
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

/* Slices as thick as suits the cache, at least the reach; the other axes are cut so that one has room in half the ring.
 */
static void cut_across(struct single *single, size_t cells[3])
{
    const struct pel_stencil_form *form = &single->run->plan->form;
    const struct pel_stencil_axis *axis = form->axis, *along = &axis[single->axis];
    size_t reach = pel_stencil_smaller(pel_stencil_larger(along->reach, 1), pel_stencil_computed(along));
    size_t row = form->stride[1], fair = single->room / reach;
    size_t wanted = pel_stencil_smaller(SLICE_BYTES / single->run->plan->size, single->room);
    single->whole = single->axis != 2 && row <= fair;
    single->solid = single->axis == 0 && single->whole && form->stride[0] <= fair;
    if (single->axis == 2)
        single->slice = pel_stencil_larger(wanted, reach);
    else if (single->axis == 1 && single->whole)
        single->slice = pel_stencil_larger(wanted / row, reach);
    else
        single->slice = pel_stencil_larger(single->solid ? wanted / form->stride[0] : 0, reach);
    if (!single->whole && single->axis != 2)
        cells[2] = fair;
    if (single->axis == 0 && !single->solid)
        cells[1] = single->whole ? fair / row : 1;
}

/* Whether cells near the ends of a box along the axis are read by another, or by the box itself when it has come to the
 * other end. */
static bool is_shared(const struct single *single, int a)
{
    return single->pieces[a] > 1 || (a == single->axis && single->run->plan->form.axis[a].periodic);
}

/* Cells of a slice with what lies between its rows and planes. */
static size_t slice_cells(const struct single *single)
{
    const struct pel_stencil_form *form = &single->run->plan->form;
    if (single->axis == 2)
        return single->slice;
    return single->slice * (single->axis == 1 ? form->stride[1] : form->stride[0]);
}

/* With room for a third slice, one may go home while the one behind the next is computed. */
static void set_lag(struct single *single)
{
    size_t cells = pel_stencil_ring_bytes(single->run->plan) / single->run->plan->size;
    bool uncut = single->axis == 2 || single->solid || (single->axis == 1 && single->whole);
    single->lag = uncut && slice_cells(single) <= cells / 3 ? 2 : 1;
    single->room = cells / (single->lag + 1);
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
    set_lag(single);
    single->waits = is_shared(single, 0) || is_shared(single, 1) || is_shared(single, 2);
}

static size_t count_boxes(const struct single *single)
{
    return single->pieces[0] * single->pieces[1] * single->pieces[2];
}

static void find_own(struct box *box, int a)
{
    const struct pel_stencil_axis *axis = &box->single->run->plan->form.axis[a];
    size_t cells = box->end[a] - box->begin[a];
    size_t reach = is_shared(box->single, a) ? pel_stencil_smaller(axis->reach, cells) : 0;
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

/* In stretches: a C library may copy more by a string instruction, which on some processors is many times slower where
 * source and target lie alike in their pages. The length is read from memory lest the compiler use it by itself. */
static void copy(const struct box *box, int to, size_t begin, size_t end, const char *from)
{
    size_t size = box->single->run->plan->size, most = box->single->stretch;
    char *target = box->single->run->grid[to] + begin * size;
    size_t left = (end - begin) * size;
    for (; left > most; left -= most, target += most, from += most)
        memcpy(target, from, most);
    if (left > 0)
        memcpy(target, from, left);
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
typedef void layer_body(const struct box *box, size_t i, const size_t begin[3], const size_t end[3], char *ring);
static void for_layers(const struct box *box, size_t i, const size_t begin[3], const size_t end[3], char *ring,
                       layer_body *body)
{
    const struct pel_plan *plan = box->single->run->plan;
    bool whole = box->single->whole;
    size_t rows = whole ? end[1] - begin[1] : 1, row = whole ? plan->form.stride[1] : end[2] - begin[2];
    if (box->single->solid) {
        body(box, i, begin, end, ring);
        return;
    }
    for (size_t z = begin[0]; z < end[0]; z++) {
        for (size_t y = begin[1]; y < end[1]; y += rows, ring += rows * row * plan->size)
            body(box, i, (size_t[]){z, y, begin[2]}, (size_t[]){z + 1, y + rows, end[2]}, ring);
    }
}

/* The cell of the grid that a layer in the ring starts with. */
static size_t origin_of(const struct box *box, const size_t begin[3])
{
    size_t row = pel_stencil_row_start(&box->single->run->plan->form, begin[0], begin[1]);
    return box->single->whole ? row : row + begin[2];
}

/* Where slice i of a box begins and ends. */
static void find_slice(const struct box *box, size_t i, size_t begin[3], size_t end[3])
{
    const struct single *single = box->single;
    memcpy(begin, box->begin, sizeof box->begin);
    memcpy(end, box->end, sizeof box->end);
    begin[single->axis] += i * single->slice;
    end[single->axis] = pel_stencil_smaller(end[single->axis], begin[single->axis] + single->slice);
}

/* The slot of slice i in the ring. Its cells lie on cache lines as those of the grid do, so that stores are aligned in
 * both or in neither. */
static char *slot_of(const struct box *box, size_t i)
{
    const struct single *single = box->single;
    const struct pel_plan *plan = single->run->plan;
    char *slot = box->seat.ring + i % (single->lag + 1) * (single->room * plan->size + PEL_CACHE_LINE);
    size_t begin[3], end[3];
    find_slice(box, i, begin, end);
    return slot + (uintptr_t)(single->run->grid[0] + origin_of(box, begin) * plan->size - slot) % PEL_CACHE_LINE;
}

/* Whether slice i - 2 goes home while slice i is computed: they look the same, and nobody else reads it. */
static bool is_carried(const struct box *box, size_t i)
{
    const struct single *single = box->single;
    if (single->lag < 2 || i < 2)
        return false;
    size_t first = box->begin[single->axis] + (i - 2) * single->slice;
    return first >= box->own[single->axis][0] && first + single->slice <= box->own[single->axis][1] &&
           first + 3 * single->slice <= box->end[single->axis];
}

static void compute_layer(const struct box *box, size_t i, const size_t begin[3], const size_t end[3], char *ring)
{
    const struct pel_stencil_run *run = box->single->run;
    struct pel_sweep sweep = {.form = &run->plan->form,
                              .from = run->grid[0],
                              .to = ring,
                              .origin = origin_of(box, begin),
                              .pointers = box->seat.pointers,
                              .first = box->single->whole,
                              .last = box->single->last};
    memcpy(sweep.begin, begin, sizeof sweep.begin);
    memcpy(sweep.end, end, sizeof sweep.end);
    if (is_carried(box, i)) {
        sweep.carry = slot_of(box, i - 2);
        sweep.there = run->grid[0] + (sweep.origin - 2 * slice_cells(box->single)) * run->plan->size;
    }
    run->plan->pick.kernel->run.sweep(&sweep, run->plan->pick.params);
}

/* Whether rows of a plane go home all in one: nobody else reads them, and nothing of the caller's lies between them. */
static bool is_dense(const struct box *box, size_t z, size_t y, size_t y_end)
{
    const struct pel_stencil_form *form = &box->single->run->plan->form;
    return box->single->whole && form->stride[1] == form->axis[2].n && z >= box->own[0][0] && z < box->own[0][1] &&
           y >= box->own[1][0] && y_end <= box->own[1][1] && !is_shared(box->single, 2);
}

static void take_home(const struct box *box, size_t i, const size_t begin[3], const size_t end[3], char *ring)
{
    (void)i;
    const struct pel_stencil_form *form = &box->single->run->plan->form;
    size_t size = box->single->run->plan->size, origin = origin_of(box, begin);
    for (size_t z = begin[0]; z < end[0]; z++) {
        if (is_dense(box, z, begin[1], end[1])) {
            size_t first = pel_stencil_row_start(form, z, begin[1]), last = pel_stencil_row_start(form, z, end[1]);
            copy(box, 0, first, last, ring + (first - origin) * size);
            continue;
        }
        for (size_t y = begin[1]; y < end[1]; y++) {
            struct part part = find_part(box, z, y, begin[2], end[2]);
            leave_ring(box, &part, ring + (part.row + part.begin - origin) * size);
        }
    }
}

static void for_slice(const struct box *box, size_t i, layer_body *body)
{
    size_t begin[3], end[3];
    find_slice(box, i, begin, end);
    for_layers(box, i, begin, end, slot_of(box, i), body);
}

static void run_box(void *context, size_t index)
{
    const struct single *single = context;
    struct box box = find_box(single, index);
    size_t slices = times(box.end[single->axis] - box.begin[single->axis], single->slice);
    char *seat = pel_seats_take(&single->run->seats);
    box.seat = pel_stencil_seat(single->run->plan, seat);
    for (size_t i = 0; i < slices + single->lag; i++) {
        if (i < slices)
            for_slice(&box, i, compute_layer);
        if (i >= single->lag && !is_carried(&box, i))
            for_slice(&box, i - single->lag, take_home);
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
    struct single single = {.run = run, .last = last, .stretch = STRETCH};
    cut(&single);
    pel_team_for(run->threads, count_boxes(&single), run_box, &single);
    if (single.waits)
        pel_team_for(run->threads, count_boxes(&single), finish_box, &single);
}
