/* Quantiles: which keys of the sorted array they lie between, then one selection after the other, each within what the
 * ones before have left of the keys. R. J. Hyndman, Y. Fan, "Sample quantiles in statistical packages" (1996). */
#include <pel/sort.h>

#include <math.h>

#include "lib/check.h"
#include "lib/fpenv.h"
#include "lib/memory.h"
#include "lib/sort_segments.h"

enum {
    FEW_QUANTILES = 32, /* their ranks are on the stack */
    MANY_RANKS = 12,    /* more are found sooner by a sort */
    FEW_KEYS = 1024,
};

/* How keys of a dtype are sorted, selected and read. */
struct kind {
    pel_dtype dtype;
    pel_sort_fn *sort;
    pel_status (*select)(void *keys, size_t n, size_t k, const pel_opts *opts);
    double (*get)(const void *keys, size_t i);
};

/* Where a quantile lies: `weight` of the way from a rank to the next. */
struct place {
    size_t rank;
    double weight;
};

/* The position q among n keys, counted from 0, by the methods that interpolate: a and b of Hyndman and Fan. */
static double position(size_t n, double q, double a, double b)
{
    return (double)n * q + (a + q * (1 - a - b)) - 1;
}

static double find_position(size_t n, double q, pel_quantile_method method)
{
    switch (method) {
    case PEL_QUANTILE_INVERTED_CDF:
    case PEL_QUANTILE_AVERAGED_INVERTED_CDF:
    case PEL_QUANTILE_INTERPOLATED_INVERTED_CDF:
        return position(n, q, 0, 1);
    case PEL_QUANTILE_CLOSEST_OBSERVATION:
        return (double)n * q - 1 - 0.5;
    case PEL_QUANTILE_HAZEN:
        return position(n, q, 0.5, 0.5);
    case PEL_QUANTILE_WEIBULL:
        return position(n, q, 0, 0);
    case PEL_QUANTILE_MEDIAN_UNBIASED:
        return position(n, q, 1.0 / 3, 1.0 / 3);
    case PEL_QUANTILE_NORMAL_UNBIASED:
        return position(n, q, 3.0 / 8, 3.0 / 8);
    default:
        return (double)(n - 1) * q;
    }
}

/* The way to the next rank, where the position is so far behind one. */
static double find_weight(double floor_position, double fraction, pel_quantile_method method)
{
    switch (method) {
    case PEL_QUANTILE_INVERTED_CDF:
    case PEL_QUANTILE_HIGHER:
        return fraction > 0 ? 1 : 0;
    case PEL_QUANTILE_AVERAGED_INVERTED_CDF:
        return fraction > 0 ? 1 : 0.5;
    case PEL_QUANTILE_CLOSEST_OBSERVATION:
        return fraction > 0 || fmod(floor_position, 2) == 0 ? 1 : 0;
    case PEL_QUANTILE_LOWER:
        return 0;
    case PEL_QUANTILE_NEAREST: /* of two, the even one */
        return fraction > 0.5 || (fraction == 0.5 && fmod(floor_position, 2) != 0) ? 1 : 0;
    case PEL_QUANTILE_MIDPOINT:
        return fraction > 0 ? 0.5 : 0;
    default:
        return fraction;
    }
}

static struct place find_place(size_t n, double q, pel_quantile_method method)
{
    double at = find_position(n, q, method), below = floor(at);
    double weight = find_weight(below, at - below, method);
    if (below < 0)
        return (struct place){0, 0};
    if (below >= (double)(n - 1))
        return (struct place){n - 1, 0};
    return weight < 1 ? (struct place){(size_t)below, weight} : (struct place){(size_t)below + 1, 0};
}

/* Keys from ... to - 1, which have the ranks first ... last - 1 among them; ranks are in order. */
struct range {
    char *keys;
    size_t from, to;
    const uint64_t *first, *last;
};

static pel_status find_ranks(const struct kind *kind, struct range range, const pel_opts *opts)
{
    size_t size = pel_dtype_size(kind->dtype), count = (size_t)(range.last - range.first), n = range.to - range.from;
    char *keys = range.keys + range.from * size;
    if (count == 0 || n < 2)
        return PEL_OK;
    if (count > MANY_RANKS || n <= FEW_KEYS)
        return kind->sort(keys, n, opts);
    const uint64_t *middle = range.first + count / 2;
    pel_status status = kind->select(keys, n, *middle - range.from, opts);
    if (status == PEL_OK)
        status = find_ranks(kind, (struct range){range.keys, range.from, *middle, range.first, middle}, opts);
    if (status == PEL_OK)
        status = find_ranks(kind, (struct range){range.keys, *middle + 1, range.to, middle + 1, range.last}, opts);
    return status;
}

/* Between two keys as NumPy does it: from the nearer one. */
static double between(double a, double b, double weight)
{
    if (weight == 0 || a == b)
        return a;
    double value = weight < 0.5 ? a + (b - a) * weight : b - (b - a) * (1 - weight);
    return isnan(value) ? (double)NAN : value; /* the sign of one that is made differs between processors */
}

