/* Selection without a partition of all keys: a filter keeps the few codes around the one that is looked for, and when
 * it is known, keys that are on the wrong side of its place change places. Wrong ones are listed a chunk at a time
 * without branches: S. Edelkamp, A. Weiss, "BlockQuicksort: avoiding branch mispredictions in quicksort" (2016). */
#ifndef T

#include <string.h>

#include "kernels/kernel.h"
#include "kernels/simd/simd.h"
#include "kernels/sort/integers.h"
#include "kernels/sort/leaf.h"
#include "kernels/sort/random.h"
#include "kernels/sort/select.h"

#define PEL_SELF "kernels/sort/sieve.c"
#include "kernels/foreach_signed.h"
#undef PEL_SELF
#define PEL_SELF "kernels/sort/sieve_leaf.h"
#include "kernels/foreach_dtype.h"

#if PEL_ISA_IS(scalar)
#define TRAITS PEL_TRAIT_REFERENCE
#else
#define TRAITS 0
#endif
#define SIEVE(OP, T_) PEL_ROW(OP, T_, "sieve", .run.select = &leaf_##T_, .traits = TRAITS)
#define SIEVES(OP)    SIEVE(OP, f32), SIEVE(OP, f64), SIEVE(OP, i32), SIEVE(OP, i64), SIEVE(OP, u32), SIEVE(OP, u64)

const struct pel_kernel PEL_TABLE(sort_sieve)[] = {SIEVES(SELECT), SIEVES(PARTIAL_SORT), SIEVES(TOP_K),
                                                   PEL_END_OF_TABLE};

#else /* read once per type of code */

#include "kernels/sort/rows.h"

enum { NAME(chunk) = 256 };
static const T NAME(smallest) = (T)((U)1 << (T_BITS - 1));

/* Whether there is room for what is to be kept of n codes, at most a chunk; if not, it is only counted. */
static bool NAME(fits)(const NAME(code) * codes, size_t n, struct pel_select_filter *filter)
{
    const U low = (U)filter->low, width = (U)filter->high - low;
    U below = 0, inside = 0;
    for (size_t i = 0; i < n; i++) {
        below += codes[i] < (T)low ? 1 : 0;
        inside += (U)codes[i] - low <= width ? 1 : 0;
    }
    if (filter->nstored + inside <= filter->room)
        return true;
    filter->below += below;
    filter->inside += inside;
    return false;
}

/* Keeps those of n codes, at most a chunk, that are not less than low and not greater than high. What splits off in
 * front of a row is stored; the rest of the row is overwritten by the next. */
static void NAME(keep)(const NAME(code) * codes, size_t n, struct pel_select_filter *filter)
{
    const U low = (U)filter->low, width = (U)filter->high - low, flip = (U)NAME(smallest);
    NAME(code) *start = (NAME(code) *)filter->stored + filter->nstored, *to = start;
    const ROW pivot = R(set1)((T)(width ^ flip)), least = R(set1)((T)low), turn = R(set1)((T)flip);
    ROW below = R(set1)(0);
    T lane[NAME(lanes)];
    size_t i = 0;
    if (filter->nstored + n > filter->room && !NAME(fits)(codes, n, filter))
        return;
    for (; i + NAME(lanes) <= n; i += NAME(lanes)) {
        size_t count;
        ROW row = R(load)(codes + i);
        below += R(less)(row, least);
        R(store)(to, R(split)(R(minus)(row, least) ^ turn, pivot, &count));
        to += count;
    }
    R(store)(lane, below);
    for (int j = 0; j < NAME(lanes); j++)
        filter->below += (size_t)lane[j];
    for (; i < n; i++) {
        filter->below += codes[i] < (T)low;
        if ((U)codes[i] - low <= width)
            *to++ = (T)(((U)codes[i] - low) ^ flip);
    }
    filter->inside += (size_t)(to - start);
    filter->nstored += (size_t)(to - start);
}

/* Beyond the numbers of a chunk: the mark of what is not listed. */
enum { NAME(not_listed) = NAME(chunk) };

/* Marks lanes that are greater than the pivot, or with `strict` all ones, equal to it. */
static inline ROW NAME(mark)(ROW index, ROW code, ROW pivot, bool strict)
{
#if PEL_ISA_IS(scalar)
    return index + (code > pivot || (strict && code == pivot) ? NAME(not_listed) : 0);
#else
    ROW high = strict ? (ROW)(code >= pivot) : (ROW)(code > pivot);
    return index + (high & R(set1)(NAME(not_listed)));
#endif
}

static inline ROW NAME(count_up)(void)
{
    T index[NAME(lanes)];
    for (int i = 0; i < NAME(lanes); i++)
        index[i] = i;
    return R(load)(index);
}

/* Lists those of n codes, at most a chunk, that are high (or low); returns how many. low: less than the pivot, or also
 * equal if not strict. List: room for a chunk and a row. */
static size_t NAME(list)(const NAME(code) * codes, size_t n, T pivot_code, bool strict, bool high, NAME(code) * list)
{
    const ROW pivot = R(set1)(pivot_code), flip = R(set1)(high ? NAME(not_listed) : 0);
    const ROW listed = R(set1)(NAME(not_listed) - 1), step = R(set1)(NAME(lanes));
    ROW index = NAME(count_up)();
    size_t total = 0, i = 0;
    for (; i + NAME(lanes) <= n; i += NAME(lanes)) {
        size_t count;
        ROW marked = NAME(mark)(index, R(load)(codes + i), pivot, strict) ^ flip;
        R(store)(list + total, R(split)(marked, listed, &count));
        total += count;
        index += step;
    }
    for (; i < n; i++) {
        list[total] = (T)i;
        total += (codes[i] > pivot_code || (strict && codes[i] == pivot_code)) == high;
    }
    return total;
}

#endif
