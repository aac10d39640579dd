#!/usr/bin/env bash
# Builds the Debian package of the commit that is checked out, or of a tree that is no repository.
#
#   packaging/build-deb.sh [--source] [DIR]
#
# Needs what packaging/debian/control names (apt-get build-dep). The packages go to DIR (build/deb);
# with --source only the source package does, for a builder of your own. The same commit gives the same
# bytes, wherever and whenever it is built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

kind=--build=binary
if [[ ${1-} == --source ]]; then
    kind=--build=source
    shift
fi
if [[ $# -gt 1 || ${1-} == -* ]]; then
    sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
mkdir -p "${1:-build/deb}"
out=$(cd "${1:-build/deb}" && pwd)

# Not where we are: what is not committed is in no package, and nothing is left behind.
place=$(mktemp -d "${TMPDIR:-/tmp}/intact-deb.XXXXXX")
trap 'rm -rf "$place"' EXIT
version=$(sed -n '1s/^intact (\(.*\)).*/\1/p' packaging/debian/changelog)
tree=$place/intact-$version
mkdir "$tree"
if [[ -e .git ]]; then
    git archive HEAD | tar -x -C "$tree"
else
    tar -c --exclude=./build . | tar -x -C "$tree"
fi
cp -a "$tree/packaging/debian" "$tree/debian"
(cd "$tree" && dpkg-buildpackage "$kind" --no-sign)
find "$place" -maxdepth 1 -type f -exec mv -t "$out" {} +
ls -l "$out"
