#!/usr/bin/env bash
# 'intact doctor': what would keep a run from ending well is seen before there is one.
# shellcheck disable=SC2016 # the inner shell expands it
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"

# files_job [LINE...]: 'etc', of a tree, with these lines after its own.
files_job() {
    mkdir -p "$WORK/tree" "$DEST/etc"
    printf '%s\n' '[source]' 'type = "files"' "paths = [\"$WORK/tree\"]" '[destination]' \
        "path = \"$DEST/etc\"" "$@" | job etc
}

# told CHECK FIELD: of the one job in $WORK/out.
told() {
    from_json "$WORK/out" "next(c for c in m['checks'] if c['name'] == '$1').get('$2')"
}

# finds STATUS CHECK STATE FOUND HINT: 'intact doctor etc' ends with STATUS; FOUND and HINT are regular
# expressions.
finds() {
    expect "$1" intact doctor etc --json
    is "$2: $(told "$2" state)" "$2: $3"
    [[ $(told "$2" found) =~ $4 ]] || fail "found: $(told "$2" found)"
    [[ $(told "$2" hint) =~ $5 ]] || fail "hint: $(told "$2" hint)"
    # People are told the same.
    expect "$1" intact doctor etc
    says out "^  $3 +$2 "
}

case_where_nothing_is_wrong_it_leaves_nothing_behind() {
    files_job '[schedule]' 'calendar = "daily"'
    expect 0 intact doctor etc
    says out '^etc: '
    says out '^  ok +schedule +next at 20.*T00:00:00'
    says out '^  ok +source '
    says out '^  ok +destination '
    says out '^  ok +space '
    says out 'strategy +.*(atomic-rename|copy-and-swap) \('
    is "$(find "$DEST/etc" -mindepth 1)" ""
    expect 0 intact doctor --json
    is "$(from_json "$WORK/out" '[c["name"] for c in m["checks"]]')" \
        "['configuration', 'user', 'state', 'schedule', 'source', 'programs', 'credentials', 'destination', 'filesystem', 'strategy', 'space', 'service', 'sandbox', 'clock']"
    is "$(from_json "$WORK/out" 'm["job"] + " " + m["path"]')" "etc $DEST/etc"
    is "$(from_json "$WORK/out" 'm["filesystem"]["free_bytes"] > 0 and bool(m["variant"])')" True
}

case_a_mistake_in_the_file_is_told_with_its_place() {
    files_job '[shedule]'
    finds 78 configuration error 'etc\.toml:6:2: error\[E.*shedule' 'intact check'
    expect 78 intact doctor
    says out '^  skipped +source '
    expect 78 intact doctor etc --json
    is "$(from_json "$WORK/out" 'm["path"], m["filesystem"], m["strategy"]')" "(None, None, None)"
}

case_a_warning_alone_is_no_failure() {
    files_job '[schedule]' 'calendar = "daily"'
    sed -i '1i enabled = false' "$INTACT_CONFIG_DIR/jobs.d/etc.toml"
    finds 0 schedule warning 'enabled = false' 'enabled='
}

case_a_schedule_that_is_over() {
    files_job '[schedule]' 'calendar = "2001-02-03"'
    finds 78 schedule error 'no time' 'intact schedule'
}

case_a_source_that_is_not_there() {
    files_job
    rmdir "$WORK/tree"
    finds 1 source error "open '$WORK/tree'" 'exists'
}

case_a_program_that_is_not_there() {
    job etc <<'TOML'
[source]
type    = "command"
command = ["no-such-program"]
TOML
    finds 1 programs error "source.command=: no program 'no-such-program'" 'install it'
    job etc <<'TOML'
[source]
type    = "kubernetes"
kubectl = "/no/kubectl"
pod     = "a"
path    = "/b"
TOML
    finds 1 programs error 'source.kubectl=.*/no/kubectl' 'install'
    files_job '[hooks]' "before = [\"$WORK/hook\"]"
    echo >"$WORK/hook"
    finds 1 programs error 'hooks.before=' 'owner and mode'
    chmod 755 "$WORK/hook"
    finds 0 programs ok "$WORK/hook" ''
}

