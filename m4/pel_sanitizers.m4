dnl PEL_LLVM_OPENMP(VARIABLE): the folder of LLVM's OpenMP runtime and of its tool that tells the thread sanitizer what
dnl synchronises, or nothing.
AC_DEFUN([PEL_LLVM_OPENMP], [
  for pel_dir in /usr/lib/llvm-*/lib "$libdir" /usr/lib/*-linux-gnu /usr/lib64 /usr/lib; do
    AS_IF([test -e "$pel_dir/libarcher.so" && test -e "$pel_dir/libomp.so"], [$1=$pel_dir])
  done
])

dnl Sanitizers. The thread sanitizer sees nothing of the synchronisation in GCC's OpenMP runtime and would report races
dnl everywhere, so with it LLVM's runtime is linked, which also answers to GCC's calls and to the name libgomp.
AC_DEFUN([PEL_SANITIZERS], [
  AC_ARG_ENABLE([asan], [AS_HELP_STRING([--enable-asan], [build with the address and undefined-behaviour sanitizers])],
                [], [enable_asan=no])
  AC_ARG_ENABLE([tsan], [AS_HELP_STRING([--enable-tsan], [build with the thread sanitizer, for make check-races])],
                [], [enable_tsan=no])
  AS_IF([test "x$enable_asan" = xyes],
        [SANITIZE_CFLAGS="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"])
  AS_IF([test "x$enable_tsan" = xyes], [
    PEL_LLVM_OPENMP([LLVM_OPENMP])
    AS_IF([test "x$LLVM_OPENMP" = x],
          [AC_MSG_ERROR([--enable-tsan needs LLVM's OpenMP runtime with libarcher.so; on Debian: libomp-14-dev])])
    SANITIZE_CFLAGS="-fsanitize=thread"
    SANITIZE_LDFLAGS="-L$LLVM_OPENMP -Wl,-rpath,$LLVM_OPENMP"
  ])
  AS_IF([test "x$SANITIZE_CFLAGS" != x], [AC_DEFINE([PEL_SANITIZED], [1], [Whether built with sanitizers])])
  AC_SUBST([SANITIZE_CFLAGS])
  AC_SUBST([SANITIZE_LDFLAGS])
  AC_SUBST([LLVM_OPENMP])
  AM_CONDITIONAL([SANITIZED], [test "x$SANITIZE_CFLAGS" != x])
  AM_CONDITIONAL([TSAN], [test "x$enable_tsan" = xyes])
])
