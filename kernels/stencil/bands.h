/* A box in bands of rows that go through all planes, so that what a plane reads is in the cache when the next one reads
 * it again. For each band the rows that its taps read are found; what is computed there is up to the file that reads
 * this one, once without a dtype and once for each. */
#ifndef T

#include "kernels/stencil/sweep.h"

enum {
    LEAST_ROWS = 4,         /* of a band: fewer would read most rows twice */
    PEL_BANDS_POINTERS = 3, /* of pel_sweep.pointers for each tap: those behind are free */
};

static inline size_t clamp(size_t i, size_t low, size_t high)
{
    return i < low ? low : i > high ? high : i;
}

/* Rows of a band: those of which all planes at hand fit the given cache. Without planes to go through, every row. */
static size_t rows_of_band(const struct pel_sweep *sweep, size_t cache, size_t size)
{
    size_t row = clamp(sweep->end[2] - sweep->begin[2], 1, PEL_STENCIL_OUTSIDE_ROW) * size;
    if (sweep->end[0] - sweep->begin[0] == 1)
        return sweep->end[1] - sweep->begin[1];
    return clamp(cache / row / sweep->form->planes, LEAST_ROWS, SIZE_MAX);
}

#else

/* Cells of consecutive rows of a plane whose taps read rows at the same distance. The first is written to to[place]. */
struct NAME(cells) {
    bool at_edge; /* one of each row, near an end of it; else `count`, and every tap stays on the row */
    bool inner;   /* every tap reads a row of the grid */
    size_t rows, count, place;
    const T **tap; /* what the first cell reads */
    size_t *shift; /* how far behind it the first cell of the next row reads: nowhere else, where that is outside */
};

_Static_assert(sizeof(struct NAME(cells)) <= PEL_SWEEP_NOTE, "a note is longer than was said");

/* Computes them. params: the kernel's. */
static void NAME(compute_cells)(const struct pel_sweep *sweep, const int32_t *params, const struct NAME(cells) * cells);

/* Consecutive rows, on their way. */
struct NAME(band) {
    const struct pel_sweep *sweep;
    const int32_t *params;
    size_t place;  /* of cell 0 of the first row */
    const T **row; /* that each tap reads, NULL: outside */
    struct NAME(cells) cells;
};

/* Computes the cells of the band at hand, and keeps a note of them where that is wanted, and there is room. */
static void NAME(compute_noted)(const struct NAME(band) * band)
{
    struct pel_sweep_notes *notes = band->sweep->notes;
    size_t ntaps = band->sweep->form->ntaps, tap_bytes = ntaps * sizeof *band->cells.tap;
    size_t bytes = sizeof band->cells + tap_bytes + ntaps * sizeof *band->cells.shift;
    NAME(compute_cells)(band->sweep, band->params, &band->cells);
    if (!notes)
        return;
    notes->complete = notes->complete && notes->used + bytes <= notes->room;
    if (!notes->complete)
        return;
    struct NAME(cells) *note = (void *)((char *)(notes + 1) + notes->used);
    *note = band->cells;
    note->tap = memcpy(note + 1, band->cells.tap, tap_bytes);
    note->shift = memcpy((char *)(note + 1) + tap_bytes, band->cells.shift, ntaps * sizeof *band->cells.shift);
    notes->used += bytes;
}

/* Computes all cells that the notes tell of. */
static void NAME(compute_again)(const struct pel_sweep *sweep, const int32_t *params)
{
    const char *note = (const char *)(sweep->notes + 1), *end = note + sweep->notes->used;
    size_t ntaps = sweep->form->ntaps;
    while (note < end) {
        const struct NAME(cells) *cells = (const void *)note;
        NAME(compute_cells)(sweep, params, cells);
        note = (const char *)(cells + 1) + ntaps * (sizeof *cells->tap + sizeof *cells->shift);
    }
}

static void NAME(inner)(struct NAME(band) * band, size_t begin, size_t end)
{
    const struct pel_stencil_form *form = band->sweep->form;
    struct NAME(cells) *cells = &band->cells;
    if (begin == end)
        return;
    cells->at_edge = false;
    cells->place = band->place + begin;
    cells->count = end - begin;
    for (size_t k = 0; k < form->ntaps; k++) {
        cells->tap[k] = band->row[k] ? band->row[k] + (ptrdiff_t)begin + form->offset[k][2] : form->outside;
        cells->shift[k] = form->stride[1];
    }
    NAME(compute_noted)(band);
}

