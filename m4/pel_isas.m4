dnl PEL_INSTRUCTION_SET(NAME, FLAGS, TEST): NAME is built when the target's TEST holds and the compiler takes FLAGS.
AC_DEFUN([PEL_INSTRUCTION_SET], [
  AC_CACHE_CHECK([whether to build kernels for $1], [pel_cv_isa_$1], [
    pel_cv_isa_$1=no
    pel_saved=$CFLAGS
    CFLAGS="$CFLAGS -Werror $2"
    AS_IF([$3], [AC_COMPILE_IFELSE([AC_LANG_PROGRAM], [pel_cv_isa_$1=yes])])
    CFLAGS=$pel_saved
  ])
  AM_CONDITIONAL([BUILD_]m4_toupper([$1]), [test "x$pel_cv_isa_$1" = xyes])
  AS_IF([test "x$pel_cv_isa_$1" = xyes], [
    AC_DEFINE([PEL_BUILD_]m4_toupper([$1]), [1], [Whether the kernels for $1 are built])
    pel_isas="$pel_isas $1"
  ])
  AC_SUBST(m4_toupper([$1])[_CFLAGS], ["$2"])
])

dnl What these flags let the compiler use, lib/cpu.c asks the processor for.
AC_DEFUN([PEL_INSTRUCTION_SETS], [
  pel_isas=scalar
  PEL_INSTRUCTION_SET([avx2], [-mavx2 -mfma -mbmi -mbmi2 -mpopcnt], [test "$host_cpu" = x86_64])
  PEL_INSTRUCTION_SET([avx512],
    [-mavx2 -mfma -mbmi -mbmi2 -mpopcnt -mavx512f -mavx512cd -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512],
    [test "$host_cpu" = x86_64])
  PEL_INSTRUCTION_SET([neon], [], [test "$host_cpu" = aarch64])
])
