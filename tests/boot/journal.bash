#!/usr/bin/env bash
# What the journal has of backups: fields for programs, texts for people.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/../e2e/harness.bash"
# shellcheck source=tests/boot/inside.bash
source "$(dirname "$0")/inside.bash"

# message NAME: the id, as agent/daemon/messages.hpp has it.
message() {
    sed -n "s/^inline constexpr std::string_view k$1 = \"\(.*\)\";\$/\1/p" \
        "$E2E/../../agent/daemon/messages.hpp"
}

has_message() {
    [[ -n $(entries "MESSAGE_ID=$(message "$1")") ]]
}

# fields_of NAME EXPRESSION: of the first entry of that kind, as 'm'.
fields_of() {
    await "the message $1" has_message "$1"
    entries "MESSAGE_ID=$(message "$1")" | sed -n 1p >"$WORK/entry"
    from_json "$WORK/entry" "$2"
}

# explained NAME: how 'journalctl -x' explains that entry.
explained() {
    await "the message $1" has_message "$1"
    inside journalctl --since="$SINCE" -x -n 1 "MESSAGE_ID=$(message "$1")" >"$WORK/out"
    says out '^░░ Subject: '
    says out '^░░ Defined-By: intact$'
    ! grep -E '^░░.*@[A-Z_]+@' "$WORK/out" || fail "a field of the text has no value"
}

case_a_whole_backup_has_its_figures_and_its_text() {
    fresh
    task good <<TOML
[schedule]
calendar = "*:*:*"

[source]
type  = "files"
paths = ["/etc/hostname"]
TOML
    expect 0 inside systemctl start intactd
    local archive
    archive=$(fields_of RunSucceeded 'm["INTACT_ARCHIVE"]')
    [[ -f $BACKUPS/good/$archive ]] || fail "there is no backup '$archive'"
    is "$(fields_of RunSucceeded 'm["INTACT_JOB"] + " " + m["INTACT_OUTCOME"] + " " + m["INTACT_ENTRIES"] + " " + m["PRIORITY"]')" \
        'good success 1 6'
    is "$(fields_of RunSucceeded 'm["INTACT_BYTES_WRITTEN"]')" "$(stat -c %s "$BACKUPS/good/$archive")"
    is "$(fields_of RunSucceeded 'm["SYSLOG_IDENTIFIER"] + " " + m["_SYSTEMD_UNIT"]')" 'intactd intactd.service'
    is "$(fields_of RunBegun 'm["INTACT_RUN_ID"]')" "$(query "SELECT min(run_id) FROM runs")"
    is "$(fields_of RunBegun 'm["INTACT_CAUSE"] + " " + m["INTACT_ATTEMPT"]')" 'slot 1'
    # Nobody needs to know where in our source a line was made, nor where it was built.
    is "$(fields_of RunBegun 'm.get("CODE_FILE")')" None
    explained Started
    explained RunBegun
    says out '^░░ Subject: Backup of job good begins$'
    explained RunSucceeded
    says out '^░░ Subject: Backup of job good is whole$'
    says out '^░░ The backup good-.*\.tar\.zst was read back'
    # By job, without knowing of units.
    inside journalctl --since="$SINCE" -o cat INTACT_JOB=good | grep 'is whole' >/dev/null
    expect 0 inside systemctl stop intactd
    explained Stopping
}

case_a_failure_says_what_it_was_and_what_to_do() {
    fresh
    task bad <<TOML
[schedule]
calendar = "*:*:*"

[source]
type    = "command"
command = ["sh", "-c", "echo some; exit 3"]
TOML
    expect 0 inside systemctl start intactd
    is "$(fields_of RunFailed 'm["INTACT_JOB"] + " " + m["INTACT_OUTCOME"] + " " + m["PRIORITY"]')" 'bad failure 3'
    is "$(fields_of RunFailed 'm["INTACT_FAILURE"]')" \
        "$(query "SELECT failure_code FROM runs WHERE outcome = 'failure' LIMIT 1")"
    explained RunFailed
    says out 'To try at once: intact run bad$'
    expect 0 inside systemctl stop intactd
    is "$(find "$BACKUPS" -name '*.tar*')" ""
}

case_a_partial_backup_says_how_many_warnings() {
    fresh
    # A root of the source that says it wants no backup.
    inside mkdir -p /opt/marked
    inside touch /opt/marked/.nobackup
    task partial <<TOML
[schedule]
calendar = "*:*:*"

[source]
type  = "files"
paths = ["/etc/hostname", "/opt/marked"]
TOML
    expect 0 inside systemctl start intactd
    is "$(fields_of RunPartial 'm["INTACT_WARNINGS"] + " " + m["PRIORITY"]')" '1 4'
    explained RunPartial
    says out 'not in it as it was: 1 warning\(s\)'
    expect 0 inside systemctl stop intactd
    [[ $(backups_of partial) -gt 0 ]] || fail "no backup"
}

case_a_mistake_in_the_configuration_has_its_place_as_fields() {
    fresh
    task wrong <<'TOML'
[schedule]
calendar = "soon"

[source]
type  = "files"
paths = ["/etc/hostname"]
TOML
    expect 0 inside systemctl start intactd
    is "$(fields_of BadConfiguration 'm["CONFIG_FILE"] + ":" + m["CONFIG_LINE"] + ":" + m["INTACT_CONFIG_COLUMN"]')" \
        /etc/intact/jobs.d/wrong.toml:2:13
    explained BadConfiguration
    says out '^░░ Subject: Mistake in the configuration: /etc/intact/jobs.d/wrong.toml, line 2$'
    expect 0 inside systemctl stop intactd
}

case_what_was_left_out_or_cancelled_is_told_with_its_reason() {
    fresh
    settings 'shutdown_grace = "100ms"
max_runs_per_filesystem = 2'
    task usb <<TOML
[schedule]
calendar = "*:*:*"

[source]
type  = "files"
paths = ["/etc/hostname"]

[conditions]
path_is_mount_point = "/mnt"
TOML
    starts_held
    is "$(fields_of RunHeldBack 'm["INTACT_JOB"] + " " + m["INTACT_REASON"]')" 'usb path_is_mount_point'
    explained RunHeldBack
    is "$(fields_of SlotsMissed 'm["INTACT_JOB"] + " " + m["INTACT_FATE"] + " " + m["INTACT_REASON"]')" \
        'held skipped overlap'
    explained SlotsMissed
    expect 0 inside systemctl stop intactd
    is "$(fields_of RunCancelled 'm["INTACT_JOB"] + " " + m["PRIORITY"]')" 'held 4'
    explained RunCancelled
}

run_cases
