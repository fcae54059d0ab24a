#!/bin/sh
# Processors that are not at hand, emulated: aarch64 with a library built for it, and x86 without AVX-512 and without AVX.
set -eu
. "$srcdir/tests/more.sh"
native=$(pwd)
programs='tests/test_bits tests/test_dispatch tests/test_extreme tests/test_integer_sum tests/test_rules
    tests/test_sort_order tests/test_stencil tests/test_sum tests/test_team'
# With PEL_TEST_LONG=1 these as well, in a quarter of an hour. (How a lack of memory ends depends on no processor.)
[ "${PEL_TEST_LONG:-0}" = 0 ] || programs="$programs tests/test_argsort tests/test_memory tests/test_scan
    tests/test_select tests/test_sort tests/test_sort_narrow tests/test_sort_u128"
# Two older x86 processors: one without AVX, and one with AVX2, whose masked loads the emulator lets fault where a
# processor does not, so that tests with guard pages are not for it.
Nehalem='tests/test_bits tests/test_dispatch tests/test_integer_sum tests/test_sort_order tests/test_team'
max='tests/test_bits tests/test_dispatch tests/test_team'

for tool in aarch64-linux-gnu-gcc qemu-aarch64-static qemu-x86_64-static; do
    command -v $tool >/dev/null || { echo "check-qemu: $tool is missing"; exit 77; }
done
for library in cmocka.so gomp.so.1 mpfr.so; do
    [ -e /usr/lib/aarch64-linux-gnu/lib$library ] || { echo "check-qemu: lib$library for arm64 is missing"; exit 77; }
done

# emulate CPU PROGRAM: a program of the native build on an older processor.
emulate() {
    emulator="qemu-x86_64-static -cpu $1"
    if (cd "$native" && PEL_TEST_EMULATOR=$emulator $emulator "$2") >"$1.log" 2>&1; then outcome=PASS; else outcome=FAIL; fi
    echo "$outcome: $2 on $1"
    [ $outcome = PASS ] || { cat "$1.log"; result=1; }
    echo ":test-result: $outcome" >"$1-$(basename "$2").trs"
}

unset CC CXX NM
export PKG_CONFIG_LIBDIR=/usr/lib/aarch64-linux-gnu/pkgconfig
configure check-qemu --host=aarch64-linux-gnu --without-openblas --without-netcdf --without-zlib CFLAGS=-O2
build $programs
PEL_TEST_EMULATOR=qemu-aarch64-static
# Threads without work shall sleep: in a child of fork, the emulator waits for locks of its own that they held.
OMP_WAIT_POLICY=passive
export PEL_TEST_EMULATOR OMP_WAIT_POLICY
make -s -k -j "$(nproc)" check-TESTS check_PROGRAMS= TESTS="$programs" LOG_COMPILER="timeout 1200 $PEL_TEST_EMULATOR" || result=1

(cd "$native" && make -s $Nehalem $max)
{
    for program in $Nehalem; do emulate Nehalem "$program"; done
    exit "$result"
} &
for program in $max; do emulate max "$program"; done
wait $! || result=1
conclude
