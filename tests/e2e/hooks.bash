#!/usr/bin/env bash
# Programs around a run: when they run, what they are told, and what becomes of the run and of them.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"
# shellcheck source=tests/e2e/foreground.bash
source "$(dirname "$0")/foreground.bash"

# hooked COMMAND [TABLE-LINES]: a job 'etc' that backs up what COMMAND writes, with these hooks.
# $WORK/tell adds the hook's variables to $WORK/told, as one line that begins with its name.
hooked() {
    cat >"$WORK/tell" <<SH
#!/bin/sh
echo "\$INTACT_HOOK: \$(env | grep -v '^PWD=\|^_=\|^SHLVL=' | sort | tr '\n' ';')" >>"$WORK/told"
SH
    chmod 755 "$WORK/tell"
    job etc <<TOML
[source]
type    = "command"
command = ["sh", "-c", "$1"]

[hooks]
${2-}
TOML
}

four_hooks() {
    printf '%s = ["%s"]\n' before "$WORK/tell" after "$WORK/tell" \
        on_failure "$WORK/tell" on_success "$WORK/tell"
}

# The hooks that have run, in order.
told() {
    [[ ! -e $WORK/told ]] || cut -d: -f1 "$WORK/told" | xargs
}

# tells HOOK REGEX: that hook was told this.
tells() {
    grep -E -- "^$1: " "$WORK/told" | grep -qE -- "$2" ||
        fail "hook '$1' was not told '$2': $(cat "$WORK/told")"
}

# stop_by SIGNAL STATUS: the run that was started, and how it ends.
stop_by() {
    local status=0
    kill -"$1" "$RUN"
    wait "$RUN" 2>/dev/null || status=$?
    is "$status" "$2"
}

