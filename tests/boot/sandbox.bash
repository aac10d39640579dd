#!/usr/bin/env bash
# What the unit's sandbox lets the service read, which is everything, and write, which is little.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/../e2e/harness.bash"
# shellcheck source=tests/boot/inside.bash
source "$(dirname "$0")/inside.bash"

# outside_run JOB STATUS: the same job by hand, out of the unit, into $MEETING/outside.
outside_run() {
    mkdir -p "$MEETING/config/jobs.d" "$MEETING/outside" "$MEETING/state"
    chmod 1777 "$MEETING/outside" "$MEETING/state"
    sed "s|^path = .*|path = \"$MEET/outside\"|" "$JOBS/$1.toml" >"$MEETING/config/jobs.d/$1.toml"
    expect "$2" inside intact --config-dir "$MEET/config" --state-dir "$MEET/state" run "$1"
}

# one_backup JOB: by the service.
one_backup() {
    expect 0 inside systemctl start intactd
    await "the backup" has_backups "$1" 1
    expect 0 inside systemctl stop intactd
}

warnings_in() {
    from_json "$(find "$1" -name '*.json' | sort | tail -n 1)" 'm["warnings"]'
}

# facts_of FOLDER: of every entry of the newest backup that lies there.
facts_of() {
    local archive
    archive=$(find "$1" -name '*.tar.zst' | sort | tail -n 1)
    mkdir -p "$WORK/restored"
    tar --zstd --acls --xattrs --xattrs-include='*' --numeric-owner -C "$WORK/restored" -xpf "$archive" \
        --warning=no-timestamp --warning=no-unknown-keyword
    # Folders above the paths of the source are tar's, made just now.
    python3 -B "$E2E/../support/tree_facts.py" "$WORK/restored" |
        grep -vE '^(opt|run|srv|usr|usr/lib|var|var/lib|var/tmp)	'
    rm -rf "$WORK/restored"
}

case_a_backup_taken_in_the_unit_equals_one_taken_outside() {
    fresh
    # Where options of a sandbox would hide something, or put something else in its place.
    local folder
    for folder in home/somebody root tmp var/tmp/mine usr/lib/modules/6.1 boot run/user/1 opt; do
        inside mkdir -p "/$folder"
        inside sh -c "echo 'of $folder' >/$folder/secret; chmod 600 /$folder/secret"
    done
    rm -rf "$ROOT/srv/tree"
    python3 -B "$E2E/../support/nasty_tree.py" "$ROOT/srv/tree" >/dev/null
    # Only CAP_SYS_ADMIN shows attributes trusted.*, in the unit or not; the service has not got it.
    find "$ROOT/srv/tree/metadata" -exec setfattr -h -x trusted.comment {} + 2>/dev/null || true
    chown -R 65534:65534 "$ROOT/home/somebody"
    task all <<TOML
[schedule]
calendar = "*:*:*"

[source]
type  = "files"
paths = ["/home", "/root", "/tmp", "/var/tmp/mine", "/usr/bin", "/usr/lib/modules", "/etc", "/boot", "/run/user", "/srv/tree", "/opt", "/var/lib/dpkg"]
one_file_system = true

[destination]
path = "/var/backups/intact/all"
TOML
    one_backup all
    # No archive holds a socket.
    outside_run all 3
    is "$(warnings_in "$BACKUPS/all")" "$(warnings_in "$MEETING/outside")"
    facts_of "$BACKUPS/all" >"$WORK/in"
    facts_of "$MEETING/outside" >"$WORK/out"
    for folder in home/somebody root tmp var/tmp/mine usr/lib/modules/6.1 boot run/user/1 opt; do
        grep -q "^$folder/secret	-rw-------" "$WORK/in" || fail "no $folder/secret in the backup"
    done
    diff "$WORK/in" "$WORK/out" | head -n 20 >"$WORK/diff" || true
    is "$(cat "$WORK/diff")" ""
    echo "figure: sandbox entries=$(wc -l <"$WORK/in")"
    rm -rf "$ROOT/srv/tree"
}

# The case before finds what it is there for.
case_an_option_that_hides_files_would_be_seen() {
    fresh
    inside mkdir -p /usr/lib/modules/6.1
    inside sh -c 'echo content >/usr/lib/modules/6.1/file'
    drop_in ProtectKernelModules=yes
    task modules <<TOML
[schedule]
calendar = "*:*:*"

[source]
type  = "files"
paths = ["/usr/lib/modules"]
TOML
    one_backup modules
    facts_of "$BACKUPS/modules" >"$WORK/in"
    ! grep 'modules/6.1' "$WORK/in" || fail "nothing was hidden"
}

case_reads_files_that_their_mode_closes_to_all() {
    fresh
    printf '#!/bin/sh\n' >"$ROOT/opt/unreadable"
    task etc <<TOML
[schedule]
calendar = "*:*:*"

[source]
type  = "files"
paths = ["/etc/shadow", "/opt"]

[destination]
path = "/var/backups/intact/etc"
TOML
    chmod 000 "$ROOT/opt/unreadable"
    one_backup etc
    is "$(from_json "$(find "$BACKUPS/etc" -name '*.json' | sort | tail -n 1)" 'm["warnings"]["count"]')" 0
    facts_of "$BACKUPS/etc" | grep '^opt/unreadable' >/dev/null
}

