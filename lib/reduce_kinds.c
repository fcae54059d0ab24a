/* The kinds of state: how they start, merge, and end in a result. */
#include "lib/reduce.h"

#include <string.h>

#include "kernels/reduce/product.h"
#include "lib/accumulator.h"
#include "lib/check.h"

static bool is_signed(pel_dtype dtype)
{
    return dtype == PEL_I32 || dtype == PEL_I64;
}

void pel_write_bits(const struct pel_call *call, size_t index, uint64_t bits)
{
    uint32_t low = (uint32_t)bits;
    char *to = (char *)call->result + index * call->result_size;
    if (call->result_size == sizeof low)
        memcpy(to, &low, sizeof low);
    else
        memcpy(to, &bits, sizeof bits);
}

void pel_write_rounded(const struct pel_call *call, size_t index, struct pel_acc *acc)
{
    bool narrow = call->result_size == sizeof(float);
    pel_write_bits(call, index, narrow ? pel_acc_bits_f32(acc) : pel_acc_bits_f64(acc));
}

void pel_write_double(const struct pel_call *call, size_t index, double value)
{
    char *to = (char *)call->result + index * call->result_size;
    if (call->result_size == sizeof(float)) {
        float narrow = (float)value;
        memcpy(to, &narrow, sizeof narrow);
    } else {
        memcpy(to, &value, sizeof value);
    }
}

void pel_write_nan(const struct pel_call *call, size_t index)
{
    pel_write_bits(call, index, call->result_size == sizeof(float) ? UINT64_C(0x7fc00000) : UINT64_C(0x7ff8) << 48);
}

static void clear_acc(union pel_reduce_state *state, size_t start)
{
    (void)start;
    pel_acc_clear(&state->acc);
}

static void merge_acc(union pel_reduce_state *into, const union pel_reduce_state *from)
{
    pel_acc_join(&into->acc, &from->acc);
}

static pel_status finish_acc(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    (void)flags;
    pel_write_rounded(call, 0, &state->acc);
    return PEL_OK;
}

static pel_status finish_norm(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    pel_acc_root(&state->acc);
    return finish_acc(call, flags, state);
}

static pel_status finish_mean(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    (void)flags;
    pel_acc_divide(&state->acc, call->n);
    pel_write_rounded(call, 0, &state->acc);
    return PEL_OK;
}

static void clear_wide(union pel_reduce_state *state, size_t start)
{
    (void)start;
    state->wide = (struct pel_wide){{0, 0, 0}};
}

static void merge_wide(union pel_reduce_state *into, const union pel_reduce_state *from)
{
    pel_wide_add(&into->wide, &from->wide);
}

static pel_status finish_wide(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    (void)flags;
    const uint64_t *limb = state->wide.limb;
    uint64_t above = is_signed(call->dtype) && limb[0] >> 63 ? UINT64_MAX : 0;
    if (limb[1] != above || limb[2] != above)
        return PEL_ERANGE;
    pel_write_bits(call, 0, limb[0]);
    return PEL_OK;
}

/* Half limbs are exact deposits; only the highest one has a sign. */
static pel_status finish_wide_mean(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    enum { LIMBS = sizeof state->wide.limb / sizeof state->wide.limb[0] };
    struct pel_wide sum = state->wide;
    pel_acc_clear(&state->acc);
    pel_acc_reserve(&state->acc, 2 * LIMBS);
    for (int i = 0; i < LIMBS; i++) {
        int64_t high = i < LIMBS - 1 ? (int64_t)(sum.limb[i] >> 32) : (int64_t)sum.limb[i] >> 32;
        pel_acc_deposit(&state->acc, (int64_t)(uint32_t)sum.limb[i], 64 * i);
        pel_acc_deposit(&state->acc, high, 64 * i + 32);
    }
    return finish_mean(call, flags, state);
}

static const struct pel_extreme nothing = {.key = UINT64_MAX, .nan = false};

