/* Reductions over axes: threads take stretches of neighbouring results. */
#include "lib/reduce_axes.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "kernels/reduce/columns.h"
#include "lib/check.h"
#include "lib/element.h"
#include "lib/team.h"
#include "lib/trace.h"

enum { STRETCH = 1024, ALONE = 1 << 16 };

/* The work, as threads share it. */
struct share {
    const struct pel_layout *layout;
    const struct pel_axes_picks *picks;
    const struct pel_pick *columns; /* NULL unless the results are sums of columns */
    unsigned flags;
    size_t stretch, stretches; /* results of one; stretches along the last axis that is kept */
    atomic_bool out_of_range;  /* an integer */
    atomic_int exponent, more; /* what the last stretch of columns taught of the next: it saves time and no more */
};

static struct pel_stretch stretch_at(const struct share *share, size_t index)
{
    const struct pel_layout *layout = share->layout;
    const pel_array *in = layout->in;
    int outer = layout->nkept > 0 ? layout->nkept - 1 : 0;
    struct pel_axis last = layout->nkept > 0 ? layout->kept[outer] : (struct pel_axis){1, 0, 0, 0};
    size_t start = index % share->stretches * share->stretch, left = last.length - start;
    struct pel_place_in place = pel_axes_place(layout->kept, outer, index / share->stretches);
    return (struct pel_stretch){
        .in = (const char *)in->data + place.in + (ptrdiff_t)start * last.in,
        .mask = in->mask ? in->mask + place.mask + (ptrdiff_t)start * last.mask : NULL,
        .out = (char *)layout->out->data + place.out + (ptrdiff_t)start * last.out,
        .count = left < share->stretch ? left : share->stretch,
    };
}

/* Sums columns together; those that could not be done so, one by one. Not inlined: others have their stack for other
 * things. */
static __attribute__((noinline)) void sum_stretch(struct share *share, const struct pel_stretch *stretch)
{
    const struct pel_layout *layout = share->layout;
    const struct pel_axis *kept = layout->nkept > 0 ? &layout->kept[layout->nkept - 1] : &(struct pel_axis){1, 0, 0, 0};
    double value[STRETCH], rest[STRETCH];
    bool narrow = layout->call.result_size == sizeof(float);
    struct pel_columns columns = {.x = stretch->in,
                                  .rows = layout->reduced[0].length,
                                  .columns = stretch->count,
                                  .row_stride = layout->reduced[0].in,
                                  .column_stride = kept->in,
                                  .terms = layout->call.op == PEL_OP_MEAN ? layout->terms : 0,
                                  .narrow = narrow,
                                  .value = value,
                                  .rest = rest,
                                  .exponent = atomic_load_explicit(&share->exponent, memory_order_relaxed),
                                  .more = atomic_load_explicit(&share->more, memory_order_relaxed)};
    share->columns->kernel->run.columns(&columns, share->columns->params);
    atomic_store_explicit(&share->exponent, columns.exponent, memory_order_relaxed);
    atomic_store_explicit(&share->more, columns.more, memory_order_relaxed);
    for (size_t i = 0; i < stretch->count; i++) {
        struct pel_stretch one = {
            .in = stretch->in + (ptrdiff_t)i * kept->in, .out = stretch->out + (ptrdiff_t)i * kept->out, .count = 1};
        if (isnan(value[i]))
            pel_axes_reduce(layout, share->picks, share->flags, &one);
        else
            pel_element_store(one.out, layout->out->dtype, 0, value[i]);
    }
}

static void run_stretch(void *context, size_t index)
{
    struct share *share = context;
    struct pel_stretch stretch = stretch_at(share, index);
    if (share->columns)
        sum_stretch(share, &stretch);
    else if (pel_axes_reduce(share->layout, share->picks, share->flags, &stretch) != PEL_OK)
        atomic_store_explicit(&share->out_of_range, true, memory_order_relaxed);
}

/* Whether the results are sums of columns in one of the two ways that the kernels know. */
static bool are_columns(const struct pel_layout *layout)
{
    const pel_array *in = layout->in;
    ptrdiff_t size = (ptrdiff_t)pel_dtype_size(in->dtype);
    bool sums = layout->call.op == PEL_OP_SUM || layout->call.op == PEL_OP_MEAN;
    if (!sums || (in->dtype != PEL_F32 && in->dtype != PEL_F64) || in->mask || in->has_missing ||
        layout->nreduced != 1 || layout->reduced[0].length > PEL_MOST_ROWS || layout->reduced[0].length == 0)
        return false;
    return layout->reduced[0].in == size || (layout->nkept > 0 && layout->kept[layout->nkept - 1].in == size);
}

