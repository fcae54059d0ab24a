/* Results one by one: the elements of each go to the kernel of one dimension, from where they are if they are
 * neighbours, else in pieces. A few neighbouring results go together, since their elements share cache lines; products
 * do not, whose pieces are the leaves of a tree. */
#include <math.h>
#include <string.h>

#include "kernels/reduce/product.h"
#include "lib/element.h"
#include "lib/reduce_axes.h"

enum {
    TOGETHER = 4,
    PIECE = PEL_PRODUCT_LEAF / TOGETHER,
    PLACES = PIECE / 2, /* of elements, in a piece that keeps them behind those */
};

/* A result on its way. */
struct partial {
    union pel_large_state state;
    size_t total, gathered, seen;    /* seen: elements, those that are left out too */
    struct pel_map map;              /* of operations on mapped elements */
    struct pel_product_tree *leaves; /* of products, else NULL */
    unsigned char *piece;
    size_t *place; /* where the elements of the piece come from; NULL unless places are asked for */
};

/* One pass over the elements of some results: what all share. */
struct walk {
    const struct pel_layout *layout;
    const struct pel_pick *pick;
    const struct pel_kind *kind;
    enum pel_op op;
    unsigned flags;
    size_t size;  /* of an element */
    size_t piece; /* elements */
};

static void feed(const struct walk *walk, struct partial *partial, const void *x, size_t n)
{
    const void *y = walk->op == PEL_OP_NRM2 ? x : pel_is_mapped(walk->op) ? &partial->map : NULL;
    if (partial->place)
        partial->state.one.place.base = partial->total;
    partial->total += n;
    if (!walk->layout->only_counts)
        walk->pick->kernel->run.reduce(x, y, n, &partial->state.one, walk->pick->params);
    if (partial->leaves) {
        pel_product_add_leaf(partial->leaves, &partial->state.one.product);
        partial->state.one.product = pel_product_of_none;
    }
}

/* The place of an extreme in a piece is another one in the whole. */
static void feed_places(const struct walk *walk, struct partial *partial)
{
    union pel_reduce_state of_piece;
    struct pel_place *found = &of_piece.place;
    walk->kind->clear(&of_piece, 0);
    walk->pick->kernel->run.reduce(partial->piece, NULL, partial->gathered, &of_piece, walk->pick->params);
    if (found->index == PEL_NOWHERE && found->nan == PEL_NOWHERE)
        found->index = 0; /* all are as bad as nothing */
    if (found->index != PEL_NOWHERE)
        found->index = partial->place[found->index];
    if (found->nan != PEL_NOWHERE)
        found->nan = partial->place[found->nan];
    walk->kind->merge(&partial->state.one, &of_piece);
    partial->total += partial->gathered;
}

static void flush(const struct walk *walk, struct partial *partial)
{
    if (partial->gathered > 0 && partial->place)
        feed_places(walk, partial);
    else if (partial->gathered > 0)
        feed(walk, partial, partial->piece, partial->gathered);
    partial->gathered = 0;
}

/* Whether an element equals the missing value, as its own type sees it: 64 bits do not fit into a double, and
 * 1e20 is no float. */
static bool is_missing(const pel_array *array, const void *element)
{
    union {
        float f32;
        double f64;
        int32_t i32;
        int64_t i64;
        uint32_t u32;
        uint64_t u64;
    } value, missing;
    if (!pel_element_can_hold(array->dtype, array->missing))
        return false;
    pel_element_store(&missing, array->dtype, 0, array->missing);
    memcpy(&value, element, pel_dtype_size(array->dtype));
    if (array->dtype == PEL_F32)
        return value.f32 == missing.f32 || (isnan(value.f32) && isnan(missing.f32));
    if (array->dtype == PEL_F64)
        return value.f64 == missing.f64 || (isnan(value.f64) && isnan(missing.f64));
    return memcmp(&value, &missing, pel_dtype_size(array->dtype)) == 0;
}

