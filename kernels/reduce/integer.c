/* Exact sums, dot products and products of integers in vector lanes; a mean is the driver's quotient of a sum.
 *
 * 64-bit terms are summed twice: the whole term, wrapping around, and its upper half, which cannot wrap within a run.
 * The sum of the lower halves, which cannot wrap either, follows from the two. Signed terms get their sign bit flipped,
 * which adds 2^63 to each and makes them unsigned; that is taken off the sum again.
 *
 * A product is 0, or fits in 64 bits and so has at most 64 factors beyond 1 and -1: blocks without any have but a sign.
 */
#ifndef T

#include "kernels/kernel.h"
#include "kernels/reduce/state.h"
#include "kernels/simd/simd.h"

/* Sums over some terms. */
struct sums {
    uint64_t whole; /* modulo 2^64 */
    uint64_t high;  /* of the upper 32 bits */
    uint64_t count;
};

/* Terms of a run: 2^30 halves of 32 bits fit into 64 with room to spare. */
enum { RUN = 1 << 30, CHAINS = 4 };

static inline void add_term(struct sums *sums, uint64_t term)
{
    sums->whole += term;
    sums->high += term >> 32;
}

static void finish_run(struct pel_wide *wide, const struct sums *sums, uint64_t offset)
{
    uint64_t low = sums->whole - (sums->high << 32);
    pel_i128 sum = ((pel_i128)sums->high << 32) + low - (pel_i128)sums->count * offset;
    pel_wide_deposit(wide, sum, 0);
}

#define PEL_SELF "kernels/reduce/integer.c"
#include "kernels/foreach_integer.h"

#define ROW(op, suffix, function) PEL_ROW(op, suffix, "lanes", .run.reduce = function##_##suffix)
#define ROWS(op, function)                                                                                             \
    ROW(op, i32, function), ROW(op, i64, function), ROW(op, u32, function), ROW(op, u64, function)

const struct pel_kernel PEL_TABLE(reduce_integer)[] = {
    ROWS(SUM, sum), ROWS(DOT, dot), ROWS(MEAN, sum), ROWS(PROD, product), PEL_END_OF_TABLE,
};

#undef ROWS
#undef ROW

#else

#if T_SIGNED
#define OFFSET (UINT64_C(1) << 63)
#else
#define OFFSET UINT64_C(0)
#endif

#if T_BITS == 32

/* Sums of 2^30 elements fit into 64 bits as they are. */
static void NAME(sum_run)(const T *x, size_t n, struct pel_wide *wide)
{
    enum { HALF = LANES / 2 };
    v_u64 chain[CHAINS] = {{0}};
    size_t i = 0;
    for (; i + HALF * CHAINS <= n; i += HALF * CHAINS) {
#pragma GCC unroll 4
        for (size_t c = 0; c < CHAINS; c++)
            chain[c] += (v_u64)V(widen)(x + i + c * HALF);
    }
    for (; i + HALF <= n; i += HALF)
        chain[0] += (v_u64)V(widen)(x + i);
    uint64_t total = v_total_u64((chain[0] + chain[1]) + (chain[2] + chain[3]));
    for (; i < n; i++)
        total += (uint64_t)x[i];
    pel_wide_deposit(wide, T_SIGNED ? (pel_i128)(int64_t)total : (pel_i128)total, 0);
}

static void NAME(dot_run)(const T *x, const T *y, size_t n, struct pel_wide *wide)
{
    enum { STEP = LANES };
    v_u64 whole[2] = {{0}}, high[2] = {{0}};
    const v_u64 flip = v_set1_u64(OFFSET);
    size_t i = 0;
    for (; i + STEP <= n; i += STEP) {
        VT a = V(load)(x + i), b = V(load)(y + i);
        v_u64 even = (v_u64)V(multiply_even)(a, b) ^ flip;
        v_u64 odd = (v_u64)V(multiply_even)((VT)((v_u64)a >> 32), (VT)((v_u64)b >> 32)) ^ flip;
        whole[0] += even;
        high[0] += even >> 32;
        whole[1] += odd;
        high[1] += odd >> 32;
    }
    struct sums sums = {v_total_u64(whole[0] + whole[1]), v_total_u64(high[0] + high[1]), n};
    for (; i < n; i++) {
#if T_SIGNED
        add_term(&sums, (uint64_t)((int64_t)x[i] * y[i]) ^ OFFSET);
#else
        add_term(&sums, (uint64_t)x[i] * y[i]);
#endif
    }
    finish_run(wide, &sums, OFFSET);
}

