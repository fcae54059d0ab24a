/* From the description of a stencil problem to tables that a leaf can follow without thinking. */
#include "lib/stencil_plan.h"
#include "lib/element.h"

#include <stdlib.h>
#include <string.h>

#include "lib/block.h"
#include "lib/stencil_sides.h"

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
    const void **arrays, **constants; /* of coefficients; only where there is any array */
};

static bool has_arrays(const pel_stencil_desc *desc)
{
    for (size_t k = 0; desc->coefs && k < desc->ntaps; k++) {
        if (desc->coefs[k])
            return true;
    }
    return false;
}

static bool has_terms(const pel_stencil_desc *desc)
{
    return has_arrays(desc) || desc->scale || desc->source || desc->mask || desc->now != 0 || desc->levels == 2;
}

/* Lists the arrays of coefficients, and for taps that have none makes as many copies of the constant as a row has
 * cells. */
static void lay_out_coefficients(struct tables *tables, const struct pel_plan *plan, const pel_stencil_desc *desc,
                                 struct pel_block *block)
{
    tables->arrays = pel_block_carve(block, desc->ntaps, sizeof *tables->arrays);
    tables->constants = pel_block_carve(block, desc->ntaps, sizeof *tables->constants);
    for (size_t k = 0; k < desc->ntaps; k++) {
        void *row = desc->coefs[k] ? NULL : pel_block_carve(block, outside_cells(plan), plan->size);
        for (size_t i = 0; row && i < outside_cells(plan); i++)
            pel_element_store(row, desc->dtype, i, desc->taps[k].coef);
        if (block->data) {
            tables->arrays[k] = desc->coefs[k];
            tables->constants[k] = row;
        }
    }
}

static void lay_out(struct tables *tables, const struct pel_plan *plan, const pel_stencil_desc *desc,
                    struct pel_block *block)
{
    size_t ntaps = plan->form.ntaps;
    *tables = (struct tables){0};
    tables->coef = pel_block_carve(block, ntaps, plan->size);
    tables->outside = pel_block_carve(block, outside_cells(plan), plan->size);
    tables->offset = pel_block_carve(block, ntaps, sizeof *tables->offset);
    tables->shift = pel_block_carve(block, ntaps, sizeof *tables->shift);
    tables->edge = pel_block_carve(block, ntaps * count_edges(&plan->form.axis[2]), sizeof *tables->edge);
    if (has_arrays(desc))
        lay_out_coefficients(tables, plan, desc, block);
}

/* Indices far outside wrap around: shifts are used only where they stay inside. */
static ptrdiff_t shift_of(const struct pel_stencil_form *form, const int32_t *offset)
{
    return (ptrdiff_t)((size_t)offset[0] * form->stride[0] + (size_t)offset[1] * form->stride[1]);
}