static void join_extreme(struct pel_extreme *into, const struct pel_extreme *from)
{
    if (from->key < into->key)
        into->key = from->key;
    into->nan |= from->nan;
}

static void write_extreme(const struct pel_call *call, size_t index, unsigned flags, const struct pel_extreme *extreme,
                          bool largest)
{
    bool empty = extreme->key == UINT64_MAX, spoiled = extreme->nan && !(flags & PEL_NAN_SKIP);
    if (pel_is_float(call->dtype) && (empty || spoiled))
        pel_write_nan(call, index);
    else
        pel_write_bits(call, index, pel_key_bits(call->dtype, largest ? ~extreme->key : extreme->key));
}

static void clear_extreme(union pel_reduce_state *state, size_t start)
{
    (void)start;
    state->extreme = nothing;
}

static void merge_extreme(union pel_reduce_state *into, const union pel_reduce_state *from)
{
    join_extreme(&into->extreme, &from->extreme);
}

static pel_status finish_extreme(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    write_extreme(call, 0, flags, &state->extreme, call->op == PEL_OP_MAX);
    return PEL_OK;
}

static void clear_range(union pel_reduce_state *state, size_t start)
{
    (void)start;
    state->range = (struct pel_range){nothing, nothing};
}

static void merge_range(union pel_reduce_state *into, const union pel_reduce_state *from)
{
    join_extreme(&into->range.min, &from->range.min);
    join_extreme(&into->range.max, &from->range.max);
}

static pel_status finish_range(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    write_extreme(call, 0, flags, &state->range.min, false);
    write_extreme(call, 1, flags, &state->range.max, true);
    return PEL_OK;
}

static void clear_count(union pel_reduce_state *state, size_t start)
{
    (void)start;
    state->count = 0;
}

static void merge_count(union pel_reduce_state *into, const union pel_reduce_state *from)
{
    into->count += from->count;
}

static pel_status finish_count(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    (void)flags;
    pel_write_bits(call, 0, state->count);
    return PEL_OK;
}

static pel_status finish_any(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    (void)flags;
    pel_write_bits(call, 0, state->count > 0);
    return PEL_OK;
}

static pel_status finish_all(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    (void)flags;
    pel_write_bits(call, 0, state->count == call->n);
    return PEL_OK;
}

static void clear_place(union pel_reduce_state *state, size_t start)
{
    state->place = (struct pel_place){.key = UINT64_MAX, .base = start, .index = PEL_NOWHERE, .nan = PEL_NOWHERE};
}

static void merge_place(union pel_reduce_state *into, const union pel_reduce_state *from)
{
    pel_place_offer(&into->place, from->place.key, from->place.index);
    pel_place_offer_nan(&into->place, from->place.nan);
}

/* Where NaN is left out and nothing else is there, all elements are alike; so they are where none was better than
 * nothing. */
static pel_status finish_place(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    const struct pel_place *place = &state->place;
    bool spoiled = place->nan != PEL_NOWHERE && !(flags & PEL_NAN_SKIP);
    size_t first = place->nan != PEL_NOWHERE ? place->nan : 0;
    size_t index = spoiled || place->index == PEL_NOWHERE ? first : place->index;
    pel_write_bits(call, 0, index);
    return PEL_OK;
}

static void clear_product(union pel_reduce_state *state, size_t start)
{
    (void)start;
    state->product = pel_product_of_none;
}

static void merge_product(union pel_reduce_state *into, const union pel_reduce_state *from)
{
    pel_product_times(&into->product, &from->product);
}

/* Adds m 2^exponent of a double; far outside of all formats exponents stay there. A zero's is the lowest already. */
static void deposit(struct pel_acc *acc, double x, int64_t exponent)
{
    enum { TINY = -1200, HUGE = 1100 };
    struct pel_parts parts = pel_parts_of(x);
    int64_t clamped = exponent < TINY ? TINY : exponent > HUGE ? HUGE : exponent;
    if (parts.m == 0)
        return;
    pel_acc_deposit(acc, parts.m, parts.exponent + (int)clamped);
}

