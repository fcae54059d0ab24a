#!/bin/sh
# Every source is as clang-format of the version we agreed on leaves it.
set -eu
: "${srcdir:=.}"
for tool in clang-format-14 clang-format; do
    "$tool" --version 2>/dev/null | grep -q 'version 14\.' && break
    tool=
done
[ -n "$tool" ] || { echo "clang-format 14 is missing"; exit 77; }
cd "$srcdir"
find include lib kernels tests perf apps common \( -name '*.[ch]' -o -name '*.cc' \) -exec "$tool" --dry-run -Werror {} +
