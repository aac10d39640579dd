#!/usr/bin/env bash
# In the virtual machine: filesystems that only a distribution's kernel has.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"
# shellcheck source=tests/e2e/mounts.bash
source "$(dirname "$0")/mounts.bash"

modprobe -a loop vfat exfat nfsd nfs cifs

# --- servers, once each -----------------------------------------------------------------------------

EXPORT=/export

serve_nfs() {
    [[ ! -e /run/nfs-is-up ]] || return 0
    ip link set lo up
    mkdir -p "$EXPORT"
    # In memory: what is tried is the protocol, and a disk that waits for each call takes minutes.
    mount -t tmpfs -o size=128m export "$EXPORT"
    echo "$EXPORT 127.0.0.1(rw,sync,no_root_squash,no_subtree_check,fsid=1)" >/etc/exports
    modprobe nfsd
    mount -t nfsd nfsd /proc/fs/nfsd
    mkdir -p /run/rpcbind /var/lib/nfs/sm /var/lib/nfs/rpc_pipefs
    # Nobody has locks to claim again.
    echo 10 >/proc/fs/nfsd/nfsv4gracetime
    echo 10 >/proc/fs/nfsd/nfsv4leasetime
    rpcbind -w
    rpc.statd --no-notify
    exportfs -ra
    rpc.nfsd 4
    rpc.mountd
    echo Y >/proc/fs/nfsd/v4_end_grace
    touch /run/nfs-is-up
}

serve_smb() {
    [[ ! -e /run/smb-is-up ]] || return 0
    ip link set lo up
    mkdir -p /smb /run/samba
    mount -t tmpfs -o size=128m smb /smb
    cat >/etc/samba/smb.conf <<'END'
[global]
    server min protocol = SMB3
    map to guest = never
    disable spoolss = yes
    load printers = no
[share]
    path = /smb
    read only = no
    force user = root
END
    printf 'secret\nsecret\n' | smbpasswd -s -a root
    smbd --daemon
    await "the SMB server" bash -c 'exec 3<>/dev/tcp/127.0.0.1/445'
    touch /run/smb-is-up
}

on_nfs() {
    serve_nfs
    rm -rf "${EXPORT:?}/${WORK##*/}"
    mkdir "$EXPORT/${WORK##*/}"
    on NFS mount -t nfs -o "$1" "127.0.0.1:$EXPORT/${WORK##*/}"
}

# --- what each of them gets -------------------------------------------------------------------------

case_ext4() {
    disk 64M mkfs.ext4 -q -F
    on ext4 mount -o loop "$WORK/disk"
    detects atomic-rename rename 'ext4'
}

case_vfat() {
    disk 64M mkfs.vfat
    on vfat mount -t vfat -o loop "$WORK/disk"
    publishes copy-and-swap exchange 'FAT'
    job_named 'a:b'
    expect 1 intact run job
    says err "FAT refuses the character ':'"
}

# A FAT has no call of its own that tells its UUID, and the service no device to read it from.
case_what_udev_knows_tells_a_filesystem() {
    local known
    disk 64M mkfs.vfat -i 1234ABCD
    on vfat mount -t vfat -o loop "$WORK/disk"
    known=/run/udev/data/b$(findmnt --noheadings --output MAJ:MIN "$DEST/job" | tr -d ' ')
    mkdir -p "${known%/*}"
    rm -f "$known"
    expect 0 intact doctor --json "$DEST/job/"
    is "$(from_json "$WORK/out" 'm["filesystem"]["identity"]')" ""
    printf 'I:1\nE:ID_FS_UUID=1234-ABCD\nV:1\n' >"$known"
    expect 0 intact doctor --json "$DEST/job/"
    is "$(from_json "$WORK/out" 'm["filesystem"]["identity"]')" uuid:1234-ABCD
    rm "$known"
}

case_exfat() {
    disk 64M mkfs.exfat
    on exfat mount -t exfat -o loop "$WORK/disk"
    publishes copy-and-swap two-step 'exFAT'
}

case_nfs3() {
    on_nfs vers=3,hard
    publishes copy-and-swap link-guard 'NFS 3'
    expect 0 intact verify job --json
    says out '"cold-remote"'
}

case_nfs3_soft() {
    on_nfs vers=3,soft,timeo=100
    detects copy-and-swap link-guard 'NFS 3, soft'
}

