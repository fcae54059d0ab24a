/* Reductions: check, pick, split into tiles, combine the tiles' states. */
#include <pel/reduce.h>

#include "kernels/reduce/state.h"
#include "lib/check.h"
#include "lib/dispatch.h"
#include "lib/team.h"

pel_status pel_sum_i32(const int32_t *x, size_t n, int64_t *result, const pel_opts *opts)
{
    pel_status status = pel_check_array(x, n, sizeof *x);
    if (status == PEL_OK)
        status = pel_check_opts(opts);
    if (status != PEL_OK || !result)
        return status == PEL_OK ? PEL_EINVAL : status;
    struct pel_request request = {
        .op = PEL_OP_SUM, .dtype = PEL_I32, .flags = pel_flags(opts), .threads = pel_team_threads(opts), .n = n};
    struct pel_pick pick;
    status = pel_dispatch(&request, opts, &pick);
    if (status != PEL_OK)
        return status;
    union pel_reduce_state state = {.wide = {{0, 0, 0}}};
    pick.kernel->run.reduce(x, NULL, n, &state, pick.params);
    *result = (int64_t)state.wide.limb[0];
    return PEL_OK;
}