case_a_destination_that_is_not_there() {
    files_job
    rmdir "$DEST/etc"
    finds 1 destination error "'$DEST/etc' is not there" 'install -d'
    [[ ! -e $DEST/etc ]]
}

case_a_destination_that_cannot_be_written() {
    [[ $EUID -eq 0 ]] || skip "not root"
    files_job
    chmod 755 "$WORK" "$DEST" "$DEST/etc"
    chmod -R a+rwX "$INTACT_CONFIG_DIR"
    install -d -o 65534 "$INTACT_STATE_DIR"
    expect 1 setpriv --reuid=65534 --regid=65534 --clear-groups "$INTACT" doctor etc --json
    is "$(told destination state) $(told destination code)" "error permission_denied"
    is "$(told strategy state)" skipped
    chown 65534 "$DEST/etc"
    expect 0 setpriv --reuid=65534 --regid=65534 --clear-groups "$INTACT" doctor etc --json
    chown root "$INTACT_STATE_DIR"
    expect 1 setpriv --reuid=65534 --regid=65534 --clear-groups "$INTACT" doctor etc --json
    is "$(told state state)" error
}

case_less_room_than_two_backups_need() {
    [[ $EUID -eq 0 ]] || skip "not root"
    files_job
    head -c 4M /dev/urandom >"$WORK/tree/file"
    expect 0 unshare --mount env INTACT="$INTACT" DEST="$DEST" WORK="$WORK" bash -ec '
        mount -t tmpfs -o size=16m none "$DEST/etc"
        "$INTACT" run etc --quiet || [[ $? -eq 3 ]]
        "$INTACT" doctor etc --json >"$WORK/enough"
        head -c 5M /dev/urandom >"$DEST/etc/other"
        "$INTACT" doctor etc --json >"$WORK/little"
        head -c 4M /dev/urandom >"$DEST/etc/more"
        ! "$INTACT" doctor etc --json >"$WORK/none"'
    cp "$WORK/enough" "$WORK/out"
    is "$(told space state)" ok
    cp "$WORK/little" "$WORK/out"
    is "$(told space state)" warning
    cp "$WORK/none" "$WORK/out"
    is "$(told space state) $(told space code)" "error no_space"
}

case_every_job_is_looked_at_and_the_first_error_counts() {
    files_job
    job second <<'TOML'
[source]
type    = "command"
command = ["no-such-program"]
TOML
    echo 'wrong' >"$INTACT_CONFIG_DIR/jobs.d/third.toml"
    expect 78 intact doctor --json
    is "$(wc -l <"$WORK/out")" 3
    expect 1 intact doctor etc second
    expect 2 intact doctor nothing
    expect 0 intact doctor "$DEST/etc/"
    says out '^  ok +destination'
    [[ $(cat "$WORK/out") != *schedule* ]]
}

# on_a_host SCRIPT [STATUS]: as root where Intact is installed; systemctl shows what is in $WORK/unit.
on_a_host() {
    [[ $EUID -eq 0 ]] || skip "not root"
    { cat /etc/passwd && echo "_intact:x:64321:64321::/var/lib/intact:/usr/sbin/nologin"; } >"$WORK/passwd"
    { cat /etc/group && echo "_intact:x:64321:"; } >"$WORK/group"
    mkdir -p "$WORK/bin" "$WORK/tree" "$DEST"
    printf '#!/bin/sh\nexec cat "%s"\n' "$WORK/unit" >"$WORK/bin/systemctl"
    chmod 755 "$WORK" "$WORK/bin" "$WORK/bin/systemctl" "$DEST"
    sed -n '/^[A-Z][A-Za-z]*=/p' >"$WORK/unit"
    chmod 644 "$WORK/unit"
    expect "${2:-0}" unshare --mount env -u INTACT_CONFIG_DIR -u INTACT_STATE_DIR \
        PATH="$WORK/bin:$PATH" DEST="$DEST" WORK="$WORK" INTACT="$INTACT" SCRIPT="$1" bash -ec '
        mount --bind "$WORK/passwd" /etc/passwd
        mount --bind "$WORK/group" /etc/group
        mount -t tmpfs -o mode=755 none /var/lib
        mount -t tmpfs -o mode=755 none /run
        mount -t tmpfs -o mode=755 none /home
        install -d -o _intact -g _intact -m 750 /home/backups
        mkdir -p /run/intact/jobs.d
        printf "[source]\ntype = \"files\"\npaths = [\"%s/tree\"]\n[destination]\npath = \"/home/backups\"\n[schedule]\ncalendar = \"daily\"\n" \
            "$WORK" >/run/intact/jobs.d/etc.toml
        eval "$SCRIPT"'
}

