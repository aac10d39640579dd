#!/usr/bin/env bash
# The runs that the daemon begins: when, how many at once, with what around them.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"
# shellcheck source=tests/e2e/foreground.bash
source "$(dirname "$0")/foreground.bash"

case_retries_and_ends_as_one_slot() {
    job fails <<TOML
[schedule]
calendar = "*:*:*"

[source]
type    = "command"
command = ["sh", "-c", "echo x >>$WORK/attempts; exit 3"]

[run]
retries     = 2
retry_delay = "10ms"
TOML
    daemon
    await_log 'attempt 3$'
    await "its end" gives 3 "SELECT max(attempts) FROM slots WHERE fate = 'run'"
    kill "$DAEMON"
    ends 0
}

case_keeps_to_the_number_of_runs() {
    local name
    for name in a b c d; do
        job $name <<TOML
[schedule]
calendar = "*:*:*"

[source]
type    = "command"
command = ["sh", "-c", "mkdir $WORK/on.\$\$; ls -d $WORK/on.* | wc -l >>$WORK/counts; sleep 0.2; rmdir $WORK/on.\$\$"]
TOML
    done
    settings 'max_runs_per_filesystem = 4
max_concurrent_runs = 2'
    daemon
    await "a dozen runs" has_lines 12 . "$WORK/counts"
    kill "$DAEMON"
    ends 0
    is "$(sort -n "$WORK/counts" | tail -n 1)" 2
}

case_a_run_has_a_clean_environment_and_steps_back() {
    job env <<TOML
[schedule]
calendar = "*:*:*"

[source]
type    = "command"
command = ["sh", "-c", "cat /proc/\$PPID/environ | tr '\\\\0' '\\\\n' | sort; nice; ls /proc/\$PPID/fd | wc -l"]

[run]
nice = 4
TOML
    SECRET=1 NOTIFY_SOCKET=$WORK/none daemon
    await_log '^info: env: backup .* is whole'
    kill "$DAEMON"
    ends 0
    expect 0 intact restore env --stdout
    ! grep -E 'SECRET|NOTIFY|WATCHDOG' "$WORK/out" || fail "the run's process has the daemon's environment"
    says out "^$(($(nice) + 4))\$"
}

case_a_condition_that_does_not_hold_is_no_failure_and_is_counted() {
    job usb <<TOML
[schedule]
calendar = "*:*:*"

[source]
type  = "files"
paths = ["/etc/hostname"]

[conditions]
path_is_mount_point = "$WORK/usb"
TOML
    daemon
    await_log "^warning: usb: no backup now: nothing is mounted at '.*/usb' \(path_is_mount_point\)\$"
    kill "$DAEMON"
    ends 0
    is "$(query "SELECT count(*) FROM runs")" 0
    is "$(query "SELECT DISTINCT reason FROM slots WHERE fate = 'skipped'")" path_is_mount_point
    expect 75 intact run usb --check-conditions
    expect 0 intact run usb # by hand it is a person who says when
}

case_a_host_that_was_off_gets_one_backup_at_the_next_start() {
    job daily <<TOML
[schedule]
calendar = "daily"

[source]
type  = "files"
paths = ["/etc/hostname"]
TOML
    daemon
    kill "$DAEMON"
    ends 0
    # As if it had been seen three days earlier.
    query "UPDATE schedules SET since = since - 3 * 86400 * 1000000000"
    : >"$WORK/log"
    daemon
    await_log '^info: daily: run .* begins \(catch-up\)$'
    await_log '^info: daily: backup .* is whole'
    kill "$DAEMON"
    ends 0
    is "$(query "SELECT count, fate, reason FROM slots ORDER BY first")" $'2|missed|off\n1|run|catch-up'
    is "$(query "SELECT count(DISTINCT run_id) FROM slots")" 1
}

run_cases
