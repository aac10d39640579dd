#!/usr/bin/env bash
# Root by hand on a host where Intact is installed: acts as the service's user, and leaves nothing
# behind that the service cannot use. Each case has a /var/lib, /run and users of its own.
# shellcheck disable=SC2016 # the inner shell expands it
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"

# installed SCRIPT: runs it as root on such a host, with the job 'etc' and its destination.
installed() {
    [[ $EUID -eq 0 ]] || skip "not root"
    { cat /etc/passwd && echo "_intact:x:64321:64321::/var/lib/intact:/usr/sbin/nologin"; } >"$WORK/passwd"
    { cat /etc/group && echo "_intact:x:64321:"; } >"$WORK/group"
    echo "$1" >"$WORK/script"
    chmod 755 "$WORK" "$DEST"
    mkdir -p "$WORK/tree"
    echo secret >"$WORK/tree/secret"
    chmod 600 "$WORK/tree/secret"
    # shellcheck disable=SC2016 # the inner shell expands it
    expect "${2:-0}" unshare --mount env -u INTACT_CONFIG_DIR -u INTACT_STATE_DIR \
        DEST="$DEST" WORK="$WORK" INTACT="$INTACT" bash -ec '
        mount --bind "$WORK/passwd" /etc/passwd
        mount --bind "$WORK/group" /etc/group
        mount -t tmpfs -o mode=755 none /var/lib
        mount -t tmpfs -o mode=755 none /run
        install -d -o _intact -g _intact -m 750 "$DEST/etc"
        mkdir -p /run/intact/jobs.d
        printf "[source]\ntype = \"files\"\npaths = [\"%s/tree\"]\n[destination]\npath = \"%s/etc\"\n" \
            "$WORK" "$DEST" >/run/intact/jobs.d/etc.toml
        printf "[source]\ntype = \"command\"\ncommand = [\"sh\", \"-c\", \"id -un; grep Cap /proc/self/status\"]\n[destination]\npath = \"%s/etc\"\n" \
            "$DEST" >/run/intact/jobs.d/id.toml
        source "$WORK/script"'
}

# owners DIRECTORY...: of all that lies there.
owners='owners() { find "$@" -printf "%U:%G\n" | sort -u | paste -sd " "; }'

case_a_run_by_hand_is_as_one_of_the_service() {
    installed "$owners"'
        "$INTACT" run etc
        "$INTACT" run id
        owners /var/lib/intact "$DEST/etc"
        "$INTACT" restore id --stdout
        "$INTACT" restore etc --target "$WORK/back" --quiet
        "$INTACT" history --json | grep -c success'
    is "$(grep -c '^64321:64321$' "$WORK/out")" 1
    says out '^_intact$'
    says out '^CapPrm:.0000000000000000$'
    says out '^2$'
    is "$(cat "$WORK/back$WORK/tree/secret")" secret # only root and CAP_DAC_READ_SEARCH can read it
    is "$(find "$DEST/etc" -type f ! -perm 600)" ""
}

case_what_the_service_may_not_write_root_may_not_by_hand() {
    installed 'chown root: "$DEST/etc"; chmod 755 "$DEST/etc"; "$INTACT" run etc' 1
    says err 'permission denied|EACCES'
}

case_as_root_leaves_files_of_the_service() {
    installed "$owners"'
        chown root: "$DEST/etc"
        "$INTACT" run etc id --as-root
        owners "$DEST"/etc/*
        owners /var/lib/intact
        "$INTACT" restore id --stdout
        chown -R _intact: "$DEST/etc"
        "$INTACT" run etc'
    is "$(grep -c '^64321:64321$' "$WORK/out")" 2
    says out '^root$'
}

case_places_of_ones_own_stay_ones_own() {
    installed "$owners"'
        "$INTACT" --config-dir /run/intact --state-dir "$WORK/state" run etc
        owners "$WORK/state" "$DEST"/etc/*'
    says out '^0:0$'
}

case_every_verb_that_writes_goes_on_as_the_service() {
    installed "$owners"'
        "$INTACT" run etc
        rm -r /var/lib/intact
        "$INTACT" catalog rebuild
        "$INTACT" recover etc
        "$INTACT" doctor etc
        owners /var/lib/intact "$DEST/etc"'
    says out '^64321:64321$'
}

run_cases
