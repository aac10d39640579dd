#!/usr/bin/env bash
# A user who may have only so many threads: a run fails with an error, or succeeds; never else.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"

# As a user that has no other process, since the limit counts them all.
with_threads() {
    # shellcheck disable=SC2016 # for the inner shell
    setpriv --reuid 65533 --regid 65533 --clear-groups \
        bash -c 'ulimit -u "$1" && shift && exec "$@"' bash "$@"
}

case_threads_that_cannot_be_started_fail_the_run() {
    [[ $EUID -eq 0 ]] || skip "only root can become a user without processes"
    mkdir "$WORK/tree" "$INTACT_STATE_DIR"
    echo one >"$WORK/tree/one"
    # With a limit, a report and compression: every kind of thread there is.
    job data <<TOML
[source]
type  = "files"
paths = ["$WORK/tree"]

[archive]
threads = 2

[run]
timeout = "1h"
TOML
    # The tree it was built in may be closed to others.
    install -m 0755 "$INTACT" "$WORK/intact"
    chmod -R a+rX "$WORK"
    chown 65533:65533 "$DEST/data" "$INTACT_STATE_DIR"
    local threads status failed=0
    for ((threads = 1; threads <= 20; ++threads)); do
        status=0
        with_threads "$threads" "$WORK/intact" run data >"$WORK/out" 2>"$WORK/err" </dev/null || status=$?
        is "$(left_over "$DEST/data")" ""
        [[ $status -ne 0 ]] || break
        is "$status" 1
        says err '^intact: error: .*Resource temporarily unavailable \(EAGAIN\)'
        says err "^hint: .*ulimit"
        failed=$((failed + 1))
    done
    is "$status" 0
    [[ $failed -ge 6 ]] || fail "only $failed runs were short of threads"
}

run_cases
