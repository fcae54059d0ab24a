#include "tests/reductions.h"

#include <inttypes.h>
#include <string.h>

#include "lib/dispatch.h"
#include "lib/names.h"
#include "lib/registry.h"
#include "tests/support.h"

typedef pel_status function(const void *x, const void *y, size_t n, void *result, const pel_opts *opts);

/* X(suffix) for each dtype. */
#define EACH_SUFFIX(X) X(f32) X(f64) X(i32) X(i64) X(u32) X(u64)

#define ONE_ARRAY(op, suffix)                                                                                          \
    static pel_status op##_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)        \
    {                                                                                                                  \
        (void)y;                                                                                                       \
        return pel_##op##_##suffix(x, n, result, opts);                                                                \
    }
#define FUNCTIONS(suffix)                                                                                              \
    ONE_ARRAY(sum, suffix)                                                                                             \
    ONE_ARRAY(min, suffix)                                                                                             \
    ONE_ARRAY(max, suffix)                                                                                             \
    static pel_status dot_##suffix(const void *x, const void *y, size_t n, void *result, const pel_opts *opts)         \
    {                                                                                                                  \
        return pel_dot_##suffix(x, y, n, result, opts);                                                                \
    }
EACH_SUFFIX(FUNCTIONS)

static function *const functions[][PEL_NDTYPES] = {
    [PEL_OP_SUM] = {sum_f32, sum_f64, sum_i32, sum_i64, sum_u32, sum_u64},
    [PEL_OP_DOT] = {dot_f32, dot_f64, dot_i32, dot_i64, dot_u32, dot_u64},
    [PEL_OP_MIN] = {min_f32, min_f64, min_i32, min_i64, min_u32, min_u64},
    [PEL_OP_MAX] = {max_f32, max_f64, max_i32, max_i64, max_u32, max_u64},
};

size_t reduce_result_size(enum pel_op op, pel_dtype dtype)
{
    bool widens = (op == PEL_OP_SUM || op == PEL_OP_DOT) && dtype != PEL_F32;
    return widens ? 8 : pel_dtype_size(dtype);
}

pel_status reduce_call(enum pel_op op, pel_dtype dtype, const void *x, const void *y, size_t n, uint64_t *bits,
                       const pel_opts *opts)
{
    uint32_t narrow = (uint32_t)*bits;
    if (reduce_result_size(op, dtype) == sizeof *bits)
        return functions[op][dtype](x, y, n, bits, opts);
    pel_status status = functions[op][dtype](x, y, n, &narrow, opts);
    *bits = (*bits & ~(uint64_t)UINT32_MAX) | narrow;
    return status;
}

const char *reduce_next_variant(enum pel_op op, pel_dtype dtype, unsigned flags, size_t *index)
{
    struct pel_request request = {.op = op, .dtype = dtype, .flags = flags, .threads = 1};
    struct pel_registry_walk walk = {0};
    size_t i = 0;
    for (const struct pel_kernel *kernel; (kernel = pel_registry_next(&walk, op, (int)dtype));) {
        if (pel_kernel_barred(kernel, &request) || i++ < *index)
            continue;
        ++*index;
        return kernel->name;
    }
    return NULL;
}

static void expect(enum pel_op op, pel_dtype dtype, const void *x, const void *y, size_t n, const pel_opts *opts,
                   pel_status status, uint64_t bits, const char *what)
{
    const uint64_t untouched = UINT64_C(0x5a5a5a5a5a5a5a5a);
    uint64_t got = untouched;
    uint64_t wanted = status == PEL_OK ? bits : untouched;
    pel_status came = reduce_call(op, dtype, x, y, n, &got, opts);
    if (reduce_result_size(op, dtype) == 4) {
        got &= UINT32_MAX;
        wanted &= UINT32_MAX;
    }
    if (came != status || got != wanted)
        fail_msg("%s %s %s n=%zu flags=%x, %s: status %d, bits %016" PRIx64 "; expected %d, %016" PRIx64, what,
                 pel_op_name(op), pel_dtype_name(dtype), n, opts->flags, opts->variant ? opts->variant : "dispatched",
                 (int)came, got, (int)status, wanted);
}

void reduce_expect(enum pel_op op, pel_dtype dtype, const void *x, const void *y, size_t n, unsigned flags,
                   pel_status status, uint64_t bits, const char *what)
{
    pel_opts opts = PEL_OPTS_INIT;
    opts.flags = flags;
    size_t index = 0;
    do {
        expect(op, dtype, x, y, n, &opts, status, bits, what);
        opts.variant = reduce_next_variant(op, dtype, flags, &index);
    } while (opts.variant);
    assert_true(index >= 2);
}