/* Few results of many neighbouring elements each: threads share the elements. */
static bool are_arrays(const struct pel_layout *layout)
{
    const pel_array *in = layout->in;
    return layout->terms >= ALONE && layout->terms >= layout->least && layout->results < layout->terms && !in->mask &&
           !in->has_missing && layout->nreduced == 1 && layout->reduced[0].in == (ptrdiff_t)pel_dtype_size(in->dtype) &&
           !layout->only_counts;
}

static pel_status reduce_arrays(const struct pel_layout *layout, const pel_opts *opts)
{
    pel_status status = PEL_OK;
    pel_opts exact = pel_opts_exact(opts);
    for (size_t i = 0; i < layout->results && (status == PEL_OK || status == PEL_ERANGE); i++) {
        struct pel_place_in place = pel_axes_place(layout->kept, layout->nkept, i);
        struct pel_call call = layout->call;
        call.x = (const char *)layout->in->data + place.in;
        call.y = call.op == PEL_OP_NRM2 ? call.x : NULL;
        call.n = layout->terms;
        call.result = (char *)layout->out->data + place.out;
        pel_status of_one =
            pel_is_mapped(call.op) ? pel_reduce_mapped(&call, &exact) : pel_reduce(&call, layout->kind, &exact);
        status = of_one == PEL_OK ? status : of_one;
    }
    return status;
}

static pel_status pick(const struct pel_layout *layout, enum pel_op op, size_t n, const pel_opts *opts,
                       struct pel_pick *pick)
{
    struct pel_request request = {.op = op,
                                  .dtype = layout->call.dtype,
                                  .flags = opts ? opts->flags & ~(unsigned)PEL_FAST : 0,
                                  .threads = pel_team_threads(opts),
                                  .n = n,
                                  .borrowed = op != PEL_OP_COLUMNS};
    return pel_dispatch(&request, opts, pick);
}

static pel_status pick_all(const struct pel_layout *layout, const pel_opts *opts, struct pel_axes_picks *picks)
{
    size_t n = layout->results * layout->terms;
    pel_opts rest = pel_opts_without_variant(opts);
    pel_status status = pick(layout, layout->call.op, n, opts, &picks->own);
    if (status == PEL_OK && pel_is_mapped(layout->call.op))
        status = pick(layout, PEL_OP_MINMAX, n, &rest, &picks->range);
    if (status == PEL_OK && pel_is_mapped(layout->call.op))
        status = pick(layout, PEL_OP_SUM, n, &rest, &picks->sum);
    return status;
}

pel_status pel_reduce_axes(pel_reduction reduction, const pel_array *in, unsigned axes, size_t ddof,
                           const pel_array *out, const pel_opts *opts)
{
    struct pel_layout layout;
    struct pel_axes_picks picks;
    struct pel_pick of_columns;
    pel_status status = pel_axes_lay_out(&layout, reduction, in, axes, ddof, out, opts);
    if (status != PEL_OK || layout.results == 0)
        return status;
    if (are_arrays(&layout))
        return reduce_arrays(&layout, opts);
    size_t last = layout.nkept > 0 ? layout.kept[layout.nkept - 1].length : 1;
    bool columns = are_columns(&layout);
    struct share share = {.layout = &layout,
                          .picks = &picks,
                          .flags = opts ? opts->flags : 0,
                          .stretch = STRETCH,
                          .exponent = PEL_UNKNOWN_EXPONENT};
    status = pick_all(&layout, opts, &picks);
    if (status != PEL_OK)
        return status;
    columns = columns && pick(&layout, PEL_OP_COLUMNS, layout.results * layout.terms, opts, &of_columns) == PEL_OK;
    share.columns = columns ? &of_columns : NULL;
    int team = columns ? of_columns.team : picks.own.team;
    while (share.stretch > 16 && layout.results / share.stretch < 8 * (size_t)team)
        share.stretch /= 2;
    share.stretches = (last + share.stretch - 1) / share.stretch;
    struct pel_span span;
    pel_trace_begin(&span, columns ? &of_columns : &picks.own, layout.results * layout.terms);
    pel_team_for(team, layout.results / last * share.stretches, run_stretch, &share);
    pel_trace_end(&span);
    return atomic_load_explicit(&share.out_of_range, memory_order_relaxed) ? PEL_ERANGE : PEL_OK;
}
