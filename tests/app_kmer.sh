#!/bin/sh
# pel-kmer against a counter in awk, on every kind of input it takes, and on those it must refuse.
set -u
export LC_ALL=C
# An error ends the program while a thread still reads ahead, on purpose.
export TSAN_OPTIONS="${TSAN_OPTIONS:-}:report_thread_leaks=0"

program=$(cd "${builddir:-.}" && pwd)/pel-kmer
sample=$(cd "${srcdir:-.}" && pwd)/apps/genomics/data/sample.fa.gz
[ -x "$program" ] || { echo 'SKIP: pel-kmer was not built'; exit 77; }
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

failures=0
fail() {
    echo "FAIL: $*"
    failures=$((failures + 1))
}

# oracle K <FASTA: the sorted table, the slow and plain way.
oracle() {
    awk -v k="$1" '
        function count_record(    i, kmer, reverse) {
            for (i = 1; i + k - 1 <= length(record); i++) {
                kmer = substr(record, i, k)
                if (kmer ~ /[^ACGT]/)
                    continue
                reverse = substr(complement, length(record) - i - k + 2, k)
                n[kmer < reverse ? kmer : reverse]++
            }
        }
        function end_record(    i) {
            complement = ""
            for (i = length(record); i > 0; i--)
                complement = complement (substr(record, i, 1) in pair ? pair[substr(record, i, 1)] : "N")
            count_record()
            record = ""
        }
        BEGIN { pair["A"] = "T"; pair["C"] = "G"; pair["G"] = "C"; pair["T"] = "A" }
        /^>/ { end_record(); next }
        { sub(/\r$/, ""); record = record toupper($0) }
        END { end_record(); for (kmer in n) print kmer "\t" n[kmer] }' | sort
}

# same NAME ARGUMENTS...: pel-kmer with these arguments writes the table in the file "expected".
same() {
    name=$1
    shift
    rm -f actual
    "$program" count -q -o actual "$@" || fail "$name: exit $?"
    cmp -s expected actual || fail "$name: wrong table"
}

# refused STATUS NAME ARGUMENTS...: pel-kmer fails with one line and leaves no output behind. Input may come on stdin.
refused() {
    status=$1
    name=$2
    shift 2
    "$program" "$@" >stdout 2>stderr
    result=$?
    [ "$result" -eq "$status" ] || fail "$name: exit $result, not $status"
    if [ "$(wc -l <stderr)" -ne 1 ] || ! grep -q '^pel-kmer: ' stderr; then
        fail "$name: stderr is $(cat stderr)"
    fi
    [ -z "$(find . -name 'out*')" ] || fail "$name: left $(find . -name 'out*')"
    rm -f out*
}

gzip -dc "$sample" >sample.fa

for k in 1 2 15 16 31 32; do
    oracle $k <sample.fa >expected
    [ -s expected ] || fail "the oracle counts nothing"
    same "k = $k" -k $k "$sample"
    same "k = $k, little memory" -k $k --memory 200K "$sample"
done

# From here on the table is that of k = 21.
oracle 21 <sample.fa >expected
for threads in 1 2 3 8; do
    same "$threads threads" -k 21 -t $threads "$sample"
done
same 'plain file' -k 21 sample.fa
same 'standard input' -k 21 - <sample.fa
gzip -dc "$sample" | same 'pipe' -k 21 -
gzip -dc "$sample" | gzip -1 | same 'compressed pipe' -k 21 -
awk '/^>/ { print (NR > 1 ? "\n" : "") $0; next } { printf "%s", $0 } END { print "" }' sample.fa >long.fa
same 'long lines' -k 21 long.fa
sed 's/$/\r/' sample.fa >crlf.fa
same 'carriage returns' -k 21 crlf.fa
{ printf '\n>empty\n>empty, too\n\n'; cat sample.fa; printf '>empty'; } >empties.fa
same 'empty records, no newline at the end' -k 21 empties.fa
awk '/^>/ { n++ } { print >("part" n ".fa") }' sample.fa
same 'several files' -k 21 part1.fa part2.fa part3.fa
gzip -c part1.fa >members.gz
gzip -c part2.fa >>members.gz
gzip -c part3.fa >>members.gz
same 'several gzip members' -k 21 members.gz
head -c 1000 /dev/zero >>members.gz
same 'gzip padded with zeros' -k 21 members.gz

