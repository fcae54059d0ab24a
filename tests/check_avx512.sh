#!/bin/sh
# The kernels for AVX-512 where no processor has it: built for AVX2, with every instruction beyond that emulated.
set -eu
. "$srcdir/tests/more.sh"
programs='tests/test_accumulate tests/test_argsort tests/test_axes tests/test_bits tests/test_compact tests/test_dispatch
    tests/test_extreme tests/test_histogram tests/test_histogram_weighted tests/test_integer_sum tests/test_memory
    tests/test_products tests/test_records tests/test_rules tests/test_running tests/test_scan tests/test_segment
    tests/test_select tests/test_series tests/test_simulations tests/test_sort tests/test_sort_narrow tests/test_sort_order
    tests/test_sort_u128 tests/test_sorted tests/test_statistics tests/test_stats tests/test_stencil
    tests/test_stencil_laws tests/test_sum tests/test_system'
[ "$(uname -m)" = x86_64 ] || { echo 'check-avx512: for x86-64 alone'; exit 77; }
configure check-avx512 CC="$CC" CXX="$CXX" CFLAGS=-O1 CXXFLAGS=-O1
build CPPFLAGS="-Wno-psabi -include $source/tests/emulated_avx512.h" AVX512_CFLAGS='-mavx2 -mfma -mbmi -mbmi2 -mpopcnt' \
    $programs
# No clocks, and no small stacks: vectors that have no register take room there.
PEL_TEST_EMULATOR=env
export PEL_TEST_EMULATOR
make -s -k -j "$(nproc)" check-TESTS check_PROGRAMS= TESTS="$programs" || result=1
conclude
