#!/usr/bin/env bash
# A real, small ext4 that fills up under the run.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"

# small_disk SIZE [OPTION...]: an ext4 mounted at $DEST/job.
small_disk() {
    [[ $EUID -eq 0 ]] || skip "mounting needs root"
    command -v mkfs.ext4 >/dev/null || skip "no mkfs.ext4 here"
    truncate -s "$1" "$WORK/disk"
    shift
    mkfs.ext4 -q -F "$@" "$WORK/disk"
    mkdir -p "$DEST/job"
    mount -o loop "$WORK/disk" "$DEST/job" 2>"$WORK/mount.err" ||
        skip "no loop mounts here: $(tail -n 1 "$WORK/mount.err")"
    trap 'umount "$DEST/job"' EXIT
}

job_of() {
    head -c "$1" /dev/urandom >"$WORK/data"
    job job <<TOML
[source]
type    = "command"
command = ["cat", "$WORK/data"]

[archive]
compression = "none"

[destination]
path = "$DEST/job"
name = "$2"
TOML
}

fills_up() {
    small_disk 64M
    job_of 20M "$1"
    expect 0 intact run job
    find "$DEST/job" -type f ! -name '.*' -exec sha256sum {} + | sort >"$WORK/before"
    job_of 200M "$1"
    expect 1 intact run job
    says err 'No space left on device'
    find "$DEST/job" -type f ! -name '.*' -exec sha256sum {} + | sort >"$WORK/after"
    diff "$WORK/before" "$WORK/after"
    is "$(left_over "$DEST/job")" ""
    expect 0 intact verify job
    expect 0 intact history job
    says out failure
    job_of 10M "$1"
    expect 0 intact run job
}

case_the_backup_before_survives() {
    fills_up '{job}-{time}'
}

case_the_backup_before_survives_under_a_fixed_name() {
    fills_up 'always-this'
}

# One block more is free at each run, until there is room for all.
case_full_by_any_number_of_blocks() {
    small_disk 8M -b 1024 -m 0
    job_of 20000 always
    expect 0 intact run job
    local free filler before status failed=0 succeeded=0
    for ((free = 0; succeeded < 4; free++)); do
        before=$(sha256sum <"$DEST/job/always.raw")
        filler=$(($(df --output=avail -B 1024 "$DEST/job" | tail -n 1) - free))
        # It may need a block for itself.
        until fallocate -l "${filler}K" "$DEST/job/filler" 2>/dev/null; do
            filler=$((filler - 1))
        done
        job_of 20000 always
        status=0
        "$INTACT" run job >"$WORK/out" 2>"$WORK/err" </dev/null || status=$?
        if [[ $status -eq 0 ]]; then
            succeeded=$((succeeded + 1))
            is "$(sha256sum <"$DEST/job/always.raw")" "$(sha256sum <"$WORK/data")"
        else
            failed=$((failed + 1))
            is "$status" 1
            says err 'No space left on device'
            is "$(sha256sum <"$DEST/job/always.raw")" "$before"
        fi
        rm "$DEST/job/filler"
        expect 0 intact verify job
        is "$(left_over "$DEST/job")" ""
        [[ $free -lt 100 ]] || fail "100 KiB are no room for 20 kB"
    done
    [[ $failed -gt 20 ]] || fail "only $failed runs failed"
}

case_less_free_than_the_backup_before_took_is_told_first() {
    small_disk 64M
    job_of 30M '{job}-{time}'
    expect 0 intact run job
    job_of 5M '{job}-{time}'
    expect 0 intact run job
    says err 'free, the previous backup took'
}

case_a_full_disk_from_the_start() {
    small_disk 64M
    job_of 1M '{job}-{time}'
    cat /dev/zero >"$DEST/job/other" 2>/dev/null || true
    expect 1 intact run job
    says err 'No space left on device'
    is "$(left_over "$DEST/job")" ""
}

case_a_disk_that_is_read_only() {
    small_disk 64M
    job_of 1M '{job}-{time}'
    mount -o remount,ro "$DEST/job"
    expect 1 intact run job
    says err 'Read-only file system'
}

run_cases
