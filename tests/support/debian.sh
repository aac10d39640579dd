# shellcheck shell=bash
# Debian 12 for a machine or a container of our own: where its packages come from, and which of them
# our programs need. Sourced by tests/run.sh after packages.sh.

# debian_make ARGUMENT...: mmdebstrap, for what need not outlast a power failure and where nobody reads.
debian_make() {
    as_root mmdebstrap --quiet --dpkgopt=force-unsafe-io \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' "$@"
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
    local library
    ldd "$@" | awk '$3 ~ /^\// { print $3 }' | sort -u | while read -r library; do
        # A library may be known by where it was before /lib became a link.
        dpkg-query -S "$library" 2>/dev/null || dpkg-query -S "/usr$library"
    done | cut -d: -f1 | sort -u
}

# debian_sources: where this machine has its own Debian packages from, as lines for mmdebstrap.
debian_sources() {
    local keys=/usr/share/keyrings/debian-archive-keyring.gpg
    # shellcheck disable=SC2016 # apt-get expands it
    apt-get indextargets 'Created-By: Packages' --format \
        '$(ORIGIN) deb [signed-by='"$keys"'] $(REPO_URI) $(RELEASE) $(COMPONENT)' |
        sed -n 's/^Debian //p'
}
