#!/usr/bin/env bash
# When jobs are due, as people and programs are told.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"

night_job() {
    job "$1" <<TOML
[schedule]
calendar = "02:30"
timezone = "Europe/Berlin"
${2-}

[source]
type  = "files"
paths = ["/etc"]
TOML
}

# times FIELD: that field of each object of the array in $WORK/out, on one line.
times() {
    python3 -c '
import json, sys
print(*(slot[sys.argv[2]] for slot in json.load(open(sys.argv[1]))))' "$WORK/out" "$1"
}

case_any_expression_is_answered_without_a_job() {
    expect 0 intact schedule --calendar "02:30" --timezone Europe/Berlin \
        --from 2026-10-25T00:00:00Z --iterations 2 --json
    is "$(times utc)" "2026-10-25T00:30:00Z 2026-10-26T01:30:00Z"
    is "$(times local)" "2026-10-25T02:30:00+02:00 2026-10-26T02:30:00+01:00"
    expect 0 intact schedule --calendar 12:00 --calendar 18:00 --timezone UTC --from 2026-01-01 \
        --iterations 3 --json
    is "$(times utc)" "2026-01-01T12:00:00Z 2026-01-01T18:00:00Z 2026-01-02T12:00:00Z"
}

case_a_time_that_the_clock_skips_is_run_after_or_skipped() {
    local -a ask=(intact schedule --calendar "02:30" --timezone Europe/Berlin
        --from 2026-03-28T12:00:00Z)
    expect 0 "${ask[@]}" --iterations 1 --json
    is "$(times utc)" "2026-03-29T01:00:00Z"
    expect 0 "${ask[@]}" --iterations 1
    says out '2026-03-29T03:00:00\+02:00 +2026-03-29T01:00:00Z +in place of a time'
    expect 0 "${ask[@]}" --dst-gap skip --iterations 1 --json
    is "$(times utc)" "2026-03-30T00:30:00Z"
    says err 'no run at 2026-03-29 02:30: the clock goes from 02:00 to 03:00'
}

case_jobs_are_listed_with_their_next_times() {
    night_job one
    night_job two 'dst_gap = "skip"'
    printf '[source]\ntype = "files"\npaths = ["/etc"]\n' | job by-hand
    expect 0 intact schedule --from 2026-03-28T12:00:00Z --iterations 1
    says out '^one: \*-\*-\* 02:30:00, in Europe/Berlin$'
    says out '2026-03-29T03:00:00'
    says out '2026-03-30T02:30:00'
    expect 0 intact schedule two --from 2026-03-28T12:00:00Z --iterations 1 --json
    is "$(times job)" two
    expect 0 intact schedule by-hand
    says err "has no \[schedule\]: it runs by hand only"
}

case_what_cannot_be_read_is_a_usage_error_with_its_place() {
    night_job one
    expect 2 intact schedule --calendar "Mon 24:00"
    says err "names hour 24; it goes from 0 to 23 \(at character 5\)"
    expect 2 intact schedule --calendar "12:00 CET"
    says err 'hint: an abbreviation does not tell'
    expect 2 intact schedule --calendar daily --timezone CEST
    expect 2 intact schedule --calendar daily --timezone ../../etc/passwd
    expect 2 intact schedule --calendar daily --from yesterday
    expect 2 intact schedule --timezone UTC
    expect 2 intact schedule nobody
}

case_a_job_file_with_a_bad_expression_is_refused_with_its_place() {
    night_job one
    sed -i 's/02:30/02:60/' "$INTACT_CONFIG_DIR/jobs.d/one.toml"
    expect 78 intact check
    says out 'one.toml:2:16'
    says out 'names minute 60; it goes from 0 to 59'
}

run_cases
