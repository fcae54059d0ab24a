#!/bin/sh
# pel-climate against statistics in awk, on every kind of input it takes, and on those it must refuse.
set -u
export LC_ALL=C SOURCE_DATE_EPOCH=1000000000

program=$(cd "${builddir:-.}" && pwd)/pel-climate
[ -x "$program" ] || { echo 'SKIP: pel-climate was not built'; exit 77; }
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

failures=0
fail() {
    echo "FAIL: $*"
    failures=$((failures + 1))
}

# refused STATUS NAME ARGUMENTS...: pel-climate fails with one line and leaves no output behind.
refused() {
    status=$1
    name=$2
    shift 2
    "$program" "$@" >stdout 2>stderr
    result=$?
    [ "$result" -eq "$status" ] || fail "$name: exit $result, not $status"
    [ "$(wc -l <stderr)" -eq 1 ] && grep -q '^pel-climate: ' stderr || fail "$name: stderr is $(cat stderr)"
    [ -z "$(find . -name 'out*')" ] || fail "$name: left $(find . -name 'out*')"
    rm -f out*
}

operations='fldmean fldmin fldmax fldpctl,0,33.3,50,100 timmean timmin timmax timpctl,0,12.5,50,97,100'

"$program" sample sample.nc || fail "sample: exit $?"

# The same bytes for any number of threads, and under any output name.
for operation in $operations; do
    "$program" stat "$operation" -t 1 sample.nc one.nc || fail "$operation: exit $?"
    for threads in 2 3 8; do
        "$program" stat "$operation" -t $threads sample.nc many.nc || fail "$operation: exit $?"
        cmp -s one.nc many.nc || fail "$operation: other bytes with $threads threads"
    done
done
"$program" run diffusion -t 1 sample.nc one.nc || fail "diffusion: exit $?"
"$program" run diffusion -t 3 sample.nc many.nc || fail "diffusion: exit $?"
cmp -s one.nc many.nc || fail 'diffusion: other bytes with 3 threads'
cmp -s sample.nc one.nc && fail 'diffusion: changed nothing'

# values FILE VARIABLE: the numbers, one a line, "_" where missing.
values() {
    ncdump -p 17,17 -v "$2" "$1" |
        awk -v name="$2" '$1 == name && $2 == "=" { on = 1; $1 = $2 = "" } on { print }' |
        tr -d ' ;}' | tr ',' '\n' | grep .
}

# agree NAME TOLERANCE: the numbers of the files "actual" and "expected" are the same, up to a relative tolerance.
agree() {
    [ -s expected ] || fail "$1: the oracle says nothing"
    [ "$(wc -l <expected)" -eq "$(wc -l <actual)" ] || fail "$1: $(wc -l <actual) numbers, not $(wc -l <expected)"
    paste expected actual | awk -v tolerance="$2" '
        $1 == "_" || $2 == "_" { if ($1 != $2) exit 1; next }
        { d = $1 - $2; m = $1 < 0 ? -$1 : $1; if ((d < 0 ? -d : d) > tolerance * (m + 1)) exit 1 }' || fail "$1"
}

# oracle KIND [LEVEL]: the statistics of the sample, whose values are on standard input: 12 times 18 rows of 36.
oracle() {
    awk -v kind="$1" -v level="${2:-0}" '
        function sine_of_edge(y) { return sin((y * 10 - 90) * 3.14159265358979323846 / 180) }
        function sort(n,    i, j, x) {
            for (i = 2; i <= n; i++) {
                x = s[i]
                for (j = i - 1; j > 0 && s[j] > x; j--)
                    s[j + 1] = s[j]
                s[j + 1] = x
            }
        }
        function result(n,    i, sum, weight, place) {
            if (n == 0)
                return "_"
            for (i = 1; i <= n; i++) {
                sum += s[i] * w[i]
                weight += w[i]
            }
            if (kind ~ /mean/)
                return sprintf("%.17g", sum / weight)
            sort(n)
            place = (n - 1) * (kind ~ /min/ ? 0 : kind ~ /max/ ? 100 : level) / 100 + 1
            i = int(place)
            return sprintf("%.17g", i >= n ? s[n] : s[i] + (s[i + 1] - s[i]) * (place - i))
        }
        { v[NR - 1] = $1 }
        END {
            cells = 18 * 36
            for (t = 0; t < 12 && kind ~ /^fld/; t++) {
                for (n = i = 0; i < cells; i++)
                    if (v[t * cells + i] != "_") {
                        s[++n] = v[t * cells + i]
                        w[n] = sine_of_edge(int(i / 36) + 1) - sine_of_edge(int(i / 36))
                    }
                print result(n)
            }
            for (i = 0; i < cells && kind ~ /^tim/; i++) {
                for (n = t = 0; t < 12; t++)
                    if (v[t * cells + i] != "_") {
                        s[++n] = v[t * cells + i]
                        w[n] = 1
                    }
                print result(n)
            }
        }'
}

