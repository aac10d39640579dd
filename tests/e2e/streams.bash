#!/usr/bin/env bash
# Streams of commands: only what is proven to be whole is published, and the manifest says how far.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"

# stream_job FORMAT SHELL-COMMAND [LINE...]: lines are more of [source].
stream_job() {
    {
        printf '[source]\ntype = "command"\nformat = "%s"\n' "$1"
        printf "command = ['bash', '-c', 'set -o pipefail; cd \"%s\"; %s']\n" "$WORK" "$2"
        printf '%s\n' "${@:3}"
    } | job s
}

# proven FORMAT PROVEN: what the newest manifest says.
proven() {
    is "$(from_json "$(manifest_of s)" 'm["stream"]["format"] + " " + m["stream"].get("proven", "")')" \
        "$1 $2"
}

# stays COUNT: so many backups, and nothing half-done.
stays() {
    is "$(find "$DEST/s" -name '*.manifest.json' | wc -l)" "$1"
    is "$(left_over "$DEST/s")" ""
}

tree() {
    mkdir -p "$WORK/tree"
    head -c 300000 /dev/urandom >"$WORK/tree/noise"
    printf -- '-- MySQL dump 10.13\nSELECT 1;\n\n-- Dump completed on 2026-11-28  4:10:23\n' >"$WORK/sql"
}

case_a_stream_that_is_cut_is_not_published() {
    tree
    stream_job tar 'tar -cf - tree'
    expect 0 intact run s
    proven tar structure
    stream_job tar 'tar -cf whole tree; head -c 200000 whole'
    expect 6 intact run s
    says err '200000 bytes came in all: tar stream at byte 200000: expected [0-9]+ more bytes of member 2'
    stays 1
    expect 0 intact verify s
}

# `pg_dump | gzip`, killed, leaves what `gzip -t` takes.
case_what_is_cut_before_it_is_compressed_is_found_inside() {
    tree
    stream_job sql+gzip 'gzip -c sql'
    expect 0 intact run s
    proven mysqldump+gzip end+checksum
    stream_job sql+gzip 'head -c 40 sql | gzip'
    expect 6 intact run s
    says err 'inside gzip: mysqldump stream at byte 40: expected the line "-- Dump completed"'
    stream_job gzip 'head -c 40 sql | gzip'
    expect 0 intact run s
    proven gzip checksum
    stays 2
}

case_auto_finds_out_what_it_is() {
    tree
    local command found
    while IFS='|' read -r found command; do
        stream_job auto "$command"
        expect 0 intact run s
        proven "${found% *}" "${found#* }"
    done <<'LIST'
tar structure|tar -cf - tree
tar+gzip structure+checksum|tar -czf - tree
tar+zstd structure+checksum|tar --zstd -cf - tree
tar+xz structure+checksum|tar -cJf - tree
tar+bzip2 structure+checksum|tar -cjf - tree
mysqldump end|cat sql
jsonl structure|echo {}
LIST
    # A tar by another name is restored as one.
    stream_job auto 'tar --format=posix -cf - tree'
    expect 0 intact run s
    mkdir "$WORK/back"
    expect 0 intact restore s --target "$WORK/back"
    same_trees "$WORK/tree" "$WORK/back/tree"
}

case_auto_refuses_what_it_does_not_know() {
    stream_job auto 'echo Error: no such database'
    expect 6 intact run s
    says err 'expected a known format, the first bytes are "Error: no such d"'
    says err 'source.format='
    stays 0
}

case_of_a_raw_stream_nothing_is_proven_and_that_is_told() {
    stream_job raw 'echo anything'
    expect 0 intact run s
    proven raw nothing
    is "$(cat "$WORK/err")" ""
    expect 0 intact check
    says out 'note\[N001\].*if it is cut, nothing shows it'
    stream_job jsonl 'echo []'
    expect 0 intact check
    grep -q N001 "$WORK/out" && fail "a note where there is nothing to note"
    return 0
}

case_a_stream_that_is_too_short_is_not_published() {
    stream_job raw 'echo anything' 'min_size = "10"'
    expect 6 intact run s
    says err 'expected at least 10 bytes \(source.min_size=\), 9 came'
    stream_job raw 'echo anything' 'min_size = "9"'
    expect 0 intact run s
    proven raw nothing
}

case_an_expression_of_the_operators_proves_the_end() {
    # shellcheck disable=SC2016 # for RE2
    local pattern="end_pattern = '(?m)^all [0-9]+ done\$'"
    stream_job regex 'echo text; echo all 3 done' "$pattern"
    expect 0 intact run s
    proven regex end
    stream_job regex 'echo text; echo all 3' "$pattern"
    expect 6 intact run s
    says err "expected '.*' in the last 4096 bytes, the stream ends in"
    stream_job regex 'echo all 3 done; echo text' "$pattern" 'end_window = "8"'
    expect 6 intact run s
    stays 1
}

# What the command says of itself counts before what its stream looks like.
case_a_command_that_fails_is_told_as_such() {
    tree
    stream_job tar 'tar -cf - tree | head -c 100000; echo out of luck >&2; exit 3'
    expect 1 intact run s
    says err 'out of luck'
}

# GNU tar ends with 1 when a file changed while it was read: here it grows whenever a record is written.
case_a_status_that_is_a_warning_is_published_as_one() {
    mkdir -p "$WORK/tree"
    head -c 300000 /dev/urandom >"$WORK/tree/log"
    local command='tar -cf - --checkpoint=1 --checkpoint-action=exec="echo more >>tree/log" tree'
    stream_job tar "$command"
    expect 1 intact run s
    says err "command 'bash' exited with status 1: tar: tree/log: file changed as we read it"
    stays 0
    stream_job tar "$command" 'exit_status = { 1 = "warning" }'
    expect 3 intact run s
    stays 1
    is "$(warnings_of s)" "exit_status "
    local reason="command 'bash' exited with status 1: tar: tree/log: file changed as we read it"
    says out "exit_status: $reason"
    is "$(from_json "$(manifest_of s)" 'm["warnings"]["first"][0]["detail"]')" "$reason"
    expect 0 intact history s --json
    says out '"outcome": ?"warning"'
    says out "$reason"
    # What tar did not write is missed, whatever its status is taken for.
    stream_job tar 'tar -cf - tree | head -c 100000; exit 1' 'exit_status = { 1 = "warning" }'
    expect 6 intact run s
    stays 1
}

case_a_signal_may_be_what_ends_a_command_well() {
    stream_job raw 'echo all; kill -TERM $$'
    expect 1 intact run s
    says err 'was killed by SIGTERM'
    stream_job raw 'echo all; kill -TERM $$' '[source.exit_status]' 'SIGTERM = "success"'
    expect 0 intact run s
    stays 1
}

case_what_a_command_says_may_be_a_warning_or_a_failure() {
    stream_job raw 'echo all; ls no-such-file' "stderr_warnings = ['No such file']" \
        'exit_status = { 2 = "success" }'
    expect 3 intact run s
    is "$(warnings_of s)" "message "
    says out "message: command 'bash' said what 'No such file' is found in: ls: "
    stream_job raw 'echo all; ls no-such-file || true' "stderr_failures = ['(?i)no such FILE']"
    expect 6 intact run s
    says err "'bash' exited with status 0, but said what source.stderr_failures= takes for a failure"
    stays 1
    stream_job raw 'echo all; ls . >&2' "stderr_failures = ['no such file']"
    expect 0 intact run s
    stays 2
}

run_cases
