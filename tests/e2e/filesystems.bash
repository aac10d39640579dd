#!/usr/bin/env bash
# Real filesystems: what is found there, how backups get there, and that a process killed at any step
# of that costs none. Those that this kernel does not have are tried in tests/vm.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"
# shellcheck source=tests/e2e/mounts.bash
source "$(dirname "$0")/mounts.bash"

case_ext4() {
    disk 64M mkfs.ext4 -q -F
    on ext4 mount -o loop "$WORK/disk"
    publishes atomic-rename rename 'ext4'
}

case_ext4_without_journal() {
    disk 64M mkfs.ext4 -q -F -O '^has_journal'
    on ext4 mount -o loop "$WORK/disk"
    publishes copy-and-swap link-guard 'ext4 without journal'
}

case_xfs() {
    disk 320M mkfs.xfs -q
    on xfs mount -o loop "$WORK/disk"
    publishes atomic-rename rename 'XFS'
}

case_btrfs() {
    disk 160M mkfs.btrfs -q
    on btrfs mount -o loop "$WORK/disk"
    publishes atomic-rename rename 'Btrfs'
}

case_btrfs_subvolume() {
    disk 160M mkfs.btrfs -q
    on btrfs mount -o loop "$WORK/disk"
    local top=$DEST/job
    btrfs -q subvolume create "$top/inner"
    DEST=$WORK/inner
    on subvolume mount -o loop,subvol=inner "$WORK/disk"
    publishes atomic-rename rename 'Btrfs'
}

case_tmpfs() {
    on tmpfs mount -t tmpfs none
    publishes atomic-rename rename 'tmpfs'
}

# overlay OPTIONS: on an ext4.
overlay() {
    disk 64M mkfs.ext4 -q -F
    on ext4 mount -o loop "$WORK/disk"
    local below=$DEST/job
    mkdir "$below/lower" "$below/upper" "$below/work"
    DEST=$WORK/overlay
    on overlay mount -t overlay \
        -o "lowerdir=$below/lower,upperdir=$below/upper,workdir=$below/work$1" none
}

case_overlay() {
    overlay ''
    publishes atomic-rename rename 'overlay on ext4'
}

case_overlay_volatile() {
    overlay ',volatile'
    publishes copy-and-swap link-guard 'overlay'
    says out 'volatile'
}

case_exfat_fuse() {
    disk 32M mkfs.exfat
    device=$(losetup --find --show "$WORK/disk")
    trap 'losetup -d "$device"' EXIT
    on exfat-fuse mount.exfat-fuse "$device"
    trap 'unmount_all; losetup -d "$device"' EXIT
    publishes copy-and-swap two-step 'fuseblk'
}

case_bindfs() {
    mkdir "$WORK/below"
    on bindfs bindfs "$WORK/below"
    publishes copy-and-swap link-guard 'fuse.*'
}

case_fuse2fs() {
    disk 64M mkfs.ext4 -q -F
    on fuse2fs fuse2fs -o fakeroot "$WORK/disk"
    publishes copy-and-swap '(link-guard|two-step)' 'fuse.*'
}

