/* Running minima and maxima. Elements become keys, signed integers in the order of their values, or in the reverse
 * order for maxima; so the least key wins. The greatest key stands for nothing and the least for NaN; where NaN is
 * skipped it is nothing, too. No number has one of these keys, and in floating point both turn into NaN on the way
 * back. */
#ifndef T

#include "kernels/kernel.h"
#include "kernels/scan/leaf.h"
#include "kernels/simd/simd.h"

#define KEYS__(word, bits) v_##word##_i##bits
#define KEYS_(word, bits)  KEYS__(word, bits)
#define KEYS(word)         KEYS_(word, T_BITS)

#define PEL_SELF "kernels/scan/stream.h"
#include "kernels/foreach_dtype.h"
#undef PEL_SELF
#define PEL_SELF "kernels/scan/running.c"
#include "kernels/foreach_dtype.h"

#define ROW(op, leaf, suffix)                                                                                          \
    PEL_ROW(op, suffix, "running", .run.scan = &leaf##_##suffix, .params = {{"tile_kib", 256, 64, 4096, 3}})
#define ROWS(suffix) ROW(SCAN_MIN, least, suffix), ROW(SCAN_MAX, greatest, suffix)
const struct pel_kernel PEL_TABLE(scan_running)[] = {ROWS(f32), ROWS(f64), ROWS(i32),       ROWS(i64),
                                                     ROWS(u32), ROWS(u64), PEL_END_OF_TABLE};
#undef ROWS
#undef ROW

#else

#define NOTHING ((S)((U)-1 >> 1))

struct NAME(place) {
    VS carry, before; /* the least key so far, and with the last vector, in all lanes */
    size_t ahead;     /* what to ask for */
};

static inline VS NAME(encode)(VT x, bool largest, unsigned how)
{
    VS bits = (VS)x, key;
#if T_SIGNIFICAND
    key = bits ^ (VS)((VU)(bits >> (T_BITS - 1)) >> 1);
#else
    key = T_SIGNED ? bits : bits ^ ~NOTHING;
#endif
    key = largest ? ~key : key;
#if T_SIGNIFICAND
    const S mark = how & PEL_SCAN_SKIPS ? NOTHING : ~NOTHING;
    VS nan = V(is_nan)(x);
    key = (key & ~nan) | (nan & mark);
#else
    (void)how;
#endif
    return key;
}

static inline VT NAME(decode)(VS key, bool largest)
{
    key = largest ? ~key : key;
#if T_SIGNIFICAND
    return V(canonical)((VT)(key ^ (VS)((VU)(key >> (T_BITS - 1)) >> 1)));
#else
    return (VT)(T_SIGNED ? key : key ^ ~NOTHING);
#endif
}

/* Each lane with those before it. */
static inline VS NAME(least_so_far)(VS v)
{
    const VS nothing = (VS){0} + NOTHING;
#pragma GCC unroll 4
    for (size_t d = 1; d < LANES; d *= 2)
        v = KEYS(min)(v, KEYS(slide)(nothing, v, d));
    return v;
}

static inline VT NAME(next)(VT x, struct NAME(place) * place, bool largest, unsigned how)
{
    VS within = NAME(least_so_far)(NAME(encode)(x, largest, how)), key = KEYS(min)(place->carry, within);
    VS written = how & PEL_SCAN_EXCLUDES ? KEYS(slide)(place->before, key, 1) : key;
    place->carry = KEYS(min)(place->carry, KEYS(last)(within));
    place->before = key;
    return NAME(decode)(written, largest);
}

/* The place is kept in registers: the compiler must think that it could lie in the output. */
static inline __attribute__((always_inline)) void
NAME(scan_vectors)(const T *in, T *out, size_t n, struct NAME(place) * at, bool largest, unsigned how)
{
    struct NAME(place) place = *at;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        __builtin_prefetch((const char *)(in + i) + place.ahead, 0, 2);
        V(store)(out + i, NAME(next)(V(load)(in + i), &place, largest, how));
    }
    if (i < n) {
        VT rest = V(load_part)(in + i, n - i, (VT){0});
        V(store_part)(out + i, n - i, NAME(next)(rest, &place, largest, how));
    }
    *at = place;
}