case_nfs4() {
    on_nfs vers=4.2,hard
    publishes atomic-rename link-guard 'NFS 4.2'
}

case_nfs4_soft() {
    on_nfs vers=4.2,soft,timeo=100
    detects atomic-rename link-guard 'NFS 4.2, soft'
}

case_smb() {
    serve_smb
    on SMB mount -t cifs -o username=root,password=secret,vers=3.1.1 //127.0.0.1/share
    publishes copy-and-swap two-step 'SMB'
}

# A rename over a file that is open there would delete it.
case_smb_with_a_reader() {
    rm -rf /smb/* /smb/.intact-* # another case's
    serve_smb
    on SMB mount -t cifs -o username=root,password=secret,vers=3.1.1 //127.0.0.1/share
    job_named always
    expect 0 intact run job
    local archive before
    archive=$(archive_of job)
    before=$(sha256sum <"$archive")
    exec 4<"$archive"
    if intact run job >"$WORK/out" 2>"$WORK/err"; then
        [[ $(sha256sum <"$archive") != "$before" ]] || fail "the backup is the one before"
    else
        is "$(sha256sum <"$archive")" "$before"
    fi
    is "$(sha256sum <&4)" "$before"
    exec 4<&-
    expect 0 intact verify job
    # The server keeps the one that was read until its reader has closed it.
    # shellcheck disable=SC2016 # the inner shell expands it
    await "the one before to go" bash -c '[[ -z $(find "$0" -name ".intact-*" ! -name "*.lock") ]]' \
        "$DEST/job"
}

# --- replies that get lost --------------------------------------------------------------------------

# A server that restarts has forgotten what it answered: what was done fails when it is asked again.
case_replies_of_nfs3_get_lost() {
    on_nfs vers=3,hard
    "$REPLY_LOSS" "$DEST/job" restart "${REPLY_LOSS_EVERY-1}"
}
case_replies_of_nfs4_get_lost() {
    on_nfs vers=4.2,hard
    "$REPLY_LOSS" "$DEST/job" restart "${REPLY_LOSS_EVERY-1}"
}
# And a soft mount gives up.
case_replies_of_soft_nfs3_get_lost() {
    on_nfs vers=3,soft,timeo=10,retrans=1
    "$REPLY_LOSS" "$DEST/job" give-up "${REPLY_LOSS_EVERY-1}"
}
case_replies_of_soft_nfs4_get_lost() {
    on_nfs vers=4.2,soft,timeo=10,retrans=1
    "$REPLY_LOSS" "$DEST/job" give-up "${REPLY_LOSS_EVERY-1}"
}

# --- two agents -------------------------------------------------------------------------------------

# Two hosts, each with its own mount and its own state, and one name between them.
on_the_other_host() {
    unshare -m -u bash -c "hostname two && mount --bind '$WORK/other' '$DEST/job' &&
        exec '$INTACT' --state-dir '$WORK/state2' run job"
}

case_two_agents_on_nfs() {
    local version before
    for version in 3 4.2; do
        on_nfs "vers=$version,hard,nosharecache"
        mkdir -p "$WORK/other"
        mount -t nfs -o "vers=$version,hard,nosharecache" \
            "127.0.0.1:$EXPORT/${WORK##*/}" "$WORK/other"
        MOUNTED+=("$WORK/other")
        job_named always
        expect 0 intact run job
        job job <<TOML
[source]
type    = "command"
command = ["sh", "-c", "echo begun >'$WORK/begun'; cat '$WORK/gate'; head -c 300000 /dev/urandom"]

[destination]
path = "$DEST/job"
name = "always"
TOML
        rm -f "$WORK/begun" "$WORK/gate"
        mkfifo "$WORK/gate"
        intact run job >"$WORK/first.out" 2>"$WORK/first.err" &
        local first=$!
        await "the first agent" test -s "$WORK/begun"
        # The other host sees the same directory at the same path, through its own mount.
        expect 4 on_the_other_host
        says err "held by process [0-9]+ on 'one'"
        echo >"$WORK/gate"
        wait "$first"
        expect 0 intact verify job
        before=$(sha256sum <"$(archive_of job)")
        expect 1 on_the_other_host
        says err "backup of host 'one'"
        is "$(sha256sum <"$(archive_of job)")" "$before"
        is "$(left_over "$DEST/job")" ""
        unmount_all
        MOUNTED=()
    done
}

run_cases
