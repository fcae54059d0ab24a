/* What a kernel is: the one header that the framework and the kernels share.
 *
 * A kernel file is a serial leaf: no threads, no allocation, no globals. It is compiled once per instruction set
 * (PEL_ISA) and expanded once per dtype (foreach_*.h), and ends in a table of rows. */
#ifndef PEL_KERNELS_KERNEL_H
#define PEL_KERNELS_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pel/types.h>

#include "kernels/strict.h"

/* Instruction sets, narrowest first; a later one of the same family includes the earlier ones. */
enum pel_isa { PEL_ISA_SCALAR, PEL_ISA_AVX2, PEL_ISA_AVX512, PEL_ISA_NEON, PEL_NISAS };

/* Operations: X(symbol, family, name). */
#define PEL_OPS(X)                                                                                                     \
    X(SUM, reduce, "sum")                                                                                              \
    X(DOT, reduce, "dot")                                                                                              \
    X(ASUM, reduce, "asum")                                                                                            \
    X(NRM2, reduce, "nrm2")                                                                                            \
    X(MEAN, reduce, "mean")                                                                                            \
    X(MIN, reduce, "min")                                                                                              \
    X(MAX, reduce, "max")                                                                                              \
    X(ARGMIN, reduce, "argmin")                                                                                        \
    X(ARGMAX, reduce, "argmax")                                                                                        \
    X(MINMAX, reduce, "minmax")                                                                                        \
    X(COUNT, reduce, "count")                                                                                          \
    X(VAR, reduce, "var")                                                                                              \
    X(STD, reduce, "std")                                                                                              \
    X(COV, reduce, "cov")                                                                                              \
    X(CORR, reduce, "corr")                                                                                            \
    X(WMEAN, reduce, "wmean")                                                                                          \
    X(CSUM, reduce, "csum")                                                                                            \
    X(CDOTU, reduce, "cdotu")                                                                                          \
    X(CDOTC, reduce, "cdotc")                                                                                          \
    X(PROD, reduce, "prod")                                                                                            \
    X(LOGSUMEXP, reduce, "logsumexp")                                                                                  \
    X(SKEWNESS, reduce, "skewness")                                                                                    \
    X(KURTOSIS, reduce, "kurtosis")                                                                                    \
    X(COLUMNS, reduce, "columns")                                                                                      \
    X(SCAN, scan, "scan")                                                                                              \
    X(SCAN_MIN, scan, "scan_min")                                                                                      \
    X(SCAN_MAX, scan, "scan_max")                                                                                      \
    X(COMPACT, scan, "compact")                                                                                        \
    X(HISTOGRAM, histogram, "histogram")                                                                               \
    X(SORT, sort, "sort")                                                                                              \
    X(ARGSORT, sort, "argsort")                                                                                        \
    X(SORT_PAIRS, sort, "sort_pairs")                                                                                  \
    X(SELECT, sort, "select")                                                                                          \
    X(PARTIAL_SORT, sort, "partial_sort")                                                                              \
    X(TOP_K, sort, "top_k")                                                                                            \
    X(SORT_U128, sort, "sort_u128")                                                                                    \
    X(SORT_I8, sort, "sort_i8")                                                                                        \
    X(SORT_U8, sort, "sort_u8")                                                                                        \
    X(SORT_I16, sort, "sort_i16")                                                                                      \
    X(SORT_U16, sort, "sort_u16")                                                                                      \
    X(SORT_SEGMENTS, sort, "sort_segments")                                                                            \
    X(SORT_AXIS, sort, "sort_axis")                                                                                    \
    X(SEARCHSORTED, sort, "searchsorted")                                                                              \
    X(MERGE, sort, "merge")                                                                                            \
    X(UNIQUE, sort, "unique")                                                                                          \
    X(PERMUTE, sort, "permute")                                                                                        \
    X(STENCIL, stencil, "stencil")

#define PEL_OP_ENUM(symbol, family, name) PEL_OP_##symbol,
enum pel_op { PEL_OPS(PEL_OP_ENUM) PEL_NOPS };

enum { PEL_NDTYPES = PEL_U64 + 1, PEL_MAX_PARAMS = 4 };

/* The shape of a stencil problem, as far as kernels and tables care. */
struct pel_stencil_shape {
    int ndim;
    size_t row; /* cells of a contiguous row */
    size_t ntaps;
    int radius; /* largest offset on any axis */
    bool terms; /* more than taps of constant coefficients */
};

/* What is asked of the dispatcher. */
struct pel_request {
    enum pel_op op;
    pel_dtype dtype;
    unsigned flags;                          /* of pel_opts */
    int threads;                             /* that the call may use */
    size_t n;                                /* elements; stencil: cells */
    const struct pel_stencil_shape *stencil; /* NULL for the other families */
    bool borrowed;                           /* by another operation: how long that takes says nothing of this one */
};

/* A number that may be tuned without changing results. The search doubles from low to high. */
struct pel_param {
    const char *name;
    int32_t initial, low, high;
    int32_t l2_share; /* not 0: initially this many sixteenths of the second-level cache, in KiB */
};

union pel_reduce_state;
struct pel_columns;
struct pel_scan_leaf;
struct pel_compact_leaf;
struct pel_histogram_leaf;
struct pel_sort_leaf;
struct pel_records_leaf;
struct pel_counting_leaf;
struct pel_select_leaf;
struct pel_sweep;
struct pel_line;
struct pel_segments;
struct pel_series;
struct pel_search;
struct pel_merge_leaf;
struct pel_permute_leaf;

