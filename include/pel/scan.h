/* Scans: prefix sums, running minima and maxima. */
#ifndef PEL_SCAN_H
#define PEL_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include <pel/export.h>
#include <pel/status.h>
#include <pel/types.h>

PEL_BEGIN_DECLS

/* Numbers of the definition below, the same for float and double. */
enum { PEL_SCAN_ROW = 16, PEL_SCAN_TILE = 4096 };

/* out[i] = in[0] + ... + in[i], the inclusive scan; with PEL_EXCLUSIVE out[i] = in[0] + ... + in[i-1], and out[0] = 0
 * (+0 in floating point).
 *
 * in, out: n elements, aligned to their own type; NULL only when n is 0. out may be in itself, for a scan in place, or
 * must not overlap it at all (PEL_EINVAL).
 *
 * Integers: exact. PEL_ERANGE when any sum that would be written does not fit the type; all are checked before the
 * first is written. (The sum of all elements is not written with PEL_EXCLUSIVE, and may be too large.)
 *
 * Floating point: rounded to nearest, ties to even, at additions whose order is fixed, so that the result is the same
 * bits for any number of threads, instruction set, kernel and tuned table. The array is cut into tiles of PEL_SCAN_TILE
 * elements and these into rows of PEL_SCAN_ROW; each element gets its sum within the row, by halves, then that of the
 * rows before it in the tile, then that of the tiles before:
 *
 *     carry = -0.0;
 *     for (tile = 0; tile < n; tile += PEL_SCAN_TILE) {
 *         local = -0.0;
 *         for (row = tile; row < tile + PEL_SCAN_TILE; row += PEL_SCAN_ROW) {
 *             for (i = 0; i < PEL_SCAN_ROW; i++)
 *                 s[i] = row + i < n ? in[row + i] : -0.0;
 *             for (d = 1; d < PEL_SCAN_ROW; d *= 2)
 *                 for (i = 0; i < PEL_SCAN_ROW; i++)
 *                     if (i & d)
 *                         s[i] = s[i / d * d - 1] + s[i];
 *             for (i = 0; i < PEL_SCAN_ROW && row + i < n; i++)
 *                 out[row + i] = carry + (local + s[i]);
 *             local = local + s[PEL_SCAN_ROW - 1];
 *         }
 *         carry = carry + local;
 *     }
 *
 * (-0.0 is the number that leaves every other as it is.) An element is a sum of at most n / 4096 + 262 additions in a
 * row, where a plain loop makes n; the error is as much smaller. If no input is negative the result never decreases. A
 * sum that overflows is an infinity, also where the exact one would not be; an infinity need not last, as it is made
 * anew for each element. A NaN result is the canonical quiet NaN (positive, payload 0). The last element need not have
 * the bits of pel_sum, which is exact.
 *
 * PEL_FAST changes nothing here. Scratch, in teams only: a few bytes for each tile or so, allocated unless the options
 * bring it. Errors: PEL_EINVAL (null or misaligned pointer, partial overlap, unknown flag), PEL_ERANGE (see above; or n
 * elements exceed the address space), PEL_ENOMEM, PEL_ENOTSUP (a variant that cannot run; PEL_NAN_SKIP in floating
 * point, which is not provided); out is then as it was.
 * Thread-safe for distinct outputs.
 *
 * Method: rows by conditional sums, integers by windows that double; J. Sklansky, "Conditional-sum addition logic",
 * IRE Trans. Electronic Computers 9 (1960); W. D. Hillis, G. L. Steele, "Data parallel algorithms", Comm. ACM 29
 * (1986). On a team reduce, then scan: G. E. Blelloch, "Prefix sums and their applications", CMU-CS-90-190 (1990). */
PEL_API pel_status pel_scan_f32(const float *in, float *out, size_t n, const pel_opts *opts);
PEL_API pel_status pel_scan_f64(const double *in, double *out, size_t n, const pel_opts *opts);
PEL_API pel_status pel_scan_i32(const int32_t *in, int32_t *out, size_t n, const pel_opts *opts);
PEL_API pel_status pel_scan_i64(const int64_t *in, int64_t *out, size_t n, const pel_opts *opts);
PEL_API pel_status pel_scan_u32(const uint32_t *in, uint32_t *out, size_t n, const pel_opts *opts);
PEL_API pel_status pel_scan_u64(const uint64_t *in, uint64_t *out, size_t n, const pel_opts *opts);

/* out[i] = the least, or the greatest, of in[0] ... in[i]; with PEL_EXCLUSIVE of in[0] ... in[i-1].
 *
 * As in pel_min and pel_max: -0 is smaller than +0, and from the first NaN on all results are the canonical quiet NaN;
 * with PEL_NAN_SKIP NaN is left out. Where there is nothing to choose from, in front of the first element of an
 * exclusive scan or of the first that is no NaN, the result is the canonical NaN; for integers it is the greatest value
 * of the type for minima, and the least for maxima.
 *
 * Arrays, scratch, errors (but for sums that do not fit) and thread-safety are those of pel_scan.
 *
 * Method: keys whose order is that of integers, in each vector by doubling windows; on a team reduce, then scan. */
PEL_API pel_status pel_scan_min_f32(const float *in, float *out, size_t n, const pel_opts *opts);
PEL_API pel_status pel_scan_min_f64(const double *in, double *out, size_t n, const pel_opts *opts);
PEL_API pel_status pel_scan_min_i32(const int32_t *in, int32_t *out, size_t n, const pel_opts *opts);
PEL_API pel_status pel_scan_min_i64(const int64_t *in, int64_t *out, size_t n, const pel_opts *opts);
PEL_API pel_status pel_scan_min_u32(const uint32_t *in, uint32_t *out, size_t n, const pel_opts *opts);
PEL_API pel_status pel_scan_min_u64(const uint64_t *in, uint64_t *out, size_t n, const pel_opts *opts);
PEL_API pel_status pel_scan_max_f32(const float *in, float *out, size_t n, const pel_opts *opts);
PEL_API pel_status pel_scan_max_f64(const double *in, double *out, size_t n, const pel_opts *opts);
PEL_API pel_status pel_scan_max_i32(const int32_t *in, int32_t *out, size_t n, const pel_opts *opts);
PEL_API pel_status pel_scan_max_i64(const int64_t *in, int64_t *out, size_t n, const pel_opts *opts);
PEL_API pel_status pel_scan_max_u32(const uint32_t *in, uint32_t *out, size_t n, const pel_opts *opts);
PEL_API pel_status pel_scan_max_u64(const uint64_t *in, uint64_t *out, size_t n, const pel_opts *opts);

PEL_END_DECLS

#endif
