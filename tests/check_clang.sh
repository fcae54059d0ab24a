#!/bin/sh
# Everything built by clang, without a warning, tests of all families on LLVM's OpenMP runtime, and a few rounds of every
# fuzzer.
set -eu
. "$srcdir/tests/more.sh"
programs='tests/test_bits tests/test_dispatch tests/test_integer_sum tests/test_sort_order tests/test_stencil_laws tests/test_team'
for tool in clang-14 clang++-14; do
    command -v $tool >/dev/null || { echo "check-clang: $tool is missing"; exit 77; }
done
configure check-clang --enable-werror CC=clang-14 CXX=clang++-14 CFLAGS=-O1 CXXFLAGS=-O1
build all # in a make of its own: it starts another, which would build the same things at the same time
build $programs
make -s -k -j "$(nproc)" check-TESTS TESTS="$programs" || result=1
make -s -k fuzz FUZZ_RUNS=20000 || result=1
conclude
