#!/bin/sh
# The command pel: exit statuses, messages, and files that are complete or not there.
set -u
export LC_ALL=C
program=$(cd "${builddir:-.}" && pwd)/pel
scripts=$(cd "${srcdir:-.}" && pwd)/perf
[ -x "$program" ] || { echo 'SKIP: pel was not built'; exit 77; }
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/empty" "$scratch/out"
cd "$scratch/empty" || exit 1

failures=0
fail() {
    echo "FAIL: $*"
    failures=$((failures + 1))
}

# run STATUS ARGUMENTS...: pel ends like this, with one line on stderr if it fails, and leaves no file behind here.
run() {
    expected=$1
    shift
    "$program" "$@" >../stdout 2>../stderr
    status=$?
    [ $status -eq "$expected" ] || fail "pel $*: exit $status, not $expected: $(cat ../stderr)"
    case $expected in
    0) [ ! -s ../stderr ] || fail "pel $*: says $(cat ../stderr)" ;;
    *)
        [ "$(wc -l <../stderr)" -eq 1 ] || fail "pel $*: not one line on stderr"
        grep -q '^pel: ' ../stderr || fail "pel $*: a message without the name of the program"
        ;;
    esac
    [ -z "$(ls -A)" ] || { fail "pel $*: leaves $(ls -A)"; rm -f ./* .[!.]*; }
}

# says WORDS...: the last run printed each of these.
says() {
    for words; do
        grep -q -e "$words" ../stdout || fail "'$words' is missing from: $(cat ../stdout)"
    done
}

# is_json FILE EXPRESSION: of Python, about the file's content d.
is_json() {
    command -v python3 >/dev/null || return 0
    python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
b = d["benchmarks"]
assert eval(sys.argv[2]), sys.argv[2]' "$1" "$2" 2>../stderr || fail "$1: $(tail -n 1 ../stderr)"
}

quick='--min-time 0 --repetitions 2'

"$program" >../stdout 2>../stderr
[ $? -eq 2 ] && grep -q '^usage:' ../stderr && [ ! -s ../stdout ] || fail 'pel alone: no usage on stderr, or not exit 2'
run 0 --help && says '^usage: pel'
run 0 --version && says '^pel [0-9]'
for command in $("$program" --help | awk '/^  [a-z]/ { print $1 }'); do
    run 0 "$command" --help && says "^usage: pel $command"
    run 2 "$command" --no-such-option
done
run 2 no-such-command

run 0 info && says '^processor' '^tables'
run 2 info here
says_files() {
    grep -q "^files of wisdom: $1, system's " ../stdout || fail "info: not '$1': $(grep '^files' ../stdout)"
}
run 0 info && says_files 'none named by PEL_WISDOM'
PEL_WISDOM=../no-such.json run 0 info && says_files "user's ../no-such.json"
run 0 explain reduce sum f64 1000 && says '^runs' 'chosen'
run 0 explain sort sort u32 1M --threads 1 && says 'n=1048576'
run 0 explain reduce dot f32 100 --fast && says 'PEL_FAST'
run 2 explain
run 2 explain sort sum f64 1000
run 2 explain reduce sum f64
run 2 explain reduce no-op f64 10
run 2 explain reduce sum f16 10
run 2 explain reduce nrm2 i32 10
run 2 explain stencil stencil i32 10
run 2 explain reduce sum f64 ten
run 2 explain reduce sum f64 -1
run 2 explain reduce sum f64 99999999999999999999
run 2 explain reduce sum f64 10 --threads 0
run 1 explain reduce sum f64 10 --variant no/such

run 0 verify --op sum --dtype i32 && says '^[1-9][0-9]* verified, 0 failed, [0-9]* skipped$'
run 0 verify --family sort --dtype f64 --seed 7 && says 'the reference'
run 2 verify --dtype f16
run 2 verify --family no-such
run 2 verify --family sort --op sum

# A masked instruction set is skipped, and counted.
PEL_MAX_ISA=scalar run 0 verify --op sum --dtype i32
"$program" verify --op sum --dtype i32 | grep -q 'avx2\|neon' &&
    { says 'skipped: masked by PEL_MAX_ISA' && says ' [1-9][0-9]* skipped$'; }

run 0 bench --op sum --dtype f32 --n 100 $quick && says '^sum/f32/n:100/' '  pel '
run 0 bench --op sort --dtype u32 --n 100,2K --threads 1 --variant all $quick && says 'n:2048/threads:1' 'scalar/'
run 0 bench --op sort --dtype u32 --n 1000 --peers $quick
run 0 bench --family reduce --op dot --dtype f64 --n 1000 --peers --fast $quick && says 'omp simd' 'vs best peer'
run 0 bench --family stencil --dtype f64 --shape star2d1r --n 50 --steps 3 --peers $quick && says 'GLUP/s' 'omp sweep'
run 0 bench --op stencil --dtype f64 --shape star2d1r --grid 24x16 --steps 4 --peers $quick && says 'n:24x16/' 'omp sweep'
run 0 bench --op stencil --dtype f32 --shape star3d4r-wave --grid 9x1x30 --steps 4 --peers $quick && says 'n:9x1x30/'
run 0 bench --family dispatch --op sum --dtype f64 --repetitions 1 && says 'warm'
run 2 bench --family dispatch --n 5
run 2 bench here
run 2 bench --op no-such
run 2 bench --op stencil --dtype u32
run 2 bench --n 0
run 2 bench --n 10,
run 2 bench --shape star4d1r
run 2 bench --op stencil --shape star2d1r --grid 24
run 2 bench --op stencil --shape star3d1r --grid 2x3x4x5
run 2 bench --op stencil --shape star2d1r --grid 24x
run 2 bench --op stencil --shape star2d1r --grid 24x16 --n 8
run 2 bench --op stencil --shape star2d1r --grid 9000000000x9000000000
run 2 bench --data no-such
run 2 bench --repetitions 0
run 2 bench --min-time long
run 1 bench --op sum --dtype f32 --n 10 --variant no/such $quick
run 1 bench --op sum --dtype f32 --n 16000000000000000 $quick

# Without jansson there is no JSON, and the message says so.
"$program" bench --op sum --dtype f32 --n 10 $quick --json ../out/probe >../stdout 2>../stderr
if grep -q jansson ../stderr; then
    [ ! -e ../out/probe ] || fail 'a file without jansson'
else
    is_json ../out/probe 'len(b) == 2 + 4 and {e["run_type"] for e in b} == {"iteration", "aggregate"}'
    "$program" bench --op sum --dtype f32 --n 10 $quick --json - >../stdout 2>../stderr || fail 'no JSON to the output'
    is_json ../stdout 'len(b) > 0'
    run 0 bench --op sort --dtype u32 --n 10,20 --threads 1 --peers --repetitions 3 --min-time 0 --json ../out/b.json
    is_json ../out/b.json 'all(e["time_unit"] == "ns" and e["real_time"] > 0 for e in b if e["run_type"] == "iteration")'
    is_json ../out/b.json '[e["repetition_index"] for e in b if e["name"] == "sort/u32/n:10/threads:1/pel"] == [0, 1, 2]'
    is_json ../out/b.json 'all(k in d["context"] for k in ("date", "num_cpus", "caches", "pel_cpu", "pel_tables"))'
    run 1 bench --op sum --dtype f32 --n 10 $quick --json ../no-such-folder/b.json
    (ulimit -f 2 && "$program" bench --op sum --dtype f32 --n 10 $quick --json b.json 2>&1 >/dev/null) |
        grep -q '^pel: cannot write b.json: ' || fail 'no word of a file that may not grow'
    [ -z "$(ls -A)" ] || fail "leaves $(ls -A) when it may not grow"
    [ ! -c /dev/full ] || run 1 bench --op sum --dtype f32 --n 10 $quick --json /dev/full
    "$program" bench --op sum --dtype f32 --n 10 --min-time 60 --json b.json >../stdout 2>&1 &
    sleep 1
    kill -TERM $!
    wait $! 2>/dev/null && fail 'goes on after a signal'
    [ -z "$(ls -A)" ] || fail "leaves $(ls -A) after a signal"
fi
# What is reported on the way is reported once.
PEL_VERBOSE=dispatch "$program" explain reduce sum f64 1000 >../stdout 2>../stderr
[ "$(wc -l <../stderr)" -eq 1 ] || fail "explain: reports $(cat ../stderr)"

run 0 tune --control 3 --only sum:f64 && says '^the default against itself: accepted as a gain in [0-3] of 3'
run 0 tune --held-out 3 --only sum:f64 && says '^the tables in force over the generic one: .* of 3 requests'
run 2 tune --output -
run 1 tune --resume=../no-such.record --only sum:f64
run 2 tune --control 0
run 2 tune --held-out some

run 1 tune --objective energy --powercap /no/such && grep -q 'energy is not available here: /no/such: ' ../stderr ||
    fail "tune: $(cat ../stderr)"
run 2 tune --objective beauty
"$program" tune --only scan:f32 --threads 1 --budget 1s --learn --output ../out/learned.def >../stdout 2>../stderr &&
    says '^learned: each size left out once' || fail "tune --learn: $(cat ../stderr)"

# For tuners from elsewhere.
problem='--only sort:u32 --n 2000 --threads 1'
run 0 tune --space $problem && says '"ConfigurationSpace"' "'scalar/quick'"
run 0 tune --eval scalar/quick $problem && says '"kernel": "scalar/quick"' '"team": 1' '"invalidity": "correct"'
run 0 tune --eval scalar/quick:team=2 $problem && says '"invalidity": "constraints"'
run 0 tune --eval no/such $problem && says '"invalidity": "constraints"'
run 2 tune --eval 'scalar/quick"' $problem
run 2 tune --eval scalar/quick:team $problem
run 2 tune --eval scalar/quick --only sort:u32
run 2 tune --space --only sort --n 10
run 2 tune --space --only sort:u32 --n 10 --ndim 2
run 2 tune --eval '{' $problem
run 2 tune --n 0 --only sort:u32
if [ -e ../out/b.json ]; then
    run 2 tune --eval '{"team": 1}' $problem
    run 2 tune --eval '{"kernel": "scalar/quick", "team": 1.5}' $problem
    run 0 tune --eval '{"kernel": "scalar/quick", "team": 1, "alone_kib": 64}' $problem && says '"alone_kib": 64'
    run 1 tune --propose ../no-such.json $problem
    run 1 tune --propose ../out/b.json $problem
fi
if [ -e ../out/b.json ] && command -v python3 >/dev/null; then
    "$scripts/drive" --pel "$program" --only sort:u32 --n 2000 --threads 1 --evals 6 -o ../out/t4.json >../stdout \
        2>../stderr && says ' ms, the best of ' || fail "drive: $(cat ../stderr)"
    "$program" tune $problem --propose ../out/t4.json --output ../out/w.json --t4 ../out/again.json >../stdout \
        2>../stderr || fail "tune --propose: $(cat ../stderr)"
    says '^operation  *improved cells' '^all: [01] of 1 cells improved'
    grep -q 'from 1 of 1 cells' ../stderr || fail "tune --propose: $(cat ../stderr)"
    python3 -c 'import json, sys
for name in sys.argv[1:]:
    results = json.load(open(name))["results"]
    assert results and all({"configuration", "times", "invalidity", "correctness"} <= set(r) for r in results)
    assert any(r["measurements"][0]["unit"] == "ms" for r in results if r["invalidity"] == "correct")' \
        ../out/t4.json ../out/again.json 2>../stderr || fail "T4: $(tail -n 1 ../stderr)"
    "$scripts/drive" --pel false --only sort:u32 --n 2000 -o ../out/none.json >../stdout 2>../stderr &&
        fail 'drive: goes on without pel'
    [ "$(wc -l <../stderr)" -eq 1 ] || fail "drive: $(cat ../stderr)"
fi

# Of two tables of one processor the one that took longer counts, key by key.
write_wisdom() {
    rule='"dtype": "f64", "mode": "exact", "threads": 1, "variant": "default"'
    printf '{"format": "pel wisdom", "version": 1, "tables": [{"cpu": "any", "seconds": %s, "rules": [\n' "$2"
    printf '{"op": "%s", %s, "n_upto": %s}, {"op": "sort", %s, "n_upto": %s}]}]}\n' "$1" "$rule" "$2" "$rule" "$2"
}
write_wisdom sum 10 >../out/w10.json
write_wisdom max 20 >../out/w20.json
write_wisdom sum 15 >../out/w15.json
run 0 wisdom export && says '"format": "pel wisdom"'
run 0 wisdom export -o ../out/exported.json
run 2 wisdom
run 2 wisdom show
run 2 wisdom merge
run 2 wisdom export ../out/w10.json
if [ -e ../out/b.json ]; then
    run 0 wisdom show ../out/w10.json ../out/exported.json && says ': any, 2 rules' '"op":"sum"' '"op":"sort"'
    run 1 wisdom show ../no-such.json
    run 1 wisdom merge ../out/w10.json ../out/b.json -o ../out/merged.json
    [ ! -e ../out/merged.json ] || fail 'merge: writes what it cannot read'
    for order in 'w10 w20' 'w20 w10'; do
        # shellcheck disable=SC2046
        run 0 wisdom merge -o ../out/merged.json $(printf '../out/%s.json ' $order)
        run 0 wisdom show ../out/merged.json && says ': any, 3 rules, 20 s' '"n_upto":10,"op":"sum"' \
            '"n_upto":20,"op":"max"' '"n_upto":20,"op":"sort"'
    done
    for order in 'w10 w20 w15' 'w15 w20 w10' 'merged w15'; do
        # shellcheck disable=SC2046
        run 0 wisdom merge -o ../out/three.json $(printf '../out/%s.json ' $order)
        run 0 wisdom show ../out/three.json && says ': any, 3 rules, 20 s' '"n_upto":15,"op":"sum"' \
            '"n_upto":20,"op":"max"' '"n_upto":20,"op":"sort"'
    done
fi

if [ -c /dev/full ]; then
    "$program" info >/dev/full 2>../stderr
    [ $? -eq 1 ] || fail 'does not notice a full standard output'
fi

if command -v python3 >/dev/null && [ -e ../out/b.json ]; then
    for script in plot tables; do
        "$scripts/$script" --help >../stdout 2>&1 && says '^usage:' || fail "$script --help"
    done
    if command -v gnuplot >/dev/null; then
        "$scripts/plot" ../out/b.json -o ../out/plots >../stdout 2>../stderr || fail "plot: $(cat ../stderr)"
        [ -s ../out/plots/sort-u32-threads-1.png ] && [ "$(wc -l <../out/plots/sort-u32-threads-1.tsv)" -eq 3 ] ||
            fail 'plot: no picture'
        "$scripts/plot" ../out/no-such.json -o ../out/plots 2>../stderr && fail 'plot: takes a file that is not there'
        grep -q '^plot: cannot read' ../stderr || fail "plot: $(cat ../stderr)"
        head -c 100 ../out/b.json >../out/half.json
        "$scripts/plot" ../out/half.json -o ../out/plots 2>../stderr && fail 'plot: takes half a file'
        grep -q '^plot: .* is no JSON' ../stderr || fail "plot: $(cat ../stderr)"
    fi
fi

echo "$failures failures"
[ $failures -eq 0 ]
