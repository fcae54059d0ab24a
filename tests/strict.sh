#!/bin/sh
# Options that would change results end the compilation; those that could not do not.
set -eu
: "${srcdir:=.}" "${CC:=cc}"
failed=0

# takes FLAG... : whether the header that guards the bits compiles so.
takes() {
    # shellcheck disable=SC2086
    printf '#include "kernels/strict.h"\nextern int something;\n' | $CC "$@" -I"$srcdir" -fsyntax-only -xc - 2>/dev/null
}

# A part of fast-math is seen where the compiler says that it is on.
is_told() {
    # shellcheck disable=SC2086
    [ "$(printf '' | $CC -dM -E -xc - | sort | sum)" != "$(printf '' | $CC "$1" -dM -E -xc - | sort | sum)" ]
}

for flag in -O0 -O3 -fno-math-errno -fno-finite-math-only; do
    takes "$flag" || { echo "FAILED: $flag is refused"; failed=1; }
done
for flag in -Ofast -ffast-math -ffinite-math-only; do
    takes "$flag" && { echo "FAILED: $flag is taken"; failed=1; }
done
for flag in '-funsafe-math-optimizations' '-freciprocal-math' '-fno-signed-zeros'; do
    if is_told "$flag"; then
        takes "$flag" && { echo "FAILED: $flag is taken"; failed=1; }
    fi
done
exit $failed