# Three steps of diffusion of the sample, cell by cell.
diffusion_oracle() {
    awk -v d=0.1 '
        { v[NR - 1] = $1 }
        END {
            for (t = 0; t < 12; t++) {
                for (i = all = all_n = 0; i < 648; i++)
                    if (v[t * 648 + i] != "_") {
                        all += v[t * 648 + i]
                        all_n++
                    }
                for (y = 0; y < 18; y++) {
                    for (x = zonal = n = 0; x < 36; x++)
                        if (v[t * 648 + y * 36 + x] != "_") {
                            zonal += v[t * 648 + y * 36 + x]
                            n++
                        }
                    for (x = 0; x < 36; x++) {
                        i = y * 36 + x
                        u[i] = v[t * 648 + i] != "_" ? v[t * 648 + i] : n ? zonal / n : all / all_n
                    }
                }
                for (step = 0; step < 3; step++) {
                    for (i = 0; i < 648; i++) {
                        y = int(i / 36)
                        x = i % 36
                        around = u[y ? i - 36 : i] + u[y < 17 ? i + 36 : i]
                        around += u[y * 36 + (x + 35) % 36] + u[y * 36 + (x + 1) % 36]
                        changed[i] = u[i] + d * (around - 4 * u[i])
                    }
                    for (i = 0; i < 648; i++)
                        u[i] = changed[i]
                }
                for (i = 0; i < 648; i++)
                    print v[t * 648 + i] == "_" ? "_" : sprintf("%.17g", u[i])
            }
        }'
}

if command -v ncdump >/dev/null && command -v ncgen >/dev/null; then
    values sample.nc tos >tos
    [ "$(wc -l <tos)" -eq 7776 ] && grep -q _ tos || fail 'the sample lacks values, or missing ones'
    for operation in fldmean fldmin fldmax timmean timmin timmax; do
        "$program" stat $operation --var tos sample.nc result.nc || fail "$operation: exit $?"
        values result.nc tos >actual
        oracle $operation <tos >expected
        agree $operation 1e-13
    done
    for level in 0 10 33.3 50 99 100; do
        for operation in fldpctl timpctl; do
            "$program" stat $operation,$level --var tos sample.nc result.nc || fail "$operation: exit $?"
            values result.nc tos >actual
            oracle $operation $level <tos >expected
            agree "$operation,$level" 1e-15
        done
    done
    "$program" run diffusion --var tos --steps 3 --diffusivity 0.1 sample.nc result.nc || fail "diffusion: exit $?"
    values result.nc tos >actual
    diffusion_oracle <tos >expected
    agree diffusion 1e-13

    # Packed numbers: 100 to the unit.
    values sample.nc uas | awk '{ printf "%.17g\n", $1 * 0.01 }' >uas
    "$program" stat fldmean --var uas sample.nc result.nc || fail "fldmean: exit $?"
    values result.nc uas >actual
    oracle fldmean <uas >expected
    agree 'fldmean of packed numbers' 1e-13

    # Metadata.
    "$program" stat timpctl,10,90 sample.nc result.nc || fail "timpctl: exit $?"
    ncdump -h result.nc >header
    for line in 'tos(time, percentile, lat, lon)' 'time:bounds = "time_bnds"' 'lat:bounds = "lat_bnds"' \
        'percentile:units = "%"' 'tos:units = "degC"' 'tos:standard_name = "sea_surface_temperature"' \
        ':Conventions = "CF-1.8"' '2001-09-09T01:46:40Z: pel-climate stat timpctl,10,90 sample.nc' \
        ":source = \"$("$program" --version)\" ;"; do
        grep -qF -- "$line" header || fail "header: no $line"
    done
    grep -q 'scale_factor\|T0:' header && fail 'header: packing was copied'
    "$program" stat fldmean sample.nc result.nc && ncdump -h result.nc >header
    grep -qF 'tos:cell_methods = "time: mean area: mean"' header || fail 'header: cell_methods'

    # All layouts: levels, dimensions in another order, no bounds, an unsigned type, a valid range, two missing values,
    # compressed netCDF-4, and dimensions that only their place explains.
    ncgen -4 -o odd.nc - <<'CDL' || fail ncgen