#else

static void NAME(sum_run)(const T *x, size_t n, struct pel_wide *wide)
{
    v_u64 whole[CHAINS] = {{0}}, high[CHAINS] = {{0}};
    const v_u64 flip = v_set1_u64(OFFSET);
    size_t i = 0;
    for (; i + LANES * CHAINS <= n; i += LANES * CHAINS) {
#pragma GCC unroll 4
        for (size_t c = 0; c < CHAINS; c++) {
            v_u64 v = (v_u64)V(load)(x + i + c * LANES) ^ flip;
            whole[c] += v;
            high[c] += v >> 32;
        }
    }
    for (; i < n; i += LANES) {
        v_u64 v = (v_u64)V(load_part)(x + i, n - i < LANES ? n - i : LANES, (VT)flip) ^ flip;
        whole[0] += v;
        high[0] += v >> 32;
    }
    struct sums sums = {v_total_u64((whole[0] + whole[1]) + (whole[2] + whole[3])),
                        v_total_u64((high[0] + high[1]) + (high[2] + high[3])), n};
    finish_run(wide, &sums, OFFSET);
}

/* Products of 128 bits are a matter of the scalar multiplier: the halves of each are summed in 128 bits. */
static void NAME(dot_run)(const T *x, const T *y, size_t n, struct pel_wide *wide)
{
    pel_u128 low[2] = {0, 0};
    pel_i128 high[2] = {0, 0};
    for (size_t i = 0; i < n; i++) {
#if T_SIGNED
        pel_i128 product = (pel_i128)x[i] * y[i];
        high[i % 2] += (int64_t)(product >> 64);
#else
        pel_u128 product = (pel_u128)x[i] * y[i];
        high[i % 2] += (uint64_t)(product >> 64);
#endif
        low[i % 2] += (uint64_t)product;
    }
    pel_wide_deposit(wide, (pel_i128)(low[0] + low[1]), 0);
    pel_wide_deposit(wide, high[0] + high[1], 1);
}

#endif

static void NAME(sum)(const void *x_, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    const T *x = x_;
    (void)y;
    (void)params;
    for (size_t done = 0; done < n; done += RUN)
        NAME(sum_run)(x + done, n - done < RUN ? n - done : RUN, &state->wide);
}

static void NAME(dot)(const void *x_, const void *y_, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    const T *x = x_, *y = y_;
    (void)params;
    for (size_t done = 0; done < n; done += RUN)
        NAME(dot_run)(x + done, y + done, n - done < RUN ? n - done : RUN, &state->wide);
}

/* Multiplies the elements that are not 0. */
static void NAME(multiply)(const T *x, size_t n, struct pel_whole *whole)
{
    for (size_t i = 0; i < n && !whole->over; i++) {
        if (x[i] != 0)
            pel_whole_times(whole, pel_magnitude((uint64_t)x[i], T_SIGNED));
    }
}

static void NAME(product_block)(const T *x, size_t n, struct pel_whole *whole)
{
    const VT one = V(set1)(1);
    VT signs = {0}, zeros = {0}, factors = {0};
    for (size_t i = 0; i < n; i += LANES) {
        VT v = i + LANES <= n ? V(load)(x + i) : V(load_part)(x + i, n - i, one);
        signs ^= v;
        zeros |= (VT)(v == 0);
        factors |= (VT)((VU)v + T_SIGNED > 1 + T_SIGNED);
    }
    for (size_t k = 0; k < LANES; k++)
        whole->negative ^= T_SIGNED && (U)signs[k] >> (T_BITS - 1);
    whole->zero |= V(any)(zeros);
    if (V(any)(factors))
        NAME(multiply)(x, n, whole);
}

static void NAME(product)(const void *x_, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    enum { BLOCK = 1024 };
    const T *x = x_;
    (void)y;
    (void)params;
    for (size_t done = 0; done < n; done += BLOCK)
        NAME(product_block)(x + done, n - done < BLOCK ? n - done : BLOCK, &state->whole);
}

#undef OFFSET

#endif
