#!/bin/sh
# Whether the thread sanitizer finds each of the planted races, and nothing where there is none.
set -eu
failed=0
for where in region loop tasks; do
    for manner in careless careful; do
        if tests/planted_race "$where" "$manner" >planted_race.out 2>&1; then found=no; else found=yes; fi
        grep -q 'ThreadSanitizer: data race' planted_race.out || { [ $found = no ] || { cat planted_race.out; failed=1; }; }
        case $manner in careless) expected=yes ;; careful) expected=no ;; esac
        echo "$where, $manner: race found: $found"
        [ $found = $expected ] || failed=1
    done
done
rm -f planted_race.out
exit $failed
