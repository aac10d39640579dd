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

# at_terminal STATUS AWAITED KEYS COMMAND...: in a session of its own; the keys are typed once AWAITED
# is on the screen. What the screen showed is in $WORK/screen.
at_terminal() {
    python3 -c '
import os, pty, select, sys, time
expected, awaited, keys = int(sys.argv[2]), sys.argv[3].encode(), sys.argv[4].encode().decode("unicode_escape").encode()
child, screen = pty.fork()
if child == 0:
    os.execv(sys.argv[5], sys.argv[5:])
shown, end = b"", time.monotonic() + 60
while True:
    if not select.select([screen], [], [], max(0, end - time.monotonic()))[0]:
        os.kill(child, 9)
        sys.exit("it hangs, after: %r" % shown)
    try:
        part = os.read(screen, 4096)
    except OSError:
        part = b""
    if not part:
        break
    shown += part
    if keys and awaited in shown:
        os.write(screen, keys)
        keys = b""
open(sys.argv[1], "wb").write(shown)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
assert status == expected, "ended with %d: %r" % (status, shown)' "$WORK/screen" "$@" || fail "see above"
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
