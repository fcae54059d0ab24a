#include "tests/reductions.h"

#include <inttypes.h>
#include <string.h>

#include "lib/cpu.h"
#include "lib/dispatch.h"
#include "lib/env.h"
#include "lib/names.h"
#include "lib/registry.h"
#include "tests/operations.h"
#include "tests/support.h"

static const struct operation *operation_of(enum pel_op op, pel_dtype dtype)
{
    const struct operation *operation = operations;
    while (operation->name && (operation->dtype != dtype || strcmp(operation->name, pel_op_name(op)) != 0))
        operation++;
    return operation;
}

bool reduce_exists(enum pel_op op, pel_dtype dtype)
{
    return operation_of(op, dtype)->name != NULL;
}

size_t reduce_result_size(enum pel_op op, pel_dtype dtype)
{
    if (op == PEL_OP_ARGMIN || op == PEL_OP_ARGMAX)
        return sizeof(size_t);
    bool widens = (op == PEL_OP_SUM || op == PEL_OP_DOT) && dtype != PEL_F32;
    return widens || op == PEL_OP_MEAN ? 8 : pel_dtype_size(dtype);
}

pel_status reduce_call(enum pel_op op, pel_dtype dtype, const void *x, const void *y, size_t n, uint64_t *bits,
                       const pel_opts *opts)
{
    const struct operation *operation = operation_of(op, dtype);
    uint32_t narrow = (uint32_t)*bits;
    if (reduce_result_size(op, dtype) == sizeof *bits)
        return operation->run(x, y, n, bits, opts);
    pel_status status = operation->run(x, y, n, &narrow, opts);
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

/* Without multiply-adds, products are exact in one way only. */
static bool runs(enum pel_isa isa)
{
    return pel_cpu()->has[isa] && pel_env_allows(isa);
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
    assert_true(index >= (runs(PEL_ISA_AVX2) || runs(PEL_ISA_NEON) ? 2 : 1));
}
