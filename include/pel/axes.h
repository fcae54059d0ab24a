/* Reductions of arrays of several dimensions over any of their axes, in place: any strides, masks, missing values; with
 * the promises of the reductions of one dimension (pel/reduce.h, pel/statistics.h) for each number of the result. */
#ifndef PEL_AXES_H
#define PEL_AXES_H

#include <stddef.h>
#include <stdint.h>

#include <pel/export.h>
#include <pel/status.h>
#include <pel/types.h>

PEL_BEGIN_DECLS

enum { PEL_MAX_AXES = 8 };

/* A view of memory that others own. The element at index i[0] ... i[ndim-1] lies at data + the sum of i[k] * stride[k];
 * strides are in bytes, multiples of the element's size, may be negative, and 0 repeats an axis. An element is left out
 * when its byte of the mask is 0, or when it equals the missing value, which is rounded to the elements' type (1e20 is
 * a fill value of float32 data though no float equals it), and in an array of floats may be NaN. Start from
 * PEL_ARRAY_INIT. */
typedef struct pel_array {
    size_t size; /* sizeof(pel_array), set by PEL_ARRAY_INIT */
    void *data;
    pel_dtype dtype;
    int ndim; /* at most PEL_MAX_AXES */
    size_t shape[PEL_MAX_AXES];
    ptrdiff_t stride[PEL_MAX_AXES];
    const unsigned char *mask; /* NULL: all count */
    ptrdiff_t mask_stride[PEL_MAX_AXES];
    int has_missing;
    double missing;
} pel_array;

#define PEL_ARRAY_INIT                                                                                                 \
    {                                                                                                                  \
        sizeof(pel_array), NULL, PEL_F64, 0, {0}, {0}, NULL, {0}, 0, 0.0                                               \
    }

typedef enum pel_reduction {
    PEL_REDUCE_SUM,       /* all dtypes */
    PEL_REDUCE_MEAN,      /* all dtypes */
    PEL_REDUCE_MIN,       /* all dtypes */
    PEL_REDUCE_MAX,       /* all dtypes */
    PEL_REDUCE_ASUM,      /* f32, f64: sum of magnitudes */
    PEL_REDUCE_NRM2,      /* f32, f64: Euclidean norm */
    PEL_REDUCE_VAR,       /* f32, f64: over the count less ddof */
    PEL_REDUCE_STD,       /* f32, f64: the root of that */
    PEL_REDUCE_COUNT,     /* all dtypes: elements that are not left out */
    PEL_REDUCE_PROD,      /* all dtypes: in the order of indices, the last axis fastest */
    PEL_REDUCE_LOGSUMEXP, /* f32, f64: ln of the sum of exponentials */
    PEL_REDUCE_SKEWNESS,  /* f32, f64 */
    PEL_REDUCE_KURTOSIS,  /* f32, f64: less 3 */
    PEL_REDUCE_ARGMIN,  /* all dtypes: place of the minimum among all elements of the result, in the order of indices */
    PEL_REDUCE_ARGMAX,  /* all dtypes: likewise */
    PEL_REDUCE_NONZERO, /* all dtypes: elements that are neither left out nor 0 */
    PEL_REDUCE_ANY,     /* all dtypes: 1 if an element is not 0, else 0 */
    PEL_REDUCE_ALL,     /* all dtypes: 1 if no element is 0, else 0 */
} pel_reduction;

/* Sets strides, of the mask too, as of an array without gaps whose last axis is the fastest. Errors: PEL_EINVAL (null
 * pointer, unknown dtype, too many axes), PEL_ERANGE (it exceeds the address space); then nothing has changed. */
PEL_API pel_status pel_array_pack(pel_array *array);

/* Reduces in over the axes whose bits are set (1u << axis) and writes to out, whose axes are the others in their order,
 * or all of them with those that are reduced 1 long. No axes at all: each element is a result of its own.
 *
 * The dtype of out: f32 or f64 of sums, magnitudes, norms and products of floats, and of means, variances, deviations,
 * logarithms of sums of exponentials, skewness and kurtosis: rounded once to that (the last three from a double); i64
 * of sums and products of signed integers, u64 of unsigned ones; the elements' of minima and maxima; u64 of counts and
 * places; i32 of any and all. Where too few elements are left for a result (none for a mean, minimum, maximum, their
 * places, skewness or kurtosis, no more than ddof for a variance or deviation), it is out->missing if out->has_missing,
 * else NaN. Places count what is left out, too; equal elements go to the lowest, and the first NaN is the place of both
 * extremes.
 *
 * PEL_NAN_SKIP is for minima, maxima and their places; PEL_FAST changes nothing. out must not overlap in or its mask
 * (PEL_EINVAL unless their extents are apart, or their strides let the elements of one lie between those of the other),
 * nor its own elements each other (PEL_EINVAL unless every axis steps over what faster ones reach); its mask is not
 * looked at. Threads share the results; where those are few, the elements of each if they are neighbours. Nothing is
 * copied but pieces of some KiB; scratch as in pel/reduce.h where threads share the elements of a result, else none.
 * opts->variant names a kernel of the reduction of one dimension. Errors: PEL_EINVAL (null or misaligned pointer or
 * stride, unknown value, shapes that do not fit; integers for which there may be too few elements, without
 * out->missing), PEL_ENOTSUP (dtype or flag not provided), PEL_ERANGE (an extent exceeds the address space; or a sum or
 * product of integers does not fit: then the results that fit are written, and the others kept), PEL_ENOMEM.
 * Thread-safe.
 *
 * Method: see doc/reduce.md; sums along slow axes run in lanes of exact chains. */
PEL_API pel_status pel_reduce_axes(pel_reduction reduction, const pel_array *in, unsigned axes, size_t ddof,
                                   const pel_array *out, const pel_opts *opts);

PEL_END_DECLS

#endif
