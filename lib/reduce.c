/* Reductions: check, pick, split into tiles, combine the tiles' states. Every operation and dtype takes one path; what
 * differs is in the kinds of state. */
#include <pel/reduce.h>

#include <string.h>

#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/fpenv.h"
#include "lib/memory.h"
#include "lib/reduce.h"
#include "lib/team.h"
#include "lib/trace.h"

/* What an operation asks of a call, and allows. */
enum { TWO_ARRAYS = 1, NOT_EMPTY = 2, SKIPS_NAN = 4, COMPLEX = 8, DDOF = 16, MAPPED = 32, ORDERED = 64 };

static const struct operation {
    const struct pel_kind *of_floats, *of_integers;
    unsigned rules;
} operations[PEL_NOPS] = {
    [PEL_OP_SUM] = {&pel_kind_sum, &pel_kind_wide, 0},
    [PEL_OP_DOT] = {&pel_kind_sum, &pel_kind_wide, TWO_ARRAYS},
    [PEL_OP_ASUM] = {&pel_kind_sum, NULL, 0},
    [PEL_OP_NRM2] = {&pel_kind_norm, NULL, 0},
    [PEL_OP_MEAN] = {&pel_kind_mean, &pel_kind_wide_mean, NOT_EMPTY},
    [PEL_OP_MIN] = {&pel_kind_extreme, &pel_kind_extreme, NOT_EMPTY | SKIPS_NAN},
    [PEL_OP_MAX] = {&pel_kind_extreme, &pel_kind_extreme, NOT_EMPTY | SKIPS_NAN},
    [PEL_OP_MINMAX] = {&pel_kind_range, &pel_kind_range, NOT_EMPTY | SKIPS_NAN},
    [PEL_OP_ARGMIN] = {&pel_kind_place, &pel_kind_place, NOT_EMPTY | SKIPS_NAN},
    [PEL_OP_ARGMAX] = {&pel_kind_place, &pel_kind_place, NOT_EMPTY | SKIPS_NAN},
    [PEL_OP_COUNT] = {&pel_kind_count, &pel_kind_count, 0},
    [PEL_OP_VAR] = {&pel_kind_var, NULL, DDOF},
    [PEL_OP_STD] = {&pel_kind_std, NULL, DDOF},
    [PEL_OP_COV] = {&pel_kind_cov, NULL, TWO_ARRAYS | DDOF},
    [PEL_OP_CORR] = {&pel_kind_corr, NULL, TWO_ARRAYS | NOT_EMPTY},
    [PEL_OP_WMEAN] = {&pel_kind_wmean, NULL, TWO_ARRAYS | NOT_EMPTY},
    [PEL_OP_CSUM] = {&pel_kind_complex, NULL, COMPLEX},
    [PEL_OP_CDOTU] = {&pel_kind_complex, NULL, COMPLEX | TWO_ARRAYS},
    [PEL_OP_CDOTC] = {&pel_kind_complex, NULL, COMPLEX | TWO_ARRAYS},
    [PEL_OP_PROD] = {&pel_kind_product, &pel_kind_whole, ORDERED},
    [PEL_OP_LOGSUMEXP] = {&pel_kind_logsumexp, NULL, MAPPED},
    [PEL_OP_SKEWNESS] = {&pel_kind_skewness, NULL, NOT_EMPTY | MAPPED},
    [PEL_OP_KURTOSIS] = {&pel_kind_kurtosis, NULL, NOT_EMPTY | MAPPED},
};

const struct pel_kind *pel_kind_of(enum pel_op op, pel_dtype dtype)
{
    return pel_is_float(dtype) ? operations[op].of_floats : operations[op].of_integers;
}

bool pel_is_mapped(enum pel_op op)
{
    return operations[op].rules & MAPPED;
}

/* Bytes of an element; complex ones are pairs. */
static size_t element_size(const struct pel_call *call)
{
    return pel_dtype_size(call->dtype) * (operations[call->op].rules & COMPLEX ? 2 : 1);
}

/* Aligned to the dtype, of which an element may be a pair. */
static pel_status check_elements(const struct pel_call *call, const void *array)
{
    pel_status status = pel_check_array(array, call->n, pel_dtype_size(call->dtype));
    return status == PEL_OK && pel_exceeds_space(call->n, element_size(call)) ? PEL_ERANGE : status;
}

static pel_status check(const struct pel_call *call, const pel_opts *opts)
{
    unsigned rules = operations[call->op].rules;
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = check_elements(call, call->x);
    if (status == PEL_OK && (rules & TWO_ARRAYS))
        status = check_elements(call, call->y);
    if (status != PEL_OK)
        return status;
    if (!call->result || ((uintptr_t)call->result & (call->result_size - 1)) || ((rules & NOT_EMPTY) && call->n == 0) ||
        ((rules & DDOF) && call->n <= call->ddof))
        return PEL_EINVAL;
    return !(rules & SKIPS_NAN) && pel_asks_to_skip(call->dtype, opts) ? PEL_ENOTSUP : PEL_OK;
}

