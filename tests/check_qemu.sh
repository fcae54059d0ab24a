#!/bin/sh
# Processors that are not at hand, emulated: aarch64 with a library built for it, and x86 without AVX-512 and without AVX.
set -eu
. "$srcdir/tests/more.sh"
native=$(pwd)
programs='tests/test_bits tests/test_dispatch tests/test_memory tests/test_rules tests/test_stencil tests/test_team'

for tool in aarch64-linux-gnu-gcc qemu-aarch64-static qemu-x86_64-static; do
    command -v $tool >/dev/null || { echo "check-qemu: $tool is missing"; exit 77; }
done
[ -e /usr/lib/aarch64-linux-gnu/libcmocka.so ] || { echo 'check-qemu: libcmocka-dev for arm64 is missing'; exit 77; }

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
configure check-qemu --host=aarch64-linux-gnu --without-openblas --without-netcdf --without-zlib CFLAGS='-O2 -g'
build $programs
PEL_TEST_EMULATOR='qemu-aarch64-static -L /usr/aarch64-linux-gnu'
export PEL_TEST_EMULATOR
make -s -k check-TESTS TESTS="$programs" LOG_COMPILER="$PEL_TEST_EMULATOR" || result=1

(cd "$native" && make -s $programs)
for cpu in Nehalem Haswell; do
    for program in $programs; do
        emulate $cpu "$program"
    done
done
conclude
