#!/usr/bin/env bash
# What the daemon is asked and told over a bus: by verbs, by busctl, by users who may not.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"
# shellcheck source=tests/e2e/foreground.bash
source "$(dirname "$0")/foreground.bash"

AGENT=(org.intact.Agent1 /org/intact/Agent1)

# A bus of the case's own at $WORK/bus, which any user may enter.
bus() {
    cat >"$WORK/bus.conf" <<XML
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path=$WORK/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_type="method_call"/>
    <allow send_type="signal"/><allow send_requested_reply="true"/><allow receive_type="method_call"/>
    <allow receive_type="signal"/><allow receive_requested_reply="true"/>
  </policy>
</busconfig>
XML
    rm -f "$WORK/bus"
    dbus-daemon --config-file="$WORK/bus.conf" --nofork --nopidfile 2>"$WORK/bus.log" &
    BROKER=$!
    await "the bus" test -S "$WORK/bus"
    export DBUS_SESSION_BUS_ADDRESS=unix:path=$WORK/bus
    export DBUS_SYSTEM_BUS_ADDRESS=$DBUS_SESSION_BUS_ADDRESS
}

# The daemon on that bus.
daemon_on_bus() {
    [[ -S $WORK/bus ]] || bus
    BUS=--session-bus daemon
}

asked() {
    intact --session-bus "$@"
}

state_of() {
    asked status "$1" --json >"$WORK/state.json"
    from_json "$WORK/state.json" "m['jobs'][0]$2"
}

# state_is JOB EXPRESSION VALUE
state_is() {
    [[ $(state_of "$1" "$2") == "$3" ]]
}

by_hand() {
    job "$1" <<TOML
[source]
type    = "command"
command = ["sh", "-c", "${2:-echo data}"]
${3-}
TOML
}

# job_often: a job named so, each second.
job_often() {
    job often <<TOML
[schedule]
calendar = "*:*:*"

[source]
type  = "files"
paths = ["/etc/hostname"]
TOML
}

case_the_interface_is_the_frozen_one() {
    by_hand job
    daemon_on_bus
    # Without what sd-bus itself offers on every object.
    busctl --user introspect --xml-interface "${AGENT[@]}" |
        sed -n '/<interface name="org.intact.Agent1">/,/<\/interface>/p' >"$WORK/xml"
    diff "$E2E/../data/control/org.intact.Agent1.xml" "$WORK/xml" || fail "the interface has changed"
}

case_a_run_by_the_daemon_is_followed_to_its_end() {
    by_hand good
    by_hand bad "echo no room >&2; exit 3"
    daemon_on_bus
    expect 0 asked run good --via-daemon
    says out "^  archive +$DEST/good/good-.*\.raw\.zst$"
    expect 0 asked run good --via-daemon --json
    says out '"event":"start","job":"good","run":"[0-9A-Z]{26}"'
    says out '"event":"outcome".*"outcome":"success"'
    expect 1 asked run bad --via-daemon
    says err "error: .*command 'sh' exited with status 3: no room"
    expect 1 asked run bad good --via-daemon # the failure keeps no other from its run
    is "$(query "SELECT count(*) FROM runs WHERE job = 'good'")" 3
    expect 1 asked run none --via-daemon
    says err "there is no job 'none'"
    expect 2 asked run good --via-daemon --wait
}

case_a_run_that_is_tried_again_is_followed_over_its_rests() {
    by_hand flaky "test -e $WORK/was || { touch $WORK/was; exit 1; }; echo data" '
[run]
retries     = 1
retry_delay = "10ms"'
    daemon_on_bus
    expect 0 asked run flaky --via-daemon
    says err 'flaky: attempt 1 failed \(source_failed\), there will be another'
}

case_the_follower_may_leave_and_the_run_goes_on() {
    held_job
    sed -i '/schedule/,/calendar/d' "$INTACT_CONFIG_DIR/jobs.d/held.toml"
    daemon_on_bus
    "$INTACT" --session-bus run held --via-daemon >"$WORK/out" 2>"$WORK/err" &
    local follower=$! status=0
    await "the run" test -e "$WORK/begun"
    expect 4 asked run held --via-daemon
    says err "job 'held' runs already"
    kill -TERM $follower
    wait $follower || status=$?
    is $status 130
    rm "$WORK/hold"
    await "its end" gives success "SELECT outcome FROM runs"
}

