/* The reference of running minima and maxima, by the keys of the reductions: unsigned, in the order of the values, and
 * complements for maxima. All ones stand for nothing, 0 for NaN. */
#ifndef T

#include <string.h>

#include "kernels/kernel.h"
#include "kernels/reduce/state.h"
#include "kernels/scan/leaf.h"

#if PEL_ISA_IS(scalar)
#define PEL_SELF "kernels/scan/running_loop.c"
#include "kernels/foreach_dtype.h"
#endif

#define ROW(op, leaf, suffix) PEL_ROW(op, suffix, "loop", .traits = PEL_TRAIT_REFERENCE, .run.scan = &leaf##_##suffix)
#define ROWS(suffix)          ROW(SCAN_MIN, least, suffix), ROW(SCAN_MAX, greatest, suffix)

const struct pel_kernel PEL_TABLE(scan_running_loop)[] = {
#if PEL_ISA_IS(scalar)
    ROWS(f32),        ROWS(f64), ROWS(i32), ROWS(i64), ROWS(u32), ROWS(u64),
#endif
    PEL_END_OF_TABLE,
};

#undef ROWS
#undef ROW

#else

#define DTYPE__(suffix) PEL_DTYPE_##suffix
#define DTYPE_(suffix)  DTYPE__(suffix)
#define DTYPE           DTYPE_(T_SUFFIX)

static U NAME(key_of)(T x, bool largest, unsigned how)
{
    U bits;
    memcpy(&bits, &x, sizeof bits);
#if T_SIGNIFICAND
    if (x != x)
        return how & PEL_SCAN_SKIPS ? (U)-1 : 0;
#else
    (void)how;
#endif
    U key = (U)pel_key_of(DTYPE, bits);
    return largest ? ~key : key;
}

static T NAME(value_of)(U key, bool largest)
{
    U bits = (U)pel_key_bits(DTYPE, largest ? ~key : key);
    T x;
    memcpy(&x, &bits, sizeof x);
    return T_SIGNIFICAND && (key == 0 || key == (U)-1) ? (T)__builtin_nan("") : x;
}

static void NAME(scan)(const void *in_, void *out_, size_t n, union pel_scan_carry *carry, bool largest, unsigned how)
{
    const T *in = in_;
    T *out = out_;
    U least = (U)carry->integer;
    for (size_t i = 0; i < n; i++) {
        U before = least, key = NAME(key_of)(in[i], largest, how);
        least = key < before ? key : before;
        out[i] = NAME(value_of)(how & PEL_SCAN_EXCLUDES ? before : least, largest);
    }
    carry->integer = least;
}

static void NAME(total)(const void *in_, size_t n, void *totals_, bool largest, unsigned how)
{
    const T *in = in_;
    U *totals = totals_;
    for (size_t tile = 0; tile < n; tile += PEL_SCAN_TILE) {
        U least = (U)-1;
        for (size_t i = tile; i < n && i < tile + PEL_SCAN_TILE; i++) {
            U key = NAME(key_of)(in[i], largest, how);
            least = key < least ? key : least;
        }
        totals[tile / PEL_SCAN_TILE] = least;
    }
}

static void NAME(carry_on)(union pel_scan_carry *carry, const void *totals_, size_t tiles)
{
    const U *totals = totals_;
    U least = (U)carry->integer;
    for (size_t i = 0; i < tiles; i++)
        least = totals[i] < least ? totals[i] : least;
    carry->integer = least;
}

#define LEAF(leaf, largest)                                                                                            \
    static void NAME(leaf##_total)(const void *in, size_t n, void *totals, unsigned how)                               \
    {                                                                                                                  \
        NAME(total)(in, n, totals, largest, how);                                                                      \
    }                                                                                                                  \
    static void NAME(leaf##_scan)(const void *in, void *out, size_t n, union pel_scan_carry *carry, unsigned how,      \
                                  const struct pel_scan_behind *behind)                                                \
    {                                                                                                                  \
        NAME(scan)(in, out, n, carry, largest, how);                                                                   \
        if (behind)                                                                                                    \
            NAME(total)(behind->in, behind->tiles * PEL_SCAN_TILE, behind->totals, largest, how);                      \
    }                                                                                                                  \
    static const struct pel_scan_leaf NAME(leaf) = {.total = NAME(leaf##_total),                                       \
                                                    .scan = NAME(leaf##_scan),                                         \
                                                    .carry_on = NAME(carry_on),                                        \
                                                    .start = {.integer = UINT64_MAX}};
LEAF(least, false)
LEAF(greatest, true)
#undef LEAF
#undef DTYPE
#undef DTYPE_
#undef DTYPE__

#endif
