dnl PEL_PART(NAME, PKG-CONFIG MODULES, DESCRIPTION): a library that can be left out with --without-NAME.
AC_DEFUN([PEL_PART], [
  AC_ARG_WITH([$1], [AS_HELP_STRING([--without-$1], [leave out $3])], [], [with_$1=auto])
  AS_IF([test "x$with_$1" != xno],
        [PKG_CHECK_MODULES(m4_toupper([$1]), [$2], [pel_part_$1=yes],
          [AS_IF([test "x$with_$1" = xyes], [AC_MSG_ERROR([--with-$1 was given, and $2 is not there])])
           pel_part_$1=no])],
        [pel_part_$1=no])
  AS_IF([test "x$pel_part_$1" = xyes], [
    pel_version_$1=`$PKG_CONFIG --modversion $2 | sed 1q`
    AC_DEFINE([PEL_HAVE_]m4_toupper([$1]), [1], [Whether $3 is there])
    AC_DEFINE_UNQUOTED([PEL_VERSION_]m4_toupper([$1]), ["$pel_version_$1"], [Version of $1 at build time])
  ])
  AM_CONDITIONAL([HAVE_]m4_toupper([$1]), [test "x$pel_part_$1" = xyes])
])

dnl Peers in C++: whether there is a compiler whose objects the C compiler links, and libstdc++'s parallel mode.
AC_DEFUN([PEL_CXX_PEERS], [
  AC_LANG_PUSH([C++])
  AC_OPENMP
  AC_LANG_POP([C++])
  AC_CACHE_CHECK([whether $CC links C++17 objects of $CXX], [pel_cv_cxx], [
    pel_cv_cxx=no
    AS_ECHO(["#include <algorithm>
              #include <memory>
              int main() { auto p = std::make_unique<int[[]]>(9); std::sort(p.get(), p.get() + 9); }"]) > conftest.cc
    AS_IF([{ $CXX $CXXFLAGS -std=c++17 -c conftest.cc -o conftest.o &&
             $CC $CFLAGS $LDFLAGS conftest.o -lstdc++ -o conftest; } >&AS_MESSAGE_LOG_FD 2>&1], [pel_cv_cxx=yes])
    rm -f conftest*
  ])
  AS_IF([test "x$pel_cv_cxx" = xyes], [AC_DEFINE([PEL_HAVE_CXX], [1], [Whether peers in C++ are built])])
  AM_CONDITIONAL([HAVE_CXX], [test "x$pel_cv_cxx" = xyes])
])

AC_DEFUN([PEL_PARTS], [
  PEL_PART([openblas], [openblas], [OpenBLAS: dot products under PEL_FAST])
  PEL_PART([fftw], [fftw3], [FFTW: many steps of periodic stencils under PEL_FAST (GPL, and then so is what is linked with it)])
  PEL_PART([hwloc], [hwloc], [hwloc: caches, NUMA nodes and places])
  PEL_PART([jansson], [jansson], [jansson: wisdom files, benchmark reports])
  PEL_PART([netcdf], [netcdf], [NetCDF: the program pel-climate])
  PEL_PART([zlib], [zlib], [zlib: the program pel-kmer])
  PEL_PART([cmocka], [cmocka], [cmocka: the tests])
  PEL_PART([tbb], [tbb], [oneTBB: a peer of sorts in benchmarks])
  PEL_PART([hwy], [libhwy-contrib libhwy], [Highway: a peer of sorts in benchmarks])
  PEL_CXX_PEERS
  PEL_PART([mpfr], [mpfr], [MPFR: the oracle of sums in the tests])
])

AC_DEFUN([PEL_TUNING], [
  AC_ARG_WITH([tuning], [AS_HELP_STRING([--with-tuning=quick|full|shipped],
    [tune the dispatch table while building (quick: a minute at most; the default of a native build), or use the
     tables that ship (the default of a cross build)])], [],
    [AS_IF([test "x$cross_compiling" = xyes], [with_tuning=shipped], [with_tuning=quick])])
  AS_CASE([$with_tuning],
    [quick], [TUNE_FLAGS="--budget 50s"],
    [full], [TUNE_FLAGS="--budget 30m"],
    [shipped|no], [with_tuning=shipped],
    [AC_MSG_ERROR([--with-tuning takes quick, full or shipped])])
  AS_IF([test "x$cross_compiling$with_tuning" = xyesquick || test "x$cross_compiling$with_tuning" = xyesfull],
        [AC_MSG_ERROR([a cross build cannot tune: use --with-tuning=shipped])])
  AC_SUBST([TUNE_FLAGS])
  AM_CONDITIONAL([TUNE], [test "x$with_tuning" != xshipped])
])

AC_DEFUN([PEL_CLOSING_TABLE], [
  AS_ECHO(["
pel $PACKAGE_VERSION for $host, installed to $prefix
  compiler            $CC $CFLAGS
  instruction sets    $pel_isas
  tuning              $with_tuning
  sanitizers          ${SANITIZE_CFLAGS:-none}
  OpenBLAS            $pel_part_openblas
  FFTW                $pel_part_fftw (GPL; --without-fftw leaves it out)
  hwloc               $pel_part_hwloc
  jansson             $pel_part_jansson
  NetCDF, pel-climate $pel_part_netcdf
  zlib, pel-kmer      $pel_part_zlib
  benchmark peers     C++ $pel_cv_cxx, oneTBB $pel_part_tbb, Highway $pel_part_hwy
  tests               $pel_part_cmocka (MPFR oracle: $pel_part_mpfr)
"])
])
