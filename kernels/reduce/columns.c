/* Exact sums of many columns of a matrix at once: reductions over an axis.
 *
 * Each column, or each lane of a column whose elements are neighbours, is a chain of folds (fold.h) in doubles: one
 * level where that takes all elements whole, as it mostly does for floats, else two. All columns of a piece share their
 * anchors, and the evidence that nothing was lost. What a level has gathered is its distance from the anchor, a double;
 * two of them add up to the nearest double and what that leaves (D. E. Knuth, The Art of Computer Programming
 * 2, 4.2.2).
 *
 * A piece without the evidence is measured and done again, then with two levels, and is at last left to the caller; so
 * are columns where the sign of a zero is in question. */
#ifndef T

#include "kernels/reduce/columns.h"
#include "kernels/reduce/fold.h"

enum {
    TOGETHER = 4,           /* rows that pass a chain before it is stored */
    STRIPE = 1024,          /* columns whose chains stay in the first cache */
    STRIPE_BYTES = 1 << 15, /* of columns whose elements are neighbours */
    PAIR = 2,               /* levels at most */
};

/* Anchors, and evidence. */
struct piece {
    int exponent; /* of the first anchor */
    v_f64 anchor[PAIR];
    double unit[PAIR]; /* of an anchor's last place */
    uintptr_t ahead;   /* bytes that memory is asked for before they are due */
    struct evidence evidence;
};

