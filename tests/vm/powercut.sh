#!/usr/bin/env bash
# In the virtual machine: publishing cut off by power failure, protocol by protocol.
#
#   powercut.sh POWERCUT BUDGET
#
# Each row is a case; 'PASSED: row' or 'FAILED: row' follows what POWERCUT printed. BUDGET is how many
# crash images each row may try that says nothing of its own.
set -euo pipefail

rows=(
    # What each filesystem gets from us, over a backup of a fixed name.
    "--filesystem xfs --protocol rename"
    "--filesystem ext4 --protocol rename"
    "--filesystem btrfs --protocol rename"
    "--filesystem ext4-nojournal --protocol link-guard --budget 100" # few of them spoil an inode
    "--filesystem vfat --protocol exchange"
    "--filesystem vfat --protocol exchange --far"
    "--filesystem exfat --protocol two-step"
    "--filesystem exfat --protocol two-step --far"
    "--filesystem vfat --protocol held-rename"
    "--filesystem vfat --protocol held-rename --far"
    # Where the least can be relied on.
    "--filesystem vfat --protocol two-step --far"
    # A name of its own.
    "--filesystem ext4 --protocol rename --naming fresh"
    "--filesystem vfat --protocol exchange --naming fresh"
    "--filesystem vfat --protocol exchange --naming fresh --far"
    "--filesystem exfat --protocol two-step --naming fresh"
    "--filesystem ext4-nojournal --protocol link-guard --naming fresh --budget 100"
    # As after a boot, which repairs what has no journal.
    "--filesystem ext4-nojournal --protocol link-guard --fsck"
    "--filesystem ext4-nojournal --protocol link-guard --naming fresh --fsck"
    # Known to be wrong: the rig has to see both copies lost.
    "--filesystem vfat --protocol naive"
    "--filesystem ext4-nojournal --protocol naive"
    "--filesystem xfs --protocol no-fsync"
    "--filesystem btrfs --protocol no-fsync"
    "--filesystem ext4-noauto --protocol no-fsync"
    "--filesystem btrfs --protocol tmpfile"
    "--filesystem vfat --protocol unlink-then-rename"
)

# One line at a time, so that two rows at once stay readable.
run_row() {
    local output word
    local -a options
    read -r -a options <<<"$3"
    if output=$("$1" --budget "$2" "${options[@]}" 2>&1); then
        word=PASSED
    else
        word=FAILED
    fi
    printf '%s\n%s: powercut %s\n' "$output" "$word" "$3"
}
export -f run_row

modprobe -a loop dm_mod dm_log_writes btrfs
# shellcheck disable=SC2016 # the inner shell expands it
printf '%s\0' "${rows[@]}" |
    xargs -0 -P "$(nproc)" -I{} bash -c 'run_row "$0" "$1" "$2"' "$1" "$2" {}
