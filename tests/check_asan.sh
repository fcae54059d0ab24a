#!/bin/sh
# All tests with the address, leak and undefined-behaviour sanitizers.
set -eu
. "$srcdir/tests/more.sh"
# Kernels that this processor cannot run would be built for nothing.
grep -qw avx512f /proc/cpuinfo && unused= || unused=pel_cv_isa_avx512=no
configure check-asan --enable-asan $unused CC="$CC" CXX="$CXX" CFLAGS='-O1 -g1' CXXFLAGS='-O1 -g1'
build
# Memory that is not to be had is an error like any other; reports would mix with the messages that tests look at.
ASAN_OPTIONS=allocator_may_return_null=1:log_path=$(pwd)/report
export ASAN_OPTIONS
rm -f report.*
make -s -k -j "$(nproc)" check || result=1
[ $result = 0 ] || grep -l ERROR report.* | xargs -r cat
conclude
