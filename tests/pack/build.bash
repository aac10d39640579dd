# shellcheck shell=bash
# The Debian package as it is built, for suites that source this after the harness.

PACK=${PACK:?where the roots are}
TREE=$(cd "$E2E/../.." && pwd)

# built_in FOLDER TMPDIR VARIABLE...: builds what is committed, as nobody in particular and without a
# network; the packages come to FOLDER.
built_in() {
    local out=$1 temporary=$2
    shift 2
    local root=$PACK/build
    rm -rf "$out" "$root/tree" "$root/out"
    mkdir -p "$out" "$root$temporary"
    install -d -o 1000 -g 1000 "$root/tree" "$root/out"
    chmod 1777 "$root$temporary"
    git -C "$TREE" archive HEAD | tar -C "$root/tree" -x
    chown -R 1000:1000 "$root/tree"
    expect 0 unshare --mount --net --pid --fork --mount-proc="$root/proc" \
        chroot --userspec=1000:1000 "$root" \
        env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin HOME=/nonexistent "TMPDIR=$temporary" "$@" \
        bash -c 'cd / && /tree/packaging/build-deb.sh /out'
    mv "$root/out"/* "$out"
    cp "$WORK/out" "$out/build.log"
}

package() {
    local found
    found=$(find "$PACK/first" -name "$1"'_*.deb')
    [[ -n $found ]] || skip "nothing was built"
    echo "$found"
}
