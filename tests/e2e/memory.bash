#!/usr/bin/env bash
# The ceiling of memory: not a matter of how long the stream is.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"

# peak_kib COMPRESSION MIB: of one run over a stream of that length.
peak_kib() {
    [[ -x /usr/bin/time ]] || skip "no /usr/bin/time here"
    # No compression makes it smaller, so every buffer is filled.
    [[ -e $WORK/block ]] || head -c 64M /dev/urandom >"$WORK/block"
    local parts
    parts=$(for ((i = 0; i < $2 / 64; i++)); do echo "\"$WORK/block\""; done | paste -sd ,)
    job stream <<TOML
[source]
type    = "command"
command = ["cat", $parts]

[archive]
compression = "$1"

[verify]
after_run = "archive"
TOML
    /usr/bin/time -f %M -o "$WORK/peak" "$INTACT" run stream --quiet </dev/null
    rm -rf "$DEST/stream"
    mkdir "$DEST/stream"
    tail -n 1 "$WORK/peak"
}

# below_ceiling COMPRESSION MIB_CEILING
below_ceiling() {
    local short long
    short=$(peak_kib "$1" 256)
    long=$(peak_kib "$1" 1024)
    echo "peak: $short KiB for 256 MiB, $long KiB for 1 GiB"
    [[ $long -le $(($2 * 1024)) ]] || fail "$long KiB is above the ceiling of $2 MiB"
    [[ $((long - short)) -le 4096 ]] || fail "memory grows with the stream: $short KiB, then $long KiB"
}

case_not_compressed() {
    below_ceiling none 24
}

# 64 MiB, and what zstd itself needs at level 3 for each worker.
case_compressed() {
    below_ceiling zstd 96
}

run_cases
