#!/usr/bin/env bash
# The daemon in the foreground, without systemd: takes backups at their times,
# reloads whole or not at all, stops as a service should, and settles what died with it.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"
# shellcheck source=tests/e2e/foreground.bash
source "$(dirname "$0")/foreground.bash"

case_takes_backups_at_their_times_and_accounts_for_them() {
    mkdir "$WORK/tree"
    echo content >"$WORK/tree/file"
    job tree <<TOML
[schedule]
calendar = "*:*:*"

[source]
type  = "files"
paths = ["$WORK/tree"]
TOML
    daemon
    await "three backups" has_backups tree 3
    kill "$DAEMON"
    ends 0
    expect 0 intact verify --all
    is "$(query "SELECT count(*) FROM slots WHERE fate = 'run' AND run_id NOT IN
        (SELECT run_id FROM runs WHERE outcome = 'success')")" 0
    is "$(query "SELECT count(*) FROM runs WHERE run_id NOT IN (SELECT run_id FROM slots)")" 0
    await_log '^info: tree: backup tree-.* is whole: .* read, .* written, 2 entries$'
}

case_a_reload_with_an_error_says_where_and_changes_nothing() {
    held_job
    daemon
    await "the run" test -e "$WORK/begun"
    rm "$WORK/begun"
    echo 'calendar = "soon"' >"$INTACT_CONFIG_DIR/jobs.d/new.toml"
    # What the file of a job holds by now is nothing to its next runs, either.
    echo 'no TOML' >"$INTACT_CONFIG_DIR/jobs.d/held.toml"
    kill -HUP "$DAEMON"
    await_log '^error: .*new.toml:1:1: error\[E003\]'
    await_log '^error: .*held.toml:1:'
    await_log '^error: not reloaded: .*the old one holds'
    rm "$WORK/hold"
    await_log '^info: held: backup .* is whole'
    await "another run" test -e "$WORK/begun"
    await "two backups" has_backups held 2
    kill "$DAEMON"
    ends 0
}

case_a_reload_takes_new_jobs_and_lets_a_run_of_an_old_one_end() {
    held_job
    daemon
    await "the run" test -e "$WORK/begun"
    job new <<TOML
[schedule]
calendar = "*:*:*"

[source]
type  = "files"
paths = ["$INTACT_CONFIG_DIR"]
TOML
    rm "$INTACT_CONFIG_DIR/jobs.d/held.toml"
    settings 'max_runs_per_filesystem = 2'
    kill -HUP "$DAEMON"
    await_log '^info: reloaded: 1 job$'
    await_log '^info: new: backup .* is whole'
    rm "$WORK/hold"
    await_log '^info: held: backup .* is whole'
    kill "$DAEMON"
    ends 0
    is "$(query "SELECT fate FROM slots WHERE job = 'held' AND run_id <> ''")" run
}

case_a_broken_job_keeps_no_other_from_its_backups() {
    job good <<TOML
[schedule]
calendar = "*:*:*"

[source]
type  = "files"
paths = ["$INTACT_CONFIG_DIR"]
TOML
    echo 'type = ' >"$INTACT_CONFIG_DIR/jobs.d/bad.toml"
    daemon
    logged '^info: started with 1 job, 1 cannot be used$'
    await_log '^info: good: backup .* is whole'
    kill "$DAEMON"
    ends 0
}

case_what_it_cannot_start_with_is_told_with_its_exit_code() {
    mkdir -p "$INTACT_CONFIG_DIR"
    echo '[daemn]' >"$INTACT_CONFIG_DIR/intact.toml"
    expect 78 "$INTACTD" --no-bus
    says err "intact.toml:1:2: .*unknown key 'daemn'"
    rm "$INTACT_CONFIG_DIR/intact.toml"
    expect 78 "$INTACTD" --no-bus --config-dir "$WORK/none"
    mkdir -p "$INTACT_STATE_DIR"
    echo 'not a database, but long enough to be taken for one' >"$INTACT_STATE_DIR/catalog.db"
    expect 1 "$INTACTD" --no-bus
    says err 'catalog .*not a database'
    expect 2 "$INTACTD" --nonsense
    expect 2 "$INTACTD" etc
    expect 0 "$INTACTD" --help
    expect 0 "$INTACTD" --version
    says out '^intactd [0-9]'
}

case_stops_at_once_when_nothing_is_on() {
    job idle <<TOML
[schedule]
calendar = "2099-01-01"

[source]
type  = "files"
paths = ["/etc/hostname"]
TOML
    local signal
    for signal in TERM INT; do
        : >"$WORK/log"
        # Without job control a background program has SIGINT ignored; the daemon takes it all the same.
        daemon
        kill -"$signal" "$DAEMON"
        ends 0
    done
}

case_a_stop_lets_the_run_end_and_begins_no_other() {
    held_job
    daemon
    await "the run" test -e "$WORK/begun"
    kill "$DAEMON"
    await_log '^info: stopping: 1 run may go on for 5min$'
    rm "$WORK/hold"
    ends 0
    is "$(query "SELECT outcome FROM runs")" success
    is "$(query "SELECT fate FROM slots WHERE run_id <> ''")" run
    is "$(find "$DEST/held" -name '*.manifest.json' | wc -l)" 1
}

