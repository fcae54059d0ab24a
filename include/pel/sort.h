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
 * O(n log n) for every input. Scratch: up to three quarters of what the keys take, as much as they take for the
 * variants "radix" and for keys that are a few runs already, and for few keys up to five times that, but then at most
 * 512 KiB: thus pel_sort_work_bytes(dtype, n) at the most; allocated unless the options bring it. Where there is no
 * memory, the sort does without, in place and slower. keys: aligned to its own type; NULL only when n is 0. Errors:
 * PEL_EINVAL (null or misaligned keys, unknown flag), PEL_ERANGE (n elements exceed the address space), PEL_ENOTSUP (a
 * variant that cannot run); then keys are as they were. Thread-safe for distinct arrays.
 *
 * Method: keys that are in order or in reverse are found so by a scan, and up to four runs of such, with a few keys
 * behind them, are merged; else vectorised quicksort with register-resident sorting networks, least-significant-digit
 * radix sort, and on a team, or of very many keys, a distribution over buckets in place. M. Blacher, J. Giesen, P.
 * Sanders, J. Wassenberg, "Vectorized and performance-portable Quicksort" (2022); P. Sanders, S. Winkel, "Super scalar
 * sample sort" (2004); M. Axtmann, S. Witt, D. Ferizovic, P. Sanders, "In-place parallel super scalar samplesort"
 * (2017). */