/* Sorted ranks, each of them once; returns how many. */
static size_t list_ranks(size_t n, const double *q, size_t nq, pel_quantile_method method, uint64_t *ranks)
{
    size_t count = 0, distinct = 0;
    for (size_t i = 0; i < nq; i++) {
        struct place place = find_place(n, q[i], method);
        ranks[count++] = place.rank;
        if (place.weight > 0)
            ranks[count++] = place.rank + 1;
    }
    pel_opts alone = PEL_OPTS_INIT;
    alone.threads = 1;
    pel_sort_u64(ranks, count, &alone);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || ranks[i] != ranks[i - 1])
            ranks[distinct++] = ranks[i];
    }
    return distinct;
}

static pel_status check(const struct kind *kind, const void *keys, size_t n, const double *q, size_t nq,
                        pel_quantile_method method, const double *result, const pel_opts *opts)
{
    size_t size = pel_dtype_size(kind->dtype);
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = pel_check_array(keys, n, size);
    if (status == PEL_OK)
        status = pel_check_array(q, nq, sizeof *q);
    if (status == PEL_OK)
        status = pel_check_array(result, nq, sizeof *result);
    if (status != PEL_OK || nq == 0)
        return status;
    if (nq > PTRDIFF_MAX / (2 * sizeof(uint64_t)))
        return PEL_ERANGE;
    if (n == 0 || (unsigned)method > PEL_QUANTILE_MIDPOINT)
        return PEL_EINVAL;
    for (size_t i = 0; i < nq; i++) {
        if (!(q[i] >= 0 && q[i] <= 1))
            return PEL_EINVAL;
    }
    if (pel_overlap(keys, n * size, q, nq * sizeof *q) || pel_overlap(keys, n * size, result, nq * sizeof *result))
        return PEL_EINVAL;
    if (result != q && pel_overlap(q, nq * sizeof *q, result, nq * sizeof *result))
        return PEL_EINVAL;
    return pel_asks_to_skip(kind->dtype, opts) ? PEL_ENOTSUP : PEL_OK;
}

static pel_status find_quantiles(const struct kind *kind, void *keys, size_t n, const double *q, size_t nq,
                                 pel_quantile_method method, uint64_t *ranks, double *result, const pel_opts *opts)
{
    size_t count = list_ranks(n, q, nq, method, ranks);
    pel_status status = find_ranks(kind, (struct range){keys, 0, n, ranks, ranks + count}, opts);
    for (size_t i = 0; i < nq && status == PEL_OK; i++) {
        struct place place = find_place(n, q[i], method);
        double here = kind->get(keys, place.rank);
        result[i] = place.weight > 0 ? between(here, kind->get(keys, place.rank + 1), place.weight) : here;
    }
    return status;
}

static pel_status quantiles(const struct kind *kind, void *keys, size_t n, const double *q, size_t nq,
                            pel_quantile_method method, double *result, const pel_opts *opts)
{
    uint64_t few[2 * FEW_QUANTILES];
    struct pel_scratch scratch = {NULL, NULL};
    pel_status status = check(kind, keys, n, q, nq, method, result, opts);
    if (status != PEL_OK || nq == 0)
        return status;
    if (nq > FEW_QUANTILES && !pel_scratch_take(&scratch, 2 * nq * sizeof *few, NULL))
        return PEL_ENOMEM;
    pel_opts rest = pel_opts_without_variant(opts);
    rest.flags &= ~(unsigned)PEL_DESCENDING;
    pel_fpenv caller = pel_fpenv_enter();
    status = find_quantiles(kind, keys, n, q, nq, method, scratch.data ? scratch.data : few, result, &rest);
    pel_fpenv_leave(caller);
    pel_scratch_drop(&scratch);
    return status;
}

#define QUANTILES(T, suffix, DTYPE)                                                                                    \
    static pel_status sort_##suffix(void *keys, size_t n, const pel_opts *opts)                                        \
    {                                                                                                                  \
        return pel_sort_##suffix(keys, n, opts);                                                                       \
    }                                                                                                                  \
    static pel_status select_##suffix(void *keys, size_t n, size_t k, const pel_opts *opts)                            \
    {                                                                                                                  \
        return pel_select_##suffix(keys, n, k, opts);                                                                  \
    }                                                                                                                  \
    static double get_##suffix(const void *keys, size_t i)                                                             \
    {                                                                                                                  \
        return (double)((const T *)keys)[i];                                                                           \
    }                                                                                                                  \
    pel_status pel_quantiles_##suffix(T *keys, size_t n, const double *q, size_t nq, pel_quantile_method method,       \
                                      double *result, const pel_opts *opts)                                            \
    {                                                                                                                  \
        static const struct kind kind = {DTYPE, sort_##suffix, select_##suffix, get_##suffix};                         \
        return quantiles(&kind, keys, n, q, nq, method, result, opts);                                                 \
    }

QUANTILES(float, f32, PEL_F32)
QUANTILES(double, f64, PEL_F64)
QUANTILES(int32_t, i32, PEL_I32)
QUANTILES(int64_t, i64, PEL_I64)
QUANTILES(uint32_t, u32, PEL_U32)
QUANTILES(uint64_t, u64, PEL_U64)
