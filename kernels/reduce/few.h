/* Results of few terms, from their sum as two doubles, high + low, that nothing was rounded off from: then one more
 * addition rounds it, and a quotient or a root comes with what it leaves.
 *
 * Two numbers add up to the nearest double and a rest that is a double, too (D. E. Knuth, The Art of Computer
 * Programming 2, 4.2.2). The terms add up to `high`, the rests of that to `low`; where rests of rests are not zero, or
 * anything overflows, there is no result. */
#ifndef PEL_KERNELS_REDUCE_FEW_H
#define PEL_KERNELS_REDUCE_FEW_H

#include <float.h>

#include "kernels/reduce/fold.h"

enum { FEW = 64 }; /* terms; more are faster in blocks */

/* In each lane a sum. */
struct pair {
    v_f64 high, low;
    v_u64 lost; /* with any bit but the sign: more than the two hold */
};

/* The sum of two numbers, and its rounding error, in place. */
INLINE void two_sum(v_f64 *a, v_f64 *b)
{
    v_f64 s = *a + *b, t = s - *a;
    *b = (*a - (s - t)) + (*b - t);
    *a = s;
}

/* The sum less the larger of the two is exact (Dekker 1971), so that it is the smaller one just where the sum is exact,
 * too. Which is the larger is not known: both are compared. */
INLINE void pair_add_low(struct pair *pair, v_f64 x)
{
    v_f64 low = pair->low, s = low + x;
    pair->lost |= ((v_u64)(s - low) ^ (v_u64)x) | ((v_u64)(s - x) ^ (v_u64)low);
    pair->low = s;
}

INLINE void pair_add(struct pair *pair, v_f64 x)
{
    two_sum(&pair->high, &x);
    pair_add_low(pair, x);
}

/* Adds the lanes that are `by` further up, around the end. */
INLINE void pair_halve(struct pair *pair, size_t by)
{
    v_f64 high = v_slide_f64(pair->high, pair->high, by), low = v_slide_f64(pair->low, pair->low, by);
    pair_add_low(pair, low);
    pair_add(pair, high);
}

/* The sum of all lanes in each; false where it is not known, or zero, whose sign terms decide that are no longer known.
 */
INLINE bool pair_close(struct pair *pair)
{
#pragma GCC unroll 4
    for (size_t by = WIDTH / 2; by > 0; by /= 2)
        pair_halve(pair, by);
    two_sum(&pair->high, &pair->low);
    double high = pair->high[0];
    return !v_any_u64(pair->lost << 1) && high - high == 0 && high != 0;
}

/* Near enough to sum + rest for a number q, with `more` on top, to be rounded right: the double nearest to both, and
 * whether that is sure though `more` has been rounded a few times. */
INLINE v_f64 near(v_f64 q, v_f64 more, v_i64 *sure)
{
    v_f64 sum = q + more, left = (q - sum) + more;
    *sure = (v_i64)(sum + left * (1 + 0x1p-20) == sum);
    return sum;
}

/* Where nothing that is computed of these on the way to a quotient or root is subnormal or overflows. */
INLINE v_i64 moderate(v_f64 x)
{
    v_f64 size = (v_f64)((v_u64)x << 1 >> 1);
    return (v_i64)((size > 0x1p-900) & (size < 0x1p1000));
}

/* The quotients of sum + rest, which is below half a unit of sum, by n: whether they are sure to be rounded right, and
 * whether they are not exact. */
INLINE v_f64 divide(v_f64 sum, v_f64 rest, double n, v_i64 *sure, v_i64 *inexact)
{
    v_f64 q = sum / n, remainder = v_fma_f64(-q, v_set1_f64(n), sum);
    v_f64 quotient = near(q, (remainder + rest) / n, sure);
    v_i64 normal = moderate(sum), whole = (v_i64)(rest == 0);
    *sure = whole | (normal & *sure);
    *inexact = ~(whole & normal & (v_i64)(remainder == 0));
    return v_select_f64(whole, q, quotient);
}

/* The same for the roots of sums above 0. */
INLINE v_f64 root(v_f64 sum, v_f64 rest, v_i64 *sure, v_i64 *inexact)
{
    v_f64 q = v_set1_f64(__builtin_sqrt(sum[0])), remainder = v_fma_f64(-q, q, sum);
    v_f64 value = near(q, (remainder + rest) / (q + q), sure);
    *sure &= moderate(sum);
    *inexact = (v_i64)((remainder != 0) | (rest != 0));
    return value;
}

/* Where a double may stand for what it was rounded from when it is rounded to float: it is no tie, and normal. */
INLINE v_i64 round_again(v_f64 value)
{
    v_f64 size = (v_f64)((v_u64)value << 1 >> 1);
    return (v_i64)(size >= FLT_MIN) & (v_i64)(((v_u64)value & 0x1fffffff) != 0x10000000);
}

#endif