/* 2^exponent, also where that is subnormal. */
static double power_of_two(int exponent)
{
    uint64_t bits = exponent < BOTTOM ? UINT64_C(1) << (exponent + 1074) : (uint64_t)(exponent + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

/* Terms below 2^(exponent - 1) in sum stay in the binade of an anchor. */
static void piece_start(struct piece *piece, int exponent, size_t rows, uintptr_t ahead)
{
    piece->exponent = exponent;
    piece->ahead = ahead;
    for (int level = 0; level < PAIR; level++) {
        uint64_t bits = (uint64_t)(exponent + 1023) << 52 | UINT64_C(1) << 51;
        piece->anchor[level] = (v_f64)v_set1_u64(bits);
        piece->unit[level] = power_of_two(exponent - 52);
        exponent += 66 - __builtin_clzll(rows) - 53;
        exponent = exponent < BOTTOM ? BOTTOM : exponent;
    }
    evidence_start(&piece->evidence);
}

/* Adds a term to a chain of one or two levels. */
INLINE void piece_add(struct piece *piece, v_f64 *chain, v_f64 x, int levels)
{
    if (levels == 1) {
        evidence_add(&piece->evidence, &chain[0], x, piece->anchor[0], 0);
        return;
    }
    v_f64 rest = evidence_split(&piece->evidence, &chain[0], x, piece->anchor[0], 0);
    evidence_add(&piece->evidence, &chain[1], rest, piece->anchor[1], 1);
}

/* Whether chains left their binade, from the bits of all. */
INLINE v_u64 piece_moved(const struct piece *piece, v_f64 *chain, int levels)
{
    v_u64 moved = {0};
    for (int level = 0; level < levels; level++) {
        evidence_await(&chain[level]);
        moved |= ((v_u64)chain[level] ^ (v_u64)piece->anchor[level]) >> 52;
    }
    return moved;
}

/* The sum of two numbers, and its rounding error, in place. */
INLINE void two_sum(v_f64 *a, v_f64 *b)
{
    v_f64 s = *a + *b, t = s - *a;
    *b = (*a - (s - t)) + (*b - t);
    *a = s;
}

/* A number of doubles from memory, if not all lanes then the first ones. */
INLINE void store_lanes(double *to, v_f64 v, size_t count)
{
    memcpy(to, &v, (count < WIDTH ? count : WIDTH) * sizeof *to);
}

#define PEL_SELF "kernels/reduce/columns.c"
#include "kernels/foreach_float.h"

#define AHEAD                                                                                                          \
    {                                                                                                                  \
        "ahead", 8192, 512, 16384, 0                                                                                   \
    }
const struct pel_kernel PEL_TABLE(reduce_columns)[] = {
    PEL_ROW(COLUMNS, f32, "fold", .run.columns = columns_f32, .params = {AHEAD}),
    PEL_ROW(COLUMNS, f64, "fold", .run.columns = columns_f64, .params = {AHEAD}),
    PEL_END_OF_TABLE,
};
#undef AHEAD

#else

static const T *NAME(at)(const struct pel_columns *job, size_t row, size_t column)
{
    return (const T *)(const void *)((const char *)job->x + (ptrdiff_t)row * job->row_stride +
                                     (ptrdiff_t)column * job->column_stride);
}

/* As many elements as there are lanes of double, or fewer and zeros. */
INLINE v_f64 NAME(load_lanes)(const T *p, size_t count)
{
    T rest[WIDTH] = {0};
    if (count >= WIDTH)
        return NAME(load)(p);
    memcpy(rest, p, count * sizeof *p);
    return NAME(load)(rest);
}

/* Rows are contiguous: passes this many of them, from `row` up, through the chains. */
INLINE void NAME(pass_rows)(struct piece *piece, v_f64 (*chain)[PAIR], const struct pel_columns *job, size_t row,
                            size_t together, int levels)
{
    uintptr_t step = (uintptr_t)job->row_stride, ahead = step * together;
    if (job->row_stride > 0 && ahead < piece->ahead)
        ahead = piece->ahead / step * step;
    for (size_t c = 0; c < job->columns; c += WIDTH) {
        v_f64 sum[PAIR] = {chain[c / WIDTH][0], chain[c / WIDTH][1]};
#pragma GCC unroll 4
        for (size_t k = 0; k < together; k++) {
            const T *x = NAME(at)(job, row + k, c);
            __builtin_prefetch((const void *)((uintptr_t)x + ahead));
            piece_add(piece, sum, NAME(load_lanes)(x, job->columns - c), levels);
        }
        chain[c / WIDTH][0] = sum[0];
        chain[c / WIDTH][1] = sum[1];
    }
}

/* Sums the columns of a stripe whose rows are contiguous; false without the evidence. */
INLINE bool NAME(across)(struct piece *piece, const struct pel_columns *job, int levels)
{
    v_f64 chain[STRIPE / WIDTH][PAIR];
    v_u64 moved = {0};
    size_t row = 0, vectors = (job->columns + WIDTH - 1) / WIDTH;
    for (size_t i = 0; i < vectors; i++)
        memcpy(chain[i], piece->anchor, sizeof chain[i]);
    for (; row + TOGETHER <= job->rows; row += TOGETHER)
        NAME(pass_rows)(piece, chain, job, row, TOGETHER, levels);
    for (; row < job->rows; row++)
        NAME(pass_rows)(piece, chain, job, row, 1, levels);
    for (size_t i = 0; i < vectors; i++)
        moved |= piece_moved(piece, chain[i], levels);
    if (!evidence_holds(&piece->evidence) || v_any_u64(moved))
        return false;
    for (size_t i = 0; i < vectors; i++) {
        v_f64 sum = chain[i][0] - piece->anchor[0], rest = chain[i][1] - piece->anchor[1];
        two_sum(&sum, &rest);
        store_lanes(job->sum + i * WIDTH, sum, job->columns - i * WIDTH);
        store_lanes(job->rest + i * WIDTH, rest, job->columns - i * WIDTH);
    }
    return true;
}

/* The same for columns that are contiguous, one after the other. A level of all chains together is a whole number of
 * units; `wide` collects whether it is more than a double takes. */
INLINE bool NAME(along)(struct piece *piece, const struct pel_columns *job, int levels)
{
    v_u64 moved = {0};
    int64_t wide = 0;
    for (size_t c = 0; c < job->columns; c++) {
        v_f64 chain[CHAINS][PAIR];
        const T *x = NAME(at)(job, 0, c);
        double total[PAIR] = {0, 0};
        size_t i = 0;
        for (int k = 0; k < CHAINS; k++)
            memcpy(chain[k], piece->anchor, sizeof chain[k]);
        for (; i + STEP <= job->rows; i += STEP) {
            NAME(ask_for)(x + i, piece->ahead);
#pragma GCC unroll 4
            for (int k = 0; k < CHAINS; k++)
                piece_add(piece, chain[k], NAME(load)(x + i + k * WIDTH), levels);
        }
        for (; i < job->rows; i += WIDTH)
            piece_add(piece, chain[0], NAME(load_lanes)(x + i, job->rows - i), levels);
        for (int level = 0; level < levels; level++) {
            v_u64 units = {0}; /* without signs, as chains that have left their binade may be anywhere */
            for (int k = 0; k < CHAINS; k++)
                units += (v_u64)chain[k][level] - (v_u64)piece->anchor[level];
            int64_t m = (int64_t)v_total_u64(units);
            wide |= (int64_t)((uint64_t)m + (UINT64_C(1) << 52)) >> 53;
            total[level] = (double)m * piece->unit[level];
        }
        for (int k = 0; k < CHAINS; k++)
            moved |= piece_moved(piece, chain[k], levels);
        job->sum[c] = total[0];
        job->rest[c] = total[1];
    }
    if (!evidence_holds(&piece->evidence) || v_any_u64(moved) || wide)
        return false;
    for (size_t c = 0; c < job->columns; c += WIDTH) {
        v_f64 sum = {0}, rest = {0};
        size_t count = job->columns - c < WIDTH ? job->columns - c : WIDTH;
        memcpy(&sum, job->sum + c, count * sizeof(double));
        memcpy(&rest, job->rest + c, count * sizeof(double));
        two_sum(&sum, &rest);
        store_lanes(job->sum + c, sum, count);
        store_lanes(job->rest + c, rest, count);
    }
    return true;
}

/* An exponent that all elements are below, for an anchor with room for as many as there are rows. */
static int NAME(measure_piece)(const struct pel_columns *job)
{
    bool down = job->row_stride == sizeof(T);
    size_t outer = down ? job->columns : job->rows, inner = down ? job->rows : job->columns;
    U largest = 0;
    for (size_t i = 0; i < outer; i++) {
        const T *x = down ? NAME(at)(job, 0, i) : NAME(at)(job, i, 0);
        for (size_t j = 0; j < inner; j++) {
            U bits;
            memcpy(&bits, &x[j], sizeof bits);
            bits <<= 1;
            largest = bits > largest ? bits : largest;
        }
    }
    int exponent = (int)(largest >> (T_SIGNIFICAND + 1)) - (T_BITS == 32 ? 127 : 1023) + 1;
    exponent += 66 - __builtin_clzll(job->rows); /* with a bit to spare for the next piece */
    return exponent < BOTTOM ? BOTTOM : exponent;
}

/* Whether it could be done with this anchor and these levels. */
static bool NAME(sum_piece)(const struct pel_columns *job, int exponent, int levels, uintptr_t ahead)
{
    struct piece piece;
    bool down = job->row_stride == sizeof(T);
    if (exponent > TOP)
        return false;
    piece_start(&piece, exponent, job->rows, ahead);
    if (levels == 1)
        return down ? NAME(along)(&piece, job, 1) : NAME(across)(&piece, job, 1);
    return down ? NAME(along)(&piece, job, PAIR) : NAME(across)(&piece, job, PAIR);
}

/* A sum of zero has the sign of its terms if they are all zeros of one sign. */
static void NAME(doubt_zeros)(const struct pel_columns *job)
{
    for (size_t c = 0; c < job->columns; c++) {
        T first = *NAME(at)(job, 0, c);
        if (job->sum[c] == 0 && first == 0 && signbit(first))
            job->sum[c] = job->rest[c] = NAN;
    }
}

static void NAME(try_piece)(struct pel_columns *job, uintptr_t ahead)
{
    enum { USUAL = NAME(SUM_LEVELS) };
    for (bool measured = false; !NAME(sum_piece)(job, job->exponent, USUAL + job->more, ahead); measured = true) {
        if (!measured) {
            job->exponent = NAME(measure_piece)(job);
        } else if (job->exponent <= TOP && USUAL + job->more < PAIR) {
            job->more++;
        } else {
            for (size_t c = 0; c < job->columns; c++)
                job->sum[c] = job->rest[c] = NAN;
            return;
        }
    }
    NAME(doubt_zeros)(job);
}

static void NAME(columns)(struct pel_columns *all, const int32_t *params)
{
    struct pel_columns job = *all;
    size_t stripe = STRIPE;
    if (job.row_stride == sizeof(T) && job.rows * sizeof(T) > STRIPE_BYTES / STRIPE)
        stripe = 1 + STRIPE_BYTES / (job.rows * sizeof(T));
    for (size_t done = 0; done < all->columns; done += stripe) {
        job.x = NAME(at)(all, 0, done);
        job.columns = all->columns - done < stripe ? all->columns - done : stripe;
        job.sum = all->sum + done;
        job.rest = all->rest + done;
        NAME(try_piece)(&job, (uintptr_t)params[0]);
    }
    all->exponent = job.exponent;
    all->more = job.more;
}

#endif
