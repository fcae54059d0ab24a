/* Accumulators that callers hold. */
#include <pel/accumulate.h>

#include <string.h>

#include "lib/accumulator.h"
#include "lib/reduce.h"
#include "lib/spread.h"

enum { VERSION = 1, AT_VERSION = 4, AT_FLAGS = 5, AT_SIGN = 6, AT_CHECK = 8, AT_DIGITS = 16, ALL_FLAGS = 31 };

static const unsigned char magic[AT_VERSION] = {'P', 'E', 'L', 'A'};

/* What an object that was never made is unlikely to hold. */
static bool is_acc(const pel_acc *acc)
{
    return acc && acc->low >= 0 && acc->low <= acc->high && acc->high <= PEL_ACC_LIMBS &&
           acc->deposits <= PEL_ACC_MOST_DEPOSITS + 1 && acc->flags <= ALL_FLAGS;
}

pel_status pel_acc_reset(pel_acc *acc)
{
    if (!acc)
        return PEL_EINVAL;
    *acc = (pel_acc){0};
    return PEL_OK;
}

static pel_status add(enum pel_op op, pel_dtype dtype, pel_acc *acc, const void *x, const void *y, size_t n,
                      const pel_opts *opts)
{
    if (!is_acc(acc))
        return PEL_EINVAL;
    return pel_reduce(&(struct pel_call){op, dtype, x, y, n, acc, sizeof(uint64_t), 0}, &pel_kind_into, opts);
}

pel_status pel_acc_add_f32(pel_acc *acc, const float *x, size_t n, const pel_opts *opts)
{
    return add(PEL_OP_SUM, PEL_F32, acc, x, NULL, n, opts);
}

pel_status pel_acc_add_f64(pel_acc *acc, const double *x, size_t n, const pel_opts *opts)
{
    return add(PEL_OP_SUM, PEL_F64, acc, x, NULL, n, opts);
}

pel_status pel_acc_add_dot_f32(pel_acc *acc, const float *x, const float *y, size_t n, const pel_opts *opts)
{
    return add(PEL_OP_DOT, PEL_F32, acc, x, y, n, opts);
}

pel_status pel_acc_add_dot_f64(pel_acc *acc, const double *x, const double *y, size_t n, const pel_opts *opts)
{
    return add(PEL_OP_DOT, PEL_F64, acc, x, y, n, opts);
}

/* No terms that a machine can add come near the bound; merging an object with itself time and again does. */
pel_status pel_acc_merge(pel_acc *acc, const pel_acc *other)
{
    if (!is_acc(acc) || !is_acc(other))
        return PEL_EINVAL;
    pel_acc sum = *acc, settled;
    pel_acc_join(&sum, other);
    settled = sum;
    pel_acc_settle(&settled);
    if (!pel_acc_is_bounded(&settled))
        return PEL_ERANGE;
    *acc = sum;
    return PEL_OK;
}

/* Rounds a copy, of which nothing more is asked. */
static pel_status round_f32(pel_acc *copy, float *result)
{
    uint32_t bits = pel_acc_bits_f32(copy);
    memcpy(result, &bits, sizeof bits);
    return PEL_OK;
}

static pel_status round_f64(pel_acc *copy, double *result)
{
    uint64_t bits = pel_acc_bits_f64(copy);
    memcpy(result, &bits, sizeof bits);
    return PEL_OK;
}

#define ROUND(T, suffix)                                                                                               \
    pel_status pel_acc_round_##suffix(const pel_acc *acc, T *result)                                                   \
    {                                                                                                                  \
        if (!is_acc(acc) || !result)                                                                                   \
            return PEL_EINVAL;                                                                                         \
        pel_acc copy = *acc;                                                                                           \
        return round_##suffix(&copy, result);                                                                          \
    }                                                                                                                  \
    pel_status pel_acc_round_mean_##suffix(const pel_acc *acc, uint64_t n, T *result)                                  \
    {                                                                                                                  \
        if (!is_acc(acc) || n == 0 || !result)                                                                         \
            return PEL_EINVAL;                                                                                         \
        pel_acc copy = *acc;                                                                                           \
        pel_acc_divide(&copy, n);                                                                                      \
        return round_##suffix(&copy, result);                                                                          \
    }                                                                                                                  \
    pel_status pel_acc_round_root_##suffix(const pel_acc *acc, T *result)                                              \
    {                                                                                                                  \
        if (!is_acc(acc) || !result)                                                                                   \
            return PEL_EINVAL;                                                                                         \
        pel_acc copy = *acc;                                                                                           \
        pel_acc_root(&copy);                                                                                           \
        return round_##suffix(&copy, result);                                                                          \
    }