static void fill_taps(struct tables *tables, const struct pel_plan *plan, const pel_stencil_desc *desc)
{
    for (size_t k = 0; k < desc->ntaps; k++) {
        for (int a = 0; a < desc->ndim; a++)
            tables->offset[k][a + 3 - desc->ndim] = desc->taps[k].offset[a];
        pel_element_store(tables->coef, desc->dtype, k, desc->taps[k].coef);
        tables->shift[k] = shift_of(&plan->form, tables->offset[k]);
    }
    for (size_t i = 0; i < outside_cells(plan); i++)
        pel_element_store(tables->outside, desc->dtype, i, desc->boundary_value);
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

/* Whether the taps are those of the neighbourhood, in the order of their offsets. */
static bool is_near(const struct pel_stencil_form *form, int ndim, bool box)
{
    size_t k = 0;
    for (int32_t i = 0, cells = ndim == 3 ? 27 : ndim == 2 ? 9 : 3; i < cells; i++) {
        int32_t offset[3] = {ndim == 3 ? i / 9 - 1 : 0, ndim > 1 ? i / 3 % 3 - 1 : 0, i % 3 - 1};
        if (!box && abs(offset[0]) + abs(offset[1]) + abs(offset[2]) > 1)
            continue;
        if (k == form->ntaps || memcmp(form->offset[k], offset, sizeof offset) != 0)
            return false;
        k++;
    }
    return k == form->ntaps;
}

static enum pel_stencil_near find_near(const struct pel_stencil_form *form)
{
    for (int ndim = 1; ndim <= 3; ndim++) {
        if (is_near(form, ndim, false))
            return (enum pel_stencil_near)(PEL_STENCIL_STAR1 + ndim - 1);
        if (ndim > 1 && is_near(form, ndim, true))
            return (enum pel_stencil_near)(PEL_STENCIL_BOX2 + ndim - 2);
    }
    return PEL_STENCIL_FAR;
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
    size_t stride[3];
    pel_stencil_lay_out(desc, stride, &plan->extent);
    plan->levels = desc->levels;
    plan->form.stride[0] = desc->ndim > 2 ? stride[0] : plan->extent;
    plan->form.stride[1] = desc->ndim > 1 ? stride[desc->ndim - 2] : plan->extent;
    plan->form.ntaps = desc->ntaps;
    for (int a = 0; a < 3; a++) {
        struct pel_stencil_axis *axis = &plan->form.axis[a];
        *axis = absent;
        if (a >= 3 - desc->ndim)
            fill_axis(axis, desc, a - (3 - desc->ndim));
        plan->cells *= axis->n;
    }
    plan->form.planes = count_planes(desc);
    plan->shape =
        (struct pel_stencil_shape){desc->ndim, plan->form.axis[2].n, desc->ntaps, find_radius(desc), has_terms(desc)};
}

size_t pel_stencil_array_bytes(const struct pel_plan *plan)
{
    const struct pel_stencil_terms *terms = &plan->terms;
    size_t arrays = (terms->scale ? 1u : 0u) + (terms->source ? 1u : 0u);
    for (size_t k = 0; terms->coef && k < plan->form.ntaps; k++)
        arrays += terms->coef[k] ? 1 : 0;
    return arrays * plan->size + (terms->mask ? 1 : 0);
}

static void fill_terms(struct pel_plan *plan, const struct tables *tables, const pel_stencil_desc *desc)
{
    bool f32 = desc->dtype == PEL_F32;
    plan->terms = (struct pel_stencil_terms){.coef = tables->arrays,
                                             .constant = tables->constants,
                                             .scale = desc->scale,
                                             .source = desc->source,
                                             .mask = desc->mask,
                                             .now = f32 ? (double)(float)desc->now : desc->now,
                                             .before = f32 ? (double)(float)desc->before : desc->before,
                                             .two_levels = desc->levels == 2};
    plan->form.terms = plan->shape.terms ? &plan->terms : NULL;
}

/* The plan is the head of its block. */
struct pel_plan *pel_stencil_make(const pel_stencil_desc *desc)
{
    struct pel_plan start;
    struct tables tables;
    struct pel_block block = {NULL, 0};
    start_plan(&start, desc);
    pel_block_carve(&block, 1, sizeof start);
    lay_out(&tables, &start, desc, &block);
    struct pel_plan *plan = pel_memory_new(1, block.used);
    if (!plan)
        return NULL;
    *plan = start;
    block = (struct pel_block){(char *)plan, 0};
    pel_block_carve(&block, 1, sizeof start);
    lay_out(&tables, plan, desc, &block);
    fill_taps(&tables, plan, desc);
    fill_edges(&tables, plan);
    plan->form.offset = (const int32_t(*)[3])tables.offset;
    plan->form.near = find_near(&plan->form);
    plan->form.coef = tables.coef;
    plan->form.outside = tables.outside;
    plan->form.shift = tables.shift;
    plan->form.edge = tables.edge;
    fill_terms(plan, &tables, desc);
    return plan;
}
