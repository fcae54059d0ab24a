#!/bin/sh
# All tests with the address, leak and undefined-behaviour sanitizers.
set -eu
. "$srcdir/tests/more.sh"
configure check-asan --enable-asan CC="$CC" CXX="$CXX" CFLAGS='-O1 -g' CXXFLAGS='-O1 -g'
build
make -s -k check || result=1
conclude