netcdf odd {
dimensions: north = 2 ; east = 2 ; lev = 2 ; month = UNLIMITED ; a = 3 ; b = 1 ; c = 2 ;
variables:
    float north(north) ; north:units = "degrees_north" ;
    float east(east) ; east:axis = "X" ; east:units = "degrees_east" ;
    double lev(lev) ; lev:units = "hPa" ;
    int month(month) ; month:units = "days since 2000-01-01" ;
    short q(lev, east, north, month) ; q:_DeflateLevel = 1 ; q:missing_value = -1s, -2s ; q:valid_max = 90s ;
    byte u(month, north, east) ; u:_Unsigned = "true" ; u:_FillValue = -1b ; u:scale_factor = 0.5 ; u:add_offset = 1. ;
    int place(a, b, c) ; place:_FillValue = -9 ;
    char text(north, east) ;
    :source = "a model" ;
data:
    north = 60, 0 ; east = 0, 180 ; lev = 1000, 500 ; month = 15, 45, 75 ;
    q = {1, 2, 3}, {4, -1, 6}, {7, 8, 9}, {10, 11, 12}, {13, 14, 15}, {16, 17, -2}, {-1, -2, 91}, {_, _, _} ;
    u = 0, 2, -2, -1, -1, -1, -1, -1, 10, 10, 10, 10 ;
    place = 1, 2, 3, 4, 8, -9 ;
    text = "abcd" ;
}
CDL
    "$program" stat timmean --var q odd.nc result.nc || fail "odd: exit $?"
    printf '%s\n' 2 8 5 11 14 _ 16.5 _ >expected
    values result.nc q >actual
    agree 'odd: q along time' 0
    "$program" stat fldmax --var q odd.nc result.nc && values result.nc q >actual
    printf '%s\n' 10 16 11 17 12 15 >expected
    agree 'odd: q over the field' 0
    "$program" stat timmax --var u odd.nc result.nc && values result.nc u >actual
    printf '%s\n' 6 6 128 6 >expected
    agree 'odd: u, unsigned and packed' 0
    # North is 30 ... 90 degrees, south -30 ... 30: sines 1/2 ... 1 and -1/2 ... 1/2, so half the weight.
    "$program" stat fldmean --var u odd.nc result.nc && values result.nc u >actual
    printf '%s\n' 64.75 _ 6 >expected
    agree 'odd: u, weighted' 1e-15
    "$program" stat timmean --var place odd.nc result.nc && values result.nc place >actual
    printf '%s\n' 4 3 >expected
    agree 'odd: dimensions by their place' 0
    "$program" stat fldmean odd.nc result.nc && ncdump -h result.nc >header
    grep -qF ":source = \"a model; $("$program" --version)\" ;" header || fail 'odd: source'
    grep -q 'place\|text' header && fail 'odd: a variable without longitude and latitude was taken'
    refused 1 'no latitudes' stat fldmean --var place odd.nc out.nc
    refused 1 'text' stat fldmin --var text odd.nc out.nc
else
    echo 'without ncdump and ncgen: values are not checked'
fi

# A report: a heading, and for each variable a name, a line of titles and twelve months.
"$program" report sample.nc >table || fail "report: exit $?"
[ "$(grep -c '^  2001-' table)" -eq 24 ] || fail 'report: not 24 months'
[ "$(grep '^  ' table | awk '{ print length($0) }' | sort -u | wc -l)" -eq 1 ] || fail 'report: columns are not straight'

# Cells: a grid in rows.
"$program" cells --var tos sample.nc >table || fail "cells: exit $?"
[ "$(grep -c . table)" -eq 648 ] && [ "$(grep -c '^$' table)" -eq 18 ] || fail 'cells: not 18 rows of 36'
[ "$(head -n 1 table | cut -f 1,2)" = "$(printf '5\t-85')" ] || fail 'cells: wrong place'
[ "$(cut -f 3 table | grep -c '^-$')" -eq 68 ] || fail 'cells: other cells are missing'

