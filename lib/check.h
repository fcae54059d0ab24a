/* Checks of arguments that every public function starts with. */
#ifndef PEL_LIB_CHECK_H
#define PEL_LIB_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pel/status.h>
#include <pel/types.h>

#include "kernels/strict.h"

enum { PEL_ALL_FLAGS = PEL_FAST | PEL_STABLE | PEL_DESCENDING | PEL_NAN_SKIP | PEL_EXCLUSIVE | PEL_RIGHT };

/* An options object of an older header is shorter, one of a newer header longer: only the known part is read, and
 * a shorter one is not accepted before there is an older header. */
static inline pel_status pel_check_opts(const pel_opts *opts)
{
    if (!opts)
        return PEL_OK;
    if (opts->size < sizeof *opts || opts->threads < 0 || (opts->flags & ~(unsigned)PEL_ALL_FLAGS))
        return PEL_EINVAL;
    return PEL_OK;
}

static inline unsigned pel_flags(const pel_opts *opts)
{
    return opts ? opts->flags : 0;
}

/* Options for a step of an operation that is another operation: */
static inline pel_opts pel_opts_copy(const pel_opts *opts)
{
    pel_opts copy = PEL_OPTS_INIT;
    if (opts)
        copy = *opts;
    copy.size = sizeof copy;
    return copy;
}

/* What opts->variant names is none of its kernels. */
static inline pel_opts pel_opts_without_variant(const pel_opts *opts)
{
    pel_opts rest = pel_opts_copy(opts);
    rest.variant = NULL;
    return rest;
}

/* The caller's scratch is in use. */
static inline pel_opts pel_opts_without_work(const pel_opts *opts)
{
    pel_opts rest = pel_opts_copy(opts);
    rest.work = NULL;
    rest.work_bytes = 0;
    return rest;
}

/* PEL_FAST changes nothing of the whole. */
static inline pel_opts pel_opts_exact(const pel_opts *opts)
{
    pel_opts rest = pel_opts_copy(opts);
    rest.flags &= ~(unsigned)PEL_FAST;
    return rest;
}

static inline bool pel_is_float(pel_dtype dtype)
{
    return dtype == PEL_F32 || dtype == PEL_F64;
}

/* Whether NaN is to be left out, and there may be some: PEL_ENOTSUP where an operation does not provide it. */
static inline bool pel_asks_to_skip(pel_dtype dtype, const pel_opts *opts)
{
    return (pel_flags(opts) & PEL_NAN_SKIP) && pel_is_float(dtype);
}

/* Whether n elements of a size are more than an address space holds. No division: calls of few elements would feel it.
 */
static inline bool pel_exceeds_space(size_t n, size_t size)
{
    size_t bytes;
    return __builtin_mul_overflow(n, size, &bytes) || bytes > PTRDIFF_MAX;
}

/* An array of n elements of a power-of-two size, aligned to it. */
static inline pel_status pel_check_array(const void *array, size_t n, size_t size)
{
    if ((!array && n > 0) || ((uintptr_t)array & (size - 1)))
        return PEL_EINVAL;
    return pel_exceeds_space(n, size) ? PEL_ERANGE : PEL_OK;
}

/* Whether two arrays of these many bytes, none of them empty, share any. */
static inline bool pel_overlap(const void *a, size_t a_bytes, const void *b, size_t b_bytes)
{
    uintptr_t p = (uintptr_t)a, q = (uintptr_t)b;
    return p < q ? q - p < a_bytes : p - q < b_bytes;
}

#endif