case_what_a_stop_had_to_end_is_made_up_for_at_the_next_start() {
    held_job
    settings 'shutdown_grace = "100ms"'
    daemon
    await "the run" test -e "$WORK/begun"
    kill "$DAEMON"
    ends 0
    is "$(query "SELECT outcome FROM runs")" cancelled
    is "$(query "SELECT fate, reason FROM slots WHERE run_id <> ''")" 'due|shutdown'
    is "$(left_over "$DEST/held")" ""
    rm "$WORK/hold"
    : >"$WORK/log"
    daemon
    await_log '^info: held: backup .* is whole'
    kill "$DAEMON"
    ends 0
    is "$(query "SELECT count(*) FROM slots WHERE fate = 'due' AND reason = 'shutdown'")" 0
}

case_a_second_signal_does_not_wait() {
    held_job
    daemon
    await "the run" test -e "$WORK/begun"
    kill "$DAEMON"
    await_log '^info: stopping'
    kill -INT "$DAEMON"
    ends 0
    is "$(query "SELECT outcome FROM runs")" cancelled
}

case_a_run_whose_process_is_killed_has_failed_and_is_no_trouble() {
    held_job
    daemon
    await "the run" test -e "$WORK/begun"
    rm "$WORK/begun"
    kill -KILL "$(run_process)"
    await_log "^error: held: the run's process was killed by SIGKILL; .*memory"
    await "the next run" test -e "$WORK/begun"
    rm "$WORK/hold"
    await_log '^info: held: backup .* is whole'
    kill "$DAEMON"
    ends 0
    is "$(query "SELECT outcome FROM runs ORDER BY started LIMIT 1")" interrupted
    is "$(left_over "$DEST/held")" ""
}

case_a_daemon_killed_with_its_run_settles_it_and_runs_again() {
    held_job
    daemon
    await "the run" test -e "$WORK/begun"
    local run
    run=$(run_process)
    rm "$WORK/begun"
    kill -KILL "$DAEMON"
    ends 137
    await "the run to die with it" is_dead "$run"
    is "$(query "SELECT outcome FROM runs")" running
    [[ -n $(left_over "$DEST/held") ]] || fail "the run had left nothing to settle"
    rm "$WORK/hold"
    : >"$WORK/log"
    daemon
    is "$(query "SELECT outcome FROM runs ORDER BY started LIMIT 1")" interrupted
    await_log '^info: held: backup .* is whole'
    kill "$DAEMON"
    ends 0
    is "$(query "SELECT fate, reason FROM slots WHERE run_id <> '' ORDER BY first LIMIT 1")" \
        'run|interrupted' # a later slot is due, whose run makes up for it
    is "$(left_over "$DEST/held")" ""
    is "$(query "SELECT count(*) FROM slots WHERE fate = 'due'")" 0
}

case_a_run_that_died_before_it_wrote_a_row_gets_one() {
    job etc <<TOML
[schedule]
calendar = "yearly"

[source]
type  = "files"
paths = ["/etc/hostname"]
TOML
    daemon
    kill "$DAEMON"
    ends 0
    local run=01M8FS3MBSE0703EEVRY5RDN15 now
    now=$(date +%s)000000000
    query "INSERT INTO slots VALUES ('etc', $now, $now, 1, 'due', '', '$run', 1, $now)"
    : >"$WORK/log"
    daemon
    await_log '^info: etc: backup .* is whole'
    kill "$DAEMON"
    ends 0
    is "$(query "SELECT outcome, datetime(started / 1000000000, 'unixepoch') FROM runs
                 WHERE run_id = '$run'")" 'interrupted|2026-11-28 00:32:59'
    is "$(query "SELECT count(*) FROM slots JOIN runs USING (run_id) WHERE outcome = 'success'")" 1
    expect 0 intact recover etc "--dead-run=$(query "SELECT max(run_id) FROM runs")"
    is "$(query "SELECT outcome FROM runs ORDER BY run_id")" $'interrupted\nsuccess'
}

case_tells_the_service_manager_what_it_does() {
    held_job
    settings 'shutdown_grace = "1s"'
    python3 -c '
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    text = s.recv(65536).decode()
    open(sys.argv[2], "a").write(text.replace("\n", " ") + "\n")' "$WORK/notify" "$WORK/told" &
    await "the socket" test -S "$WORK/notify"
    NOTIFY_SOCKET=$WORK/notify WATCHDOG_USEC=400000 daemon
    await "a run" grep -q '^STATUS=held' "$WORK/told"
    await "more than one watchdog" has_lines 3 '^WATCHDOG=1' "$WORK/told"
    kill -HUP "$DAEMON"
    await "the end of the reload" has_lines 2 '^READY=1' "$WORK/told"
    echo 'no TOML' >"$INTACT_CONFIG_DIR/jobs.d/bad.toml"
    kill -HUP "$DAEMON"
    await "the end of the failed reload" has_lines 3 '^READY=1' "$WORK/told"
    kill "$DAEMON"
    ends 0
    is "$(grep -c '^RELOADING=1 MONOTONIC_USEC=[0-9]*$' "$WORK/told")" 2
    grep -q '^STOPPING=1 STATUS=' "$WORK/told"
    grep -q '^EXTEND_TIMEOUT_USEC=' "$WORK/told"
}

run_cases
