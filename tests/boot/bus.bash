#!/usr/bin/env bash
# The service on the system's bus: reload as systemctl does it, and who may ask for what.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/../e2e/harness.bash"
# shellcheck source=tests/boot/inside.bash
source "$(dirname "$0")/inside.bash"

RULES=$ROOT/etc/polkit-1/rules.d/10-case.rules

# call METHOD [SIGNATURE ARGUMENT...]
call() {
    inside busctl call org.intact.Agent1 /org/intact/Agent1 org.intact.Agent1 "$@"
}

# as_nobody COMMAND...: an ordinary user without a session.
as_nobody() {
    inside setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
}

call_as_nobody() {
    as_nobody busctl call org.intact.Agent1 /org/intact/Agent1 org.intact.Agent1 "$@"
}

# by_hand NAME: a job without a schedule.
by_hand() {
    task "$1" <<TOML
[source]
type  = "files"
paths = ["/etc/hostname"]
TOML
}

starts_by_hand() {
    by_hand "$1"
    expect 0 inside systemctl start intactd
}

case_a_reload_waits_and_takes_a_new_job() {
    fresh
    starts_by_hand old
    by_hand new
    expect 0 inside systemctl reload intactd
    is "$(property ActiveState)/$(property ReloadResult)" active/success
    said '^reloaded: 2 jobs$'
    expect 0 inside intact run new --via-daemon
    has_backups new 1
    expect 0 inside systemctl stop intactd
    is_whole new
}

case_a_reload_with_a_mistake_fails_with_its_place_and_changes_nothing() {
    fresh
    starts_held
    local before
    before=$(property MainPID)
    printf '[schedule]\ncalendar = "soon"\n' | task wrong
    echo 'no TOML' | task held
    expect 1 inside systemctl reload intactd
    is "$(property ActiveState)/$(property MainPID)/$(property ReloadResult)" "active/$before/exit-code"
    said 'wrong.toml:2:13'
    expect 78 inside intact reload
    says err '/etc/intact/jobs.d/wrong.toml:2:13'
    says err '/etc/intact/jobs.d/held.toml:1:'
    # The old jobs go on, by what their files held.
    rm "$MEETING/begun" "$MEETING/hold"
    await "the run that was on, and another" has_backups held 2
    is "$(property NRestarts)" 0
    # Mended, it is taken.
    rm "$JOBS/wrong.toml"
    held_task
    rm "$MEETING/hold"
    expect 0 inside systemctl reload intactd
    expect 0 inside systemctl stop intactd
    is "$(query "SELECT count(*) FROM runs WHERE outcome NOT IN ('success')")" 0
    is_whole held
}

case_everybody_may_read() {
    fresh
    starts_by_hand small
    expect 0 call_as_nobody ListJobs
    says out '"small"'
    expect 0 call_as_nobody GetJob s small
    expect 0 as_nobody busctl get-property org.intact.Agent1 /org/intact/Agent1 org.intact.Agent1 Version
    says out '^s "[0-9]'
    expect 0 as_nobody busctl introspect org.intact.Agent1 /org/intact/Agent1
    expect 0 inside systemctl stop intactd
}

case_who_is_nobody_may_change_nothing() {
    fresh
    starts_held
    local before
    before=$(property MainPID)
    local -a asked
    for asked in 'Run s held' 'Cancel s held' 'Pause st held 0' 'Resume s held' Reload AcceptClock; do
        # shellcheck disable=SC2086 # words
        expect 1 call_as_nobody $asked
        says err '[Dd]enied|[Aa]uthori[sz]ation|authentication'
    done
    expect 1 as_nobody busctl set-property org.intact.Agent1 /org/freedesktop/LogControl1 \
        org.freedesktop.LogControl1 LogLevel s debug
    # Nor pretend to be the daemon.
    expect 1 as_nobody busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus \
        RequestName su org.intact.Agent1 4
    says err '[Dd]enied|not allowed'
    # The run is on as before.
    is "$(property MainPID)" "$before"
    rm "$MEETING/hold"
    await "the backup" has_backups held 1
    ! said '^reloaded' || fail "it was reloaded"
    expect 0 inside systemctl stop intactd
    is "$(query "SELECT count(*) FROM runs WHERE outcome <> 'success'")" 0
    is "$(query "SELECT count(*) FROM slots WHERE reason IN ('paused', 'cancelled')")" 0
}

