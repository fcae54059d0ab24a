dnl PEL_TRY_FLAG(VARIABLE, FLAG): appends FLAG to VARIABLE if the C compiler and the C library take it.
AC_DEFUN([PEL_TRY_FLAG], [
  AS_VAR_PUSHDEF([cached], [pel_cv_flag_$2])
  AC_CACHE_CHECK([whether $CC takes $2], [cached], [
    pel_saved=$CFLAGS
    CFLAGS="$CFLAGS -Werror $2"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <string.h>]])], [AS_VAR_SET([cached], [yes])], [AS_VAR_SET([cached], [no])])
    CFLAGS=$pel_saved
  ])
  AS_VAR_IF([cached], [yes], [AS_VAR_APPEND([$1], [" $2"])])
  AS_VAR_POPDEF([cached])
])

dnl Warnings for everybody, errors with --enable-werror; flags that keep the bits of kernels.
AC_DEFUN([PEL_COMPILER_FLAGS], [
  AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [make warnings errors])], [], [enable_werror=no])
  m4_foreach_w([flag], [-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
                        -Wvla -Wno-psabi -Wno-pass-failed], [PEL_TRY_FLAG([WARN_CFLAGS], flag)])
  AS_IF([test "x$enable_werror" = xyes], [AS_VAR_APPEND([WARN_CFLAGS], [" -Werror"])])
  AC_SUBST([WARN_CFLAGS])
  WARN_CXXFLAGS=$(echo "$WARN_CFLAGS" | sed "s/-Wstrict-prototypes//; s/-Wmissing-prototypes//")
  AC_SUBST([WARN_CXXFLAGS])

  m4_foreach_w([flag], [-fstack-protector-strong -fstack-clash-protection -D_FORTIFY_SOURCE=3],
               [PEL_TRY_FLAG([HARDEN_CFLAGS], flag)])
  AC_SUBST([HARDEN_CFLAGS])

  dnl A fused multiply-add appears only where it is written; one object an instruction set must stay one. Kernels call
  dnl nothing, so neither the C library's checks, which end the process.
  AS_CASE([" $CFLAGS "],
    [*" -Ofast "*|*" -ffast-math "*|*" -funsafe-math-optimizations "*|*" -fassociative-math "*|*" -freciprocal-math "*|*" -ffinite-math-only "*|*" -fno-signed-zeros "*|*" -ffp-contract=fast "*],
    [AC_MSG_ERROR([CFLAGS=$CFLAGS would change results, which pel promises to the bit])])
  PEL_TRY_FLAG([EXACT_CFLAGS], [-ffp-contract=off])
  AS_IF([test -z "$EXACT_CFLAGS"], [AC_MSG_ERROR([$CC does not take -ffp-contract=off, which pel needs for its bits])])
  AC_SUBST([EXACT_CFLAGS])
  m4_foreach_w([flag], [-ffp-contract=off -fno-math-errno -fno-trapping-math -fno-lto -U_FORTIFY_SOURCE],
               [PEL_TRY_FLAG([KERNEL_CFLAGS], flag)])
  AC_SUBST([KERNEL_CFLAGS])

  AC_CACHE_CHECK([whether the linker takes -z relro, now and defs, and version scripts], [pel_cv_ld_map], [
    pel_saved=$LDFLAGS
    echo 'PEL { global: pel_*; local: *; };' > conftest.map
    LDFLAGS="$LDFLAGS -shared -Wl,-z,relro,-z,now,-z,defs -Wl,--version-script=conftest.map"
    AC_LINK_IFELSE([AC_LANG_SOURCE([int pel_test;])], [pel_cv_ld_map=yes], [pel_cv_ld_map=no])
    LDFLAGS=$pel_saved
  ])
  AM_CONDITIONAL([HAVE_LD_MAP], [test "x$pel_cv_ld_map" = xyes])
])