case_cancel_stops_a_run_and_takes_others_from_the_queue() {
    held_job
    sed -i '/schedule/,/calendar/d' "$INTACT_CONFIG_DIR/jobs.d/held.toml"
    by_hand next
    settings 'max_concurrent_runs = 1'
    daemon_on_bus
    expect 1 asked cancel held
    says err "job 'held' neither runs nor waits"
    busctl --user call "${AGENT[@]}" org.intact.Agent1 Run s held
    await "the run" test -e "$WORK/begun"
    "$INTACT" --session-bus run next --via-daemon >"$WORK/out" 2>"$WORK/err" &
    local follower=$! status=0
    await "it in the queue" state_is next "['phase']" queued
    expect 0 asked cancel next held
    says out '^next: will not run now$'
    says out '^held: is being stopped$'
    wait $follower || status=$?
    is $status 130
    await "the end" gives cancelled "SELECT outcome FROM runs"
    is "$(query "SELECT count(*) FROM runs")" 1
    is "$(left_over "$DEST/held")" ""
}

case_a_pause_leaves_out_and_outlasts_a_kill() {
    job_often
    daemon_on_bus
    expect 0 asked pause often
    says out '^often: paused until resumed$'
    await "a time that was left out" gives paused "SELECT reason FROM slots WHERE fate = 'skipped'"
    kill -KILL "$DAEMON"
    ends 137
    is "$(query "SELECT job FROM pauses")" often # durable before it was answered
    : >"$WORK/log"
    daemon_on_bus
    is "$(state_of often "['paused']")" True
    expect 0 asked run often --via-daemon # by hand all the same
    expect 0 asked resume often
    await_log '^info: often: run .* begins$'
    expect 2 asked pause
    expect 1 asked pause none
    expect 2 asked pause --all --until 2020-01-01
    expect 0 asked pause --all --for 1h
    says out '^all jobs: paused until 20'
    expect 0 asked status
    says out "^All jobs are paused"
    kill "$DAEMON"
    ends 0
}

case_a_reload_tells_the_caller_where_the_errors_are() {
    by_hand old
    daemon_on_bus
    echo 'calendar = "soon"' >"$INTACT_CONFIG_DIR/jobs.d/new.toml"
    expect 78 asked reload
    says err 'new.toml:1:1: error\[E003\]'
    says err "not reloaded: .*the old one holds"
    expect 0 asked run old --via-daemon
    rm "$INTACT_CONFIG_DIR/jobs.d/new.toml"
    by_hand new
    expect 0 asked reload
    expect 0 asked run new --via-daemon
}

case_status_tells_what_is_with_and_without_the_daemon() {
    held_job
    by_hand fails 'exit 3'
    settings 'max_runs_per_filesystem = 2'
    daemon_on_bus
    await "the run" test -e "$WORK/begun"
    expect 1 asked run fails --via-daemon
    await "what it does" state_is held "['progress']['stage']" source
    expect 0 asked status
    says out '^intactd [0-9.]*: 2 jobs, 1 running, none waiting$'
    says out '^JOB +STATE +LAST RUN +LAST BACKUP +NEXT$'
    says out '^held +running, source'
    says out '^fails +idle +failure 20.* none +by hand$'
    expect 0 asked status fails
    says out '^failed with: +source_failed \(run '
    expect 1 asked status none
    kill -KILL "$DAEMON"
    ends 137
    expect 0 asked status
    says err 'warning: the daemon cannot be reached: '
    says out '^fails +idle +failure'
    expect 1 asked status --watch
    expect 1 asked cancel held
    says err "hint: is the daemon running"
}

