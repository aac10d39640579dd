#!/usr/bin/env bash
# Trees that break backup programs: what they hold comes back, what changes under way is told exactly.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"

nasty_tree() {
    local options=()
    [[ $EUID -eq 0 ]] || options=(--plain)
    python3 -B "$E2E/../support/nasty_tree.py" "$WORK/tree" "${options[@]}"
    job nasty <<TOML
[source]
type  = "files"
paths = ["$WORK/tree"]
TOML
}

owner_option() {
    [[ $EUID -eq 0 ]] || echo --no-owner
}

case_everything_but_the_socket_comes_back() {
    nasty_tree
    expect 3 intact run nasty
    is "$(warnings_of nasty)" "unsupported socket"
    expect 0 intact verify nasty
    expect 0 intact restore nasty --target "$WORK/restored"
    # shellcheck disable=SC2046 # one option or none
    same_trees "$WORK/tree" "$WORK/restored$WORK/tree" --skip kinds/socket $(owner_option)
}

case_holes_cost_nothing() {
    nasty_tree
    expect 3 intact run nasty
    [[ $(from_json "$(manifest_of nasty)" 'm["stream"]["bytes"]') -lt 2000000 ]] ||
        fail "the archive holds the holes of 111 GiB of sparse files"
    expect 0 intact restore nasty --target "$WORK/restored"
    [[ $(du -sk "$WORK/restored" | cut -f 1) -lt 4000 ]] || fail "the holes came back as zeros"
}

