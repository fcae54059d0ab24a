#include "lib/model.h"

#include "lib/registry.h"
#include "lib/variant.h"

/* Elements of one thread's work that take about ten times as long as waking it (some 5 microseconds). */
static const size_t worth_a_thread[PEL_NOPS] = {
    [PEL_OP_SUM] = 1 << 17, [PEL_OP_DOT] = 1 << 16,  [PEL_OP_MIN] = 1 << 17,
    [PEL_OP_MAX] = 1 << 17, [PEL_OP_SORT] = 1 << 14, [PEL_OP_STENCIL] = 1 << 15,
};

/* 2: better than anything narrower; 1: a last resort; 0: not at all. */
static int merit(const struct pel_kernel *kernel, const struct pel_request *request)
{
    if (pel_kernel_barred(kernel, request))
        return 0;
    return kernel->traits & PEL_TRAIT_REFERENCE ? 1 : 2;
}

/* A kernel made for PEL_FAST beats the exact ones when it may run. */
static bool better(const struct pel_kernel *a, const struct pel_kernel *b)
{
    unsigned fast_a = a->traits & PEL_TRAIT_FAST, fast_b = b->traits & PEL_TRAIT_FAST;
    return fast_a != fast_b ? fast_a > fast_b : a->isa > b->isa;
}

void pel_model_pick(const struct pel_request *request, struct pel_pick *pick)
{
    static const int32_t initial[PEL_MAX_PARAMS];
    struct pel_registry_walk walk = {0};
    const struct pel_kernel *best = NULL;
    int best_merit = 0;
    for (const struct pel_kernel *kernel; (kernel = pel_registry_next(&walk, request->op, (int)request->dtype));) {
        int m = merit(kernel, request);
        if (m > best_merit || (m > 0 && m == best_merit && better(kernel, best))) {
            best = kernel;
            best_merit = m;
        }
    }
    *pick = (struct pel_pick){.kernel = best, .source = "the model"};
    if (best)
        pel_variant_params(best, initial, pick->params);
}

int pel_model_team(const struct pel_request *request)
{
    size_t shares = request->n / worth_a_thread[request->op];
    if (shares < 2)
        return 1;
    return shares < (size_t)request->threads ? (int)shares : request->threads;
}
