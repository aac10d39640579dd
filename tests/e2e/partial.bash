#!/usr/bin/env bash
# Backups that lack something, or are less than is expected: what is published, and what says so.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"

# tree_job [LINE...]: backs up $WORK/tree; lines follow its tables.
tree_job() {
    {
        printf '[source]\ntype = "files"\npaths = ["%s"]\n' "$WORK/tree"
        printf '%s\n' "$@"
    } | job t
}

# tree KIB FILES: so much noise in one file, and so many empty ones.
tree() {
    rm -rf "$WORK/tree"
    mkdir -p "$WORK/tree"
    head -c "$(($1 * 1024))" /dev/urandom >"$WORK/tree/noise"
    for ((i = 0; i < $2; i++)); do : >"$WORK/tree/file$i"; done
}

# A kind of file that an archive cannot hold, as which user it may be.
socket() {
    python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$WORK/tree/$1"
}

backups() {
    find "$DEST/t" -name '*.manifest.json' | wc -l
}

# suspicious JSON: what a line of it says.
suspicious() {
    from_json "$1" 'm["suspicious"]'
}

case_a_reason_that_says_fail_publishes_nothing() {
    tree 10 3
    tree_job '[destination]' "path = '$DEST/t'" 'name = "fixed"' '[on_warning]' 'unsupported = "fail"'
    expect 0 intact run t
    local before
    before=$(sha256sum "$DEST"/t/fixed*)
    socket one
    socket two
    expect 1 intact run t
    says err "not published: '$WORK/tree/one': a socket.*, the first of 2 such warnings"
    says err '\(on_warning.unsupported=fail\)'
    is "$(sha256sum "$DEST"/t/fixed*)" "$before"
    is "$(left_over "$DEST/t")" ""
    expect 0 intact verify t
    expect 0 intact history t --json --limit=1
    is "$(from_json "$WORK/out" 'm["failure"]["code"], m["failure"]["stage"], len(m["warnings"])')" \
        "('partial', 'source', 2)"
    tree_job '[destination]' "path = '$DEST/t'" 'name = "fixed"' '[on_warning]' 'unsupported = "publish"' \
        'unreadable = "fail"'
    expect 3 intact run t
    expect 0 intact show t
    says out '^    unsupported: 2$'
    says out "^      '$WORK/tree/one': a socket"
    says out "^      '$WORK/tree/two': a socket"
}

case_a_command_that_warns_may_be_no_backup() {
    local way
    for way in publish fail; do
        job t <<TOML
[source]
type        = "command"
command     = ["bash", "-c", "echo all; exit 1"]
exit_status = { 1 = "warning" }
[on_warning]
exit_status = "$way"
TOML
        if [[ $way == publish ]]; then
            expect 3 intact run t
        else
            expect 1 intact run t
            says err "not published: command 'bash' exited with status 1 .*on_warning.exit_status=fail"
        fi
        is "$(backups)" 1
    done
}

case_a_backup_that_shrinks_is_suspicious_until_it_is_right() {
    tree 400 3
    tree_job '[expect]' 'max_shrink = "50%"'
    expect 0 intact run t
    tree 300 3
    expect 0 intact run t
    tree 20 3
    expect 3 intact run t
    says out 'suspicious: .* of content, 9[0-9]% less than the .*, more than expect.max_shrink=50%'
    # It is no measure for the next one.
    expect 3 intact run t
    is "$(backups)" 4
    is "$(from_json "$(manifest_of t)" 'm["warnings"]["kinds"]')" "{'suspicious': 1}"
    expect 0 intact show t
    says out '^  suspicious: not what its job expects'
    expect 0 intact list t --json
    tail -n 1 "$WORK/out" >"$WORK/last"
    is "$(suspicious "$WORK/last")" True
    expect 0 intact list t
    says out "^ *suspicious: see 'intact show'"
    expect 0 intact history t --json --limit=1
    is "$(suspicious "$WORK/out")" True
    expect 0 intact history t --limit=1
    says out 'suspicious: .*expect.max_shrink=50%'
    expect 0 intact metrics
    says out '^intact_job_last_backup_suspicious\{backup="t"\} 1$'
    # What is suspicious is whole.
    expect 0 intact verify --all t
    # Also in a catalog that is made again.
    rm -f "$INTACT_STATE_DIR"/catalog.db*
    expect 0 intact catalog rebuild
    expect 3 intact run t
    tree_job '[expect]' 'max_shrink = "99%"'
    expect 0 intact run t
    tree_job '[expect]' 'max_shrink = "50%"'
    expect 0 intact run t
    expect 0 intact metrics
    says out '^intact_job_last_backup_suspicious\{backup="t"\} 0$'
}

case_too_little_is_suspicious_without_one_to_compare_with() {
    tree 1 3
    tree_job '[expect]' 'min_size = "1MiB"' 'min_entries = 100'
    expect 3 intact run t
    says out 'suspicious: .* of content, less than expect.min_size=1.00 MiB'
    says out 'suspicious: it holds 5, fewer than expect.min_entries=100'
    tree 1100 99
    expect 0 intact run t
    is "$(backups)" 2
    tree_job '[expect]' 'min_entries = 1000' '[on_warning]' 'suspicious = "fail"'
    expect 1 intact run t
    says err 'not published: it holds 101, .*on_warning.suspicious=fail'
    is "$(backups)" 2
}

run_cases
