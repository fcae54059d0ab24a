/* Sorts. */
#ifndef PEL_SORT_H
#define PEL_SORT_H

#include <stddef.h>
#include <stdint.h>

#include <pel/export.h>
#include <pel/status.h>
#include <pel/types.h>

PEL_BEGIN_DECLS

/* Sorts keys[0] ... keys[n-1] in place, ascending, or descending with PEL_DESCENDING.
 *
 * Floating point: numbers in order with -0 before +0 (descending: +0 before -0), then every NaN, whatever its
 * sign, ascending by its bits as an unsigned integer: last in both directions. The result is a permutation of
 * the input's bits: no sign of zero is lost, no NaN payload rewritten. Equal keys are equal bit for bit, so
 * PEL_STABLE changes nothing here.
 *
 * O(n log n) for every input. Scratch: pel_sort_work_bytes(dtype, n) at the most, allocated unless the
 * options bring it; where there is no memory, the sort does without, in place and slower. keys: aligned to its own
 * type; NULL only when n is 0. Errors: PEL_EINVAL (null or misaligned keys, unknown flag), PEL_ERANGE (n elements
 * exceed the address space), PEL_ENOTSUP (a variant that cannot run); then keys are as they were. Thread-safe for
 * distinct arrays.
 *
 * Method: vectorised quicksort with register-resident sorting networks, least-significant-digit radix sort, and on a
 * team a distribution over buckets. M. Blacher, J. Giesen, P. Sanders, J. Wassenberg, "Vectorized and
 * performance-portable Quicksort" (2022); P. Sanders, S. Winkel, "Super scalar sample sort" (2004). */
PEL_API pel_status pel_sort_f32(float *keys, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_f64(double *keys, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_i32(int32_t *keys, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_i64(int64_t *keys, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_u32(uint32_t *keys, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_u64(uint64_t *keys, size_t n, const pel_opts *opts);

/* Scratch that a sort of n keys of the given type may use, for pel_opts.work; 0 where n keys exceed the address space.
 */
PEL_API size_t pel_sort_work_bytes(pel_dtype dtype, size_t n);

PEL_END_DECLS

#endif
