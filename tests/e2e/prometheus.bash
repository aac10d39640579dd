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
    grep -vE '^(# (HELP|TYPE) )?(process_|intact_http_)' "$CONTRACT"
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

# All that was said of the contract, said of the daemon itself: with a job that succeeded and one that
# never ran, over TCP and by its textfile.
case_the_daemon_keeps_the_contract() {
    job ran <<TOML
[schedule]
calendar = "2037-01-01"

[source]
type    = "command"
command = ["printf", "data"]
TOML
    job never <<TOML
[source]
type    = "command"
command = ["printf", "data"]
TOML
    mkdir "$WORK/collector"
    address=127.0.0.1:$(python3 -c 'import socket
s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
    printf '[metrics]\nlisten = ["%s"]\ntextfile = "%s"\n' "$address" \
        "$WORK/collector/intact.prom" >"$INTACT_CONFIG_DIR/intact.toml"
    "$(dirname "$INTACT")/intactd" --no-bus >"$WORK/log" 2>&1 </dev/null &
    await "the daemon" grep -q '^info: started' "$WORK/log"
    expect 0 intact run ran
    await "the run" tells_of_the_run
    await "the file" grep -q 'intact_job_runs_total{backup="ran",result="success"} 1' \
        "$WORK/collector/intact.prom"
    curl -sf "http://$address/metrics" >"$WORK/scraped"
    command -v promtool >/dev/null || skip "no promtool here"
    expect 0 bash -c "promtool check metrics <'$WORK/scraped'"
    has_all "$address" --textfile "$WORK/collector/intact.prom"
}

tells_of_the_run() {
    curl -sf "http://$address/metrics" |
        grep -q 'intact_job_runs_total{backup="ran",result="success"} 1'
}

run_cases
