/* One step in place: what the step writes goes through a ring that stays in the cache, and to the grid as soon as
 * nobody reads the old values any more. So a step reads and writes each cell of memory once.
 *
 * The grid is cut into boxes. Cells that other boxes read are the frame of a box: they are computed into the second
 * grid and wait there for the end of the step. Its core is swept in slices of a few rows. While a slice is computed,
 * the leaf carries home the one whose last reader was just before it: that hides the copy. */
#include "lib/stencil_single.h"

#include <string.h>

#include "lib/memory.h"
#include "lib/team.h"

enum {
    BOXES_PER_THREAD = 4, /* so that a thread that comes late finds less to do */
    LEAST_PIECE = 4,      /* reaches that a box is long along the axis it is swept along */
    LONG_PIECE = 64,      /* reaches that it is long if there need not be more of them: few cells wait */
    STRETCH = 2048,       /* bytes */
};

struct single {
    const struct pel_stencil_run *run;
    const struct pel_stencil_slices *slices;
    bool last;
    bool waits;       /* boxes have frames */
    size_t pieces[3]; /* that each axis is cut into */
    size_t stretch;   /* bytes that are copied at a time */
};

struct box {
    const struct single *single;
    size_t begin[3], end[3];
    size_t own[3][2]; /* the core */
    size_t count[3];  /* slices of it */
    size_t lag;       /* that are computed before the first goes home */
    struct pel_stencil_seat seat;
};

/* Calls body for a part of a box. */
typedef void part_body(const struct box *box, const size_t begin[3], const size_t end[3]);

/* Whether cells near the ends of a box along the axis are read by another, or by the box itself when it has come to the
 * other end. */
static bool is_shared(const struct single *single, int a)
{
    return single->pieces[a] > 1 || (a == single->slices->order[0] && single->run->plan->form.axis[a].periodic);
}

static void cut(struct single *single)
{
    const struct pel_stencil_slices *slices = single->slices;
    const struct pel_stencil_axis *axis = single->run->plan->form.axis, *along = &axis[slices->order[0]];
    size_t across = 1, threads = (size_t)single->run->threads;
    for (int a = 0; a < 3; a++)
        across *= single->pieces[a] = pel_stencil_divide_up(pel_stencil_computed(&axis[a]), slices->cells[a]);
    if (threads > 1) {
        size_t cells = pel_stencil_computed(along), reach = pel_stencil_larger(along->reach, 1);
        size_t wanted = pel_stencil_divide_up(BOXES_PER_THREAD * threads, across);
        size_t least = pel_stencil_divide_up(threads, across);
        size_t pieces = pel_stencil_larger(least, pel_stencil_smaller(wanted, cells / (LONG_PIECE * reach)));
        size_t most = cells / pel_stencil_larger(slices->thick[slices->order[0]], LEAST_PIECE * reach);
        if (pieces > least)
            pieces -= pieces % least; /* as many for each thread */
        single->pieces[slices->order[0]] = pel_stencil_larger(pel_stencil_smaller(pieces, most), 1);
    }
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
    box->count[a] = pel_stencil_divide_up(box->own[a][1] - box->own[a][0], box->single->slices->thick[a]);
}