ROUND(float, f32)
ROUND(double, f64)

static pel_status round_spread(const pel_acc *x, const pel_acc *y, const pel_acc *xy, uint64_t n, uint64_t ddof,
                               bool root, double *result)
{
    if (!is_acc(x) || !is_acc(y) || !is_acc(xy) || n <= ddof || !result)
        return PEL_EINVAL;
    pel_acc spread;
    pel_spread_over(&spread, xy, x, y, n, ddof, root);
    return round_f64(&spread, result);
}

pel_status pel_acc_round_var_f64(const pel_acc *x, const pel_acc *squares, uint64_t n, uint64_t ddof, double *result)
{
    return round_spread(x, x, squares, n, ddof, false, result);
}

pel_status pel_acc_round_std_f64(const pel_acc *x, const pel_acc *squares, uint64_t n, uint64_t ddof, double *result)
{
    return round_spread(x, x, squares, n, ddof, true, result);
}

pel_status pel_acc_round_cov_f64(const pel_acc *x, const pel_acc *y, const pel_acc *xy, uint64_t n, uint64_t ddof,
                                 double *result)
{
    return round_spread(x, y, xy, n, ddof, false, result);
}

static void put_word(unsigned char *to, uint32_t word)
{
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(word >> (8 * i));
}

static uint32_t get_word(const unsigned char *from)
{
    return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

/* The CRC of all but the place where it stands. */
static uint32_t check_of(const unsigned char *bytes)
{
    uint32_t crc = UINT32_MAX;
    for (int i = 0; i < PEL_ACC_BYTES; i++) {
        if (i >= AT_CHECK && i < AT_DIGITS)
            continue;
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
    }
    return ~crc;
}

/* The marks that tell: what no longer matters is left out. */
static unsigned canonical_flags(unsigned flags)
{
    if ((flags & PEL_ACC_NAN) || (flags & PEL_ACC_INFINITIES) == PEL_ACC_INFINITIES)
        return PEL_ACC_NAN;
    if (flags & PEL_ACC_INFINITIES)
        return flags & PEL_ACC_INFINITIES;
    return flags & PEL_ACC_OTHER ? PEL_ACC_OTHER : flags & PEL_ACC_MINUS_ZERO;
}

pel_status pel_acc_store(const pel_acc *acc, unsigned char bytes[PEL_ACC_BYTES])
{
    if (!is_acc(acc) || !bytes)
        return PEL_EINVAL;
    pel_acc copy = *acc;
    unsigned flags = canonical_flags(copy.flags);
    bool negative = pel_acc_settle(&copy);
    memset(bytes, 0, PEL_ACC_BYTES);
    memcpy(bytes, magic, sizeof magic);
    bytes[AT_VERSION] = VERSION;
    bytes[AT_FLAGS] = (unsigned char)flags;
    if (flags == PEL_ACC_OTHER) {
        bytes[AT_SIGN] = negative;
        for (int i = copy.low; i < copy.high; i++)
            put_word(bytes + AT_DIGITS + 4 * i, (uint32_t)copy.limb[i]);
    }
    put_word(bytes + AT_CHECK, check_of(bytes));
    return PEL_OK;
}

/* All that the bytes say is checked by storing what was read: it must come out the same. */
pel_status pel_acc_load(pel_acc *acc, const unsigned char bytes[PEL_ACC_BYTES])
{
    if (!acc || !bytes)
        return PEL_EINVAL;
    unsigned char again[PEL_ACC_BYTES];
    pel_acc read = {.high = PEL_ACC_LIMBS, .flags = bytes[AT_FLAGS] & ALL_FLAGS};
    for (int i = 0; i < PEL_ACC_LIMBS; i++)
        read.limb[i] = (int64_t)get_word(bytes + AT_DIGITS + 4 * i);
    if (!pel_acc_is_bounded(&read))
        return PEL_ECORRUPT;
    while (read.high > 0 && read.limb[read.high - 1] == 0)
        read.high--;
    for (int i = 0; i < read.high && bytes[AT_SIGN]; i++)
        read.limb[i] = -read.limb[i];
    pel_acc_store(&read, again);
    if (memcmp(again, bytes, sizeof again) != 0)
        return PEL_ECORRUPT;
    *acc = read;
    return PEL_OK;
}
