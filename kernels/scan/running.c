/* Running minima and maxima. Elements become keys, signed integers in the order of their values, or in the reverse
 * order for maxima; so the least key wins. The greatest key stands for nothing and the least for NaN; where NaN is
 * skipped it is nothing, too. No number has one of these keys, and in floating point both turn into NaN on the way
 * back. */
#ifndef T

#include <math.h>

#include "kernels/kernel.h"
#include "kernels/scan/leaf.h"
#include "kernels/simd/simd.h"

/* Elements that are looked at together where there is something new; more of them while there is time and again. */
enum { LEAST_PIECE = 32, MOST_PIECE = 1024 };

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
    VS mirror, mark;  /* all ones for maxima; the key of NaN */
    const T *behind;  /* a tile behind, what is left to look at, and its least key so far */
    VS total;
};

static inline VS NAME(encode)(VT x, const struct NAME(place) * place)
{
    VS bits = (VS)x, key;
#if T_SIGNIFICAND
    key = bits ^ (VS)((VU)(bits >> (T_BITS - 1)) >> 1);
    VS nan = V(is_nan)(x);
    return ((key ^ place->mirror) & ~nan) | (place->mark & nan);
#else
    key = T_SIGNED ? bits : bits ^ ~NOTHING;
    return key ^ place->mirror;
#endif
}

static inline VT NAME(decode)(VS key, const struct NAME(place) * place)
{
    key ^= place->mirror;
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

static inline VT NAME(next)(VT x, struct NAME(place) * place, bool excludes)
{
    VS within = NAME(least_so_far)(NAME(encode)(x, place)), key = KEYS(min)(place->carry, within);
    VS written = excludes ? KEYS(slide)(place->before, key, 1) : key;
    place->carry = KEYS(min)(place->carry, KEYS(last)(within));
    place->before = key;
    return NAME(decode)(written, place);
}

/* Reads from memory for the first time. */
static inline VT NAME(fetch)(const T *in)
{
    __builtin_prefetch((const char *)in + PEL_SCAN_AHEAD);
    return V(load)(in);
}

/* The place is kept in registers: the compiler must think that it could lie in the output; and it would copy a whole
 * structure through memory, and leave it there. */
static inline __attribute__((always_inline)) void NAME(scan_vectors)(const T *in, T *out, size_t n,
                                                                     struct NAME(place) * at, bool excludes, bool looks)
{
    struct NAME(place) place = {at->carry, at->before, at->mirror, at->mark, at->behind, at->total};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        V(store)(out + i, NAME(next)(looks ? V(load)(in + i) : NAME(fetch)(in + i), &place, excludes));
        if (looks) {
            place.total = KEYS(min)(place.total, NAME(encode)(NAME(fetch)(place.behind), &place));
            place.behind += LANES;
        }
    }
    if (i < n) {
        VT rest = V(load_part)(in + i, n - i, (VT){0});
        V(store_part)(out + i, n - i, NAME(next)(rest, &place, excludes));
    }
    at->carry = place.carry;
    at->before = place.before;
    at->behind = place.behind;
    at->total = place.total;
}

/* The loops that flags stand for. */
static void NAME(scan_keys)(const T *in, T *out, size_t n, struct NAME(place) * place, unsigned how)
{
    switch (how & (PEL_SCAN_EXCLUDES | PEL_SCAN_LOOKS)) {
    case 0:
        NAME(scan_vectors)(in, out, n, place, false, false);
        break;
    case PEL_SCAN_EXCLUDES:
        NAME(scan_vectors)(in, out, n, place, true, false);
        break;
    case PEL_SCAN_LOOKS:
        NAME(scan_vectors)(in, out, n, place, false, true);
        break;
    default:
        NAME(scan_vectors)(in, out, n, place, true, true);
    }
}

#if T_SIGNIFICAND

/* Numbers without NaN and -0 are in the order of their keys, and need none: */

static bool NAME(is_plain)(const T *in, size_t n)
{
    const VS minus_zero = (VS){0} + ~NOTHING;
    VS special = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        VT x = NAME(fetch)(in + i);
        special |= V(is_nan)(x) | (VS)((VS)x == minus_zero);
    }
    for (; i < n; i++) {
        VT x = V(set1)(in[i]);
        special |= V(is_nan)(x) | (VS)((VS)x == minus_zero);
    }
    return !V(any)((VT)special);
}

static inline VT NAME(better)(VT a, VT b, bool largest)
{
    return largest ? V(max)(a, b) : V(min)(a, b);
}

static inline VT NAME(next_number)(VT x, VT *carry, bool excludes, bool largest)
{
    const VT none = V(set1)(largest ? -(T)INFINITY : (T)INFINITY);
    VT before = *carry;
#pragma GCC unroll 4
    for (size_t d = 1; d < LANES; d *= 2)
        x = NAME(better)(x, V(slide)(none, x, d), largest);
    *carry = NAME(better)(before, V(last)(x), largest);
    x = NAME(better)(before, x, largest);
    return excludes ? V(slide)(before, x, 1) : x;
}

/* Returns what stands before the next element, in all lanes. */
static inline __attribute__((always_inline)) VT NAME(scan_numbers)(const T *in, T *out, size_t n, VT carry,
                                                                   bool excludes, bool largest)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        V(store)(out + i, NAME(next_number)(V(load)(in + i), &carry, excludes, largest));
    if (i < n) {
        VT rest = V(load_part)(in + i, n - i, V(set1)(in[i]));
        V(store_part)(out + i, n - i, NAME(next_number)(rest, &carry, excludes, largest));
    }
    return carry;
}

