#!/usr/bin/env bash
# Secrets by reference: what the program gets, and that nobody else finds them.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"
# shellcheck source=tests/e2e/foreground.bash
source "$(dirname "$0")/foreground.bash"

# Each in its place; $WORK/all has them line by line. They stand in nobody's arguments: printf is the shell's.
secrets() {
    local name
    mkdir -p "$WORK/credentials" "$WORK/places"
    for name in content path file command; do
        printf 'secret-%s-%s\n' "$name" 5e1f0c >"$WORK/places/$name"
        chmod 0400 "$WORK/places/$name"
    done
    cp "$WORK/places/content" "$WORK/places/path" "$WORK/credentials/"
    cat "$WORK/places/"* >"$WORK/all"
}

# The program gives digests of what it got, so that the backup holds no secret either.
secret_job() {
    cat >"$WORK/program" <<'SH'
#!/bin/sh
printf '%s\n' "$A_TOKEN" "$B_TOKEN" "$C_TOKEN" "$(cat "$FROM_PATH")" | sort | sha256sum
touch "$MEET/begun"
until [ -e "$MEET/go" ]; do sleep 0.02; done
SH
    chmod +x "$WORK/program"
    job secret <<TOML
${1:-}

[source]
type    = "command"
command = ["$WORK/program"]

[source.environment]
MEET      = "$WORK"
A_TOKEN   = { credential = "content", as = "content" }
B_TOKEN   = { file = "$WORK/places/file" }
C_TOKEN   = { command = ["cat", "$WORK/places/command"] }
FROM_PATH = { credential = "path" }

[hooks]
on_success = ["sh", "-c", "printf '%s\\\\n' \"\$H_TOKEN\" | cmp - $WORK/places/content && touch $WORK/hooked"]
environment.H_TOKEN = { credential = "content", as = "content" }

[archive]
compression = "none"
TOML
}

# not_in WHAT FILE...: none of the secrets. By a file of patterns: this, too, has arguments.
not_in() {
    local what=$1
    shift
    if grep -rqF --binary-files=text -f "$WORK/all" "$@"; then
        grep -rlF --binary-files=text -f "$WORK/all" "$@" >&2
        fail "a secret is in $what"
    fi
}

has_them_all() {
    is "$(head -n 1 "$(archive_of secret)")" "$(sort "$WORK/all" | sha256sum)"
}

case_a_secret_is_found_nowhere() {
    secrets
    secret_job $'[schedule]\ncalendar = "*:*:*"'
    export CREDENTIALS_DIRECTORY=$WORK/credentials
    daemon
    await "the command" test -e "$WORK/begun"
    # While it runs: it alone has them, in its environment.
    cat /proc/[0-9]*/cmdline >"$WORK/arguments" 2>/dev/null || true
    grep -qa "$WORK/program" "$WORK/arguments" || fail "the command's arguments are not among those looked at"
    not_in "the arguments of a process" "$WORK/arguments"
    touch "$WORK/go"
    await "the hook" test -e "$WORK/hooked"
    curl --silent --fail --unix-socket "$WORK/metrics.sock" http://localhost/metrics >"$WORK/metrics"
    grep -q 'backup="secret"' "$WORK/metrics" || fail "no metrics"
    kill "$DAEMON"
    ends 0
    has_them_all
    intact config show >"$WORK/shown"
    intact config show --json >>"$WORK/shown"
    intact history secret --json >"$WORK/history"
    intact --verbose run secret >"$WORK/debug" 2>&1
    grep -qF '{ credential = "content", as = "content" }' "$WORK/shown" || fail "no reference is shown"
    not_in "the log" "$WORK/log" "$WORK/debug"
    not_in "the state" "$INTACT_STATE_DIR"
    not_in "the destination" "$DEST"
    not_in "what is shown" "$WORK/shown" "$WORK/history" "$WORK/metrics"
}

case_a_credential_that_others_might_read_is_handed_over_as_a_copy() {
    secrets
    chmod 0440 "$WORK/credentials/path"
    secret_job
    touch "$WORK/go"
    CREDENTIALS_DIRECTORY=$WORK/credentials expect 0 intact run secret
    has_them_all
}

case_a_run_by_hand_is_told_where_credentials_come_from() {
    secrets
    secret_job
    expect 1 intact run secret
    says err "variable 'A_TOKEN': there is no credential 'content'.*CREDENTIALS_DIRECTORY is not set"
    says err 'intact run --via-daemon'
    is "$(query "SELECT failure_code || '|' || failure_stage FROM runs")" 'credential_failed|source'
    is "$(manifest_of secret)" ""
    is "$(left_over "$DEST/secret")" ""
}

case_a_file_that_others_may_read_is_refused() {
    secrets
    secret_job
    chmod 0644 "$WORK/places/file"
    CREDENTIALS_DIRECTORY=$WORK/credentials expect 1 intact run secret
    says err "variable 'B_TOKEN': '$WORK/places/file' has mode 0644: everybody may read or change it"
    says err 'chmod 0600'
}

case_a_program_that_gives_no_secret_fails_the_run() {
    secrets
    secret_job
    rm "$WORK/places/command"
    CREDENTIALS_DIRECTORY=$WORK/credentials expect 1 intact run secret
    says err "variable 'C_TOKEN': command 'cat' exited with status 1: cat: .*No such file"
}

case_a_secret_in_plain_text_is_for_files_that_nobody_else_reads() {
    job plain <<'TOML'
[source]
type    = "command"
command = ["sh", "-c", "test -n \"$PGPASSWORD\" && echo data"]
environment = { PGPASSWORD = "secret-plain" }
TOML
    chmod 0644 "$INTACT_CONFIG_DIR/jobs.d/plain.toml"
    expect 78 intact check --format=short
    cat "$WORK/out" "$WORK/err" >"$WORK/said"
    says said 'plain\.toml:4:30: .*E025.*that everybody may read'
    expect 78 intact check
    cat "$WORK/out" "$WORK/err" >>"$WORK/said"
    says said 'credential = "NAME"'
    ! grep -q secret-plain "$WORK/said" || fail "it is said back"
    expect 78 intact run plain
    chmod 0600 "$INTACT_CONFIG_DIR/jobs.d/plain.toml"
    expect 0 intact check
    expect 0 intact run plain
}

run_cases
