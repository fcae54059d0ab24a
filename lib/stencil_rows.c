/* The rows of a system: what a row function is shown of a box.
 *
 * Rows within a plane and planes are found through tables of pointers, so that nothing is copied there. Along the row
 * the cells whose reach ends beyond a side are computed apart, from small windows into which what they read is copied.
 */
#include <string.h>

#include "lib/block.h"
#include "lib/stencil_system.h"

enum { WINDOW = 4 * PEL_STENCIL_MAX_RADIUS }; /* elements: as many cells near both ends, and what they reach */

/* What lies in a seat: pointers to the rows that a stage reads, NULL where they hold the boundary value; the same for
 * the stretch at hand; windows. */
struct desk {
    const char **rows;
    const void **shown;
    char *windows;
    pel_row_reads *reads;
    void **writes;
};

struct stretch {
    const struct pel_system_run *run;
    const struct pel_system_stage *stage;
    struct desk desk;
    size_t step;      /* of the march */
    size_t z, y, row; /* row: its first cell, counted through the grid */
};

static size_t most_rows(const struct pel_system *system)
{
    size_t rows = 0;
    for (size_t i = 0; i < system->nstages; i++)
        rows = pel_stencil_larger(rows, system->stages[i].rows);
    return rows;
}

static struct desk lay_desk(const struct pel_system *system, struct pel_block *block)
{
    size_t rows = most_rows(system);
    struct desk desk;
    desk.rows = pel_block_carve(block, rows, sizeof *desk.rows);
    desk.shown = pel_block_carve(block, rows, sizeof *desk.shown);
    desk.reads = pel_block_carve(block, PEL_SYSTEM_MOST, sizeof *desk.reads);
    desk.writes = pel_block_carve(block, PEL_SYSTEM_MOST, sizeof *desk.writes);
    desk.windows = pel_block_carve(block, rows * WINDOW, sizeof(double));
    return desk;
}

size_t pel_system_seat_bytes(const struct pel_system *system)
{
    struct pel_block block = {NULL, 0};
    lay_desk(system, &block);
    return block.used;
}

/* The field's array after this many of its turns in the step. */
static char *array_of(const struct stretch *stretch, size_t field, size_t turn)
{
    size_t turns = stretch->run->system->fields[field].turns;
    return stretch->run->arrays[field][(stretch->step * turns + turn) % 2];
}

/* Finds the rows that the stage reads around the row at hand. */
static void find_rows(const struct stretch *stretch)
{
    const struct pel_system *system = stretch->run->system;
    const char **rows = stretch->desk.rows;
    for (size_t i = 0; i < stretch->stage->nreads; i++) {
        const struct pel_system_read *read = &stretch->stage->reads[i];
        const struct pel_system_field *field = &system->fields[read->field];
        const char *array = array_of(stretch, read->field, read->turn);
        for (ptrdiff_t dz = -read->reach[0][0]; dz <= read->reach[0][1]; dz++) {
            for (ptrdiff_t dy = -read->reach[1][0]; dy <= read->reach[1][1]; dy++) {
                ptrdiff_t z = pel_stencil_index(&field->axis[0], (ptrdiff_t)stretch->z + dz);
                ptrdiff_t y = pel_stencil_index(&field->axis[1], (ptrdiff_t)stretch->y + dy);
                size_t row = ((size_t)z * system->axis[1].n + (size_t)y) * system->axis[2].n;
                *rows++ = z < 0 || y < 0 ? NULL : array + row * field->size;
            }
        }
    }
}

/* Copies what `count` cells from x on read of a row, sides resolved; returns where the first of them is. */
static const void *copy_window(const struct pel_system_field *field, const struct pel_system_read *read,
                               const char *row, char *window, size_t x, size_t count)
{
    const int *reach = read->reach[2];
    for (ptrdiff_t i = -reach[0]; i < (ptrdiff_t)count + reach[1]; i++) {
        ptrdiff_t at = row ? pel_stencil_index(&field->axis[2], (ptrdiff_t)x + i) : PEL_STENCIL_OUTSIDE;
        const char *from = at < 0 ? field->outside : row + (size_t)at * field->size;
        memcpy(window + (size_t)(i + reach[0]) * field->size, from, field->size);
    }
    return window + (size_t)reach[0] * field->size;
}

