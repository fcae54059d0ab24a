/* From the description of a stencil problem to tables that a leaf can follow without thinking. */
#include "lib/stencil_plan.h"

#include <math.h>
#include <string.h>

#include "lib/block.h"
#include "lib/stencil_sides.h"

static bool finite_in(pel_dtype dtype, double x)
{
    return dtype == PEL_F32 ? isfinite((float)x) : isfinite(x);
}

static bool good_tap(const pel_stencil_desc *desc, const pel_tap *tap)
{
    for (int a = 0; a < 3; a++) {
        int32_t radius = a < desc->ndim ? PEL_STENCIL_MAX_RADIUS : 0;
        if (tap->offset[a] < -radius || tap->offset[a] > radius)
            return false;
    }
    return finite_in(desc->dtype, tap->coef);
}

/* Whether grid and scratch can be addressed. */
static bool grid_fits(const pel_stencil_desc *desc)
{
    size_t bytes = pel_dtype_size(desc->dtype);
    for (int a = 0; a < desc->ndim; a++) {
        if (__builtin_mul_overflow(bytes, desc->shape[a], &bytes))
            return false;
    }
    return bytes <= PTRDIFF_MAX - PEL_CACHE_LINE;
}

pel_status pel_stencil_check(const pel_stencil_desc *desc)
{
    if (!desc || desc->size < sizeof *desc || !desc->taps || desc->ntaps < 1 || desc->ntaps > PEL_STENCIL_MAX_TAPS)
        return PEL_EINVAL;
    if ((desc->dtype != PEL_F32 && desc->dtype != PEL_F64) || desc->ndim < 1 || desc->ndim > 3)
        return PEL_EINVAL;
    for (int a = 0; a < desc->ndim; a++) {
        if (desc->shape[a] < 1 || !pel_stencil_good_sides(desc->boundary[a]))
            return PEL_EINVAL;
    }
    for (size_t k = 0; k < desc->ntaps; k++) {
        if (!good_tap(desc, &desc->taps[k]))
            return PEL_EINVAL;
    }
    return grid_fits(desc) ? PEL_OK : PEL_ERANGE;
}

/* How far the taps reach past the low and the high side of an axis of the description. */
static void find_reach(const pel_stencil_desc *desc, int a, size_t reach[2])
{
    reach[0] = reach[1] = 0;
    for (size_t k = 0; k < desc->ntaps; k++) {
        int32_t offset = desc->taps[k].offset[a];
        if (offset < 0 && (size_t)-offset > reach[0])
            reach[0] = (size_t)-offset;
        if (offset > 0 && (size_t)offset > reach[1])
            reach[1] = (size_t)offset;
    }
}

static int find_radius(const pel_stencil_desc *desc)
{
    size_t radius = 0;
    for (int a = 0; a < desc->ndim; a++) {
        size_t reach[2];
        find_reach(desc, a, reach);
        for (int side = 0; side < 2; side++)
            radius = reach[side] > radius ? reach[side] : radius;
    }
    return (int)radius;
}

static void fill_axis(struct pel_stencil_axis *axis, const pel_stencil_desc *desc, int a)
{
    size_t reach[2], n = desc->shape[a];
    find_reach(desc, a, reach);
    size_t inner = pel_stencil_smaller(reach[0], n), inner_last = n - pel_stencil_smaller(reach[1], n);
    *axis = (struct pel_stencil_axis){.last = n, .inner = inner, .inner_last = inner_last};
    pel_stencil_set_sides(axis, desc->boundary[a], n);
    axis->reach = pel_stencil_larger(reach[0], reach[1]);
    if (desc->boundary[a][0] == PEL_BOUNDARY_FIXED)
        axis->first = inner;
    if (desc->boundary[a][1] == PEL_BOUNDARY_FIXED)
        axis->last = inner_last;
    if (axis->first > axis->last)
        axis->first = axis->last;
    if (axis->inner >= axis->inner_last)
        axis->inner = axis->inner_last = axis->last;
}

/* Computed cells of a row that are not inner. */
static size_t count_edges(const struct pel_stencil_axis *axis)
{
    return axis->inner - axis->first + axis->last - axis->inner_last;
}

static size_t outside_cells(const struct pel_plan *plan)
{
    return pel_stencil_smaller(plan->form.axis[2].n, PEL_STENCIL_OUTSIDE_ROW);
}

/* The arrays that a form points to. */
struct tables {
    int32_t (*offset)[3];
    void *coef, *outside;
    ptrdiff_t *shift, *edge;
};

static void lay_out(struct tables *tables, const struct pel_plan *plan, struct pel_block *block)
{
    size_t ntaps = plan->form.ntaps;
    tables->coef = pel_block_carve(block, ntaps, plan->size);
    tables->outside = pel_block_carve(block, outside_cells(plan), plan->size);
    tables->offset = pel_block_carve(block, ntaps, sizeof *tables->offset);
    tables->shift = pel_block_carve(block, ntaps, sizeof *tables->shift);
    tables->edge = pel_block_carve(block, ntaps * count_edges(&plan->form.axis[2]), sizeof *tables->edge);
}

