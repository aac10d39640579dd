# shellcheck shell=bash
# What the build and the tests need from the system, and how it gets there: the one list of packages.
# Sourced by quickstart.sh and tests/run.sh.
# shellcheck disable=SC2034 # install_packages() takes the lists by name

debian_build=(
    g++ cmake ninja-build pkg-config
    libsystemd-dev libssl-dev libarchive-dev libzstd-dev zlib1g-dev liblzma-dev libbz2-dev libre2-dev
    libsqlite3-dev libmicrohttpd-dev
    libgnutls28-dev libcrypt-dev prometheus-cpp-dev
    libspdlog-dev libfmt-dev libabsl-dev libtomlplusplus-dev libexpected-dev libcli11-dev
    nlohmann-json3-dev
)
debian_run=(zstd tar coreutils diffutils findutils)
debian_test=(
    libgtest-dev libgmock-dev
    acl attr libcap2-bin libarchive-tools strace e2fsprogs util-linux mount systemd sqlite3 python3
    xfsprogs btrfs-progs exfat-fuse exfatprogs bindfs fuse2fs
    gzip xz-utils bzip2 pigz pbzip2 busybox git
    postgresql mariadb-server-core mariadb-client redis-tools
    procps time openssl curl shellcheck dbus-daemon dbus-bin clang-format-19
    prometheus prometheus-node-exporter python3-yaml
    scdoc mandoc bash-completion zsh fish
    kubernetes-client golang-go golang-github-docker-spdystream-dev
)
debian_lint=(clang-19 clang-tidy-19 libclang-rt-19-dev)
debian_vm=(qemu-system-x86 mmdebstrap e2fsprogs binutils)
debian_boot=(systemd-container mmdebstrap binutils)
debian_pack=("${debian_boot[@]}" git curl dpkg-dev lintian rpm rpmlint scdoc)

fedora_build=(
    gcc-c++ cmake ninja-build pkgconf-pkg-config
    systemd-devel openssl-devel libarchive-devel libzstd-devel zlib-devel xz-devel bzip2-devel re2-devel
    sqlite-devel libmicrohttpd-devel
    gnutls-devel libxcrypt-devel prometheus-cpp-devel
    spdlog-devel fmt-devel abseil-cpp-devel tomlplusplus-devel expected-devel cli11-devel json-devel
)
fedora_run=(zstd tar coreutils diffutils findutils)
fedora_test=(
    gtest-devel gmock-devel libasan libubsan libtsan
    acl attr libcap bsdtar strace e2fsprogs util-linux systemd sqlite python3
    xfsprogs btrfs-progs exfatprogs bindfs
    gzip xz bzip2 pigz pbzip2 busybox git
    procps-ng time openssl curl ShellCheck dbus-daemon dbus-tools
    golang-github-prometheus python3-pyyaml
    scdoc mandoc bash-completion zsh fish
)
fedora_lint=(clang clang-tools-extra compiler-rt)
fedora_vm=() # the machine is made of Debian's packages
fedora_boot=()
fedora_pack=()

as_root() {
    if [[ $EUID -eq 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "error: installing packages needs root, and there is no sudo." >&2
        echo "  hint: run this as root once: $*" >&2
        return 1
    fi
}

# missing_packages NAME...: those of the names that are not installed, one a line.
missing_packages() {
    local name
    for name in "$@"; do
        # Another vendor's package with that file keeps this one out, and will do.
        [[ $name != kubernetes-client || ! -x /usr/bin/kubectl ]] || continue
        if command -v dpkg-query >/dev/null; then
            [[ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" == installed ]] ||
                echo "$name"
        else
            rpm -q --quiet --whatprovides "$name" || echo "$name"
        fi
    done
}

# Packages of programs that the tests start themselves, and that bring a service, too.
services=(prometheus prometheus-node-exporter)

# without_services COMMAND...: what it installs starts no service, now or at the next boot; see
# "policy" in invoke-rc.d(8).
without_services() {
    local policy=/usr/sbin/policy-rc.d status=0 ours=no service
    if [[ ! -e $policy ]]; then
        ours=yes
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
    fi
    "$@" || status=$?
    [[ $ours == no ]] || as_root rm -f "$policy"
    for service in $(comm -12 <(printf '%s\n' "${services[@]}" | sort) <(printf '%s\n' "${missing[@]}" | sort)); do
        as_root systemctl --quiet disable "$service" 2>/dev/null || true
    done
    return "$status"
}

# install_packages GROUP...: of build, run, test, lint, vm, boot, pack. Leaves the package manager alone when
# all is there.
install_packages() {
    local family group
    local -a wanted=() missing=()
    if command -v apt-get >/dev/null; then
        family=debian
    elif command -v dnf >/dev/null; then
        family=fedora
    else
        echo "warning: neither apt-get nor dnf here: taking what is installed" >&2
        return 0
    fi
    for group in "$@"; do
        local -n names="${family}_${group}"
        wanted+=("${names[@]}")
    done
    mapfile -t missing < <(missing_packages "${wanted[@]}")
    if [[ ${#missing[@]} -eq 0 ]]; then
        echo "all ${#wanted[@]} packages are installed"
        return 0
    fi
    echo "installing: ${missing[*]}"
    if [[ $family == debian ]]; then
        as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q &&
            without_services as_root env DEBIAN_FRONTEND=noninteractive \
                apt-get install -q -y --no-install-recommends "${missing[@]}"
    else
        as_root dnf install -q -y "${missing[@]}"
    fi
}
