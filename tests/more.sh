# For the checks that build all anew in a folder of their own: sourced by them, run by make check-....

# configure NAME OPTION...: configures in the folder NAME, unless that is done, and stays there.
configure() {
    name=$1
    shift
    source=$(cd "$srcdir" && pwd)
    unset MAKEFLAGS MFLAGS MAKELEVEL
    if [ -e "$source/config.status" ]; then
        echo "$name: the source folder is configured itself; build in another one to run this"
        exit 77
    fi
    [ "$(cat "$name/options" 2>/dev/null)" = "$*" ] || rm -rf "$name"
    mkdir -p "$name"
    cd "$name"
    [ -e config.status ] || "$source/configure" -q --disable-shared --with-tuning=shipped "$@" >configure.out 2>&1 || {
        cat configure.out
        rm -f config.status
        echo "$name: could not be configured"
        exit 1
    }
    printf '%s\n' "$*" >options
    find . -name '*.trs' -exec rm -f {} +
}

# build TARGET...: makes these, or all.
build() {
    make -s -j "$(nproc)" "$@" || { echo "$name: could not be built"; exit 1; }
}

# The closing line; the check has failed if any test has, or none has passed.
conclude() {
    find . -name '*.trs' -exec cat {} + | awk -v name="$name" '
        $1 == ":test-result:" { n[$2]++ }
        END {
            failed = n["FAIL"] + n["ERROR"] + n["XPASS"]
            printf "%s: %d passed, %d failed, %d skipped\n", name, n["PASS"] + n["XFAIL"], failed, n["SKIP"]
            exit failed > 0 || n["PASS"] == 0
        }' || result=1
    exit "$result"
}

result=0
