#!/usr/bin/env bash
# What a scrape costs as jobs grow: how long it takes, how long meanwhile others wait for the loop, how
# much memory it needs.
#
#   tests/bench/metrics.sh [--jobs N,N] [--scrapes N] [--intactd PROGRAM]
#
# For each number of jobs (default 100,1000,5000): series and bytes of a scrape; median and longest of
# SCRAPES scrapes (default 20) by curl, in milliseconds, read to their last byte; the longest that
# /healthz took beside as many more; resident memory before the first and after the last. Nobody looks
# at the destinations meanwhile.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/bench/program.bash
source tests/bench/program.bash

jobs=100,1000,5000 scrapes=20 intactd=""
while [[ $# -gt 0 ]]; do
    case $1 in
    --jobs) jobs=$2 ;;
    --scrapes) scrapes=$2 ;;
    --intactd) intactd=$(realpath "$2") ;;
    -h | --help)
        sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
        exit 0
        ;;
    *) refuse "$1" ;;
    esac
    shift 2
done
[[ -n $intactd ]] || intactd=$(released intactd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

make_jobs() {
    mkdir -p "$work/$1/config/jobs.d"
    local i
    for ((i = 0; i < $1; i++)); do
        cat >"$work/$1/config/jobs.d/job$i.toml" <<TOML
[schedule]
calendar = "2037-01-01 $((i % 24)):$((i % 60))"

[source]
type  = "files"
paths = ["/etc"]

[destination]
path = "/srv/backup/job$i"
TOML
    done
    printf '[daemon]\nsurvey_interval = "infinity"\n\n[metrics]\nlisten = ["unix:%s"]\n' "$work/socket" \
        >"$work/$1/config/intact.toml"
}

measure() {
    local pid
    "$intactd" --no-bus --config-dir "$work/$1/config" --state-dir "$work/$1/state" 2>"$work/log" &
    pid=$!
    until grep -q '^info: started' "$work/log"; do
        kill -0 "$pid"
        sleep 0.05
    done
    python3 - "$work/socket" "$pid" "$1" "$scrapes" <<'PYTHON'
import multiprocessing
import socket
import statistics
import subprocess
import sys
import time

path, pid, jobs, scrapes = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])


def ask(what):
    """Its bytes, and how long they took in milliseconds; on a connection of its own."""
    begun = time.monotonic()
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        client.sendall(f"GET {what} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        parts = []
        while part := client.recv(1 << 20):
            parts.append(part)
    return b"".join(parts), (time.monotonic() - begun) * 1000


def scrape():
    """By what does little beside reading; in milliseconds."""
    took = subprocess.run(["curl", "-sf", "-o", "/dev/null", "-w", "%{time_total}", "--unix-socket", path,
                           "http://localhost/metrics"], check=True, capture_output=True, text=True)
    return float(took.stdout) * 1000


def resident():
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024


def stay_in_touch(stop, longest):
    while not stop.is_set():
        longest.value = max(longest.value, ask("/healthz")[1])


before = resident()
stop, longest = multiprocessing.Event(), multiprocessing.Value("d", 0.0)
beside = multiprocessing.Process(target=stay_in_touch, args=(stop, longest))
text, _ = ask("/metrics")
times = [scrape() for _ in range(scrapes)]
beside.start()
for _ in range(scrapes):
    scrape()
stop.set()
beside.join()
series = sum(1 for line in text.splitlines() if line.startswith((b"intact_", b"process_")))
print(f"{jobs:>6} jobs  {series:>7} series  {len(text) / 1e6:6.1f} MB  scrape {statistics.median(times):6.1f} ms,"
      f" longest {max(times):6.1f}  /healthz beside them at most {longest.value:5.1f} ms"
      f"  memory {before:.1f} -> {resident():.1f} MiB")
PYTHON
    kill "$pid"
    wait "$pid"
}

for number in ${jobs//,/ }; do
    make_jobs "$number"
    measure "$number"
done
