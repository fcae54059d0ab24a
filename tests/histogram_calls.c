#include "tests/histogram_calls.h"

#define CALLS(T, suffix)                                                                                               \
    static pel_status uniform_##suffix(const void *x, size_t n, double low, double high, size_t bins,                  \
                                       uint64_t *counts, pel_outside *outside, const pel_opts *opts)                   \
    {                                                                                                                  \
        return pel_histogram_##suffix((const T *)x, n, low, high, bins, counts, outside, opts);                        \
    }                                                                                                                  \
    static pel_status given_##suffix(const void *x, size_t n, const void *edges, size_t bins, uint64_t *counts,        \
                                     pel_outside *outside, const pel_opts *opts)                                       \
    {                                                                                                                  \
        return pel_histogram_edges_##suffix((const T *)x, n, (const T *)edges, bins, counts, outside, opts);           \
    }                                                                                                                  \
    static pel_status plane_##suffix(const void *x, const void *y, size_t n, const double *low, const double *high,    \
                                     const size_t *bins, uint64_t *counts, uint64_t *left, const pel_opts *opts)       \
    {                                                                                                                  \
        return pel_histogram_2d_##suffix((const T *)x, (const T *)y, n, low, high, bins, counts, left, opts);          \
    }                                                                                                                  \
    static pel_status digitize_##suffix(const void *x, size_t n, const void *edges, size_t count, uint64_t *index,     \
                                        const pel_opts *opts)                                                          \
    {                                                                                                                  \
        return pel_digitize_##suffix((const T *)x, n, (const T *)edges, count, index, opts);                           \
    }                                                                                                                  \
    static long double value_##suffix(const void *x, size_t i)                                                         \
    {                                                                                                                  \
        return (long double)((const T *)x)[i];                                                                         \
    }                                                                                                                  \
    static void set_##suffix(void *x, size_t i, double value)                                                          \
    {                                                                                                                  \
        ((T *)x)[i] = (T)value;                                                                                        \
    }
#define BINCOUNT(T, suffix)                                                                                            \
    static pel_status bincount_##suffix(const void *x, size_t n, size_t bins, uint64_t *counts, pel_outside *outside,  \
                                        const pel_opts *opts)                                                          \
    {                                                                                                                  \
        return pel_bincount_##suffix((const T *)x, n, bins, counts, outside, opts);                                    \
    }
CALLS(float, f32)
CALLS(double, f64)
CALLS(int32_t, i32)
CALLS(int64_t, i64)
CALLS(uint32_t, u32)
CALLS(uint64_t, u64)
BINCOUNT(int32_t, i32)
BINCOUNT(int64_t, i64)
BINCOUNT(uint32_t, u32)
BINCOUNT(uint64_t, u64)

const struct histogram_calls histogram_calls[PEL_NDTYPES] = {
#define TYPE(suffix, bincount, least, most)                                                                            \
    {                                                                                                                  \
        uniform_##suffix, given_##suffix, plane_##suffix, digitize_##suffix, bincount, value_##suffix, set_##suffix,   \
            least, most                                                                                                \
    }
    [PEL_F32] = TYPE(f32, NULL, -3e38, 3e38),
    [PEL_F64] = TYPE(f64, NULL, -1e308, 1e308),
    [PEL_I32] = TYPE(i32, bincount_i32, -2147483648.0, 2147483647.0),
    [PEL_I64] = TYPE(i64, bincount_i64, -0x1p63, 0x1.fffffffffffffp62),
    [PEL_U32] = TYPE(u32, bincount_u32, 0, 4294967295.0),
    [PEL_U64] = TYPE(u64, bincount_u64, 0, 0x1.fffffffffffffp63),
};
