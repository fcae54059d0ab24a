/* Sorts up to 16 rows of codes in registers. Read once per type of code.
 *
 * The codes are a matrix of `rows` rows (1, 2, 4, 8 or 16), each one register. Sorting networks first sort all columns
 * at once: M. W. Green's network of 60 comparators for 16 rows. Then neighbouring groups of columns are merged, 1 with
 * 1, 2 with 2 and so on, without a transposition (M. Blacher et al. 2022).
 *
 * The merge: within a group of m lanes, the left half holds a sorted run A and the right half a sorted run B, both row
 * by row. Mirroring the lower half of the rows and their lanes puts A's smallest codes opposite B's largest; ordering
 * opposite codes, as a bitonic merge begins, leaves the smaller half of all codes in the upper rows. There the first
 * half of a bitonic sequence lies in the left lanes forwards, the second in the right lanes backwards, so that the next
 * step of the merge is once more the mirror, on half the rows; the same holds below, up to a rotation of the sequence,
 * which stays bitonic. When one row is left the lanes are mirrored, and from there on ordered at half the distance. */

#define ALWAYS_INLINE __attribute__((always_inline)) static inline

/* A line is a layer of comparators that do not depend on each other. */
/* clang-format off */
#define ORDER(i, j) R(order)(&r[i], &r[j]);

ALWAYS_INLINE void NAME(sort_4_rows)(ROW *r)
{
    ORDER(0, 1) ORDER(2, 3)
    ORDER(0, 2) ORDER(1, 3)
    ORDER(1, 2)
}

ALWAYS_INLINE void NAME(sort_8_rows)(ROW *r)
{
    ORDER(0, 1) ORDER(2, 3) ORDER(4, 5) ORDER(6, 7)
    ORDER(0, 2) ORDER(1, 3) ORDER(4, 6) ORDER(5, 7)
    ORDER(1, 2) ORDER(5, 6) ORDER(0, 4) ORDER(3, 7)
    ORDER(1, 5) ORDER(2, 6)
    ORDER(1, 4) ORDER(3, 6)
    ORDER(2, 4) ORDER(3, 5)
    ORDER(3, 4)
}

ALWAYS_INLINE void NAME(sort_16_rows)(ROW *r)
{
    ORDER(0, 1) ORDER(2, 3) ORDER(4, 5) ORDER(6, 7) ORDER(8, 9) ORDER(10, 11) ORDER(12, 13) ORDER(14, 15)
    ORDER(0, 2) ORDER(1, 3) ORDER(4, 6) ORDER(5, 7) ORDER(8, 10) ORDER(9, 11) ORDER(12, 14) ORDER(13, 15)
    ORDER(0, 4) ORDER(1, 5) ORDER(2, 6) ORDER(3, 7) ORDER(8, 12) ORDER(9, 13) ORDER(10, 14) ORDER(11, 15)
    ORDER(0, 8) ORDER(1, 9) ORDER(2, 10) ORDER(3, 11) ORDER(4, 12) ORDER(5, 13) ORDER(6, 14) ORDER(7, 15)
    ORDER(5, 10) ORDER(6, 9) ORDER(3, 12) ORDER(13, 14) ORDER(4, 8) ORDER(7, 11) ORDER(1, 2)
    ORDER(1, 4) ORDER(7, 13) ORDER(2, 8) ORDER(11, 14)
    ORDER(2, 4) ORDER(5, 6) ORDER(9, 10) ORDER(11, 13) ORDER(3, 8) ORDER(7, 12)
    ORDER(6, 8) ORDER(10, 12) ORDER(3, 5) ORDER(7, 9)
    ORDER(3, 4) ORDER(5, 6) ORDER(7, 8) ORDER(9, 10) ORDER(11, 12)
    ORDER(6, 7) ORDER(8, 9)
}

#undef ORDER
/* clang-format on */

/* One step of the merge. */
ALWAYS_INLINE void NAME(mirror_rows)(ROW *r, int rows, int m)
{
    for (int i = 0; i < rows / 2; i++) {
        ROW *opposite = &r[rows - 1 - i];
        *opposite = R(exchange)(*opposite, m - 1);
        R(order)(&r[i], opposite);
    }
}

