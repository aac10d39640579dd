#!/usr/bin/env bash
# Intact beside what one would do by hand, in one run on the same data and disk.
#
#   tests/bench/run.sh [--stream SIZE] [--tree DIR] [--memory SIZE,SIZE] [--rounds N] [--dir DIR]
#                      [--intact PROGRAM]
#
#   stream   SIZE (default 4G) without compression: dd; dd behind tee to sha256sum; Intact
#   tree     DIR (default /usr/share) with zstd -3: tar | zstd | tee to sha256sum; Intact
#   memory   peak memory of Intact for streams of two sizes (default 1G,16G), none and zstd
#   streams  what the check of each source.format costs beside raw (not with --intact)
#   calendar how often a second the next time of an expression is found (not with --intact)
# Ways take turns, so that a disk that slows down does so for all of them; the median of the rounds
# (default 3) counts. Intact verifies by size only, so that all do the same work: read, digest,
# write, fsync. Every way ends when its data is durable.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/bench/program.bash
source tests/bench/program.bash

stream=4G tree=/usr/share memory=1G,16G rounds=3 base=${TMPDIR:-/tmp} intact="" calendar="" streams=""
while [[ $# -gt 0 ]]; do
    case $1 in
    --stream) stream=$2 ;;
    --tree) tree=$2 ;;
    --memory) memory=$2 ;;
    --rounds) rounds=$2 ;;
    --dir) base=$2 ;;
    --intact) intact=$(realpath "$2") ;;
    -h | --help)
        sed -n '2,14s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
        exit 0
        ;;
    *) refuse "$1" ;;
    esac
    shift 2
done
for program in /usr/bin/time zstd openssl python3 sqlite3; do
    command -v "$program" >/dev/null || {
        echo "error: needs $program (tests/run.sh installs it)" >&2
        exit 2
    }
done
if [[ -z $intact ]]; then
    intact=$(released intact)
    cmake --build --preset release --target bench_calendar bench_streams -- --quiet
    streams=$PWD/build/release/tests/bench/bench_streams
    calendar=$PWD/build/release/tests/bench/bench_calendar
fi

work=$(mktemp -d "$base/intact-bench.XXXXXX")
# Where reading costs nothing, so that what is measured is not the producer.
memory_dir=$(mktemp -d /dev/shm/intact-bench.XXXXXX 2>/dev/null || mktemp -d "$work/in.XXXXXX")
trap 'rm -rf "$work" "$memory_dir"' EXIT
export INTACT_CONFIG_DIR=$work/config INTACT_STATE_DIR=$work/state
mkdir -p "$work/config/jobs.d" "$work/out"

# 256 MiB that no compression makes smaller, always the same.
block=$memory_dir/block
head -c 256M /dev/zero |
    openssl enc -aes-128-ctr -K 00 -iv 00 -nosalt >"$block" 2>/dev/null

# blocks SIZE: the block's path as often as SIZE takes.
blocks() {
    local count=$(($(numfmt --from=iec "$1") / (256 << 20)))
    [[ $count -gt 0 ]] || count=1
    for ((i = 0; i < count; i++)); do printf '%s\n' "$block"; done
}

# job NAME SOURCE COMPRESSION
job() {
    mkdir -p "$work/out/$1"
    cat >"$work/config/jobs.d/$1.toml" <<TOML
[source]
$2

[archive]
compression = "$3"

[destination]
path = "$work/out/$1"

[verify]
after_run = "size"
TOML
}

