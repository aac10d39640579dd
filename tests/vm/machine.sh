# shellcheck shell=bash
# A machine with the kernel of Debian 12, where there is none: qemu without hardware virtualisation.
# It runs one job as its only process and powers off. Sourced by tests/run.sh after packages.sh
# and debian.sh; all it makes is in build/vm.

vm_dir=$PWD/build/vm
vm_packages=(
    linux-image-amd64 systemd-sysv kmod udev dmsetup procps iproute2
    e2fsprogs xfsprogs btrfs-progs dosfstools exfatprogs
    nfs-kernel-server nfs-common rpcbind nftables samba cifs-utils python3-minimal
)

# vm_hindrance: why no such machine can run our programs here; nothing: it can.
vm_hindrance() {
    local program why
    why=$(debian_hindrance)
    if [[ -n $why ]]; then
        echo "$why"
        return
    fi
    for program in qemu-system-x86_64 mmdebstrap; do
        command -v "$program" >/dev/null || {
            echo "no $program here"
            return
        }
    done
}

# Inside: everything by hand, since an init and udev would take longer to start than the job takes,
# and udev holds the devices that the job makes.
vm_write_init() {
    cat >"$1" <<'END'
#!/bin/bash
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
mount -t proc proc /proc
mountpoint -q /sys || mount -t sysfs sys /sys
mountpoint -q /dev || mount -t devtmpfs dev /dev
mkdir -p /dev/shm /share
mount -t tmpfs -o size=2g shm /dev/shm
mount -t tmpfs run /run
modprobe 9pnet_virtio
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 share /share
# What is mounted from outside runs slowly: pages of it are not kept.
cp -r /share/in /root/job
cd /root/job
bash ./command >/share/output 2>&1
echo $? >/share/status
sync
echo o >/proc/sysrq-trigger
sleep infinity
END
    chmod 755 "$1"
}

# vm_make_image PROGRAM...: an image in which these programs run.
vm_make_image() {
    local image=$vm_dir/image root=$vm_dir/root init=$vm_dir/job-init
    local -a packages words
    mkdir -p "$vm_dir"
    mapfile -t packages < <(printf '%s\n' "${vm_packages[@]}" && debian_libraries "$@")
    vm_write_init "$init"
    words=("${packages[@]}" "$(<"$init")")
    ! debian_is_made "$image" "${words[@]}" || return 0
    as_root rm -rf "$root"
    # The initial file system gets the few modules that this machine needs, instead of all.
    # shellcheck disable=SC2016 # mmdebstrap's shell expands it
    debian_make "$root" \
        --customize-hook='mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/usr/share/initramfs-tools/modules.d"' \
        --customize-hook='echo MODULES=list >"$1/etc/initramfs-tools/conf.d/vm"' \
        --customize-hook='printf "%s\n" virtio_pci virtio_blk ext4 \
            >"$1/usr/share/initramfs-tools/modules.d/vm"' \
        "$(debian_install "${packages[@]}")" \
        --customize-hook="copy-in $init /usr/sbin" || return
    cp "$root"/boot/vmlinuz-* "$vm_dir/kernel"
    as_root cat "$root"/boot/initrd.img-* >"$vm_dir/initrd"
    truncate -s 3G "$image"
    as_root mkfs.ext4 -q -F -d "$root" "$image"
    as_root rm -rf "$root"
    debian_mark_made "$image" "${words[@]}"
}

# vm_run SECONDS FILE... -- COMMAND...: boots, runs the command in a folder that has the files, and
# prints what it printed. The status is the command's; 125 when the machine did not get that far.
vm_run() {
    local limit=$1 share=$vm_dir/share begun=$SECONDS
    local -a qemu
    shift
    rm -rf "$share"
    mkdir -p "$share/in"
    while [[ $1 != -- ]]; do
        cp "$1" "$share/in/"
        shift
    done
    shift
    printf '%q ' "$@" >"$share/in/command"
    qemu=(
        qemu-system-x86_64 -accel "tcg,thread=multi" -cpu max -m 4096 -smp 2 -nic none
        -display none -monitor none -serial "file:$vm_dir/console.log" -no-reboot
        -kernel "$vm_dir/kernel" -initrd "$vm_dir/initrd"
        -append "root=/dev/vda rw console=ttyS0 edd=off panic=-1 quiet loglevel=3 mitigations=off
            init=/usr/sbin/job-init"
        -drive "file=$vm_dir/image,if=virtio,format=raw,cache=unsafe,snapshot=on"
        -virtfs "local,path=$share,mount_tag=share,security_model=none"
    )
    timeout "$limit" "${qemu[@]}" </dev/null >"$vm_dir/qemu.log" 2>&1 || true
    [[ ! -f $share/output ]] || cat "$share/output"
    if [[ ! -f $share/status ]]; then
        echo "vm: the job did not end within $limit s; the last of qemu and of the console:"
        tail -n 5 "$vm_dir/qemu.log"
        tail -n 15 "$vm_dir/console.log"
        return 125
    fi
    echo "the machine ran for $((SECONDS - begun)) s"
    return "$(cat "$share/status")"
}
