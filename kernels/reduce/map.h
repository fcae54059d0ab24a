/* Terms that depend on an element, and on numbers that all elements share, alone: exponentials, and powers of
 * deviations. Nothing is fused, so each is the same few rounded steps on every instruction set. */
#ifndef PEL_KERNELS_REDUCE_MAP_H
#define PEL_KERNELS_REDUCE_MAP_H

#include "kernels/reduce/state.h"
#include "kernels/simd/simd.h"

/* x - high - low, and what the rounding of x - high left goes in before the last rounding (D. E. Knuth's sum of two).
 */
static inline __attribute__((always_inline)) v_f64 map_rest(v_f64 x, v_f64 high, v_f64 difference)
{
    v_f64 part = difference - x;
    return (x - (difference - part)) - (high + part);
}

/* exp(x - high) to 2^-52 of itself, 1 where x is high; 0 if it is below e^-708. With k the whole number next to
 * (x - high) / ln 2, and r what is left of it after k ln 2: 2^k times the Taylor series of exp(r), |r| < 0.35. ln 2 has
 * an upper part so short that its product with k is exact. */
static inline __attribute__((always_inline)) v_f64 map_exponential(v_f64 x, const struct pel_map *map)
{
    static const double series[] = {1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880,
                                    1.0 / 40320,     1.0 / 5040,     1.0 / 720,     1.0 / 120,
                                    1.0 / 24,        1.0 / 6,        1.0 / 2};
    const double shift = 0x1.8p52, ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
    const v_f64 high = v_set1_f64(map->high);
    v_f64 d = x - high, rest = map_rest(x, high, d);
    v_f64 shifted = d * 0x1.71547652b82fep0 + shift, k = shifted - shift;
    v_f64 r = (d - k * ln2_high) + (rest - k * ln2_low);
    v_f64 q = v_set1_f64(1.0 / 6227020800);
#pragma GCC unroll 11
    for (size_t i = 0; i < sizeof series / sizeof series[0]; i++)
        q = q * r + series[i];
    v_f64 e = 1 + (r + r * r * q);
    return (v_f64)(((v_u64)e + ((v_u64)shifted << 52)) & (v_u64)(d > -708));
}

/* (x - high - low) * scale, where the map's own numbers are scaled already. */
static inline __attribute__((always_inline)) v_f64 map_deviation(v_f64 x, const struct pel_map *map)
{
    const v_f64 high = v_set1_f64(map->high);
    x = x * map->scale;
    v_f64 d = x - high;
    return d + (map_rest(x, high, d) - map->low);
}

#endif
