/* A box in bands of rows that go through all planes, so that what a plane reads is in the cache when the next one reads
 * it again. For each band the rows that its taps read are found; what is computed there is up to the file that reads
 * this one, once without a dtype and once for each. */
#ifndef T

#include "kernels/stencil/sweep.h"

enum { LEAST_ROWS = 4 }; /* of a band: fewer would read most rows twice */

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

/* Consecutive rows of a plane whose taps read rows at the same distance. Cell x of row 0 is written to to[place + x],
 * and tap k of it reads the row row[k] (NULL: outside). */
struct NAME(band) {
    const struct pel_sweep *sweep;
    const int32_t *params;
    bool inner; /* every tap reads a row of the grid */
    size_t rows, most_rows, place;
    const T **row;
    const T **tap;  /* what the first cell at hand reads */
    const T **coef; /* room for as many pointers */
};

/* Computes `count` cells from x on of each row, where every tap stays on the row. */
static void NAME(inner_cells)(const struct NAME(band) * band, size_t x, size_t count);

/* Computes cell x of the row that is written from to[place] on, near one end of it. */
static void NAME(edge_cell)(const struct NAME(band) * band, size_t place, size_t x);

static void NAME(inner)(const struct NAME(band) * band, size_t begin, size_t end)
{
    const struct pel_stencil_form *form = band->sweep->form;
    if (begin == end)
        return;
    for (size_t k = 0; k < form->ntaps; k++)
        band->tap[k] = band->row[k] ? band->row[k] + (ptrdiff_t)begin + form->offset[k][2] : form->outside;
    NAME(inner_cells)(band, begin, end - begin);
}

/* Cells [begin, end) of each row, near one end of it. */
static void NAME(edge)(const struct NAME(band) * band, size_t begin, size_t end)
{
    const struct pel_stencil_form *form = band->sweep->form;
    for (size_t x = begin; x < end; x++) {
        const ptrdiff_t *at = form->edge + pel_stencil_edge(&form->axis[2], x) * form->ntaps;
        for (size_t row = 0, shift = 0; row < band->rows; row++, shift += form->stride[1]) {
            for (size_t k = 0; k < form->ntaps; k++)
                band->tap[k] = band->row[k] && at[k] >= 0 ? band->row[k] + shift + at[k] : form->outside;
            NAME(edge_cell)(band, band->place + shift, x);
        }
    }
}

/* Finds the rows that the taps of row (z, y) read, and how many rows up to y_end make one band with it. */
static void NAME(find_rows)(struct NAME(band) * band, size_t z, size_t y, size_t y_end)
{
    const struct pel_stencil_form *form = band->sweep->form;
    const struct pel_stencil_axis *axis = form->axis;
    const T *from = band->sweep->from;
    bool inner = z >= axis[0].inner && z < axis[0].inner_last && y >= axis[1].inner && y < axis[1].inner_last;
    band->inner = inner;
    band->rows = inner ? clamp(clamp(axis[1].inner_last, y, y_end) - y, 1, band->most_rows) : 1;
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
    for (; y < y_end; y += band->rows) {
        NAME(find_rows)(band, z, y, y_end);
        NAME(edge)(band, begin, low);
        NAME(inner)(band, low, high);
        NAME(edge)(band, high, end);
        for (size_t row = 0; band->sweep->first && row < band->rows; row++)
            NAME(pel_stencil_keep)(band->sweep, pel_stencil_row_start(form, z, y + row));
    }
}

/* params[0]: KiB of cache for a band; most_rows: that may be computed at once. */
static void NAME(sweep_bands)(const struct pel_sweep *sweep, const int32_t *params, size_t most_rows)
{
    const size_t *begin = sweep->begin, *end = sweep->end, ntaps = sweep->form->ntaps;
    size_t rows = rows_of_band(sweep, (size_t)params[0] << 10, sizeof(T)), cells = PEL_STENCIL_OUTSIDE_ROW;
    struct NAME(band) band = {.sweep = sweep, .params = params, .most_rows = most_rows};
    band.row = (const T **)sweep->pointers;
    band.tap = band.row + ntaps;
    band.coef = band.tap + ntaps;
    for (size_t y = begin[1]; y < end[1]; y += rows)
        for (size_t x = begin[2]; x < end[2]; x += cells)
            for (size_t z = begin[0]; z < end[0]; z++)
                NAME(tile)(&band, z, y, clamp(y + rows, y, end[1]), x, clamp(x + cells, x, end[2]));
}

#endif
