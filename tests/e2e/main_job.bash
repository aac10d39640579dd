#!/usr/bin/env bash
# The main job on real data: take, prove, list, check by hand, bring back, compare.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"

as_many_owners() {
    [[ $EUID -eq 0 ]] || echo --no-owner
}

case_a_tree_of_the_system_comes_back_without_any_difference() {
    # It may have a hundred thousand entries; a tenth of that, with links among them, says nearly as much.
    local tree=/usr/include
    [[ ${INTACT_EXTENT-} != full ]] || tree=/usr/share
    job share <<TOML
[source]
type  = "files"
paths = ["$tree"]
exclude_caches     = false
exclude_if_present = []
TOML
    expect 0 intact run share
    expect 0 intact verify share
    expect 0 intact restore share --target "$WORK/restored"
    # shellcheck disable=SC2046 # one option or none
    same_trees "$tree" "$WORK/restored$tree" $(as_many_owners)
    from_json "$(manifest_of share)" 'm["stream"]["entries"]' >"$WORK/entries"
    # The folder itself is an entry too.
    is "$(cat "$WORK/entries")" "$(($(wc -l <"$WORK/facts.a") + 1))"
}

small_job() {
    mkdir -p "$WORK/tree/sub"
    echo "some content" >"$WORK/tree/file"
    head -c 300000 /dev/urandom >"$WORK/tree/sub/random"
    ln -sf file "$WORK/tree/link"
    job small <<TOML
[source]
type  = "files"
paths = ["$WORK/tree"]
$*
TOML
}

case_a_run_says_what_it_made() {
    small_job
    expect 0 intact run small
    says out "$(basename "$(archive_of small)")"
    says out '5 entries'
}

case_list_and_history_know_the_run() {
    small_job
    expect 0 intact run small
    expect 0 intact list small
    says out "$(basename "$(archive_of small)" .tar.zst)"
    expect 0 intact history small
    says out success
}

case_history_is_made_again_from_the_destination() {
    small_job
    expect 0 intact run small
    rm -r "$WORK/state"
    expect 0 intact catalog rebuild
    expect 0 intact history small
    says out success
}

case_sha256sum_agrees() {
    small_job
    expect 0 intact run small
    cd "$DEST/small"
    expect 0 sha256sum -c "$(basename "$(archive_of small)").sha256"
}

case_gnu_tar_reads_it() {
    small_job
    expect 0 intact run small
    mkdir "$WORK/by_tar"
    tar --zstd --xattrs -xpf "$(archive_of small)" -C "$WORK/by_tar"
    same_trees "$WORK/tree" "$WORK/by_tar$WORK/tree"
}

case_bsdtar_reads_it() {
    small_job
    expect 0 intact run small
    mkdir "$WORK/by_bsdtar"
    bsdtar -xpf "$(archive_of small)" -C "$WORK/by_bsdtar"
    same_trees "$WORK/tree" "$WORK/by_bsdtar$WORK/tree"
}

case_zstd_alone_reads_it() {
    small_job
    expect 0 intact run small
    zstd -q -t "$(archive_of small)"
    is "$(zstd -q -d -c "$(archive_of small)" | sha256sum | cut -d ' ' -f 1)" \
        "$(from_json "$(manifest_of small)" 'm["stream"]["sha256"]')"
}

