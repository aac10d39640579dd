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

# pack_make NAME FILE OPTION...: build/pack/NAME, a directory or a .tar, made by mmdebstrap with these
# options, or as it is there already from the same ones and the same content of FILE.
pack_make() {
    local name=$1 file=$2 stamp begun=$SECONDS sources=$pack_dir/sources.list
    shift 2
    mkdir -p "$pack_dir"
    debian_sources >"$sources"
    stamp=$( (echo "$@" && cat "$sources" "$file") | sha256sum)
    if [[ -e $pack_dir/$name && "$(cat "$pack_dir/$name.stamp" 2>/dev/null)" == "$stamp" ]]; then
        echo "pack: the root '$name' is there"
        return 0
    fi
    rm -f "$pack_dir/$name.stamp"
    rm -rf --one-file-system "${pack_dir:?}/$name"
    debian_make "$@" \
        bookworm "$pack_dir/$name" - <"$sources" >"$pack_dir/$name.log" 2>&1 || {
        tail -n 20 "$pack_dir/$name.log"
        echo "pack: no root '$name' could be made"
        return 1
    }
    echo "$stamp" >"$pack_dir/$name.stamp"
    echo "pack: a root '$name', $((SECONDS - begun)) s"
}

# pack_make_roots: 'build' with what the package says that it needs for building, and nothing else;
# 'bare' as a small installation has it.
pack_make_roots() {
    # shellcheck disable=SC2016 # mmdebstrap's shell expands it
    pack_make build packaging/debian/control --variant=buildd \
        --customize-hook='mkdir -p "$1/declared/debian" && cp packaging/debian/control "$1/declared/debian"' \
        --customize-hook='chroot "$1" apt-get -q -y --no-install-recommends build-dep /declared' \
        --customize-hook='rm -r "$1/declared"' &&
        pack_make bare.tar /dev/null --variant=minbase --skip=cleanup/apt \
            --include=systemd,systemd-sysv,dbus,procps
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
