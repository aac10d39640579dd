# shellcheck shell=bash
# What the daemon's metrics tell of a job, held against a table: for suites that source this after
# foreground.bash.

scrape() {
    curl -sf --max-time 10 --unix-socket "$WORK/metrics.sock" http://localhost/metrics
}

# truth JOB: all its series that differ from those of a job that never ran.
truth() {
    scrape | python3 -B "$E2E/../support/metrics_truth.py" "$1"
}

is_true() {
    [[ "$(truth "$1")" == "$2" ]]
}

# tells JOB: by and by, exactly what stands in its table on stdin; comments are for who reads it.
tells() {
    local table
    table=$(sed 's/ *#.*//')
    (await "the table of $1" is_true "$1" "$table") || {
        diff <(printf '%s\n' "$table") <(truth "$1") >&2 || true
        cat "$WORK/log" >&2
        fail "metrics of $1 tell otherwise"
    }
}

# series NAME{LABELS}: its value.
series() {
    scrape | awk -v name="$1" 'index($0, name " ") == 1 { print $NF }'
}

# A job of four bytes; by hand only, unless a calendar is given.
four_bytes() {
    job four <<TOML
${1:+[schedule]
calendar = \"$1\"
}
[source]
type    = "command"
command = ["printf", "data"]

[archive]
compression = "none"
TOML
}

never=$'destination_free_bytes some
destination_size_bytes some
destination_reachable 1
destination_checked_timestamp_seconds set'

# What one success tells, with the table of the last run and sums to it.
one_success() {
    cat <<TABLE
last_run_result{result=success} 1
last_run_start_timestamp_seconds set
last_run_end_timestamp_seconds set
last_run_duration_seconds some
last_run_read_bytes 4
last_run_written_bytes 4
last_success_timestamp_seconds set
last_verified_timestamp_seconds set
runs_total{result=success} 1
run_duration_seconds_count 1
read_bytes_total 4
written_bytes_total 4
newest_backup_size_bytes 4
kept_backups 1
kept_backups_size_bytes 4
$never
verifications_total{result=whole} 1
TABLE
}

# of_a_failure STAGE REASON [BYTES_READ [BYTES_WRITTEN]]: of a job whose first run failed.
of_a_failure() {
    cat <<TABLE
last_run_result{result=failure} 1
last_run_start_timestamp_seconds set
last_run_end_timestamp_seconds set
last_run_duration_seconds some
${3:+last_run_read_bytes $3}
${4:+last_run_written_bytes $4}
runs_total{result=failure} 1
failures_total{stage=$1,reason=$2} 1
run_duration_seconds_count 1
${3:+read_bytes_total $3}
${4:+written_bytes_total $4}
$never
TABLE
}

tells_of_a_failure() {
    of_a_failure "${@:2}" | sed '/^$/d' | tells "$1"
}

# gives_series VALUE SERIES
gives_series() {
    [[ "$(series "$2")" == "$1" ]]
}