/* Shows the stage `count` cells from x on: in place, or where sides are within reach through windows. */
static void show(const struct stretch *stretch, size_t x, size_t count, bool inner)
{
    const struct pel_system *system = stretch->run->system;
    const struct desk *desk = &stretch->desk;
    size_t k = 0;
    for (size_t i = 0; i < stretch->stage->nreads; i++) {
        const struct pel_system_read *read = &stretch->stage->reads[i];
        const struct pel_system_field *field = &system->fields[read->field];
        ptrdiff_t stride = read->reach[1][0] + 1 + read->reach[1][1];
        desk->reads[i] = (pel_row_reads){&desk->shown[k] + read->reach[0][0] * stride + read->reach[1][0], stride};
        for (size_t end = k + read->rows; k < end; k++) {
            const char *row = desk->rows[k];
            if (!inner)
                desk->shown[k] = copy_window(field, read, row, desk->windows + k * WINDOW * sizeof(double), x, count);
            else
                desk->shown[k] = row ? row + x * field->size : field->outside + PEL_STENCIL_MAX_RADIUS * field->size;
        }
    }
}

static void compute(const struct stretch *stretch, size_t x, size_t count, bool inner)
{
    const struct pel_system *system = stretch->run->system;
    const struct pel_system_stage *stage = stretch->stage;
    show(stretch, x, count, inner);
    for (size_t i = 0; i < stage->nwrites; i++) {
        const struct pel_system_write *write = &stage->writes[i];
        char *array = array_of(stretch, write->field, write->turn + write->turns);
        stretch->desk.writes[i] = array + (stretch->row + x) * system->fields[write->field].size;
    }
    pel_row row = {.at = {stretch->z, stretch->y, x},
                   .count = count,
                   .step = stretch->run->first + stretch->step,
                   .write = stretch->desk.writes,
                   .read = stretch->desk.reads};
    stage->row(&row, stage->context);
}

/* Cells [x, end) of the row, in pieces that are the same wherever a box begins and ends. */
static void compute_row(const struct stretch *stretch, size_t x, size_t end)
{
    const struct pel_system_stage *stage = stretch->stage;
    if (x < end)
        find_rows(stretch);
    for (size_t stop; x < end; x = stop) {
        bool inner = x >= stage->inner && x < stage->inner_last;
        stop = pel_stencil_smaller(end, (x / PEL_ROW_CELLS + 1) * PEL_ROW_CELLS);
        if (x < stage->inner)
            stop = pel_stencil_smaller(stop, stage->inner);
        else if (inner)
            stop = pel_stencil_smaller(stop, stage->inner_last);
        compute(stretch, x, stop - x, inner);
    }
}

/* Takes what cells [x, end) keep to the other array of the fields that turn. */
static void keep(const struct stretch *stretch, size_t x, size_t end)
{
    for (size_t i = 0; x < end && i < stretch->stage->nwrites; i++) {
        const struct pel_system_write *write = &stretch->stage->writes[i];
        size_t size = stretch->run->system->fields[write->field].size, at = (stretch->row + x) * size;
        if (write->turns)
            memcpy(array_of(stretch, write->field, write->turn + 1) + at,
                   array_of(stretch, write->field, write->turn) + at, (end - x) * size);
    }
}

static size_t clamp(size_t i, size_t low, size_t high)
{
    return i < low ? low : i > high ? high : i;
}

void pel_system_advance(void *context, char *seat, size_t step, const size_t begin[3], const size_t end[3])
{
    const struct pel_system_run *run = context;
    const struct pel_system *system = run->system;
    const struct pel_system_stage *stage = &system->stages[step % system->nstages];
    struct pel_block block = {seat, 0};
    struct stretch stretch = {run, stage, lay_desk(system, &block), .step = step / system->nstages};
    size_t first = clamp(stage->first[2], begin[2], end[2]), last = clamp(stage->last[2], begin[2], end[2]);
    for (stretch.z = begin[0]; stretch.z < end[0]; stretch.z++) {
        for (stretch.y = begin[1]; stretch.y < end[1]; stretch.y++) {
            bool computed = stretch.z >= stage->first[0] && stretch.z < stage->last[0] &&
                            stretch.y >= stage->first[1] && stretch.y < stage->last[1];
            size_t from = computed ? first : begin[2], to = computed ? last : begin[2];
            stretch.row = (stretch.z * system->axis[1].n + stretch.y) * system->axis[2].n;
            keep(&stretch, begin[2], from);
            compute_row(&stretch, from, to);
            keep(&stretch, to, end[2]);
        }
    }
}