case_the_command_of_a_source_has_no_more_rights_than_its_user() {
    fresh
    task command <<'TOML'
[schedule]
calendar = "*:*:*"

[source]
type    = "command"
command = ["sh", "-c", "exec 2>&1; id -un; grep -E 'Cap|NoNew' /proc/self/status; cat /etc/shadow; touch /etc/x /usr/x /boot/x /home/x /root/x; true"]
TOML
    one_backup command
    expect 0 inside intact restore command --stdout
    says out '^_intact$'
    says out '^CapEff:[[:space:]]*0000000000000000$'
    says out '^CapAmb:[[:space:]]*0000000000000000$'
    says out '^CapBnd:[[:space:]]*0000000000000004$'
    says out '^NoNewPrivs:[[:space:]]*1$'
    says out '/etc/shadow: Permission denied'
    local place
    for place in etc usr boot home; do
        says out "/$place/x'?: (Read-only file system|Permission denied)"
        [[ ! -e $ROOT/$place/x ]] || fail "it could write to /$place"
    done
}

case_a_destination_that_it_owns_needs_no_drop_in() {
    fresh
    inside install -d -o _intact -g _intact -m 750 /srv/backup
    task own <<TOML
[schedule]
calendar = "*:*:*"

[source]
type  = "files"
paths = ["/etc/shadow"]

[destination]
path = "/srv/backup"
TOML
    expect 0 inside systemctl start intactd
    await_said '^own: backup .* is whole'
    expect 0 inside systemctl stop intactd
    is "$(find "$ROOT/srv/backup" -type f ! -perm 600)" ""
    expect 0 inside intact verify own
    rm -rf "$ROOT/srv/backup"
}

case_one_that_it_may_not_write_to_is_said_and_left_as_it_is() {
    fresh
    inside install -d -m 755 /srv/roots
    inside install -d -o _intact -g _intact -m 755 /etc/backups
    local place
    for place in /srv/roots /etc/backups; do
        task other <<TOML
[schedule]
calendar = "*:*:*"

[source]
type  = "files"
paths = ["/etc/hostname"]

[destination]
path = "$place"
TOML
        expect 0 inside systemctl start intactd
        await_said "^other: .*'$place/?.*(Permission denied|Read-only file system)"
        expect 0 inside systemctl stop intactd
        is "$(find "$ROOT$place" -mindepth 1 2>/dev/null)" ""
    done
    rm -rf "$ROOT/srv/roots" "$ROOT/etc/backups"
}

case_a_destination_in_a_home_directory_needs_a_drop_in() {
    fresh
    inside install -d -o _intact -g _intact -m 750 /home/backup
    task home <<TOML
[schedule]
calendar = "*:*:*"

[source]
type  = "files"
paths = ["/etc/hostname"]

[destination]
path = "/home/backup"
TOML
    expect 0 inside systemctl start intactd
    await_said '^home: .*Read-only file system'
    expect 0 inside systemctl stop intactd
    drop_in ReadWritePaths=/home/backup
    expect 0 inside systemctl start intactd
    await_said '^home: backup .* is whole'
    expect 0 inside systemctl stop intactd
    expect 0 inside intact verify home
    rm -rf "$ROOT/home/backup"
}

# The sandbox mounts /home, /etc and what ReadWritePaths= names once more on themselves.
case_what_the_sandbox_mounts_is_not_taken_for_a_disk() {
    fresh
    inside install -d -o _intact -g _intact -m 750 /home/backup
    drop_in ReadWritePaths=/home/backup
    task usb <<TOML
[schedule]
calendar = "*:*:*"

[source]
type  = "files"
paths = ["/etc/hostname"]

[destination]
path          = "/home/backup"
require_mount = true
TOML
    task condition <<TOML
[schedule]
calendar = "*:*:*"

[source]
type  = "files"
paths = ["/etc/hostname"]

[conditions]
path_is_mount_point = "/home/backup"
TOML
    expect 0 inside systemctl start intactd
    await_said '^usb: .*(root filesystem|nothing is mounted)'
    await_said "^condition: no backup now: nothing is mounted at '/home/backup'"
    expect 0 inside systemctl stop intactd
    is "$(find "$ROOT/home/backup" -name '*.tar*')$(find "$BACKUPS" -name '*.tar*')" ""
    rm -rf "$ROOT/home/backup"
}

case_a_filesystem_mounted_after_the_start_is_there() {
    fresh
    inside mkdir -p /srv/late
    task late <<TOML
[schedule]
calendar = "*:*:*"

[source]
type  = "files"
paths = ["/srv/late/file"]

[destination]
path          = "/srv/late"
require_mount = true
TOML
    expect 0 inside systemctl start intactd
    await_said '^late: .*nothing is mounted|^late: .*root filesystem'
    inside mount -t tmpfs -o uid=_intact,mode=750 late /srv/late
    inside sh -c 'echo late >/srv/late/file'
    await_said '^late: backup .*'
    expect 0 inside systemctl stop intactd
    expect 0 inside intact verify late
    inside umount /srv/late
    is "$(find "$ROOT/srv/late" -mindepth 1)" ""
}

run_cases
