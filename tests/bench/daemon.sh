#!/usr/bin/env bash
# What the daemon costs: time to start, memory, and what it does while nothing is due.
#
#   tests/bench/daemon.sh [--jobs N,N] [--idle SECONDS] [--intactd PROGRAM]
#
# For each number of jobs (default 100,10000), all enabled and due once a day: how long until it is
# ready, and how much of that at work; resident memory then; processor time and wake-ups within
# SECONDS (default 10); how long each of five reloads holds up all else, and resident memory then.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/bench/program.bash
source tests/bench/program.bash

jobs=100,10000 idle=10 intactd=""
while [[ $# -gt 0 ]]; do
    case $1 in
    --jobs) jobs=$2 ;;
    --idle) idle=$2 ;;
    --intactd) intactd=$(realpath "$2") ;;
    -h | --help)
        sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
        exit 0
        ;;
    *) refuse "$1" ;;
    esac
    shift 2
done
[[ -n $intactd ]] || intactd=$(released intactd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# make_jobs NUMBER: each at a time of its own, none within the hour.
make_jobs() {
    mkdir -p "$work/$1/config/jobs.d"
    local hour i
    hour=$(date -u +%-H)
    for ((i = 0; i < $1; i++)); do
        cat >"$work/$1/config/jobs.d/job$i.toml" <<TOML
description = "Job number $i"

[schedule]
calendar     = "*-*-* $(((hour + 2 + i % 20) % 24)):$((i % 60))"
timezone     = "UTC"
random_delay = "30min"

[source]
type    = "files"
paths   = ["/etc", "/var/lib/dpkg"]
exclude = ["*.bak"]

[destination]
path = "/srv/backup/job$i"
TOML
    done
}

milliseconds() {
    echo $(($(date +%s%N) / 1000000))
}

# Processor time in milliseconds, and how often it was given the processor.
work_of() {
    awk '{ printf "%d %d\n", $1 / 1000000, $3 }' "/proc/$1/schedstat"
}

# resident PID: in MiB.
resident() {
    awk '/^VmRSS/ { printf "%.1f", $2 / 1024 }' "/proc/$1/status"
}

# reload PID NUMBER: until the log tells of the reload of that number; prints milliseconds.
reload() {
    local begun
    begun=$(milliseconds)
    kill -HUP "$1"
    until [[ $(grep -c '^info: reloaded' "$work/log") -ge $2 ]]; do
        sleep 0.01
    done
    echo $(($(milliseconds) - begun))
}

measure() {
    local begun ready pid rss cpu cpu_a wakes_a cpu_b wakes_b reloads=() i
    begun=$(milliseconds)
    "$intactd" --no-bus --config-dir "$work/$1/config" --state-dir "$work/$1/state" 2>"$work/log" &
    pid=$!
    until grep -q '^info: started' "$work/log"; do
        kill -0 $pid || {
            cat "$work/log" >&2
            exit 1
        }
        sleep 0.01
    done
    ready=$(milliseconds)
    rss=$(resident $pid)
    read -r cpu _ < <(work_of $pid)
    read -r cpu_a wakes_a < <(work_of $pid)
    sleep "$idle"
    read -r cpu_b wakes_b < <(work_of $pid)
    for i in 1 2 3 4 5; do
        reloads+=("$(reload $pid "$i")")
    done
    printf '%6d jobs: ready after %d ms (%d of them at work), %s MiB resident; in %d s of idleness %d ms, %d wake-ups\n' \
        "$1" $((ready - begun)) "$cpu" "$rss" "$idle" $((cpu_b - cpu_a)) $((wakes_b - wakes_a))
    printf '%6s       reloads of %s ms, then %s MiB resident\n' "" "${reloads[*]}" "$(resident $pid)"
    kill $pid
    wait $pid
}

for number in ${jobs//,/ }; do
    make_jobs "$number"
    measure "$number"
done