/* Cells [begin, end) of each row, near one end of it. */
static void NAME(edge)(struct NAME(band) * band, size_t begin, size_t end)
{
    const struct pel_stencil_form *form = band->sweep->form;
    struct NAME(cells) *cells = &band->cells;
    cells->at_edge = true;
    cells->count = 1;
    for (size_t x = begin; x < end; x++) {
        const ptrdiff_t *at = form->edge + pel_stencil_edge(&form->axis[2], x) * form->ntaps;
        cells->place = band->place + x;
        for (size_t k = 0; k < form->ntaps; k++) {
            bool within = band->row[k] && at[k] >= 0;
            cells->tap[k] = within ? band->row[k] + at[k] : form->outside;
            cells->shift[k] = within ? form->stride[1] : 0;
        }
        NAME(compute_noted)(band);
    }
}

/* Finds the rows that the taps of row (z, y) read, and how many rows up to y_end make one band with it. */
static void NAME(find_rows)(struct NAME(band) * band, size_t z, size_t y, size_t y_end)
{
    const struct pel_stencil_form *form = band->sweep->form;
    const struct pel_stencil_axis *axis = form->axis;
    const T *from = band->sweep->from;
    bool inner = z >= axis[0].inner && z < axis[0].inner_last && y >= axis[1].inner && y < axis[1].inner_last;
    band->cells.inner = inner;
    band->cells.rows = inner ? clamp(axis[1].inner_last, y, y_end) - y : 1;
    size_t first = pel_stencil_row_start(form, z, y);
    band->place = first - band->sweep->origin;
    for (size_t k = 0; k < form->ntaps; k++) {
        ptrdiff_t row = inner ? (ptrdiff_t)first + form->shift[k] : pel_stencil_row(form, z, y, k);
        band->row[k] = row < 0 ? NULL : from + row;
    }
}

/* The cells [begin, end) of the rows [y, y_end) of a plane. */
static void NAME(tile)(struct NAME(band) * band, size_t z, size_t y, size_t y_end, size_t begin, size_t end)
{
    const struct pel_stencil_form *form = band->sweep->form;
    const struct pel_stencil_axis *axis = &form->axis[2];
    size_t low = clamp(axis->inner, begin, end), high = clamp(axis->inner_last, begin, end);
    for (; y < y_end; y += band->cells.rows) {
        NAME(find_rows)(band, z, y, y_end);
        NAME(edge)(band, begin, low);
        NAME(inner)(band, low, high);
        NAME(edge)(band, high, end);
        for (size_t row = 0; band->sweep->first && row < band->cells.rows; row++)
            NAME(pel_stencil_keep)(band->sweep, pel_stencil_row_start(form, z, y + row));
    }
}

/* params[0]: KiB of cache for a band. */
static void NAME(sweep_bands)(const struct pel_sweep *sweep, const int32_t *params)
{
    const size_t *begin = sweep->begin, *end = sweep->end, ntaps = sweep->form->ntaps;
    size_t rows = rows_of_band(sweep, (size_t)params[0] << 10, sizeof(T)), cells = PEL_STENCIL_OUTSIDE_ROW;
    if (sweep->notes && sweep->notes->used > 0 && sweep->notes->complete) {
        NAME(compute_again)(sweep, params);
        return;
    }
    struct NAME(band) band = {.sweep = sweep, .params = params};
    band.row = (const T **)sweep->pointers;
    band.cells.tap = band.row + ntaps;
    band.cells.shift = (size_t *)(void *)(band.cells.tap + ntaps);
    for (size_t y = begin[1]; y < end[1]; y += rows)
        for (size_t x = begin[2]; x < end[2]; x += cells)
            for (size_t z = begin[0]; z < end[0]; z++)
                NAME(tile)(&band, z, y, clamp(y + rows, y, end[1]), x, clamp(x + cells, x, end[2]));
}

#endif
