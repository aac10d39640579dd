#!/usr/bin/env bash
# What metrics tell of what fails, at each stage, as numbers.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"
# shellcheck source=tests/e2e/foreground.bash
source "$(dirname "$0")/foreground.bash"
# shellcheck source=tests/e2e/truth.bash
source "$(dirname "$0")/truth.bash"

# fails_at JOB CALLS [on-the-archive]: a run on a disk on which these system calls fail, by strace.
fails_at() {
    local id
    id=01M8FS509R1QAK5DFV4RG9TG$(printf '%s' "$1" | tr '[:lower:]' '[:upper:]' | tr -d 'ILOU' | cut -c 1-2)
    timeout 60 strace -f -qq -o "$WORK/strace" -e trace="$2" -e inject="$2:error=EIO" \
        ${3:+-P "$DEST/$1/.intact-$id.archive"} "$INTACT" run --run-id "$id" "$1" \
        >"$WORK/out" 2>"$WORK/err" || true
}

case_failures_tell_their_stage_and_reason() {
    four_bytes ""
    job nowhere <<TOML
[source]
type    = "command"
command = ["printf", "data"]

[destination]
path = "$WORK/nowhere"
TOML
    job hook <<TOML
[source]
type    = "command"
command = ["printf", "data"]

[hooks]
before = ["false"]
TOML
    job source <<TOML
[source]
type    = "command"
command = ["sh", "-c", "printf data; exit 3"]

[archive]
compression = "none"
TOML
    job cut <<TOML
[source]
type    = "command"
command = ["printf", "data"]
format  = "tar"

[archive]
compression = "none"
TOML
    daemon
    expect 1 intact run nowhere
    {
        of_a_failure claim not_found | sed '/^$/d; /^destination_/d'
        printf '%s\n' 'destination_free_bytes NaN' 'destination_size_bytes NaN' \
            'destination_checked_timestamp_seconds set'
    } | tells nowhere
    expect 1 intact run hook
    tells_of_a_failure hook hook hook_failed
    expect 1 intact run source
    await "the failure" gives_series 1 \
        'intact_job_failures_total{backup="source",stage="source",reason="source_failed"}'
    is "$(series 'intact_job_last_run_read_bytes{backup="source"}')" 4
    expect 6 intact run cut
    await "the failure" gives_series 1 \
        'intact_job_failures_total{backup="cut",stage="source",reason="source_incomplete"}'
    is "$(series 'intact_job_runs_total{backup="cut",result="failure"}')" 1
}

case_failures_of_the_disk_tell_their_stage_and_reason() {
    local name
    for name in sync verify publish; do
        four_bytes ""
        mv "$INTACT_CONFIG_DIR/jobs.d/four.toml" "$INTACT_CONFIG_DIR/jobs.d/$name.toml"
        sed -i "s,$DEST/four,$DEST/$name," "$INTACT_CONFIG_DIR/jobs.d/$name.toml"
        mkdir -p "$DEST/$name"
    done
    daemon
    fails_at sync fsync on-the-archive
    tells_of_a_failure sync sync io 4 4
    fails_at verify read,pread64 on-the-archive
    tells_of_a_failure verify verify io 4 4
    fails_at publish renameat2,linkat
    tells_of_a_failure publish publish io 4 4
}

case_a_full_disk_is_no_space() {
    [[ $EUID -eq 0 ]] || skip "mounting needs root"
    mkdir "$WORK/small"
    mount -t tmpfs -o size=1M none "$WORK/small" || skip "tmpfs cannot be mounted here"
    job big <<TOML
[source]
type    = "command"
command = ["head", "-c", "4M", "/dev/urandom"]

[archive]
compression = "none"

[destination]
path = "$WORK/small"
TOML
    daemon
    expect 1 intact run big
    await "the failure" gives_series 1 \
        'intact_job_failures_total{backup="big",stage="write",reason="no_space"}'
    is "$(series 'intact_job_runs_total{backup="big",result="failure"}')" 1
    is "$(series 'intact_job_destination_size_bytes{backup="big"}')" 1048576
    kill "$DAEMON"
    ends 0
    umount "$WORK/small"
}

