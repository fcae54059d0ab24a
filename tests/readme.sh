#!/bin/sh
# The program in README.md compiles as it says there, and prints what it says.
set -eu
: "${srcdir:=.}" "${CC:=cc}" "${NM:=nm}"
[ -e .libs/libpel.so ] || { echo 'no shared library in this build'; exit 77; }
! $NM -D .libs/libpel.so | grep -q '__[at]san_' || { echo 'a sanitizer wants flags that no user has'; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

sed -n '/^```c$/,/^```$/p' "$srcdir/README.md" | sed '/^```/d' >"$scratch/example.c"
expected=$(sed -n 's/^prints `\(.*\)`, on every machine\.$/\1/p' "$srcdir/README.md")
[ -s "$scratch/example.c" ] && [ -n "$expected" ] || { echo 'FAILED: no program, or nothing that it prints'; exit 1; }
# shellcheck disable=SC2086
$CC -O2 -Wall -Wextra -Werror "$scratch/example.c" -I"$srcdir/include" -Iinclude -L.libs -lpel -Wl,-rpath,"$PWD/.libs" \
    -o "$scratch/example"
printed=$("$scratch/example")
[ "$printed" = "$expected" ] || { echo "FAILED: it prints '$printed', not '$expected'"; exit 1; }
