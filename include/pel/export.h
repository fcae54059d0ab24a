/* Linkage of the public functions. */
#ifndef PEL_EXPORT_H
#define PEL_EXPORT_H

#if defined(__GNUC__)
#define PEL_API __attribute__((visibility("default")))
#else
#define PEL_API
#endif

#ifdef __cplusplus
#define PEL_BEGIN_DECLS extern "C" {
#define PEL_END_DECLS   }
#else
#define PEL_BEGIN_DECLS
#define PEL_END_DECLS
#endif

#endif