# What storage holds, not what memory remembers: the pages stay, since they are mapped and in use.
case_damage_beneath_the_page_cache_is_found() {
    disk 64M mkfs.ext4 -q -F
    on ext4 mount -o loop "$WORK/disk"
    job_named '{job}-{time}'
    expect 0 intact run job
    sync -f "$DEST/job"
    local archive
    archive=$(archive_of job)
    coproc HOLD { python3 -B -c '
import mmap, sys
file = open(sys.argv[1], "rb")
held = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
sum(held[::4096])
print("held", flush=True)
sys.stdin.read()' "$archive"; }
    read -r <&"${HOLD[0]}"
    python3 -B -c '
import sys
archive, disk = (open(name, "rb").read() for name in sys.argv[1:])
at = disk.find(archive[4096:8192])
assert at >= 0
with open(sys.argv[2], "r+b") as image:
    image.seek(at)
    image.write(b"damaged")' "$archive" "$WORK/disk"
    blockdev --flushbufs "$(findmnt -no SOURCE "$DEST/job")"
    expect 5 intact verify job
    cmp "$archive" "$archive" # and memory still shows it whole
    is "$(cd "$DEST/job" && sha256sum -c --quiet -- *.sha256 2>&1)" ""
}

# --- the mount that is not there -------------------------------------------------------------------

case_a_mount_that_is_missing_gets_no_backup() {
    disk 64M mkfs.ext4 -q -F
    on ext4 mount -o loop "$WORK/disk"
    job_named '{job}-{time}'
    expect 0 intact run job
    expect 0 intact doctor job
    umount "$DEST/job"
    MOUNTED=()
    expect 1 intact run job
    says err 'another filesystem than the last backup'
    says err 'hint: mount what belongs there'
    is "$(find "$DEST/job" -mindepth 1)" ""
    expect 1 intact doctor job
    expect 0 intact history job --json
    says out '"wrong_mount"'
    on ext4 mount -o loop "$WORK/disk"
    expect 0 intact run job
}

case_another_disk_in_its_place_is_taken_only_when_told() {
    disk 64M mkfs.ext4 -q -F
    on ext4 mount -o loop "$WORK/disk"
    job_named '{job}-{time}'
    expect 0 intact run job
    umount "$DEST/job"
    MOUNTED=()
    disk 64M mkfs.ext4 -q -F
    on ext4 mount -o loop "$WORK/disk"
    expect 1 intact run job
    expect 1 intact run job
    is "$(find "$DEST/job" -name '*intact-*')" ""
    expect 0 intact run job --new-destination
    expect 0 intact run job
}

case_a_mount_that_goes_during_the_run_gets_no_backup() {
    disk 64M mkfs.ext4 -q -F
    on ext4 mount -o loop "$WORK/disk"
    job job <<TOML
[source]
type    = "command"
command = ["sh", "-c", "umount -l '$DEST/job' && echo data"]

[destination]
path = "$DEST/job"
TOML
    MOUNTED=()
    expect 1 intact run job
    says err 'unmounted, mounted over or replaced'
    is "$(find "$DEST/job" -mindepth 1)" ""
}

case_a_required_mount_must_be_there_from_the_start() {
    # Where the other cases are may be a mount.
    DEST=$(mktemp -d /var/tmp/intact-e2e.XXXXXX)
    trap 'unmount_all; rm -rf --one-file-system "$DEST"' EXIT
    [[ $(stat -c %m "$DEST") == / ]] || skip "here $DEST has a mount of its own"
    job job <<TOML
[source]
type    = "command"
command = ["echo", "data"]

[destination]
path = "$DEST/job"
require_mount = true
TOML
    expect 1 intact run job
    says err 'lies on the root filesystem'
    is "$(find "$DEST/job" -mindepth 1)" ""
    disk 64M mkfs.ext4 -q -F
    on ext4 mount -o loop "$WORK/disk"
    trap 'unmount_all; rm -rf --one-file-system "$DEST"' EXIT
    expect 0 intact run job
    sed -i 's/require_mount = true/require_mount = "UUID=00000000-1111-2222-3333-444444444444"/' \
        "$INTACT_CONFIG_DIR/jobs.d/job.toml"
    expect 1 intact run job
    sed -i "s/require_mount = .*/require_mount = \"UUID=$(blkid -o value -s UUID "$WORK/disk")\"/" \
        "$INTACT_CONFIG_DIR/jobs.d/job.toml"
    expect 0 intact run job
}

# --- staged on another filesystem ------------------------------------------------------------------

staged_job() {
    job job <<TOML
[source]
type    = "command"
command = ["sh", "-c", "head -c 300000 /dev/urandom; $1"]

[archive]
compression = "none"

[destination]
path    = "$DEST/job"
name    = "always"
staging = "$WORK/staging"
TOML
}

case_an_archive_is_staged_on_another_filesystem() {
    disk 64M mkfs.ext4 -q -F
    on ext4 mount -o loop "$WORK/disk"
    staged_job true
    expect 1 intact run job
    says err 'destination.staging=.*No such file or directory'
    mkdir "$WORK/staging"
    mount -t tmpfs -o size=1m staging "$WORK/staging"
    MOUNTED+=("$WORK/staging")
    staged_job "find '$WORK/staging' -name '.intact-*.archive' >'$WORK/seen'"
    expect 0 intact run job
    is "$(wc -l <"$WORK/seen")" 1
    expect 0 intact verify job
    is "$(left_over "$DEST/job")$(left_over "$WORK/staging")" ""
    local before
    before=$(sha256sum <"$DEST/job/always.raw")

    staged_job "head -c 2000000 /dev/zero"
    expect 1 intact run job
    says err "$WORK/staging/.*No space left on device"
    is "$(sha256sum <"$DEST/job/always.raw")" "$before"
    is "$(left_over "$DEST/job")$(left_over "$WORK/staging")" ""

    # shellcheck disable=SC2016 # the job's shell expands it
    staged_job 'kill -KILL $PPID'
    expect 137 intact run job
    is "$(left_over "$WORK/staging" | wc -l)" 1
    expect 0 intact recover job
    says out "unfinished backup goes from '$WORK/staging'"
    is "$(left_over "$WORK/staging")" ""
    expect 137 intact run job
    is "$(left_over "$WORK/staging" | wc -l)" 1
    staged_job true
    expect 0 intact run job
    is "$(left_over "$DEST/job")$(left_over "$WORK/staging")" ""
    expect 0 intact verify job
}

# --- by hand ---------------------------------------------------------------------------------------

case_recover_settles_a_dead_run() {
    disk 64M mkfs.ext4 -q -F
    on ext4 mount -o loop "$WORK/disk"
    job_named always
    expect 0 intact run job
    expect 137 strace -qq -f -o /dev/null -e trace=renameat2 \
        -e inject=renameat2:signal=KILL:when=6 "$INTACT" run job
    local left before
    left=$(left_over "$DEST/job")
    [[ -n $left ]] || fail "nothing was left"
    before=$(find "$DEST/job" -type f ! -name '*.lock' -exec sha256sum {} + | sort)
    expect 0 intact recover job --dry-run
    says out 'would settle: run '
    is "$(find "$DEST/job" -type f ! -name '*.lock' -exec sha256sum {} + | sort)" "$before"
    expect 0 intact recover "$DEST/job/" --dry-run
    says out 'would settle: run '
    is "$(left_over "$DEST/job")" "$left"
    expect 0 intact recover "$DEST/job/"
    says out 'run .* (died before it published|that is finished now)'
    is "$(left_over "$DEST/job")" ""
    expect 0 intact verify job
    expect 0 intact recover job
    says out 'nothing to recover'
}

case_recover_waits_for_no_run() {
    job job <<TOML
[source]
type    = "command"
command = ["sh", "-c", "echo begun >'$WORK/begun'; exec sleep 600"]
TOML
    intact run job >/dev/null 2>&1 &
    await "the run" test -s "$WORK/begun"
    expect 4 intact recover job
    expect 4 intact recover "$DEST/job/"
    is "$(left_over "$DEST/job" | wc -l)" 1
}

run_cases
