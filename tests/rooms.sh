#!/bin/sh
# The rules of the rooms, as the objects show them: threads only in lib/team.c, allocation only in lib/memory.c, the
# environment only in lib/env.c, output only in lib/trace*.c, an end of the process nowhere; kernels keep no state and call
# nothing but what compilers know.
set -eu
: "${NM:=nm}"
failed=0

# undefined OBJECT: the names it takes from elsewhere, without their versions.
undefined() {
    $NM -u "$1" | awk '{ sub(/@.*/, "", $NF); print $NF }'
}

# complain WHAT NAMES: if there are any.
complain() {
    [ -n "$2" ] || return 0
    echo "FAILED: $1:" $2
    failed=1
}

# only OWNER PATTERN WHAT: no object of the library but those that OWNER matches refers to a name of this pattern.
only() {
    for object in lib/.libs/*.o; do
        case $object in *-$1.o) continue ;; esac
        complain "$object has $3" "$(undefined "$object" | grep -E -x "$2" || :)"
    done
}

count=$(find lib/.libs kernels -name '*.o' -path '*/.libs/*' 2>/dev/null | wc -l)
[ "$count" -ge 30 ] || { echo "no objects of a shared library in this build: $count"; exit 77; }
only team 'GOMP_.*|__kmpc_.*' 'OpenMP directives'
only memory 'malloc|calloc|realloc|free|aligned_alloc|posix_memalign|strdup|mmap' 'an allocation'
only env 'getenv|secure_getenv|environ' 'a look at the environment'
only 'trace*' 'v?f?printf|__v?f?printf_chk|puts|putchar|fputs|fwrite|stdout|stderr|perror|write' 'output'
only nobody 'abort|exit|_exit|__assert_fail|longjmp|raise' 'an end of the process'

known='mem(cpy|set|move|cmp)|fmaf?|sqrtf?|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__(asan|ubsan|tsan)_.*'
for object in kernels/.libs/*.o kernels/*/.libs/*.o; do
    case $object in
    *-blas.o) more='|cblas_.*' ;;
    *-table.o) more='|pel_kernels_.*' ;;
    */sort/*.o) more='|pel_kernels_[a-z0-9]*_sort_quick' ;;
    *) more= ;;
    esac
    complain "$object calls out" "$(undefined "$object" | grep -E -v -x "$known$more" || :)"
    complain "$object keeps state" "$($NM "$object" | awk '$2 ~ /^[bBC]$/ { print $3 }' || :)"
done
exit $failed
