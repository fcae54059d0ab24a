/* The reference of scans: the definition as it stands in pel/scan.h, one element at a time. */
#ifndef T

#include "kernels/kernel.h"
#include "kernels/scan/leaf.h"

#if PEL_ISA_IS(scalar)
#define PEL_SELF "kernels/scan/loop.c"
#include "kernels/foreach_dtype.h"
#endif

#define ROW(suffix) PEL_ROW(SCAN, suffix, "loop", .traits = PEL_TRAIT_REFERENCE, .run.scan = &leaf_##suffix)

const struct pel_kernel PEL_TABLE(scan_loop)[] = {
#if PEL_ISA_IS(scalar)
    ROW(f32),         ROW(f64), ROW(i32), ROW(i64), ROW(u32), ROW(u64),
#endif
    PEL_END_OF_TABLE,
};

#undef ROW

#elif T_SIGNIFICAND

static size_t NAME(smaller)(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* A row's sums, without what comes before it. */
static void NAME(sum_row)(const T *in, size_t n, T s[PEL_SCAN_ROW])
{
    for (size_t i = 0; i < PEL_SCAN_ROW; i++)
        s[i] = i < n ? in[i] : (T)-0.0;
    for (size_t d = 1; d < PEL_SCAN_ROW; d *= 2) {
        for (size_t i = 0; i < PEL_SCAN_ROW; i++) {
            if (i & d)
                s[i] = s[i / d * d - 1] + s[i];
        }
    }
}

/* Writes a row with what comes before it; an exclusive one from *last, the result before. */
static void NAME(write_row)(T *out, size_t n, const T *s, T carry, T local, T *last, bool excludes)
{
    for (size_t i = 0; i < n; i++) {
        T sum = carry + (local + s[i]), before = *last;
        *last = sum == sum ? sum : (T)__builtin_nan("");
        out[i] = excludes ? before : *last;
    }
}

static void NAME(total)(const void *in_, size_t n, void *totals_, unsigned how)
{
    (void)how;
    const T *in = in_;
    T *totals = totals_, s[PEL_SCAN_ROW];
    for (size_t tile = 0; tile < n; tile += PEL_SCAN_TILE) {
        T local = (T)-0.0;
        for (size_t row = tile; row < n && row < tile + PEL_SCAN_TILE; row += PEL_SCAN_ROW) {
            NAME(sum_row)(in + row, n - row, s);
            local = local + s[PEL_SCAN_ROW - 1];
        }
        totals[tile / PEL_SCAN_TILE] = local;
    }
}

static void NAME(scan)(const void *in_, void *out_, size_t n, union pel_scan_carry *carry, unsigned how,
                       const struct pel_scan_behind *behind)
{
    const T *in = in_;
    T *out = out_, s[PEL_SCAN_ROW];
    T last = carry->T_SUFFIX == carry->T_SUFFIX ? carry->T_SUFFIX : (T)__builtin_nan("");
    for (size_t tile = 0; tile < n; tile += PEL_SCAN_TILE) {
        T local = (T)-0.0;
        size_t end = NAME(smaller)(n, tile + PEL_SCAN_TILE);
        for (size_t row = tile; row < end; row += PEL_SCAN_ROW) {
            NAME(sum_row)(in + row, end - row, s);
            NAME(write_row)
            (out + row, NAME(smaller)(end - row, PEL_SCAN_ROW), s, carry->T_SUFFIX, local, &last,
             how & PEL_SCAN_EXCLUDES);
            local = local + s[PEL_SCAN_ROW - 1];
        }
        carry->T_SUFFIX = carry->T_SUFFIX + local;
    }
    if (behind)
        NAME(total)(behind->in, behind->tiles * PEL_SCAN_TILE, behind->totals, how);
}

static void NAME(carry_on)(union pel_scan_carry *carry, const void *totals_, size_t tiles)
{
    const T *totals = totals_;
    for (size_t i = 0; i < tiles; i++)
        carry->T_SUFFIX += totals[i];
}

static const struct pel_scan_leaf NAME(leaf) = {
    .total = NAME(total), .scan = NAME(scan), .carry_on = NAME(carry_on), .start = {.T_SUFFIX = (T)-0.0}};

#else

static void NAME(scan)(const void *in_, void *out_, size_t n, union pel_scan_carry *carry, unsigned how,
                       const struct pel_scan_behind *behind)
{
    const T *in = in_;
    T *out = out_;
    U sum = (U)carry->integer;
    (void)behind;
    for (size_t i = 0; i < n; i++) {
        U before = sum;
        sum += (U)in[i];
        out[i] = (T)(how & PEL_SCAN_EXCLUDES ? before : sum);
    }
}

static bool NAME(fits)(const void *in_, size_t n, uint64_t carry)
{
    const T *in = in_;
    T sum = (T)carry;
    bool fits = true;
    for (size_t i = 0; i < n; i++)
        fits &= !__builtin_add_overflow(sum, in[i], &sum);
    return fits;
}

static void NAME(total)(const void *in_, size_t n, void *range_, unsigned how)
{
    (void)how;
    const T *in = in_;
    struct pel_scan_range *range = range_;
    for (size_t i = 0; i < n; i++) {
        range->sum += in[i];
        range->low = range->sum < range->low ? range->sum : range->low;
        range->high = range->sum > range->high ? range->sum : range->high;
    }
}

static const struct pel_scan_leaf NAME(leaf) = {.total = NAME(total), .scan = NAME(scan), .fits = NAME(fits)};

#endif
