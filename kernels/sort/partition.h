/* Partition in place, a register at a time. Read once per type of code.
 *
 * Four rows at each end are held back in registers, so that there is always room to write: the gaps at both ends add
 * up to eight rows. Four rows are read from the side with the smaller gap, after which each gap has room for four;
 * every one of them is split, small codes first, and stored whole at both ends of the room, where the codes of the
 * other kind are overwritten later. When nothing is left to read the gaps are one, and what was held back fills it. M.
 * Blacher, J. Giesen, P. Sanders, J. Wassenberg, "Vectorized and performance-portable Quicksort" (2022). */

enum { NAME(four) = 4 * NAME(lanes) };

/* What lies between the codes known not to be greater than the pivot and those known to be: the gaps, and between them
 * what is yet to be read. */
struct NAME(room) {
    NAME(code) * start;
    size_t size;
    ROW pivot;
};

/* Stores a row. The room is at least two rows, or one, which both stores then fill with the same. */
static inline void NAME(put)(struct NAME(room) * room, ROW row)
{
    size_t small;
    ROW split = R(split)(row, room->pivot, &small);
    room->size -= NAME(lanes);
    R(store)(room->start, split);
    R(store)(room->start + room->size, split);
    room->start += small;
}

static inline void NAME(put_four)(struct NAME(room) * room, const ROW *row)
{
    NAME(put)(room, row[0]);
    NAME(put)(room, row[1]);
    NAME(put)(room, row[2]);
    NAME(put)(room, row[3]);
}

static inline void NAME(load_four)(const NAME(code) * from, ROW *row)
{
    row[0] = R(load)(from);
    row[1] = R(load)(from + NAME(lanes));
    row[2] = R(load)(from + 2 * NAME(lanes));
    row[3] = R(load)(from + 3 * NAME(lanes));
}

/* Puts n codes, less than four rows. Those that pad the last row are the largest: they are split off behind the others,
 * or all of the row is small. */
static inline void NAME(put_rest)(struct NAME(room) * room, const NAME(code) * rest, size_t n)
{
    for (; n >= NAME(lanes); n -= NAME(lanes), rest += NAME(lanes))
        NAME(put)(room, R(load)(rest));
    size_t small;
    ROW split = R(split)(R(load_part)(rest, n, R(set1)(NAME(largest))), room->pivot, &small);
    room->size -= n;
    R(store_part)(room->start, n, split);
    R(store_part)(room->start + room->size, n, split);
    room->start += small < n ? small : n;
}

/* Moves the codes that are not greater than the pivot to the front; returns how many. n: at least 16 rows. */
static size_t NAME(partition)(NAME(code) * codes, size_t n, T pivot)
{
    ROW first[4], last[4], row[4];
    NAME(code) rest[NAME(four)];
    size_t nrest = n % NAME(four);
    struct NAME(room) room = {codes, n, R(set1)(pivot)};
    NAME(load_four)(codes, first);
    NAME(load_four)(codes + n - NAME(four), last);
    memcpy(rest, codes + NAME(four), sizeof rest);
    const NAME(code) *left = codes + NAME(four) + nrest, *right = codes + n - NAME(four);
    while (left < right) {
        bool from_left = left - room.start <= room.start + room.size - right;
        NAME(load_four)(from_left ? left : right - NAME(four), row);
        left += from_left ? NAME(four) : 0;
        right -= from_left ? 0 : NAME(four);
        NAME(put_four)(&room, row);
    }
    NAME(put_rest)(&room, rest, nrest);
    NAME(put_four)(&room, first);
    NAME(put_four)(&room, last);
    return (size_t)(room.start - codes);
}
