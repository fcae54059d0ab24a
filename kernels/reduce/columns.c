/* Exact sums of many columns of a matrix at once: reductions over an axis.
 *
 * Each column, or each lane of a column whose elements are neighbours, is a chain of folds (fold.h) in doubles: one
 * level where that takes all elements whole, as it mostly does for floats, else two. All columns of a piece share their
 * anchors, and the evidence that nothing was lost. What a level has gathered is its distance from the anchor, a double;
 * two of them add up to the nearest double and what that leaves (few.h).
 *
 * A piece without the evidence is measured and done again, then with two levels, and is at last left to the caller; so
 * are columns where the sign of a zero is in question. */
#ifndef T

#include "kernels/reduce/columns.h"
#include "kernels/reduce/few.h"
#include "kernels/reduce/fold.h"

enum {
    TOGETHER = 4,           /* rows that pass a chain before it is stored, if they lie */
    PAGE = 1 << 12,         /* this far apart: processors foresee one stream of reads a page */
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
    if (levels == WATCHED) {
        chain[0] += x;
        return;
    }
    if (levels == 1) {
        evidence_add(&piece->evidence, &chain[0], x, piece->anchor[0], 0);
        return;
    }
    v_f64 rest = evidence_split(&piece->evidence, &chain[0], x, piece->anchor[0], 0);
    evidence_add(&piece->evidence, &chain[1], rest, piece->anchor[1], 1);
}

/* Whether a chain left its binade, from the bits of all. */
INLINE v_u64 chain_moved(const struct piece *piece, v_f64 *chain, int level)
{
    evidence_await(chain);
    return ((v_u64)*chain ^ (v_u64)piece->anchor[level]) >> 52;
}

/* Whether all chains, none of which left its binade, took all of their terms. */
INLINE bool piece_is_exact(const struct piece *piece, size_t rows, int levels)
{
    return levels == WATCHED ? evidence_is_whole(&piece->evidence, piece->exponent, rows)
                             : evidence_holds(&piece->evidence);
}

/* A number of doubles from memory, if not all lanes then the first ones. */
INLINE void store_lanes(double *to, v_f64 v, size_t count)
{
    memcpy(to, &v, (count < WIDTH ? count : WIDTH) * sizeof *to);
}