/* One of the loops that flags and operation stand for. */
static void NAME(scan_piece)(const T *in, T *out, size_t n, struct NAME(place) * place, bool largest, unsigned how)
{
#define WITH(flags)                                                                                                    \
    do {                                                                                                               \
        if (largest)                                                                                                   \
            NAME(scan_vectors)(in, out, n, place, true, flags);                                                        \
        else                                                                                                           \
            NAME(scan_vectors)(in, out, n, place, false, flags);                                                       \
    } while (0)
    switch (how & (PEL_SCAN_EXCLUDES | PEL_SCAN_SKIPS)) {
    case 0:
        WITH(0);
        break;
    case PEL_SCAN_EXCLUDES:
        WITH(PEL_SCAN_EXCLUDES);
        break;
    case PEL_SCAN_SKIPS:
        WITH(PEL_SCAN_SKIPS);
        break;
    default:
        WITH(PEL_SCAN_EXCLUDES | PEL_SCAN_SKIPS);
    }
#undef WITH
}

static void NAME(scan)(const void *in_, void *out_, size_t n, union pel_scan_carry *carry, size_t ahead, bool largest,
                       unsigned how)
{
    T buffer[STREAM_PIECE];
    const T *in = in_;
    T *out = out_;
    VS start = (VS){0} + (S)carry->integer;
    struct NAME(place) place = {start, start, ahead};
    size_t piece = how & PEL_SCAN_STREAMS ? STREAM_PIECE : n;
    for (size_t i = 0; i < n; i += piece) {
        size_t here = n - i < piece ? n - i : piece;
        NAME(scan_piece)(in + i, how & PEL_SCAN_STREAMS ? buffer : out + i, here, &place, largest, how);
        if (how & PEL_SCAN_STREAMS)
            NAME(stream_all)(out + i, buffer, here);
    }
    carry->integer = (uint64_t)place.carry[0];
}

static void NAME(total)(const void *in_, size_t n, void *totals_, bool largest, unsigned how)
{
    const T *in = in_;
    S *totals = totals_;
    for (size_t tile = 0; tile < n; tile += PEL_SCAN_TILE) {
        VS least = (VS){0} + NOTHING;
        size_t end = n - tile < PEL_SCAN_TILE ? n : tile + PEL_SCAN_TILE, i = tile;
        for (; i + LANES <= end; i += LANES) {
            __builtin_prefetch((const char *)(in + i) + PEL_SCAN_AHEAD);
            least = KEYS(min)(least, NAME(encode)(V(load)(in + i), largest, how));
        }
        for (; i < end; i++)
            least = KEYS(min)(least, NAME(encode)(V(set1)(in[i]), largest, how));
        totals[tile / PEL_SCAN_TILE] = KEYS(least)(least);
    }
}

static void NAME(carry_on)(union pel_scan_carry *carry, const void *totals_, size_t tiles)
{
    const S *totals = totals_;
    S least = (S)carry->integer;
    for (size_t i = 0; i < tiles; i++)
        least = totals[i] < least ? totals[i] : least;
    carry->integer = (uint64_t)least;
}

#define LEAF(leaf, largest)                                                                                            \
    static void NAME(leaf##_total)(const void *in, size_t n, void *totals, unsigned how)                               \
    {                                                                                                                  \
        NAME(total)(in, n, totals, largest, how);                                                                      \
    }                                                                                                                  \
    static void NAME(leaf##_scan)(const void *in, void *out, size_t n, union pel_scan_carry *carry, size_t ahead,      \
                                  unsigned how)                                                                        \
    {                                                                                                                  \
        NAME(scan)(in, out, n, carry, ahead, largest, how);                                                            \
    }                                                                                                                  \
    static const struct pel_scan_leaf NAME(leaf) = {.total = NAME(leaf##_total),                                       \
                                                    .scan = NAME(leaf##_scan),                                         \
                                                    .carry_on = NAME(carry_on),                                        \
                                                    .start = {.integer = (uint64_t)NOTHING}};
LEAF(least, false)
LEAF(greatest, true)
#undef LEAF
#undef NOTHING

#endif
