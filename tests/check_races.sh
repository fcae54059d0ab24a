#!/bin/sh
# The tests that use the library from many threads, in regions, tasks and threads of their own, with the thread sanitizer.
# Races planted in the same surroundings must be found, else a silent sanitizer would mean nothing. Kernels are serial
# leaves that know nothing of threads, so those of one instruction set stand for all.
set -eu
. "$srcdir/tests/more.sh"
programs='tests/test_team tests/test_bits tests/test_dispatch tests/test_wisdom'
configure check-races --enable-tsan --without-openblas pel_cv_isa_avx2=no pel_cv_isa_avx512=no \
    CC="$CC" CXX="$CXX" CFLAGS='-O1 -g1' CXXFLAGS='-O1 -g1'
build $programs tests/planted_race
make -s -k -j "$(nproc)" check-TESTS check_PROGRAMS= TESTS="$programs tests/planted_race.sh" || result=1
conclude