case_a_run_that_was_killed_is_interrupted() {
    held_job
    sed -i '/calendar/s/=.*/= "2037-01-01"/' "$INTACT_CONFIG_DIR/jobs.d/held.toml"
    daemon
    "$INTACT" run held >/dev/null 2>&1 &
    local run=$!
    await "the run" test -e "$WORK/begun"
    kill -KILL "$run"
    wait "$run" || true
    expect 0 intact recover held
    tells held <<TABLE
last_run_result{result=interrupted} 1
last_run_start_timestamp_seconds set
last_run_end_timestamp_seconds set
next_run_timestamp_seconds set
success_deadline_timestamp_seconds set
runs_total{result=interrupted} 1
$never
TABLE
}

case_a_run_of_the_daemon_that_was_killed_is_interrupted_and_caught_up() {
    held_job
    daemon
    await "the run" test -e "$WORK/begun"
    is "$(series 'intact_job_running{backup="held"}')" 1
    is "$(series 'intact_scheduler_running')" 1
    kill -KILL "$(run_process)"
    await "the interruption" gives_series 1 \
        'intact_job_runs_total{backup="held",result="interrupted"}'
    rm "$WORK/hold"
    await "the next run" gives_series 1 'intact_job_last_run_result{backup="held",result="success"}'
    is "$(series 'intact_job_runs_total{backup="held",result="interrupted"}')" 1
}

case_a_job_that_is_locked_has_failed() {
    held_job
    sed -i '/calendar/s/=.*/= "2037-01-01"/' "$INTACT_CONFIG_DIR/jobs.d/held.toml"
    daemon
    "$INTACT" run held >/dev/null 2>&1 &
    await "the run" test -e "$WORK/begun"
    expect 4 intact run held
    await "the failure" gives_series 1 \
        'intact_job_failures_total{backup="held",stage="claim",reason="locked"}'
    is "$(series 'intact_job_runs_total{backup="held",result="failure"}')" 1
    is "$(series 'intact_job_last_run_result{backup="held",result="failure"}')" 1
    rm "$WORK/hold"
    # It ends later, but was begun before: the last run is the one that was begun last.
    await "its success" gives_series 1 'intact_job_runs_total{backup="held",result="success"}'
    [[ $(series 'intact_job_last_success_timestamp_seconds{backup="held"}') != 0 ]]
}

case_a_damaged_backup_is_told_until_it_is_gone() {
    four_bytes ""
    daemon
    expect 0 intact run four
    one_success | tells four
    printf 'DATA' | dd of="$(archive_of four)" conv=notrunc status=none
    expect 5 intact verify four
    await "the damage" gives_series 1 'intact_job_damaged_backups{backup="four"}'
    is "$(series 'intact_job_verifications_total{backup="four",result="damaged"}')" 1
    expect 0 intact run four # another one, which is whole: the damaged one is still there
    await "a success" gives_series 2 'intact_job_runs_total{backup="four",result="success"}'
    is "$(series 'intact_job_damaged_backups{backup="four"}')" 1
    find "$DEST/four" -name 'four-*' | sort | head -n 3 | xargs rm
    expect 0 intact catalog survey
    await "its end" gives_series 0 'intact_job_damaged_backups{backup="four"}'
    is "$(series 'intact_job_kept_backups{backup="four"}')" 1
}

case_a_run_that_the_catalog_cannot_take_is_a_failure_all_the_same() {
    job breaks <<TOML
[schedule]
calendar = "2037-01-01"

[source]
type    = "command"
command = ["sh", "-c", "printf data; sqlite3 $INTACT_STATE_DIR/catalog.db 'DROP TABLE warnings'"]
TOML
    BUS=--no-bus daemon
    query "UPDATE schedules SET since = since - 10" # the catalog is there
    sed -i 's/2037-01-01/*:*:*/' "$INTACT_CONFIG_DIR/jobs.d/breaks.toml"
    kill -HUP "$DAEMON"
    await "the failure" gives_series 1 \
        'intact_job_last_run_result{backup="breaks",result="failure"}'
    await "the trouble" gives_series 0 intact_catalog_writable
    is "$(series 'intact_job_last_success_timestamp_seconds{backup="breaks"}')" 0
}

case_a_destination_that_is_gone_is_not_reachable() {
    four_bytes ""
    daemon
    expect 0 intact run four
    one_success | tells four
    mv "$DEST/four" "$DEST/away"
    expect 0 intact catalog survey
    says out "^four: not reachable: .*four"
    await "the news" gives_series 0 'intact_job_destination_reachable{backup="four"}'
    is "$(series 'intact_job_destination_free_bytes{backup="four"}')" NaN
    is "$(series 'intact_job_kept_backups{backup="four"}')" 1 # as far as anybody knows
}

run_cases