/* Adds an element to a piece, of 4 bytes or 8. */
static void gather(const struct walk *walk, struct partial *partial, const char *element)
{
    if (walk->size == sizeof(uint32_t))
        memcpy(partial->piece + partial->gathered * sizeof(uint32_t), element, sizeof(uint32_t));
    else
        memcpy(partial->piece + partial->gathered * sizeof(uint64_t), element, sizeof(uint64_t));
    if (partial->place)
        partial->place[partial->gathered] = partial->seen;
    if (++partial->gathered == walk->piece)
        flush(walk, partial);
}

/* A row of elements of each result: those along the fastest axis that is reduced. */
static void gather_row(const struct walk *walk, struct partial *partials, const struct pel_stretch *stretch,
                       struct pel_place_in start, struct pel_axis row)
{
    const struct pel_layout *layout = walk->layout;
    const struct pel_axis *kept = layout->nkept > 0 ? &layout->kept[layout->nkept - 1] : &(struct pel_axis){1, 0, 0, 0};
    bool selects = stretch->mask || layout->in->has_missing;
    for (size_t k = 0; k < row.length; k++) {
        for (size_t i = 0; i < stretch->count; i++) {
            const char *element = stretch->in + start.in + (ptrdiff_t)k * row.in + (ptrdiff_t)i * kept->in;
            const unsigned char *mask = stretch->mask;
            bool left_out =
                selects && ((mask && !mask[start.mask + (ptrdiff_t)k * row.mask + (ptrdiff_t)i * kept->mask]) ||
                            (layout->in->has_missing && is_missing(layout->in, element)));
            if (!left_out)
                gather(walk, &partials[i], element);
            partials[i].seen++;
        }
    }
}

/* The same where a row lies together. */
static void feed_row(const struct walk *walk, struct partial *partials, const struct pel_stretch *stretch,
                     struct pel_place_in start, struct pel_axis row)
{
    const struct pel_layout *layout = walk->layout;
    for (size_t i = 0; i < stretch->count; i++) {
        ptrdiff_t along = layout->nkept > 0 ? (ptrdiff_t)i * layout->kept[layout->nkept - 1].in : 0;
        feed(walk, &partials[i], stretch->in + start.in + along, row.length);
    }
}

/* What stands where there are too few elements. */
static void write_nothing(const struct pel_call *call, const pel_array *out)
{
    pel_element_store(call->result, out->dtype, 0, out->has_missing ? out->missing : (double)NAN);
}

static pel_status write_result(const struct walk *walk, struct partial *partial, char *to)
{
    struct pel_call call = walk->layout->call;
    call.n = partial->total;
    call.result = to;
    call.y = &partial->map;
    if (walk->layout->only_counts)
        partial->state.one.count = partial->total;
    if (partial->total >= walk->layout->least)
        return walk->kind->finish(&call, walk->flags, &partial->state.one);
    write_nothing(&call, walk->layout->out);
    return PEL_OK;
}

/* Products of floats, one at a time. */
static bool is_tree(const struct pel_layout *layout)
{
    return layout->kind == &pel_kind_product;
}

/* All elements of some results, once. Not inlined: the pieces leave the stack, which may be small, before results are
 * written, which takes as much. */
static __attribute__((noinline)) void pass(const struct walk *walk, struct partial *partials,
                                           const struct pel_stretch *stretch)
{
    const struct pel_layout *layout = walk->layout;
    int outer = layout->nreduced > 0 ? layout->nreduced - 1 : 0;
    struct pel_axis row = layout->nreduced > 0 ? layout->reduced[outer] : (struct pel_axis){1, 0, 0, 0};
    bool whole = row.in == (ptrdiff_t)walk->size && !stretch->mask && !layout->in->has_missing &&
                 (outer == 0 || walk->kind != &pel_kind_product);
    _Alignas(uint64_t) unsigned char pieces[TOGETHER * PIECE * sizeof(uint64_t)];
    struct pel_product_tree leaves;
    leaves.leaves = 0;
    leaves.depth = 0;
    for (size_t i = 0; i < stretch->count; i++) {
        walk->kind->clear(&partials[i].state.one, 0);
        partials[i].piece = pieces + i * PIECE * sizeof(uint64_t);
        partials[i].place = walk->kind == &pel_kind_place ? (size_t *)(void *)partials[i].piece + PLACES : NULL;
        partials[i].leaves = walk->kind == &pel_kind_product ? &leaves : NULL;
        partials[i].total = partials[i].gathered = partials[i].seen = 0;
    }
    for (size_t k = 0, rows = row.length > 0 ? layout->terms / row.length : 0; k < rows; k++)
        (whole ? feed_row : gather_row)(walk, partials, stretch, pel_axes_place(layout->reduced, outer, k), row);
    for (size_t i = 0; i < stretch->count; i++) {
        flush(walk, &partials[i]);
        if (partials[i].leaves)
            pel_product_of_tree(&partials[i].state.one.product, partials[i].leaves);
    }
}

