#!/usr/bin/env bash
# A run that is told to stop leaves nothing: no file, no process, no half backup.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"

# A command that has children of its own, one of which does not listen.
family_job() {
    job family <<TOML
[source]
type    = "command"
command = ["sh", "-c", "sleep 1000 & echo \$! >$WORK/child; (trap '' TERM INT; sleep 1000) & echo \$! >$WORK/deaf; echo data; touch $WORK/begun; wait"]
TOML
}

start() {
    # A shell without job control starts background programs with SIGINT ignored, and what is ignored
    # stays so; an interactive shell does not.
    python3 -c '
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$INTACT" run "$1" >"$WORK/out" 2>"$WORK/err" </dev/null &
    RUN=$!
}

# A process that has ended but is not waited for by its new parent is gone, too.
is_gone() {
    [[ ! -e /proc/$1 || $(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$1/status") == Z ]]
}

stops_on() {
    family_job
    start family
    await "the command to begin" test -e "$WORK/begun"
    kill -"$1" "$RUN"
    local status=0
    wait "$RUN" || status=$?
    is "$status" 130
    is_gone "$(cat "$WORK/child")" || fail "a child of the command is left"
    is_gone "$(cat "$WORK/deaf")" || fail "the child that ignores SIGTERM is left"
    is "$(find "$DEST/family" -type f ! -name '*.lock')" ""
    expect 0 intact history family
    says out cancelled
}

case_sigterm_ends_the_run_and_its_family() {
    stops_on TERM
}

case_sigint_ends_the_run_and_its_family() {
    stops_on INT
}

case_sigterm_in_the_middle_of_a_tree() {
    mkdir "$WORK/tree"
    head -c 64M /dev/urandom >"$WORK/tree/file"
    job tree <<TOML
[source]
type  = "files"
paths = ["$WORK/tree"]

[archive]
level   = 19
threads = 1
TOML
    start tree
    await "the run to write" has_staged "$DEST/tree"
    kill -TERM "$RUN"
    local status=0
    wait "$RUN" || status=$?
    is "$status" 130
    is "$(find "$DEST/tree" -type f ! -name '*.lock')" ""
}

has_staged() {
    [[ -n $(left_over "$1") ]]
}

case_what_sigkill_leaves_the_next_run_removes() {
    family_job
    start family
    await "the command to begin" test -e "$WORK/begun"
    kill -KILL "$RUN"
    wait "$RUN" 2>/dev/null || true
    has_staged "$DEST/family" || fail "nothing is left that could be swept"
    # The command outlives a killed run; here it ends with the case.
    kill -KILL "$(cat "$WORK/child")" "$(cat "$WORK/deaf")"
    job family <<'TOML'
[source]
type    = "command"
command = ["echo", "data"]
TOML
    expect 0 intact run family
    is "$(left_over "$DEST/family")" ""
    expect 0 intact history family
    says out interrupted
}

case_a_run_that_takes_too_long_fails() {
    job slow <<'TOML'
[source]
type    = "command"
command = ["sleep", "1000"]

[run]
timeout = "300ms"
TOML
    expect 1 intact run slow
    says err 'run.timeout'
    is "$(find "$DEST/slow" -type f ! -name '*.lock')" ""
}

case_a_run_that_stalls_fails() {
    job stalled <<'TOML'
[source]
type    = "command"
command = ["sh", "-c", "echo data; exec sleep 1000"]

[run]
stall_timeout = "300ms"
TOML
    expect 1 intact run stalled
    says err 'stall_timeout'
}

run_cases