case_a_destination_behind_a_symlink_is_not_backed_up_into_itself() {
    mkdir -p "$WORK/tree/backups"
    echo content >"$WORK/tree/file"
    ln -s tree/backups "$WORK/way"
    job self <<TOML
[source]
type  = "files"
paths = ["$WORK/tree"]

[destination]
path = "$WORK/way"
TOML
    expect 3 intact run self
    says out '1 warning'
    says out "destination '.*/tree/backups'"
    expect 3 intact run self
    local archive
    archive=$(find "$WORK/tree/backups" -name '*.tar.zst' | sort | tail -n 1)
    is "$(tar --zstd -tf "$archive" | sed "s|^${WORK#/}/||")" $'tree/\ntree/backups/\ntree/file'
}

names_in() {
    # Octal escapes are GNU tar's and bsdtar's own ways of showing bytes that are no text.
    "$@" | wc -l
}

case_gnu_tar_and_bsdtar_see_every_entry() {
    nasty_tree
    expect 3 intact run nasty
    local entries
    entries=$(from_json "$(manifest_of nasty)" 'm["stream"]["entries"]')
    is "$(names_in tar --zstd --quoting-style=escape -tf "$(archive_of nasty)")" "$entries"
    is "$(names_in bsdtar -tf "$(archive_of nasty)")" "$entries"
}

case_gnu_tar_brings_it_back() {
    [[ $EUID -eq 0 ]] || skip "ownership and devices need root"
    nasty_tree
    # libarchive writes a blank in an attribute's name as %20, which GNU tar takes literally.
    setfattr -x "user.on a folder" "$WORK/tree/metadata"
    expect 3 intact run nasty
    # GNU tar cannot make a path longer than PATH_MAX; below a short folder all of them fit.
    local short above
    short=$(mktemp -d /tmp/XXXXXX)
    above=$(tr -cd / <<<"$WORK" | wc -c)
    tar --zstd --xattrs --xattrs-include='*' --acls --numeric-owner --strip-components="$above" --sparse \
        -xpf "$(archive_of nasty)" -C "$short"
    local status=0
    (same_trees "$WORK/tree" "$short/tree" --skip kinds/socket) || status=$?
    rm -rf "$short"
    is "$status" 0
}

# slow_run JOB FILE: starts a run whose every read of this file takes 50 ms longer, and waits until the
# file is open.
slow_run() {
    strace -f -o "$WORK/trace" -P "$2" -e trace=read,pread64,readv,preadv \
        -e inject=read,pread64,readv,preadv:delay_enter=50000 \
        "$INTACT" run "$1" >"$WORK/out" 2>"$WORK/err" </dev/null &
    RUN=$!
    await "$(basename "$2") to be open" is_open_in_child "$RUN" "$2"
}

is_open_in_child() {
    local child fd
    for child in $(pgrep -P "$1"); do
        for fd in "/proc/$child/fd/"*; do
            [[ $(readlink "$fd") == "$2" ]] && return 0
        done
    done
    return 1
}

end_of_run() {
    local status=0
    wait "$RUN" || status=$?
    [[ $status -eq $1 ]] || {
        cat "$WORK/err" >&2
        fail "the run ended with $status, expected $1"
    }
}

can_trace() {
    strace -o /dev/null true 2>/dev/null || skip "strace may not trace here"
}

# Files of 32 MiB, a slow first one, so that there is time to change what comes after it.
changing_tree() {
    can_trace
    mkdir "$WORK/tree"
    head -c 32M /dev/urandom >"$WORK/tree/a_slow"
    echo "content" >"$WORK/tree/z_later"
    job changing <<TOML
[source]
type  = "files"
paths = ["$WORK/tree"]

[archive]
compression = "none"
TOML
}

# The archive is whole, whatever happened to the files: entries, sizes, end.
sound_archive() {
    expect 0 intact verify changing
    tar -tf "$(archive_of changing)" >"$WORK/names"
    is "$(wc -l <"$WORK/names")" "$(from_json "$(manifest_of changing)" 'm["stream"]["entries"]')"
}

case_a_file_that_grows_while_read_is_told() {
    changing_tree
    slow_run changing "$WORK/tree/a_slow"
    echo "more" >>"$WORK/tree/a_slow"
    end_of_run 3
    is "$(warnings_of changing)" "changed a_slow"
    sound_archive
}

case_a_file_that_shrinks_while_read_is_told_and_filled() {
    changing_tree
    slow_run changing "$WORK/tree/a_slow"
    truncate -s 1000 "$WORK/tree/a_slow"
    end_of_run 3
    is "$(warnings_of changing)" "shrank a_slow"
    sound_archive
    is "$(tar -tvf "$(archive_of changing)" | awk '/a_slow/ { print $3 }')" 33554432
}

case_a_file_that_vanishes_is_told() {
    changing_tree
    slow_run changing "$WORK/tree/a_slow"
    rm "$WORK/tree/z_later"
    end_of_run 3
    is "$(warnings_of changing)" "vanished z_later"
    sound_archive
}

case_a_failing_disk_truncates_one_file_only() {
    changing_tree
    local status=0
    strace -f -o "$WORK/trace" -P "$WORK/tree/a_slow" -e trace=read,pread64,readv,preadv \
        -e inject=read,pread64,readv,preadv:error=EIO:when=3+ \
        "$INTACT" run changing >"$WORK/out" 2>"$WORK/err" </dev/null || status=$?
    is "$status" 3
    is "$(warnings_of changing)" "truncated a_slow"
    sound_archive
}

case_what_may_not_be_read_is_told() {
    mkdir "$WORK/tree" "$WORK/tree/closed"
    echo secret >"$WORK/tree/secret"
    echo open >"$WORK/tree/open"
    echo inside >"$WORK/tree/closed/inside"
    chmod 000 "$WORK/tree/secret" "$WORK/tree/closed"
    job private <<TOML
[source]
type  = "files"
paths = ["$WORK/tree"]
TOML
    local as_user=()
    if [[ $EUID -eq 0 ]]; then
        as_user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
        mkdir -p "$WORK/state"
        chown -R 65534 "$DEST" "$WORK/state" "$WORK/config"
        chmod 755 "$WORK"
        cp "$INTACT" "$WORK/intact"
        expect 3 "${as_user[@]}" "$WORK/intact" run private
    else
        expect 3 intact run private
    fi
    is "$(warnings_of private)" "unreadable closed"$'\n'"unreadable secret"
    tar --zstd -tf "$(archive_of private)" >"$WORK/names"
    grep -q 'tree/open$' "$WORK/names" || fail "what could be read is missing"
    ! grep -q 'tree/secret' "$WORK/names" || fail "an entry without content"
}

run_cases