# What cannot be read.
size=$(wc -c <sample.nc)
for cut in 0 3 100 2000 $((size / 2)) $((size - 1)); do
    head -c "$cut" sample.nc >cut.nc
    refused 1 "cut at $cut" stat fldmean cut.nc out.nc
done
echo 'this is no NetCDF file' >text
refused 1 'not NetCDF' stat fldmean text out.nc
refused 1 'a program' report "$(command -v sh)"
refused 1 'a folder' stat fldmean . out.nc
refused 1 'no such file' stat fldmean nowhere.nc out.nc
refused 1 'no such variable' stat fldmean --var frob sample.nc out.nc
refused 1 'a coordinate' stat fldmean --var lat sample.nc out.nc
"$program" stat fldmean sample.nc means.nc || fail "fldmean: exit $?"
refused 1 'no suitable variable' stat timmean means.nc out.nc
[ -c /dev/null ] && refused 1 'a device' report /dev/null

# What cannot be written.
refused 1 'no such folder' stat fldmean sample.nc nowhere/out.nc
refused 1 'a file for a folder' stat fldmean sample.nc text/out.nc
refused 1 'output is a folder' stat fldmean sample.nc .
if [ -c /dev/full ]; then
    refused 1 'full device' stat fldmean sample.nc /dev/full
    "$program" report sample.nc >/dev/full 2>stderr && fail 'report to a full device'
fi
echo old >out.nc
(ulimit -f 8 && exec "$program" run diffusion sample.nc out.nc) 2>stderr && fail 'file size limit: exit 0'
[ "$(cat out.nc)" = old ] && [ "$(echo out*)" = out.nc ] || fail 'file size limit: the old output was touched'
grep -q '^pel-climate: out.nc: ' stderr || fail "file size limit: stderr is $(cat stderr)"
rm -f out*
SOURCE_DATE_EPOCH=frob refused 1 'no date' stat fldmean sample.nc out.nc

# The input may be the output.
cp sample.nc both.nc
"$program" stat timmean both.nc both.nc || fail "in place: exit $?"
"$program" report both.nc >/dev/null || fail "in place: the result cannot be read"

# An interrupted run leaves nothing.
"$program" run diffusion --steps 100000000 sample.nc out.nc 2>/dev/null &
until [ -n "$(find . -name 'out*')" ] || ! kill -0 $! 2>/dev/null; do sleep 0.1; done
[ -n "$(find . -name 'out*')" ] || fail 'interrupted: it had ended'
kill -TERM $!
wait $! && fail 'interrupted: exit 0'
[ -z "$(find . -name 'out*')" ] || fail 'interrupted: output left'

# Usage.
for arguments in '' 'frob' 'stat' 'stat fldmean sample.nc' 'stat fldmean sample.nc out.nc more' 'report' 'sample' \
    'stat frob sample.nc out.nc' 'stat fldmean,5 sample.nc out.nc' 'stat fldpctl sample.nc out.nc' \
    'stat fldpctl, sample.nc out.nc' 'stat fldpctl,5,x sample.nc out.nc' 'stat timpctl,-1 sample.nc out.nc' \
    'stat timpctl,100.1 sample.nc out.nc' 'stat fldmean -t 0 sample.nc out.nc' 'stat fldmean --frob sample.nc out.nc' \
    'stat fldmean --var tos --var tos sample.nc out.nc' 'run frob sample.nc out.nc' \
    'run diffusion --diffusivity 0.26 sample.nc out.nc' 'run diffusion --diffusivity -1 sample.nc out.nc' \
    'run diffusion --diffusivity x sample.nc out.nc' 'run diffusion --steps -1 sample.nc out.nc' \
    'run diffusion --steps'; do
    # shellcheck disable=SC2086
    refused 2 "arguments '$arguments'" $arguments
done
"$program" --help | grep -q '^usage: pel-climate' || fail 'help'
for command in stat run report cells sample; do
    "$program" $command --help | grep -q "^usage: pel-climate $command" || fail "help of $command"
done
"$program" run --list | grep -q '^diffusion ' || fail 'list of cases'
"$program" --version | grep -q '^pel-climate [0-9]' || fail 'version'

[ "$failures" -eq 0 ] && echo 'PASS'
exit $((failures > 0))
