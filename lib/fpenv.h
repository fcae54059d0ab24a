/* The floating-point environment of a kernel: round to nearest, subnormals kept, exceptions masked. */
#ifndef PEL_LIB_FPENV_H
#define PEL_LIB_FPENV_H

#include <stdint.h>

#if defined(__SSE2__)
#include <xmmintrin.h>

typedef unsigned pel_fpenv;

static inline pel_fpenv pel_fpenv_read(void)
{
    return _mm_getcsr();
}

static inline void pel_fpenv_write(pel_fpenv env)
{
    _mm_setcsr(env);
}

enum { PEL_FPENV_DEFAULT = 0x1f80, PEL_FPENV_STICKY = 0x3f };

#elif defined(__aarch64__)

typedef uint64_t pel_fpenv;

static inline pel_fpenv pel_fpenv_read(void)
{
    pel_fpenv env;
    __asm__ volatile("mrs %0, fpcr" : "=r"(env));
    return env;
}

static inline void pel_fpenv_write(pel_fpenv env)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(env));
}

enum { PEL_FPENV_DEFAULT = 0, PEL_FPENV_STICKY = 0 };

#else
#include <fenv.h>

typedef int pel_fpenv;

static inline pel_fpenv pel_fpenv_read(void)
{
    return fegetround();
}

static inline void pel_fpenv_write(pel_fpenv env)
{
    fesetround(env);
}

enum { PEL_FPENV_DEFAULT = FE_TONEAREST, PEL_FPENV_STICKY = 0 };

#endif

/* Enters the kernels' environment; returns the caller's, for pel_fpenv_leave. Writing the register is slow and
 * most callers already have what we want. */
static inline pel_fpenv pel_fpenv_enter(void)
{
    pel_fpenv env = pel_fpenv_read();
    if ((env & ~(pel_fpenv)PEL_FPENV_STICKY) != PEL_FPENV_DEFAULT)
        pel_fpenv_write(PEL_FPENV_DEFAULT);
    return env;
}

/* Restores what the caller had; on x86 its exception flags, too, which share the register. */
static inline void pel_fpenv_leave(pel_fpenv env)
{
    if (pel_fpenv_read() != env)
        pel_fpenv_write(env);
}

#endif
