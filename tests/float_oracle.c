#include "tests/float_oracle.h"

#include "config.h"

#include "tests/float_data.h"
#include "tests/support.h"

#ifdef PEL_HAVE_MPFR
#define MPFR_USE_INTMAX_T
#include <mpfr.h>

enum { EXACT = 4500, PRODUCT = 106 }; /* bits */

bool oracle_exists(void)
{
    return true;
}

static uint64_t rounded(pel_dtype dtype, const mpfr_t value)
{
    double f64 = mpfr_get_d(value, MPFR_RNDN);
    float f32 = mpfr_get_flt(value, MPFR_RNDN);
    uint32_t bits32;
    uint64_t bits64;
    memcpy(&bits32, &f32, sizeof bits32);
    memcpy(&bits64, &f64, sizeof bits64);
    if (mpfr_nan_p(value))
        return dtype == PEL_F32 ? UINT64_C(0x7fc00000) : UINT64_C(0x7ff8) << 48;
    return dtype == PEL_F32 ? bits32 : bits64;
}

static void set_element(mpfr_t value, pel_dtype dtype, const void *x, size_t i)
{
    switch (dtype) {
    case PEL_I32:
        mpfr_set_sj(value, ((const int32_t *)x)[i], MPFR_RNDN);
        break;
    case PEL_I64:
        mpfr_set_sj(value, ((const int64_t *)x)[i], MPFR_RNDN);
        break;
    case PEL_U32:
        mpfr_set_uj(value, ((const uint32_t *)x)[i], MPFR_RNDN);
        break;
    case PEL_U64:
        mpfr_set_uj(value, ((const uint64_t *)x)[i], MPFR_RNDN);
        break;
    default:
        mpfr_set_d(value, float_data_get(dtype, x, i), MPFR_RNDN);
    }
}

/* Starts from -0, which only keeps its sign as long as nothing but -0 is added. */
uint64_t oracle_reduction(enum pel_op op, pel_dtype dtype, const void *x, const void *y, size_t n)
{
    mpfr_t sum, term;
    mpfr_init2(sum, EXACT);
    mpfr_init2(term, PRODUCT);
    mpfr_set_zero(sum, n > 0 ? -1 : 1);
    for (size_t i = 0; i < n; i++) {
        set_element(term, dtype, x, i);
        if (op == PEL_OP_DOT)
            mpfr_mul_d(term, term, float_data_get(dtype, y, i), MPFR_RNDN);
        else if (op == PEL_OP_ASUM)
            mpfr_abs(term, term, MPFR_RNDN);
        else if (op == PEL_OP_NRM2)
            mpfr_sqr(term, term, MPFR_RNDN);
        assert_int_equal(mpfr_add(sum, sum, term, MPFR_RNDN), 0);
    }
    if (op == PEL_OP_MEAN)
        mpfr_div_ui(sum, sum, n, MPFR_RNDN);
    else if (op == PEL_OP_NRM2)
        mpfr_sqrt(sum, sum, MPFR_RNDN);
    uint64_t bits = rounded(op == PEL_OP_MEAN ? PEL_F64 : dtype, sum);
    mpfr_clears(sum, term, (mpfr_ptr)NULL);
    return bits;
}

/* Sums of elements and products, and what is made of them: enough bits for the product of two such sums. */
enum { SUM_X, SUM_Y, SUM_XX, SUM_XY, SUM_YY, SUMS, TWICE = 2 * EXACT + 200 };

static void add_products(mpfr_t *sum, double x, double y)
{
    const double factor[SUMS][2] = {
        [SUM_X] = {x, 1}, [SUM_Y] = {y, 1}, [SUM_XX] = {x, x}, [SUM_XY] = {x, y}, [SUM_YY] = {y, y}};
    mpfr_t term;
    mpfr_init2(term, PRODUCT);
    for (int i = 0; i < SUMS; i++) {
        mpfr_set_d(term, factor[i][0], MPFR_RNDN);
        mpfr_mul_d(term, term, factor[i][1], MPFR_RNDN);
        mpfr_add(sum[i], sum[i], term, MPFR_RNDN);
    }
    mpfr_clear(term);
}