/* Folds x[0 ... n) (and y, for operations of two arrays) into the state. A norm is the dot product of an array with
 * itself: y is x. Where elements are mapped to terms y is a struct pel_map, kernels/reduce/state.h. */
typedef void pel_reduce_fn(const void *x, const void *y, size_t n, union pel_reduce_state *state,
                           const int32_t *params);
/* The double nearest to what a reduction of a few floats is; `narrow`: such that the float nearest to it is the one
 * nearest to that. False where the kernel cannot tell, or there are more elements than it takes so. */
typedef bool pel_few_fn(const void *x, const void *y, size_t n, bool narrow, double *value);
/* Sums each of many columns, exactly where it can. */
typedef void pel_columns_fn(struct pel_columns *columns, const int32_t *params);
/* Computes one step on a box of the grid. */
typedef void pel_sweep_fn(const struct pel_sweep *sweep, const int32_t *params);
/* Computes several steps of a part of a line. */
typedef void pel_line_fn(const struct pel_line *line);
/* Sort the keys of each segment, and each series: kernels/sort/series.h. */
typedef void pel_segments_fn(void *keys, const struct pel_segments *segments, size_t from, size_t to, bool descending);
typedef void pel_series_fn(const struct pel_series *series, void *scratch, const int32_t *params);

/* Finds where needles belong among keys in order: kernels/sort/sorted.h. */
typedef void pel_search_fn(const struct pel_search *search, const void *needles, size_t count, uint64_t *places);
/* Moves the first of each run of equal keys to the front; the key before the first may be NULL. starts, unless NULL: at
 * which place each was, counted from `first`; both arrays have room for n. Returns how many there are. n: at least 1.
 */
typedef size_t pel_unique_fn(void *keys, const void *before, size_t n, uint64_t first, uint64_t *starts);

struct pel_kernel {
    const char *name; /* "avx512/quick" */
    enum pel_isa isa;
    enum pel_op op;
    pel_dtype dtype;
    unsigned traits; /* PEL_TRAIT_... */
    union {
        pel_reduce_fn *reduce;
        pel_columns_fn *columns;
        const struct pel_scan_leaf *scan;
        const struct pel_compact_leaf *compact;
        const struct pel_histogram_leaf *histogram;
        const struct pel_sort_leaf *sort;
        const struct pel_records_leaf *records;
        const struct pel_counting_leaf *counting;
        const struct pel_select_leaf *select;
        pel_segments_fn *segments;
        pel_series_fn *series;
        pel_search_fn *search;
        const struct pel_merge_leaf *merge;
        pel_unique_fn *unique;
        const struct pel_permute_leaf *permute;
        pel_sweep_fn *sweep;
    } run;
    pel_line_fn *line; /* beside a sweep; NULL: steps are taken one by one */
    pel_few_fn *few;   /* beside a reduction, whose states it does without; NULL: there is none */
    /* Why this kernel cannot serve a request, in a few words; NULL: it can. No function: it always can. */
    const char *(*why_not)(const struct pel_request *request);
    struct pel_param params[PEL_MAX_PARAMS]; /* up to the first without a name */
};

enum {
    PEL_TRAIT_FAST = 1u << 0,      /* rounds or orders freely: only for PEL_FAST */
    PEL_TRAIT_REFERENCE = 1u << 1, /* plain and slow: picked only when named, or when nothing else can run */
};

/* Tables are named after instruction set and file: pel_kernels_avx2_reduce_fold. */
#define PEL_CAT_(a, b, c)     a##b##_##c
#define PEL_CAT(a, b, c)      PEL_CAT_(a, b, c)
#define PEL_TABLE(file)       PEL_CAT(pel_kernels_, PEL_ISA, file)
#define PEL_STRING_(x)        #x
#define PEL_STRING(x)         PEL_STRING_(x)
#define PEL_KERNEL_NAME(name) PEL_STRING(PEL_ISA) "/" name

/* PEL_ISA as a number that the preprocessor can compare. */
#define PEL_ISA_VALUE_scalar 0
#define PEL_ISA_VALUE_avx2   1
#define PEL_ISA_VALUE_avx512 2
#define PEL_ISA_VALUE_neon   3
#define PEL_ISA_VALUE_(isa)  PEL_ISA_VALUE_##isa
#define PEL_ISA_VALUE(isa)   PEL_ISA_VALUE_(isa)
#define PEL_ISA_IS(name)     (PEL_ISA_VALUE(PEL_ISA) == PEL_ISA_VALUE_##name)

/* One row of a table: PEL_ROW(SUM, f64, "fold", .run.reduce = fold_f64). */
#define PEL_ROW(op_, suffix, name_, ...)                                                                               \
    {                                                                                                                  \
        .name = PEL_KERNEL_NAME(name_), .isa = (enum pel_isa)PEL_ISA_VALUE(PEL_ISA), .op = PEL_OP_##op_,               \
        .dtype = PEL_DTYPE_##suffix, __VA_ARGS__                                                                       \
    }
#define PEL_END_OF_TABLE                                                                                               \
    {                                                                                                                  \
        .name = NULL                                                                                                   \
    }

#define PEL_DTYPE_f32 PEL_F32
#define PEL_DTYPE_f64 PEL_F64
#define PEL_DTYPE_i32 PEL_I32
#define PEL_DTYPE_i64 PEL_I64
#define PEL_DTYPE_u32 PEL_U32
#define PEL_DTYPE_u64 PEL_U64

#endif
