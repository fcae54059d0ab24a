/* Sorts the columns of a matrix of codes that is one row of lanes wide. Read once per type of code.
 *
 * Blocks of 16 rows are sorted in registers, then runs of 16, 32, 64, ... rows are merged in pairs. A bitonic merge
 * orders each row of the first run with its mirror image in the second, and what is then bitonic on either side at half
 * the distance, a quarter, and so on. Up to four of these steps are done on 16 rows that are in registers: the rows at
 * one place in each of 16 equal parts are all that the steps bring together, since the mirror image of a place is the
 * same for all parts.
 *
 * The matrix is a multiple of 16 rows high. Rows beyond its end count as the largest code: no step would move them, so
 * they need not be there. */

typedef struct {
    NAME(code) * codes;
    size_t rows;
} NAME(matrix);

static inline void NAME(copy_row)(NAME(code) * to, const NAME(code) * from)
{
    R(store)(to, R(load)(from));
}

/* whole: all rows that are asked for are there. */
__attribute__((always_inline)) static inline ROW NAME(get)(const NAME(matrix) * matrix, size_t row, bool whole)
{
    return whole || row < matrix->rows ? R(load)(matrix->codes + row * NAME(lanes)) : R(set1)(NAME(largest));
}

__attribute__((always_inline)) static inline void NAME(set)(const NAME(matrix) * matrix, size_t row, ROW value,
                                                            bool whole)
{
    if (whole || row < matrix->rows)
        R(store)(matrix->codes + row * NAME(lanes), value);
}

/* Orders the first half of the rows with the second. As in network.h, loops have constant bounds, or rows would not
 * stay in registers. */
__attribute__((always_inline)) static inline void NAME(order_halves)(ROW *r, int parts)
{
    for (int i = 0; i < parts / 2; i++)
        R(order)(&r[i], &r[parts / 2 + i]);
}

__attribute__((always_inline)) static inline void NAME(clean_4)(ROW *r)
{
    NAME(order_halves)(r, 4);
    R(order)(&r[0], &r[1]);
    R(order)(&r[2], &r[3]);
}

__attribute__((always_inline)) static inline void NAME(clean_8)(ROW *r)
{
    NAME(order_halves)(r, 8);
    NAME(clean_4)(r);
    NAME(clean_4)(r + 4);
}

__attribute__((always_inline)) static inline void NAME(clean_16)(ROW *r)
{
    NAME(order_halves)(r, 16);
    NAME(clean_8)(r);
    NAME(clean_8)(r + 8);
}

/* Sorts up to 8 rows that are bitonic. */
__attribute__((always_inline)) static inline void NAME(clean)(ROW *r, int parts)
{
    if (parts == 8)
        NAME(clean_8)(r);
    else if (parts == 4)
        NAME(clean_4)(r);
    else if (parts == 2)
        R(order)(&r[0], &r[1]);
}

/* The first log2(parts) steps of the merge of two runs that are 2 half rows from `start` on. */
__attribute__((always_inline)) static inline void NAME(merge_parts)(const NAME(matrix) * matrix, size_t start,
                                                                    size_t half, int parts, bool whole)
{
    const size_t step = 2 * half / (size_t)parts;
    for (size_t i = 0; i < step; i++) {
        ROW r[16];
        size_t low = start + i, high = start + half + step - 1 - i;
        for (int q = 0; q < parts / 2; q++) {
            r[q] = NAME(get)(matrix, low + (size_t)q * step, whole);
            r[parts / 2 + q] = NAME(get)(matrix, high + (size_t)q * step, whole);
        }
        for (int q = 0; q < parts / 2; q++)
            R(order)(&r[q], &r[parts - 1 - q]);
        NAME(clean)(r, parts / 2);
        NAME(clean)(r + parts / 2, parts / 2);
        for (int q = 0; q < parts / 2; q++) {
            NAME(set)(matrix, low + (size_t)q * step, r[q], whole);
            NAME(set)(matrix, high + (size_t)q * step, r[parts / 2 + q], whole);
        }
    }
}

__attribute__((always_inline)) static inline void NAME(merge_first)(const NAME(matrix) * matrix, size_t start,
                                                                    size_t half, int parts)
{
    if (start + 2 * half <= matrix->rows)
        NAME(merge_parts)(matrix, start, half, parts, true);
    else
        NAME(merge_parts)(matrix, start, half, parts, false);
}

__attribute__((always_inline)) static inline void NAME(clean_parts)(const NAME(matrix) * matrix, size_t start,
                                                                    size_t step, bool whole)
{
    for (size_t i = start; i < start + step; i++) {
        ROW r[16];
        for (int q = 0; q < 16; q++)
            r[q] = NAME(get)(matrix, i + (size_t)q * step, whole);
        NAME(clean_16)(r);
        for (int q = 0; q < 16; q++)
            NAME(set)(matrix, i + (size_t)q * step, r[q], whole);
    }
}

/* Sorts a bitonic stretch of 16, 256, 4096, ... rows: four steps at a time, stretch by stretch, so that short ones stay
 * in the first-level cache. */
static void NAME(clean_stretch)(const NAME(matrix) * matrix, size_t start, size_t length)
{
    const size_t step = length / 16;
    if (start + length <= matrix->rows)
        NAME(clean_parts)(matrix, start, step, true);
    else
        NAME(clean_parts)(matrix, start, step, false);
    for (size_t at = start; step > 1 && at < start + length && at < matrix->rows; at += step)
        NAME(clean_stretch)(matrix, at, step);
}

/* Merges the runs of `half` rows, 16 or more, from `start` on: of all steps, as many come first as leave whole fours.
 */
static void NAME(merge_runs)(const NAME(matrix) * matrix, size_t start, size_t half)
{
    int steps = __builtin_ctzll((unsigned long long)half) + 1, first = (steps - 1) % 4 + 1;
    if (first == 1)
        NAME(merge_first)(matrix, start, half, 2);
    else if (first == 2)
        NAME(merge_first)(matrix, start, half, 4);
    else if (first == 3)
        NAME(merge_first)(matrix, start, half, 8);
    else
        NAME(merge_first)(matrix, start, half, 16);
    size_t stretch = 2 * half >> first;
    for (size_t at = start; at < start + 2 * half && at < matrix->rows; at += stretch)
        NAME(clean_stretch)(matrix, at, stretch);
}

/* Sorts up to 2 half rows from `start` on: halves first, so that most merges find their rows in the nearest cache. */
static void NAME(sort_stretch)(const NAME(matrix) * matrix, size_t start, size_t length)
{
    if (length == 16) {
        ROW r[16];
        for (size_t q = 0; q < 16; q++)
            r[q] = R(load)(matrix->codes + (start + q) * NAME(lanes));
        NAME(sort_16_rows)(r);
        for (size_t q = 0; q < 16; q++)
            R(store)(matrix->codes + (start + q) * NAME(lanes), r[q]);
        return;
    }
    size_t half = length / 2;
    NAME(sort_stretch)(matrix, start, half);
    if (matrix->rows - start <= half)
        return;
    NAME(sort_stretch)(matrix, start + half, half);
    NAME(merge_runs)(matrix, start, half);
}

/* rows: a multiple of 16, not 0. */
static void NAME(sort_columns)(NAME(code) * codes, size_t rows)
{
    const NAME(matrix) matrix = {codes, rows};
    size_t length = 16;
    while (length < rows)
        length *= 2;
    NAME(sort_stretch)(&matrix, 0, length);
}
