/* Reductions: check, pick, split into tiles, combine the tiles' states. Every operation and dtype takes one path; what
 * differs is in the four kinds of state. */
#include <pel/reduce.h>

#include <string.h>

#include "kernels/reduce/state.h"
#include "lib/accumulator.h"
#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/memory.h"
#include "lib/team.h"
#include "lib/trace.h"

/* A call, as the public functions hand it in. */
struct call {
    enum pel_op op;
    pel_dtype dtype;
    const void *x, *y; /* y: of dot products */
    size_t n;
    void *result;
    size_t result_size;
};

/* How states of one kind start (for the elements from index `start` up), merge, and end in a result. */
struct kind {
    void (*clear)(union pel_reduce_state *state, size_t start);
    void (*merge)(union pel_reduce_state *into, const union pel_reduce_state *from);
    pel_status (*finish)(const struct call *call, unsigned flags, union pel_reduce_state *state);
};

static bool is_float(pel_dtype dtype)
{
    return dtype == PEL_F32 || dtype == PEL_F64;
}

static bool is_signed(pel_dtype dtype)
{
    return dtype == PEL_I32 || dtype == PEL_I64;
}

/* Writes the low bytes of a value as an unsigned integer of the result's size. */
static void write_bits(const struct call *call, uint64_t bits)
{
    uint32_t low = (uint32_t)bits;
    if (call->result_size == sizeof low)
        memcpy(call->result, &low, sizeof low);
    else
        memcpy(call->result, &bits, sizeof bits);
}

static void clear_acc(union pel_reduce_state *state, size_t start)
{
    (void)start;
    pel_acc_clear(&state->acc);
}

static void merge_acc(union pel_reduce_state *into, const union pel_reduce_state *from)
{
    pel_acc_merge(&into->acc, &from->acc);
}

static pel_status finish_acc(const struct call *call, unsigned flags, union pel_reduce_state *state)
{
    (void)flags;
    write_bits(call, call->dtype == PEL_F32 ? pel_acc_round_f32(&state->acc) : pel_acc_round_f64(&state->acc));
    return PEL_OK;
}

static pel_status finish_norm(const struct call *call, unsigned flags, union pel_reduce_state *state)
{
    pel_acc_root(&state->acc);
    return finish_acc(call, flags, state);
}