# A process that has ended but is not waited for by its new parent is gone, too.
is_gone() {
    [[ ! -e /proc/$1 || $(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$1/status") == Z ]]
}

start() {
    "$INTACT" run etc >"$WORK/out" 2>"$WORK/err" </dev/null &
    RUN=$!
}

case_run_in_order_and_are_told_what_happened() {
    hooked 'echo source >>'"$WORK"'/told; echo data' "$(four_hooks)
environment = { PGHOST = \"/run/db\", INTACT_JOB = \"another\" }"
    SECRET=1 expect 0 intact run etc
    is "$(told)" "before source after on_success"
    local archive run
    archive=$(basename "$(archive_of etc)")
    run=$(from_json "$(manifest_of etc)" 'm["run"]')
    ! grep -qE 'SECRET|INTACT_CONFIG_DIR|INTACT_STATE_DIR' "$WORK/told" ||
        fail "a hook has the environment of the run: $(cat "$WORK/told")"
    local hook
    for hook in before after on_success; do
        tells $hook ";INTACT_JOB=etc;"
        tells $hook ";INTACT_RUN_ID=$run;"
        tells $hook ";INTACT_HOOK=$hook;"
        tells $hook ";INTACT_DESTINATION=$DEST/etc;"
        tells $hook ";INTACT_STARTED=20[0-9-]+T[0-9:.]+Z;"
        tells $hook ";PGHOST=/run/db;"
    done
    ! grep '^before: ' "$WORK/told" | grep -q INTACT_OUTCOME || fail "before is told an outcome"
    for hook in after on_success; do
        tells $hook ";INTACT_OUTCOME=success;"
        tells $hook ";INTACT_FAILURE=;"
        tells $hook ";INTACT_MESSAGE=;"
        tells $hook ";INTACT_ARCHIVE=$archive;"
        tells $hook ";INTACT_BYTES_READ=5;"
        tells $hook ";INTACT_BYTES_WRITTEN=$(stat -c %s "$(archive_of etc)");"
        tells $hook ";INTACT_WARNINGS=0;"
        tells $hook ";INTACT_SUSPICIOUS=0;"
        tells $hook ";INTACT_FINISHED=20[0-9-]+T[0-9:.]+Z;"
    done
    expect 0 intact history etc --json
    grep -q '"hook"' "$WORK/out" || fail "no time of the hooks is kept"
}

case_a_suspicious_backup_is_told_to_hooks() {
    hooked 'echo data' "$(four_hooks)
[expect]
min_size = \"1KiB\""
    expect 3 intact run etc
    tells on_success ";INTACT_SUSPICIOUS=1;"
}

case_a_failed_run_tells_why() {
    hooked 'echo partial; echo no such table >&2; exit 3' "$(four_hooks)"
    expect 1 intact run etc
    is "$(told)" "before after on_failure"
    local hook
    for hook in after on_failure; do
        tells $hook ";INTACT_OUTCOME=failure;"
        tells $hook ";INTACT_FAILURE=source_failed;"
        tells $hook ";INTACT_STAGE=source;"
        tells $hook ";INTACT_MESSAGE=[^;]*exited with status 3: no such table;"
        tells $hook ";INTACT_ARCHIVE=;"
    done
}

case_a_before_that_fails_stops_the_run_and_says_why() {
    hooked 'echo data'
    expect 0 intact run etc
    local kept
    kept=$(archive_of etc)
    hooked "touch $WORK/read; echo data" "$(four_hooks)"
    sed -i 's/^before.*/before = ["sh", "-c", "echo checking; echo the database is locked >\&2; exit 4"]/' \
        "$INTACT_CONFIG_DIR/jobs.d/etc.toml"
    expect 1 intact run etc
    says err "^intact: error: .*hooks.before exited with status 4: the database is locked"
    says err '^info: etc: before: checking$'
    is "$(told)" on_failure
    tells on_failure ";INTACT_FAILURE=hook_failed;"
    tells on_failure ";INTACT_STAGE=hook;"
    [[ ! -e $WORK/read ]] || fail "the source was read all the same"
    is "$(archive_of etc)" "$kept"
    expect 0 intact verify etc
    is "$(query "SELECT outcome, failure_code, failure_stage FROM runs ORDER BY started DESC LIMIT 1")" \
        "failure|hook_failed|hook"
}

case_a_hook_that_is_not_there_or_is_killed_has_failed() {
    hooked 'echo data' 'before = ["no-such-program"]'
    expect 1 intact run etc
    says err "hooks.before.*no-such-program"
    is "$(query "SELECT failure_code FROM runs")" program_missing
    hooked 'echo data' "before = [\"sh\", \"-c\", \"kill -SEGV \$\$\"]"
    expect 1 intact run etc
    says err "hooks.before was killed by SIGSEGV"
}

case_status_75_of_before_holds_the_run_back() {
    hooked 'echo data' "$(four_hooks)"
    sed -i 's/^before.*/before = ["sh", "-c", "echo the replica lags behind; exit 75"]/' \
        "$INTACT_CONFIG_DIR/jobs.d/etc.toml"
    expect 75 intact run etc
    says err '^warning: etc: no backup now: the replica lags behind \(before_hook\)$'
    is "$(told)" ""
    is "$(query "SELECT count(*) FROM runs")" 0
    is "$(find "$DEST/etc" -type f)" ""
    expect 75 intact run etc --json
    from_json <(tail -n 1 "$WORK/out") 'm["event"] + " " + m["reason"] + " " + m["message"]' \
        >"$WORK/event"
    is "$(cat "$WORK/event")" "held_back before_hook the replica lags behind"
    # Of several jobs, one that is held back hides no failure.
    job fails <<'TOML'
[source]
type    = "command"
command = ["false"]
TOML
    expect 1 intact run etc fails
    # Only of this hook: 75 of another is a failure.
    hooked 'echo data' "on_success = [\"sh\", \"-c\", \"exit 75\"]"
    expect 3 intact run etc
}

case_the_daemon_skips_the_slot_of_a_run_that_is_held_back() {
    hooked 'echo data' 'before = ["sh", "-c", "echo not now; exit 75"]'
    printf '\n[schedule]\ncalendar = "*:*:*"\n\n[run]\nretries = 3\n' \
        >>"$INTACT_CONFIG_DIR/jobs.d/etc.toml"
    daemon
    await_log '^warning: etc: no backup now: not now \(before_hook\)$'
    kill "$DAEMON"
    ends 0
    is "$(query "SELECT DISTINCT fate, reason FROM slots")" "skipped|before_hook"
    is "$(query "SELECT count(*) FROM runs")" 0
}

case_a_hook_that_takes_too_long_is_stopped() {
    hooked 'echo data' "timeout = \"300ms\"
before = [\"sh\", \"-c\", \"echo waiting; sleep 1000 & echo \$! >$WORK/child; wait\"]"
    expect 1 intact run etc
    says err "hooks.before took longer than hooks.timeout=300ms: waiting"
    says err 'hint: raise hooks.timeout='
    is_gone "$(cat "$WORK/child")" || fail "what the hook has started is left"
    hooked 'echo data' 'timeout = "300ms"
after = ["sleep", "1000"]'
    expect 3 intact run etc
    says out "hooks.after took longer"
}

# Reads once nothing more fits into its pipe.
once_full() {
    python3 -c '
import fcntl, struct, sys, termios, time
full = fcntl.fcntl(0, 1032) * 9 // 10  # F_GETPIPE_SZ
while struct.unpack("i", fcntl.ioctl(0, termios.FIONREAD, bytes(4)))[0] < full:
    time.sleep(0.01)
sys.stdout.write(sys.stdin.read())'
}

case_limits_of_the_run_leave_time_for_hooks() {
    # Only within hooks does no byte move for so long, and what they say waits for its reader.
    hooked 'echo data' 'before = ["sleep", "3"]
after = ["sh", "-c", "sleep 3; seq 200000"]'
    printf '\n[run]\nstall_timeout = "2s"\n' >>"$INTACT_CONFIG_DIR/jobs.d/etc.toml"
    is "$("$INTACT" run etc 2>&1 </dev/null | once_full | grep -c '^info: etc: after: [0-9]*$')" 200000
    # The run's whole time, before included; after has its own.
    hooked 'echo data' "$(four_hooks)"
    sed -i 's/^before.*/before = ["sleep", "1000"]/' "$INTACT_CONFIG_DIR/jobs.d/etc.toml"
    printf '\n[run]\ntimeout = "300ms"\n' >>"$INTACT_CONFIG_DIR/jobs.d/etc.toml"
    expect 1 intact run etc
    says err "run.timeout=300ms; it was in its step 'hook' then"
    is "$(told)" on_failure
}

case_a_failing_after_leaves_the_backup_and_is_a_warning() {
    hooked 'echo data' "$(four_hooks)"
    sed -i 's/^after.*/after = ["sh", "-c", "echo cannot thaw; exit 5"]/' \
        "$INTACT_CONFIG_DIR/jobs.d/etc.toml"
    expect 3 intact run etc
    says out "hook: hooks.after exited with status 5: cannot thaw"
    is "$(told)" "before on_success"
    tells on_success ";INTACT_OUTCOME=warning;"
    tells on_success ";INTACT_WARNINGS=1;"
    expect 0 intact verify etc
    is "$(query "SELECT outcome, warning_count FROM runs")" "warning|1"
    is "$(query "SELECT kind, detail FROM warnings")" \
        "hook|hooks.after exited with status 5: cannot thaw"
}

case_a_run_that_is_stopped_is_cleaned_up_after() {
    hooked "touch $WORK/begun; sleep 1000" "$(four_hooks)"
    start
    await "the source to be read" test -e "$WORK/begun"
    stop_by TERM 130
    is "$(told)" "before after"
    tells after ";INTACT_OUTCOME=cancelled;"
    is "$(query "SELECT outcome FROM runs")" cancelled
}

case_before_is_stopped_with_the_run() {
    hooked 'echo data' "$(four_hooks)"
    sed -i "s|^before.*|before = [\"sh\", \"-c\", \"sleep 1000 \& echo \$! >$WORK/child; touch $WORK/begun; wait\"]|" \
        "$INTACT_CONFIG_DIR/jobs.d/etc.toml"
    start
    await "before to begin" test -e "$WORK/begun"
    is "$(query "SELECT outcome FROM runs")" running
    stop_by TERM 130
    is_gone "$(cat "$WORK/child")" || fail "what the hook has started is left"
    is "$(told)" ""
    is "$(query "SELECT outcome FROM runs")" cancelled
}

case_a_second_signal_ends_a_run_within_its_last_hook() {
    hooked "touch $WORK/begun; sleep 1000" \
        "after = [\"sh\", \"-c\", \"echo \$\$ >$WORK/hook; exec sleep 1000\"]"
    start
    await "the source to be read" test -e "$WORK/begun"
    kill -TERM "$RUN"
    await "after to begin" test -s "$WORK/hook"
    is "$(query "SELECT outcome FROM runs")" cancelled
    stop_by TERM 143
    await "the hook to be gone" is_gone "$(cat "$WORK/hook")"
}

case_a_run_that_is_killed_within_its_last_hook_has_its_backup() {
    hooked 'echo data' "after = [\"sh\", \"-c\", \"echo \$\$ >$WORK/hook; exec sleep 1000\"]"
    start
    await "after to begin" test -s "$WORK/hook"
    stop_by KILL 137
    is "$(query "SELECT outcome FROM runs")" success
    hooked 'echo data'
    expect 0 intact run etc
    is "$(query "SELECT count(*) FROM runs WHERE outcome = 'success'")" 2
}

case_no_hook_of_a_run_that_is_turned_away() {
    hooked "touch $WORK/begun; while [ -e $WORK/hold ]; do sleep 0.05; done; echo data" "$(four_hooks)"
    touch "$WORK/hold"
    start
    await "the source to be read" test -e "$WORK/begun"
    expect 4 intact run etc
    is "$(told)" before
    rm "$WORK/hold"
    wait "$RUN"
    is "$(told)" "before after on_success"
}

case_before_may_mount_what_after_unmounts() {
    [[ $EUID -eq 0 ]] || skip "mounting needs root"
    mkdir -p "$WORK/tree" "$WORK/mounted"
    echo content >"$WORK/tree/file"
    mount --bind "$WORK/tree" "$WORK/mounted" 2>"$WORK/err" || skip "nothing can be mounted here"
    umount "$WORK/mounted"
    mkdir -p "$WORK/disk"
    job usb <<TOML
[source]
type  = "files"
paths = ["$WORK/mounted/file"]

[destination]
path = "$DEST/usb"

[hooks]
before = ["sh", "-c", "mount --bind $WORK/tree $WORK/mounted && mount --bind $WORK/disk $DEST/usb"]
after  = ["sh", "-c", "umount $WORK/mounted && umount $DEST/usb"]
TOML
    expect 0 intact run usb
    is "$(find "$DEST/usb" -type f)" ""
    is "$(find "$WORK/disk" -name '*.manifest.json' | wc -l)" 1
}

case_what_a_hook_leaves_in_the_background_holds_up_nothing() {
    hooked 'echo data' "after = [\"sh\", \"-c\", \"setsid sh -c 'echo \$\$ >$WORK/left; while :; do echo on; done' & while [ ! -s $WORK/left ]; do sleep 0.02; done; sleep 1000 & echo \$! >$WORK/child\"]"
    local status=0
    timeout 60 "$INTACT" run etc >"$WORK/out" 2>"$WORK/err" </dev/null || status=$?
    kill "$(cat "$WORK/left")" 2>/dev/null || true
    is "$status" 0
    is_gone "$(cat "$WORK/child")" || fail "what lies in the hook's group is left"
}

case_output_of_any_kind_is_logged() {
    hooked 'echo data' "before = [\"sh\", \"-c\", \"printf 'a\\\\033[2Jb\\\\377\\\\0c\\\\n'; head -c 20000 /dev/zero | tr '\\\\0' x; echo; printf 'no end' >&2\"]"
    expect 0 intact run etc
    says err '^info: etc: before: a\\x1b\[2Jb\\xff\\x00c$'
    says err '^info: etc: before: no end$'
    is "$(grep -o x "$WORK/err" | wc -l)" "$((20000 + $(grep -c 'x1b' "$WORK/err") * 3))"
    # More than any pipe holds, and all of it is told.
    hooked 'echo data' "before = [\"seq\", \"200000\"]"
    expect 0 intact run etc
    is "$(grep -c '^info: etc: before: [0-9]*$' "$WORK/err")" 200000
}

# as_service COMMAND...: as an ordinary user who may read every file, as a unit of systemd would.
as_service() {
    setpriv --reuid=nobody --regid=nogroup --clear-groups --inh-caps=+dac_read_search \
        --ambient-caps=+dac_read_search "$@"
}

case_only_intact_itself_may_read_every_file() {
    [[ $EUID -eq 0 ]] || skip "needs root"
    as_service true 2>"$WORK/err" || skip "no ambient capability can be given here"
    mkdir -m 755 "$WORK/tree"
    echo secret >"$WORK/tree/file"
    chmod 600 "$WORK/tree/file"
    job files <<TOML
[source]
type  = "files"
paths = ["$WORK/tree"]

[hooks]
before = ["sh", "-c", "grep ^Cap /proc/self/status; cat $WORK/tree/file"]
TOML
    hooked 'cat /proc/self/status'
    mkdir -p "$INTACT_STATE_DIR"
    chown nobody "$INTACT_STATE_DIR" "$DEST/etc" "$DEST/files"
    as_service setpriv --dump >"$WORK/caps"
    grep -q 'Ambient capabilities: dac_read_search' "$WORK/caps" || fail "$(cat "$WORK/caps")"
    expect 1 as_service "$INTACT" run files
    says err 'before: cat: .*Permission denied'
    sed -i 's/; cat .*"/"/' "$INTACT_CONFIG_DIR/jobs.d/files.toml"
    expect 0 as_service "$INTACT" run files
    says err 'before: CapPrm:\\x090+$'
    says err 'before: CapEff:\\x090+$'
    says err 'before: CapAmb:\\x090+$'
    expect 0 intact restore files --target "$WORK/back"
    is "$(find "$WORK/back" -name file -exec cat {} +)" secret
    expect 0 as_service "$INTACT" run etc
    expect 0 intact restore etc --stdout
    cp "$WORK/out" "$WORK/status"
    expect 0 as_service "$INTACT" restore etc --pipe -- sh -c 'cat >/dev/null; cat /proc/self/status'
    local name
    for name in CapPrm CapEff CapAmb; do
        says out "^$name:\s0+\$"
        grep -qE "^$name:\s0+$" "$WORK/status" || fail "the command has $name: $(cat "$WORK/status")"
    done
}

run_cases
