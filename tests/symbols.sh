#!/bin/sh
# The shared library exports what the headers declare, all of it and nothing else; the static one defines no global
# name without the prefix.
set -eu
: "${srcdir:=.}" "${NM:=nm}"
library=.libs/libpel.so
[ -e "$library" ] || { echo "no shared library in this build"; exit 77; }

declared=$(cat "$srcdir"/include/pel/*.h include/pel/version.h | tr '\n' ' ' |
    grep -o 'PEL_API [^(;]*(' | grep -o 'pel_[a-z0-9_]*($' | tr -d '(' | sort -u)
exported=$($NM -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort -u)
[ -n "$declared" ] || { echo "FAILED: no declaration found"; exit 1; }
if [ "$declared" != "$exported" ]; then
    echo "FAILED: declared and exported differ (< declared, > exported):"
    printf '%s\n' "$declared" >symbols.declared.tmp
    printf '%s\n' "$exported" | diff symbols.declared.tmp - || :
    rm -f symbols.declared.tmp
    exit 1
fi
stray=$($NM -g --defined-only .libs/libpel.a 2>/dev/null | awk 'NF == 3 && $3 !~ /^pel_/ { print $3 }' |
    grep -v -E '^(__asan|__odr_asan|DW\.ref)' || :)
[ -z "$stray" ] || { echo "FAILED: names without the prefix: $stray"; exit 1; }