/* n sum(x y) - sum(x) sum(y). */
static void spread(mpfr_t spread, mpfr_t xy, mpfr_t x, mpfr_t y, size_t n)
{
    mpfr_t product;
    mpfr_init2(product, TWICE);
    assert_int_equal(mpfr_mul(product, x, y, MPFR_RNDN), 0);
    assert_int_equal(mpfr_mul_ui(spread, xy, n, MPFR_RNDN), 0);
    assert_int_equal(mpfr_sub(spread, spread, product, MPFR_RNDN), 0);
    mpfr_clear(product);
}

uint64_t oracle_statistic(enum pel_op op, pel_dtype dtype, const void *x, const void *y, size_t n, size_t ddof)
{
    mpfr_t sum[SUMS], a, b;
    for (int i = 0; i < SUMS; i++) {
        mpfr_init2(sum[i], EXACT);
        mpfr_set_zero(sum[i], 1);
    }
    mpfr_inits2(TWICE, a, b, (mpfr_ptr)NULL);
    for (size_t i = 0; i < n; i++)
        add_products(sum, float_data_get(dtype, x, i), y ? float_data_get(dtype, y, i) : 0);
    if (op == PEL_OP_WMEAN) {
        mpfr_div(a, sum[SUM_XY], sum[SUM_Y], MPFR_RNDN);
        if (mpfr_zero_p(sum[SUM_XY]))
            mpfr_set_zero(a, 1);
        if (mpfr_zero_p(sum[SUM_Y]))
            mpfr_set_nan(a);
    } else if (op == PEL_OP_CORR) {
        mpfr_t c;
        mpfr_init2(c, 2 * TWICE);
        spread(a, sum[SUM_XX], sum[SUM_X], sum[SUM_X], n);
        spread(b, sum[SUM_YY], sum[SUM_Y], sum[SUM_Y], n);
        mpfr_mul(c, a, b, MPFR_RNDN);
        mpfr_sqrt(c, c, MPFR_RNDN);
        spread(a, sum[SUM_XY], sum[SUM_X], sum[SUM_Y], n);
        mpfr_div(a, a, c, MPFR_RNDN);
        mpfr_clear(c);
    } else {
        bool covariance = op == PEL_OP_COV;
        spread(a, covariance ? sum[SUM_XY] : sum[SUM_XX], sum[SUM_X], covariance ? sum[SUM_Y] : sum[SUM_X], n);
        mpfr_div_ui(a, a, n, MPFR_RNDN);
        mpfr_div_ui(a, a, n - ddof, MPFR_RNDN);
        if (op == PEL_OP_STD)
            mpfr_sqrt(a, a, MPFR_RNDN);
    }
    uint64_t bits = rounded(PEL_F64, a);
    for (int i = 0; i < SUMS; i++)
        mpfr_clear(sum[i]);
    mpfr_clears(a, b, (mpfr_ptr)NULL);
    return bits;
}

static void add_complex(mpfr_t *sum, double re, double im, bool dot, double other_re, double other_im)
{
    const double factor[2][2][2] = {{{re, other_re}, {-im, other_im}}, {{re, other_im}, {im, other_re}}};
    mpfr_t term;
    mpfr_init2(term, PRODUCT);
    for (int part = 0; part < 2; part++) {
        for (int i = 0; i < 2; i++) {
            mpfr_set_d(term, dot ? factor[part][i][0] : part == 0 ? re : im, MPFR_RNDN);
            if (dot)
                mpfr_mul_d(term, term, factor[part][i][1], MPFR_RNDN);
            if (dot || i == 0)
                mpfr_add(sum[part], sum[part], term, MPFR_RNDN);
        }
    }
    mpfr_clear(term);
}

