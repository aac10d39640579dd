#!/usr/bin/env bash
# Builds the source and binary RPM of the commit that is checked out, or of a tree that is no repository.
#
#   packaging/build-rpm.sh [DIR] [-- RPMBUILD-OPTION...]
#
# Needs what packaging/rpm/intact.spec names (dnf builddep); Debian's rpmbuild does as well, with what
# packaging/debian/control names. The packages go to DIR (build/rpm).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=build/rpm
if [[ $# -gt 0 && $1 != -* ]]; then
    folder=$1
    shift
fi
if [[ ${1-} == -- ]]; then
    shift
elif [[ $# -gt 0 ]]; then
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
mkdir -p "$folder"
out=$(cd "$folder" && pwd)

place=$(mktemp -d "${TMPDIR:-/tmp}/intact-rpm.XXXXXX")
trap 'rm -rf "$place"' EXIT
version=$(sed -n 's/^Version: *//p' packaging/rpm/intact.spec)
mkdir -p "$place/SOURCES"
tarball=$place/SOURCES/intact-$version.tar
if [[ -e .git ]]; then
    git archive --prefix="intact-$version/" HEAD >"$tarball"
else
    tar -c --exclude=./build --transform "s,^\.,intact-$version," . >"$tarball"
fi
gzip -9n "$tarball"
rpmbuild -ba --define "_topdir $place" "$@" packaging/rpm/intact.spec
find "$place/RPMS" "$place/SRPMS" -name '*.rpm' -exec mv -t "$out" {} +
ls -l "$out"
