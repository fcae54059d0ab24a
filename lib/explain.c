/* pel_explain and pel_info: the library's knowledge as text. */
#include <string.h>

#include <pel/tune.h>
#include <pel/version.h>

#include "config.h"
#include "lib/budget.h"
#include "lib/check.h"
#include "lib/cpu.h"
#include "lib/dispatch.h"
#include "lib/env.h"
#include "lib/names.h"
#include "lib/team.h"
#include "lib/topology.h"
#include "lib/wisdom.h"

/* The problem that stands for a stencil of n cells: a cube, 7 taps. */
static struct pel_stencil_shape typical_stencil(size_t n)
{
    size_t row = 1;
    while (row * row * row < n && row < 1 << 20)
        row++;
    return (struct pel_stencil_shape){.ndim = 3, .row = row, .ntaps = 7, .radius = 1};
}

pel_status pel_explain(const char *op, pel_dtype dtype, size_t n, const pel_opts *opts, char *data, size_t capacity,
                       size_t *length)
{
    struct pel_text text;
    struct pel_request request = {.dtype = dtype, .n = n, .flags = pel_flags(opts)};
    if (!op || !pel_op_named(op, strlen(op), &request.op) || !pel_dtype_name(dtype) || pel_check_opts(opts) != PEL_OK)
        return PEL_EINVAL;
    struct pel_stencil_shape shape = typical_stencil(n);
    if (request.op == PEL_OP_STENCIL)
        request.stencil = &shape;
    request.threads = pel_dispatch_threads(request.op, n, opts);
    struct pel_pick pick;
    pel_status status = pel_dispatch(&request, opts, &pick);
    if (status == PEL_OK)
        status = pel_text_start(&text, data, capacity);
    if (status != PEL_OK)
        return status;
    pel_dispatch_explain(&request, &pick, &text);
    if (length)
        *length = text.length;
    return PEL_OK;
}

int pel_threads(const pel_opts *opts)
{
    return pel_team_threads(pel_check_opts(opts) == PEL_OK ? opts : NULL);
}

static void explain_isas(struct pel_text *text)
{
    pel_text_add(text, "instruction sets:");
    for (int isa = 0; isa < PEL_NISAS; isa++) {
        if (pel_cpu()->has[isa])
            pel_text_add(text, " %s%s", pel_isa_name((enum pel_isa)isa),
                         pel_env_allows((enum pel_isa)isa) ? "" : " (masked)");
    }
    pel_text_add(text, "\n");
}

static void explain_build(struct pel_text *text)
{
    static const char *const parts[] = {
#ifdef PEL_HAVE_OPENBLAS
        "OpenBLAS",
#endif
#ifdef PEL_HAVE_FFTW
        "FFTW",
#endif
#ifdef PEL_HAVE_HWLOC
        "hwloc",
#endif
#ifdef PEL_HAVE_JANSSON
        "jansson",
#endif
        NULL,
    };
    pel_text_add(text, "built with: %s, OpenMP", pel_compiler_name());
    for (size_t i = 0; parts[i]; i++)
        pel_text_add(text, ", %s", parts[i]);
    pel_text_add(text, "\n");
}

pel_status pel_info(char *data, size_t capacity, size_t *length)
{
    struct pel_text text;
    pel_status status = pel_text_start(&text, data, capacity);
    if (status != PEL_OK)
        return status;
    pel_text_add(&text, "pel %s\n", pel_version());
    pel_text_add(&text, "processor: %s (%s)\n", pel_cpu()->brand[0] ? pel_cpu()->brand : "unnamed", pel_cpu()->id);
    explain_build(&text);
    explain_isas(&text);
    pel_topology_explain(&text);
    pel_budget_explain(&text);
    pel_dispatch_explain_tables(&text);
    pel_wisdom_tell_files(&text);
    if (length)
        *length = text.length;
    return PEL_OK;
}
