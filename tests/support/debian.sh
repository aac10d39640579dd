# shellcheck shell=bash
# Debian 12 for a machine or a container of our own: made once with the least that there can be, from
# which all the others are made. Sourced by tests/run.sh after packages.sh; what it makes is in
# build/debian.

debian_dir=$PWD/build/debian
debian_base=$debian_dir/base.tar

# debian_stamp WORD...: of what is made from these words and the packages of today's sources.
debian_stamp() {
    (echo "$@" && debian_sources) | sha256sum
}

# debian_is_made OUT WORD...: whether that was made from the same before. Otherwise it is gone.
debian_is_made() {
    if [[ -e $1 && "$(cat "$1.stamp" 2>/dev/null)" == "$(debian_stamp "${@:2}")" ]]; then
        echo "debian: ${1##*/build/} is there"
    else
        as_root rm -rf --one-file-system "$1" "$1.stamp"
        mkdir -p "$(dirname "$1")"
        return 1
    fi
}

# debian_mark_made OUT WORD...
debian_mark_made() {
    debian_stamp "${@:2}" >"$1.stamp"
}

# debian_bootstrap OUT OPTION...: mmdebstrap, with a log beside OUT.
debian_bootstrap() {
    local out=$1 begun=$SECONDS
    debian_sources | as_root mmdebstrap --quiet "${@:2}" bookworm "$out" - >"$out.log" 2>&1 || {
        tail -n 20 "$out.log"
        echo "debian: ${out##*/build/} could not be made"
        return 1
    }
    echo "debian: ${out##*/build/} made in $((SECONDS - begun)) s"
}

# debian_make_base: for what need not outlast a power failure and where nobody reads; apt's lists stay.
debian_make_base() {
    debian_is_made "$debian_base" base && return
    debian_bootstrap "$debian_base" --variant=minbase --skip=cleanup/apt --dpkgopt=force-unsafe-io \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' &&
        debian_mark_made "$debian_base" base
}

# debian_make OUT OPTION...: OUT, a directory or a .tar, is the base after what mmdebstrap's options ask.
debian_make() {
    debian_make_base &&
        debian_bootstrap "$1" --variant=custom --skip=update \
            --setup-hook="tar -C \"\$1\" --xattrs --xattrs-include='*' -xpf '$debian_base'" "${@:2}"
}

# debian_install PACKAGE...: the option by which mmdebstrap adds these.
debian_install() {
    echo "--customize-hook=DEBIAN_FRONTEND=noninteractive chroot \"\$1\" apt-get -q -y --no-install-recommends install $*"
}

# debian_hindrance: why our programs would not run there; nothing: they do.
debian_hindrance() {
    # shellcheck source=/dev/null
    if [[ "$(. /etc/os-release && echo "$ID $VERSION_ID") $(uname -m)" != "debian 12 x86_64" ]]; then
        echo "programs built here are not for Debian 12 on x86_64"
    fi
}

# debian_libraries PROGRAM...: the packages of their shared libraries, one a line.
debian_libraries() {
    local -a libraries
    mapfile -t libraries < <(ldd "$@" | awk '$3 ~ /^\// { print $3 }' | sort -u)
    # One may be known by where it was before /lib became a link: each has one name that is not found.
    { dpkg-query -S "${libraries[@]}" "${libraries[@]/#//usr}" 2>/dev/null || true; } | cut -d: -f1 | sort -u
}

# debian_sources: where this machine has its own Debian packages from, as lines for mmdebstrap.
debian_sources() {
    local keys=/usr/share/keyrings/debian-archive-keyring.gpg
    # shellcheck disable=SC2016 # apt-get expands it
    apt-get indextargets 'Created-By: Packages' --format \
        '$(ORIGIN) deb [signed-by='"$keys"'] $(REPO_URI) $(RELEASE) $(COMPONENT)' |
        sed -n 's/^Debian //p'
}
