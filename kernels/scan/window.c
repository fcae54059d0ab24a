/* Integer scans by windows: sums of the last 2, 4, 8, ... elements, across the borders of vectors, until a window is as
 * wide as a vector; the vector of results before, plus that, is the next. Modulo 2^bits, so in any order. */
#ifndef T

#include "kernels/kernel.h"
#include "kernels/scan/leaf.h"
#include "kernels/simd/simd.h"

/* Elements whose size is looked at as one; when all are below 2^(bits - 12), their sum is what it is modulo 2^bits. */
enum { CHUNK = 1 << 10 };

#define UNSIGNED__(word, bits) v_##word##_u##bits
#define UNSIGNED_(word, bits)  UNSIGNED__(word, bits)

#define PEL_SELF "kernels/scan/stream.h"
#include "kernels/foreach_integer.h"
#undef PEL_SELF
#define PEL_SELF "kernels/scan/window.c"
#include "kernels/foreach_integer.h"

#define ROW(suffix)                                                                                                    \
    PEL_ROW(SCAN, suffix, "window", .run.scan = &leaf_##suffix, .params = {{"tile_kib", 256, 64, 4096, 3}})
const struct pel_kernel PEL_TABLE(scan_window)[] = {ROW(i32), ROW(i64), ROW(u32), ROW(u64), PEL_END_OF_TABLE};
#undef ROW

#else

enum { NAME(STEPS) = LANES == 16 ? 4 : LANES == 8 ? 3 : LANES == 4 ? 2 : 1 };

/* Where a scan stands: the vector before of each width of window, of results, and whether any has wrapped around: then
 * the sign of a lane is set. */
struct NAME(place) {
    VU window[NAME(STEPS)], sum, wrapped;
};

static inline __attribute__((always_inline)) VU NAME(next)(VU x, struct NAME(place) * place, bool checks)
{
    VU window = x;
#pragma GCC unroll 4
    for (size_t k = 0; k < NAME(STEPS); k++) {
        VU moved = (VU)V(slide)((VT)place->window[k], (VT)window, (size_t)1 << k);
        place->window[k] = window;
        window += moved;
    }
    place->sum += window;
    if (checks) {
        VU sum = place->sum, before = sum - x;
        place->wrapped |= T_SIGNED ? (sum ^ before) & (sum ^ x) : (VU)(sum < x);
    }
    return place->sum;
}

static inline struct NAME(place) NAME(start)(uint64_t carry)
{
    struct NAME(place) place; /* not by an initialiser, which compilers take for a block to clear */
#pragma GCC unroll 4
    for (size_t k = 0; k < NAME(STEPS); k++)
        place.window[k] = (VU){0};
    place.sum = (VU)V(set1)((T)carry);
    place.wrapped = (VU){0};
    return place;
}

/* Part by part: compilers copy whole structures through memory, and leave them there. */
static inline __attribute__((always_inline)) void NAME(copy_place)(struct NAME(place) * to,
                                                                   const struct NAME(place) * from)
{
#pragma GCC unroll 4
    for (size_t k = 0; k < NAME(STEPS); k++)
        to->window[k] = from->window[k];
    to->sum = from->sum;
}

/* The place is kept in registers: the compiler must think that it could lie in the output. */
static inline __attribute__((always_inline)) void NAME(scan_vectors)(const T *in, T *out, size_t n,
                                                                     struct NAME(place) * at, bool excludes)
{
    struct NAME(place) place;
    size_t i = 0;
    NAME(copy_place)(&place, at);
    for (; i + LANES <= n; i += LANES) {
        __builtin_prefetch((const char *)(in + i) + PEL_SCAN_AHEAD);
        VT before = (VT)place.sum, sum = (VT)NAME(next)((VU)V(load)(in + i), &place, false);
        V(store)(out + i, excludes ? V(slide)(before, sum, 1) : sum);
    }
    if (i < n) {
        VT before = (VT)place.sum, sum = (VT)NAME(next)((VU)V(load_part)(in + i, n - i, (VT){0}), &place, false);
        V(store_part)(out + i, n - i, excludes ? V(slide)(before, sum, 1) : sum);
    }
    NAME(copy_place)(at, &place);
}

static void NAME(scan_piece)(const T *in, T *out, size_t n, struct NAME(place) * place, unsigned how)
{
    if (how & PEL_SCAN_EXCLUDES)
        NAME(scan_vectors)(in, out, n, place, true);
    else
        NAME(scan_vectors)(in, out, n, place, false);
}

static void NAME(scan)(const void *in, void *out, size_t n, union pel_scan_carry *carry, unsigned how,
                       const struct pel_scan_behind *behind)
{
    struct NAME(place) place = NAME(start)(carry->integer);
    (void)behind;
    NAME(scan_pieces)(in, out, n, &place, how);
}

/* In a vector that is not full, zeros follow: they wrap nothing. */
static bool NAME(fits)(const void *in_, size_t n, uint64_t carry)
{
    const T *in = in_;
    struct NAME(place) place = NAME(start)(carry);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        NAME(next)((VU)V(load)(in + i), &place, true);
    if (i < n)
        NAME(next)((VU)V(load_part)(in + i, n - i, (VT){0}), &place, true);
    return !V(any)((VT)(place.wrapped >> (T_BITS - 1)));
}

/* A chunk's sum modulo 2^bits, and all the bits that any element has beyond those of its sign. */
struct NAME(chunk) {
    VU sum, bits;
};

static inline void NAME(look_at)(struct NAME(chunk) * chunk, VU x)
{
    chunk->sum += x;
    chunk->bits |= T_SIGNED ? x ^ (VU)((VS)x >> (T_BITS - 1)) : x;
}

static struct NAME(chunk) NAME(size_up)(const T *in, size_t n)
{
    struct NAME(chunk) a = {{0}, {0}}, b = a;
    size_t i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        __builtin_prefetch((const char *)(in + i) + PEL_SCAN_AHEAD);
        __builtin_prefetch((const char *)(in + i + LANES) + PEL_SCAN_AHEAD);
        NAME(look_at)(&a, (VU)V(load)(in + i));
        NAME(look_at)(&b, (VU)V(load)(in + i + LANES));
    }
    for (; i + LANES <= n; i += LANES)
        NAME(look_at)(&a, (VU)V(load)(in + i));
    if (i < n)
        NAME(look_at)(&a, (VU)V(load_part)(in + i, n - i, (VT){0}));
    return (struct NAME(chunk)){a.sum + b.sum, a.bits | b.bits};
}

/* Elements of this size could wrap the sum. */
static pel_i128 NAME(sum_of_large)(const T *in, size_t n)
{
    pel_i128 sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += in[i];
    return sum;
}

static void NAME(total)(const void *in_, size_t n, void *range_, unsigned how)
{
    (void)how;
    const T *in = in_;
    struct pel_scan_range *range = range_;
    for (size_t i = 0; i < n; i += CHUNK) {
        size_t count = n - i < CHUNK ? n - i : CHUNK;
        struct NAME(chunk) chunk = NAME(size_up)(in + i, count);
        U bits = V(all_bits)(chunk.bits);
        pel_i128 high = range->sum + (pel_i128)bits * (int)count;
        pel_i128 low = T_SIGNED ? range->sum - ((pel_i128)bits + 1) * (int)count : range->sum;
        range->low = low < range->low ? low : range->low;
        range->high = high > range->high ? high : range->high;
        if (bits >> (T_BITS - 12))
            range->sum += NAME(sum_of_large)(in + i, count);
        else
            range->sum += (S)UNSIGNED_(total, T_BITS)(chunk.sum);
    }
}

static const struct pel_scan_leaf NAME(leaf) = {.total = NAME(total), .scan = NAME(scan), .fits = NAME(fits)};

#endif