/* A scan of plain numbers; does nothing, and returns false, if there is anything else, or nothing yet to exclude. */
static bool NAME(scan_plainly)(const T *in, T *out, size_t n, struct NAME(place) * place, bool excludes)
{
    bool largest = place->mirror[0] != 0, starts = place->carry[0] == NOTHING;
    VT carry = NAME(decode)(place->carry, place);
    T last = starts ? (largest ? -(T)INFINITY : (T)INFINITY) : carry[0];
    if ((starts && excludes) || !NAME(is_plain)(&last, 1) || !NAME(is_plain)(in, n))
        return false;
    carry = V(set1)(last);
    if (excludes)
        carry = largest ? NAME(scan_numbers)(in, out, n, carry, true, true)
                        : NAME(scan_numbers)(in, out, n, carry, true, false);
    else
        carry = largest ? NAME(scan_numbers)(in, out, n, carry, false, true)
                        : NAME(scan_numbers)(in, out, n, carry, false, false);
    place->carry = place->before = NAME(encode)(carry, place);
    return true;
}

#else

static bool NAME(scan_plainly)(const T *in, T *out, size_t n, struct NAME(place) * place, bool excludes)
{
    (void)in, (void)out, (void)n, (void)place, (void)excludes;
    return false;
}

#endif

/* Writes what stands before, over and over, up to the first few vectors with anything better or NaN; returns how many
 * elements that makes. Zeros are left out: they have two signs. */
static size_t NAME(repeat)(const T *in, T *out, size_t n, const struct NAME(place) * place)
{
    enum { FEW = 4 };
    const VT carry = NAME(decode)(place->carry, place);
    bool largest = place->mirror[0] != 0;
    size_t i = 0;
    if (T_SIGNIFICAND && carry[0] == 0)
        return 0;
    for (; i + FEW * LANES <= n; i += FEW * LANES) {
        VS worse = ~(VS){0};
#pragma GCC unroll 4
        for (size_t v = 0; v < FEW; v++) {
            VT x = NAME(fetch)(in + i + v * LANES);
            worse &= largest ? (VS)(x <= carry) : (VS)(x >= carry);
        }
        if (V(any)((VT)~worse))
            break;
#pragma GCC unroll 4
        for (size_t v = 0; v < FEW; v++)
            V(store)(out + i + v * LANES, carry);
    }
    return i;
}

/* Most elements of most arrays are no better than the best before them. */
static void NAME(scan_piece)(const T *in, T *out, size_t n, struct NAME(place) * place, unsigned how)
{
    bool excludes = how & PEL_SCAN_EXCLUDES;
    size_t i = 0;
    if (how & PEL_SCAN_LOOKS) {
        NAME(scan_keys)(in, out, n, place, how);
        return;
    }
    for (size_t piece = LEAST_PIECE; i < n;) {
        size_t repeated = NAME(repeat)(in + i, out + i, n - i, place);
        piece = repeated ? LEAST_PIECE : piece < MOST_PIECE ? 2 * piece : MOST_PIECE;
        i += repeated;
        size_t here = n - i < piece ? n - i : piece;
        if (here > 0 && !NAME(scan_plainly)(in + i, out + i, here, place, excludes))
            NAME(scan_keys)(in + i, out + i, here, place, how);
        i += here;
    }
}

static struct NAME(place) NAME(start)(uint64_t carry, bool largest, unsigned how)
{
    VS start = (VS){0} + (S)carry, mirror = (VS){0} - (S)largest;
    return (struct NAME(place)){start, start, mirror, (VS){0} + (how & PEL_SCAN_SKIPS ? NOTHING : ~NOTHING),
                                NULL,  start};
}

static void NAME(scan)(const void *in_, void *out_, size_t n, union pel_scan_carry *carry, bool largest, unsigned how,
                       const struct pel_scan_behind *behind)
{
    const T *in = in_;
    T *out = out_;
    struct NAME(place) place = NAME(start)(carry->integer, largest, how);
    for (size_t tile = 0; tile * PEL_SCAN_TILE < n; tile++) {
        size_t at = tile * PEL_SCAN_TILE, here = n - at < PEL_SCAN_TILE ? n - at : PEL_SCAN_TILE;
        bool looks = behind && tile < behind->tiles;
        place.total = (VS){0} + NOTHING;
        place.behind = looks ? (const T *)behind->in + at : NULL;
        NAME(scan_pieces)(in + at, out + at, here, &place, looks ? how | PEL_SCAN_LOOKS : how);
        if (looks)
            ((S *)behind->totals)[tile] = KEYS(least)(place.total);
    }
    carry->integer = (uint64_t)place.carry[0];
}

static void NAME(total)(const void *in_, size_t n, void *totals_, bool largest, unsigned how)
{
    const T *in = in_;
    S *totals = totals_;
    const struct NAME(place) place = NAME(start)(0, largest, how);
    for (size_t tile = 0; tile < n; tile += PEL_SCAN_TILE) {
        VS least = (VS){0} + NOTHING;
        size_t end = n - tile < PEL_SCAN_TILE ? n : tile + PEL_SCAN_TILE, i = tile;
        for (; i + LANES <= end; i += LANES)
            least = KEYS(min)(least, NAME(encode)(NAME(fetch)(in + i), &place));
        for (; i < end; i++)
            least = KEYS(min)(least, NAME(encode)(V(set1)(in[i]), &place));
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
    static void NAME(leaf##_scan)(const void *in, void *out, size_t n, union pel_scan_carry *carry, unsigned how,      \
                                  const struct pel_scan_behind *behind)                                                \
    {                                                                                                                  \
        NAME(scan)(in, out, n, carry, largest, how, behind);                                                           \
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