/* Makes results of exact sums, value + rest: see columns.h. */
static void finish(const struct pel_columns *job)
{
    const v_f64 none = {0}, unknown = v_set1_f64((double)NAN);
    for (size_t i = 0; i < job->columns; i += WIDTH) {
        size_t count = job->columns - i < WIDTH ? job->columns - i : WIDTH;
        v_f64 value = v_load_part_f64(job->value + i, count, none), rest = v_load_part_f64(job->rest + i, count, none);
        v_i64 sure = value == value, inexact = rest != 0;
        if (job->terms > 0)
            value = divide(value, rest, (double)job->terms, &sure, &inexact);
        if (job->narrow)
            sure &= (value == 0) | ~inexact | round_again(value);
        v_store_part_f64(job->value + i, count, v_select_f64(sure, value, unknown));
    }
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

/* Adds the elements of a vector, each to its chain; what lies beyond `count` is no element. */
INLINE void NAME(add_vector)(struct piece *piece, v_f64 (*chain)[PAIR], const T *x, size_t count, int levels)
{
    T part[LANES];
    if (count < LANES) {
        V(store)(part, V(load_part)(x, count, (VT){0}));
        x = part;
    }
#if T_BITS == 32
    if (levels == WATCHED)
        evidence_watch(&piece->evidence, x);
#endif
    for (size_t i = 0; i < LANES; i += WIDTH)
        piece_add(piece, chain[i / WIDTH], NAME(load)(x + i), levels);
}

/* Chains of all columns of a stripe, level by level: those that are in use lie together in the first cache. */
struct NAME(chains) {
    v_f64 level[PAIR][STRIPE / WIDTH];
};

/* Passes the terms of some rows through the chains of a vector of columns, or of the first `count` of them. */
INLINE void NAME(pass_vector)(struct piece *piece, struct NAME(chains) * chains, const T *const *row, size_t c,
                              size_t count, size_t together, int levels)
{
    v_f64 sum[LANES / WIDTH][PAIR];
    for (size_t i = 0; i < LANES / WIDTH; i++) {
        for (int level = 0; level < levels_of(levels); level++)
            sum[i][level] = chains->level[level][c / WIDTH + i];
    }
#pragma GCC unroll 4
    for (size_t k = 0; k < together; k++)
        NAME(add_vector)(piece, sum, row[k] + c, count, levels);
    for (size_t i = 0; i < LANES / WIDTH; i++) {
        for (int level = 0; level < levels_of(levels); level++)
            chains->level[level][c / WIDTH + i] = sum[i][level];
    }
}

/* Rows are contiguous: passes this many of them, from `first` up, through the chains, a cache line of each at a time.
 */
INLINE void NAME(pass_rows)(struct piece *piece, struct NAME(chains) * chains, const struct pel_columns *job,
                            size_t first, size_t together, int levels)
{
    enum { PER_LINE = LINE / sizeof(T) };
    const T *row[TOGETHER];
    uintptr_t step = (uintptr_t)job->row_stride, ahead = step * together;
    size_t c = 0;
    if (job->row_stride > 0 && ahead < piece->ahead)
        ahead = piece->ahead / step * step;
#pragma GCC unroll 4
    for (size_t k = 0; k < together; k++)
        row[k] = NAME(at)(job, first + k, 0);
    for (; c + PER_LINE <= job->columns; c += PER_LINE) {
#pragma GCC unroll 4
        for (size_t k = 0; k < together; k++)
            __builtin_prefetch((const void *)((uintptr_t)(row[k] + c) + ahead));
#pragma GCC unroll 1 /* registers are few */
        for (size_t i = 0; i < PER_LINE; i += LANES)
            NAME(pass_vector)(piece, chains, row, c + i, LANES, together, levels);
    }
    for (; c < job->columns; c += LANES)
        NAME(pass_vector)(piece, chains, row, c, job->columns - c, together, levels);
}

/* Sums the columns of a stripe whose rows are contiguous; false without the evidence. */
INLINE bool NAME(across)(struct piece *piece, const struct pel_columns *job, int levels)
{
    struct NAME(chains) chains;
    v_u64 moved = {0};
    size_t row = 0, vectors = (job->columns + LANES - 1) / LANES * (LANES / WIDTH);
    for (int level = 0; level < levels_of(levels); level++) {
        for (size_t i = 0; i < vectors; i++)
            chains.level[level][i] = piece->anchor[level];
    }
    bool apart = job->row_stride >= PAGE || job->row_stride <= -PAGE;
    for (; apart && row + TOGETHER <= job->rows; row += TOGETHER)
        NAME(pass_rows)(piece, &chains, job, row, TOGETHER, levels);
    for (; row < job->rows; row++)
        NAME(pass_rows)(piece, &chains, job, row, 1, levels);
    for (int level = 0; level < levels_of(levels); level++) {
        for (size_t i = 0; i < vectors; i++)
            moved |= chain_moved(piece, &chains.level[level][i], level);
    }
    if (!piece_is_exact(piece, job->rows, levels) || v_any_u64(moved))
        return false;
    for (size_t i = 0; i * WIDTH < job->columns; i++) {
        v_f64 sum = chains.level[0][i] - piece->anchor[0], rest = {0};
        if (levels > 1) {
            rest = chains.level[1][i] - piece->anchor[1];
            two_sum(&sum, &rest);
        }
        store_lanes(job->value + i * WIDTH, sum, job->columns - i * WIDTH);
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
            for (size_t k = 0; k < STEP; k += LANES)
                NAME(add_vector)(piece, &chain[k / WIDTH], x + i + k, LANES, levels);
        }
        for (; i < job->rows; i += LANES)
            NAME(add_vector)(piece, chain, x + i, job->rows - i, levels);
        for (int level = 0; level < levels_of(levels); level++) {
            v_u64 units = {0}; /* without signs, as chains that have left their binade may be anywhere */
            for (int k = 0; k < CHAINS; k++)
                units += (v_u64)chain[k][level] - (v_u64)piece->anchor[level];
            int64_t m = (int64_t)v_total_u64(units);
            wide |= (int64_t)((uint64_t)m + (UINT64_C(1) << 52)) >> 53;
            total[level] = (double)m * piece->unit[level];
        }
        for (int level = 0; level < levels_of(levels); level++) {
            for (int k = 0; k < CHAINS; k++)
                moved |= chain_moved(piece, &chain[k][level], level);
        }
        job->value[c] = total[0];
        job->rest[c] = total[1];
    }
    if (!piece_is_exact(piece, job->rows, levels) || v_any_u64(moved) || wide)
        return false;
    for (size_t c = 0; c < job->columns; c += WIDTH) {
        v_f64 sum = {0}, rest = {0};
        size_t count = job->columns - c < WIDTH ? job->columns - c : WIDTH;
        memcpy(&sum, job->value + c, count * sizeof(double));
        memcpy(&rest, job->rest + c, count * sizeof(double));
        two_sum(&sum, &rest);
        store_lanes(job->value + c, sum, count);
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
    if (T_BITS == 32 && levels == WATCHED)
        return down ? NAME(along)(&piece, job, WATCHED) : NAME(across)(&piece, job, WATCHED);
    if (T_BITS == 32 && levels == 1)
        return down ? NAME(along)(&piece, job, 1) : NAME(across)(&piece, job, 1);
    return down ? NAME(along)(&piece, job, PAIR) : NAME(across)(&piece, job, PAIR);
}

/* A sum of zero has the sign of its terms if they are all zeros of one sign. */
static void NAME(doubt_zeros)(const struct pel_columns *job)
{
    for (size_t c = 0; c < job->columns; c++) {
        T first = *NAME(at)(job, 0, c);
        if (job->value[c] == 0 && first == 0 && signbit(first))
            job->value[c] = NAN;
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
                job->value[c] = NAN;
            return;
        }
    }
    NAME(doubt_zeros)(job);
    finish(job);
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
        job.value = all->value + done;
        job.rest = all->rest + done;
        NAME(try_piece)(&job, (uintptr_t)params[0]);
    }
    all->exponent = job.exponent;
    all->more = job.more;
}

#endif
