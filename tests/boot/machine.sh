# shellcheck shell=bash
# Debian 12 with systemd as its first process, in a container: at the machine's own speed, on its own
# kernel, without a network. Sourced by tests/run.sh after packages.sh and debian.sh; what it makes is
# in build/boot, and what it has started is gone when boot_run has ended, however that was.

boot_dir=$PWD/build/boot
boot_packages=(systemd systemd-sysv dbus polkitd procps util-linux sqlite3)

# boot_hindrance: why no such container can be had here; nothing: it can.
boot_hindrance() {
    local program why
    why=$(debian_hindrance)
    if [[ -n $why ]]; then
        echo "$why"
        return
    fi
    if [[ $EUID -ne 0 ]]; then
        echo "only root can boot a container"
        return
    fi
    for program in systemd-nspawn mmdebstrap nsenter setpriv; do
        command -v "$program" >/dev/null || {
            echo "no $program here"
            return
        }
    done
    if ! unshare --mount --pid --net --uts --ipc --cgroup --fork true 2>/dev/null; then
        echo "no namespaces may be made here"
    elif [[ -z $(boot_hierarchies) ]]; then
        echo "no control groups may be made here"
    fi
}

# boot_hierarchies: where a manager of services keeps its control groups, of those that we may add to.
boot_hierarchies() {
    local folder
    # All in one; or that of systemd beside those of the controllers.
    for folder in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
        if [[ -e $folder/cgroup.procs ]] && mkdir "$folder/intact-try.$$" 2>/dev/null; then
            rmdir "$folder/intact-try.$$"
            echo "$folder"
        fi
    done
}

# boot_make_tar PROGRAM...: a root in which these programs run; one that is there already is taken if
# it was made from the same list.
boot_make_tar() {
    local out=$boot_dir/root.tar
    local -a packages
    mapfile -t packages < <(printf '%s\n' "${boot_packages[@]}" && debian_libraries "$@")
    debian_is_made "$out" "${packages[@]}" ||
        { debian_make "$out" "$(debian_install "${packages[@]}")" && debian_mark_made "$out" "${packages[@]}"; }
}

# boot_unpack BUILD: the root with the programs of that build installed as a packager would.
boot_unpack() {
    boot_root=$(mktemp -d "${TMPDIR:-/tmp}/intact-boot.XXXXXX")
    chmod 755 "$boot_root"
    tar -C "$boot_root" --xattrs --xattrs-include='*' -xpf "$boot_dir/root.tar" &&
        DESTDIR=$boot_root cmake --install "$1" --strip >"$boot_dir/install.log"
}

# boot_start: boots $boot_root; boot_leader is its first process when everything is up.
boot_start() {
    local folder begun=$SECONDS
    mapfile -t boot_groups < <(boot_hierarchies | sed "s|\$|/intact-boot.$$|")
    mkdir -p "${boot_groups[@]}"
    (
        # Its own control groups, so that they can be removed; its own session, so that Ctrl-C comes
        # to us alone. It powers off when we are gone.
        for folder in "${boot_groups[@]}"; do
            echo "$BASHPID" >"$folder/cgroup.procs"
        done
        exec setsid setpriv --pdeathsig TERM systemd-nspawn --quiet --directory="$boot_root" \
            --register=no --keep-unit --private-network --machine=intact-boot --boot
    ) </dev/null >"$boot_dir/console.log" 2>&1 &
    boot_nspawn=$!
    # 'degraded' is up, too: which unit fails in a container is not ours to judge.
    until boot_leader=$(pgrep -P "$boot_nspawn") &&
        [[ "$(boot_inside systemctl is-system-running 2>/dev/null)" =~ ^(running|degraded)$ ]]; do
        if ! kill -0 "$boot_nspawn" 2>/dev/null || [[ $SECONDS -gt $((begun + 90)) ]]; then
            tail -n 15 "$boot_dir/console.log"
            echo "boot: the container is not up after $((SECONDS - begun)) s"
            return 1
        fi
        sleep 0.1
    done
    # Users and folders come with the boot; what a package would have done besides:
    boot_inside journalctl --quiet --update-catalog
    echo "boot: up after $((SECONDS - begun)) s"
}

# boot_inside COMMAND...: as root, in the container.
boot_inside() {
    nsenter --target "$boot_leader" --mount --uts --ipc --net --pid --cgroup -- \
        env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin LANG=C.UTF-8 TERM=dumb "$@"
}

# boot_stop: powers off, with force after a while, and removes all that there was.
boot_stop() {
    local end=$((SECONDS + 60)) patience=$((SECONDS + 30)) folder
    if [[ -n ${boot_nspawn-} ]]; then
        kill -TERM "$boot_nspawn" 2>/dev/null || true
        while kill -0 "$boot_nspawn" 2>/dev/null; do
            if [[ $SECONDS -gt $patience ]]; then
                kill -KILL "${boot_leader:-$boot_nspawn}" "$boot_nspawn" 2>/dev/null || true
            fi
            sleep 0.1
        done
    fi
    for folder in ${boot_groups[@]+"${boot_groups[@]}"}; do
        # The last of what was killed may take a moment to be gone.
        until ! [[ -d $folder && $SECONDS -le $end ]]; do
            find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
        done
    done
    # Only what is on the root's own filesystem: whatever was mounted there is not ours to delete.
    [[ -z ${boot_root-} ]] || rm -rf --one-file-system "$boot_root"
}

# boot_run BUILD SUITE...: boots once and runs the suites on it, one after the other.
boot_run() (
    trap boot_stop EXIT
    trap 'exit 130' INT TERM
    status=0
    boot_unpack "$1" && boot_start || exit 125
    export BOOT_ROOT=$boot_root BOOT_LEADER=$boot_leader INTACT=$1/agent/intact
    shift
    for suite in "$@"; do
        bash "$suite" || status=1
    done
    exit "$status"
)