/* Indices far outside wrap around: shifts are used only where they stay inside. */
static ptrdiff_t shift_of(const struct pel_stencil_axis *axis, const int32_t *offset)
{
    return (ptrdiff_t)(((size_t)offset[0] * axis[1].n + (size_t)offset[1]) * axis[2].n);
}

static void fill_taps(struct tables *tables, const struct pel_plan *plan, const pel_stencil_desc *desc)
{
    const struct pel_stencil_axis *axis = plan->form.axis;
    for (size_t k = 0; k < desc->ntaps; k++) {
        for (int a = 0; a < desc->ndim; a++)
            tables->offset[k][a + 3 - desc->ndim] = desc->taps[k].offset[a];
        pel_stencil_store(tables->coef, desc->dtype, k, desc->taps[k].coef);
        tables->shift[k] = shift_of(axis, tables->offset[k]);
    }
    for (size_t i = 0; i < outside_cells(plan); i++)
        pel_stencil_store(tables->outside, desc->dtype, i, desc->boundary_value);
}

static void fill_edges(struct tables *tables, const struct pel_plan *plan)
{
    const struct pel_stencil_axis *axis = &plan->form.axis[2];
    size_t ntaps = plan->form.ntaps, low = axis->inner - axis->first;
    for (size_t e = 0; e < count_edges(axis); e++) {
        size_t x = e < low ? axis->first + e : axis->inner_last + (e - low);
        for (size_t k = 0; k < ntaps; k++)
            tables->edge[e * ntaps + k] = pel_stencil_index(axis, (ptrdiff_t)x + tables->offset[k][2]);
    }
}

/* Whether the taps are a cell and its neighbours in so many dimensions, in the order of their offsets. */
static bool is_box(const struct pel_stencil_form *form, int ndim)
{
    int32_t cells = ndim == 3 ? 27 : 9;
    if (form->ntaps != (size_t)cells)
        return false;
    for (int32_t k = 0; k < cells; k++) {
        const int32_t *offset = form->offset[k];
        for (int a = 0; a < 3; a++) {
            if (offset[a] < -1 || offset[a] > 1)
                return false;
        }
        if ((offset[0] * 3 + offset[1]) * 3 + offset[2] != k - cells / 2)
            return false;
    }
    return true;
}

/* Planes of a 3-dimensional grid that the taps read, and the one they write. */
static size_t count_planes(const pel_stencil_desc *desc)
{
    size_t reach[2] = {0, 0};
    if (desc->ndim == 3)
        find_reach(desc, 0, reach);
    return reach[0] + 1 + reach[1] + 1;
}

/* The plan without its arrays. */
static void start_plan(struct pel_plan *plan, const pel_stencil_desc *desc)
{
    static const struct pel_stencil_axis absent = {.n = 1, .last = 1, .inner_last = 1};
    *plan = (struct pel_plan){.dtype = desc->dtype, .size = pel_dtype_size(desc->dtype), .cells = 1};
    plan->form.ntaps = desc->ntaps;
    for (int a = 0; a < 3; a++) {
        struct pel_stencil_axis *axis = &plan->form.axis[a];
        *axis = absent;
        if (a >= 3 - desc->ndim)
            fill_axis(axis, desc, a - (3 - desc->ndim));
        plan->cells *= axis->n;
    }
    plan->form.planes = count_planes(desc);
    plan->shape = (struct pel_stencil_shape){desc->ndim, plan->form.axis[2].n, desc->ntaps, find_radius(desc)};
}

/* The plan is the head of its block. */
struct pel_plan *pel_stencil_make(const pel_stencil_desc *desc)
{
    struct pel_plan start;
    struct tables tables;
    struct pel_block block = {NULL, 0};
    start_plan(&start, desc);
    pel_block_carve(&block, 1, sizeof start);
    lay_out(&tables, &start, &block);
    struct pel_plan *plan = pel_memory_new(1, block.used);
    if (!plan)
        return NULL;
    *plan = start;
    block = (struct pel_block){(char *)plan, 0};
    pel_block_carve(&block, 1, sizeof start);
    lay_out(&tables, plan, &block);
    fill_taps(&tables, plan, desc);
    fill_edges(&tables, plan);
    plan->form.offset = (const int32_t(*)[3])tables.offset;
    plan->form.box = is_box(&plan->form, 2) ? 2 : is_box(&plan->form, 3) ? 3 : 0;
    plan->form.coef = tables.coef;
    plan->form.outside = tables.outside;
    plan->form.shift = tables.shift;
    plan->form.edge = tables.edge;
    return plan;
}
