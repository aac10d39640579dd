#!/usr/bin/env bash
# In the virtual machine: storage that lies. A device fails writes for a while, or drops them and says
# that all went well. No backup may be told of that is not there, and the one before must stay.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"
# shellcheck source=tests/e2e/mounts.bash
source "$(dirname "$0")/mounts.bash"

modprobe -a loop dm_mod dm_flakey vfat exfat xfs btrfs


# liar SIZE MKFS...: an image behind a device that tells the truth for now, and a filesystem on it.
liar() {
    # A name of its own: what was shut down may hold its device for a while.
    LIAR=${WORK##*/}
    truncate -s "$1" "$WORK/disk"
    shift
    LOOP=$(losetup --find --show "$WORK/disk")
    SECTORS=$(blockdev --getsz "$LOOP")
    trap take_away EXIT
    dmsetup create "$LIAR" --noudevsync --table "0 $SECTORS linear $LOOP 0"
    DEVICE=/dev/dm-$(dmsetup info -c --noheadings -o minor "$LIAR")
    "$@" "$DEVICE" >"$WORK/mkfs.out" 2>&1 || fail "$(cat "$WORK/mkfs.out")"
    mkdir -p "$DEST/job"
    # What the job's own command changes in the middle of a run.
    cat >"$WORK/tell" <<SH
dmsetup suspend --nolockfs --noflush --noudevsync $LIAR &&
    dmsetup load $LIAR --table "\$1" && dmsetup resume --noudevsync $LIAR
SH
}

take_away() {
    umount "$DEST/job" 2>/dev/null || umount -l "$DEST/job" 2>/dev/null || true
    dmsetup remove --force --noudevsync "$LIAR" || true
    losetup --detach "$LOOP"
}

truth() { echo "0 $SECTORS linear $LOOP 0"; }
# A device that is down for as long as anybody looks. KIND is error_writes or drop_writes.
lie() { echo "0 $SECTORS flakey $LOOP 0 0 1000000 1 $1"; }

tell() { sh "$WORK/tell" "$1"; }

# job_that COMMANDS: 2 MiB, then the commands, then 2 MiB more.
job_that() {
    printf '%s\n' "head -c 2097152 /dev/urandom" "$1" "head -c 2097152 /dev/urandom" >"$WORK/source"
    job job <<TOML
[source]
type    = "command"
command = ["bash", "$WORK/source"]

[archive]
compression = "none"

[destination]
path = "$DEST/job"
name = "always"
TOML
}

# survives KIND FSCK...: with a device that lies so, a run fails; then the device is well
# again and the backup before is whole.
survives() {
    local kind=$1 before status expected error
    shift
    mount "$DEVICE" "$DEST/job"
    job_that true
    expect 0 intact run job
    before=$(sha256sum <"$DEST/job/always.raw")
    case $kind in
    # Well again before the run itself asks for anything to be durable: only that first error tells.
    error_writes)
        job_that "sh '$WORK/tell' '$(lie error_writes)'
            for _ in 1 2 3; do
                head -c 2097152 /dev/urandom
                sync -f '$DEST/job' 2>/dev/null || break
            done
            sh '$WORK/tell' '$(truth)'"
        expected='1' error='(EIO|EROFS|EUCLEAN)'
        ;;
    drop_writes)
        job_that "sh '$WORK/tell' '$(lie drop_writes)'"
        expected='1|5' error='SHA-256: expected|EIO|EUCLEAN'
        ;;
    esac
    status=0
    intact run job >"$WORK/out" 2>"$WORK/err" || status=$?
    [[ $status =~ ^($expected)$ ]] || fail "it ended with $status"
    says err "$error"
    # As by a power cut: what was dropped stays so, and so does what would be written now.
    umount "$DEST/job"
    tell "$(truth)"
    "$@" >"$WORK/fsck.out" 2>&1 || true
    mount "$DEVICE" "$DEST/job"
    is "$(sha256sum <"$DEST/job/always.raw")" "$before"
    expect 0 intact verify job
    job_that true
    expect 0 intact run job
    expect 0 intact verify job
    is "$(left_over "$DEST/job")" ""
}

case_the_liar_is_seen_to_lie() {
    liar 64M mkfs.ext4 -q
    mount "$DEVICE" "$DEST/job"
    head -c 1000000 /dev/urandom >"$WORK/data"
    tell "$(lie drop_writes)"
    dd if="$WORK/data" of="$DEST/job/dropped" conv=fsync status=none
    cmp "$WORK/data" "$DEST/job/dropped"
    echo 3 >/proc/sys/vm/drop_caches
    ! cmp -s "$WORK/data" "$DEST/job/dropped" || fail "what was dropped is there"
    tell "$(lie error_writes)"
    ! dd if="$WORK/data" of="$DEST/job/failed" conv=fsync status=none 2>/dev/null ||
        fail "what was refused is there"
}

case_ext4_that_fails_writes() {
    liar 64M mkfs.ext4 -q
    survives error_writes e2fsck -fy "$DEVICE"
}
case_ext4_that_drops_writes() {
    liar 64M mkfs.ext4 -q
    survives drop_writes e2fsck -fy "$DEVICE"
}
case_xfs_that_fails_writes() {
    liar 320M mkfs.xfs -q
    survives error_writes true
}
case_xfs_that_drops_writes() {
    liar 320M mkfs.xfs -q
    survives drop_writes true
}
case_btrfs_that_fails_writes() {
    liar 256M mkfs.btrfs -q
    survives error_writes true
}
case_btrfs_that_drops_writes() {
    liar 256M mkfs.btrfs -q
    survives drop_writes true
}
case_vfat_that_fails_writes() {
    liar 64M mkfs.vfat
    survives error_writes fsck.vfat -a "$DEVICE"
}
case_vfat_that_drops_writes() {
    liar 64M mkfs.vfat
    survives drop_writes fsck.vfat -a "$DEVICE"
}
case_exfat_that_fails_writes() {
    liar 64M mkfs.exfat
    survives error_writes fsck.exfat -y "$DEVICE"
}
case_exfat_that_drops_writes() {
    liar 64M mkfs.exfat
    survives drop_writes fsck.exfat -y "$DEVICE"
}

run_cases