stream_job() {
    job "$1" "type = \"command\"
command = [\"cat\", $(blocks "$2" | sed 's/.*/"&"/' | paste -sd ,)]" "$3"
}

# measure WAY COMMAND...: appends 'seconds peak-KiB' of one go to the results of WAY. What the go
# wrote is removed and the disk left quiet, so that the next one starts as this one did.
measure() {
    local way=$1 status=0
    shift
    sync
    /usr/bin/time -f '%e %M' -o "$work/time" "$@" >"$work/log" 2>&1 || status=$?
    # 3: done, with warnings.
    [[ $status -eq 0 || ($way == intact* && $status -eq 3) ]] || {
        cat "$work/log"
        exit 1
    }
    tail -n 1 "$work/time" >>"$work/results.$way"
    find "$work/out" -type f ! -name '.*' -delete
}

# median WAY COLUMN
median() {
    cut -d ' ' -f "$2" "$work/results.$1" | sort -n | sed -n "$(((rounds + 1) / 2))p"
}

# row WAY TEXT BASE: seconds, ratio to the first way, peak memory.
row() {
    awk -v seconds="$(median "$1" 1)" -v base="$(median "$3" 1)" -v peak="$(median "$1" 2)" \
        -v text="$2" 'BEGIN { printf "  %-52s %8.2f s  x %.3f  %8.1f MiB\n", text, seconds, \
        seconds / base, peak / 1024 }'
}

# stages JOB: where the time of Intact's last run went.
stages() {
    "$intact" history "$1" --json | python3 -c '
import json, sys
text = sys.stdin.read()
try:
    runs = [json.loads(line) for line in text.splitlines()]
except json.JSONDecodeError:
    runs = json.loads(text)
runs = runs[0] if runs and isinstance(runs[0], list) else runs
run = max(runs, key=lambda run: run["started"])
print("  of the last run:", ", ".join(
    f"{stage} {usec / 1e6:.2f} s" for stage, usec in run["stage_usec"].items()))'
}

echo "machine: $(nproc) cores, $(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)," \
    "$(df --output=fstype "$work" | tail -n 1) at $base, kernel $(uname -r)"
echo "memory of a pipe of programs is that of its largest one"

mapfile -t parts < <(blocks "$stream")
stream_job stream "$stream" none
for ((round = 0; round < rounds; round++)); do
    # shellcheck disable=SC2016 # for the inner shell
    measure dd bash -c 'set -o pipefail
        out=$1; shift; cat "$@" | dd bs=1M iflag=fullblock conv=fsync of="$out" status=none' \
        - "$work/out/dd" "${parts[@]}"
    measure intact-stream "$intact" run stream
    # shellcheck disable=SC2016
    measure tee bash -c 'set -o pipefail
        out=$1; shift; cat "$@" | tee >(sha256sum >"$out.sha256") |
            dd bs=1M iflag=fullblock conv=fsync of="$out" status=none; wait' \
        - "$work/out/tee" "${parts[@]}"
done
printf '\nstream of %s, not compressed (median of %d)\n' "$stream" "$rounds"
row dd 'dd conv=fsync' dd
row tee 'tee >(sha256sum) | dd conv=fsync' dd
row intact-stream 'intact (checksum included)' dd
stages stream

job tree "type = \"files\"
paths = [\"$tree\"]" zstd
tar -c "$tree" 2>/dev/null | cat >/dev/null || true # into the page cache
for ((round = 0; round < rounds; round++)); do
    # shellcheck disable=SC2016
    measure pipe bash -c 'set -o pipefail
        tar -c "$1" 2>/dev/null | zstd -q -3 -T0 | tee >(sha256sum >"$2.sha256") >"$2"; wait; sync "$2"' \
        - "$tree" "$work/out/pipe"
    measure intact-tree "$intact" run tree
done
printf '\n%s with zstd -3 (median of %d)\n' "$tree" "$rounds"
row pipe 'tar | zstd -3 -T0 | tee >(sha256sum) > file; fsync' pipe
row intact-tree 'intact' pipe
stages tree

printf '\npeak memory of intact\n'
for compression in none zstd; do
    for size in ${memory//,/ }; do
        stream_job "memory" "$size" "$compression"
        rm -f "$work/results.intact-memory"
        measure intact-memory "$intact" run memory
        awk -v size="$size" -v compression="$compression" '{
            printf "  %-5s %6s   %8.1f MiB  %8.2f s\n", compression, size, $2 / 1024, $1 }' \
            "$work/results.intact-memory"
    done
done

if [[ -n $streams ]]; then
    printf '\nchecks of streams (median of %d)\n' "$rounds"
    dumps=$memory_dir/dumps
    mkdir -p "$dumps"
    chmod 755 "$memory_dir" # PostgreSQL is not root
    bash tests/support/dumps.sh "$dumps" 300000
    sqlite3 "$dumps/sqlite.db" "CREATE TABLE big AS WITH RECURSIVE n(i) AS
        (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200000) SELECT i, hex(randomblob(50)) AS line FROM n"
    python3 -B tests/support/mongodb_archive.py "$dumps/mongodb.archive" 100000
    "$streams" 512 "$rounds" "$dumps"
fi

if [[ -n $calendar ]]; then
    printf '\nnext time of a calendar expression\n'
    "$calendar"
fi
