# shellcheck shell=bash
# The service in the container, for suites that source this after the harness: what they do to it, and
# what they look at, from outside. BOOT_ROOT is the container's root, BOOT_LEADER its first process.

ROOT=${BOOT_ROOT:?the root of a container that is up}
LEADER=${BOOT_LEADER:?its first process}
BACKUPS=$ROOT/var/backups/intact
JOBS=$ROOT/etc/intact/jobs.d
DROP_INS=$ROOT/etc/systemd/system/intactd.service.d
# What commands of jobs and cases tell each other; anybody may write there.
MEET=/var/tmp/meet
MEETING=$ROOT$MEET

# inside COMMAND...: as root, in the container.
inside() {
    nsenter --target "$LEADER" --mount --uts --ipc --net --pid --cgroup -- \
        env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin LANG=C.UTF-8 TERM=dumb "$@"
}

# fresh: as after the installation, with nothing of the case before; the service is not started.
fresh() {
    inside systemctl kill --signal=KILL intactd 2>/dev/null || true
    inside systemctl stop intactd
    rm -rf "$DROP_INS" "$MEETING" "${BACKUPS:?}"/* "$ROOT/var/lib/intact" "$JOBS"/*.toml
    cp "$ROOT/etc/intact.toml.installed" "$ROOT/etc/intact/intact.toml"
    mkdir -p "$DROP_INS" "$MEETING"
    chmod 1777 "$MEETING"
    inside systemctl daemon-reload
    inside systemctl reset-failed intactd 2>/dev/null || true
    inside systemd-tmpfiles --create intact.conf
    # Not by a cursor: with another match besides, that leaves out the first entry.
    SINCE=@$(date +%s.%6N)
}

# drop_in LINE...: of [Service]; more than one call adds up.
drop_in() {
    { echo '[Service]' && printf '%s\n' "$@"; } >"$DROP_INS/$(find "$DROP_INS" -type f | wc -l).conf"
    inside systemctl daemon-reload
}

# task NAME <<TOML: a job of the service.
task() {
    cat >"$JOBS/$1.toml"
}

settings() {
    printf '[daemon]\n%s\n' "$*" >"$ROOT/etc/intact/intact.toml"
}

# held_task: reads as long as $MEETING/hold is there, each second anew; $MEETING/begun says that it does.
held_task() {
    touch "$MEETING/hold"
    task held <<TOML
[schedule]
calendar = "*:*:*"

[source]
type    = "command"
command = ["sh", "-c", "echo data; touch $MEET/begun; while [ -e $MEET/hold ]; do sleep 0.05; done"]
TOML
}

# starts_held: the service, with its run of held_task on.
starts_held() {
    held_task
    expect 0 inside systemctl start intactd
    await "the run" test -e "$MEETING/begun"
}

property() {
    inside systemctl show intactd --property="$1" --value
}

# has PROPERTY VALUE
has() {
    [[ $(property "$1") == "$2" ]]
}

# entries MATCH...: of the journal, one JSON object each, since the case began.
entries() {
    inside journalctl --since="$SINCE" --output=json --unit=intactd "$@"
}

# said REGEX: whether the service has logged such a line. All of it is read: with 'pipefail' a reader
# that has seen enough makes a failure.
said() {
    inside journalctl --since="$SINCE" --output=cat --unit=intactd |
        grep -E -- "$1" >/dev/null
}

await_said() {
    (await "'$1'" said "$1") || {
        inside journalctl --since="$SINCE" --output=cat --unit=intactd -n 30 >&2
        exit 1
    }
}

# query SQL: of the catalog.
query() {
    inside sqlite3 /var/lib/intact/catalog.db "$1"
}

# gives RESULT SQL
gives() {
    [[ $(query "$2") == "$1" ]]
}

# backups_of JOB: how many there are.
backups_of() {
    find "$BACKUPS/$1" -name '*.manifest.json' | wc -l
}

# has_backups JOB NUMBER: at least.
has_backups() {
    [[ $(backups_of "$1") -ge $2 ]]
}

# nothing_left JOB: no work in progress, and no process of the service but its own.
nothing_left() {
    is "$(left_over "$BACKUPS/$1")" ""
    is "$(inside pgrep --uid _intact --list-full | grep -v '/usr/sbin/intactd$' || true)" ""
}

# is_whole JOB: each backup of it, by Intact and without.
is_whole() {
    [[ $(backups_of "$1") -gt 0 ]] || fail "no backup of $1"
    expect 0 inside intact verify "$1" --all
    (cd "$BACKUPS/$1" && cat ./*.sha256 | sha256sum --check --quiet)
}

# What cases write there is put back from this.
[[ -e $ROOT/etc/intact.toml.installed ]] ||
    cp "$ROOT/etc/intact/intact.toml" "$ROOT/etc/intact.toml.installed"
