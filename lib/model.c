#include "lib/model.h"

#include "lib/registry.h"
#include "lib/topology.h"

/* Elements of one thread's work that take a few times as long as waking it (some 5 microseconds), as powers of two: a
 * pick has no time for a division. */
static const unsigned char worth_a_thread[PEL_NOPS] = {
    [PEL_OP_SUM] = 15,          [PEL_OP_DOT] = 14,           [PEL_OP_ASUM] = 15,      [PEL_OP_NRM2] = 14,
    [PEL_OP_MEAN] = 15,         [PEL_OP_MIN] = 16,           [PEL_OP_MAX] = 16,       [PEL_OP_ARGMIN] = 16,
    [PEL_OP_ARGMAX] = 16,       [PEL_OP_MINMAX] = 16,        [PEL_OP_COUNT] = 16,     [PEL_OP_VAR] = 14,
    [PEL_OP_STD] = 14,          [PEL_OP_COV] = 13,           [PEL_OP_CORR] = 13,      [PEL_OP_WMEAN] = 14,
    [PEL_OP_CSUM] = 14,         [PEL_OP_CDOTU] = 12,         [PEL_OP_CDOTC] = 12,     [PEL_OP_COLUMNS] = 13,
    [PEL_OP_SCAN] = 15,         [PEL_OP_SORT] = 16,          [PEL_OP_ARGSORT] = 13,   [PEL_OP_SORT_PAIRS] = 13,
    [PEL_OP_SELECT] = 16,       [PEL_OP_SORT_SEGMENTS] = 15, [PEL_OP_SORT_AXIS] = 15, [PEL_OP_STENCIL] = 15,
    [PEL_OP_SCAN_MIN] = 15,     [PEL_OP_SCAN_MAX] = 15,      [PEL_OP_COMPACT] = 15,   [PEL_OP_HISTOGRAM] = 13,
    [PEL_OP_SEARCHSORTED] = 10, [PEL_OP_PARTIAL_SORT] = 16,  [PEL_OP_TOP_K] = 16,     [PEL_OP_SORT_U128] = 13,
    [PEL_OP_MERGE] = 12,        [PEL_OP_UNIQUE] = 16,        [PEL_OP_PERMUTE] = 14,   [PEL_OP_PROD] = 14,
    [PEL_OP_LOGSUMEXP] = 13,    [PEL_OP_SKEWNESS] = 13,      [PEL_OP_KURTOSIS] = 13,  [PEL_OP_SORT_I8] = 16,
    [PEL_OP_SORT_U8] = 16,      [PEL_OP_SORT_I16] = 17,      [PEL_OP_SORT_U16] = 17,
};

/* The larger the better; the place in the registry makes it unique. */
static uint32_t merit(const struct pel_kernel *kernel, uint32_t place)
{
    uint32_t plain = kernel->traits & PEL_TRAIT_REFERENCE ? 0 : 1, fast = kernel->traits & PEL_TRAIT_FAST ? 1 : 0;
    return ((plain * 2 + fast) * PEL_NISAS + kernel->isa) * 0x10000u + (0xffffu - place);
}

const struct pel_kernel *pel_model_next(const struct pel_request *request, const struct pel_kernel *after)
{
    uint32_t limit = UINT32_MAX, best_merit = 0, place = 0;
    const struct pel_kernel *best = NULL, *kernel;
    if (after) {
        struct pel_registry_walk walk = {0};
        while ((kernel = pel_registry_next(&walk, request->op, (int)request->dtype)) && kernel != after)
            place++;
        limit = merit(after, place);
        place = 0;
    }
    struct pel_registry_walk walk = {0};
    while ((kernel = pel_registry_next(&walk, request->op, (int)request->dtype))) {
        uint32_t m = merit(kernel, place++);
        if (m < limit && m > best_merit) {
            best = kernel;
            best_merit = m;
        }
    }
    return best;
}

int pel_model_team(const struct pel_request *request)
{
    size_t shares = request->n >> worth_a_thread[request->op];
    if (shares < 2)
        return 1;
    return shares < (size_t)request->threads ? (int)shares : request->threads;
}

int32_t pel_model_param(const struct pel_param *param)
{
    size_t share = pel_topology_cache(2) / 16 / 1024 * (size_t)param->l2_share;
    return param->l2_share && share <= INT32_MAX ? (int32_t)share : param->initial;
}
