/* Histograms: how many elements, or what weights, fall into each of a row of bins; and which bin each falls into.
 *
 * Common to all: x holds n elements, aligned to their own type and not written; NULL only when n is 0. Counts are
 * exact, and what they count is defined by the edges of the bins alone: an element is compared with them, and no
 * rounding of a division decides. Bin i has what is not below its lower edge, and below its upper one; the last bin has
 * its upper edge too. -0 is +0. What is outside, and NaN, is in no bin, and counted apart. Edges that repeat leave bins
 * between them empty.
 *
 * Outputs are aligned to their type, must not overlap the inputs (PEL_EINVAL), and are written in full, last of all; on
 * an error they are as they were. `outside` may be NULL. PEL_FAST changes nothing here.
 *
 * Scratch: four bytes for each bin, at most 8 times for each thread and its tiles, and the edges; allocated unless the
 * options bring it. The time grows with n, and with the number of bins.
 *
 * Errors: PEL_EINVAL (null or misaligned pointer, overlap, no bins, edges that make no sense, unknown flag), PEL_ERANGE
 * (n elements exceed the address space; more than PEL_HISTOGRAM_MOST_BINS bins), PEL_ENOMEM, PEL_ENOTSUP (a variant
 * that cannot run). Thread-safe for distinct outputs.
 *
 * Method: a bin is guessed by a product with the reciprocal width; at set-up the guess is tried at both sides of every
 * edge, and since rounding is monotone this tells for which fractions of a bin it may be wrong. Elements with such a
 * fraction are compared with the edges. Counts are kept in several tables a thread, after J. Gómez-Luna and others, "An
 * optimized approach to histogram computation on GPU", Machine Vision and Applications 24 (2013). */
#ifndef PEL_HISTOGRAM_H
#define PEL_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#include <pel/export.h>
#include <pel/status.h>
#include <pel/types.h>

PEL_BEGIN_DECLS

enum { PEL_HISTOGRAM_MOST_BINS = 1 << 30 };

/* Elements that are in no bin. */
typedef struct pel_outside {
    uint64_t below, above; /* the first edge; the last one */
    uint64_t nan;
} pel_outside;

/* counts[0 ... bins): elements in bins of equal width from low to high, low < high, both finite, as is high - low.
 *
 * The edges are those of NumPy's linspace(low, high, bins + 1): in double precision, with step = (high - low) / bins,
 * edge i is i * step + low, rounded at each operation, and the last one is high. (A step that underflows to 0 is
 * replaced by (i / bins) * (high - low) + low.) For floats they are then rounded to floats, low and high must be finite
 * there too; integers are compared with them exactly. So counts are those of numpy.histogram(x, bins, (low, high)), but
 * that NumPy looks at no more than the two edges around its first guess, and rounds integers beyond 2^53. PEL_EINVAL
 * when an integer type has no value from low up, or none up to high. */
PEL_API pel_status pel_histogram_f32(const float *x, size_t n, double low, double high, size_t bins, uint64_t *counts,
                                     pel_outside *outside, const pel_opts *opts);
PEL_API pel_status pel_histogram_f64(const double *x, size_t n, double low, double high, size_t bins, uint64_t *counts,
                                     pel_outside *outside, const pel_opts *opts);
PEL_API pel_status pel_histogram_i32(const int32_t *x, size_t n, double low, double high, size_t bins, uint64_t *counts,
                                     pel_outside *outside, const pel_opts *opts);
PEL_API pel_status pel_histogram_i64(const int64_t *x, size_t n, double low, double high, size_t bins, uint64_t *counts,
                                     pel_outside *outside, const pel_opts *opts);
PEL_API pel_status pel_histogram_u32(const uint32_t *x, size_t n, double low, double high, size_t bins,
                                     uint64_t *counts, pel_outside *outside, const pel_opts *opts);
PEL_API pel_status pel_histogram_u64(const uint64_t *x, size_t n, double low, double high, size_t bins,
                                     uint64_t *counts, pel_outside *outside, const pel_opts *opts);

/* The same between given edges, bins + 1 of them, none below the one before and none NaN. Where they are evenly spaced,
 * or nearly, this is as fast; else an element takes a search. */
PEL_API pel_status pel_histogram_edges_f32(const float *x, size_t n, const float *edges, size_t bins, uint64_t *counts,
                                           pel_outside *outside, const pel_opts *opts);
PEL_API pel_status pel_histogram_edges_f64(const double *x, size_t n, const double *edges, size_t bins,
                                           uint64_t *counts, pel_outside *outside, const pel_opts *opts);
PEL_API pel_status pel_histogram_edges_i32(const int32_t *x, size_t n, const int32_t *edges, size_t bins,
                                           uint64_t *counts, pel_outside *outside, const pel_opts *opts);
