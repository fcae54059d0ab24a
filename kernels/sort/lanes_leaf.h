/* The function of each dtype of the kernel lanes. */
#include "kernels/sort/order.h"

#define CODE__(x, bits) x##i##bits
#define CODE_(x, bits)  CODE__(x, bits)
#define CODE(x)         CODE_(x##_, T_BITS)

/* Rows are far from each other, on other pages most often: they are asked for before they are wanted. */
static inline void NAME(ask_for)(const struct pel_series *series, size_t i)
{
    if (i >= series->length)
        return;
    const NAME(word) *row = (const NAME(word) *)series->data + i * series->stride;
    for (size_t k = 0; k < series->count; k += PEL_SERIES_LINE / sizeof(T))
        __builtin_prefetch(row + k, 1);
    __builtin_prefetch(row + series->count - 1, 1);
}

enum { NAME(ahead) = 16 };

/* Elements of a row that become codes at once: compilers vectorise long loops better than short ones. */
enum { NAME(chunk) = 256 };

/* Keys from ... of row i of the tile become codes: each vector goes to a matrix that is one vector wide. */
static inline void NAME(spread_row)(const struct pel_series *series, const NAME(word) * row, NAME(word) * codes,
                                    size_t matrix)
{
    CODE(code) buffer[NAME(chunk) + CODE(lanes)];
    for (size_t from = 0; from < series->count; from += NAME(chunk)) {
        size_t n = series->count - from < NAME(chunk) ? series->count - from : NAME(chunk);
        NAME(encode_to)((S *)buffer, row + from, n, series->descending);
        for (size_t k = 0; k < n; k += CODE(lanes))
            CODE(copy_row)((CODE(code) *)(void *)codes + (from + k) / CODE(lanes) * matrix, buffer + k);
    }
}

static inline void NAME(unite_row)(const struct pel_series *series, NAME(word) * row, const NAME(word) * codes,
                                   size_t matrix)
{
    CODE(code) buffer[NAME(chunk) + CODE(lanes)];
    for (size_t from = 0; from < series->count; from += NAME(chunk)) {
        size_t n = series->count - from < NAME(chunk) ? series->count - from : NAME(chunk);
        for (size_t k = 0; k < n; k += CODE(lanes))
            CODE(copy_row)(buffer + k, (const CODE(code) *)(const void *)codes + (from + k) / CODE(lanes) * matrix);
        NAME(decode_to)(row + from, (const S *)buffer, n, series->descending);
    }
}

static void NAME(sort_in_lanes)(const struct pel_series *series, NAME(word) * codes)
{
    enum { LANES_ = CODE(lanes) };
    NAME(word) *keys = series->data;
    size_t rows = (series->length + PEL_SERIES_ROWS - 1) / PEL_SERIES_ROWS * PEL_SERIES_ROWS, matrix = rows * LANES_;
    size_t count = (series->count + LANES_ - 1) / LANES_;
    for (size_t i = 0; i < series->length; i++) {
        NAME(ask_for)(series, i + NAME(ahead));
        NAME(spread_row)(series, keys + i * series->stride, codes + i * LANES_, matrix);
    }
    for (size_t k = 0; k < count; k++) {
        for (size_t i = series->length * LANES_; i < matrix; i++)
            codes[k * matrix + i] = (U)CODE(largest);
        CODE(sort_columns)((CODE(code) *)(void *)(codes + k * matrix), rows);
    }
    for (size_t i = 0; i < series->length; i++) {
        NAME(ask_for)(series, i + NAME(ahead));
        NAME(unite_row)(series, keys + i * series->stride, codes + i * LANES_, matrix);
    }
}

/* Each series becomes a row; rows are a cache line longer than they need be, lest they start at the same place of all
 * pages. */
static void NAME(sort_in_rows)(const struct pel_series *series, NAME(word) * codes)
{
    NAME(word) *keys = series->data;
    size_t pitch = (series->length + PEL_SERIES_ROWS - 1) / PEL_SERIES_ROWS * PEL_SERIES_ROWS + PEL_SERIES_SPARE;
    for (size_t i = 0; i < series->length; i++) {
        const NAME(word) *row = keys + i * series->stride;
        NAME(ask_for)(series, i + NAME(ahead));
        for (size_t k = 0; k < series->count; k++)
            codes[k * pitch + i] = NAME(encode_one)(row[k], series->descending);
    }
    for (size_t k = 0; k < series->count; k++)
        CODE(sort_each)((CODE(code) *)(void *)(codes + k * pitch), series->length);
    for (size_t i = 0; i < series->length; i++) {
        NAME(word) *row = keys + i * series->stride;
        NAME(ask_for)(series, i + NAME(ahead));
        for (size_t k = 0; k < series->count; k++)
            row[k] = NAME(decode_one)(codes[k * pitch + i], series->descending);
    }
}

static void NAME(sort_series)(const struct pel_series *series, void *scratch, const int32_t *params)
{
    if (series->length <= (size_t)params[1])
        NAME(sort_in_lanes)(series, scratch);
    else
        NAME(sort_in_rows)(series, scratch);
}

#undef CODE__
#undef CODE_
#undef CODE
