/* Reductions over axes: checks, and the layout. */
#include <stdlib.h>

#include "lib/check.h"
#include "lib/element.h"
#include "lib/reduce_axes.h"

/* What a reduction is in one dimension, of which dtypes, and of how many elements at the least. kind: NULL where it is
 * that of the operation. */
enum { FLOATS = 1u << PEL_F32 | 1u << PEL_F64, ALL = 63 };

static const struct rule {
    enum pel_op op;
    unsigned dtypes;
    size_t least;
    const struct pel_kind *kind;
} rules[] = {
    [PEL_REDUCE_SUM] = {PEL_OP_SUM, ALL, 0, NULL},
    [PEL_REDUCE_MEAN] = {PEL_OP_MEAN, ALL, 1, NULL},
    [PEL_REDUCE_MIN] = {PEL_OP_MIN, ALL, 1, NULL},
    [PEL_REDUCE_MAX] = {PEL_OP_MAX, ALL, 1, NULL},
    [PEL_REDUCE_ASUM] = {PEL_OP_ASUM, FLOATS, 0, NULL},
    [PEL_REDUCE_NRM2] = {PEL_OP_NRM2, FLOATS, 0, NULL},
    [PEL_REDUCE_VAR] = {PEL_OP_VAR, FLOATS, 1, NULL},
    [PEL_REDUCE_STD] = {PEL_OP_STD, FLOATS, 1, NULL},
    [PEL_REDUCE_COUNT] = {PEL_OP_COUNT, ALL, 0, NULL},
    [PEL_REDUCE_PROD] = {PEL_OP_PROD, ALL, 0, NULL},
    [PEL_REDUCE_LOGSUMEXP] = {PEL_OP_LOGSUMEXP, FLOATS, 0, NULL},
    [PEL_REDUCE_SKEWNESS] = {PEL_OP_SKEWNESS, FLOATS, 1, NULL},
    [PEL_REDUCE_KURTOSIS] = {PEL_OP_KURTOSIS, FLOATS, 1, NULL},
    [PEL_REDUCE_ARGMIN] = {PEL_OP_ARGMIN, ALL, 1, NULL},
    [PEL_REDUCE_ARGMAX] = {PEL_OP_ARGMAX, ALL, 1, NULL},
    [PEL_REDUCE_NONZERO] = {PEL_OP_COUNT, ALL, 0, NULL},
    [PEL_REDUCE_ANY] = {PEL_OP_COUNT, ALL, 0, &pel_kind_any},
    [PEL_REDUCE_ALL] = {PEL_OP_COUNT, ALL, 0, &pel_kind_all},
};

/* The dtypes that a result may have, as bits. */
static unsigned results_of(pel_reduction reduction, pel_dtype dtype)
{
    switch (reduction) {
    case PEL_REDUCE_COUNT:
    case PEL_REDUCE_NONZERO:
    case PEL_REDUCE_ARGMIN:
    case PEL_REDUCE_ARGMAX:
        return 1u << PEL_U64;
    case PEL_REDUCE_ANY:
    case PEL_REDUCE_ALL:
        return 1u << PEL_I32;
    case PEL_REDUCE_MIN:
    case PEL_REDUCE_MAX:
        return 1u << dtype;
    case PEL_REDUCE_SUM:
    case PEL_REDUCE_PROD:
        return pel_is_float(dtype)                    ? (unsigned)FLOATS
               : dtype == PEL_I32 || dtype == PEL_I64 ? 1u << PEL_I64
                                                      : 1u << PEL_U64;
    default:
        return FLOATS;
    }
}

static bool is_empty(const pel_array *array)
{
    bool empty = false;
    for (int k = 0; k < array->ndim; k++)
        empty |= array->shape[k] == 0;
    return empty;
}

/* An array whose extents, in elements and bytes, stay within the address space. */
static pel_status check_array(const pel_array *array)
{
    size_t size;
    ptrdiff_t extent = 0;
    if (!array || array->size < sizeof *array || array->ndim < 0 || array->ndim > PEL_MAX_AXES)
        return PEL_EINVAL;
    size = pel_dtype_size(array->dtype);
    bool empty = is_empty(array);
    if (size == 0 || (!array->data && !empty) || (uintptr_t)array->data % size)
        return PEL_EINVAL;
    size_t count = 1;
    for (int k = 0; k < array->ndim; k++) {
        ptrdiff_t reach, masked = 0, length = (ptrdiff_t)array->shape[k];
        if (array->stride[k] % (ptrdiff_t)size)
            return PEL_EINVAL;
        if (array->shape[k] > PTRDIFF_MAX || __builtin_mul_overflow(length, array->stride[k], &reach) ||
            reach == PTRDIFF_MIN || (array->mask && __builtin_mul_overflow(length, array->mask_stride[k], &masked)) ||
            __builtin_add_overflow(extent, reach < 0 ? -reach : reach, &extent) ||
            (!empty && __builtin_mul_overflow(count, array->shape[k], &count)))
            return PEL_ERANGE;
    }
    return count > PTRDIFF_MAX / size ? PEL_ERANGE : PEL_OK;
}

