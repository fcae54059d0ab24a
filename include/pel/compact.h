/* Compaction: the elements that are wanted, or their indices, one behind the other.
 *
 * Common to all: x holds n elements, aligned to their own type; NULL only when n is 0. What is kept stays in its order.
 * out has room for it; n elements are always enough. Nothing behind it is written. *count is how many
 * they are, written last; on an error outputs are as they were. out must not overlap the inputs (PEL_EINVAL), but out
 * may be x, for a compaction in place, which runs on one thread. PEL_FAST changes nothing here.
 *
 * Errors: PEL_EINVAL (null or misaligned pointer, overlap, unknown flag or relation), PEL_ERANGE (n elements exceed the
 * address space), PEL_ENOMEM, PEL_ENOTSUP (a variant that cannot run). Scratch: in teams only, a few bytes for each
 * thread. Thread-safe for distinct outputs. The time grows with n; elements are looked at twice, to find how many go
 * before each part, then to move them.
 *
 * Method: reduce, then scan: G. E. Blelloch, "Prefix sums and their applications", CMU-CS-90-190 (1990), section 1.4.
 */
#ifndef PEL_COMPACT_H
#define PEL_COMPACT_H

#include <stddef.h>
#include <stdint.h>

#include <pel/export.h>
#include <pel/status.h>
#include <pel/types.h>

PEL_BEGIN_DECLS

/* Keeps the elements whose byte in the mask, of n bytes, is not 0. */
PEL_API pel_status pel_compact_f32(const float *x, const uint8_t *mask, size_t n, float *out, size_t *count,
                                   const pel_opts *opts);
PEL_API pel_status pel_compact_f64(const double *x, const uint8_t *mask, size_t n, double *out, size_t *count,
                                   const pel_opts *opts);
PEL_API pel_status pel_compact_i32(const int32_t *x, const uint8_t *mask, size_t n, int32_t *out, size_t *count,
                                   const pel_opts *opts);
PEL_API pel_status pel_compact_i64(const int64_t *x, const uint8_t *mask, size_t n, int64_t *out, size_t *count,
                                   const pel_opts *opts);
PEL_API pel_status pel_compact_u32(const uint32_t *x, const uint8_t *mask, size_t n, uint32_t *out, size_t *count,
                                   const pel_opts *opts);
PEL_API pel_status pel_compact_u64(const uint64_t *x, const uint8_t *mask, size_t n, uint64_t *out, size_t *count,
                                   const pel_opts *opts);

/* How an element stands to a value. NaN is not equal to anything, and no other relation holds for it; -0 is +0. */
typedef enum pel_relation {
    PEL_LESS,
    PEL_LESS_EQUAL,
    PEL_EQUAL,
    PEL_NOT_EQUAL,
    PEL_GREATER_EQUAL,
    PEL_GREATER,
} pel_relation;

/* Keeps the elements x[i] of which "x[i] relation value" holds. */
PEL_API pel_status pel_compact_if_f32(const float *x, size_t n, pel_relation relation, float value, float *out,
                                      size_t *count, const pel_opts *opts);
PEL_API pel_status pel_compact_if_f64(const double *x, size_t n, pel_relation relation, double value, double *out,
                                      size_t *count, const pel_opts *opts);
PEL_API pel_status pel_compact_if_i32(const int32_t *x, size_t n, pel_relation relation, int32_t value, int32_t *out,
                                      size_t *count, const pel_opts *opts);
PEL_API pel_status pel_compact_if_i64(const int64_t *x, size_t n, pel_relation relation, int64_t value, int64_t *out,
                                      size_t *count, const pel_opts *opts);
PEL_API pel_status pel_compact_if_u32(const uint32_t *x, size_t n, pel_relation relation, uint32_t value, uint32_t *out,
                                      size_t *count, const pel_opts *opts);
PEL_API pel_status pel_compact_if_u64(const uint64_t *x, size_t n, pel_relation relation, uint64_t value, uint64_t *out,
                                      size_t *count, const pel_opts *opts);

/* The indices of the elements that are not 0, ascending. NaN is not 0. */
PEL_API pel_status pel_nonzero_f32(const float *x, size_t n, uint64_t *index, size_t *count, const pel_opts *opts);
PEL_API pel_status pel_nonzero_f64(const double *x, size_t n, uint64_t *index, size_t *count, const pel_opts *opts);
PEL_API pel_status pel_nonzero_i32(const int32_t *x, size_t n, uint64_t *index, size_t *count, const pel_opts *opts);
PEL_API pel_status pel_nonzero_i64(const int64_t *x, size_t n, uint64_t *index, size_t *count, const pel_opts *opts);
PEL_API pel_status pel_nonzero_u32(const uint32_t *x, size_t n, uint64_t *index, size_t *count, const pel_opts *opts);
PEL_API pel_status pel_nonzero_u64(const uint64_t *x, size_t n, uint64_t *index, size_t *count, const pel_opts *opts);

/* The runs of equal elements, as offsets: run k is x[offsets[k]] ... x[offsets[k + 1] - 1], and offsets[*count] is n;
 * so there is one offset more than *count. NaN is a run of its own, -0 is +0. offsets has room for what is written, at
 * most n + 1 of them, and is not NULL. With pel/segment.h this reduces by key: runs of the sorted keys, and then what
 * each run of the values comes to. */
PEL_API pel_status pel_runs_f32(const float *x, size_t n, size_t *offsets, size_t *count, const pel_opts *opts);
PEL_API pel_status pel_runs_f64(const double *x, size_t n, size_t *offsets, size_t *count, const pel_opts *opts);
PEL_API pel_status pel_runs_i32(const int32_t *x, size_t n, size_t *offsets, size_t *count, const pel_opts *opts);
PEL_API pel_status pel_runs_i64(const int64_t *x, size_t n, size_t *offsets, size_t *count, const pel_opts *opts);
PEL_API pel_status pel_runs_u32(const uint32_t *x, size_t n, size_t *offsets, size_t *count, const pel_opts *opts);
PEL_API pel_status pel_runs_u64(const uint64_t *x, size_t n, size_t *offsets, size_t *count, const pel_opts *opts);

/* Segments that start where a byte is not 0, and at the start, as offsets likewise. */
PEL_API pel_status pel_heads(const uint8_t *heads, size_t n, size_t *offsets, size_t *count, const pel_opts *opts);

PEL_END_DECLS

#endif