/* The walk of another operation over the same elements. */
static struct walk walk_of(const struct walk *walk, enum pel_op op, const struct pel_pick *pick)
{
    struct walk other = *walk;
    other.op = op;
    other.pick = pick;
    other.kind = pel_kind_of(op, walk->layout->call.dtype);
    return other;
}

static void read_range(const struct walk *walk, struct partial *partial, double range[2])
{
    union {
        float f32[2];
        double f64[2];
    } value;
    struct pel_call call = walk->layout->call;
    call.op = walk->op;
    call.result = &value;
    call.result_size = walk->size;
    walk->kind->finish(&call, walk->flags, &partial->state.one);
    for (int i = 0; i < 2; i++)
        range[i] = call.dtype == PEL_F32 ? (double)value.f32[i] : value.f64[i];
}

/* What elements are mapped by, in one pass or two. */
static void find_maps(const struct walk *walk, struct partial *partials, const struct pel_axes_picks *picks,
                      const struct pel_stretch *stretch)
{
    struct walk of_ranges = walk_of(walk, PEL_OP_MINMAX, &picks->range);
    struct walk of_sums = walk_of(walk, PEL_OP_SUM, &picks->sum);
    double range[TOGETHER][2];
    pass(&of_ranges, partials, stretch);
    for (size_t i = 0; i < stretch->count; i++)
        read_range(&of_ranges, &partials[i], range[i]);
    if (walk->op != PEL_OP_LOGSUMEXP)
        pass(&of_sums, partials, stretch);
    for (size_t i = 0; i < stretch->count; i++)
        partials[i].map = pel_map_of(walk->op, range[i], &partials[i].state.one.acc, partials[i].total);
}

static pel_status reduce_together(const struct walk *walk, const struct pel_axes_picks *picks,
                                  const struct pel_stretch *stretch)
{
    const struct pel_layout *layout = walk->layout;
    struct partial partials[TOGETHER];
    pel_status status = PEL_OK;
    if (pel_is_mapped(walk->op))
        find_maps(walk, partials, picks, stretch);
    pass(walk, partials, stretch);
    for (size_t i = 0; i < stretch->count; i++) {
        ptrdiff_t along = layout->nkept > 0 ? (ptrdiff_t)i * layout->kept[layout->nkept - 1].out : 0;
        if (write_result(walk, &partials[i], stretch->out + along) != PEL_OK)
            status = PEL_ERANGE;
    }
    return status;
}

pel_status pel_axes_reduce(const struct pel_layout *layout, const struct pel_axes_picks *picks, unsigned flags,
                           const struct pel_stretch *stretch)
{
    const struct pel_axis none = {0, 0, 0, 0}, *kept = layout->nkept > 0 ? &layout->kept[layout->nkept - 1] : &none;
    const struct pel_call *call = &layout->call;
    size_t together = is_tree(layout) ? 1 : TOGETHER;
    pel_status status = PEL_OK;
    struct walk walk = {layout,
                        &picks->own,
                        layout->kind,
                        call->op,
                        flags,
                        pel_dtype_size(call->dtype),
                        layout->kind == &pel_kind_place ? PLACES : TOGETHER * PIECE / together};
    for (size_t done = 0; done < stretch->count; done += together) {
        struct pel_stretch few = *stretch;
        few.in += (ptrdiff_t)done * kept->in;
        few.mask += stretch->mask ? (ptrdiff_t)done * kept->mask : 0;
        few.out += (ptrdiff_t)done * kept->out;
        few.count = stretch->count - done < together ? stretch->count - done : together;
        if (reduce_together(&walk, picks, &few) != PEL_OK)
            status = PEL_ERANGE;
    }
    return status;
}