/* A call, split into tiles with a state each. */
struct split {
    const struct pel_call *call;
    const struct pel_pick *pick;
    const struct pel_kind *kind;
    size_t tile; /* elements of all tiles but the last */
    char *states;
    size_t stride; /* from state to state, whole cache lines */
};

static union pel_reduce_state *state_of(const struct split *split, size_t index)
{
    return (union pel_reduce_state *)(void *)(split->states + index * split->stride);
}

/* Elements of a tile are a multiple of this, so that all tiles but the last are whole blocks of the kernels, and
 * aligned alike; few enough tiles a thread that their states stay cheap, enough to even out unequal threads. */
enum { TILE_GRAIN = 1 << 14, TILES_PER_THREAD = 8 };

static const void *element(const struct pel_call *call, const void *array, size_t i)
{
    return array ? (const char *)array + i * element_size(call) : NULL;
}

static void run_tile(void *context, size_t index)
{
    const struct split *split = context;
    const struct pel_call *call = split->call;
    size_t start = index * split->tile, left = call->n - start;
    union pel_reduce_state *state = state_of(split, index);
    const void *y = pel_is_mapped(call->op) ? call->y : element(call, call->y, start);
    split->kind->clear(state, start);
    split->pick->kernel->run.reduce(element(call, call->x, start), y, left < split->tile ? left : split->tile, state,
                                    split->pick->params);
}

static void merge_tiles(void *context, size_t a, size_t b)
{
    const struct split *split = context;
    split->kind->merge(state_of(split, a), state_of(split, b));
}

/* Few elements, where the kernel knows what the operation's own kind of state would end in. */
static bool run_few(const struct pel_call *call, const struct pel_kind *kind, const struct pel_kernel *kernel)
{
    double value;
    if (!kernel->few || kind != pel_kind_of(call->op, call->dtype) ||
        !kernel->few(call->x, call->y, call->n, call->result_size == sizeof(float), &value))
        return false;
    pel_write_double(call, 0, value);
    return true;
}

/* All of it as one tile. Integers have no use for the floating-point environment, whose registers are slow. */
static pel_status run_serial(const struct pel_call *call, const struct pel_kind *kind, unsigned flags,
                             const struct pel_pick *pick)
{
    bool is_float = pel_is_float(call->dtype);
    union pel_large_state state;
    pel_fpenv caller = is_float ? pel_fpenv_enter() : (pel_fpenv)PEL_FPENV_DEFAULT;
    pel_status status = PEL_OK;
    if (!run_few(call, kind, pick->kernel)) {
        kind->clear(&state.one, 0);
        pick->kernel->run.reduce(call->x, call->y, call->n, &state.one, pick->params);
        status = kind->finish(call, flags, &state.one);
    }
    if (is_float)
        pel_fpenv_leave(caller);
    return status;
}

/* Where order matters tiles are branches of the kernels' binary tree, which pel_team_reduce goes on with. */
static size_t tile_of(const struct split *split)
{
    size_t tiles = (size_t)split->pick->team * TILES_PER_THREAD, grains = split->call->n / tiles / TILE_GRAIN + 1;
    if (operations[split->call->op].rules & ORDERED)
        grains = (size_t)1 << (64 - __builtin_clzll(grains));
    return grains * TILE_GRAIN;
}

static pel_status run_team(struct split *split, const pel_opts *opts)
{
    split->tile = tile_of(split);
    size_t tiles = (split->call->n + split->tile - 1) / split->tile;
    split->stride = (split->kind->size + PEL_CACHE_LINE - 1) / PEL_CACHE_LINE * PEL_CACHE_LINE;
    struct pel_scratch scratch;
    if (!pel_scratch_take(&scratch, tiles * split->stride, opts))
        return PEL_ENOMEM;
    split->states = scratch.data;
    pel_team_for(split->pick->team, tiles, run_tile, split);
    pel_team_reduce(split->pick->team, tiles, merge_tiles, split);
    pel_status status = split->kind->finish(split->call, pel_flags(opts), state_of(split, 0));
    pel_scratch_drop(&scratch);
    return status;
}

static pel_status run_picked(const struct pel_call *call, const struct pel_kind *kind, const pel_opts *opts,
                             const struct pel_pick *pick)
{
    struct split split = {.call = call, .pick = pick, .kind = kind};
    struct pel_span span;
    pel_trace_begin(&span, pick, call->n);
    pel_status status = pick->team > 1 ? run_team(&split, opts) : run_serial(call, kind, pel_flags(opts), pick);
    pel_trace_end_with(&span, status);
    return status;
}

