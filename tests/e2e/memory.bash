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

# tree_peak_kib NAME: of a run over $WORK/NAME.
tree_peak_kib() {
    [[ -x /usr/bin/time ]] || skip "no /usr/bin/time here"
    job "$1" <<TOML
[source]
type  = "files"
paths = ["$WORK/$1"]

[archive]
compression = "none"

[verify]
after_run = "size"
TOML
    /usr/bin/time -f %M -o "$WORK/peak" "$INTACT" run "$1" --quiet </dev/null
    tail -n 1 "$WORK/peak"
}

# many_files DIR COUNT
many_files() {
    mkdir -p "$1"
    (cd "$1" && seq -f 'a file among many %06g' "$2" | xargs -d '\n' touch)
}

# tree_grows_at_most NAME KIB: above a run over an empty tree.
tree_grows_at_most() {
    local least peak
    mkdir "$WORK/empty"
    least=$(tree_peak_kib empty)
    peak=$(tree_peak_kib "$1")
    echo "peak: $least KiB for nothing, $peak KiB for $1"
    [[ $peak -le $((24 * 1024)) ]] || fail "$peak KiB is above the ceiling of 24 MiB"
    [[ $((peak - least)) -le $2 ]] || fail "$((peak - least)) KiB more than for an empty tree"
}

case_a_large_directory() {
    many_files "$WORK/large" 100000
    tree_grows_at_most large 8192
}

# All first names come before all second ones, so that none can be forgotten in between.
case_many_hard_links() {
    many_files "$WORK/links/a" 50000
    cp -al "$WORK/links/a" "$WORK/links/b"
    tree_grows_at_most links 10240
}

run_cases
