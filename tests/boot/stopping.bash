#!/usr/bin/env bash
# 'systemctl stop' while a run is on: who waits for what, and what is left behind.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/../e2e/harness.bash"
# shellcheck source=tests/boot/inside.bash
source "$(dirname "$0")/inside.bash"

# begins_to_stop: in the background, as STOP.
begins_to_stop() {
    inside systemctl stop intactd &
    STOP=$!
    await_said '^stopping: 1 run may go on for'
    is "$(property ActiveState)" deactivating
}

stops() {
    local status=0
    wait "$STOP" || status=$?
    is "$status/$(property ActiveState)/$(property Result)" 0/inactive/success
}

# is_older SECONDS PROPERTY: whether that moment lies so far back.
is_older() {
    local now since
    read -r now _ </proc/uptime
    since=$(property "$2")
    [[ $((${now%.*} - since / 1000000)) -gt $1 ]]
}

case_systemd_waits_for_the_run_longer_than_its_own_limit() {
    fresh
    drop_in TimeoutStopSec=1
    starts_held
    begins_to_stop
    await "the limit to be over" is_older 3 ActiveExitTimestampMonotonic
    is "$(property ActiveState)" deactivating
    is "$(backups_of held)" 0
    rm "$MEETING/hold"
    stops
    is "$(backups_of held)" 1
    is "$(query "SELECT outcome FROM runs")" success
    is "$(query "SELECT fate FROM slots WHERE run_id <> ''")" run
    is_whole held
    nothing_left held
}

case_a_run_that_does_not_end_is_cancelled_after_the_grace() {
    fresh
    settings 'shutdown_grace = "1s"'
    starts_held
    begins_to_stop
    stops
    is "$(query "SELECT outcome FROM runs")" cancelled
    is "$(query "SELECT fate, reason FROM slots WHERE run_id <> ''")" 'due|shutdown'
    is "$(backups_of held)" 0
    nothing_left held
    # And is made up for.
    rm "$MEETING/hold"
    expect 0 inside systemctl start intactd
    await "the backup" has_backups held 1
    expect 0 inside systemctl stop intactd
    is "$(query "SELECT count(*) FROM slots WHERE reason = 'shutdown'")" 0
    is_whole held
}

case_a_command_that_hears_no_signal_is_ended_all_the_same() {
    fresh
    settings 'shutdown_grace = "100ms"'
    touch "$MEETING/hold"
    task deaf <<TOML
[schedule]
calendar = "*:*:*"

[source]
type    = "command"
command = ["sh", "-c", "trap '' TERM INT; echo data; touch $MEET/begun; while :; do sleep 0.05; done"]
TOML
    expect 0 inside systemctl start intactd
    await "the run" test -e "$MEETING/begun"
    begins_to_stop
    stops
    is "$(query "SELECT outcome FROM runs")" cancelled
    is "$(backups_of deaf)" 0
    nothing_left deaf
}

case_a_second_stop_joins_the_first() {
    fresh
    starts_held
    begins_to_stop
    inside systemctl stop intactd &
    local second=$!
    await "both to wait" has_two_waiting
    rm "$MEETING/hold"
    stops
    wait "$second"
    is "$(query "SELECT outcome FROM runs")" success
    is "$(backups_of held)" 1
    is_whole held
    nothing_left held
}

has_two_waiting() {
    [[ $(inside pgrep --full --count 'systemctl stop intactd') -eq 2 ]]
}

case_a_second_signal_does_not_wait_for_the_run() {
    fresh
    starts_held
    begins_to_stop
    expect 0 inside systemctl kill --kill-whom=main intactd
    stops
    is "$(query "SELECT outcome FROM runs")" cancelled
    is "$(backups_of held)" 0
    nothing_left held
}

run_cases