PEL_API pel_status pel_histogram_edges_i64(const int64_t *x, size_t n, const int64_t *edges, size_t bins,
                                           uint64_t *counts, pel_outside *outside, const pel_opts *opts);
PEL_API pel_status pel_histogram_edges_u32(const uint32_t *x, size_t n, const uint32_t *edges, size_t bins,
                                           uint64_t *counts, pel_outside *outside, const pel_opts *opts);
PEL_API pel_status pel_histogram_edges_u64(const uint64_t *x, size_t n, const uint64_t *edges, size_t bins,
                                           uint64_t *counts, pel_outside *outside, const pel_opts *opts);

/* sums[0 ... bins): the weights of the elements in each of these bins, added exactly and rounded once, as pel_sum does
 * it; so no order shows. weights holds n doubles of any value. A bin without elements has +0.
 *
 * Scratch: for each thread up to 3 KiB for each bin, of at most 32768 of them: where there are more the elements are
 * gone over again for every so many. */
PEL_API pel_status pel_histogram_weighted_f32(const float *x, const double *weights, size_t n, double low, double high,
                                              size_t bins, double *sums, const pel_opts *opts);
PEL_API pel_status pel_histogram_weighted_f64(const double *x, const double *weights, size_t n, double low, double high,
                                              size_t bins, double *sums, const pel_opts *opts);
PEL_API pel_status pel_histogram_weighted_i32(const int32_t *x, const double *weights, size_t n, double low,
                                              double high, size_t bins, double *sums, const pel_opts *opts);
PEL_API pel_status pel_histogram_weighted_i64(const int64_t *x, const double *weights, size_t n, double low,
                                              double high, size_t bins, double *sums, const pel_opts *opts);
PEL_API pel_status pel_histogram_weighted_u32(const uint32_t *x, const double *weights, size_t n, double low,
                                              double high, size_t bins, double *sums, const pel_opts *opts);
PEL_API pel_status pel_histogram_weighted_u64(const uint64_t *x, const double *weights, size_t n, double low,
                                              double high, size_t bins, double *sums, const pel_opts *opts);

/* The same between given edges, as for pel_histogram_edges. */
PEL_API pel_status pel_histogram_edges_weighted_f32(const float *x, const double *weights, size_t n, const float *edges,
                                                    size_t bins, double *sums, const pel_opts *opts);
PEL_API pel_status pel_histogram_edges_weighted_f64(const double *x, const double *weights, size_t n,
                                                    const double *edges, size_t bins, double *sums,
                                                    const pel_opts *opts);
PEL_API pel_status pel_histogram_edges_weighted_i32(const int32_t *x, const double *weights, size_t n,
                                                    const int32_t *edges, size_t bins, double *sums,
                                                    const pel_opts *opts);
PEL_API pel_status pel_histogram_edges_weighted_i64(const int64_t *x, const double *weights, size_t n,
                                                    const int64_t *edges, size_t bins, double *sums,
                                                    const pel_opts *opts);
PEL_API pel_status pel_histogram_edges_weighted_u32(const uint32_t *x, const double *weights, size_t n,
                                                    const uint32_t *edges, size_t bins, double *sums,
                                                    const pel_opts *opts);
PEL_API pel_status pel_histogram_edges_weighted_u64(const uint64_t *x, const double *weights, size_t n,
                                                    const uint64_t *edges, size_t bins, double *sums,
                                                    const pel_opts *opts);

/* Two dimensions: counts[i * bins[1] + j] points (x[k], y[k]) with x[k] in bin i of the first axis and y[k]
 * in bin j of the second. *left_out, unless NULL: points that are in no bin on one of the axes. bins[0] * bins[1] is at
 * most PEL_HISTOGRAM_MOST_BINS. */
PEL_API pel_status pel_histogram_2d_f32(const float *x, const float *y, size_t n, const double low[2],
                                        const double high[2], const size_t bins[2], uint64_t *counts,
                                        uint64_t *left_out, const pel_opts *opts);
PEL_API pel_status pel_histogram_2d_f64(const double *x, const double *y, size_t n, const double low[2],
                                        const double high[2], const size_t bins[2], uint64_t *counts,
                                        uint64_t *left_out, const pel_opts *opts);
PEL_API pel_status pel_histogram_2d_i32(const int32_t *x, const int32_t *y, size_t n, const double low[2],
                                        const double high[2], const size_t bins[2], uint64_t *counts,
                                        uint64_t *left_out, const pel_opts *opts);
PEL_API pel_status pel_histogram_2d_i64(const int64_t *x, const int64_t *y, size_t n, const double low[2],
                                        const double high[2], const size_t bins[2], uint64_t *counts,
                                        uint64_t *left_out, const pel_opts *opts);
PEL_API pel_status pel_histogram_2d_u32(const uint32_t *x, const uint32_t *y, size_t n, const double low[2],
                                        const double high[2], const size_t bins[2], uint64_t *counts,
                                        uint64_t *left_out, const pel_opts *opts);
