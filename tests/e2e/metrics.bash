#!/usr/bin/env bash
# What metrics tell before and after something has happened, as numbers: the table of truth.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"
# shellcheck source=tests/e2e/foreground.bash
source "$(dirname "$0")/foreground.bash"
# shellcheck source=tests/e2e/truth.bash
source "$(dirname "$0")/truth.bash"

case_a_job_that_never_ran_has_all_its_series() {
    four_bytes '2037-01-01'
    daemon
    tells four <<TABLE
next_run_timestamp_seconds set
success_deadline_timestamp_seconds set
$never
TABLE
    is "$(series 'intact_job_runs_total{backup="four",result="failure"}')" 0
    is "$(series 'intact_job_last_success_timestamp_seconds{backup="four"}')" 0
}

case_a_run_by_hand_is_seen_as_one_by_the_daemon() {
    four_bytes ""
    daemon
    tells four <<<"$never"
    expect 0 intact run four
    one_success | tells four
}

case_a_partial_backup_is_a_warning_and_a_success() {
    mkdir "$WORK/tree"
    echo content >"$WORK/tree/file"
    mkfifo "$WORK/tree/fifo"
    python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$WORK/tree/s"
    job tree <<TOML
[source]
type  = "files"
paths = ["$WORK/tree"]
TOML
    daemon
    expect 3 intact run tree
    await "the warning" gives_series 1 'intact_job_last_run_result{backup="tree",result="warning"}'
    is "$(series 'intact_job_last_run_warnings{backup="tree"}')" 1
    is "$(series 'intact_job_last_run_result{backup="tree",result="success"}')" 0
    await "its count" gives_series 1 'intact_job_runs_total{backup="tree",result="warning"}'
    is "$(series 'intact_job_runs_total{backup="tree",result="success"}')" 0
    is "$(series 'intact_job_kept_backups{backup="tree"}')" 1
    [[ $(series 'intact_job_last_success_timestamp_seconds{backup="tree"}') != 0 ]]
}

case_slots_that_nobody_was_there_for_are_missed() {
    four_bytes '*:*:*'
    sed -i '/calendar/a catch_up = false' "$INTACT_CONFIG_DIR/jobs.d/four.toml"
    daemon
    await "a backup" has_backups four 1
    kill "$DAEMON"
    ends 0
    # The daemon was away for two minutes, as far as it can know.
    query "UPDATE slots SET first = first - 120000000000, last = last - 120000000000"
    query "UPDATE schedules SET since = since - 240000000000"
    : >"$WORK/log"
    daemon
    await "missed slots" misses_some
    is "$(series 'intact_job_missed_slots_total{backup="four",reason="late"}')" 0
}

misses_some() {
    [[ $(series 'intact_job_missed_slots_total{backup="four",reason="off"}') -ge 100 ]]
}

case_what_overlaps_or_is_paused_is_skipped() {
    held_job
    daemon
    await "the run" test -e "$WORK/begun"
    await "overlaps" skips_some overlap
    rm "$WORK/hold"
    await "its end" gives_series 1 'intact_job_runs_total{backup="held",result="success"}'
}

# skips_some REASON: at least two slots of held.
skips_some() {
    [[ $(series "intact_job_skipped_slots_total{backup=\"held\",reason=\"$1\"}") -ge 2 ]]
}

case_a_disabled_job_asks_for_no_success() {
    four_bytes '2037-01-01'
    daemon
    [[ $(series 'intact_job_success_deadline_timestamp_seconds{backup="four"}') != 0 ]]
    sed -i '1i enabled = false' "$INTACT_CONFIG_DIR/jobs.d/four.toml"
    kill -HUP "$DAEMON"
    tells four <<TABLE
enabled 0
$never
TABLE
}

