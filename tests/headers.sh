#!/bin/sh
# Every public header compiles alone, as C11 and as C++17, without a warning.
set -eu
: "${srcdir:=.}" "${CC:=cc}" "${CXX:=c++}"
warnings='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror'
failed=0

# compile NAME COMPILER... : the header NAME, twice over to test its guard.
compile() {
    name=$1
    shift
    printf '#include <pel/%s>\n#include <pel/%s>\nextern int something;\n' "$name" "$name" |
        "$@" -I"$srcdir/include" -Iinclude -fsyntax-only - || { echo "FAILED: $name with $*"; failed=1; }
}

count=0
for header in "$srcdir"/include/pel/*.h include/pel/version.h; do
    name=$(basename "$header")
    # shellcheck disable=SC2086
    compile "$name" $CC -std=c11 $warnings -xc
    if command -v "${CXX%% *}" >/dev/null; then
        # shellcheck disable=SC2086
        compile "$name" $CXX -std=c++17 $warnings -xc++
    fi
    count=$((count + 1))
done
[ "$count" -ge 8 ] || { echo "FAILED: only $count headers found"; exit 1; }
exit $failed