case_a_suspicious_backup_is_told_by_whoever_tells_of_backups() {
    by_hand small 'echo data' $'[expect]\nmin_size = "1KiB"'
    daemon_on_bus
    is "$(state_of small "['suspicious']")" False
    dbus-monitor --session "sender='org.intact.Agent1'" >"$WORK/signals" &
    await "the monitor" test -s "$WORK/signals"
    expect 3 asked run small --via-daemon
    says out 'suspicious: 5 B of content, less than expect.min_size=1.00 KiB'
    await "the figures" grep -q '"Suspicious"' "$WORK/signals"
    is "$(state_of small "['suspicious']")" True
    expect 0 asked status small
    says out '^last backup: .*, suspicious$'
    await_log "small: backup .* is suspicious, 1 warning:"
    kill -TERM "$DAEMON"
    ends 0
    # Out of the record of runs, without the daemon and by one that has just begun.
    expect 0 asked status small
    says out '^last backup: .*, suspicious$'
    : >"$WORK/log"
    daemon_on_bus
    is "$(state_of small "['suspicious']")" True
    by_hand small 'echo data'
    expect 0 asked reload
    expect 0 asked run small --via-daemon
    is "$(state_of small "['suspicious']")" False
}

case_status_watches() {
    by_hand once
    daemon_on_bus
    "$INTACT" --session-bus status --watch >"$WORK/watched" &
    local watcher=$!
    await "the first look" grep -q '^once .*never' "$WORK/watched"
    expect 0 asked run once --via-daemon
    await "what came of it" grep -q '^once .*success' "$WORK/watched"
    kill -TERM $watcher
    wait $watcher
}

case_tells_each_change_and_no_path() {
    by_hand secret "echo hush >&2; exit 3"
    daemon_on_bus
    dbus-monitor --session "sender='org.intact.Agent1'" >"$WORK/signals" &
    # It is listening when it hears of its own question.
    await "the monitor" test -s "$WORK/signals"
    expect 1 asked run secret --via-daemon
    local signal
    for signal in RunBegun RunEnded JobChanged PropertiesChanged; do
        await "$signal" grep -q "member=$signal" "$WORK/signals"
    done
    grep -q 'source_failed' "$WORK/signals"
    ! grep -E "hush|$WORK" "$WORK/signals" || fail "more is told than anybody may know"
}

case_others_may_look_and_nothing_else() {
    by_hand job
    chmod 755 "$WORK"
    bus
    chmod 777 "$WORK/bus"
    BUS=--verbose daemon # on that of the system
    cp "$INTACT" "$WORK/intact"
    chmod 755 "$WORK/intact"
    local user=(setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/ "$WORK/intact")
    expect 0 "${user[@]}" status
    says out '^job +idle'
    local words
    for words in 'run job --via-daemon' 'cancel job' 'pause job' 'resume job' reload accept-clock; do
        # shellcheck disable=SC2086 # words
        expect 1 "${user[@]}" $words
        says err "is for root, and polkit cannot be asked"
    done
    is "$(query "SELECT count(*) FROM runs")" 0
    expect 0 intact run job --via-daemon
}

case_two_daemons_do_not_share_a_state_or_a_name() {
    by_hand job
    daemon_on_bus
    expect 4 "$INTACTD" --no-bus
    says err "another daemon has this state directory"
    expect 1 "$INTACTD" --session-bus --state-dir "$WORK/other"
    says err 'another process has the name org.intact.Agent1'
    expect 1 env DBUS_SESSION_BUS_ADDRESS=unix:path="$WORK/none" "$INTACTD" --session-bus \
        --state-dir "$WORK/other"
    says err 'start it with --no-bus'
    kill "$DAEMON"
    ends 0
    is "$(cat "$INTACT_STATE_DIR/locks/_daemon.lock")" "" # not a line more for each life
}

case_backups_go_on_while_the_bus_is_gone() {
    job_often
    daemon_on_bus
    kill "$BROKER"
    await_log '^warning: the bus is gone'
    local before
    before=$(query "SELECT count(*) FROM runs")
    await "more backups" has_backups often $((before + 2))
    bus
    await_log '^info: back on the bus'
    expect 0 asked status often
    kill "$DAEMON"
    ends 0
}

case_the_level_of_its_log_changes_at_run_time() {
    by_hand job
    daemon_on_bus
    local log=(org.intact.Agent1 /org/freedesktop/LogControl1 org.freedesktop.LogControl1)
    is "$(busctl --user get-property "${log[@]}" LogLevel)" 's "info"'
    busctl --user set-property "${log[@]}" LogLevel s err
    is "$(busctl --user get-property "${log[@]}" LogLevel)" 's "err"'
    expect 1 busctl --user set-property "${log[@]}" LogLevel s loud
    expect 0 asked run job --via-daemon
    ! logged 'job: run .* begins' || fail "it says what it was told not to"
}

run_cases
