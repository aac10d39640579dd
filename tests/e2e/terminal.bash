#!/usr/bin/env bash
# At a terminal: programs that ask there, and keys that stop.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"

a_backup() {
    job dump <<'TOML'
[source]
type    = "command"
command = ["echo", "data"]
TOML
    expect 0 intact run dump
}

# at_terminal STATUS AWAITED KEYS COMMAND...: what the screen showed is in $WORK/screen.
at_terminal() {
    local status=$1 awaited=$2 keys=$3
    shift 3
    python3 -B "$E2E/../support/at_terminal.py" "$WORK/screen" "$status" "$awaited" "$keys" -- "$@" ||
        fail "see above"
}

case_a_program_that_is_restored_into_may_ask_at_the_terminal() {
    a_backup
    # shellcheck disable=SC2016 # for the program
    at_terminal 0 'password?' 'secret\n' "$INTACT" restore dump --pipe -- \
        sh -c 'echo "password?"; read -r word </dev/tty; echo "$word $(cat)"'
    grep -q 'secret data' "$WORK/screen"
}

case_ctrl_c_stops_the_restore_and_its_program() {
    a_backup
    at_terminal 130 'waiting' '\x03' "$INTACT" restore dump --pipe -- \
        sh -c "echo \$\$ >$WORK/pid; echo waiting; exec sleep 1000"
    [[ ! -e /proc/$(cat "$WORK/pid") ]] || fail "the program is left"
}

run_cases
