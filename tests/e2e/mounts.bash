# shellcheck shell=bash
# Real filesystems for a suite's cases, and what must hold on each of them. Sourced after harness.bash.

MOUNTED=()

# on NAME MOUNT-COMMAND...: runs it with the mount point added; unmounted when the case ends.
on() {
    local name=$1
    shift
    [[ $EUID -eq 0 ]] || skip "mounting needs root"
    command -v "$1" >/dev/null || skip "no $1 here"
    mkdir -p "$DEST/job"
    "$@" "$DEST/job" >"$WORK/mount.err" 2>&1 ||
        skip "$name cannot be mounted here: $(tail -n 1 "$WORK/mount.err")"
    MOUNTED+=("$DEST/job")
    trap unmount_all EXIT
}

unmount_all() {
    local at
    for ((at = ${#MOUNTED[@]} - 1; at >= 0; at--)); do
        umount "${MOUNTED[at]}" 2>/dev/null || umount -l "${MOUNTED[at]}"
    done
}

# disk SIZE MKFS...: an image at $WORK/disk with that filesystem.
disk() {
    rm -f "$WORK/disk"
    truncate -s "$1" "$WORK/disk"
    shift
    command -v "$1" >/dev/null || skip "no $1 here"
    "$@" "$WORK/disk" >"$WORK/mkfs.out" 2>&1 || fail "$(cat "$WORK/mkfs.out")"
}

job_named() {
    job job <<TOML
[source]
type    = "command"
command = ["sh", "-c", "head -c 300000 /dev/urandom"]

[destination]
path = "$DEST/job"
name = "$1"
TOML
}

# detects STRATEGY VARIANT NAME-REGEX: what is said of it; VARIANT is then the one of several.
detects() {
    local name=$3
    strategy=$1 variant=$2
    expect 0 intact doctor --json "$DEST/job/"
    cp "$WORK/out" "$WORK/doctor.json"
    is "$(from_json "$WORK/doctor.json" 'm["strategy"]')" "$strategy"
    [[ $(from_json "$WORK/doctor.json" 'm["variant"]') =~ ^($variant)$ ]] ||
        fail "found as $(cat "$WORK/doctor.json")"
    variant=${BASH_REMATCH[1]}
    [[ -n $(from_json "$WORK/doctor.json" 'm["reason"]') ]] || fail "no reason is given"
    [[ $(from_json "$WORK/doctor.json" 'm["filesystem"]["name"]') =~ ^$name$ ]] ||
        fail "found as $(cat "$WORK/doctor.json")"
    figure "$WORK/doctor.json" 0
}

# publishes STRATEGY VARIANT NAME-REGEX: what is said, what is done, and what it withstands.
# SELFTEST_EVERY=N has a process killed at each Nth call only, where all of them take too long.
publishes() {
    local strategy variant status
    detects "$@"
    status=0
    [[ $(from_json "$WORK/doctor.json" 'm["concern"]') == None ]] || status=3
    local template
    # Under a name that is free, that is free and that is taken.
    for template in '{job}-{time}' always always; do
        job_named "$template"
        expect $status intact run job
        is "$(from_json "$(manifest_of job)" 'm["destination"]["strategy"] + " " + m["destination"]["variant"]')" \
            "$strategy $variant"
        is "$(left_over "$DEST/job")" ""
    done
    expect 0 intact verify job
    (cd "$DEST/job" && sha256sum -c --quiet -- *.sha256)
    expect 0 intact selftest publish --json --every "${SELFTEST_EVERY-1}" "$DEST/job"
    is "$(find "$DEST/job" -name '.intact-*' ! -name '*.lock')" ""
    [[ $(from_json "$WORK/out" 'm["kept"] > 0 and m["completed"] > 0') == True ]] ||
        fail "$(cat "$WORK/out")"
    figure "$WORK/out" 'm["kills"]'
}

# figure REPORT KILLS-EXPRESSION: of its filesystem.
figure() {
    from_json "$1" '"figure: " + json.dumps({"filesystem": m["filesystem"]["name"], "kills": '"$2"', **{
        key: m[key] for key in ("strategy", "variant", "reason", "after_crash")}})'
}
