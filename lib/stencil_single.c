/* One step in place: what the step writes goes through a ring that stays in the cache, and to the grid as soon as
 * nobody reads the old values any more. So a step reads and writes each cell of memory once.
 *
 * The grid is cut into boxes. Cells that other boxes read are the frame of a box: they are computed into the second
 * grid and wait there for the end of the step. Its core is swept along one axis in slices at least as thick as the taps
 * reach. While a slice is computed, the leaf carries home the one before the last, which nobody reads any more: that
 * hides the copy. */
#include "lib/stencil_single.h"

#include <string.h>

#include "lib/memory.h"
#include "lib/team.h"

enum {
    BOXES_PER_THREAD = 4, /* so that a thread that comes late finds less to do */
    LEAST_PIECE = 8,      /* reaches and more that a box is long, so that few cells wait */
    STRETCH = 2048,       /* bytes */
    SLICE_BYTES = 8192,   /* where the reach admits: a slice goes home before it has left the first-level cache */
    LAG = PEL_STENCIL_RING_SLOTS - 1, /* slices that are computed before one goes home */
};

struct single {
    const struct pel_stencil_run *run;
    bool last;
    bool whole;       /* slices are made of whole rows, and lie in the ring as in the grid; else row by row */
    bool solid;       /* and of whole planes */
    bool waits;       /* boxes have frames */
    int axis;         /* that slices lie along */
    size_t slice;     /* cells of a slice along it */
    size_t pieces[3]; /* that each axis is cut into */
    size_t room;      /* cells of a slot of the ring */
    size_t stretch;   /* bytes that are copied at a time */
};

struct box {
    const struct single *single;
    size_t begin[3], end[3];
    size_t own[3][2]; /* the core */
    struct pel_stencil_seat seat;
};

/* Calls body for a part of a box. */
typedef void part_body(const struct box *box, const size_t begin[3], const size_t end[3]);

static size_t times(size_t cells, size_t part)
{
    return cells / part + (cells % part != 0);
}

/* Slices as thick as suits the cache, at least the reach; the other axes are cut so that one has room in a slot of the
 * ring, and rows only where planes would be cut into too few of them. */
static void cut_across(struct single *single, size_t cells[3])
{
    const struct pel_stencil_form *form = &single->run->plan->form;
    const struct pel_stencil_axis *axis = form->axis, *along = &axis[single->axis];
    size_t reach = pel_stencil_smaller(pel_stencil_larger(along->reach, 1), pel_stencil_computed(along));
    size_t fair = single->room / reach, unit = single->axis == 2 ? 1 : form->stride[single->axis];
    size_t rows = single->axis == 0 ? LEAST_PIECE * pel_stencil_larger(axis[1].reach, 1) : 1;
    single->solid = single->axis == 0 && unit <= fair;
    single->whole = single->axis != 2 && (single->solid || rows * form->stride[1] <= fair);
    if (single->axis == 0 && !single->solid)
        cells[1] = single->whole ? fair / form->stride[1] : rows;
    if (single->axis < 2 && !single->whole)
        cells[2] = pel_stencil_larger(fair / rows, 1);
    size_t wanted = pel_stencil_smaller(SLICE_BYTES / single->run->plan->size, single->room) / unit;
    single->slice = pel_stencil_larger(wanted, reach);
}

/* Whether cells near the ends of a box along the axis are read by another, or by the box itself when it has come to the
 * other end. */
static bool is_shared(const struct single *single, int a)
{
    return single->pieces[a] > 1 || (a == single->axis && single->run->plan->form.axis[a].periodic);
}