shipped() {
    printf '%s\n' LoadState=loaded ActiveState=active SubState=running UnitFileState=enabled \
        NeedDaemonReload=no User=_intact AmbientCapabilities=cap_dac_read_search \
        CapabilityBoundingSet=cap_dac_read_search StateDirectory=intact ProtectSystem=full \
        ProtectHome=read-only PrivateTmp=no PrivateDevices=yes
}

case_the_sandbox_of_the_service_and_the_drop_in() {
    shipped >"$WORK/shipped"
    on_a_host '"$INTACT" doctor etc' 1 <"$WORK/shipped"
    says out "^  error +sandbox +'/home/backups' cannot be written by the service: ProtectHome=read-only"
    says out 'hint: .*systemctl edit intactd'
    says out '^ +\[Service\]$'
    says out '^ +ReadWritePaths=/home/backups$'
    says out "^  ok +user +as '_intact'"
    says out '^  ok +service +'
    # With the drop-in it is right.
    { cat "$WORK/shipped" && echo "ReadWritePaths=$(sed -n 's/^ *ReadWritePaths=//p' "$WORK/out")"; } >"$WORK/mended"
    on_a_host '"$INTACT" doctor etc' 0 <"$WORK/mended"
    says out '^  ok +sandbox '
}

case_a_service_that_does_not_run() {
    on_a_host '"$INTACT" doctor etc --json' 1 < <(shipped | sed 's/^ActiveState=.*/ActiveState=inactive/; s/^ProtectHome=.*/ProtectHome=no/')
    is "$(told service state) $(told service code)" "error unreachable"
    [[ $(told service hint) == *"systemctl enable --now intactd"* ]]
}

case_what_only_the_capability_reads() {
    shipped | sed 's/^ProtectHome=.*/ProtectHome=no/' >"$WORK/shipped"
    on_a_host 'chmod 700 "$WORK/tree"; "$INTACT" doctor etc --json' 0 <"$WORK/shipped"
    is "$(told source state)" ok
    on_a_host '"$INTACT" doctor etc --json' 1 < <(sed 's/^AmbientCapabilities=.*/AmbientCapabilities=/' "$WORK/shipped")
    is "$(told source state) $(told source code)" "error source_unreadable"
}

case_asked_by_another_it_says_so() {
    on_a_host '"$INTACT" doctor etc --json --as-root' 0 < <(shipped | sed 's/^ProtectHome=.*/ProtectHome=no/')
    is "$(told user state)" warning
}

case_the_default_destination_is_made_by_the_first_run() {
    on_a_host '
        mkdir -p /var/backups
        mount -t tmpfs -o mode=755 none /var/backups
        sed -i "/^.destination.$/d; /^path = /d" /run/intact/jobs.d/etc.toml
        ! "$INTACT" doctor etc
        install -d -o _intact -m 750 /var/backups/intact
        "$INTACT" doctor etc --json
        [[ ! -e /var/backups/intact/etc ]]' 0 < <(shipped)
    says out "error +destination +.*'/var/backups/.*EACCES"
    says out "hint: .*install -d -o _intact -m 0750 '/var/backups/intact/etc'"
    tail -n 1 "$WORK/out" >"$WORK/last" && mv "$WORK/last" "$WORK/out"
    is "$(told destination state)" ok
    [[ $(told destination found) == *"is made by the first run" ]]
}

run_cases
