/* Reductions over axes, against a plain walk over the elements and the functions of one dimension. */
#include "tests/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <pel/pel.h>

#include "tests/float_data.h"
#include "tests/float_oracle.h"

enum { MOST = 1 << 15 };

/* An array of random shape and strides in a buffer, with or without mask and missing value. */
struct field {
    pel_array array;
    void *buffer;
    unsigned char *mask;
    size_t count;
};

static double get(pel_dtype dtype, const void *p)
{
    switch (dtype) {
    case PEL_F32:
        return (double)*(const float *)p;
    case PEL_F64:
        return *(const double *)p;
    case PEL_I32:
        return *(const int32_t *)p;
    case PEL_I64:
        return (double)*(const int64_t *)p;
    case PEL_U32:
        return *(const uint32_t *)p;
    default:
        return (double)*(const uint64_t *)p;
    }
}

static void put_small(pel_dtype dtype, void *x, size_t i, struct test_random *random)
{
    uint64_t value = test_random_below(random, 50);
    if (dtype == PEL_I32 || dtype == PEL_U32)
        ((uint32_t *)x)[i] = (uint32_t)value;
    else
        ((uint64_t *)x)[i] = value;
}

/* Axes in random order of memory, each with a gap now and then, some backwards, one perhaps repeated. */
static void field_open(struct field *field, pel_dtype dtype, int ndim, enum float_data kind, struct test_random *random)
{
    size_t size = pel_dtype_size(dtype), step = 1, start = 0;
    int order[PEL_MAX_AXES];
    *field = (struct field){.array = PEL_ARRAY_INIT};
    pel_array *a = &field->array;
    a->dtype = dtype;
    a->ndim = ndim;
    for (int k = 0; k < ndim; k++)
        order[k] = k;
    for (int k = ndim; k > 1 && test_random_below(random, 3) == 0; k--) {
        size_t j = test_random_below(random, (size_t)k);
        int other = order[k - 1];
        order[k - 1] = order[j];
        order[j] = other;
    }
    field->count = 1;
    for (int i = ndim - 1; i >= 0; i--) {
        int k = order[i];
        size_t room = MOST / step < 2 ? 1 : MOST / step, most = ndim > 3 ? 6 : ndim > 1 ? 70 : 3000;
        a->shape[k] = 1 + test_random_below(random, most < room ? most : room);
        bool back = test_random_below(random, 4) == 0, repeat = test_random_below(random, 12) == 0;
        a->stride[k] = repeat ? 0 : (ptrdiff_t)(step * size) * (back ? -1 : 1);
        start += back && !repeat ? (a->shape[k] - 1) * step : 0;
        field->count *= a->shape[k];
        step *= repeat ? 1 : a->shape[k] + (test_random_below(random, 4) == 0 ? test_random_below(random, 3) : 0);
    }
    field->buffer = guard_alloc(step * size, 0, true);
    a->data = (char *)field->buffer + start * size;
    if (dtype == PEL_F32 || dtype == PEL_F64)
        float_data_fill(kind, dtype, field->buffer, step, random);
    else
        for (size_t i = 0; i < step; i++)
            put_small(dtype, field->buffer, i, random);
    if (test_random_below(random, 3) == 0) {
        field->mask = guard_alloc(field->count, 0, true);
        ptrdiff_t stride = 1;
        for (int k = ndim - 1; k >= 0; k--) {
            a->mask_stride[k] = stride;
            stride *= (ptrdiff_t)a->shape[k];
        }
        for (size_t i = 0; i < field->count; i++)
            field->mask[i] = test_random_below(random, 4) != 0;
        a->mask = field->mask;
    }
    if (test_random_below(random, 4) == 0) {
        a->has_missing = 1;
        a->missing = test_random_below(random, 2) ? 3 : get(dtype, field->buffer);
    }
}

static void field_close(struct field *field)
{
    guard_free(field->buffer);
    if (field->mask)
        guard_free(field->mask);
}

static bool counts(const pel_array *a, const void *element, const unsigned char *mask)
{
    double value = get(a->dtype, element);
    bool missing = a->has_missing && (value == a->missing || (isnan(value) && isnan(a->missing)));
    return (!mask || *mask) && !missing;
}