static struct box find_box(const struct single *single, size_t index)
{
    struct box box = {.single = single};
    bool wraps[3];
    for (int a = 2; a >= 0; a--) {
        const struct pel_stencil_axis *axis = &single->run->plan->form.axis[a];
        size_t i = index % single->pieces[a];
        index /= single->pieces[a];
        box.begin[a] = pel_stencil_piece(axis, i, single->pieces[a]);
        box.end[a] = pel_stencil_piece(axis, i + 1, single->pieces[a]);
        find_own(&box, a);
        wraps[a] = axis->periodic && !is_shared(single, a);
    }
    if (box.count[0] && box.count[1] && box.count[2])
        box.lag = pel_stencil_slices_lag(single->slices, single->run->plan->form.axis, box.count, wraps);
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

/* The slice of the core whose cells are [begin, end), and where it lies in the ring. Its cells lie on cache lines as
 * those of the grid do, so that stores are aligned in both or in neither. */
struct slice {
    size_t begin[3], end[3];
    size_t origin; /* its first cell */
    char *slot;
};

/* Slice i, if there is one. */
static bool find_slice(const struct box *box, size_t i, struct slice *slice)
{
    const struct pel_stencil_run *run = box->single->run;
    const struct pel_stencil_slices *slices = box->single->slices;
    size_t size = run->plan->size, rest = i;
    for (int k = 2; k >= 0; k--) {
        int a = slices->order[k];
        slice->begin[a] = box->own[a][0] + rest % box->count[a] * slices->thick[a];
        slice->end[a] = pel_stencil_smaller(slice->begin[a] + slices->thick[a], box->own[a][1]);
        rest /= box->count[a];
    }
    slice->origin = pel_stencil_row_start(&run->plan->form, slice->begin[0], slice->begin[1]) + slice->begin[2];
    slice->slot = box->seat.ring + i % slices->slots * (slices->room * size + PEL_CACHE_LINE);
    slice->slot += (uintptr_t)(run->grid[0] + slice->origin * size - slice->slot) % PEL_CACHE_LINE;
    return rest == 0;
}

/* Parts of the frame beside a slice of the core. */
static void compute_beside(const struct box *box, const struct slice *slice)
{
    size_t low[3], high[3];
    for (int a = 0; a < 3; a++) {
        bool first = slice->begin[a] == box->own[a][0], last = slice->end[a] == box->own[a][1];
        bool along = a == box->single->slices->order[0];
        low[a] = first && !along ? box->begin[a] : slice->begin[a];
        high[a] = last && !along ? box->end[a] : slice->end[a];
    }
    for_frame(box, low, high, compute_frame);
}

/* Computes the rows [from, to) of a slice, those of each of its planes, and carries as many from `home`, if any, which
 * is as long, to where they belong. */
static void compute_rows(const struct box *box, const struct slice *slice, size_t from, size_t to,
                         const struct slice *home)
{
    const struct pel_stencil_run *run = box->single->run;
    struct pel_sweep sweep = sweep_of(box, slice->begin, slice->end);
    sweep.begin[1] = slice->begin[1] + from;
    sweep.end[1] = slice->begin[1] + to;
    sweep.origin = slice->origin;
    sweep.to = slice->slot;
    if (home) {
        sweep.carry = home->slot;
        sweep.there = run->grid[0] + home->origin * run->plan->size;
    }
    run_sweep(box, &sweep);
}

/* Takes a slice home from row `from` on. */
static void take_home(const struct box *box, const struct slice *slice, size_t from)
{
    const struct pel_plan *plan = box->single->run->plan;
    for (size_t z = slice->begin[0]; z < slice->end[0]; z++) {
        for (size_t y = slice->begin[1] + from; y < slice->end[1]; y++) {
            size_t row = pel_stencil_row_start(&plan->form, z, y) + slice->begin[2];
            copy(box->single, row, row + slice->end[2] - slice->begin[2],
                 slice->slot + (row - slice->origin) * plan->size);
        }
    }
}

static size_t length(const struct slice *slice, int a)
{
    return slice->end[a] - slice->begin[a];
}

/* Computes one slice while another goes home: row by row as far as both go, if their rows are alike. */
static void compute_slice(const struct box *box, const struct slice *slice, const struct slice *home)
{
    size_t rows = length(slice, 1), both = 0;
    if (home && length(home, 0) == length(slice, 0) && length(home, 2) == length(slice, 2) &&
        (length(home, 0) == 1 || length(home, 1) == rows))
        both = pel_stencil_smaller(rows, length(home, 1));
    if (both > 0)
        compute_rows(box, slice, 0, both, home);
    if (both < rows)
        compute_rows(box, slice, both, rows, NULL);
    if (home)
        take_home(box, home, both);
}

/* The parts of the frame before and behind the core come first: no old value has been overwritten yet. */
static void compute_ends(const struct box *box)
{
    size_t begin[3], end[3];
    int axis = box->single->slices->order[0];
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
    struct slice slice, home;
    size_t slices = box->count[0] * box->count[1] * box->count[2];
    if (box->single->waits)
        compute_ends(box);
    for (size_t i = 0; i < slices + box->lag; i++) {
        bool goes = i >= box->lag && find_slice(box, i - box->lag, &home);
        if (find_slice(box, i, &slice)) {
            if (box->single->waits)
                compute_beside(box, &slice);
            compute_slice(box, &slice, goes ? &home : NULL);
        } else if (goes) {
            take_home(box, &home, 0);
        }
    }
}

static void run_box(void *context, size_t index)
{
    const struct single *single = context;
    struct box box = find_box(single, index);
    char *seat = pel_seats_take(&single->run->seats);
    box.seat = pel_stencil_seat(single->run->plan, seat);
    if (box.lag > 0)
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
    struct single single = {.run = run, .slices = &run->plan->slices, .last = last, .stretch = STRETCH};
    cut(&single);
    pel_team_for(run->threads, count_boxes(&single), run_box, &single);
    if (single.waits)
        pel_team_for(run->threads, count_boxes(&single), finish_box, &single);
}