case_a_job_that_is_gone_has_no_series_and_a_renamed_one_begins_anew() {
    four_bytes ""
    job other <<TOML
[source]
type    = "command"
command = ["printf", "data"]
TOML
    daemon
    expect 0 intact run four
    one_success | tells four
    mv "$INTACT_CONFIG_DIR/jobs.d/four.toml" "$INTACT_CONFIG_DIR/jobs.d/quattro.toml"
    rm "$INTACT_CONFIG_DIR/jobs.d/other.toml"
    kill -HUP "$DAEMON"
    tells four <<<''
    tells other <<<''
    tells quattro <<<"$never"
    # What it was is not forgotten.
    mv "$INTACT_CONFIG_DIR/jobs.d/quattro.toml" "$INTACT_CONFIG_DIR/jobs.d/four.toml"
    kill -HUP "$DAEMON"
    one_success | tells four
}

case_a_restart_changes_nothing() {
    four_bytes ""
    daemon
    expect 0 intact run four
    one_success | tells four
    kill "$DAEMON"
    ends 0
    : >"$WORK/log"
    daemon
    # At once, not by and by.
    is "$(truth four)" "$(one_success)"
}

case_a_catalog_that_was_made_anew_tells_what_the_manifests_tell() {
    four_bytes ""
    daemon
    expect 0 intact run four
    sed -i 's/"printf", "data"/"false"/' "$INTACT_CONFIG_DIR/jobs.d/four.toml"
    expect 1 intact run four
    await "the failure" gives_series 1 'intact_job_runs_total{backup="four",result="failure"}'
    # While the daemon has it open.
    rm "$INTACT_STATE_DIR"/catalog.db*
    expect 0 intact catalog rebuild
    expect 0 intact catalog survey
    one_success | tells four
    sed -i 's/"false"/"printf", "data"/' "$INTACT_CONFIG_DIR/jobs.d/four.toml"
    expect 0 intact run four
    await "two" gives_series 2 'intact_job_runs_total{backup="four",result="success"}'
}

case_a_broken_job_is_there_and_says_so() {
    four_bytes ""
    job bad <<<'[source]'
    daemon
    await "the flag" gives_series 1 'intact_job_broken{backup="bad"}'
    is "$(series intact_config_last_reload_successful)" 0
    is "$(series 'intact_config_jobs{state="broken"}')" 1
    is "$(series 'intact_job_broken{backup="four"}')" 0
    rm "$INTACT_CONFIG_DIR/jobs.d/bad.toml"
    kill -HUP "$DAEMON"
    await "the reload" gives_series 1 intact_config_last_reload_successful
    echo nonsense >"$INTACT_CONFIG_DIR/jobs.d/four.toml"
    kill -HUP "$DAEMON"
    await "the refusal" gives_series 0 intact_config_last_reload_successful
    is "$(series 'intact_job_broken{backup="four"}')" 0 # the one that holds is good
}

case_the_textfile_says_the_same() {
    four_bytes ""
    mkdir -p "$INTACT_CONFIG_DIR" "$WORK/collector"
    printf '[metrics]\nlisten = []\ntextfile = "%s"\n' "$WORK/collector/intact.prom" \
        >"$INTACT_CONFIG_DIR/intact.toml"
    expect 0 intact run four # without a daemon
    is "$(python3 -B "$E2E/../support/metrics_truth.py" four <"$WORK/collector/intact.prom")" \
        "$(one_success)"
    is "$(stat -c %a "$WORK/collector/intact.prom")" 644
    "$INTACTD" --no-bus >"$WORK/log" 2>&1 &
    expect 0 intact run four
    await "the daemon's" grep -q 'intact_job_runs_total{backup="four",result="success"} 2' \
        "$WORK/collector/intact.prom"
    await "the daemon's own" grep -q '^intact_scheduler_running 0' "$WORK/collector/intact.prom"
    # What a collector would take for its own.
    expect 1 grep -q '^process_' "$WORK/collector/intact.prom"
    is "$(find "$WORK/collector" -type f)" "$WORK/collector/intact.prom"
}

run_cases