# BGZF: gzip members with an extra field, and an empty one at the end, which tells a complete file.
bgzf_header() { printf '\037\213\010\004\000\000\000\000\000\377\006\000BC\002\000\033\000'; }
{ bgzf_header; gzip -nc sample.fa | tail -c +11; } >open.bgz
{ cat open.bgz; bgzf_header; printf '\003\000\000\000\000\000\000\000\000\000'; } >whole.bgz
same 'BGZF' -k 21 whole.bgz
refused 1 'BGZF without its end' count -k 21 -o out open.bgz

# Runs of all lengths around k, at all places within a word.
awk '
    function random(n) { seed = seed * 16807 % 2147483647; return seed % n }
    BEGIN {
        seed = 1
        print ">runs"
        for (i = 1; i <= 2000; i++) {
            for (j = random(70); j > 0; j--)
                printf "%s", substr("ACGTacgt", random(8) + 1, 1)
            print substr("NnRy-*. ", random(8) + 1, 1)
        }
    }' >runs.fa
for k in 16 31; do
    oracle $k <runs.fa >expected
    [ "$(wc -l <expected)" -gt 10000 ] || fail "runs: the oracle counts $(wc -l <expected)"
    same "runs, k = $k" -k $k runs.fa
done

# Each line a read of its own: FASTA and FASTQ must agree.
grep -v '>' sample.fa | awk '{ print ">" NR; print }' >reads.fa
grep -v '>' sample.fa | awk '{ print "@" NR; print; print "+"; gsub(/./, "@"); print }' >reads.fq
oracle 21 <reads.fa >expected
same 'reads as FASTA' -k 21 reads.fa
same 'reads as FASTQ' -k 21 reads.fq
sed 's/$/\r/' reads.fq >crlf.fq
same 'FASTQ with carriage returns' -k 21 crlf.fq
{ cat reads.fq; printf '@empty\n\n+\n\n@wrapped\nACG\nTAC\n+\n@@@\n+++'; } >odd.fq
same 'FASTQ with an empty and a wrapped read' -k 21 odd.fq

# Counts beyond all tables, more equal k-mers than memory for them, and the spectrum.
awk 'BEGIN { print ">a"; for (i = 0; i < 20000; i++) printf "AAAAAAAAAA"; print "\n>c\nCCCCC" }' >poly.fa
printf 'AAAAA\t199996\nCCCCC\t1\n' >expected
same 'one k-mer' -k 5 poly.fa
same 'one k-mer, little memory' -k 5 --memory 100K poly.fa
printf '1\t1\n199996\t1\n' >expected
"$program" count -q -k 5 --histogram actual poly.fa || fail "histogram: exit $?"
cmp -s expected actual || fail 'histogram of one k-mer'
"$program" count -q -k 9 -o - --histogram actual sample.fa | cut -f 2 | sort -n | uniq -c |
    awk '{ print $2 "\t" $1 }' >expected
cmp -s expected actual || fail 'histogram'
oracle 9 <sample.fa | awk '$2 >= 3' >expected
same 'minimum count' -k 9 -c 3 sample.fa
printf '>a\nACG\n' >short.fa
: >expected
same 'no k-mer at all' -k 5 short.fa

# threads_while_reading ARGUMENTS...: counts the threads of pel-kmer in the midst of its input. A pipe holds 64 KiB, so
# that more than the first block has been read when the last of this input is written.
threads_while_reading() {
    "$program" count -q -k 21 -o actual "$@" fifo &
    exec 3>fifo
    cat sample.fa sample.fa sample.fa sample.fa >&3
    find "/proc/$!/task" -mindepth 1 -maxdepth 1 | wc -l
    exec 3>&-
    wait $!
}

# Reading ahead takes a thread, and is left out where one is all there is.
mkfifo fifo
if [ -d /proc/self/task ]; then
    alone=$(threads_while_reading -t 1)
    [ "$(OMP_NUM_THREADS=1 threads_while_reading)" = "$alone" ] || fail 'a thread more than OpenMP allows'
fi