void oracle_complex(enum pel_op op, pel_dtype dtype, const void *x, const void *y, size_t n, uint64_t bits[2])
{
    bool dot = op != PEL_OP_CSUM;
    mpfr_t sum[2];
    for (int part = 0; part < 2; part++) {
        mpfr_init2(sum[part], EXACT);
        mpfr_set_zero(sum[part], n > 0 ? -1 : 1);
    }
    for (size_t i = 0; i < 2 * n; i += 2) {
        double im = float_data_get(dtype, x, i + 1);
        add_complex(sum, float_data_get(dtype, x, i), op == PEL_OP_CDOTC ? -im : im, dot,
                    dot ? float_data_get(dtype, y, i) : 0, dot ? float_data_get(dtype, y, i + 1) : 0);
    }
    for (int part = 0; part < 2; part++) {
        bits[part] = rounded(dtype, sum[part]);
        mpfr_clear(sum[part]);
    }
}

static void init_acc(mpfr_t value, const struct pel_acc *acc)
{
    mpfr_t term;
    mpfr_init2(term, 64);
    mpfr_init2(value, EXACT);
    mpfr_set_zero(value, 1);
    for (int i = acc->low; i < acc->high; i++) {
        mpfr_set_si_2exp(term, (long)acc->limb[i], PEL_ACC_LOWEST + 32 * i, MPFR_RNDN);
        assert_int_equal(mpfr_add(value, value, term, MPFR_RNDN), 0);
    }
    mpfr_clear(term);
}

uint64_t oracle_acc(pel_dtype dtype, const struct pel_acc *acc, uint64_t divisor)
{
    mpfr_t value;
    init_acc(value, acc);
    mpfr_div_ui(value, value, divisor, MPFR_RNDN);
    uint64_t bits = rounded(dtype, value);
    mpfr_clear(value);
    return bits;
}

uint64_t oracle_acc_root(pel_dtype dtype, const struct pel_acc *acc)
{
    mpfr_t value;
    init_acc(value, acc);
    mpfr_abs(value, value, MPFR_RNDN);
    mpfr_sqrt(value, value, MPFR_RNDN);
    uint64_t bits = rounded(dtype, value);
    mpfr_clear(value);
    return bits;
}

bool oracle_acc_is_sum(const struct pel_acc *sum, const struct pel_acc *a, const struct pel_acc *b)
{
    mpfr_t whole, first, second;
    init_acc(whole, sum);
    init_acc(first, a);
    init_acc(second, b);
    assert_int_equal(mpfr_add(first, first, second, MPFR_RNDN), 0);
    bool equal = mpfr_equal_p(whole, first);
    mpfr_clears(whole, first, second, (mpfr_ptr)NULL);
    return equal;
}

#else

bool oracle_exists(void)
{
    return false;
}

uint64_t oracle_reduction(enum pel_op op, pel_dtype dtype, const void *x, const void *y, size_t n)
{
    (void)op, (void)dtype, (void)x, (void)y, (void)n;
    fail_msg("built without MPFR");
    return 0;
}

uint64_t oracle_statistic(enum pel_op op, pel_dtype dtype, const void *x, const void *y, size_t n, size_t ddof)
{
    (void)op, (void)dtype, (void)x, (void)y, (void)n, (void)ddof;
    fail_msg("built without MPFR");
    return 0;
}

void oracle_complex(enum pel_op op, pel_dtype dtype, const void *x, const void *y, size_t n, uint64_t bits[2])
{
    (void)op, (void)dtype, (void)x, (void)y, (void)n, (void)bits;
    fail_msg("built without MPFR");
}

uint64_t oracle_acc(pel_dtype dtype, const struct pel_acc *acc, uint64_t divisor)
{
    (void)dtype, (void)acc, (void)divisor;
    fail_msg("built without MPFR");
    return 0;
}

uint64_t oracle_acc_root(pel_dtype dtype, const struct pel_acc *acc)
{
    (void)dtype, (void)acc;
    fail_msg("built without MPFR");
    return 0;
}

bool oracle_acc_is_sum(const struct pel_acc *sum, const struct pel_acc *a, const struct pel_acc *b)
{
    (void)sum, (void)a, (void)b;
    fail_msg("built without MPFR");
    return false;
}

#endif