PEL_API pel_status pel_sort_f32(float *keys, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_f64(double *keys, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_i32(int32_t *keys, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_i64(int64_t *keys, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_u32(uint32_t *keys, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_u64(uint64_t *keys, size_t n, const pel_opts *opts);

/* Scratch that a sort of n keys of the given type may use, for pel_opts.work; 0 where n keys exceed the address space.
 */
PEL_API size_t pel_sort_work_bytes(pel_dtype dtype, size_t n);

/* Sorts the keys of many segments, each as pel_sort does: segment s, 0 ... nsegments - 1, is keys[offsets[s]] ...
 * keys[offsets[s+1] - 1], and may be empty. Keys outside all segments stay as they are.
 *
 * offsets: nsegments + 1 places that do not fall (PEL_EINVAL), as in a matrix in compressed rows; the first need not be
 * 0; they do not overlap the keys (PEL_EINVAL). May be NULL when nsegments is 0.
 *
 * Short segments are sorted in registers, as many at once as fill a cache; a team shares all segments, and long ones
 * are sorted by all of it. Scratch: what pel_sort of the longest segment uses. Other errors and threads as for
 * pel_sort; opts->variant names a kernel of sort_segments. O(nsegments + n log n) for every input. */
PEL_API pel_status pel_sort_segments_f32(float *keys, const size_t *offsets, size_t nsegments, const pel_opts *opts);
PEL_API pel_status pel_sort_segments_f64(double *keys, const size_t *offsets, size_t nsegments, const pel_opts *opts);
PEL_API pel_status pel_sort_segments_i32(int32_t *keys, const size_t *offsets, size_t nsegments, const pel_opts *opts);
PEL_API pel_status pel_sort_segments_i64(int64_t *keys, const size_t *offsets, size_t nsegments, const pel_opts *opts);
PEL_API pel_status pel_sort_segments_u32(uint32_t *keys, const size_t *offsets, size_t nsegments, const pel_opts *opts);
PEL_API pel_status pel_sort_segments_u64(uint64_t *keys, const size_t *offsets, size_t nsegments, const pel_opts *opts);

/* Sorts an array along one of its axes, each series as pel_sort does: all elements whose indices agree but for the one
 * on that axis.
 *
 * data: row-major, of the product of shape[0] ... shape[ndim-1] elements, shape[0] being the slowest axis; NULL only
 * when there are none. axis: 0 ... ndim - 1. Scratch: pel_sort_axis_work_bytes(dtype, ndim, shape, axis, opts),
 * allocated unless the options bring it: for each thread half a second-level cache, four of them where series are long,
 * or a cache line for each element of a series where that is more. Errors: PEL_EINVAL (ndim less than 1, an axis that
 * is none, null or misaligned data, unknown flag), PEL_ERANGE (the array exceeds the address space), PEL_ENOMEM,
 * PEL_ENOTSUP (a variant that cannot run; opts->variant names a kernel of sort_axis); then data are as they were.
 * Thread-safe for distinct arrays.
 *
 * O(n log^2 m) for n elements in series of up to some thousands, else O(n log m). Not promised: that a team is used for
 * less than a cache line of series. Method: tiles of neighbouring series are copied to the scratch, where each lane of
 * a vector has a series and a network orders whole vectors; longer series are transposed. K. E. Batcher, "Sorting
 * networks and their applications" (1968). */
PEL_API pel_status pel_sort_axis_f32(float *data, int ndim, const size_t *shape, int axis, const pel_opts *opts);
PEL_API pel_status pel_sort_axis_f64(double *data, int ndim, const size_t *shape, int axis, const pel_opts *opts);
PEL_API pel_status pel_sort_axis_i32(int32_t *data, int ndim, const size_t *shape, int axis, const pel_opts *opts);
PEL_API pel_status pel_sort_axis_i64(int64_t *data, int ndim, const size_t *shape, int axis, const pel_opts *opts);
PEL_API pel_status pel_sort_axis_u32(uint32_t *data, int ndim, const size_t *shape, int axis, const pel_opts *opts);
PEL_API pel_status pel_sort_axis_u64(uint64_t *data, int ndim, const size_t *shape, int axis, const pel_opts *opts);

/* Scratch that this sort uses, with these options; 0 where it uses none, or the arguments are wrong. */
PEL_API size_t pel_sort_axis_work_bytes(pel_dtype dtype, int ndim, const size_t *shape, int axis, const pel_opts *opts);

/* Sorts keys of 8 or 16 bits in place, as pel_sort does those above, in a time that grows as n.
 *
 * Scratch: pel_sort_narrow_work_bytes(sizeof *keys, n) at the most, allocated unless the options bring it: as much as
 * the keys take, and where they are many 3 or 768 KiB. Where there is no memory, the sort does
 * without, in place and in O(n log n). Errors and threads as for pel_sort. opts->variant names a kernel of the
 * operation sort_i8, sort_u8, sort_i16 or sort_u16, in tables one of i32 or u32.
 *
 * Method: keys are counted and written anew. H. H. Seward, "Information sorting in the application of electronic
 * digital computers to business operations" (1954). */
PEL_API pel_status pel_sort_i8(int8_t *keys, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_u8(uint8_t *keys, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_i16(int16_t *keys, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_u16(uint16_t *keys, size_t n, const pel_opts *opts);

/* Scratch that a sort of n keys of 1 or 2 bytes may use; 0 for other keys, or where that exceeds the address space. */
PEL_API size_t pel_sort_narrow_work_bytes(size_t key_bytes, size_t n);

#ifdef __SIZEOF_INT128__
/* Sorts keys of 128 bits in place, as pel_sort does those above. Fast where the keys differ in no more than 64 bits
 * next to each other, such as k-mers of up to 32 bases, and where few agree in the first 64 bits in which keys differ.
 *
 * O(n log n) for every input. Scratch: pel_sort_u128_work_bytes(n) at the most, allocated unless the options bring it;
 * where there is no memory, the sort does without, in place and slower. keys: aligned to 16 bytes; NULL only when n is
 * 0. Errors and threads as for pel_sort. opts->variant names a kernel of the operation sort_u128, in tables one of
 * u64.
 *
 * Method: as for pel_sort_pairs: the 64 bits from the first on in which keys differ move with the last 64. */
PEL_API pel_status pel_sort_u128(pel_u128 *keys, size_t n, const pel_opts *opts);

/* Scratch that a sort of n keys of 128 bits may use; 0 where that exceeds the address space. */
PEL_API size_t pel_sort_u128_work_bytes(size_t n);
#endif

/* Finds the order of the keys: index[i] becomes the index of the key that comes i-th, in the order of pel_sort above.
 * Equal keys come in the order of their indices, with PEL_DESCENDING, too; PEL_STABLE is implied. The keys stay as
 * they are.
 *
 * index: n elements that do not overlap the keys (PEL_EINVAL). The form with u32 takes up to 2^32 keys (PEL_ERANGE).
 *
 * O(n log n) for every input. Scratch: pel_argsort_work_bytes(dtype, n) at the most, allocated unless the options
 * bring it. Where there is no memory, 64-bit indices are found without, slower; 32-bit ones are PEL_ENOMEM. Arrays:
 * aligned to their own type; NULL only when n is 0. Errors: PEL_EINVAL (null, misaligned or overlapping arrays,
 * unknown flag), PEL_ERANGE (see above; or n elements exceed the address space), PEL_ENOMEM, PEL_ENOTSUP (a variant
 * that cannot run); index is then as it was. Thread-safe for distinct index arrays.
 *
 * Method: the bits in which keys differ, and behind them the index, are packed into one word, and words are sorted by
 * pel_sort's vectorised quicksort. Many keys are first distributed to buckets: P. Sanders, S. Winkel, "Super scalar
 * sample sort" (2004). */
PEL_API pel_status pel_argsort_f32(const float *keys, size_t n, uint64_t *index, const pel_opts *opts);
PEL_API pel_status pel_argsort_f64(const double *keys, size_t n, uint64_t *index, const pel_opts *opts);
PEL_API pel_status pel_argsort_i32(const int32_t *keys, size_t n, uint64_t *index, const pel_opts *opts);
PEL_API pel_status pel_argsort_i64(const int64_t *keys, size_t n, uint64_t *index, const pel_opts *opts);
PEL_API pel_status pel_argsort_u32(const uint32_t *keys, size_t n, uint64_t *index, const pel_opts *opts);
PEL_API pel_status pel_argsort_u64(const uint64_t *keys, size_t n, uint64_t *index, const pel_opts *opts);

PEL_API pel_status pel_argsort_f32_u32(const float *keys, size_t n, uint32_t *index, const pel_opts *opts);
PEL_API pel_status pel_argsort_f64_u32(const double *keys, size_t n, uint32_t *index, const pel_opts *opts);
PEL_API pel_status pel_argsort_i32_u32(const int32_t *keys, size_t n, uint32_t *index, const pel_opts *opts);
PEL_API pel_status pel_argsort_i64_u32(const int64_t *keys, size_t n, uint32_t *index, const pel_opts *opts);
PEL_API pel_status pel_argsort_u32_u32(const uint32_t *keys, size_t n, uint32_t *index, const pel_opts *opts);
PEL_API pel_status pel_argsort_u64_u32(const uint64_t *keys, size_t n, uint32_t *index, const pel_opts *opts);

/* Scratch that an argsort of n keys of the given type may use; 0 where that exceeds the address space. */
PEL_API size_t pel_argsort_work_bytes(pel_dtype dtype, size_t n);

/* Sorts the keys as pel_sort does, and the values with them: values[i] stays with its key. Stable: the values of
 * equal keys keep their order, with PEL_DESCENDING, too; PEL_STABLE is implied.
 *
 * values: n elements that do not overlap the keys (PEL_EINVAL); any bits, 4 or 8 bytes of the caller's.
 *
 * O(n log n) for every input. Scratch: pel_sort_pairs_work_bytes(dtype, bytes of a value, n) at the most, allocated
 * unless the options bring it. Arrays: aligned to their own type; NULL only when n is 0. Errors: PEL_EINVAL (null,
 * misaligned or overlapping arrays, unknown flag), PEL_ERANGE (n elements exceed the address space), PEL_ENOMEM,
 * PEL_ENOTSUP (a variant that cannot run); both arrays are then as they were. Thread-safe for distinct arrays.
 *
 * Method: as for pel_argsort; keys and values move together, so that memory is read in order. */
PEL_API pel_status pel_sort_pairs_f32_u32(float *keys, uint32_t *values, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_pairs_f64_u32(double *keys, uint32_t *values, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_pairs_i32_u32(int32_t *keys, uint32_t *values, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_pairs_i64_u32(int64_t *keys, uint32_t *values, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_pairs_u32_u32(uint32_t *keys, uint32_t *values, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_pairs_u64_u32(uint64_t *keys, uint32_t *values, size_t n, const pel_opts *opts);

PEL_API pel_status pel_sort_pairs_f32_u64(float *keys, uint64_t *values, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_pairs_f64_u64(double *keys, uint64_t *values, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_pairs_i32_u64(int32_t *keys, uint64_t *values, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_pairs_i64_u64(int64_t *keys, uint64_t *values, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_pairs_u32_u64(uint32_t *keys, uint64_t *values, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_pairs_u64_u64(uint64_t *keys, uint64_t *values, size_t n, const pel_opts *opts);

/* Scratch that a sort of n pairs may use; 0 where that exceeds the address space, or a value has neither 4 nor 8 bytes.
 */
PEL_API size_t pel_sort_pairs_work_bytes(pel_dtype dtype, size_t value_bytes, size_t n);

/* Brings the key that comes k-th, counted from 0, to keys[k], as std::nth_element does: none before it comes after it
 * in the order of pel_sort, none behind it comes before it. The keys stay a permutation of what they were.
 *
 * Which one is defined, so that here, too, the bits are the same on any number of threads and any instruction set.
 * Let v be that key. Unless keys[k] equals v, it changes place with the first key that does. Of the other keys those
 * before v in the order belong in front of place k, and as many of those equal to v, the first ones, as make k in
 * all; the rest belongs behind. Then the first key in front that belongs behind changes place with the first one
 * behind that belongs in front, the second with the second, and so on.
 *
 * O(n) for every input, most often three looks at each key. Scratch: pel_select_work_bytes(dtype, n) at the most,
 * some n / 8 keys, allocated unless the options bring it; without memory the call is slower. keys: aligned to its own
 * type. Errors: PEL_EINVAL (k is not less than n; null or misaligned keys, unknown flag), PEL_ERANGE (n elements
 * exceed the address space), PEL_ENOTSUP (a variant that cannot run); then keys are as they were. Thread-safe for
 * distinct arrays.
 *
 * Method: bounds from a sample, a filter between them, then exchanges. R. W. Floyd, R. L. Rivest, "Expected time
 * bounds for selection", Comm. ACM 18 (1975); S. Edelkamp, A. Weiss, "BlockQuicksort" (2016). */
PEL_API pel_status pel_select_f32(float *keys, size_t n, size_t k, const pel_opts *opts);
PEL_API pel_status pel_select_f64(double *keys, size_t n, size_t k, const pel_opts *opts);
PEL_API pel_status pel_select_i32(int32_t *keys, size_t n, size_t k, const pel_opts *opts);
PEL_API pel_status pel_select_i64(int64_t *keys, size_t n, size_t k, const pel_opts *opts);
PEL_API pel_status pel_select_u32(uint32_t *keys, size_t n, size_t k, const pel_opts *opts);
PEL_API pel_status pel_select_u64(uint64_t *keys, size_t n, size_t k, const pel_opts *opts);

/* Scratch that a selection among n keys of the given type may use; 0 where n keys exceed the address space. */
PEL_API size_t pel_select_work_bytes(pel_dtype dtype, size_t n);

/* Sorts the k keys that come first in the order of pel_sort into keys[0] ... keys[k-1]; the others follow, as
 * pel_select leaves them. k may be n. Arguments, errors, scratch and threads as for pel_select and pel_sort of k keys;
 * opts->variant names a kernel of partial_sort. */
PEL_API pel_status pel_partial_sort_f32(float *keys, size_t n, size_t k, const pel_opts *opts);
PEL_API pel_status pel_partial_sort_f64(double *keys, size_t n, size_t k, const pel_opts *opts);
PEL_API pel_status pel_partial_sort_i32(int32_t *keys, size_t n, size_t k, const pel_opts *opts);
PEL_API pel_status pel_partial_sort_i64(int64_t *keys, size_t n, size_t k, const pel_opts *opts);
PEL_API pel_status pel_partial_sort_u32(uint32_t *keys, size_t n, size_t k, const pel_opts *opts);
PEL_API pel_status pel_partial_sort_u64(uint64_t *keys, size_t n, size_t k, const pel_opts *opts);

/* The k keys that come first in the order of pel_sort, with PEL_DESCENDING the largest, and their indices: values[i] is
 * the key that comes i-th, index[i] where it was. Of equal keys those with the lowest indices are taken, and come in
 * that order. The keys stay as they are.
 *
 * k: at most n (PEL_EINVAL). values, index: k elements each; no two of the three arrays overlap (PEL_EINVAL). Scratch:
 * what pel_select of n keys and pel_sort_pairs of k use, one after the other. Other errors as for pel_sort_pairs; after
 * PEL_ENOMEM values and index hold what is not defined. opts->variant names a kernel of top_k. Thread-safe for
 * distinct outputs. O(n + k log k). Method: as for pel_select, but that keys are copied. */
PEL_API pel_status pel_top_k_f32(const float *keys, size_t n, size_t k, float *values, uint64_t *index,
                                 const pel_opts *opts);
PEL_API pel_status pel_top_k_f64(const double *keys, size_t n, size_t k, double *values, uint64_t *index,
                                 const pel_opts *opts);
PEL_API pel_status pel_top_k_i32(const int32_t *keys, size_t n, size_t k, int32_t *values, uint64_t *index,
                                 const pel_opts *opts);
PEL_API pel_status pel_top_k_i64(const int64_t *keys, size_t n, size_t k, int64_t *values, uint64_t *index,
                                 const pel_opts *opts);
PEL_API pel_status pel_top_k_u32(const uint32_t *keys, size_t n, size_t k, uint32_t *values, uint64_t *index,
                                 const pel_opts *opts);
PEL_API pel_status pel_top_k_u64(const uint64_t *keys, size_t n, size_t k, uint64_t *values, uint64_t *index,
                                 const pel_opts *opts);

/* Whether keys[0] ... keys[n-1] are in the order of pel_sort: *sorted becomes 1 or 0. Fewer than two keys are. Errors
 * and threads as for pel_sort; sorted NULL is PEL_EINVAL. O(n), ends early at the first surprise; no scratch. */
PEL_API pel_status pel_is_sorted_f32(const float *keys, size_t n, int *sorted, const pel_opts *opts);
PEL_API pel_status pel_is_sorted_f64(const double *keys, size_t n, int *sorted, const pel_opts *opts);
PEL_API pel_status pel_is_sorted_i32(const int32_t *keys, size_t n, int *sorted, const pel_opts *opts);
PEL_API pel_status pel_is_sorted_i64(const int64_t *keys, size_t n, int *sorted, const pel_opts *opts);
PEL_API pel_status pel_is_sorted_u32(const uint32_t *keys, size_t n, int *sorted, const pel_opts *opts);
PEL_API pel_status pel_is_sorted_u64(const uint64_t *keys, size_t n, int *sorted, const pel_opts *opts);

/* Finds where needles belong among keys that are in the order of pel_sort: places[i] becomes the number of keys that go
 * before needles[i], with PEL_RIGHT those too that equal it. -0 goes before +0, and a NaN equals a NaN of the same
 * bits. With PEL_DESCENDING the keys are in that order.
 *
 * places: `count` elements that overlap neither keys nor needles (PEL_EINVAL). Keys that are not in order make places
 * without meaning, of 0 ... n. Arrays: aligned to their own type; NULL only when empty. Errors: PEL_EINVAL (see above;
 * null or misaligned arrays, unknown flag), PEL_ERANGE (an array exceeds the address space), PEL_ENOTSUP (a variant
 * that cannot run); places are then as they were. Thread-safe for distinct places. O(log n) a needle, less where
 * needles are in order, too; no scratch.
 *
 * Method: binary search of sixteen needles in step, galloping where they rise. */
PEL_API pel_status pel_searchsorted_f32(const float *keys, size_t n, const float *needles, size_t count,
                                        uint64_t *places, const pel_opts *opts);
PEL_API pel_status pel_searchsorted_f64(const double *keys, size_t n, const double *needles, size_t count,
                                        uint64_t *places, const pel_opts *opts);
PEL_API pel_status pel_searchsorted_i32(const int32_t *keys, size_t n, const int32_t *needles, size_t count,
                                        uint64_t *places, const pel_opts *opts);
PEL_API pel_status pel_searchsorted_i64(const int64_t *keys, size_t n, const int64_t *needles, size_t count,
                                        uint64_t *places, const pel_opts *opts);
PEL_API pel_status pel_searchsorted_u32(const uint32_t *keys, size_t n, const uint32_t *needles, size_t count,
                                        uint64_t *places, const pel_opts *opts);
PEL_API pel_status pel_searchsorted_u64(const uint64_t *keys, size_t n, const uint64_t *needles, size_t count,
                                        uint64_t *places, const pel_opts *opts);

/* Merges a[0] ... a[na-1] and b[0] ... b[nb-1], both in the order of pel_sort, into out[0] ... out[na+nb-1]. Of equal
 * keys, which are equal bit for bit, those of a come first. Arrays that are not in order make some permutation of both.
 *
 * out overlaps neither a nor b (PEL_EINVAL). Errors: as for pel_searchsorted, PEL_ERANGE also where na + nb elements
 * exceed the address space; out is then as it was. Thread-safe for distinct outputs. O(na + nb); no scratch. Method: S.
 * Odeh, O. Green, Z. Mwassi, O. Shmueli, Y. Birk, "Merge path" (2012). */
PEL_API pel_status pel_merge_f32(const float *a, size_t na, const float *b, size_t nb, float *out,
                                 const pel_opts *opts);
PEL_API pel_status pel_merge_f64(const double *a, size_t na, const double *b, size_t nb, double *out,
                                 const pel_opts *opts);
PEL_API pel_status pel_merge_i32(const int32_t *a, size_t na, const int32_t *b, size_t nb, int32_t *out,
                                 const pel_opts *opts);
PEL_API pel_status pel_merge_i64(const int64_t *a, size_t na, const int64_t *b, size_t nb, int64_t *out,
                                 const pel_opts *opts);
PEL_API pel_status pel_merge_u32(const uint32_t *a, size_t na, const uint32_t *b, size_t nb, uint32_t *out,
                                 const pel_opts *opts);
PEL_API pel_status pel_merge_u64(const uint64_t *a, size_t na, const uint64_t *b, size_t nb, uint64_t *out,
                                 const pel_opts *opts);

/* Finds the distinct keys: keys[0] ... keys[*nunique - 1] become those, in the order of pel_sort, and counts[i], unless
 * counts is NULL, how often keys[i] was there. Keys are the same when they are equal in that order, and that is bit for
 * bit: -0 and +0 are two keys, and so are NaNs of different bits.
 *
 * counts: room for n elements that do not overlap the keys (PEL_EINVAL). What is behind the first *nunique elements of
 * both arrays is not defined. Other errors, scratch and complexity as for pel_sort; opts->variant names a kernel of
 * unique. After an error all is as it was. Thread-safe for distinct arrays. */
PEL_API pel_status pel_unique_f32(float *keys, size_t n, uint64_t *counts, size_t *nunique, const pel_opts *opts);
PEL_API pel_status pel_unique_f64(double *keys, size_t n, uint64_t *counts, size_t *nunique, const pel_opts *opts);
PEL_API pel_status pel_unique_i32(int32_t *keys, size_t n, uint64_t *counts, size_t *nunique, const pel_opts *opts);
PEL_API pel_status pel_unique_i64(int64_t *keys, size_t n, uint64_t *counts, size_t *nunique, const pel_opts *opts);
PEL_API pel_status pel_unique_u32(uint32_t *keys, size_t n, uint64_t *counts, size_t *nunique, const pel_opts *opts);
PEL_API pel_status pel_unique_u64(uint64_t *keys, size_t n, uint64_t *counts, size_t *nunique, const pel_opts *opts);

/* How a quantile is made of the keys on both sides of its position: the nine definitions of R. J. Hyndman and Y. Fan,
 * "Sample quantiles in statistical packages" (1996), whose number is given, and four more. Names are those of NumPy. */
typedef enum pel_quantile_method {
    PEL_QUANTILE_LINEAR = 0,                /* 7, the usual one: position (n - 1) q, counted from 0 */
    PEL_QUANTILE_INVERTED_CDF,              /* 1 */
    PEL_QUANTILE_AVERAGED_INVERTED_CDF,     /* 2 */
    PEL_QUANTILE_CLOSEST_OBSERVATION,       /* 3 */
    PEL_QUANTILE_INTERPOLATED_INVERTED_CDF, /* 4 */
    PEL_QUANTILE_HAZEN,                     /* 5 */
    PEL_QUANTILE_WEIBULL,                   /* 6 */
    PEL_QUANTILE_MEDIAN_UNBIASED,           /* 8 */
    PEL_QUANTILE_NORMAL_UNBIASED,           /* 9 */
    PEL_QUANTILE_LOWER,                     /* the key at or before the position (n - 1) q */
    PEL_QUANTILE_HIGHER,                    /* the key at or behind it */
    PEL_QUANTILE_NEAREST,                   /* the nearer of the two; between both the one at an even place */
    PEL_QUANTILE_MIDPOINT,                  /* half way between the two */
} pel_quantile_method;

/* Finds several quantiles at once: result[i] becomes the q[i]-quantile of the keys, 0 <= q[i] <= 1, in any order. What
 * they lie between are exact order statistics in the order of pel_sort, so NaNs count as the largest keys. Integers of
 * more than 53 bits are rounded. Two keys a and b are interpolated with weight w as a + (b - a) w for w < 1/2, else b -
 * (b - a) (1 - w), in double. PEL_DESCENDING has no meaning here. A NaN that is a quantile itself keeps its bits (in
 * f32 those of its conversion to double); one that is interpolated is canonical: positive, quiet, payload 0.
 *
 * The keys are rearranged, as by several calls of pel_select, and the same on any number of threads. n: at least 1 if
 * there are quantiles (PEL_EINVAL). q and result: nq elements that do not overlap the keys (PEL_EINVAL); result may be
 * q. Errors: PEL_EINVAL (see above; q outside 0 ... 1 or NaN, an unknown method or flag), PEL_ERANGE, PEL_ENOTSUP
 * (PEL_NAN_SKIP in floating point), PEL_ENOMEM (for more than 32 quantiles); then keys and result are as they were.
 * opts->variant is not used. Thread-safe for distinct arrays. O(n log nq); scratch as for pel_select, or pel_sort for
 * many quantiles. */
PEL_API pel_status pel_quantiles_f32(float *keys, size_t n, const double *q, size_t nq, pel_quantile_method method,
                                     double *result, const pel_opts *opts);
PEL_API pel_status pel_quantiles_f64(double *keys, size_t n, const double *q, size_t nq, pel_quantile_method method,
                                     double *result, const pel_opts *opts);
PEL_API pel_status pel_quantiles_i32(int32_t *keys, size_t n, const double *q, size_t nq, pel_quantile_method method,
                                     double *result, const pel_opts *opts);
PEL_API pel_status pel_quantiles_i64(int64_t *keys, size_t n, const double *q, size_t nq, pel_quantile_method method,
                                     double *result, const pel_opts *opts);
PEL_API pel_status pel_quantiles_u32(uint32_t *keys, size_t n, const double *q, size_t nq, pel_quantile_method method,
                                     double *result, const pel_opts *opts);
PEL_API pel_status pel_quantiles_u64(uint64_t *keys, size_t n, const double *q, size_t nq, pel_quantile_method method,
                                     double *result, const pel_opts *opts);

/* out[i] = base[index[i]] for n elements of `size` bytes each, at any alignment: with the index of pel_argsort, base in
 * the order of the keys.
 *
 * index: n places less than n; others are PEL_EINVAL. It need not be a permutation. out overlaps neither base nor index
 * (PEL_EINVAL). Errors: PEL_EINVAL (see above; size 0, null arrays, a misaligned index, unknown flag), PEL_ERANGE (n
 * elements exceed the address space), PEL_ENOTSUP (a variant that cannot run); out is then as it was. opts->variant
 * names a kernel of permute. Thread-safe for distinct outputs. No scratch. */
PEL_API pel_status pel_permute(const void *base, size_t size, size_t n, const uint64_t *index, void *out,
                               const pel_opts *opts);

/* inverse[index[i]] = i: the permutation that undoes another. index: each of 0 ... n - 1 once; a place that is not less
 * than n is PEL_EINVAL. Where one is there twice, which i it gets is not defined, and another place stays as it was.
 * Otherwise as for pel_permute. */
PEL_API pel_status pel_inverse_permutation(const uint64_t *index, size_t n, uint64_t *inverse, const pel_opts *opts);

/* Sorts the keys as pel_sort does, and values of any width with them; stable, as pel_sort_pairs, which is faster for
 * values of 4 and 8 bytes.
 *
 * values: n of value_size bytes each, at any alignment, that do not overlap the keys (PEL_EINVAL). Errors as for
 * pel_sort_pairs, and PEL_EINVAL for a value_size of 0; opts->variant is not used. Scratch: n times 8 bytes and the
 * wider of key and value, allocated unless the options bring it with two cache lines more; and what pel_argsort uses,
 * always allocated. Thread-safe for distinct arrays. Method: pel_argsort, then pel_permute. */
PEL_API pel_status pel_sort_values_f32(float *keys, void *values, size_t value_size, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_values_f64(double *keys, void *values, size_t value_size, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_values_i32(int32_t *keys, void *values, size_t value_size, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_values_i64(int64_t *keys, void *values, size_t value_size, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_values_u32(uint32_t *keys, void *values, size_t value_size, size_t n, const pel_opts *opts);
PEL_API pel_status pel_sort_values_u64(uint64_t *keys, void *values, size_t value_size, size_t n, const pel_opts *opts);

/* Sorts n records of `size` bytes each, at any alignment, by a comparison: negative, zero or positive as a goes before
 * b, with it, or behind it; the context is handed on. Always stable, PEL_STABLE or not.
 *
 * compare is called by several threads at the same time unless opts->threads is 1; it must not write to the records,
 * leave by longjmp, or call back into a team of its own. One that contradicts itself makes some permutation of the
 * records, but nothing outside of them is touched. Errors: PEL_EINVAL (null records or comparison, size 0, an unknown
 * flag), PEL_ERANGE (n records exceed the address space), PEL_ENOMEM, PEL_ENOTSUP (any variant: there is one); then the
 * records are as they were. Thread-safe for distinct records. compare runs in the floating-point environment of pel's
 * threads: rounding to nearest, subnormals kept, exceptions masked.
 *
 * O(n log n) comparisons. Scratch: pel_sort_records_work_bytes(n, size), allocated unless the options bring it. Method:
 * merge sort, with merges shared as in pel_merge. */
PEL_API pel_status pel_sort_records(void *base, size_t n, size_t size,
                                    int (*compare)(const void *a, const void *b, void *context), void *context,
                                    const pel_opts *opts);

/* Scratch for that; 0 where n records exceed the address space. */
PEL_API size_t pel_sort_records_work_bytes(size_t n, size_t size);

PEL_END_DECLS

#endif
