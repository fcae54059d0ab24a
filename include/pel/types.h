/* The element types and the options that all calls share. */
#ifndef PEL_TYPES_H
#define PEL_TYPES_H

#include <stddef.h>
#include <stdint.h>

#include <pel/export.h>

PEL_BEGIN_DECLS

typedef enum pel_dtype {
    PEL_F32, /* IEEE 754 binary32, C float */
    PEL_F64, /* IEEE 754 binary64, C double */
    PEL_I32,
    PEL_I64,
    PEL_U32,
    PEL_U64,
} pel_dtype;

#ifdef __SIZEOF_INT128__
/* Keys of 128 bits, for sorts. */
__extension__ typedef unsigned __int128 pel_u128;
#endif

/* Bytes of one element; 0 for a value that is no pel_dtype. */
PEL_API size_t pel_dtype_size(pel_dtype dtype);

/* Its short name, "f64" for PEL_F64; NULL for a value that is no pel_dtype. */
PEL_API const char *pel_dtype_name(pel_dtype dtype);

/* Flags of pel_opts. A flag that has no meaning for a call is ignored; a bit that is none of these is
 * PEL_EINVAL; a flag that has a meaning there but is not provided is PEL_ENOTSUP. */
enum {
    PEL_FAST = 1u << 0,       /* give up bitwise reproducibility (and correct rounding) for speed, in this call */
    PEL_STABLE = 1u << 1,     /* sorts: equal keys keep their order */
    PEL_DESCENDING = 1u << 2, /* sorts: largest first; NaN stays last */
    PEL_NAN_SKIP = 1u << 3,   /* minima, maxima, their places and scans: NaN counts as missing */
    PEL_EXCLUSIVE = 1u << 4,  /* scans: element i excludes input i */
    PEL_RIGHT = 1u << 5,      /* searchsorted: behind the keys that equal the needle, not in front of them */
};

/* Options of one call. Always start from PEL_OPTS_INIT, so that a program keeps its meaning when members are
 * added; NULL in place of a pointer to options means the defaults. Never written by pel, so one object may be
 * shared between threads. */
typedef struct pel_opts {
    size_t size;    /* sizeof(pel_opts), set by PEL_OPTS_INIT */
    int threads;    /* most threads to use; 0: decide. Capped by cpuset, cgroup quota and a caller's team */
    unsigned flags; /* PEL_FAST | ... */
    void *work; /* caller's scratch of work_bytes bytes, any alignment; NULL: pel allocates. Too small: pel allocates */
    size_t work_bytes;   /* (not shared between calls that run at the same time, nor with arrays of the call: that is
                            checked by stencils only) */
    const char *variant; /* run this kernel, such as "avx2/quick"; NULL: dispatch. PEL_ENOTSUP if it cannot run */
} pel_opts;

#define PEL_OPTS_INIT                                                                                                  \
    {                                                                                                                  \
        sizeof(pel_opts), 0, 0u, NULL, 0, NULL                                                                         \
    }

PEL_END_DECLS

#endif