static pel_status finish_mean(const struct call *call, unsigned flags, union pel_reduce_state *state)
{
    (void)flags;
    pel_acc_divide(&state->acc, call->n);
    write_bits(call, pel_acc_round_f64(&state->acc));
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

static pel_status finish_wide(const struct call *call, unsigned flags, union pel_reduce_state *state)
{
    (void)flags;
    const uint64_t *limb = state->wide.limb;
    uint64_t above = is_signed(call->dtype) && limb[0] >> 63 ? UINT64_MAX : 0;
    if (limb[1] != above || limb[2] != above)
        return PEL_ERANGE;
    write_bits(call, limb[0]);
    return PEL_OK;
}

/* Half limbs are exact deposits; only the highest one has a sign. */
static pel_status finish_wide_mean(const struct call *call, unsigned flags, union pel_reduce_state *state)
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

static void clear_extreme(union pel_reduce_state *state, size_t start)
{
    (void)start;
    state->extreme = (struct pel_extreme){.key = UINT64_MAX, .nan = false};
}

static void merge_extreme(union pel_reduce_state *into, const union pel_reduce_state *from)
{
    if (from->extreme.key < into->extreme.key)
        into->extreme.key = from->extreme.key;
    into->extreme.nan |= from->extreme.nan;
}

static pel_status finish_extreme(const struct call *call, unsigned flags, union pel_reduce_state *state)
{
    const struct pel_extreme *extreme = &state->extreme;
    bool nothing = extreme->key == UINT64_MAX, spoiled = extreme->nan && !(flags & PEL_NAN_SKIP);
    if (is_float(call->dtype) && (nothing || spoiled))
        write_bits(call, call->dtype == PEL_F32 ? UINT64_C(0x7fc00000) : UINT64_C(0x7ff8) << 48);
    else
        write_bits(call, pel_key_bits(call->dtype, call->op == PEL_OP_MAX ? ~extreme->key : extreme->key));
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

/* Where NaN is left out and nothing else is there, all elements are alike. */
static pel_status finish_place(const struct call *call, unsigned flags, union pel_reduce_state *state)
{
    const struct pel_place *place = &state->place;
    bool spoiled = place->nan != PEL_NOWHERE && !(flags & PEL_NAN_SKIP);
    size_t index = spoiled ? place->nan : place->index == PEL_NOWHERE ? 0 : place->index;
    write_bits(call, index);
    return PEL_OK;
}

static const struct kind accumulator = {clear_acc, merge_acc, finish_acc};
static const struct kind norm = {clear_acc, merge_acc, finish_norm};
static const struct kind mean = {clear_acc, merge_acc, finish_mean};
static const struct kind wide = {clear_wide, merge_wide, finish_wide};
static const struct kind wide_mean = {clear_wide, merge_wide, finish_wide_mean};
static const struct kind extreme = {clear_extreme, merge_extreme, finish_extreme};
static const struct kind place = {clear_place, merge_place, finish_place};

/* What an operation asks of a call, and allows. */
enum { TWO_ARRAYS = 1, NOT_EMPTY = 2, SKIPS_NAN = 4 };

static const struct operation {
    const struct kind *of_floats, *of_integers;
    unsigned rules;
} operations[PEL_NOPS] = {
    [PEL_OP_SUM] = {&accumulator, &wide, 0},
    [PEL_OP_DOT] = {&accumulator, &wide, TWO_ARRAYS},
    [PEL_OP_ASUM] = {&accumulator, NULL, 0},
    [PEL_OP_NRM2] = {&norm, NULL, 0},
    [PEL_OP_MEAN] = {&mean, &wide_mean, NOT_EMPTY},
    [PEL_OP_MIN] = {&extreme, &extreme, NOT_EMPTY | SKIPS_NAN},
    [PEL_OP_MAX] = {&extreme, &extreme, NOT_EMPTY | SKIPS_NAN},
    [PEL_OP_ARGMIN] = {&place, &place, NOT_EMPTY | SKIPS_NAN},
    [PEL_OP_ARGMAX] = {&place, &place, NOT_EMPTY | SKIPS_NAN},
};

static const struct kind *kind_of(const struct call *call)
{
    const struct operation *operation = &operations[call->op];
    return is_float(call->dtype) ? operation->of_floats : operation->of_integers;
}

static pel_status check(const struct call *call, const pel_opts *opts)
{
    size_t size = pel_dtype_size(call->dtype);
    unsigned rules = operations[call->op].rules;
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = pel_check_array(call->x, call->n, size);
    if (status == PEL_OK && (rules & TWO_ARRAYS))
        status = pel_check_array(call->y, call->n, size);
    if (status != PEL_OK)
        return status;
    if (!call->result || ((uintptr_t)call->result & (call->result_size - 1)) || ((rules & NOT_EMPTY) && call->n == 0))
        return PEL_EINVAL;
    return !(rules & SKIPS_NAN) && (pel_flags(opts) & PEL_NAN_SKIP) ? PEL_ENOTSUP : PEL_OK;
}

/* A state of its own cache lines. */
struct slot {
    _Alignas(PEL_CACHE_LINE) union pel_reduce_state state;
};

/* A call, split into tiles with a state each. */
struct split {
    const struct call *call;
    const struct pel_pick *pick;
    const struct kind *kind;
    size_t tile; /* elements of all tiles but the last */
    struct slot *slots;
};

/* Elements of a tile are a multiple of this, so that all tiles but the last are whole blocks of the kernels, and
 * aligned alike; few enough tiles a thread that their states stay cheap, enough to even out unequal threads. */
enum { TILE_GRAIN = 1 << 14, TILES_PER_THREAD = 8 };

static const void *element(const struct call *call, const void *array, size_t i)
{
    return array ? (const char *)array + i * pel_dtype_size(call->dtype) : NULL;
}

static void run_tile(void *context, size_t index)
{
    const struct split *split = context;
    const struct call *call = split->call;
    size_t start = index * split->tile, left = call->n - start;
    union pel_reduce_state *state = &split->slots[index].state;
    split->kind->clear(state, start);
    split->pick->kernel->run.reduce(element(call, call->x, start), element(call, call->y, start),
                                    left < split->tile ? left : split->tile, state, split->pick->params);
}

static void merge_tiles(void *context, size_t a, size_t b)
{
    const struct split *split = context;
    split->kind->merge(&split->slots[a].state, &split->slots[b].state);
}

static pel_status run_serial(struct split *split, unsigned flags)
{
    struct slot slot;
    split->slots = &slot;
    split->tile = split->call->n;
    pel_team_for(1, 1, run_tile, split);
    return split->kind->finish(split->call, flags, &slot.state);
}

static pel_status run_team(struct split *split, const pel_opts *opts)
{
    size_t tiles = (size_t)split->pick->team * TILES_PER_THREAD;
    split->tile = (split->call->n / tiles / TILE_GRAIN + 1) * TILE_GRAIN;
    tiles = (split->call->n + split->tile - 1) / split->tile;
    struct pel_scratch scratch;
    if (!pel_scratch_take(&scratch, tiles * sizeof *split->slots, opts))
        return PEL_ENOMEM;
    split->slots = scratch.data;
    pel_team_for(split->pick->team, tiles, run_tile, split);
    pel_team_reduce(split->pick->team, tiles, merge_tiles, split);
    pel_status status = split->kind->finish(split->call, pel_flags(opts), &split->slots[0].state);
    pel_scratch_drop(&scratch);
    return status;
}

static pel_status reduce(const struct call *call, const pel_opts *opts)
{
    pel_status status = check(call, opts);
    if (status != PEL_OK)
        return status;
    struct pel_request request = {.op = call->op,
                                  .dtype = call->dtype,
                                  .flags = pel_flags(opts),
                                  .threads = pel_team_threads(opts),
                                  .n = call->n};
    struct pel_pick pick;
    status = pel_dispatch(&request, opts, &pick);
    if (status != PEL_OK)
        return status;
    struct split split = {.call = call, .pick = &pick, .kind = kind_of(call)};
    struct pel_span span;
    pel_trace_begin(&span, &pick, call->n);
    status = pick.team > 1 ? run_team(&split, opts) : run_serial(&split, request.flags);
    pel_trace_end(&span);
    return status;
}

/* The public functions: X(dtype, element, suffix, result of sums). */
#define EACH_DTYPE(X)                                                                                                  \
    X(PEL_F32, float, f32, float)                                                                                      \
    X(PEL_F64, double, f64, double)                                                                                    \
    X(PEL_I32, int32_t, i32, int64_t)                                                                                  \
    X(PEL_I64, int64_t, i64, int64_t)                                                                                  \
    X(PEL_U32, uint32_t, u32, uint64_t)                                                                                \
    X(PEL_U64, uint64_t, u64, uint64_t)

/* A function of one array; y: what the kernels get as the second one. */
#define FUNCTION(op, name, y, dtype, T, suffix, R)                                                                     \
    pel_status pel_##name##_##suffix(const T *x, size_t n, R *result, const pel_opts *opts)                            \
    {                                                                                                                  \
        return reduce(&(struct call){PEL_OP_##op, dtype, x, y, n, result, sizeof *result}, opts);                      \
    }

#define FUNCTIONS(dtype, T, suffix, R)                                                                                 \
    FUNCTION(SUM, sum, NULL, dtype, T, suffix, R)                                                                      \
    FUNCTION(MEAN, mean, NULL, dtype, T, suffix, double)                                                               \
    FUNCTION(MIN, min, NULL, dtype, T, suffix, T)                                                                      \
    FUNCTION(MAX, max, NULL, dtype, T, suffix, T)                                                                      \
    FUNCTION(ARGMIN, argmin, NULL, dtype, T, suffix, size_t)                                                           \
    FUNCTION(ARGMAX, argmax, NULL, dtype, T, suffix, size_t)                                                           \
    pel_status pel_dot_##suffix(const T *x, const T *y, size_t n, R *result, const pel_opts *opts)                     \
    {                                                                                                                  \
        return reduce(&(struct call){PEL_OP_DOT, dtype, x, y, n, result, sizeof *result}, opts);                       \
    }

#define FUNCTIONS_OF_FLOATS(dtype, T, suffix)                                                                          \
    FUNCTION(ASUM, asum, NULL, dtype, T, suffix, T)                                                                    \
    FUNCTION(NRM2, nrm2, x, dtype, T, suffix, T)

EACH_DTYPE(FUNCTIONS)
FUNCTIONS_OF_FLOATS(PEL_F32, float, f32)
FUNCTIONS_OF_FLOATS(PEL_F64, double, f64)
