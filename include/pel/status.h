/* Status codes: what every pel function that can fail returns. */
#ifndef PEL_STATUS_H
#define PEL_STATUS_H

#include <pel/export.h>

PEL_BEGIN_DECLS

/* Zero is success; every error is negative. Unless a function says otherwise, an error leaves every output
 * argument as it was. */
typedef enum pel_status {
    PEL_OK = 0,
    PEL_EINVAL = -1,    /* an argument is null, misaligned, contradictory or unknown */
    PEL_ENOMEM = -2,    /* scratch memory could not be had */
    PEL_ERANGE = -3,    /* a size overflows, or the exact result does not fit its type */
    PEL_ENOTSUP = -4,   /* a valid request that this build or this processor cannot serve */
    PEL_EIO = -5,       /* a file could not be read or written */
    PEL_ECORRUPT = -6,  /* a file was read, and its content makes no sense */
    PEL_EINTERNAL = -7, /* a defect in pel */
} pel_status;

/* A static English sentence fragment without a trailing full stop; never NULL, also for values that are no
 * pel_status. Thread-safe. */
PEL_API const char *pel_strerror(pel_status status);

PEL_END_DECLS

#endif
