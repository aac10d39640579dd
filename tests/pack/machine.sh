# shellcheck shell=bash
# Roots of Debian 12 in which packages are built and installed. Sourced by tests/run.sh after packages.sh,
# debian.sh and boot/machine.sh; what it makes is in build/pack.

pack_dir=$PWD/build/pack

# pack_hindrance: why no package can be built and tried here; nothing: it can.
pack_hindrance() {
    local program why
    why=$(boot_hindrance)
    if [[ -n $why ]]; then
        echo "$why"
        return
    fi
    for program in lintian rpmbuild rpmlint git; do
        command -v "$program" >/dev/null || {
            echo "no $program here"
            return
        }
    done
}

# pack_make_roots: 'build' with what the package says that it needs for building, and nothing else;
# 'bare.tar' as a small installation has it.
pack_make_roots() {
    local build=$pack_dir/build bare=$pack_dir/bare.tar control
    local -a small=(systemd systemd-sysv dbus procps)
    control=$(<packaging/debian/control)
    # shellcheck disable=SC2016 # mmdebstrap's shell expands it
    debian_is_made "$build" "$control" || {
        debian_make "$build" "$(debian_install build-essential)" \
            --customize-hook='mkdir -p "$1/declared/debian" && cp packaging/debian/control "$1/declared/debian"' \
            --customize-hook='chroot "$1" apt-get -q -y --no-install-recommends build-dep /declared' \
            --customize-hook='rm -r "$1/declared"' &&
            debian_mark_made "$build" "$control"
    } || return
    debian_is_made "$bare" "${small[@]}" || {
        debian_make "$bare" --skip=cleanup/apt "$(debian_install "${small[@]}")" &&
            debian_mark_made "$bare" "${small[@]}"
    }
}

# pack_run SUITE...: one after the other.
pack_run() {
    local suite status=0
    # The program is the one that was packed.
    export PACK=$pack_dir INTACT=intact
    for suite in "$@"; do
        bash "$suite" || status=1
    done
    return "$status"
}

# pack_next DEB OUT: the same as the version after it.
pack_next() {
    local place
    place=$(mktemp -d)
    dpkg-deb --raw-extract "$1" "$place/x" &&
        sed -i 's/^Version: .*/&+next/' "$place/x/DEBIAN/control" &&
        dpkg-deb --root-owner-group --build "$place/x" "$2" >/dev/null
    rm -rf "$place"
}

# pack_first_minutes: boots the bare root with the packages lying in it, and tells the story.
pack_first_minutes() (
    trap boot_stop EXIT
    trap 'exit 130' INT TERM
    deb=$(find "$pack_dir/first" -name 'intact_*.deb')
    if [[ -z $deb ]]; then
        echo "pack: there is no package to install"
        exit 1
    fi
    # shellcheck disable=SC2154 # of boot/machine.sh
    mkdir -p "$boot_dir"
    boot_root=$(mktemp -d "${TMPDIR:-/tmp}/intact-boot.XXXXXX")
    chmod 755 "$boot_root"
    tar -C "$boot_root" --xattrs --xattrs-include='*' -xpf "$pack_dir/bare.tar"
    cp "$deb" "$boot_root/root/now.deb"
    pack_next "$deb" "$boot_root/root/next.deb"
    # Once it is up it has no network: what apt will install besides lies in its cache by then.
    cp /etc/resolv.conf "$boot_root/etc"
    chroot "$boot_root" apt-get -q -y --no-install-recommends --download-only install /root/now.deb \
        >"$pack_dir/download.log" 2>&1 || {
        tail -n 20 "$pack_dir/download.log"
        exit 125
    }
    boot_start || exit 125
    # shellcheck disable=SC2154 # of boot/machine.sh
    export BOOT_ROOT=$boot_root BOOT_LEADER=$boot_leader INTACT=intact
    bash tests/pack/first_minutes.bash
)
