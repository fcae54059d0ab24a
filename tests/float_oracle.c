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
