#!/usr/bin/env bash
# Two runs of one job, and two that share only the target.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"

# A job that says when it has begun and waits for the gate.
waiting_job() {
    job "$1" <<TOML
[source]
type    = "command"
command = ["sh", "-c", "touch $WORK/$1.begun; until [ -e $WORK/gate ]; do sleep 0.02; done; echo data"]
${2-}
TOML
}

start() {
    "$INTACT" run "$@" >"$WORK/first.out" 2>"$WORK/first.err" </dev/null &
    FIRST=$!
    await "the first run to begin" test -e "$WORK/$1.begun"
}

case_the_second_run_is_told_who_holds_the_lock() {
    waiting_job slow
    start slow
    expect 4 intact run slow
    says err "process $FIRST "
    says err "since 20[0-9-]+T"
    touch "$WORK/gate"
    wait "$FIRST"
    expect 0 intact verify slow
}

case_a_run_can_wait_its_turn() {
    waiting_job slow
    start slow
    "$INTACT" run slow --wait=60s >"$WORK/second.out" 2>&1 </dev/null &
    local second=$!
    expect 4 intact run slow --wait=200ms
    kill -0 "$second" || fail "the waiting run did not wait"
    touch "$WORK/gate"
    wait "$FIRST"
    wait "$second"
    is "$(find "$DEST/slow" -name '*.manifest.json' | wc -l)" 2
}

# Two agents on one machine know nothing of each other's jobs, but see the target's lock.
case_two_configurations_may_not_share_a_target() {
    waiting_job slow
    start slow
    INTACT_STATE_DIR=$WORK/other_state expect 4 intact run slow
    says err "process $FIRST "
    touch "$WORK/gate"
    wait "$FIRST"
}

case_a_killed_run_holds_no_lock() {
    waiting_job slow
    start slow
    kill -KILL "$FIRST"
    wait "$FIRST" 2>/dev/null || true
    touch "$WORK/gate"
    expect 0 intact run slow
    is "$(left_over "$DEST/slow")" ""
    expect 0 intact history slow
    says out interrupted
}

run_cases