static void cut(struct single *single)
{
    const struct pel_stencil_run *run = single->run;
    const struct pel_stencil_axis *axis = run->plan->form.axis;
    size_t cells[3] = {SIZE_MAX, SIZE_MAX, SIZE_MAX}, wanted = 1;
    single->axis = axis[0].n > 1 ? 0 : axis[1].n > 1 ? 1 : 2;
    single->room = pel_stencil_ring_bytes(run->plan) / PEL_STENCIL_RING_SLOTS / run->plan->size;
    cut_across(single, cells);
    for (int a = 0; a < 3; a++)
        wanted *= single->pieces[a] = times(pel_stencil_computed(&axis[a]), cells[a]);
    wanted = run->threads > 1 ? times(BOXES_PER_THREAD * (size_t)run->threads, wanted) : 1;
    size_t least = pel_stencil_larger(single->slice, LEAST_PIECE * axis[single->axis].reach);
    size_t most = pel_stencil_computed(&axis[single->axis]) / pel_stencil_larger(least, 1);
    single->pieces[single->axis] = pel_stencil_larger(pel_stencil_smaller(wanted, most), 1);
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

/* In stretches: a C library may copy more by a string instruction, which on some processors is many times slower where
 * source and target lie alike in their pages. The length is read from memory lest the compiler use it by itself. */
static void copy(const struct single *single, size_t begin, size_t end, const char *from)
{
    size_t size = single->run->plan->size, most = single->stretch, left = (end - begin) * size;
    char *target = single->run->grid[0] + begin * size;
    for (; left > most; left -= most, target += most, from += most)
        memcpy(target, from, most);
    memcpy(target, from, left);
}

/* Parts of the box, of the cells [begin, end), that belong to the frame; leaves those between them in begin and end. */
static void for_frame(const struct box *box, size_t begin[3], size_t end[3], part_body *body)
{
    for (int a = 0; a < 3; a++) {
        size_t first = begin[a], last = end[a];
        size_t low = pel_stencil_smaller(pel_stencil_larger(box->own[a][0], first), last);
        size_t high = pel_stencil_larger(pel_stencil_smaller(box->own[a][1], last), low);
        end[a] = low;
        if (first < low)
            body(box, begin, end);
        begin[a] = high;
        end[a] = last;
        if (high < last)
            body(box, begin, end);
        begin[a] = low;
        end[a] = high;
        if (low == high)
            return;
    }
}

static struct pel_sweep sweep_of(const struct box *box, const size_t begin[3], const size_t end[3])
{
    const struct pel_stencil_run *run = box->single->run;
    struct pel_sweep sweep = {
        .form = &run->plan->form, .from = run->grid[0], .pointers = box->seat.pointers, .last = box->single->last};
    memcpy(sweep.begin, begin, sizeof sweep.begin);
    memcpy(sweep.end, end, sizeof sweep.end);
    return sweep;
}

static void run_sweep(const struct box *box, const struct pel_sweep *sweep)
{
    const struct pel_pick *pick = &box->single->run->plan->pick;
    pick->kernel->run.sweep(sweep, pick->params);
}

static void compute_frame(const struct box *box, const size_t begin[3], const size_t end[3])
{
    struct pel_sweep sweep = sweep_of(box, begin, end);
    sweep.to = box->single->run->grid[1];
    run_sweep(box, &sweep);
}

/* The cell of the grid that a layer in the ring starts with. */
static size_t origin_of(const struct box *box, const size_t begin[3])
{
    size_t row = pel_stencil_row_start(&box->single->run->plan->form, begin[0], begin[1]);
    return box->single->whole ? row : row + begin[2];
}

/* Slice i of the core; false behind the last. */
static bool find_slice(const struct box *box, size_t i, size_t begin[3], size_t end[3])
{
    const struct single *single = box->single;
    int axis = single->axis;
    for (int a = 0; a < 3; a++) {
        begin[a] = box->own[a][0];
        end[a] = box->own[a][1];
    }
    begin[axis] += i * single->slice;
    if (begin[axis] >= end[axis])
        return false;
    end[axis] = pel_stencil_smaller(end[axis], begin[axis] + single->slice);
    return true;
}

/* The slot of slice i in the ring. Its cells lie on cache lines as those of the grid do, so that stores are aligned in
 * both or in neither. */
static char *slot_of(const struct box *box, size_t i, const size_t begin[3])
{
    const struct single *single = box->single;
    size_t size = single->run->plan->size;
    char *slot = box->seat.ring + i % PEL_STENCIL_RING_SLOTS * (single->room * size + PEL_CACHE_LINE);
    return slot + (uintptr_t)(single->run->grid[0] + origin_of(box, begin) * size - slot) % PEL_CACHE_LINE;
}

/* What lies in one piece in the ring: a slice, a plane of one, or a row. */
struct layer {
    size_t begin[3], end[3];
    size_t at; /* bytes from the start of the slot */
};

/* The layer behind this one in the slice, if there is one. */
static bool next_layer(const struct box *box, const size_t begin[3], const size_t end[3], struct layer *layer)
{
    const struct single *single = box->single;
    const struct pel_plan *plan = single->run->plan;
    size_t rows = layer->end[1] - layer->begin[1], row = single->whole ? plan->form.stride[1] : end[2] - begin[2];
    layer->at += rows * row * plan->size;
    layer->begin[1] = layer->end[1];
    if (layer->begin[1] == end[1]) {
        layer->begin[1] = begin[1];
        layer->begin[0]++;
    }
    layer->end[0] = layer->begin[0] + 1;
    layer->end[1] = single->whole ? end[1] : layer->begin[1] + 1;
    return !single->solid && layer->begin[0] < end[0];
}

static struct layer first_layer(const struct box *box, const size_t begin[3], const size_t end[3])
{
    struct layer layer = {{begin[0], begin[1], begin[2]}, {end[0], end[1], end[2]}, 0};
    if (!box->single->solid)
        layer.end[0] = begin[0] + 1;
    if (!box->single->whole)
        layer.end[1] = begin[1] + 1;
    return layer;
}

/* Parts of the frame beside a slice of the core. */
static void compute_beside(const struct box *box, const size_t begin[3], const size_t end[3])
{
    int axis = box->single->axis;
    size_t low[3], high[3];
    memcpy(low, box->begin, sizeof low);
    memcpy(high, box->end, sizeof high);
    low[axis] = begin[axis];
    high[axis] = end[axis];
    for_frame(box, low, high, compute_frame);
}

/* Computes slice i, and carries slice i - LAG, which looks the same, from its slot to where it begins in the grid, cell
 * `home`; without a slot it carries nothing. */
static void compute_layers(const struct box *box, size_t i, const char *carry, size_t home)
{
    const struct pel_stencil_run *run = box->single->run;
    size_t begin[3], end[3];
    find_slice(box, i, begin, end);
    char *slot = slot_of(box, i, begin);
    size_t origin = origin_of(box, begin);
    struct layer layer = first_layer(box, begin, end);
    do {
        struct pel_sweep sweep = sweep_of(box, layer.begin, layer.end);
        sweep.origin = origin_of(box, layer.begin);
        sweep.to = slot + layer.at;
        if (carry) {
            sweep.carry = carry + layer.at;
            sweep.there = run->grid[0] + (home + sweep.origin - origin) * run->plan->size;
        }
        run_sweep(box, &sweep);
    } while (next_layer(box, begin, end, &layer));
}

/* Computes slice i, if there is one. Returns whether it has carried slice i - LAG home, which must be as thick. */
static bool compute_slice(const struct box *box, size_t i)
{
    const struct single *single = box->single;
    size_t begin[3], end[3], home = 0;
    const char *carry = NULL;
    if (!find_slice(box, i, begin, end))
        return false;
    if (single->waits)
        compute_beside(box, begin, end);
    if (i >= LAG && end[single->axis] - begin[single->axis] == single->slice) {
        find_slice(box, i - LAG, begin, end);
        carry = slot_of(box, i - LAG, begin);
        home = origin_of(box, begin);
    }
    compute_layers(box, i, carry, home);
    return carry != NULL;
}

/* Takes slice i home, row by row. */
static void take_home(const struct box *box, size_t i)
{
    const struct single *single = box->single;
    size_t begin[3], end[3], size = single->run->plan->size;
    if (!find_slice(box, i, begin, end))
        return;
    const char *slot = slot_of(box, i, begin);
    struct layer layer = first_layer(box, begin, end);
    do {
        size_t origin = origin_of(box, layer.begin);
        for (size_t z = layer.begin[0]; z < layer.end[0]; z++) {
            for (size_t y = layer.begin[1]; y < layer.end[1]; y++) {
                size_t row = pel_stencil_row_start(&single->run->plan->form, z, y);
                copy(single, row + begin[2], row + end[2], slot + layer.at + (row + begin[2] - origin) * size);
            }
        }
    } while (next_layer(box, begin, end, &layer));
}

/* The parts of the frame before and behind the core come first: no old value has been overwritten yet. */
static void compute_ends(const struct box *box)
{
    size_t begin[3], end[3];
    int axis = box->single->axis;
    for (int side = 0; side < 2; side++) {
        memcpy(begin, box->begin, sizeof begin);
        memcpy(end, box->end, sizeof end);
        if (side == 0)
            end[axis] = box->own[axis][0];
        else
            begin[axis] = box->own[axis][1];
        if (begin[axis] < end[axis])
            compute_frame(box, begin, end);
    }
}

static void compute_core(const struct box *box)
{
    int axis = box->single->axis;
    size_t slices = times(box->own[axis][1] - box->own[axis][0], box->single->slice);
    compute_ends(box);
    for (size_t i = 0; i < slices + LAG; i++) {
        if (!compute_slice(box, i) && i >= LAG)
            take_home(box, i - LAG);
    }
}

static bool has_core(const struct box *box)
{
    return box->own[0][0] < box->own[0][1] && box->own[1][0] < box->own[1][1] && box->own[2][0] < box->own[2][1];
}

static void run_box(void *context, size_t index)
{
    const struct single *single = context;
    struct box box = find_box(single, index);
    char *seat = pel_seats_take(&single->run->seats);
    box.seat = pel_stencil_seat(single->run->plan, seat);
    if (has_core(&box))
        compute_core(&box);
    else
        compute_frame(&box, box.begin, box.end);
    pel_seats_leave(&single->run->seats, seat);
}

/* Cells of the frame go home. */
static void finish_part(const struct box *box, const size_t begin[3], const size_t end[3])
{
    const struct pel_stencil_run *run = box->single->run;
    for (size_t z = begin[0]; z < end[0]; z++) {
        for (size_t y = begin[1]; y < end[1]; y++) {
            size_t row = pel_stencil_row_start(&run->plan->form, z, y);
            copy(box->single, row + begin[2], row + end[2], run->grid[1] + (row + begin[2]) * run->plan->size);
        }
    }
}

static void finish_box(void *context, size_t index)
{
    struct box box = find_box(context, index);
    size_t begin[3], end[3];
    memcpy(begin, box.begin, sizeof begin);
    memcpy(end, box.end, sizeof end);
    for_frame(&box, begin, end, finish_part);
}

void pel_stencil_run_single(const struct pel_stencil_run *run, bool last)
{
    struct single single = {.run = run, .last = last, .stretch = STRETCH};
    cut(&single);
    pel_team_for(run->threads, count_boxes(&single), run_box, &single);
    if (single.waits)
        pel_team_for(run->threads, count_boxes(&single), finish_box, &single);
}