# What cannot be read.
size=$(wc -c <"$sample")
for cut in 1 5 100 $((size / 2)) $((size - 1)); do
    head -c "$cut" "$sample" >cut.gz
    refused 1 "gzip cut at $cut" count -k 21 -o out cut.gz
done
{ head -c $((size - 6)) "$sample"; printf 'xxxxxx'; } >bad.gz
refused 1 'wrong checksum' count -k 21 -o out bad.gz
{ cat "$sample"; echo garbage; } >bad.gz
refused 1 'garbage after gzip' count -k 21 -o out bad.gz
: >empty
refused 1 'empty file' count -k 21 -o out empty
gzip -c empty >empty.gz
refused 1 'empty gzip' count -k 21 -o out --histogram out2 empty.gz
echo 'ACGTACGTACGT' >text
refused 1 'not a sequence file' count -k 21 -o out text
refused 1 'a program' count -k 21 -o out "$(command -v sh)"
printf '>a\nACGT\000\001ACGT\n' >binary
refused 1 'binary sequence' count -k 2 -o out binary
refused 1 'a folder' count -k 21 -o out .
refused 1 'no such file' count -k 21 -o out nowhere.fa
refused 1 'second file missing' count -k 21 -o out sample.fa nowhere.fa
for fastq in '@a' '@a\nACGT' '@a\nACGT\n' '@a\nACGT\n+' '@a\nACGT\n+\n' '@a\nACGT\n+\nIII' '@a\nACGT\n+\nIIIII\n' \
    '@a\nACGT\n@b\nACGT\n+\nIIII\n' '@a\nACGT\n+\nIIII\n>b\nACGT\n'; do
    # shellcheck disable=SC2059
    printf "$fastq" | refused 1 "FASTQ $fastq" count -k 2 -o out -
done

# What cannot be written.
refused 1 'no such folder' count -k 21 -o nowhere/out sample.fa
refused 1 'a file for a folder' count -k 21 -o empty/out sample.fa
refused 1 'output is a folder' count -k 21 -o . sample.fa
if [ -c /dev/full ]; then
    refused 1 'full device' count -k 21 -o /dev/full sample.fa
    refused 1 'full device for the histogram' count -k 21 -o out --histogram /dev/full sample.fa
    "$program" --help >/dev/full 2>stderr && fail 'help to a full device'
fi
refused 1 'two spellings of one file' count -k 21 -o out --histogram ./out sample.fa
(ln -s out link && exec "$program" count -q -k 21 -o link sample.fa) || fail "through a link: exit $?"
[ -L link ] && [ -s out ] || fail 'through a link: the link was replaced'
rm -f link
echo old >out
(ulimit -f 8 && exec "$program" count -k 21 -o out sample.fa) 2>/dev/null && fail 'file size limit: exit 0'
[ "$(cat out)/$(echo out*)" = old/out ] || fail 'file size limit: the old output was touched'
rm -f out*
refused 1 'too little memory' count -k 21 -o out --memory 1K sample.fa

# An interrupted run leaves nothing.
"$program" count -k 21 -o out fifo 2>/dev/null &
exec 3>fifo
head -c 1000 sample.fa >&3
kill -TERM $!
{ wait $! && fail 'interrupted: exit 0'; } 2>/dev/null
exec 3>&-
[ -z "$(find . -name 'out*')" ] || fail 'interrupted: output left'

# Usage.
for arguments in '' 'frob' 'count' 'count -k 21 sample.fa' 'count -k 21 -o out' 'count -o out sample.fa' \
    'count -k 0 -o out sample.fa' 'count -k 33 -o out sample.fa' 'count -k x -o out sample.fa' \
    'count -k 21 -t 0 -o out sample.fa' 'count -k 21 --memory 5X -o out sample.fa' \
    'count -k 21 --memory 99999999999G -o out sample.fa' 'count -k 21 --frob -o out sample.fa' \
    'count -k 21 -o out --histogram out sample.fa'; do
    # shellcheck disable=SC2086
    refused 2 "arguments '$arguments'" $arguments
done
"$program" --help | grep -q '^usage: pel-kmer' || fail 'help'
"$program" count --help >/dev/null || fail 'help of count'
"$program" --version | grep -q '^pel-kmer [0-9]' || fail 'version'

[ "$failures" -eq 0 ] && echo 'PASS'
exit $((failures > 0))