/* The one rounding to the result's format. */
static pel_status finish_product(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    const struct pel_product product = state->product;
    unsigned spoiled = product.flags & (PEL_PRODUCT_ZERO | PEL_PRODUCT_INFINITY);
    double sign = product.negative ? -1 : 1;
    struct pel_acc acc;
    (void)flags;
    pel_acc_clear(&acc);
    pel_acc_reserve(&acc, 2);
    if ((product.flags & PEL_PRODUCT_NAN) || spoiled == (PEL_PRODUCT_ZERO | PEL_PRODUCT_INFINITY)) {
        acc.flags = PEL_ACC_NAN;
    } else if (spoiled) {
        pel_acc_add(&acc, spoiled == PEL_PRODUCT_ZERO ? sign * 0 : sign * (double)INFINITY);
    } else {
        acc.flags = PEL_ACC_OTHER;
        deposit(&acc, sign * product.high, product.exponent);
        deposit(&acc, sign * product.low, product.exponent);
    }
    pel_write_rounded(call, 0, &acc);
    return PEL_OK;
}

static void clear_whole(union pel_reduce_state *state, size_t start)
{
    (void)start;
    state->whole = (struct pel_whole){.magnitude = 1};
}

static void merge_whole(union pel_reduce_state *into, const union pel_reduce_state *from)
{
    pel_whole_times(&into->whole, from->whole.magnitude);
    into->whole.over |= from->whole.over;
    into->whole.zero |= from->whole.zero;
    into->whole.negative ^= from->whole.negative;
}

static pel_status finish_whole(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    const struct pel_whole *whole = &state->whole;
    uint64_t most = is_signed(call->dtype) ? (uint64_t)INT64_MAX + whole->negative : UINT64_MAX;
    (void)flags;
    if (!whole->zero && (whole->over || whole->magnitude > most))
        return PEL_ERANGE;
    pel_write_bits(call, 0, whole->zero ? 0 : whole->negative ? -whole->magnitude : whole->magnitude);
    return PEL_OK;
}

/* Into an accumulator of the caller's. */
static pel_status finish_into(const struct pel_call *call, unsigned flags, union pel_reduce_state *state)
{
    (void)flags;
    pel_acc_join(call->result, &state->acc);
    return PEL_OK;
}

const struct pel_kind pel_kind_sum = {sizeof(struct pel_acc), clear_acc, merge_acc, finish_acc};
const struct pel_kind pel_kind_norm = {sizeof(struct pel_acc), clear_acc, merge_acc, finish_norm};
const struct pel_kind pel_kind_mean = {sizeof(struct pel_acc), clear_acc, merge_acc, finish_mean};
const struct pel_kind pel_kind_into = {sizeof(struct pel_acc), clear_acc, merge_acc, finish_into};
const struct pel_kind pel_kind_wide = {sizeof(struct pel_wide), clear_wide, merge_wide, finish_wide};
const struct pel_kind pel_kind_wide_mean = {sizeof(struct pel_acc), clear_wide, merge_wide, finish_wide_mean};
const struct pel_kind pel_kind_extreme = {sizeof(struct pel_extreme), clear_extreme, merge_extreme, finish_extreme};
const struct pel_kind pel_kind_range = {sizeof(struct pel_range), clear_range, merge_range, finish_range};
const struct pel_kind pel_kind_place = {sizeof(struct pel_place), clear_place, merge_place, finish_place};
const struct pel_kind pel_kind_count = {sizeof(uint64_t), clear_count, merge_count, finish_count};
const struct pel_kind pel_kind_product = {sizeof(struct pel_product), clear_product, merge_product, finish_product};
const struct pel_kind pel_kind_whole = {sizeof(struct pel_whole), clear_whole, merge_whole, finish_whole};
const struct pel_kind pel_kind_any = {sizeof(uint64_t), clear_count, merge_count, finish_any};
const struct pel_kind pel_kind_all = {sizeof(uint64_t), clear_count, merge_count, finish_all};
