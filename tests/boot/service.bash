#!/usr/bin/env bash
# Installed and run by systemd: start, status, reload, restart, the watchdog, and a death in mid-run.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/../e2e/harness.bash"
# shellcheck source=tests/boot/inside.bash
source "$(dirname "$0")/inside.bash"

small_task() {
    task "$1" <<TOML
[schedule]
calendar = "*:*:*"

[source]
type  = "files"
paths = ["/etc/hostname"]
TOML
}

case_what_was_installed_is_found_by_systemd() {
    fresh
    is "$(property LoadState)" loaded
    is "$(inside systemd-analyze verify --man=no intactd.service 2>&1)" ""
    is "$(inside getent passwd _intact | cut -d: -f1,5,6)" '_intact:Intact backup agent:/var/lib/intact'
    is "$(inside stat -c '%U:%G %a' /var/backups/intact /var/lib/intact)" \
        $'_intact:_intact 750\n_intact:_intact 750'
    expect 0 inside intact check
    expect 0 inside systemctl enable intactd
    expect 0 inside systemctl disable intactd
}

case_starts_takes_backups_and_says_what_it_does() {
    fresh
    small_task small
    expect 0 inside systemctl start intactd
    is "$(property ActiveState)/$(property SubState)" active/running
    await "two backups" has_backups small 2
    await "a status" grep -qE '^(small.*|idle); next: small at' <(property StatusText)
    expect 0 inside systemctl status intactd
    says out 'Status: ".*next: small at'
    expect 0 inside systemctl stop intactd
    has Result success
    is_whole small
    is "$(query "SELECT count(*) FROM runs WHERE outcome <> 'success'")" 0
    # What it writes is for root and itself.
    is "$(find "$BACKUPS/small" -type f -printf '%m\n' | sort -u)" 600
    is "$(inside stat -c '%U' /var/lib/intact/catalog.db /var/backups/intact/small | sort -u)" _intact
    is "$(find "$ROOT/var/lib/intact" -type f ! -perm 600)" ""
}

case_a_restart_is_another_process_that_goes_on() {
    fresh
    small_task small
    expect 0 inside systemctl start intactd
    await "a backup" has_backups small 1
    local before
    before=$(property MainPID)
    expect 0 inside systemctl restart intactd
    [[ $(property MainPID) != "$before" ]] || fail "the same process"
    await "more of them" has_backups small $(($(backups_of small) + 1))
    expect 0 inside systemctl stop intactd
    is_whole small
    is "$(query "SELECT count(*) FROM slots WHERE fate = 'due' AND first < (SELECT max(first) FROM slots)")" 0
}

case_nothing_is_started_by_a_configuration_that_cannot_be_used() {
    fresh
    echo '[daemn]' >"$ROOT/etc/intact/intact.toml"
    expect 1 inside systemctl start intactd
    is "$(property ActiveState)/$(property ExecMainStatus)/$(property NRestarts)" failed/78/0
    said "^/etc/intact/intact.toml:1:2: .*unknown key 'daemn'"
}

case_a_daemon_reload_of_systemd_disturbs_no_run() {
    fresh
    starts_held
    local before
    before=$(property MainPID)
    expect 0 inside systemctl daemon-reload
    expect 0 inside systemctl daemon-reexec
    is "$(property MainPID)/$(property ActiveState)" "$before/active"
    rm "$MEETING/hold"
    await "the backup" has_backups held 1
    is "$(query "SELECT DISTINCT outcome FROM runs WHERE outcome <> 'running'")" success
    expect 0 inside systemctl stop intactd
    is_whole held
}

case_a_signal_has_the_state_logged() {
    fresh
    starts_held
    expect 0 inside systemctl kill --kill-whom=main --signal=USR1 intactd
    await_said '^held: running \(slot, attempt 1\) run .*, process [0-9]+'
    rm "$MEETING/hold"
    expect 0 inside systemctl stop intactd
    is_whole held
}

case_one_that_does_not_answer_is_killed_and_goes_on_where_it_was() {
    fresh
    drop_in WatchdogSec=2 RestartSec=100ms
    starts_held
    local before
    before=$(property MainPID)
    rm "$MEETING/begun"
    expect 0 inside systemctl kill --kill-whom=main --signal=STOP intactd
    await "the watchdog" has NRestarts 1
    await "it to be up" has ActiveState active
    [[ $(property MainPID) != "$before" ]] || fail "the same process"
    inside journalctl --since="$SINCE" -o cat _PID=1 | grep 'Watchdog timeout' >/dev/null
    await "a run" test -e "$MEETING/begun"
    rm "$MEETING/hold"
    await "a backup" has_backups held 1
    expect 0 inside systemctl stop intactd
    is "$(query "SELECT outcome FROM runs ORDER BY started LIMIT 1")" interrupted
    is "$(query "SELECT count(*) FROM runs WHERE outcome = 'running'")" 0
    is_whole held
    nothing_left held
}

case_what_a_death_in_mid_run_left_is_settled_at_the_restart() {
    fresh
    drop_in RestartSec=100ms
    starts_held
    rm "$MEETING/begun"
    expect 0 inside systemctl kill --kill-whom=main --signal=KILL intactd
    await "the restart" has NRestarts 1
    await "it to be up" has ActiveState active
    is "$(query "SELECT outcome FROM runs ORDER BY started LIMIT 1")" interrupted
    await "a run" test -e "$MEETING/begun"
    rm "$MEETING/hold"
    await "a backup" has_backups held 1
    # By a run of its own, or by that of a later slot.
    await "the slot of the first run" gives run "SELECT fate FROM slots ORDER BY first LIMIT 1"
    expect 0 inside systemctl stop intactd
    is_whole held
    nothing_left held
}

case_a_run_that_is_killed_takes_nothing_with_it() {
    fresh
    starts_held
    local before
    before=$(property MainPID)
    rm "$MEETING/begun"
    # As the kernel does when memory runs out.
    expect 0 inside pkill -KILL --parent "$before"
    await_said "^held: the run's process was killed by SIGKILL; .*memory"
    await "the next run" test -e "$MEETING/begun"
    is "$(property MainPID)/$(property ActiveState)/$(property NRestarts)" "$before/active/0"
    rm "$MEETING/hold"
    await "a backup" has_backups held 1
    expect 0 inside systemctl stop intactd
    is "$(query "SELECT outcome FROM runs ORDER BY started LIMIT 1")" interrupted
    is_whole held
    nothing_left held
}

run_cases
