#!/usr/bin/env bash
# What a real Prometheus makes of the metrics: it takes every series, and every query of the rules and of
# the dashboard has an answer.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"

CONTRACT=$E2E/../data/metrics/contract.prom

# serve FILE: as an agent would; its address comes into $address.
serve() {
    python3 -B "$E2E/../support/exporter.py" "$1" "$WORK/address" &
    await "the exporter" test -s "$WORK/address"
    address=$(<"$WORK/address")
}

# asks ADDRESS [OPTION...]: see tests/support/prometheus.py.
asks() {
    local status=0
    python3 -B "$E2E/../support/prometheus.py" "$@" >"$WORK/out" 2>"$WORK/err" || status=$?
    [[ $status -ne 77 ]] || skip "$(<"$WORK/out")"
    return "$status"
}

# for_a_file: what of the contract a textfile has.
for_a_file() {
    grep -vE '^(# (HELP|TYPE) )?(process_|intact_http_|intact_scheduler_queue_length)' "$CONTRACT"
}

# has_all ADDRESS [OPTION...]
has_all() {
    asks "$@" || {
        cat "$WORK/out" "$WORK/err" >&2
        fail "what a server makes of it is wrong"
    }
}

case_every_series_arrives_and_every_query_has_an_answer() {
    serve "$CONTRACT"
    has_all "$address"
}

case_a_file_arrives_by_node_exporter() {
    for_a_file >"$WORK/textfile"
    serve "$CONTRACT"
    has_all "$address" --textfile "$WORK/textfile"
}

case_what_is_missing_or_wrong_is_found() {
    # One that is missing, one too many, one of another type, one of another label.
    grep -v intact_job_retries_total "$CONTRACT" |
        sed -e '/^# TYPE intact_clock_held/s/gauge/counter/' \
            -e '/^intact_job_paused/s/backup=/job_name=/' >"$WORK/wrong"
    echo 'intact_surprise 1' >>"$WORK/wrong"
    for_a_file | sed '/^intact_job_enabled/s/$/ 1700000000/' >"$WORK/textfile"
    serve "$WORK/wrong"
    ! asks "$address" --textfile "$WORK/textfile" || fail "nothing was found"
    says out '^intact: intact_job_retries_total: did not arrive$'
    says out '^intact: intact_surprise: arrived, and nobody knows of it$'
    says out '^intact: intact_clock_held: it is a counter, not a gauge$'
    says out "^intact: intact_job_paused: labels \['job_name'\], not \['backup'\]\$"
    says out '^dashboard, Retries: .*: no data$'
    says out '^node: node_exporter cannot read the file$'
    says out '^node: intact_job_enabled: did not arrive$'
}

run_cases
