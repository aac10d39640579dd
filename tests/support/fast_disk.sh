# shellcheck shell=bash
# A real ext4 for what tests write, on a disk that is memory: what they look at is how a filesystem
# answers and in which order it is asked, and at each fsync a disk would have them wait. Sourced by
# tests/run.sh.

fast_disk=""

# fast_disk_mount: $fast_disk is where it is; empty where there is no room in memory, or no right to mount.
fast_disk_mount() {
    local place gibibytes=6
    [[ -z $fast_disk && $EUID -eq 0 ]] || return 0
    (($(awk '/^MemAvailable:/ { print int($2 / 1024 / 1024) }' /proc/meminfo) >= gibibytes + 4)) || return 0
    place=$(mktemp -d "${TMPDIR:-/tmp}/disk.XXXX")
    # The memory lies beneath the disk; both go with the last that uses them.
    if mount -t tmpfs -o "size=${gibibytes}g" tmpfs "$place" 2>/dev/null; then
        if truncate -s "${gibibytes}g" "$place/image" && mkfs.ext4 -q -m 0 "$place/image" &&
            mount -o loop,discard "$place/image" "$place"; then
            chmod 1777 "$place"
            fast_disk=$place
            return 0
        fi
        umount -l "$place"
    fi
    rmdir "$place"
}

fast_disk_unmount() {
    [[ -n $fast_disk ]] || return 0
    umount -l "$fast_disk" || true
    umount -l "$fast_disk" || true
    rmdir "$fast_disk" || true
    fast_disk=""
}