pel_status pel_reduce(const struct pel_call *call, const struct pel_kind *kind, const pel_opts *opts)
{
    pel_status status = check(call, opts);
    if (status != PEL_OK)
        return status;
    unsigned flags = pel_flags(opts) & ~(unsigned)(kind ? PEL_FAST : 0);
    const struct pel_kind *own = kind ? kind : pel_kind_of(call->op, call->dtype);
    const struct pel_pick *at_hand = pel_dispatch_short(call->op, call->dtype, flags, call->n, opts);
    if (at_hand)
        return run_serial(call, own, pel_flags(opts), at_hand);
    struct pel_request request = {.op = call->op,
                                  .dtype = call->dtype,
                                  .flags = flags,
                                  .threads = pel_dispatch_threads(call->op, call->n, opts),
                                  .n = call->n};
    struct pel_pick pick;
    status = pel_dispatch(&request, opts, &pick);
    return status == PEL_OK ? run_picked(call, own, opts, &pick) : status;
}

pel_status pel_reduce_picked(const struct pel_call *call, unsigned flags, const struct pel_pick *pick)
{
    return run_serial(call, pel_kind_of(call->op, call->dtype), flags, pick);
}

/* The public functions: X(dtype, element, suffix, result of sums). */
#define EACH_DTYPE(X)                                                                                                  \
    X(PEL_F32, float, f32, float)                                                                                      \
    X(PEL_F64, double, f64, double)                                                                                    \
    X(PEL_I32, int32_t, i32, int64_t)                                                                                  \
    X(PEL_I64, int64_t, i64, int64_t)                                                                                  \
    X(PEL_U32, uint32_t, u32, uint64_t)                                                                                \
    X(PEL_U64, uint64_t, u64, uint64_t)

/* A function of one array; y: what the kernels get as the second one; kind: NULL is the operation's own. */
#define FUNCTION_OF_KIND(op, kind, name, y, dtype, T, suffix, R)                                                       \
    pel_status pel_##name##_##suffix(const T *x, size_t n, R *result, const pel_opts *opts)                            \
    {                                                                                                                  \
        return pel_reduce(&(struct pel_call){PEL_OP_##op, dtype, x, y, n, result, sizeof *result, 0}, kind, opts);     \
    }
#define FUNCTION(op, name, y, dtype, T, suffix, R) FUNCTION_OF_KIND(op, NULL, name, y, dtype, T, suffix, R)

#define FUNCTIONS(dtype, T, suffix, R)                                                                                 \
    FUNCTION(SUM, sum, NULL, dtype, T, suffix, R)                                                                      \
    FUNCTION(PROD, prod, NULL, dtype, T, suffix, R)                                                                    \
    FUNCTION(MEAN, mean, NULL, dtype, T, suffix, double)                                                               \
    FUNCTION(MIN, min, NULL, dtype, T, suffix, T)                                                                      \
    FUNCTION(MAX, max, NULL, dtype, T, suffix, T)                                                                      \
    FUNCTION(ARGMIN, argmin, NULL, dtype, T, suffix, size_t)                                                           \
    FUNCTION(ARGMAX, argmax, NULL, dtype, T, suffix, size_t)                                                           \
    FUNCTION(COUNT, count, NULL, dtype, T, suffix, size_t)                                                             \
    FUNCTION_OF_KIND(COUNT, &pel_kind_any, any, NULL, dtype, T, suffix, int)                                           \
    FUNCTION_OF_KIND(COUNT, &pel_kind_all, all, NULL, dtype, T, suffix, int)                                           \
    pel_status pel_minmax_##suffix(const T *x, size_t n, T result[2], const pel_opts *opts)                            \
    {                                                                                                                  \
        return pel_reduce(&(struct pel_call){PEL_OP_MINMAX, dtype, x, NULL, n, result, sizeof *result, 0}, NULL,       \
                          opts);                                                                                       \
    }                                                                                                                  \
    pel_status pel_dot_##suffix(const T *x, const T *y, size_t n, R *result, const pel_opts *opts)                     \
    {                                                                                                                  \
        return pel_reduce(&(struct pel_call){PEL_OP_DOT, dtype, x, y, n, result, sizeof *result, 0}, NULL, opts);      \
    }

#define FUNCTIONS_OF_FLOATS(dtype, T, suffix)                                                                          \
    FUNCTION(ASUM, asum, NULL, dtype, T, suffix, T)                                                                    \
    FUNCTION(NRM2, nrm2, x, dtype, T, suffix, T)

EACH_DTYPE(FUNCTIONS)
FUNCTIONS_OF_FLOATS(PEL_F32, float, f32)
FUNCTIONS_OF_FLOATS(PEL_F64, double, f64)