PEL_API pel_status pel_histogram_2d_u64(const uint64_t *x, const uint64_t *y, size_t n, const double low[2],
                                        const double high[2], const size_t bins[2], uint64_t *counts,
                                        uint64_t *left_out, const pel_opts *opts);

/* The weights of the points in each of these bins, as for pel_histogram_weighted. */
PEL_API pel_status pel_histogram_2d_weighted_f32(const float *x, const float *y, const double *weights, size_t n,
                                                 const double low[2], const double high[2], const size_t bins[2],
                                                 double *sums, const pel_opts *opts);
PEL_API pel_status pel_histogram_2d_weighted_f64(const double *x, const double *y, const double *weights, size_t n,
                                                 const double low[2], const double high[2], const size_t bins[2],
                                                 double *sums, const pel_opts *opts);
PEL_API pel_status pel_histogram_2d_weighted_i32(const int32_t *x, const int32_t *y, const double *weights, size_t n,
                                                 const double low[2], const double high[2], const size_t bins[2],
                                                 double *sums, const pel_opts *opts);
PEL_API pel_status pel_histogram_2d_weighted_i64(const int64_t *x, const int64_t *y, const double *weights, size_t n,
                                                 const double low[2], const double high[2], const size_t bins[2],
                                                 double *sums, const pel_opts *opts);
PEL_API pel_status pel_histogram_2d_weighted_u32(const uint32_t *x, const uint32_t *y, const double *weights, size_t n,
                                                 const double low[2], const double high[2], const size_t bins[2],
                                                 double *sums, const pel_opts *opts);
PEL_API pel_status pel_histogram_2d_weighted_u64(const uint64_t *x, const uint64_t *y, const double *weights, size_t n,
                                                 const double low[2], const double high[2], const size_t bins[2],
                                                 double *sums, const pel_opts *opts);

/* counts[i]: elements that are i, for i from 0 to bins - 1. Others are outside, above or below. */
PEL_API pel_status pel_bincount_i32(const int32_t *x, size_t n, size_t bins, uint64_t *counts, pel_outside *outside,
                                    const pel_opts *opts);
PEL_API pel_status pel_bincount_i64(const int64_t *x, size_t n, size_t bins, uint64_t *counts, pel_outside *outside,
                                    const pel_opts *opts);
PEL_API pel_status pel_bincount_u32(const uint32_t *x, size_t n, size_t bins, uint64_t *counts, pel_outside *outside,
                                    const pel_opts *opts);
PEL_API pel_status pel_bincount_u64(const uint64_t *x, size_t n, size_t bins, uint64_t *counts, pel_outside *outside,
                                    const pel_opts *opts);

/* The weights of the elements that are i, added as in pel_histogram_weighted. */
PEL_API pel_status pel_bincount_weighted_i32(const int32_t *x, const double *weights, size_t n, size_t bins,
                                             double *sums, const pel_opts *opts);
PEL_API pel_status pel_bincount_weighted_i64(const int64_t *x, const double *weights, size_t n, size_t bins,
                                             double *sums, const pel_opts *opts);
PEL_API pel_status pel_bincount_weighted_u32(const uint32_t *x, const double *weights, size_t n, size_t bins,
                                             double *sums, const pel_opts *opts);
PEL_API pel_status pel_bincount_weighted_u64(const uint64_t *x, const double *weights, size_t n, size_t bins,
                                             double *sums, const pel_opts *opts);

/* index[k]: how many of `count` edges, none below the one before and none NaN, are not above x[k]: 0 before the first
 * edge, i from edge i - 1 up to edge i, count from the last one up. NaN counts as above all, as in NumPy. Without edges
 * all indices are 0. Scratch: none. */
PEL_API pel_status pel_digitize_f32(const float *x, size_t n, const float *edges, size_t count, uint64_t *index,
                                    const pel_opts *opts);
PEL_API pel_status pel_digitize_f64(const double *x, size_t n, const double *edges, size_t count, uint64_t *index,
                                    const pel_opts *opts);
PEL_API pel_status pel_digitize_i32(const int32_t *x, size_t n, const int32_t *edges, size_t count, uint64_t *index,
                                    const pel_opts *opts);
PEL_API pel_status pel_digitize_i64(const int64_t *x, size_t n, const int64_t *edges, size_t count, uint64_t *index,
                                    const pel_opts *opts);
PEL_API pel_status pel_digitize_u32(const uint32_t *x, size_t n, const uint32_t *edges, size_t count, uint64_t *index,
                                    const pel_opts *opts);
PEL_API pel_status pel_digitize_u64(const uint64_t *x, size_t n, const uint64_t *edges, size_t count, uint64_t *index,
                                    const pel_opts *opts);

PEL_END_DECLS

#endif
