/* Segmented reductions and scans: of stretches of an array that stand one behind the other, given by offsets as in
 * compressed sparse rows.
 *
 * Common to all: segment s is x[offsets[s]] ... x[offsets[s + 1] - 1]; there are segments + 1 offsets, none below the
 * one before, so segments may be empty. x holds offsets[segments] elements, aligned to their own type; NULL only when
 * that is 0. offsets may be NULL only when there are no segments. Segments of one length or of many are treated alike:
 * threads get shares of about as many elements. To segment by keys or flags, see pel_runs and pel_heads in
 * pel/compact.h.
 *
 * Outputs are written only on PEL_OK. Errors: PEL_EINVAL (null or misaligned pointer, offsets that descend, overlap
 * where it is said, unknown flag), PEL_ERANGE (elements exceed the address space), PEL_ENOMEM, PEL_ENOTSUP.
 * Thread-safe. Scratch beside what is said: as in pel/reduce.h for segments that are longer than a thread's share,
 * always allocated. */
#ifndef PEL_SEGMENT_H
#define PEL_SEGMENT_H

#include <stddef.h>
#include <stdint.h>

#include <pel/export.h>
#include <pel/status.h>
#include <pel/types.h>

PEL_BEGIN_DECLS

/* results[s]: the sum of segment s, with all that pel_sum promises: exact, rounded once, +0 of an empty one; for
 * integers PEL_ERANGE when any sum does not fit. Scratch: a word for each segment. */
PEL_API pel_status pel_segment_sum_f32(const float *x, const size_t *offsets, size_t segments, float *results,
                                       const pel_opts *opts);
PEL_API pel_status pel_segment_sum_f64(const double *x, const size_t *offsets, size_t segments, double *results,
                                       const pel_opts *opts);
PEL_API pel_status pel_segment_sum_i32(const int32_t *x, const size_t *offsets, size_t segments, int64_t *results,
                                       const pel_opts *opts);
PEL_API pel_status pel_segment_sum_i64(const int64_t *x, const size_t *offsets, size_t segments, int64_t *results,
                                       const pel_opts *opts);
PEL_API pel_status pel_segment_sum_u32(const uint32_t *x, const size_t *offsets, size_t segments, uint64_t *results,
                                       const pel_opts *opts);
PEL_API pel_status pel_segment_sum_u64(const uint64_t *x, const size_t *offsets, size_t segments, uint64_t *results,
                                       const pel_opts *opts);

/* The means, as by pel_mean; the canonical NaN of an empty segment. */
PEL_API pel_status pel_segment_mean_f32(const float *x, const size_t *offsets, size_t segments, double *results,
                                        const pel_opts *opts);
PEL_API pel_status pel_segment_mean_f64(const double *x, const size_t *offsets, size_t segments, double *results,
                                        const pel_opts *opts);
PEL_API pel_status pel_segment_mean_i32(const int32_t *x, const size_t *offsets, size_t segments, double *results,
                                        const pel_opts *opts);
PEL_API pel_status pel_segment_mean_i64(const int64_t *x, const size_t *offsets, size_t segments, double *results,
                                        const pel_opts *opts);
PEL_API pel_status pel_segment_mean_u32(const uint32_t *x, const size_t *offsets, size_t segments, double *results,
                                        const pel_opts *opts);
PEL_API pel_status pel_segment_mean_u64(const uint64_t *x, const size_t *offsets, size_t segments, double *results,
                                        const pel_opts *opts);

/* The least and the greatest elements, as by pel_min and pel_max, with PEL_NAN_SKIP too. Of an empty segment the
 * canonical NaN; of integers the greatest value of the type for minima, and the least for maxima. */
PEL_API pel_status pel_segment_min_f32(const float *x, const size_t *offsets, size_t segments, float *results,
                                       const pel_opts *opts);
PEL_API pel_status pel_segment_min_f64(const double *x, const size_t *offsets, size_t segments, double *results,
                                       const pel_opts *opts);
PEL_API pel_status pel_segment_min_i32(const int32_t *x, const size_t *offsets, size_t segments, int32_t *results,
                                       const pel_opts *opts);
PEL_API pel_status pel_segment_min_i64(const int64_t *x, const size_t *offsets, size_t segments, int64_t *results,
                                       const pel_opts *opts);
PEL_API pel_status pel_segment_min_u32(const uint32_t *x, const size_t *offsets, size_t segments, uint32_t *results,
                                       const pel_opts *opts);
PEL_API pel_status pel_segment_min_u64(const uint64_t *x, const size_t *offsets, size_t segments, uint64_t *results,
                                       const pel_opts *opts);
PEL_API pel_status pel_segment_max_f32(const float *x, const size_t *offsets, size_t segments, float *results,
                                       const pel_opts *opts);
PEL_API pel_status pel_segment_max_f64(const double *x, const size_t *offsets, size_t segments, double *results,
                                       const pel_opts *opts);
PEL_API pel_status pel_segment_max_i32(const int32_t *x, const size_t *offsets, size_t segments, int32_t *results,
                                       const pel_opts *opts);
PEL_API pel_status pel_segment_max_i64(const int64_t *x, const size_t *offsets, size_t segments, int64_t *results,
                                       const pel_opts *opts);
PEL_API pel_status pel_segment_max_u32(const uint32_t *x, const size_t *offsets, size_t segments, uint32_t *results,
                                       const pel_opts *opts);
PEL_API pel_status pel_segment_max_u64(const uint64_t *x, const size_t *offsets, size_t segments, uint64_t *results,
                                       const pel_opts *opts);

/* Scans of each segment by itself: out has in it the sums that pel_scan would write, inclusive, or with PEL_EXCLUSIVE
 * exclusive. in and out hold offsets[segments] elements; those before offsets[0] are neither read nor written. out may
 * be in itself, or must not overlap it or the offsets. For integers PEL_ERANGE when any sum that would be written does
 * not fit: all are checked first. A segment is the work of one thread. Scratch: none. */
PEL_API pel_status pel_scan_segments_f32(const float *in, const size_t *offsets, size_t segments, float *out,
                                         const pel_opts *opts);
PEL_API pel_status pel_scan_segments_f64(const double *in, const size_t *offsets, size_t segments, double *out,
                                         const pel_opts *opts);
PEL_API pel_status pel_scan_segments_i32(const int32_t *in, const size_t *offsets, size_t segments, int32_t *out,
                                         const pel_opts *opts);
PEL_API pel_status pel_scan_segments_i64(const int64_t *in, const size_t *offsets, size_t segments, int64_t *out,
                                         const pel_opts *opts);
PEL_API pel_status pel_scan_segments_u32(const uint32_t *in, const size_t *offsets, size_t segments, uint32_t *out,
                                         const pel_opts *opts);
PEL_API pel_status pel_scan_segments_u64(const uint64_t *in, const size_t *offsets, size_t segments, uint64_t *out,
                                         const pel_opts *opts);

PEL_END_DECLS

#endif