/* Whether elements of an array that is written may share bytes: each axis must step over all that faster ones reach. */
static bool overlaps_itself(const pel_array *array)
{
    size_t reach = pel_dtype_size(array->dtype);
    unsigned left = (1u << array->ndim) - 1;
    while (left) {
        int fastest = -1;
        size_t step = 0;
        for (int k = 0; k < array->ndim; k++) {
            size_t stride = (size_t)(array->stride[k] < 0 ? -array->stride[k] : array->stride[k]);
            if ((left >> k & 1) && (fastest < 0 || stride < step)) {
                fastest = k;
                step = stride;
            }
        }
        left &= ~(1u << fastest);
        if (array->shape[fastest] > 1) {
            if (step < reach)
                return true;
            reach += step * (array->shape[fastest] - 1);
        }
    }
    return false;
}

/* Bytes of memory: where they begin and end, and how its elements lie in between. */
struct extent {
    uintptr_t begin, end;
    size_t step, size; /* elements of this size lie multiples of the step apart */
};

static size_t common_divisor(size_t a, size_t b)
{
    while (b > 0) {
        size_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Of elements that there are. */
static struct extent extent_of(const void *data, size_t size, const pel_array *array, const ptrdiff_t *stride)
{
    struct extent extent = {(uintptr_t)data, (uintptr_t)data + size, 0, size};
    for (int k = 0; k < array->ndim; k++) {
        size_t step = (size_t)(stride[k] < 0 ? -stride[k] : stride[k]), reach = step * (array->shape[k] - 1);
        if (reach == 0)
            continue;
        extent.step = common_divisor(extent.step, step);
        if (stride[k] < 0)
            extent.begin -= reach;
        else
            extent.end += reach;
    }
    return extent;
}

/* Whether elements may share bytes, as far as extents and steps tell: those of one may lie between those of the other.
 */
static bool may_overlap(const struct extent *a, const struct extent *b)
{
    size_t step = common_divisor(a->step, b->step);
    if (a->end <= b->begin || b->end <= a->begin)
        return false;
    if (step == 0)
        return true;
    size_t apart = (b->begin % step + step - a->begin % step) % step;
    return apart < a->size || apart + b->size > step;
}

/* Whether what is written may be what is read. */
static bool overlaps_input(const pel_array *out, const pel_array *in)
{
    if (is_empty(in) || is_empty(out))
        return false;
    struct extent written = extent_of(out->data, pel_dtype_size(out->dtype), out, out->stride);
    struct extent read = extent_of(in->data, pel_dtype_size(in->dtype), in, in->stride);
    if (may_overlap(&written, &read))
        return true;
    read = extent_of(in->mask, 1, in, in->mask_stride);
    return in->mask && may_overlap(&written, &read);
}

/* Sorts axes so that the last is the fastest. */
static int faster(const void *a, const void *b)
{
    ptrdiff_t x = ((const struct pel_axis *)a)->in, y = ((const struct pel_axis *)b)->in;
    x = x < 0 ? -x : x;
    y = y < 0 ? -y : y;
    return x < y ? 1 : x > y ? -1 : 0;
}

static bool continues(const struct pel_axis *last, const struct pel_axis *axis)
{
    ptrdiff_t length = (ptrdiff_t)axis->length;
    return last->in == length * axis->in && last->mask == length * axis->mask && last->out == length * axis->out;
}

/* Sorts axes unless their order matters, drops those 1 long, and joins those that continue each other; returns how many
 * are left. */
static int join(struct pel_axis *axes, int count, bool ordered)
{
    int left = 0;
    if (!ordered)
        qsort(axes, (size_t)count, sizeof axes[0], faster);
    for (int i = 0; i < count; i++) {
        struct pel_axis axis = axes[i];
        if (axis.length == 1)
            continue;
        if (left > 0 && continues(&axes[left - 1], &axis))
            axis.length *= axes[--left].length;
        axes[left++] = axis;
    }
    return left;
}

static size_t product(const struct pel_axis *axes, int count)
{
    size_t product = 1;
    for (int i = 0; i < count; i++)
        product *= axes[i].length;
    return product;
}

/* Where out has all axes, those reduced are 1 long. */
static pel_status lay_axes(struct pel_layout *layout, unsigned axes)
{
    const pel_array *in = layout->in, *out = layout->out;
    int reduced = __builtin_popcount(axes), at = 0;
    bool keeps = out->ndim == in->ndim;
    if (axes >> in->ndim || (!keeps && out->ndim != in->ndim - reduced))
        return PEL_EINVAL;
    for (int k = 0; k < in->ndim; k++) {
        struct pel_axis axis = {in->shape[k], in->stride[k], in->mask ? in->mask_stride[k] : 0, 0};
        if (axes >> k & 1) {
            if (keeps && out->shape[at++] != 1)
                return PEL_EINVAL;
            layout->reduced[layout->nreduced++] = axis;
        } else {
            axis.out = out->stride[at];
            if (out->shape[at++] != axis.length)
                return PEL_EINVAL;
            layout->kept[layout->nkept++] = axis;
        }
    }
    layout->nkept = join(layout->kept, layout->nkept, false);
    layout->nreduced =
        join(layout->reduced, layout->nreduced, layout->kind == &pel_kind_place || layout->call.op == PEL_OP_PROD);
    layout->results = product(layout->kept, layout->nkept);
    layout->terms = product(layout->reduced, layout->nreduced);
    return PEL_OK;
}

pel_status pel_axes_lay_out(struct pel_layout *layout, pel_reduction reduction, const pel_array *in, unsigned axes,
                            size_t ddof, const pel_array *out, const pel_opts *opts)
{
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = check_array(in);
    if (status == PEL_OK)
        status = check_array(out);
    if (status == PEL_OK && (unsigned)reduction >= sizeof rules / sizeof rules[0])
        status = PEL_EINVAL;
    if (status != PEL_OK)
        return status;
    const struct rule *rule = &rules[reduction];
    bool spread = reduction == PEL_REDUCE_VAR || reduction == PEL_REDUCE_STD;
    bool extreme = reduction == PEL_REDUCE_MIN || reduction == PEL_REDUCE_MAX || reduction == PEL_REDUCE_ARGMIN ||
                   reduction == PEL_REDUCE_ARGMAX;
    if (!(rule->dtypes >> in->dtype & 1) || (pel_asks_to_skip(in->dtype, opts) && !extreme))
        return PEL_ENOTSUP;
    if (!(results_of(reduction, in->dtype) >> out->dtype & 1))
        return PEL_EINVAL;
    *layout = (struct pel_layout){.in = in,
                                  .out = out,
                                  .kind = rule->kind ? rule->kind : pel_kind_of(rule->op, in->dtype),
                                  .only_counts = reduction == PEL_REDUCE_COUNT,
                                  .least = !spread           ? rule->least
                                           : ddof < SIZE_MAX ? ddof + 1
                                                             : ddof};
    layout->call = (struct pel_call){
        .op = rule->op, .dtype = in->dtype, .result_size = pel_dtype_size(out->dtype), .ddof = spread ? ddof : 0};
    status = lay_axes(layout, axes);
    if (status != PEL_OK)
        return status;
    bool few = layout->terms < layout->least || in->mask || in->has_missing;
    if (few && layout->least > 0 && !pel_is_float(out->dtype) &&
        !(out->has_missing && pel_element_can_hold(out->dtype, out->missing)))
        return PEL_EINVAL;
    if (overlaps_itself(out) || overlaps_input(out, in))
        return PEL_EINVAL;
    return PEL_OK;
}

pel_status pel_array_pack(pel_array *array)
{
    if (!array || array->size < sizeof *array || array->ndim < 0 || array->ndim > PEL_MAX_AXES ||
        pel_dtype_size(array->dtype) == 0)
        return PEL_EINVAL;
    const size_t size = pel_dtype_size(array->dtype);
    for (int pass = 0; pass < 2; pass++) {
        size_t step = size;
        for (int k = array->ndim - 1; k >= 0; k--) {
            if (pass == 1) {
                array->stride[k] = (ptrdiff_t)step;
                array->mask_stride[k] = (ptrdiff_t)(step / size);
            }
            if (__builtin_mul_overflow(step, array->shape[k] > 0 ? array->shape[k] : 1, &step) || step > PTRDIFF_MAX)
                return PEL_ERANGE;
        }
    }
    return PEL_OK;
}

struct pel_place_in pel_axes_place(const struct pel_axis *axes, int count, size_t index)
{
    struct pel_place_in place = {0, 0, 0};
    for (int k = count - 1; k >= 0; k--) {
        ptrdiff_t i = (ptrdiff_t)(index % axes[k].length);
        place.in += i * axes[k].in;
        place.mask += i * axes[k].mask;
        place.out += i * axes[k].out;
        index /= axes[k].length;
    }
    return place;
}