case_gzip_and_none_can_be_chosen() {
    local compression suffix
    for compression in gzip:.gz none:; do
        suffix=${compression#*:}
        small_job "
[archive]
compression = \"${compression%:*}\""
        rm -rf "$DEST/small" && mkdir "$DEST/small"
        expect 0 intact run small
        [[ $(archive_of small) == *.tar"$suffix" ]] || fail "named $(archive_of small)"
        tar -tf "$(archive_of small)" >"$WORK/names"
        is "$(wc -l <"$WORK/names")" 5
        expect 0 intact verify small
    done
}

case_part_of_a_backup_comes_back_alone() {
    small_job
    expect 0 intact run small
    expect 0 intact restore small --target "$WORK/part" "${WORK#/}/tree/sub/random"
    cmp "$WORK/tree/sub/random" "$WORK/part$WORK/tree/sub/random"
    [[ ! -e $WORK/part$WORK/tree/file ]] || fail "more came back than was asked for"
}

case_restore_keeps_what_is_there_unless_told() {
    small_job
    expect 0 intact run small
    expect 0 intact restore small --target "$WORK/back"
    echo "newer" >"$WORK/back$WORK/tree/file"
    expect 0 intact restore small --target "$WORK/back"
    is "$(cat "$WORK/back$WORK/tree/file")" newer
    expect 0 intact restore small --target "$WORK/back" --overwrite
    is "$(cat "$WORK/back$WORK/tree/file")" "some content"
}

case_a_dry_run_writes_nothing() {
    small_job
    expect 0 intact run small
    expect 0 intact restore small --target "$WORK/dry" --dry-run
    [[ ! -e $WORK/dry ]] || fail "the target was made"
}

case_a_command_comes_back_byte_for_byte() {
    head -c 3000000 /dev/urandom >"$WORK/data"
    job dump <<TOML
[source]
type    = "command"
command = ["cat", "$WORK/data"]
TOML
    expect 0 intact run dump
    expect 0 intact restore dump --stdout
    cmp "$WORK/data" "$WORK/out"
    expect 0 intact restore dump --pipe -- sh -c "cat >$WORK/piped"
    cmp "$WORK/data" "$WORK/piped"
}

case_a_command_that_fails_publishes_nothing() {
    job dump <<'TOML'
[source]
type    = "command"
command = ["sh", "-c", "echo half; echo 'no such database' >&2; exit 3"]
TOML
    expect 1 intact run dump
    says err 'no such database'
    is "$(find "$DEST/dump" -type f ! -name '*.lock')" ""
}

case_a_tar_stream_that_is_cut_is_incomplete() {
    mkdir "$WORK/tree" && head -c 100000 /dev/urandom >"$WORK/tree/file"
    job cut <<TOML
[source]
type    = "command"
command = ["sh", "-c", "tar -C $WORK -c tree | head -c 50000"]
format  = "tar"
TOML
    expect 6 intact run cut
    is "$(find "$DEST/cut" -type f ! -name '*.lock')" ""
}

case_a_fixed_name_is_replaced() {
    small_job "
[destination]
path = \"$DEST/small\"
name = \"small\""
    expect 0 intact run small
    expect 0 intact run small
    is "$(find "$DEST/small" -type f ! -name '.*' -printf '%f\n' | sort | tr '\n' ' ')" \
        "small.tar.zst small.tar.zst.manifest.json small.tar.zst.sha256 "
    is "$(left_over "$DEST/small")" ""
    expect 0 intact verify small
}

case_json_lines_are_json() {
    small_job
    expect 0 intact run small --json
    python3 -c 'import json, sys; [json.loads(line) for line in open(sys.argv[1])]' "$WORK/out"
    [[ -s $WORK/out ]] || fail "no line"
}

case_quiet_is_quiet() {
    small_job
    expect 0 intact run small --quiet
    is "$(cat "$WORK/out" "$WORK/err")" ""
}

case_every_verb_has_help_with_an_example() {
    local verb
    for verb in run check verify restore list history "config show" "catalog rebuild"; do
        # shellcheck disable=SC2086 # two words for some
        expect 0 intact $verb --help
        says out '[Ee]xample'
        says out "intact $verb"
    done
    expect 0 intact --version
    says out '^intact [0-9]+\.[0-9]+\.[0-9]+'
}

case_what_is_no_verb_is_a_usage_error() {
    small_job
    expect 2 intact bakcup
    expect 2 intact run no-such-job
}

case_damage_is_found() {
    small_job
    expect 0 intact run small
    # In the middle of the archive, one bit of one byte.
    python3 - "$(archive_of small)" <<'PYTHON'
import sys
with open(sys.argv[1], "r+b") as file:
    file.seek(150000)
    byte = file.read(1)[0]
    file.seek(150000)
    file.write(bytes([byte ^ 1]))
PYTHON
    expect 5 intact verify small
    cat "$WORK/out" "$WORK/err" >"$WORK/all"
    says all "$(basename "$(archive_of small)")"
    expect 5 intact restore small --target "$WORK/damaged"
    [[ ! -e $WORK/damaged$WORK/tree/file ]] || fail "the target was touched"
}

run_cases
