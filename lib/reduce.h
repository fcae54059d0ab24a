/* What the files of the reductions share: a call, and the kinds of state that kernels carry along. */
#ifndef PEL_LIB_REDUCE_H
#define PEL_LIB_REDUCE_H

#include <stddef.h>

#include <pel/status.h>

#include "kernels/reduce/state.h"
#include "lib/dispatch.h"

/* A call, as the public functions hand it in. */
struct pel_call {
    enum pel_op op;
    pel_dtype dtype;
    const void *x, *y; /* y: of operations on two arrays, or a struct pel_map */
    size_t n;
    void *result;
    size_t result_size; /* of one item, if there are several */
    size_t ddof;        /* of variances and covariances: what the divisor is below n */
};

/* How states of one kind start (for the elements from index `start` up), merge, and end in a result, which is written
 * on PEL_OK only. */
struct pel_kind {
    size_t size; /* of the state's part that is in use */
    void (*clear)(union pel_reduce_state *state, size_t start);
    void (*merge)(union pel_reduce_state *into, const union pel_reduce_state *from);
    pel_status (*finish)(const struct pel_call *call, unsigned flags, union pel_reduce_state *state);
};

extern const struct pel_kind pel_kind_sum, pel_kind_norm, pel_kind_mean, pel_kind_into, pel_kind_wide,
    pel_kind_wide_mean, pel_kind_extreme, pel_kind_range, pel_kind_place, pel_kind_count, pel_kind_any, pel_kind_all,
    pel_kind_var, pel_kind_std, pel_kind_cov, pel_kind_corr, pel_kind_wmean, pel_kind_complex, pel_kind_product,
    pel_kind_whole, pel_kind_logsumexp, pel_kind_skewness, pel_kind_kurtosis;

/* That of an operation; NULL where it does not serve the dtype. */
const struct pel_kind *pel_kind_of(enum pel_op op, pel_dtype dtype);

/* Checks, picks, splits and combines; kind NULL: the operation's own. */
pel_status pel_reduce(const struct pel_call *call, const struct pel_kind *kind, const pel_opts *opts);

/* Of operations on mapped elements (logarithms of sums of exponentials, skewness, kurtosis), the whole of it; and what
 * their elements are mapped by, from minimum and maximum, and but for exponentials the sum. */
pel_status pel_reduce_mapped(const struct pel_call *call, const pel_opts *opts);
struct pel_map pel_map_of(enum pel_op op, const double range[2], struct pel_acc *sum, size_t n);
bool pel_is_mapped(enum pel_op op);

/* By a kernel that has been picked, on this thread, of arguments that have been checked; only a sum may be of nothing.
 */
pel_status pel_reduce_picked(const struct pel_call *call, unsigned flags, const struct pel_pick *pick);

/* Writes the bits of item `index` of the result, as wide as that is. */
void pel_write_bits(const struct pel_call *call, size_t index, uint64_t bits);

/* Writes a number rounded to the result's width: a double, or a float where that is narrower. */
void pel_write_rounded(const struct pel_call *call, size_t index, struct pel_acc *acc);

/* The same of a double, under the kernels' floating-point environment. */
void pel_write_double(const struct pel_call *call, size_t index, double value);

/* The canonical NaN. */
void pel_write_nan(const struct pel_call *call, size_t index);

#endif