ALWAYS_INLINE void NAME(merge_4_rows)(ROW *r, int m)
{
    NAME(mirror_rows)(r, 4, m);
    NAME(mirror_rows)(r, 2, m);
    NAME(mirror_rows)(r + 2, 2, m);
}

ALWAYS_INLINE void NAME(merge_8_rows)(ROW *r, int m)
{
    NAME(mirror_rows)(r, 8, m);
    NAME(merge_4_rows)(r, m);
    NAME(merge_4_rows)(r + 4, m);
}

ALWAYS_INLINE void NAME(merge_16_rows)(ROW *r, int m)
{
    NAME(mirror_rows)(r, 16, m);
    NAME(merge_8_rows)(r, m);
    NAME(merge_8_rows)(r + 8, m);
}

ALWAYS_INLINE void NAME(order_in_rows)(ROW *r, int rows, int distance)
{
    for (int i = 0; i < rows; i++)
        r[i] = R(order_lanes)(r[i], distance);
}

/* Merges the halves of each group of m lanes. No loop here has a variable bound once m and rows are known: compilers
 * keep the rows in registers only if nothing indexes them. */
ALWAYS_INLINE void NAME(merge_columns)(ROW *r, int rows, int m)
{
    if (rows == 16)
        NAME(merge_16_rows)(r, m);
    else if (rows == 8)
        NAME(merge_8_rows)(r, m);
    else if (rows == 4)
        NAME(merge_4_rows)(r, m);
    else if (rows == 2)
        NAME(mirror_rows)(r, 2, m);
    NAME(order_in_rows)(r, rows, m - 1);
    if (m >= 16)
        NAME(order_in_rows)(r, rows, 4);
    if (m >= 8)
        NAME(order_in_rows)(r, rows, 2);
    if (m >= 4)
        NAME(order_in_rows)(r, rows, 1);
}

/* Sorts n codes, more than rows / 2 rows and at most all of them, into `to`, which may be where they are. */
ALWAYS_INLINE void NAME(sort_rows)(const NAME(code) * from, NAME(code) * to, size_t n, int rows)
{
    const int lanes = NAME(lanes);
    const ROW last = R(set1)(NAME(largest));
    ROW r[16];
    for (int i = 0; i < rows; i++) {
        size_t at = (size_t)(i * lanes), left = n > at ? n - at : 0;
        r[i] = i < rows / 2 ? R(load)(from + at) : R(load_part)(from + at, left < lanes ? left : lanes, last);
    }
    if (rows == 16)
        NAME(sort_16_rows)(r);
    else if (rows == 8)
        NAME(sort_8_rows)(r);
    else if (rows == 4)
        NAME(sort_4_rows)(r);
    else if (rows == 2)
        R(order)(&r[0], &r[1]);
    if (lanes >= 2)
        NAME(merge_columns)(r, rows, 2);
    if (lanes >= 4)
        NAME(merge_columns)(r, rows, 4);
    if (lanes >= 8)
        NAME(merge_columns)(r, rows, 8);
    if (lanes >= 16)
        NAME(merge_columns)(r, rows, 16);
    for (int i = 0; i < rows; i++) {
        size_t at = (size_t)(i * lanes), left = n > at ? n - at : 0;
        if (i < rows / 2)
            R(store)(to + at, r[i]);
        else
            R(store_part)(to + at, left < lanes ? left : lanes, r[i]);
    }
}

#undef ALWAYS_INLINE

/* Sorts up to 16 rows of codes into `to`, which may be where they are. */
static void NAME(sort_few_to)(const NAME(code) * from, NAME(code) * to, size_t n)
{
    size_t rows = (n + NAME(lanes) - 1) / NAME(lanes);
    if (rows > 8)
        NAME(sort_rows)(from, to, n, 16);
    else if (rows > 4)
        NAME(sort_rows)(from, to, n, 8);
    else if (rows > 2)
        NAME(sort_rows)(from, to, n, 4);
    else if (rows > 1)
        NAME(sort_rows)(from, to, n, 2);
    else
        NAME(sort_rows)(from, to, n, 1);
}

static void NAME(sort_few)(NAME(code) * codes, size_t n)
{
    NAME(sort_few_to)(codes, codes, n);
}