/* Copies what counts of the result at this index of the kept axes, and where among all that is. */
static size_t collect(const pel_array *a, unsigned axes, size_t result, void *to, uint64_t *place)
{
    size_t size = pel_dtype_size(a->dtype), count = 0, terms = 1;
    for (int k = 0; k < a->ndim; k++)
        terms *= axes >> k & 1 ? a->shape[k] : 1;
    for (size_t term = 0; term < terms; term++) {
        const char *p = a->data;
        const unsigned char *mask = a->mask;
        size_t kept = result, reduced = term;
        for (int k = a->ndim - 1; k >= 0; k--) {
            size_t *index = axes >> k & 1 ? &reduced : &kept;
            ptrdiff_t i = (ptrdiff_t)(*index % a->shape[k]);
            *index /= a->shape[k];
            p += i * a->stride[k];
            mask += mask ? i * a->mask_stride[k] : 0;
        }
        if (counts(a, p, mask)) {
            place[count] = term;
            memcpy((char *)to + count++ * size, p, size);
        }
    }
    return count;
}

#define CALL(name)                                                                                                     \
    (a == PEL_F32   ? pel_##name##_f32(x, n, (void *)r, NULL)                                                          \
     : a == PEL_F64 ? pel_##name##_f64(x, n, (void *)r, NULL)                                                          \
     : a == PEL_I32 ? pel_##name##_i32(x, n, (void *)r, NULL)                                                          \
     : a == PEL_I64 ? pel_##name##_i64(x, n, (void *)r, NULL)                                                          \
     : a == PEL_U32 ? pel_##name##_u32(x, n, (void *)r, NULL)                                                          \
                    : pel_##name##_u64(x, n, (void *)r, NULL))

/* Functions of floats alone, with results of the elements' type and of doubles. */
#define CALL_OF_FLOATS(name)                                                                                           \
    (a == PEL_F32 ? (void)pel_##name##_f32(x, n, (void *)r, NULL) : (void)pel_##name##_f64(x, n, (void *)r, NULL))

/* A sum or mean rounded once to a type that is not the one of the function of one dimension: through an accumulator. */
static void other_sum(pel_dtype a, const void *x, size_t n, pel_dtype to, unsigned char *r)
{
    pel_acc acc = {0};
    if (a == PEL_F32)
        pel_acc_add_f32(&acc, x, n, NULL);
    else
        pel_acc_add_f64(&acc, x, n, NULL);
    if (to == PEL_F32)
        pel_acc_round_f32(&acc, (float *)(void *)r);
    else
        pel_acc_round_f64(&acc, (double *)(void *)r);
}

/* A mean rounded once to float: MPFR divides the exact sum. What is no number, and the sign of a zero, are those of the
 * mean rounded to double. */
static void float_mean(pel_dtype a, const void *x, size_t n, unsigned char *r)
{
    pel_acc acc = {0};
    double mean;
    float result;
    if (a == PEL_F32)
        pel_mean_f32(x, n, &mean, NULL), pel_acc_add_f32(&acc, x, n, NULL);
    else
        pel_mean_f64(x, n, &mean, NULL), pel_acc_add_f64(&acc, x, n, NULL);
    uint32_t bits = isfinite(mean) ? (uint32_t)oracle_acc(PEL_F32, &acc, n) : 0;
    memcpy(&result, &bits, sizeof result);
    result = !isfinite(mean) ? (float)mean : result == 0 ? copysignf(0, (float)mean) : result;
    memcpy(r, &result, sizeof result);
}

/* The status of the function of one dimension: PEL_ERANGE of integers that do not fit. */
static pel_status wanted(pel_reduction reduction, pel_dtype a, const void *x, size_t n, size_t ddof, pel_dtype to,
                         unsigned char *r)
{
    switch (reduction) {
    case PEL_REDUCE_SUM:
        if (a == PEL_F32 || a == PEL_F64)
            other_sum(a, x, n, to, r);
        else
            return CALL(sum);
        break;
    case PEL_REDUCE_MEAN:
        if (to == PEL_F32)
            float_mean(a, x, n, r);
        else
            return CALL(mean);
        break;
    case PEL_REDUCE_MIN:
        return CALL(min);
    case PEL_REDUCE_MAX:
        return CALL(max);
    case PEL_REDUCE_ASUM:
        CALL_OF_FLOATS(asum);
        break;
    case PEL_REDUCE_NRM2:
        CALL_OF_FLOATS(nrm2);
        break;
    case PEL_REDUCE_VAR:
        a == PEL_F32 ? (void)pel_var_f32(x, n, ddof, (void *)r, NULL) : (void)pel_var_f64(x, n, ddof, (void *)r, NULL);
        break;
    case PEL_REDUCE_STD:
        a == PEL_F32 ? (void)pel_std_f32(x, n, ddof, (void *)r, NULL) : (void)pel_std_f64(x, n, ddof, (void *)r, NULL);
        break;
    case PEL_REDUCE_PROD:
        return CALL(prod);
    case PEL_REDUCE_LOGSUMEXP:
        CALL_OF_FLOATS(logsumexp);
        break;
    case PEL_REDUCE_SKEWNESS:
        CALL_OF_FLOATS(skewness);
        break;
    case PEL_REDUCE_KURTOSIS:
        CALL_OF_FLOATS(kurtosis);
        break;
    case PEL_REDUCE_ARGMIN:
        return CALL(argmin);
    case PEL_REDUCE_ARGMAX:
        return CALL(argmax);
    case PEL_REDUCE_NONZERO:
        return CALL(count);
    case PEL_REDUCE_ANY:
        return CALL(any);
    case PEL_REDUCE_ALL:
        return CALL(all);
    default:
        memcpy(r, &(uint64_t){n}, sizeof(uint64_t));
    }
    return PEL_OK;
}

static size_t least_of(pel_reduction reduction, size_t ddof)
{
    switch (reduction) {
    case PEL_REDUCE_SUM:
    case PEL_REDUCE_ASUM:
    case PEL_REDUCE_NRM2:
    case PEL_REDUCE_COUNT:
    case PEL_REDUCE_PROD:
    case PEL_REDUCE_LOGSUMEXP:
    case PEL_REDUCE_NONZERO:
    case PEL_REDUCE_ANY:
    case PEL_REDUCE_ALL:
        return 0;
    case PEL_REDUCE_VAR:
    case PEL_REDUCE_STD:
        return ddof + 1;
    default:
        return 1;
    }
}

/* random: NULL for the usual type. */
static pel_dtype result_of(pel_reduction reduction, pel_dtype a, struct test_random *random)
{
    bool is_float = a == PEL_F32 || a == PEL_F64;
    switch (reduction) {
    case PEL_REDUCE_PROD:
        if (is_float)
            return a;
        return a == PEL_I32 || a == PEL_I64 ? PEL_I64 : PEL_U64;
    case PEL_REDUCE_SUM:
        if (!is_float)
            return a == PEL_I32 || a == PEL_I64 ? PEL_I64 : PEL_U64;
        return random && test_random_below(random, 2) ? PEL_F32 : PEL_F64;
    case PEL_REDUCE_MEAN:
        return is_float && random && oracle_exists() && test_random_below(random, 2) ? PEL_F32 : PEL_F64;
    case PEL_REDUCE_MIN:
    case PEL_REDUCE_MAX:
    case PEL_REDUCE_ASUM:
    case PEL_REDUCE_NRM2:
    case PEL_REDUCE_LOGSUMEXP:
        return a;
    case PEL_REDUCE_COUNT:
    case PEL_REDUCE_NONZERO:
    case PEL_REDUCE_ARGMIN:
    case PEL_REDUCE_ARGMAX:
        return PEL_U64;
    case PEL_REDUCE_ANY:
    case PEL_REDUCE_ALL:
        return PEL_I32;
    default:
        return PEL_F64;
    }
}

static bool provided(pel_reduction reduction, pel_dtype dtype)
{
    switch (reduction) {
    case PEL_REDUCE_ASUM:
    case PEL_REDUCE_NRM2:
    case PEL_REDUCE_VAR:
    case PEL_REDUCE_STD:
    case PEL_REDUCE_LOGSUMEXP:
    case PEL_REDUCE_SKEWNESS:
    case PEL_REDUCE_KURTOSIS:
        return dtype == PEL_F32 || dtype == PEL_F64;
    default:
        return true;
    }
}

static void put_missing(pel_dtype dtype, unsigned char *r)
{
    if (dtype == PEL_F32)
        memcpy(r, &(float){77}, sizeof(float));
    else if (dtype == PEL_F64)
        memcpy(r, &(double){77}, sizeof(double));
    else
        memcpy(r, &(uint64_t){77}, pel_dtype_size(dtype));
}

static size_t count_elements(const pel_array *a)
{
    size_t count = 1;
    for (int k = 0; k < a->ndim; k++)
        count *= a->shape[k];
    return count;
}

/* What stands at a place of out: the result, what is missing, or where the result does not fit what stood there. room:
 * for two words of each element. */
static pel_status expected(pel_reduction reduction, const pel_array *in, unsigned axes, size_t i, size_t ddof,
                           pel_dtype to, uint64_t *room, unsigned char bytes[8])
{
    void *elements = room;
    uint64_t index, *place = room + count_elements(in);
    size_t n = collect(in, axes, i, elements, place);
    if (n < least_of(reduction, ddof)) {
        put_missing(to, bytes);
        return PEL_OK;
    }
    pel_status status = wanted(reduction, in->dtype, elements, n, ddof, to, bytes);
    if (reduction == PEL_REDUCE_ARGMIN || reduction == PEL_REDUCE_ARGMAX) {
        memcpy(&index, bytes, sizeof index);
        memcpy(bytes, &place[index], sizeof place[0]);
    }
    return status;
}

/* out with strides of its own; missing: 77. */
static size_t open_out(pel_array *out, const pel_array *in, unsigned axes, bool keeps)
{
    size_t results = 1;
    for (int k = 0; k < in->ndim; k++) {
        bool reduced = axes >> k & 1;
        if (!reduced || keeps)
            out->shape[out->ndim++] = reduced ? 1 : in->shape[k];
        results *= reduced ? 1 : in->shape[k];
    }
    out->has_missing = 1;
    out->missing = 77;
    assert_int_equal(pel_array_pack(out), PEL_OK);
    out->data = guard_alloc(results * pel_dtype_size(out->dtype), 0, true);
    return results;
}

static void check(pel_reduction reduction, const struct field *field, unsigned axes, struct test_random *random)
{
    const pel_array *in = &field->array;
    size_t ddof = test_random_below(random, 2);
    pel_array out = PEL_ARRAY_INIT;
    pel_opts opts = PEL_OPTS_INIT;
    out.dtype = result_of(reduction, in->dtype, random);
    size_t results = open_out(&out, in, axes, test_random_below(random, 2)), size = pel_dtype_size(out.dtype);
    pel_status status = PEL_OK;
    uint64_t *room = malloc((2 * count_elements(in) + 1) * sizeof *room);
    assert_non_null(room);
    memset(out.data, 0x5a, results * size);
    opts.threads = 1 + (int)test_random_below(random, 4);
    pel_status said = pel_reduce_axes(reduction, in, axes, ddof, &out, &opts);
    for (size_t i = 0; i < results; i++) {
        _Alignas(double) unsigned char bytes[8];
        memset(bytes, 0x5a, sizeof bytes);
        if (expected(reduction, in, axes, i, ddof, out.dtype, room, bytes) != PEL_OK)
            status = PEL_ERANGE;
        if (memcmp((char *)out.data + i * size, bytes, size) != 0)
            fail_msg("reduction %d dtype %d to %d, %d axes, mask of those reduced %x, result %zu of %zu",
                     (int)reduction, (int)in->dtype, (int)out.dtype, in->ndim, axes, i, results);
    }
    assert_int_equal(said, status);
    free(room);
    guard_free(out.data);
}

static void test_oracle(void **unused)
{
    (void)unused;
    struct test_random random = test_random_start(test_seed(), 1);
    for (int round = 0; round < (test_long() ? 10000 : 500); round++) {
        struct field field;
        pel_dtype dtype = round % 3 == 0 ? PEL_F32 : (pel_dtype)(round % 6);
        int ndim = 1 + (int)test_random_below(&random, round % 4 == 0 ? PEL_MAX_AXES : 3);
        field_open(&field, dtype, ndim, (enum float_data)test_random_below(&random, DATA_KINDS), &random);
        for (int r = PEL_REDUCE_SUM; r <= PEL_REDUCE_ALL; r++) {
            if (provided((pel_reduction)r, dtype))
                check((pel_reduction)r, &field, (unsigned)test_random_below(&random, (size_t)1 << ndim), &random);
        }
        field_close(&field);
    }
}

/* One result of many elements, which threads share if they are neighbours; then every second, backwards. Products are
 * more than a leaf of their tree. */
static void test_one_result(void **unused)
{
    enum { N = 1 << 17 };
    static double x[N], some[N];
    struct test_random random = test_random_start(test_seed(), 2);
    (void)unused;
    for (int r = PEL_REDUCE_SUM; r <= PEL_REDUCE_ALL; r++) {
        for (int step = 1; step >= -2; step -= 3) {
            _Alignas(double) unsigned char bytes[8] = {0}, result[8] = {0};
            pel_array in = PEL_ARRAY_INIT, out = PEL_ARRAY_INIT;
            size_t n = step > 0 ? N : N / 2;
            for (size_t i = 0; i < N; i++)
                x[i] = 0.5 + (double)test_random_below(&random, 1 << 20) * 0x1p-20;
            for (size_t i = 0; i < n; i++)
                some[i] = step > 0 ? x[i] : x[N - 1 - 2 * i];
            in.data = step > 0 ? x : x + N - 1, in.ndim = 1, in.shape[0] = n;
            in.stride[0] = step * (ptrdiff_t)sizeof x[0];
            out.data = result, out.dtype = result_of((pel_reduction)r, PEL_F64, NULL);
            assert_int_equal(pel_reduce_axes((pel_reduction)r, &in, 1, 1, &out, NULL), PEL_OK);
            wanted((pel_reduction)r, PEL_F64, some, n, 1, out.dtype, bytes);
            if (memcmp(bytes, result, sizeof bytes) != 0)
                fail_msg("reduction %d of %zu elements, step %d", r, n, step);
        }
    }
}

/* Means to floats, rounded once: of long columns, with ties that one small element decides. */
static void test_float_means(void **unused)
{
    enum { ROWS = 4, COLUMNS = 40 };
    static float x[ROWS][COLUMNS], result[COLUMNS];
    pel_array in = PEL_ARRAY_INIT, out = PEL_ARRAY_INIT;
    (void)unused;
    for (int i = 0; i < COLUMNS; i++) {
        float last = 1 + (float)i * 0x1p-23F;
        x[0][i] = last;
        x[1][i] = last;
        x[2][i] = last + 0x1p-22F; /* the mean is last and half a unit */
        x[3][i] = last;
        x[1][i] = i % 3 == 1 ? x[1][i] - 0x1p-23F : x[1][i];
    }
    in.data = x, in.dtype = PEL_F32, in.ndim = 2, in.shape[0] = ROWS, in.shape[1] = COLUMNS;
    out.data = result, out.dtype = PEL_F32, out.ndim = 1, out.shape[0] = COLUMNS;
    assert_int_equal(pel_array_pack(&in), PEL_OK);
    assert_int_equal(pel_array_pack(&out), PEL_OK);
    assert_int_equal(pel_reduce_axes(PEL_REDUCE_MEAN, &in, 1, 0, &out, NULL), PEL_OK);
    for (int i = 0; i < COLUMNS; i++) {
        double sum = (double)x[0][i] + (double)x[1][i] + (double)x[2][i] + (double)x[3][i]; /* exact */
        assert_true(result[i] == (float)(sum / 4));
    }
}

static void test_arguments(void **unused)
{
    double x[6] = {1, 2, 3, 4, 5, 6}, result[6] = {7, 7, 7, 7, 7, 7};
    pel_array in = PEL_ARRAY_INIT, out = PEL_ARRAY_INIT, bad;
    pel_opts opts = PEL_OPTS_INIT;
    (void)unused;
    in.data = x, in.ndim = 2, in.shape[0] = 2, in.shape[1] = 3;
    out.data = result, out.ndim = 1, out.shape[0] = 3;
    assert_int_equal(pel_array_pack(&in), PEL_OK);
    assert_int_equal(pel_array_pack(&out), PEL_OK);
#define EXPECT(status, reduction, in, axes, ddof, out, opts)                                                           \
    assert_int_equal(pel_reduce_axes(reduction, in, axes, ddof, out, opts), status)
    EXPECT(PEL_EINVAL, PEL_REDUCE_SUM, NULL, 1, 0, &out, NULL);
    EXPECT(PEL_EINVAL, PEL_REDUCE_SUM, &in, 1, 0, NULL, NULL);
    EXPECT(PEL_EINVAL, PEL_REDUCE_SUM, &in, 4, 0, &out, NULL);
    EXPECT(PEL_EINVAL, PEL_REDUCE_SUM, &in, 2, 0, &out, NULL);
    EXPECT(PEL_EINVAL, PEL_REDUCE_SUM, &in, 3, 0, &out, NULL);
    EXPECT(PEL_EINVAL, (pel_reduction)99, &in, 1, 0, &out, NULL);
    EXPECT(PEL_OK, PEL_REDUCE_VAR, &in, 1, SIZE_MAX, &out, NULL);
    assert_true(isnan(result[0]));
    opts.flags = PEL_NAN_SKIP;
    EXPECT(PEL_ENOTSUP, PEL_REDUCE_SUM, &in, 1, 0, &out, &opts);
    EXPECT(PEL_OK, PEL_REDUCE_MIN, &in, 1, 0, &out, &opts);
    assert_true(result[0] == 1 && result[2] == 3 && result[3] == 7);
    result[0] = 7;
    bad = in, bad.ndim = PEL_MAX_AXES + 1;
    EXPECT(PEL_EINVAL, PEL_REDUCE_SUM, &bad, 1, 0, &out, NULL);
    bad = in, bad.size = 8;
    EXPECT(PEL_EINVAL, PEL_REDUCE_SUM, &bad, 1, 0, &out, NULL);
    bad = in, bad.data = NULL;
    EXPECT(PEL_EINVAL, PEL_REDUCE_SUM, &bad, 1, 0, &out, NULL);
    bad = in, bad.data = (char *)x + 4;
    EXPECT(PEL_EINVAL, PEL_REDUCE_SUM, &bad, 1, 0, &out, NULL);
    bad = in, bad.stride[0] = 12;
    EXPECT(PEL_EINVAL, PEL_REDUCE_SUM, &bad, 1, 0, &out, NULL);
    bad = in, bad.stride[0] = PTRDIFF_MAX / 8 * 8;
    EXPECT(PEL_ERANGE, PEL_REDUCE_SUM, &bad, 1, 0, &out, NULL);
    bad = in, bad.dtype = (pel_dtype)77;
    EXPECT(PEL_EINVAL, PEL_REDUCE_SUM, &bad, 1, 0, &out, NULL);
    bad = in, bad.dtype = PEL_I64;
    EXPECT(PEL_EINVAL, PEL_REDUCE_SUM, &bad, 1, 0, &out, NULL);
    EXPECT(PEL_ENOTSUP, PEL_REDUCE_VAR, &bad, 1, 0, &out, NULL);
    bad = out, bad.dtype = PEL_U64;
    EXPECT(PEL_EINVAL, PEL_REDUCE_SUM, &in, 1, 0, &bad, NULL);
    bad = in, bad.shape[0] = 0;
    EXPECT(PEL_OK, PEL_REDUCE_MEAN, &bad, 1, 0, &out, NULL);
    assert_true(isnan(result[0]) && isnan(result[2]));
    EXPECT(PEL_OK, PEL_REDUCE_SUM, &bad, 1, 0, &out, NULL);
    assert_true(result[0] == 0 && result[3] == 7);
    bad = out, bad.data = x + 1;
    EXPECT(PEL_EINVAL, PEL_REDUCE_SUM, &in, 1, 0, &bad, NULL);
    bad = in, bad.data = x + 5, bad.stride[0] = -24, bad.stride[1] = -8;
    EXPECT(PEL_OK, PEL_REDUCE_SUM, &bad, 1, 0, &out, NULL);
    assert_true(result[0] == 9 && result[1] == 7 && result[2] == 5);
    out.data = x;
    EXPECT(PEL_EINVAL, PEL_REDUCE_SUM, &bad, 1, 0, &out, NULL);
    out.data = result;
    bad = in, bad.mask = (unsigned char *)result + 20;
    EXPECT(PEL_EINVAL, PEL_REDUCE_SUM, &bad, 1, 0, &out, NULL);
    bad = in, bad.shape[0] = SIZE_MAX;
    EXPECT(PEL_ERANGE, PEL_REDUCE_SUM, &bad, 1, 0, &out, NULL);
    bad = in, bad.shape[0] = PTRDIFF_MAX / 24 + 1;
    assert_int_equal(pel_array_pack(&bad), PEL_ERANGE);
#undef EXPECT
}

/* Results may lie between the elements that are read. */
static void test_interleaved(void **unused)
{
    double both[6][2] = {{1, 7}, {2, 7}, {3, 7}, {4, 7}, {5, 7}, {6, 7}};
    pel_array in = PEL_ARRAY_INIT, out = PEL_ARRAY_INIT;
    (void)unused;
    in.data = &both[0][0], in.ndim = 2, in.shape[0] = 2, in.shape[1] = 3, in.stride[0] = 48, in.stride[1] = 16;
    out.data = &both[1][1], out.ndim = 1, out.shape[0] = 3, out.stride[0] = 16;
    assert_int_equal(pel_reduce_axes(PEL_REDUCE_SUM, &in, 1, 0, &out, NULL), PEL_OK);
    assert_true(both[0][1] == 7 && both[1][1] == 5 && both[2][1] == 7 && both[3][1] == 9 && both[4][1] == 7);
    out.stride[0] = 8;
    assert_int_equal(pel_reduce_axes(PEL_REDUCE_SUM, &in, 1, 0, &out, NULL), PEL_EINVAL);
}

/* Elements that are the worst there can be, and NaN that is skipped, between others that are left out. */
static void test_places_of_the_worst(void **unused)
{
    const uint64_t worst[4] = {1, UINT64_MAX, UINT64_MAX, 2};
    const double none[4] = {1, NAN, NAN, 2};
    static const unsigned char mask[4] = {0, 1, 1, 0};
    pel_array in = PEL_ARRAY_INIT, out = PEL_ARRAY_INIT;
    pel_opts skip = PEL_OPTS_INIT;
    uint64_t place = 77;
    (void)unused;
    skip.flags = PEL_NAN_SKIP;
    in.dtype = PEL_U64, in.ndim = 1, in.shape[0] = 4, in.data = (void *)(uintptr_t)worst, in.mask = mask;
    out.dtype = PEL_U64, out.data = &place, out.has_missing = 1;
    assert_int_equal(pel_array_pack(&in), PEL_OK);
    assert_int_equal(pel_reduce_axes(PEL_REDUCE_ARGMIN, &in, 1, 0, &out, NULL), PEL_OK);
    assert_int_equal(place, 1);
    in.dtype = PEL_F64, in.data = (void *)(uintptr_t)none;
    assert_int_equal(pel_reduce_axes(PEL_REDUCE_ARGMAX, &in, 1, 0, &out, &skip), PEL_OK);
    assert_int_equal(place, 1);
}

/* Usual fill values, which are no floats; a packed mask. */
static void test_left_out(void **unused)
{
    static const double fills[] = {1e20, 9.96921e36, -999.9, 0.1, NAN};
    static const unsigned char mask[4] = {1, 0, 1, 1};
    double sum;
    (void)unused;
    for (size_t i = 0; i < sizeof fills / sizeof fills[0]; i++) {
        float x[4] = {1, 2, (float)fills[i], 4};
        pel_array in = PEL_ARRAY_INIT, out = PEL_ARRAY_INIT;
        in.data = x, in.dtype = PEL_F32, in.ndim = 1, in.shape[0] = 4;
        in.has_missing = 1, in.missing = fills[i];
        out.data = &sum;
        assert_int_equal(pel_array_pack(&in), PEL_OK);
        assert_int_equal(pel_reduce_axes(PEL_REDUCE_SUM, &in, 1, 0, &out, NULL), PEL_OK);
        assert_true(sum == 7);
        in.mask = mask;
        assert_int_equal(pel_reduce_axes(PEL_REDUCE_SUM, &in, 1, 0, &out, NULL), PEL_OK);
        assert_true(sum == 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_oracle),
        cmocka_unit_test(test_one_result),
        cmocka_unit_test(test_float_means),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_interleaved),
        cmocka_unit_test(test_left_out),
        cmocka_unit_test(test_places_of_the_worst),
    };
    test_set_processors(4);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
