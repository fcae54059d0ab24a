#!/bin/sh
# Every link of the documentation to a file of ours names one that is there.
set -eu
cd "${srcdir:-.}"
failed=0
count=0
for page in *.md doc/*.md; do
    for target in $(grep -o ']([^)]*)' "$page" | sed 's/^](//; s/)$//; s/#.*//' | grep -v '^[a-z]*:' || :); do
        count=$((count + 1))
        [ -e "$(dirname "$page")/$target" ] || { echo "FAILED: $page links to $target"; failed=1; }
    done
done
[ "$count" -gt 0 ] || { echo 'FAILED: no links found'; failed=1; }
exit $failed
