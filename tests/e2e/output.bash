#!/usr/bin/env bash
# What is said must arrive, or its loss be told; and no reader may hold a run up.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"

files_job() {
    mkdir -p "$WORK/tree"
    echo one >"$WORK/tree/one"
    job "$1" <<TOML
[source]
type  = "files"
paths = ["$WORK/tree"]
TOML
}

into_full() {
    "$INTACT" "$@" >/dev/full
}

# Its reader has gone before the first byte.
into_closed_pipe() {
    python3 -c '
import os, subprocess, sys
reading, writing = os.pipe()
os.close(reading)
sys.exit(subprocess.run(sys.argv[1:], stdout=writing).returncode)' "$INTACT" "$@"
}

# Every verb that prints. rebuild stands last: the others need the catalog as it is.
each_verb_fails() {
    local verb
    files_job data
    expect 0 intact run data
    for verb in "--help" "version" "check" "check --format=json" "config show" "config show --json" \
        "list" "list --json" "history" "history --json" "verify data" "verify data --json" \
        "run data" "run data --json" "restore data --stdout" "catalog rebuild"; do
        # shellcheck disable=SC2086 # words
        expect 1 "$1" $verb
        says err "^intact: error: .*$2"
    done
}

case_a_full_device_is_an_error_of_every_verb() {
    each_verb_fails into_full 'No space left on device \(ENOSPC\)'
}

# As coreutils do when SIGPIPE is ignored: told in one line, exit status 1.
case_a_reader_that_has_gone_is_an_error_of_every_verb() {
    each_verb_fails into_closed_pipe 'Broken pipe \(EPIPE\)'
}

case_a_failure_to_print_is_one_line_and_no_reason_not_to_back_up() {
    files_job data
    expect 1 into_full run data --json
    is "$(wc -l <"$WORK/err")" 1
    expect 0 intact verify data
}

# $1: the stream that nobody reads, the rest: the run. Told to stop once that stream is full.
stops_unread() {
    job loud <<'TOML'
[source]
type    = "command"
command = ["sh", "-c", "yes 'some words of no use' >&2"]
TOML
    python3 -c '
import os, select, signal, subprocess, sys, time
reading, writing = os.pipe()
run = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL,
                       **{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, sys.argv[1]: writing})
end = time.monotonic() + 60
while select.select([], [writing], [], 0)[1]:
    assert time.monotonic() < end, "the pipe never filled"
run.send_signal(signal.SIGTERM)
try:
    status = run.wait(60)
except subprocess.TimeoutExpired:
    run.kill()
    sys.exit("the run did not stop")
assert status == 130, status' "$@" || fail "see above"
    is "$(left_over "$DEST/loud")" ""
}

case_a_run_whose_json_nobody_reads_can_be_stopped() {
    stops_unread stdout "$INTACT" run loud --json
}

case_a_run_whose_log_nobody_reads_can_be_stopped() {
    stops_unread stderr "$INTACT" run loud
}

case_a_run_whose_json_nobody_reads_ends_with_its_limit() {
    job loud <<'TOML'
[source]
type    = "command"
command = ["sh", "-c", "yes 'some words of no use' >&2"]

[run]
timeout = "2s"
TOML
    mkfifo "$WORK/pipe"
    exec 9<>"$WORK/pipe"
    "$INTACT" run loud --json >&9 2>"$WORK/err" </dev/null &
    local run=$!
    # The staged archive goes with the run; what is left is to tell of it, for which it waits.
    await "the run to fail" has_timed_out
    kill -TERM "$run"
    local status=0
    wait "$run" || status=$?
    is "$status" 1
}

has_timed_out() {
    "$INTACT" history loud | grep -q run.timeout
}

run_cases