case_a_rule_of_polkit_gives_one_right_and_no_other() {
    fresh
    starts_by_hand small
    cat >"$RULES" <<'END'
polkit.addRule(function(action, subject) {
    if (action.id == "org.intact.Agent1.run" && subject.user == "nobody") {
        return polkit.Result.YES;
    }
});
END
    chmod 644 "$RULES"
    inside systemctl restart polkit
    local status=0
    (
        expect 0 call_as_nobody Run s small
        await "the backup" has_backups small 1
        expect 1 call_as_nobody Reload
    ) || status=1
    rm -f "$RULES"
    inside systemctl restart polkit
    is "$status" 0
    expect 1 call_as_nobody Run s small
    expect 0 inside systemctl stop intactd
    is "$(query "SELECT count(*) FROM runs")" 1
    is_whole small
}

case_without_polkit_root_still_may() {
    fresh
    starts_by_hand small
    inside systemctl mask --runtime --now polkit
    local status=0
    (
        expect 1 call_as_nobody Run s small
        expect 0 inside intact run small --via-daemon
    ) || status=1
    inside systemctl unmask --runtime polkit
    is "$status" 0
    expect 0 inside systemctl stop intactd
    is_whole small
}

case_cancel_pause_and_resume_reach_the_run_and_the_schedule() {
    fresh
    starts_held
    expect 0 inside intact pause held
    expect 0 inside intact cancel held
    await "its end" gives cancelled "SELECT outcome FROM runs"
    is "$(left_over "$BACKUPS/held")" ""
    await "a slot left out" gives 1 "SELECT count(*) > 0 FROM slots WHERE reason = 'paused'"
    is "$(query "SELECT count(*) FROM runs")" 1
    rm "$MEETING/hold"
    expect 0 inside intact resume held
    await "the backup" has_backups held 1
    expect 0 inside systemctl stop intactd
    is_whole held
}

case_the_log_level_is_set_as_for_services_of_systemd() {
    fresh
    starts_by_hand small
    is "$(inside systemctl service-log-level intactd)" info
    expect 0 inside systemctl service-log-level intactd debug
    is "$(inside systemctl service-log-level intactd)" debug
    expect 0 inside systemctl stop intactd
}

case_without_the_daemon_it_is_said_that_there_is_none() {
    fresh
    by_hand small
    status=0
    inside intact reload >"$WORK/out" 2>"$WORK/err" || status=$?
    [[ $status -ne 0 && $status -ne 78 ]] || fail "ended with $status"
    says err 'intactd'
    # Nobody starts it by asking.
    is "$(property ActiveState)" inactive
    expect 0 inside intact status
    expect 0 inside intact run small
    is_whole small
    is "$(inside stat -c %U "/var/backups/intact/small" /var/lib/intact/catalog.db | sort -u)" _intact
}

case_root_by_hand_leaves_what_the_service_can_use() {
    fresh
    by_hand mine
    expect 0 inside intact run mine
    expect 0 inside systemctl start intactd
    expect 0 inside intact run mine --via-daemon
    has_backups mine 2
    is "$(find "$BACKUPS" "$ROOT/var/lib/intact" -printf '%U\n' | sort -u)" "$(inside id -u _intact)"
}

# delays NUMBER: locks of ours that logind holds.
delays() {
    [[ $(inside systemd-inhibit --list --no-legend | grep -c Intact) -eq $1 ]]
}

case_a_shutdown_is_put_off_while_a_run_is_on() {
    fresh
    starts_held
    await "one for shutdown, one for sleep" delays 2
    rm "$MEETING/hold"
    rm "$JOBS/held.toml"
    expect 0 inside systemctl reload intactd
    await "none when it is over" delays 0
}

run_cases
